//! From a place and a category to the department in charge: asset, then ruling, then territory, then category, then grid.

use std::{collections::HashMap, fmt};

use jiff::Timestamp;
use rstar::{
    AABB, RTree,
    primitives::{GeomWithData, Rectangle},
};

use super::{Category, CategoryCode, Department, DepartmentCode};
use crate::domain::{
    code,
    geo::{LocalPlane, Position},
    grid::{Border, Grid, GridCode},
};

/// A component with an owner of its own (权属部件): a cover that belongs to the railway, not to the water works.
#[derive(Debug, Clone, PartialEq)]
pub struct Asset {
    pub code: String,
    pub category: CategoryCode,
    pub department: DepartmentCode,
    pub position: Position,
    /// How far a report may lie from the asset and still mean it.
    pub radius_m: f64,
}

/// An area where a department takes some categories over, such as a highway or a park.
#[derive(Debug, Clone)]
pub struct Territory {
    pub code: String,
    pub department: DepartmentCode,
    /// Empty: all categories.
    pub categories: Vec<CategoryCode>,
    /// Higher goes first where territories overlap; then the lower code.
    pub priority: i64,
    pub border: Border,
}

/// What a shift head ruled (裁定), kept as a rule: what is found of a category in a grid, or in a wider level, is theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruling {
    pub category: CategoryCode,
    pub grid: GridCode,
    pub department: DepartmentCode,
    /// Number of the case that it was ruled on.
    pub case: String,
    /// Who ruled, as in the trail.
    pub ruled_by: Option<String>,
    pub ruled_at: Option<Timestamp>,
}

/// What decided on the department.
#[derive(Debug, Clone, Copy)]
pub enum Rule<'a> {
    Asset {
        asset: &'a Asset,
        distance_m: f64,
    },
    Ruling(&'a Ruling),
    Territory(&'a Territory),
    Category(&'a Category),
    /// The grid, or the wider level that it inherits its department from.
    Grid {
        grid: &'a Grid,
        department: &'a DepartmentCode,
    },
}

impl<'a> Rule<'a> {
    #[must_use]
    pub fn department(&self) -> Option<&'a DepartmentCode> {
        match self {
            Self::Asset { asset, .. } => Some(&asset.department),
            Self::Ruling(ruling) => Some(&ruling.department),
            Self::Territory(territory) => Some(&territory.department),
            Self::Category(category) => category.department.as_ref(),
            Self::Grid { department, .. } => Some(department),
        }
    }
}

/// `asset:DL-0007`: what decided, and which one.
impl fmt::Display for Rule<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Asset { asset, .. } => write!(f, "asset:{}", asset.code),
            Self::Ruling(ruling) => write!(f, "ruling:{}", ruling.case),
            Self::Territory(territory) => write!(f, "territory:{}", territory.code),
            Self::Category(category) => write!(f, "category:{}", category.code),
            Self::Grid { grid, .. } => write!(f, "grid:{}", grid.code),
        }
    }
}

/// Who is in charge of what where: the responsibility lists, ready to be asked.
#[derive(Debug, Default)]
pub struct Routing {
    departments: Vec<Department>,
    department_of_code: HashMap<DepartmentCode, usize>,
    categories: Vec<Category>,
    category_of_code: HashMap<CategoryCode, usize>,
    /// The first in force wins: higher priority first, then lower code.
    territories: Vec<Territory>,
    territory_tree: RTree<GeomWithData<Rectangle<[f64; 2]>, usize>>,
    assets: Vec<Asset>,
    asset_tree: RTree<GeomWithData<[f64; 2], usize>>,
    max_radius_m: f64,
    rulings: Vec<Ruling>,
}

impl Routing {
    /// The parts are taken as they are; that codes exist is for the catalog to see to.
    #[must_use]
    pub fn new(
        departments: Vec<Department>,
        categories: Vec<Category>,
        mut territories: Vec<Territory>,
        assets: Vec<Asset>,
    ) -> Self {
        territories.sort_by(|a, b| b.priority.cmp(&a.priority).then_with(|| a.code.cmp(&b.code)));
        let territory_entry = |(i, territory): (usize, &Territory)| territory.border.entry(i);
        let asset_entry =
            |(i, asset): (usize, &Asset)| GeomWithData::new([asset.position.lon(), asset.position.lat()], i);
        Self {
            department_of_code: departments.iter().enumerate().map(|(i, d)| (d.code.clone(), i)).collect(),
            category_of_code: categories.iter().enumerate().map(|(i, c)| (c.code.clone(), i)).collect(),
            territory_tree: RTree::bulk_load(territories.iter().enumerate().map(territory_entry).collect()),
            asset_tree: RTree::bulk_load(assets.iter().enumerate().map(asset_entry).collect()),
            max_radius_m: assets.iter().map(|asset| asset.radius_m).fold(0.0, f64::max),
            departments,
            categories,
            territories,
            assets,
            rulings: Vec::new(),
        }
    }

    /// With what was ruled; of several rulings on the same the last holds.
    #[must_use]
    pub fn with_rulings(self, rulings: Vec<Ruling>) -> Self {
        Self { rulings, ..self }
    }

    #[must_use]
    pub fn rulings(&self) -> &[Ruling] {
        &self.rulings
    }

    /// What was ruled on a category in a grid itself. There are few rulings, as heads are asked seldom.
    #[must_use]
    pub fn ruling(&self, category: &CategoryCode, grid: &GridCode) -> Option<&Ruling> {
        self.rulings.iter().rev().find(|ruling| ruling.category == *category && ruling.grid == *grid)
    }

    #[must_use]
    pub fn departments(&self) -> &[Department] {
        &self.departments
    }

    #[must_use]
    pub fn department(&self, code: &str) -> Option<&Department> {
        self.department_of_code.get(code).map(|i| &self.departments[*i])
    }

    #[must_use]
    pub fn categories(&self) -> &[Category] {
        &self.categories
    }

    #[must_use]
    pub fn category(&self, code: &str) -> Option<&Category> {
        self.category_of_code.get(code).map(|i| &self.categories[*i])
    }

    /// The category that an unknown code is likely to mean: the one that it is without its leading zeros.
    #[must_use]
    pub fn likely_category(&self, code: &str) -> Option<&Category> {
        let likely = code::with_leading_zeros(code, self.categories.iter().map(|category| category.code.as_str()))?;
        self.category(likely)
    }

    #[must_use]
    pub fn territories(&self) -> &[Territory] {
        &self.territories
    }

    #[must_use]
    pub fn assets(&self) -> &[Asset] {
        &self.assets
    }

    /// The nearest asset of the category that the position is within the radius of; ties go to the lower code.
    #[must_use]
    pub fn asset_at(&self, position: Position, category: &Category) -> Option<(&Asset, f64)> {
        let [low, high] = LocalPlane::at(position).envelope(self.max_radius_m);
        self.asset_tree
            .locate_in_envelope(AABB::from_corners(low, high))
            .map(|entry| &self.assets[entry.data])
            .filter(|asset| asset.category == category.code)
            .map(|asset| (asset, position.distance_m(asset.position)))
            .filter(|(asset, distance_m)| *distance_m <= asset.radius_m)
            .min_by(|(a, a_m), (b, b_m)| a_m.total_cmp(b_m).then_with(|| a.code.cmp(&b.code)))
    }

    /// The first territory in force here for the category. Without a category only territories that take all apply.
    #[must_use]
    pub fn territory_at(&self, position: Position, category: Option<&Category>) -> Option<&Territory> {
        let takes = |territory: &Territory| {
            territory.categories.is_empty()
                || category.is_some_and(|category| territory.categories.contains(&category.code))
        };
        self.territory_tree
            .locate_all_at_point([position.lon(), position.lat()])
            .map(|entry| entry.data)
            .filter(|i| takes(&self.territories[*i]) && self.territories[*i].border.contains(position))
            .min()
            .map(|i| &self.territories[i])
    }
}
