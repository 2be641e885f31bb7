//! Cases (案件): what becomes of a report. For now the working calendar that its deadlines are counted by.

mod deadline;

pub use deadline::{CalendarError, WorkingCalendar, WorkingHours};
