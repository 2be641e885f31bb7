//! Events: what people report and what cameras see, on the way to a case.

mod duplicate;
mod evidence;
mod finding;
mod shot;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    duty::{CategoryCode, Placed},
    geo::{Datum, Position},
};
pub use duplicate::{Matter, is_near, is_same_matter};
pub use evidence::Evidence;
pub use finding::{Decided, Decision, Finding, FindingStatus};
pub use shot::{Judgement, Occasion, Shot, ShotLimits, judge};

/// What somebody told, as it was accepted: it keeps its id whatever becomes of its case.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    pub id: Uuid,
    /// The way in: `resident`, `informant`, `hotline`, …
    pub source: String,
    /// The sender's own id, unique within what that sender reports by this source.
    pub external_id: Option<String>,
    pub nature: Nature,
    pub category: Option<CategoryCode>,
    pub position: Option<Position>,
    /// The numbers as they came, before the datum was undone.
    pub given: Option<GivenPosition>,
    pub accuracy_m: Option<f64>,
    pub captured_at: Timestamp,
    pub received_at: Timestamp,
    pub description: Option<String>,
    pub address: Option<String>,
    /// Name of a place of the register.
    pub place: Option<String>,
    /// How to reach the reporter; for those who handle the case only.
    pub contact: Option<String>,
    pub placed: Placed,
    /// Version of the catalog that it was placed with.
    pub catalog_version: String,
}

/// A coordinate pair in the datum of its sender.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct GivenPosition {
    pub lon: f64,
    pub lat: f64,
    pub datum: Datum,
}

/// 事件 or 诉求: something that happened, or something that somebody asks for.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Default,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
    strum::VariantNames,
    utoipa::ToSchema,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Nature {
    #[default]
    Event,
    Appeal,
}
