//! A task (任务) of a day, and what can become of it.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use super::{Instruction, InstructionCode};
use crate::domain::{duty::CategoryCode, geo::Position, grid::GridCode, register::PlaceCode};

/// One round through one grid on one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Task {
    /// `2026-03-04:P01:15062100100107:1`: day, instruction, grid and round.
    pub id: String,
    pub instruction: InstructionCode,
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_en: Option<String>,
    pub grid: GridCode,
    pub date: Date,
    /// From 1.
    pub round: u8,
    pub rounds: u8,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<CategoryCode>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<String>,
    /// Those of the instruction that lie in the grid.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<PlaceCode>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Task {
    pub(super) fn new(instruction: &Instruction, grid: &GridCode, date: Date, round: u8, places: &[PlaceCode]) -> Self {
        Self {
            id: format!("{date}:{}:{grid}:{round}", instruction.code),
            instruction: instruction.code.clone(),
            name: instruction.name.clone(),
            name_en: instruction.name_en.clone(),
            grid: grid.clone(),
            date,
            round,
            rounds: instruction.times,
            categories: instruction.categories.clone(),
            classes: instruction.classes.clone(),
            places: places.to_vec(),
            note: instruction.note.clone(),
        }
    }

    /// The day that stands in a task's id.
    #[must_use]
    pub fn date_of(id: &str) -> Option<Date> {
        id.split_once(':')?.0.parse().ok()
    }
}

/// What is done with a task.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
    strum::VariantNames,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum TaskDeed {
    Start,
    Finish,
    /// It was not done, and why stands in the note.
    Skip,
}

impl TaskDeed {
    /// How a task stands after it.
    #[must_use]
    pub fn leads_to(self) -> TaskStatus {
        match self {
            Self::Start => TaskStatus::Started,
            Self::Finish => TaskStatus::Done,
            Self::Skip => TaskStatus::Skipped,
        }
    }
}

/// How a task stands.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TaskState {
    pub status: TaskStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// Who did the last of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// What was said of the last of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub said: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
}

#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Default,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
    strum::VariantNames,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum TaskStatus {
    #[default]
    Open,
    Started,
    Done,
    Skipped,
}

/// Why nothing is done with a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error, strum::VariantNames)]
#[serde(tag = "code", content = "params", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum TaskError {
    #[error("it is a task of {date}")]
    TaskOfAnotherDay { date: Date },
    #[error("{by} has ended it")]
    TaskEnded { by: String },
    #[error("what is not done needs a reason")]
    SkippingNeedsReason,
    #[error("a note has {length} characters, {limit} are the most")]
    NoteTooLong { length: usize, limit: usize },
}

impl TaskError {
    /// What of the request is to blame.
    #[must_use]
    pub fn field(&self) -> &'static str {
        match self {
            Self::TaskOfAnotherDay { .. } | Self::TaskEnded { .. } => "deed",
            Self::SkippingNeedsReason | Self::NoteTooLong { .. } => "note",
        }
    }
}

/// Longest note in characters.
pub const LONGEST_NOTE: usize = 4_000;

/// Who does what with a task, when and where.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskStep {
    pub deed: TaskDeed,
    pub by: String,
    pub at: Timestamp,
    pub note: Option<String>,
    pub position: Option<Position>,
}

impl TaskState {
    /// The state after a deed on a day; `None` where it was done before by the same person, and nothing is to be kept.
    ///
    /// A round is begun on its day, and what was begun may end after midnight.
    ///
    /// # Errors
    /// Why not.
    pub fn after(&self, task: &Task, step: &TaskStep, today: Date) -> Result<Option<Self>, TaskError> {
        if let Some(length) = step.note.as_deref().map(|note| note.chars().count()).filter(|n| *n > LONGEST_NOTE) {
            return Err(TaskError::NoteTooLong { length, limit: LONGEST_NOTE });
        }
        let is_blank = step.note.as_deref().is_none_or(|note| note.trim().is_empty());
        if step.deed == TaskDeed::Skip && is_blank {
            return Err(TaskError::SkippingNeedsReason);
        }
        let status = step.deed.leads_to();
        let again = self.by.as_ref() == Some(&step.by)
            && (self.status == status || (step.deed == TaskDeed::Start && self.status != TaskStatus::Open));
        if again {
            return Ok(None);
        }
        if let (TaskStatus::Done | TaskStatus::Skipped, Some(by)) = (self.status, &self.by) {
            return Err(TaskError::TaskEnded { by: by.clone() });
        }
        if task.date != today && self.status != TaskStatus::Started {
            return Err(TaskError::TaskOfAnotherDay { date: task.date });
        }
        Ok(Some(self.with(step)))
    }

    /// With one more step of those that were kept.
    #[must_use]
    pub fn with(&self, step: &TaskStep) -> Self {
        let status = step.deed.leads_to();
        let is_start = status == TaskStatus::Started;
        Self {
            status,
            started_at: if is_start { self.started_at.or(Some(step.at)) } else { self.started_at },
            ended_at: (!is_start).then_some(step.at),
            by: Some(step.by.clone()),
            said: step.note.clone(),
            position: step.position,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task() -> Task {
        Task {
            id: "2026-03-04:P:g:1".into(),
            instruction: InstructionCode::new("P"),
            name: "round".into(),
            name_en: None,
            grid: GridCode::new("g"),
            date: jiff::civil::date(2026, 3, 4),
            round: 1,
            rounds: 1,
            categories: Vec::new(),
            classes: Vec::new(),
            places: Vec::new(),
            note: None,
        }
    }

    fn step(deed: TaskDeed, by: &str, note: Option<&str>) -> TaskStep {
        TaskStep { deed, by: by.into(), at: Timestamp::UNIX_EPOCH, note: note.map(Into::into), position: None }
    }

    #[test]
    fn a_task_is_started_and_ended_once_and_what_began_may_end_after_midnight() {
        let (task, day) = (task(), task().date);
        let night = day.tomorrow().expect("a day");
        let open = TaskState::default();
        let late = open.after(&task, &step(TaskDeed::Finish, "a", None), night);
        assert_eq!(late, Err(TaskError::TaskOfAnotherDay { date: day }));
        let started = open.after(&task, &step(TaskDeed::Start, "a", None), day).expect("begun").expect("new");
        assert_eq!(started.after(&task, &step(TaskDeed::Start, "a", None), day), Ok(None), "the same again");
        let refused = started.after(&task, &step(TaskDeed::Skip, "a", Some(" ")), day);
        assert_eq!(refused, Err(TaskError::SkippingNeedsReason));
        let done = started.after(&task, &step(TaskDeed::Finish, "a", None), night).expect("ended").expect("new");
        assert_eq!((done.status, done.started_at), (TaskStatus::Done, started.started_at));
        assert_eq!(done.after(&task, &step(TaskDeed::Finish, "a", None), night), Ok(None));
        let other = done.after(&task, &step(TaskDeed::Skip, "b", Some("rain")), night);
        assert_eq!(other, Err(TaskError::TaskEnded { by: "a".into() }));
        assert_eq!(Task::date_of(&task.id), Some(day));
    }
}
