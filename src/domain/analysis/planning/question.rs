//! What is asked.

use jiff::Timestamp;
use serde::Serialize;

use crate::domain::analysis::{
    figures::Period,
    hotspot::{Density, Knox, KnoxError, LatticeError, Neighbors, PermutationError, Permutations, Shape},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, strum::Display, strum::EnumString, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Method {
    GiStar,
    Moran,
    Dbscan,
    Emerging,
    NearRepeat,
}

/// What incidents are counted by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Grain {
    Grids,
    Cells(Shape),
}

/// What counts are divided by: a thousand households; where there are fewer than `floor` a rate would be chance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exposure {
    pub floor: u32,
}

/// A planner's question, whole: the same asked of the same incidents gives the same report.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    pub method: Method,
    pub grain: Grain,
    pub period: Period,
    /// Another period, before it, that it is held against.
    pub compare: Option<(Timestamp, Timestamp)>,
    pub neighbors: Neighbors,
    pub permutations: Permutations,
    pub exposure: Option<Exposure>,
    /// Points on which a geocoder piles up what it knows nothing of count like others.
    pub keep_piles: bool,
    pub density: Density,
    /// Length of the steps of an emerging hot spot.
    pub step_days: u32,
    pub knox: Knox,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Serialize, strum::VariantNames)]
#[serde(tag = "code", content = "params", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum QuestionError {
    /// The steps of an emerging hot spot, near repeats and comparisons need to know when.
    NoTimes,
    /// The period holds less than two whole steps.
    TooFewSteps {
        step_days: u32,
    },
    TooManySteps {
        steps: i64,
        areas: usize,
        limit: usize,
    },
    #[serde(untagged)]
    Lattice(LatticeError),
    #[serde(untagged)]
    Permutation(PermutationError),
    #[serde(untagged)]
    Knox(KnoxError),
}

impl From<LatticeError> for QuestionError {
    fn from(error: LatticeError) -> Self {
        Self::Lattice(error)
    }
}

impl From<PermutationError> for QuestionError {
    fn from(error: PermutationError) -> Self {
        Self::Permutation(error)
    }
}

impl From<KnoxError> for QuestionError {
    fn from(error: KnoxError) -> Self {
        Self::Knox(error)
    }
}
