//! A placement to keep: what was decided, without what it was decided from.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{DepartmentCode, Outcome, Placement, Reason, Routing};
use crate::domain::grid::{Coverage, Grid, GridCode, Level, Share};

/// Where an event was put and why: codes only, so that it outlives the catalog version that it was placed with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Placed {
    pub outcome: Outcome,
    /// The leaf and the wider levels above it, narrowest first; empty where there is no grid.
    pub path: Vec<Step>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<Candidate>,
    pub edge_m: Option<f64>,
    pub distance_m: Option<f64>,
    pub department: Option<DepartmentCode>,
    /// `asset:…`, `territory:…`, `category:…`, `grid:…`
    pub rule: Option<String>,
    pub reasons: Vec<Reason>,
}

/// One level of the way up from a leaf.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Step {
    pub level: Level,
    pub code: GridCode,
}

/// A grid that the accuracy circle touches.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Candidate {
    pub grid: GridCode,
    /// 0 to 1.
    pub share: f64,
}

impl Placed {
    /// The leaf.
    #[must_use]
    pub fn grid(&self) -> Option<&GridCode> {
        self.path.first().map(|step| &step.code)
    }
}

impl Placement<'_> {
    /// What is kept of the placement.
    #[must_use]
    pub fn settled(&self, coverage: &Coverage, routing: &Routing) -> Placed {
        let hierarchy = &coverage.hierarchy;
        let step = |grid: &Arc<Grid>| Step { level: grid.level, code: grid.code.clone() };
        let candidate = |share: &Share| Candidate { grid: hierarchy.grid(share.node).code.clone(), share: share.share };
        Placed {
            outcome: self.outcome,
            path: self.node.map(|node| hierarchy.path(node).map(step).collect()).unwrap_or_default(),
            candidates: self.candidates.iter().map(candidate).collect(),
            edge_m: self.edge_m,
            distance_m: self.distance_m,
            department: self.department().cloned(),
            rule: self.rule.map(|rule| rule.to_string()),
            reasons: self.reasons(routing),
        }
    }
}
