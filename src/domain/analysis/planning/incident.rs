//! Incidents: what happened somewhere, as planners study it.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::domain::geo::Position;

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Incident {
    pub position: Position,
    pub at: Option<Timestamp>,
    pub category: Option<Label>,
    pub department: Option<Label>,
    /// The way in that it was told by first.
    pub source: Option<Label>,
}

/// Stands for a name that many incidents share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Label(u32);

/// Many incidents, and the names behind their labels.
#[derive(Debug, Clone, Default)]
pub struct Incidents {
    pub all: Vec<Incident>,
    names: Vec<String>,
    labels: HashMap<String, Label>,
}

impl Incidents {
    /// The label of a name.
    pub fn label(&mut self, name: &str) -> Label {
        if let Some(label) = self.labels.get(name) {
            return *label;
        }
        let label = Label(self.names.len() as u32);
        self.names.push(name.to_owned());
        self.labels.insert(name.to_owned(), label);
        label
    }

    #[must_use]
    pub fn name(&self, label: Label) -> &str {
        self.names.get(label.0 as usize).map_or("", String::as_str)
    }
}
