//! Planners' reports as people read them: GeoJSON, CSV, a workbook, and a page to print.

mod about;
pub mod desk;
mod kept;
mod map;
mod page;
mod rows;
mod table;
mod workbook;

use std::collections::HashMap;

use jiff::{Timestamp, tz::TimeZone};
use serde::Deserialize;

pub use kept::Summary;
#[cfg(test)]
pub use page::PAGE_WORDS;
pub use table::csv;

use crate::{
    domain::{
        analysis::planning::{Incidents, Question, Report},
        geo::Position,
        grid::{Coverage, Grid},
    },
    io::catalog::Catalog,
    words::Language,
};

/// A question, its answer, and all that is needed to read it.
pub struct Paper<'a> {
    pub question: &'a Question,
    pub report: &'a Report,
    pub incidents: &'a Incidents,
    pub catalog: &'a Catalog,
    /// The grids that counted.
    pub coverage: &'a Coverage,
    pub language: Language,
    pub origin: Origin,
}

/// What codes are called.
struct Names<'a> {
    catalog: &'a Catalog,
    language: Language,
    grids: HashMap<&'a str, &'a Grid>,
}

/// Where the incidents came from.
#[derive(Debug, Clone)]
pub struct Origin {
    /// A file's name, or the cases of the service.
    pub of: String,
    /// Up to which change of the store; asked again with it, the answer is the same whatever has changed since.
    pub as_of: Option<String>,
    pub category: Option<String>,
    /// Cases that the reader may only count; they are not among the incidents.
    pub hidden: u64,
    /// Whose days and hours count.
    pub zone: TimeZone,
    pub made_at: Timestamp,
}

/// How a report is handed out.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Default,
    Deserialize,
    utoipa::ToSchema,
    strum::Display,
    strum::EnumString,
    strum::VariantNames,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Format {
    #[default]
    Geojson,
    /// With a mark that it is UTF-8, for office programs.
    Csv,
    /// A workbook.
    Xlsx,
    /// A page to print.
    Html,
}

/// Which rows a table has.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Default,
    Deserialize,
    utoipa::ToSchema,
    strum::Display,
    strum::EnumString,
    strum::VariantNames,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Rows {
    /// What was found of each area, incident or pair of distances and times.
    #[default]
    Findings,
    /// The hotspots, ranked.
    Hotspots,
}

impl Format {
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Geojson => "application/geo+json",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Html => "text/html; charset=utf-8",
        }
    }
}

/// A place farther from a hotspot's middle says nothing of where it is.
const NEAR_M: f64 = 500.0;

impl Paper<'_> {
    /// # Errors
    /// If a part cannot be written, which is a fault of ours.
    pub fn write(&self, format: Format, rows: Rows) -> anyhow::Result<Vec<u8>> {
        match format {
            Format::Geojson => table::geojson(self, rows),
            Format::Csv => csv(&self.properties(rows)),
            Format::Xlsx => workbook::write(self),
            Format::Html => page::write(self),
        }
    }

    fn names(&self) -> Names<'_> {
        let hierarchy = &self.coverage.hierarchy;
        let grids = hierarchy.nodes().map(|node| hierarchy.grid(node)).map(|grid| (grid.code.as_str(), &**grid));
        Names { catalog: self.catalog, language: self.language, grids: grids.collect() }
    }
}

impl<'a> Names<'a> {
    /// A name in the language of the reader, where there is one.
    fn own(&self, name: &'a str, english: Option<&'a String>) -> &'a str {
        english.filter(|_| self.language == Language::En).map_or(name, String::as_str)
    }

    fn grid(&self, code: &str) -> Option<&'a str> {
        self.grids.get(code).map(|grid| self.own(&grid.name, grid.name_en.as_ref()))
    }

    fn department(&self, code: &str) -> Option<&'a str> {
        let department = self.catalog.routing.department(code);
        department.map(|department| self.own(&department.name, department.name_en.as_ref()))
    }

    fn category(&self, code: &str) -> Option<&'a str> {
        let category = self.catalog.routing.category(code);
        category.map(|category| self.own(&category.name, category.name_en.as_ref()))
    }

    /// What a place nearby is called.
    fn place(&self, position: Position) -> Option<&'a str> {
        let places = self.catalog.places.places().iter();
        let away = places.map(|place| (place.position.distance_m(position), place));
        let nearest = away.filter(|(away_m, _)| *away_m <= NEAR_M).min_by(|(a, _), (b, _)| a.total_cmp(b));
        nearest.map(|(_, place)| place.name.as_str())
    }
}
