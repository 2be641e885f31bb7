//! `gridwatch.toml`: what a site says of itself as a whole.

use jiff::tz::TimeZone;

use super::{
    entry::Entry,
    files::{SiteFolder, toml_tables},
    problem::{Problem, Problems, Spot, Why},
    serving::{self, Serving},
};
use crate::domain::geo::Datum;

pub const FILE: &str = "gridwatch.toml";

/// Settings that the reading and the placing depend on.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `id`: what the site is called in the store, which may hold several.
    pub id: String,
    pub name: Option<String>,
    pub name_en: Option<String>,
    /// Whose midnight a date means; UTC where the site does not say.
    pub time_zone: TimeZone,
    /// Whether the site says which zone.
    pub has_time_zone: bool,
    /// `[geodata] datum`: of every file of geodata that does not say otherwise.
    pub datum: Option<Datum>,
    /// `[geodata] max_file_mb`: files above are refused.
    pub max_file_mb: u64,
    /// `[placement] nearest_m`: how far outside every grid a position still counts for the nearest.
    pub nearest_m: f64,
    /// How the service is reached.
    pub serving: Serving,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            id: "main".to_owned(),
            name: None,
            name_en: None,
            time_zone: TimeZone::UTC,
            has_time_zone: false,
            datum: None,
            max_file_mb: 64,
            nearest_m: 50.0,
            serving: Serving::default(),
        }
    }
}

/// Reads the settings; what is absent or wrong stays at its default.
pub fn read(root: &std::path::Path) -> (Settings, Vec<Problem>) {
    let mut problems = Problems::of(FILE);
    let mut settings = Settings::default();
    let bytes = SiteFolder::new(root, 1).read(FILE, &mut problems);
    if let Some((_, values)) = bytes.and_then(|bytes| toml_tables(&bytes, "", &mut problems)) {
        let mut entry = Entry::new(Spot::file(), values, &mut problems);
        if let Some(id) = entry.code("id") {
            settings.id = id;
        }
        settings.name = entry.text("name");
        settings.name_en = entry.text("name_en");
        settings.has_time_zone = entry.has("time_zone");
        if let Some(value) = entry.text("time_zone") {
            match TimeZone::get(&value) {
                Ok(zone) => settings.time_zone = zone,
                Err(_) => entry.error("time_zone", Why::BadTimeZone { value }),
            }
        }
        entry.tables("geodata", |geodata| {
            settings.datum = geodata.choice("datum");
            if let Some(limit) = geodata.whole_number("max_file_mb", 1, 4096) {
                settings.max_file_mb = limit.unsigned_abs();
            }
        });
        entry.tables("placement", |placement| {
            if let Some(nearest_m) = placement.number("nearest_m", 0.0, 10_000.0) {
                settings.nearest_m = nearest_m;
            }
        });
        settings.serving = serving::read(&mut entry);
        entry.no_more_keys();
    }
    (settings, problems.into_vec())
}
