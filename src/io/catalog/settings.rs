//! `gridwatch.toml`: what a site says of itself as a whole.

use jiff::{SignedDuration, tz::TimeZone};

use super::{
    entry::Entry,
    files::{SiteFolder, toml_tables},
    notify::{self, Notify},
    problem::{Problem, Problems, Spot, Why},
    serving::{self, Serving},
};
use crate::domain::{duty::CategoryCode, event::ShotLimits, geo::Datum};

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
    /// `[evidence]`: from where on a photo is in doubt.
    pub evidence: ShotLimits,
    /// How the service is reached.
    pub serving: Serving,
    /// `[notify]`: what becomes of notices.
    pub notify: Notify,
    /// `[upkeep]`: what becomes of cameras that are ill; nothing where the site does not say.
    pub upkeep: Option<Upkeep>,
}

/// A case for whoever maintains the cameras.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upkeep {
    pub category: CategoryCode,
    /// How long one must have been ill.
    pub after: SignedDuration,
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
            evidence: ShotLimits::default(),
            serving: Serving::default(),
            notify: Notify::default(),
            upkeep: None,
        }
    }
}

impl Settings {
    /// What placing depends on: versions that differ in it are not the same.
    pub(super) fn placing(&self) -> String {
        let zone = self.time_zone.iana_name().unwrap_or("?");
        let datum = self.datum.map_or(String::new(), |datum| datum.to_string());
        format!("datum {datum}, zone {zone}, nearest_m {}\n", self.nearest_m)
    }

    /// The same placing, in the service of this folder: name, address and limits are no matter of versions.
    pub(super) fn served_by(self, folder: Self) -> Self {
        let Self { time_zone, has_time_zone, datum, nearest_m, .. } = self;
        Self { time_zone, has_time_zone, datum, nearest_m, ..folder }
    }
}

/// Reads the settings, and the bytes that they came from; what is absent or wrong stays at its default.
pub fn read(root: &std::path::Path) -> (Settings, Vec<Problem>, Option<Vec<u8>>) {
    let mut problems = Problems::of(FILE);
    let bytes = SiteFolder::new(root, 1).read(FILE, &mut problems);
    let (settings, more) = parse(bytes.as_deref());
    (settings, [problems.into_vec(), more].concat(), bytes)
}

/// The settings of a file's bytes.
pub fn parse(bytes: Option<&[u8]>) -> (Settings, Vec<Problem>) {
    let mut problems = Problems::of(FILE);
    let mut settings = Settings::default();
    if let Some((_, values)) = bytes.and_then(|bytes| toml_tables(bytes, "", &mut problems)) {
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
        entry.tables("evidence", |evidence| {
            let limits = &mut settings.evidence;
            if let Some(hours) = evidence.whole_number("oldest_h", 1, 10_000) {
                limits.oldest = SignedDuration::from_hours(hours);
            }
            if let Some(minutes) = evidence.whole_number("clocks_differ_min", 0, 10_000) {
                limits.clocks_differ = SignedDuration::from_mins(minutes);
            }
            limits.far_m = evidence.number("far_m", 1.0, 100_000.0).unwrap_or(limits.far_m);
            limits.apart_m = evidence.number("apart_m", 1.0, 100_000.0).unwrap_or(limits.apart_m);
        });
        entry.tables("upkeep", |upkeep| {
            let category = upkeep.required_code("category").map(CategoryCode::new);
            let minutes = upkeep.number("after_min", 1.0, 43_200.0).unwrap_or(30.0);
            let after = SignedDuration::from_secs((minutes * 60.0) as i64);
            settings.upkeep = category.map(|category| Upkeep { category, after });
        });
        settings.serving = serving::read(&mut entry);
        settings.notify = notify::read(&mut entry);
        entry.no_more_keys();
    }
    (settings, problems.into_vec())
}
