//! A worker's record (工作台账): everything that one of the staff did.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::TaskDeed;
use crate::domain::{case::ActionKind, duty::CategoryCode, grid::GridCode};

/// One thing that somebody did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Entry {
    pub at: Timestamp,
    #[serde(flatten)]
    pub kind: Kind,
}

/// What it was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
// What is seen in pictures has kinds too, and names of the interface's description are one to a thing.
#[schema(as = EntryKind)]
pub enum Kind {
    /// A step on a case.
    Step { case: Uuid, number: String, action: ActionKind },
    /// A report, with the case that it belongs to by now.
    Report { report: Uuid, case: Uuid, number: String, category: Option<CategoryCode> },
    /// Something done with a patrol task.
    Task { task: String, name: String, grid: GridCode, deed: TaskDeed },
    /// A visit that was planned, or done.
    Visit { visit: Uuid, name: String, done: bool },
    /// A place added to the register.
    Place { code: String, name: String },
    /// Came on duty, or went off it.
    Attendance { on_duty: bool },
}
