//! Cases (案件): what becomes of reports.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    duty::{CategoryCode, Outcome, Placed, Visibility},
    event::Nature,
    geo::Position,
};

/// A case in its present state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Case {
    pub id: Uuid,
    /// For people: `2026-000123`, unique in its site.
    pub number: String,
    pub status: Status,
    pub nature: Nature,
    pub category: Option<CategoryCode>,
    /// Of its category when it was opened.
    pub visibility: Visibility,
    pub position: Option<Position>,
    pub placed: Placed,
    /// Version of the catalog that it was placed with.
    pub catalog_version: String,
    pub opened_at: Timestamp,
    /// When its matter was last seen: the latest capture of its reports.
    pub last_seen_at: Timestamp,
    /// When the limit that runs now ends.
    pub due_at: Option<Timestamp>,
    pub updated_at: Timestamp,
    /// How many reports it joins.
    pub reports: u32,
    /// Grows by one with every change.
    pub version: u32,
}

/// Where a case stands in the loop (六步闭环).
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
    strum::VariantNames,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Status {
    /// 待归格: nobody knows yet where it is, or in whose area.
    Triage,
    /// 待核实: somebody has to look whether it is so.
    ToVerify,
}

impl Status {
    /// Where a case begins: a placed one with its verification, another with its placement.
    #[must_use]
    pub fn at_opening(placed: &Placed) -> Self {
        match placed.outcome {
            Outcome::Inside | Outcome::Ambiguous | Outcome::Nearest => Self::ToVerify,
            Outcome::Outside | Outcome::Unplaced => Self::Triage,
        }
    }

    /// A further step is expected.
    #[must_use]
    pub fn is_open(self) -> bool {
        match self {
            Self::Triage | Self::ToVerify => true,
        }
    }
}

impl Case {
    /// Takes a further report of the same matter in.
    pub fn join(&mut self, captured_at: Timestamp, now: Timestamp) {
        self.reports += 1;
        self.version += 1;
        self.last_seen_at = self.last_seen_at.max(captured_at);
        self.updated_at = now;
    }
}
