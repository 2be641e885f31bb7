//! What is asked.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::domain::{
    analysis::{
        figures::Period,
        heat::Shape as Kernel,
        hotspot::{
            Density, Edge, HdbscanError, Knox, KnoxError, LatticeError, Neighbors, Own, PermutationError, Permutations,
            Shape,
        },
    },
    grid::{Coverage, GridCode},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, strum::Display, strum::EnumString, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Method {
    /// Of an area with its neighbours.
    GiStar,
    /// Of its neighbours alone.
    Gi,
    Moran,
    Kde,
    Dbscan,
    Hdbscan,
    Emerging,
    NearRepeat,
}

impl Method {
    /// Others ask of the incidents themselves.
    #[must_use]
    pub fn asks_of_areas(self) -> bool {
        matches!(self, Self::GiStar | Self::Gi | Self::Moran | Self::Kde | Self::Emerging)
    }

    /// Whether an area counts as its own neighbour.
    #[must_use]
    pub fn own(self) -> Own {
        if self == Self::Gi { Own::Excluded } else { Own::Included }
    }
}

/// What incidents are counted by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Grain {
    Grids,
    Cells(Shape),
}

/// What counts are divided by, so that no grid is hot only because more people live there, or more is looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Exposure {
    pub per: Per,
    pub of_grid: HashMap<GridCode, f64>,
    /// A grid with less, or of which nothing is known, is unobserved: a rate there would be chance.
    pub floor: f64,
}

impl Exposure {
    /// The households that live in the grids.
    #[must_use]
    pub fn households(coverage: &Coverage, floor: u32) -> Self {
        let hierarchy = &coverage.hierarchy;
        let grids = hierarchy.leaves().iter().map(|leaf| hierarchy.grid(*leaf));
        let of_grid = grids.filter_map(|grid| Some((grid.code.clone(), f64::from(grid.households?)))).collect();
        Self { per: Per::Households, of_grid, floor: f64::from(floor) }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, strum::Display, strum::EnumString, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Per {
    Households,
    /// Patrol tasks that were finished.
    Patrols,
    /// Hours that cameras which stand there gave pictures.
    CameraHours,
    /// As a file has it: camera hours, say.
    Given,
}

impl Per {
    /// Of how many a rate is told.
    #[must_use]
    pub fn unit(self) -> f64 {
        match self {
            Self::Households => 1_000.0,
            Self::Patrols | Self::CameraHours => 100.0,
            Self::Given => 1.0,
        }
    }
}

/// Widths of a kernel, in metres.
pub const BANDWIDTHS_M: std::ops::RangeInclusive<f64> = 1.0..=100_000.0;

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
    pub kernel: Kernel,
    /// Of the kernel; by the rule where nobody says.
    pub bandwidth_m: Option<f64>,
    /// Of a density.
    pub edge: Edge,
    /// Length of the steps of an emerging hot spot.
    pub step_days: u32,
    pub knox: Knox,
}

impl Question {
    /// What is asked where nobody says more: the hot grids of a period.
    #[must_use]
    pub fn of(period: Period) -> Self {
        Self {
            method: Method::GiStar,
            grain: Grain::Grids,
            period,
            compare: None,
            neighbors: Neighbors::Queen,
            permutations: Permutations { count: 999, seed: 1 },
            exposure: None,
            keep_piles: false,
            density: Density { eps_m: 60.0, min_points: 12 },
            kernel: Kernel::Quartic,
            bandwidth_m: None,
            edge: Edge::Uniform,
            step_days: 7,
            knox: Knox::default(),
        }
    }

    /// When the grids held that count: at the end of the period, so that each means one area from its first incident to its
    /// last, and the same asked later is of the same grids.
    #[must_use]
    pub fn grids_at(&self, now: Timestamp) -> Timestamp {
        let last = self.period.to.and_then(|to| to.checked_sub(SignedDuration::from_millis(1)).ok());
        last.map_or(now, |last| last.min(now))
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Serialize, strum::VariantNames)]
#[serde(tag = "code", content = "params", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum QuestionError {
    /// The steps of an emerging hot spot, near repeats and comparisons need to know when.
    NoTimes,
    /// What is known of grids says nothing of cells.
    ExposureOfCells,
    /// The kernel of a density reaches so far over so many cells that it would take minutes.
    KernelTooWide {
        bandwidth_m: f64,
        cells: usize,
    },
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
    #[serde(untagged)]
    Hdbscan(HdbscanError),
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

impl From<HdbscanError> for QuestionError {
    fn from(error: HdbscanError) -> Self {
        Self::Hdbscan(error)
    }
}
