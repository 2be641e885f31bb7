//! The codes that stand in a list, sound or not: what names a spoiled entry is not to blame for it.

use std::collections::HashMap;

use super::{entry::Entry, problem::Spot};

/// Codes seen so far with the place where they stood, to find the ones used twice.
#[derive(Debug, Default)]
pub struct SeenCodes(HashMap<String, Spot>);

/// The sound entries of a list, and every code that stands in it.
#[derive(Debug)]
pub struct Listed<T> {
    pub entries: Vec<(T, Spot)>,
    pub seen: SeenCodes,
}

impl SeenCodes {
    /// An entry's own code, which names it from here on; `None`, with a problem, if there is none or it was there before.
    pub fn own_code(&mut self, entry: &mut Entry<'_>, field: &'static str) -> Option<String> {
        let code = entry.required_code(field)?;
        entry.is_about(&code);
        self.is_new(entry, field, &code).then_some(code)
    }

    /// Notes a code; false, with a problem, if it was there before.
    pub fn is_new(&mut self, entry: &mut Entry<'_>, field: &str, code: &str) -> bool {
        if let Some(first) = self.0.get(code) {
            entry.error(field, first.says_first(code));
            return false;
        }
        self.note(code, &entry.spot);
        true
    }

    /// Notes the code of an entry that can be read no further.
    pub fn note(&mut self, code: &str, spot: &Spot) {
        self.0.entry(code.to_owned()).or_insert_with(|| spot.clone());
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}
