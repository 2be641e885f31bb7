//! What planners are told.

use jiff::Timestamp;
use serde::Serialize;

use super::{Hotspot, Method};
use crate::domain::{
    analysis::hotspot::{
        Band, Emerging, FEW_AREAS, Foresight, Hot, Kind, Like, Pile, Side,
        moran::{Global, Quadrant},
    },
    geo::Area,
    grid::GridCode,
};

/// The answer to a question.
#[derive(Debug, Clone)]
pub struct Report {
    pub method: Method,
    /// What incidents were counted by: `grids`, `hex:200`.
    pub grain: String,
    pub numbers: Numbers,
    pub warnings: Vec<Warning>,
    pub piles: Vec<Pile>,
    pub findings: Findings,
    /// The one with the most incidents beyond an even spread first.
    pub hotspots: Vec<Hotspot>,
    /// Moran's I of the whole.
    pub global: Option<Global>,
    /// How well the hotspots of the period before foretold this one's incidents.
    pub foresight: Option<Foresight>,
}

/// How many there were of what.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Default)]
pub struct Numbers {
    pub incidents: usize,
    /// In the period that is compared with.
    pub before: usize,
    /// Neither in the period nor in the one it is compared with, or without a time.
    pub other_times: usize,
    /// Outside every grid.
    pub elsewhere: usize,
    /// On piles.
    pub piled: usize,
    pub areas: usize,
    /// Areas of which nothing can be said: not zero, but unknown.
    pub unobserved: usize,
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
}

/// What the method found.
#[derive(Debug, Clone)]
pub enum Findings {
    Areas(Vec<AreaRow>),
    /// Of each incident, in their order.
    Incidents(Vec<Membership>),
    Bands(Vec<Band>),
}

/// An area and what is said of it.
#[derive(Debug, Clone)]
pub struct AreaRow {
    pub id: String,
    pub grid: GridCode,
    pub area: Area,
    pub m2: f64,
    pub count: usize,
    pub before: Option<usize>,
    /// Of a thousand households, where that was asked for.
    pub rate: Option<f64>,
    /// `None` where it is unobserved.
    pub said: Option<Said>,
    /// Number of the hotspot that it is part of.
    pub hotspot: Option<usize>,
}

/// What a method says of an area.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum Said {
    Hot(Hot),
    Like(Like),
    Emerging(Emerging),
}

/// An incident and its cluster.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Membership {
    /// Its place among the incidents that were given.
    pub incident: usize,
    pub cluster: Option<u32>,
    pub core: bool,
}

/// What a reader must know before he believes it.
#[derive(Debug, Clone, PartialEq, Serialize, strum::VariantNames)]
#[serde(tag = "code", content = "params", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Warning {
    /// With so few areas what is said of single ones is weak.
    FewAreas {
        areas: usize,
        least: usize,
    },
    /// Areas without a neighbour, of which nothing is said.
    Islands {
        areas: usize,
    },
    /// No area is hot once it is taken into account that many were looked at.
    NoneAmongMany,
    FewSteps {
        steps: usize,
    },
    PiledUp {
        places: usize,
        incidents: usize,
    },
    Unobserved {
        areas: usize,
        floor: u32,
    },
    /// Nothing happened in the period.
    NothingHappened,
}

/// With fewer steps no trend can be told.
pub const FEW_STEPS: usize = 10;

impl Warning {
    #[must_use]
    pub fn of_areas(areas: usize, islands: usize) -> Vec<Self> {
        let few = (areas < FEW_AREAS).then_some(Self::FewAreas { areas, least: FEW_AREAS });
        let islands = (islands > 0).then_some(Self::Islands { areas: islands });
        few.into_iter().chain(islands).collect()
    }
}

impl Said {
    /// Whether it is a hotspot where many areas were looked at.
    pub(super) fn is_hot(&self) -> bool {
        match self {
            Self::Hot(hot) => hot.bin_fdr > 0,
            Self::Like(like) => like.quadrant == Some(Quadrant::HighHigh) && like.p_sim.is_some_and(|p| p <= LIKE_SURE),
            Self::Emerging(emerging) => {
                emerging.pattern.is_some_and(|pattern| pattern.side == Side::Hot && pattern.kind != Kind::Historical)
            }
        }
    }

    /// Whether it is one if only this area is looked at.
    pub(super) fn is_hot_alone(&self) -> bool {
        matches!(self, Self::Hot(hot) if hot.bin >= 2) || self.is_hot()
    }

    #[must_use]
    pub fn z(&self) -> Option<f64> {
        match self {
            Self::Hot(hot) => hot.z,
            Self::Like(like) => like.z,
            Self::Emerging(_) => None,
        }
    }
}

/// As GeoDa and esda take it.
const LIKE_SURE: f64 = 0.05;
