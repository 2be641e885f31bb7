//! Placement (定位归格): the one way from a position to a grid and a department, with its reasons.
//!
//! `assign`, `/api/locate`, intake and detection all ask [`place`], so they can never differ.

use serde::{Deserialize, Serialize};

use super::{Category, CategoryCode, DepartmentCode, Routing, Rule};
use crate::domain::{
    geo::{ErrorEllipse, Position},
    grid::{Coverage, Grid, GridCode, LEAST_SHARE, NodeId, Share},
};

/// What is known of an event when it asks for its grid.
#[derive(Debug, Clone, Copy, Default)]
pub struct Request<'a> {
    pub position: Option<Position>,
    /// What the true position lies in.
    pub accuracy: Option<ErrorEllipse>,
    /// Code of the category.
    pub category: Option<&'a str>,
    /// Measure the distance to the border even where no accuracy asks for it.
    pub edge: bool,
}

/// How a position and the grids met.
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
    strum::IntoStaticStr,
    strum::VariantNames,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Outcome {
    /// In exactly one grid, and the accuracy circle, if there is one, stays in it.
    Inside,
    /// In one grid, but the circle or ellipse of its accuracy crosses a border.
    Ambiguous,
    /// Outside every grid, within the tolerance of the nearest.
    Nearest,
    /// Outside every grid.
    Outside,
    /// No position known.
    Unplaced,
}

/// Where an event belongs and why. Borrows from the coverage and the routing that decided.
#[derive(Debug)]
pub struct Placement<'a> {
    pub outcome: Outcome,
    /// The leaf of the hierarchy.
    pub node: Option<NodeId>,
    pub grid: Option<&'a Grid>,
    /// Where ambiguous: the grids under the accuracy circle, largest share first.
    pub candidates: Vec<Share>,
    /// Metres from the position to the border of its grid, where it was asked for.
    pub edge_m: Option<f64>,
    /// Metres to the nearest grid; only for `nearest`.
    pub distance_m: Option<f64>,
    pub category: Option<&'a Category>,
    /// What decided on the department; `None` where nothing did.
    pub rule: Option<Rule<'a>>,
    /// Outside every grid, and inside one with its two numbers exchanged.
    pub looks_swapped: Option<Position>,
    /// The category asked for, if the lists do not have it.
    unknown_category: Option<String>,
}

/// Why an event was placed as it was: a code with parameters, words are made at the edge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, strum::VariantNames, utoipa::ToSchema)]
#[serde(tag = "code", content = "params", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Reason {
    InsideGrid {
        grid: GridCode,
    },
    CrossesBorder {
        grid: GridCode,
        edge_m: f64,
        candidates: usize,
    },
    NearestGrid {
        grid: GridCode,
        distance_m: f64,
    },
    OutsideEveryGrid,
    /// Outside every grid, and inside one with longitude and latitude exchanged.
    LooksSwapped {
        lon: f64,
        lat: f64,
    },
    NoPosition,
    AssetOwner {
        asset: String,
        department: DepartmentCode,
        distance_m: f64,
    },
    /// A shift head ruled so, on a case.
    RulingOwner {
        category: CategoryCode,
        grid: GridCode,
        department: DepartmentCode,
        case: String,
    },
    TerritoryOwner {
        territory: String,
        department: DepartmentCode,
    },
    CategoryOwner {
        category: CategoryCode,
        department: DepartmentCode,
    },
    GridOwner {
        grid: GridCode,
        department: DepartmentCode,
    },
    NoDepartment,
    /// `likely` is the category that the code means if a spreadsheet took its leading zeros.
    UnknownCategory {
        category: String,
        likely: Option<CategoryCode>,
    },
}

/// Places one event.
///
/// The grid is the leaf that claims the position, else the nearest within `tolerance_m`. The department is the asset's,
/// else the one that was ruled on for the category in the grid or in a wider level, else the territory's, else the
/// category's, else the one of the grid or of the nearest wider level that has one.
/// Outside every grid nobody is in charge; without a position only the category can tell.
#[must_use]
pub fn place<'a>(
    coverage: &'a Coverage,
    routing: &'a Routing,
    tolerance_m: f64,
    request: &Request<'_>,
) -> Placement<'a> {
    let category = request.category.and_then(|code| routing.category(code));
    let unknown_category = request.category.filter(|_| category.is_none()).map(str::to_owned);
    let mut placement = Placement {
        outcome: Outcome::Unplaced,
        node: None,
        grid: None,
        candidates: Vec::new(),
        edge_m: None,
        distance_m: None,
        category,
        rule: None,
        looks_swapped: None,
        unknown_category,
    };
    if let Some(position) = request.position {
        placement.find_grid(coverage, tolerance_m, position, request);
    }
    placement.rule = match (request.position, placement.node) {
        (Some(position), Some(node)) => placement.rule_at(coverage, routing, position, node),
        (Some(_), None) => None,
        (None, _) => category.filter(|category| category.department.is_some()).map(Rule::Category),
    };
    placement
}

impl<'a> Placement<'a> {
    #[must_use]
    pub fn department(&self) -> Option<&'a DepartmentCode> {
        self.rule.and_then(|rule| rule.department())
    }

    /// Grid first, department second; a category that is not known is said too.
    #[must_use]
    pub fn reasons(&self, routing: &Routing) -> Vec<Reason> {
        let mut reasons = vec![self.grid_reason()];
        reasons.extend(self.unknown_category(routing));
        reasons.push(match self.rule {
            Some(Rule::Asset { asset, distance_m }) => {
                Reason::AssetOwner { asset: asset.code.clone(), department: asset.department.clone(), distance_m }
            }
            Some(Rule::Ruling(ruling)) => Reason::RulingOwner {
                category: ruling.category.clone(),
                grid: ruling.grid.clone(),
                department: ruling.department.clone(),
                case: ruling.case.clone(),
            },
            Some(Rule::Territory(territory)) => {
                Reason::TerritoryOwner { territory: territory.code.clone(), department: territory.department.clone() }
            }
            Some(Rule::Category(Category { code, department: Some(department), .. })) => {
                Reason::CategoryOwner { category: code.clone(), department: department.clone() }
            }
            Some(Rule::Grid { grid, department }) => {
                Reason::GridOwner { grid: grid.code.clone(), department: department.clone() }
            }
            Some(Rule::Category(_)) | None => Reason::NoDepartment,
        });
        reasons
    }

    /// That the category is not on the lists, if it is not.
    #[must_use]
    pub fn unknown_category(&self, routing: &Routing) -> Option<Reason> {
        let category = self.unknown_category.clone()?;
        let likely = routing.likely_category(&category).map(|category| category.code.clone());
        Some(Reason::UnknownCategory { category, likely })
    }

    fn grid_reason(&self) -> Reason {
        if let Some(position) = self.looks_swapped {
            return Reason::LooksSwapped { lon: position.lon(), lat: position.lat() };
        }
        let Some(grid) = self.grid.map(|grid| grid.code.clone()) else {
            return if self.outcome == Outcome::Unplaced { Reason::NoPosition } else { Reason::OutsideEveryGrid };
        };
        match self.outcome {
            Outcome::Ambiguous => Reason::CrossesBorder {
                grid,
                edge_m: self.edge_m.unwrap_or_default(),
                candidates: self.candidates.len(),
            },
            Outcome::Nearest => Reason::NearestGrid { grid, distance_m: self.distance_m.unwrap_or_default() },
            Outcome::Inside | Outcome::Outside | Outcome::Unplaced => Reason::InsideGrid { grid },
        }
    }

    fn find_grid(&mut self, coverage: &'a Coverage, tolerance_m: f64, position: Position, request: &Request<'_>) {
        let Some(node) = coverage.index.locate(position) else {
            if let Some((node, distance_m)) = coverage.index.nearest(position, tolerance_m) {
                self.outcome = Outcome::Nearest;
                self.distance_m = Some(distance_m);
                self.settle_on(coverage, node);
            } else {
                self.outcome = Outcome::Outside;
                let exchanged = Position::new(position.lat(), position.lon());
                let is_inside = exchanged.is_ok_and(|exchanged| coverage.index.locate(exchanged).is_some());
                self.looks_swapped = is_inside.then_some(position);
            }
            return;
        };
        self.outcome = Outcome::Inside;
        self.settle_on(coverage, node);
        let border = &coverage.hierarchy.grid(node).border;
        if request.edge || request.accuracy.is_some() {
            self.edge_m = border.distance_m(position, f64::INFINITY);
        }
        if let (Some(accuracy), Some(edge_m)) = (request.accuracy, self.edge_m)
            && edge_m < accuracy.along_m
        {
            let candidates = coverage.index.shares(position, accuracy);
            // A border beside the short axis may be nearer than the long one is long, and yet not be crossed.
            let is_crossed = edge_m < accuracy.across_m
                || candidates.first().is_none_or(|first| first.node != node || first.share < 1.0 - LEAST_SHARE);
            if is_crossed {
                self.outcome = Outcome::Ambiguous;
                self.candidates = candidates;
            }
        }
    }

    fn settle_on(&mut self, coverage: &'a Coverage, node: NodeId) {
        self.node = Some(node);
        self.grid = Some(coverage.hierarchy.grid(node));
    }

    fn rule_at(
        &self,
        coverage: &'a Coverage,
        routing: &'a Routing,
        position: Position,
        node: NodeId,
    ) -> Option<Rule<'a>> {
        if let Some((asset, distance_m)) = self.category.and_then(|category| routing.asset_at(position, category)) {
            return Some(Rule::Asset { asset, distance_m });
        }
        let ruled = |category: &Category| {
            coverage.hierarchy.path(node).find_map(|grid| routing.ruling(&category.code, &grid.code))
        };
        if let Some(ruling) = self.category.and_then(ruled) {
            return Some(Rule::Ruling(ruling));
        }
        if let Some(territory) = routing.territory_at(position, self.category) {
            return Some(Rule::Territory(territory));
        }
        if let Some(category) = self.category.filter(|category| category.department.is_some()) {
            return Some(Rule::Category(category));
        }
        coverage.hierarchy.path(node).find_map(|grid| Some(Rule::Grid { grid, department: grid.department.as_ref()? }))
    }
}
