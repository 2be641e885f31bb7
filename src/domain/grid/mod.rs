//! Grids (网格): the polygons that responsibility is tied to, and which of them a position belongs to.
//!
//! Every level of a site, from city to grid, is a [`Grid`]; the ones without children are its *leaves*, and a position
//! is placed on exactly one leaf. [`Hierarchy`] holds who belongs to whom, [`GridIndex`] finds the leaf around a
//! position, [`Coverage`] is both together for the features valid at one instant, and [`topology`] says where the
//! polygons overlap, gape or stick out.

mod border;
mod coverage;
mod hierarchy;
mod index;
mod raster;
pub mod ring;
mod segment;
pub mod topology;

use geo::Area as _;
use serde::{Deserialize, Serialize};

use super::{
    code::text_code,
    geo::{Area, LocalPlane, Position},
};
pub use border::Border;
pub use coverage::{Coverage, CoverageTimeline};
pub use hierarchy::{Hierarchy, HierarchyError, NodeId};
pub use index::{GridIndex, LEAST_SHARE, Share};

text_code! {
    /// The code of a grid, community, street, …
    GridCode
}

text_code! {
    /// The code of a department. It stands here because grids name theirs; what a department is stands in `duty`.
    DepartmentCode
}

/// The levels of administration, widest first.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
    strum::EnumIter,
    strum::VariantNames,
    utoipa::ToSchema,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Level {
    /// 市
    City,
    /// 区、旗、县
    District,
    /// 街道, 一级网格
    Street,
    /// 社区, 二级网格
    Community,
    /// 三级网格
    Grid,
}

/// When a feature holds: from `from` (inclusive) to `to` (exclusive); open where `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Validity {
    pub from: Option<jiff::Timestamp>,
    pub to: Option<jiff::Timestamp>,
}

impl Validity {
    #[must_use]
    pub fn holds_at(&self, instant: jiff::Timestamp) -> bool {
        self.from.is_none_or(|from| from <= instant) && self.to.is_none_or(|to| instant < to)
    }
}

/// One feature of `grids.geojson`: a grid or any wider level.
#[derive(Debug, Clone)]
pub struct Grid {
    pub code: GridCode,
    pub name: String,
    pub name_en: Option<String>,
    pub level: Level,
    pub parent: Option<GridCode>,
    pub households: Option<u32>,
    /// Free text of the site: estate, bungalow area, …
    pub kind: Option<String>,
    /// Code of the department in charge where nothing more particular decides; children inherit it.
    pub department: Option<DepartmentCode>,
    pub validity: Validity,
    pub border: Border,
    area_m2: f64,
}

impl Grid {
    /// A grid with its area and nothing else known but code, name and level.
    #[must_use]
    pub fn new(code: GridCode, name: String, level: Level, area: &Area) -> Self {
        let border = Border::new(area);
        let area_m2 = area_m2(border.area());
        Self {
            code,
            name,
            level,
            border,
            area_m2,
            name_en: None,
            parent: None,
            households: None,
            kind: None,
            department: None,
            validity: Validity::default(),
        }
    }

    #[must_use]
    pub fn area_m2(&self) -> f64 {
        self.area_m2
    }

    /// Which of two grids wins where they overlap: `Less` for the winner, which is the smaller, then the lower code.
    #[must_use]
    pub fn by_precedence(&self, other: &Self) -> std::cmp::Ordering {
        self.area_m2.total_cmp(&other.area_m2).then_with(|| self.code.cmp(&other.code))
    }

    /// By the middle of its envelope: where the datums of Chinese maps differ from WGS84.
    #[must_use]
    pub fn in_gcj02_area(&self) -> bool {
        let center = self.border.envelope().center();
        Position::new(center.x, center.y).is_ok_and(Position::in_gcj02_area)
    }
}

/// Square metres of an area the size of a city, by the scale at the centre of its envelope.
#[must_use]
pub fn area_m2(area: &Area) -> f64 {
    use geo::BoundingRect;
    let Some(center) = area.bounding_rect().map(geo::Rect::center) else { return 0.0 };
    let Ok(center) = Position::new(center.x, center.y) else { return 0.0 };
    area.unsigned_area() * LocalPlane::at(center).m2_per_deg2()
}
