//! Visits (走访): going to see somebody or some place, planned and done.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::{geo::Position, grid::GridCode, people::StaffId, register::PlaceCode};

/// A visit, as it was planned and, later, done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Visit {
    pub id: Uuid,
    /// Of the register; absent where the place is not on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<PlaceCode>,
    /// What the place is called.
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// The grid, and the wider levels above it.
    pub path: Vec<GridCode>,
    pub planned_for: Date,
    pub planned_by: String,
    pub planned_at: Timestamp,
    /// Who shall go; absent: whoever is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staff: Option<StaffId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done: Option<VisitDone>,
}

/// What came of a visit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct VisitDone {
    pub at: Timestamp,
    pub by: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// What was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
    /// The report that was made of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<Uuid>,
}
