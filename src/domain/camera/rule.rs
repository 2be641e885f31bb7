//! What is to become of what a camera sees.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::{duty::CategoryCode, vision::Kind};

/// A sighting of that kind is a finding of that category.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    pub sees: Kind,
    pub category: CategoryCode,
    pub raise: Raise,
    /// Sightings of a lower score are left out.
    pub min_score: f32,
    /// For so long after one finding, what the rule is for is taken as the same matter: a queue that one group of people
    /// fills is read by nobody.
    pub again_after: Duration,
}

/// Who decides on a finding.
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
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Raise {
    /// It waits for an operator.
    #[default]
    Review,
    /// It opens or joins a case by itself.
    Auto,
}

impl Rule {
    /// Where nobody says.
    pub const MIN_SCORE: f32 = 0.5;
    pub const AGAIN_AFTER: Duration = Duration::from_mins(1);
}
