//! Tables of cases of past years: events, with how they went.

use csv::ByteRecord;
use jiff::Timestamp;

use super::events::{ColumnError, EventRow, EventTable, RowFault};

/// Names of columns as the user gave them; what is absent is looked for by its usual names.
#[derive(Debug, Clone, Default)]
pub struct PastNames {
    pub id: Option<String>,
    pub due: Option<String>,
    pub closed: Option<String>,
    pub department: Option<String>,
    pub description: Option<String>,
}

/// How to read what rows say beside their events.
#[derive(Debug)]
pub struct PastColumns {
    id: Option<usize>,
    due: Option<usize>,
    closed: Option<usize>,
    department: Option<usize>,
    description: Option<usize>,
}

/// A case of past years as its row tells it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PastRow<'a> {
    pub event: EventRow<'a>,
    pub id: Option<&'a str>,
    pub due_at: Option<Timestamp>,
    pub closed_at: Option<Timestamp>,
    pub department: Option<&'a str>,
    pub description: Option<&'a str>,
}

impl PastColumns {
    /// # Errors
    /// If a column that was named is not there.
    pub fn new(table: &EventTable, names: &PastNames) -> Result<Self, ColumnError> {
        let column = |named: &Option<String>, option, usual: &[&str]| table.column(named.as_deref(), option, usual);
        Ok(Self {
            id: column(&names.id, "id", &["id", "number", "编号", "案件编号"])?,
            due: column(&names.due, "due", &["due", "due_at", "target", "时限", "截止时间"])?,
            closed: column(&names.closed, "closed", &["closed", "closed_at", "结案时间"])?,
            department: column(&names.department, "department", &["department", "部门", "责任部门"])?,
            description: column(&names.description, "description", &["description", "描述", "问题描述"])?,
        })
    }

    /// `id=x, due=y, …`: what was understood, for people to see.
    #[must_use]
    pub fn understood(&self, table: &EventTable) -> String {
        let all = [
            ("id", self.id),
            ("due", self.due),
            ("closed", self.closed),
            ("department", self.department),
            ("description", self.description),
        ];
        let named = all.into_iter().filter_map(|(name, column)| Some(format!("{name}={}", table.columns[column?])));
        named.collect::<Vec<_>>().join(", ")
    }

    /// Reads one record.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn row<'a>(&self, table: &EventTable, record: &'a ByteRecord) -> Result<PastRow<'a>, RowFault> {
        let event = table.row(record)?;
        let text = |column: Option<usize>| {
            let text = column.map(|column| EventTable::text(record, column)).transpose()?;
            Ok(text.filter(|text| !text.is_empty()))
        };
        Ok(PastRow {
            event,
            id: text(self.id)?,
            due_at: table.instant_in(record, self.due)?,
            closed_at: table.instant_in(record, self.closed)?,
            department: text(self.department)?,
            description: text(self.description)?,
        })
    }
}
