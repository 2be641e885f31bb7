//! A site's files, read into one immutable version of everything the rules need.
//!
//! All problems are reported together, each with its file, feature, line and field. A catalog comes only out of files
//! without errors; warnings (an overlap, a gap) say what the rules will do about it.

mod basemap;
mod calendar;
mod cameras;
mod codes;
mod collection;
mod duties;
mod entry;
mod files;
mod grid_file;
mod grids;
mod people;
mod problem;
mod references;
mod serving;
mod settings;
mod survey_grids;

use std::{path::Path, sync::Arc};

use crate::domain::{
    camera::CameraIndex,
    duty::{Routing, WorkingCalendar},
    grid::CoverageTimeline,
    people::Staff,
    register::Register,
};
pub use basemap::BasemapLayer;
use files::SiteFolder;
pub use grid_file::{GridFile, GridFileError, Kept};
use grids::Grids;
use problem::Problems;
pub use problem::{Problem, Severity, Spot, Why};
pub use serving::{PublicUrl, Serving, TlsFiles};
pub use settings::Settings;
pub use survey_grids::{ColumnMap, FIELDS, Reference, SaidBy, SurveyGridsError, feature_line};

/// One version of a site: immutable; every event and case keeps the version that it was placed with.
#[derive(Debug)]
pub struct Catalog {
    pub version: Version,
    pub settings: Settings,
    pub coverages: CoverageTimeline,
    pub routing: Routing,
    pub staff: Vec<Staff>,
    pub places: Register,
    pub calendar: Arc<WorkingCalendar>,
    pub cameras: CameraIndex,
    pub basemap: Vec<BasemapLayer>,
}

/// The hash of the files that a catalog was read from, as 64 hexadecimal digits (BLAKE3).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Version(String);

impl Version {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What reading a site gave.
#[derive(Debug)]
pub struct Reading {
    /// There if no problem is an error.
    pub catalog: Option<Catalog>,
    /// In the order of the files; errors and warnings.
    pub problems: Vec<Problem>,
}

impl Reading {
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.problems.iter().filter(|problem| problem.severity == severity).count()
    }
}

/// What a site says of itself; what is absent or wrong is at its default.
#[must_use]
pub fn settings(root: &Path) -> Settings {
    settings::read(root).0
}

/// Reads the whole site.
#[must_use]
pub fn read(root: &Path) -> Reading {
    read_from(root, None)
}

/// Reads the whole site as it would be with other grids.
#[must_use]
pub fn read_with_grids(root: &Path, grids: &str) -> Reading {
    read_from(root, Some(grids))
}

fn read_from(root: &Path, other_grids: Option<&str>) -> Reading {
    let (settings, mut problems) = settings::read(root);
    let mut site = SiteReader {
        folder: SiteFolder::new(root, settings.max_file_mb),
        hash: blake3::Hasher::new(),
        problems: &mut problems,
        other_grids,
    };
    let zone_name = settings.time_zone.iana_name().unwrap_or("?");
    let datum_name = settings.datum.map_or(String::new(), |datum| datum.to_string());
    site.hash.update(format!("datum {datum_name}, zone {zone_name}, nearest_m {}\n", settings.nearest_m).as_bytes());

    let zone = &settings.time_zone;
    let datum = settings.datum.unwrap_or_default();
    let grids =
        site.read(grids::FILE, Need::Required, |bytes, problems| grids::read(bytes, settings.datum, zone, problems));
    let departments = site.read(duties::DEPARTMENTS, Need::Optional, duties::departments);
    let categories = site.read(duties::CATEGORIES, Need::Optional, duties::categories);
    let territories =
        site.read(duties::TERRITORIES, Need::Optional, |bytes, p| Some(duties::territories(bytes, settings.datum, p)));
    let assets = site.read(duties::ASSETS, Need::Optional, |bytes, p| Some(duties::assets(bytes, settings.datum, p)));
    let staff = site.read(people::STAFF, Need::Optional, |bytes, p| Some(people::staff(bytes, p)));
    let places = site.read(people::PLACES, Need::Optional, |bytes, p| Some(people::places(bytes, datum, p)));
    let calendar = site.read(calendar::FILE, Need::Optional, |bytes, p| calendar::read(bytes, zone, p));
    let cameras =
        site.read(cameras::FILE, Need::Optional, |bytes, p| Some(cameras::read(bytes, datum, p))).unwrap_or_default();
    let version = Version(site.hash.finalize().to_hex().to_string());

    let (basemap, basemap_problems) = basemap::read(root, &site.folder, settings.datum);
    problems.extend(basemap_problems);
    let mut grid_problems = Problems::of(grids::FILE);
    if !settings.has_time_zone && grids.as_ref().is_some_and(Grids::in_china) {
        let mut of_settings = Problems::of(settings::FILE);
        of_settings.warning(&Spot::file(), Some("time_zone"), Why::NoTimeZone);
        problems.extend(of_settings.into_vec());
    }
    let coverages = grids.as_ref().and_then(|grids| grids.coverages(&mut grid_problems));
    problems.extend(grid_problems.into_vec());
    let (territories, assets, staff) =
        (territories.unwrap_or_default(), assets.unwrap_or_default(), staff.unwrap_or_default());
    problems.extend(references::check(&references::Referring {
        grids: grids.as_ref(),
        departments: departments.as_ref(),
        categories: categories.as_ref(),
        territories: &territories,
        assets: &assets,
        staff: &staff,
    }));

    let sound = problems.iter().all(|problem| problem.severity != Severity::Error);
    let catalog = coverages.filter(|_| sound).map(|coverages| Catalog {
        version,
        coverages,
        routing: Routing::new(
            without_spots(departments.map(|list| list.entries).unwrap_or_default()),
            without_spots(categories.map(|list| list.entries).unwrap_or_default()),
            without_spots(territories),
            without_spots(assets),
        ),
        staff: without_spots(staff),
        places: Register::new(places.unwrap_or_default()),
        calendar: Arc::new(calendar.unwrap_or_else(|| WorkingCalendar::plain(settings.time_zone.clone()))),
        cameras: CameraIndex::new(cameras),
        basemap,
        settings,
    });
    Reading { catalog, problems }
}

fn without_spots<T>(entries: Vec<(T, Spot)>) -> Vec<T> {
    entries.into_iter().map(|(entry, _)| entry).collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Need {
    Required,
    Optional,
}

/// Reads file after file, hashing what it reads and gathering what is wrong.
struct SiteReader<'a> {
    folder: SiteFolder,
    hash: blake3::Hasher,
    problems: &'a mut Vec<Problem>,
    /// In the place of the file of grids.
    other_grids: Option<&'a str>,
}

impl SiteReader<'_> {
    fn read<T>(&mut self, file: &str, need: Need, parse: impl FnOnce(&[u8], &mut Problems) -> Option<T>) -> Option<T> {
        let mut problems = Problems::of(file);
        let bytes = match self.other_grids.filter(|_| file == grids::FILE) {
            Some(text) => Some(text.as_bytes().to_vec()),
            None => self.folder.read(file, &mut problems),
        };
        let mut noted = problems.into_vec();
        let mut problems = Problems::of(file);
        let parsed = match &bytes {
            Some(bytes) => {
                // Name and length keep two files from running into each other.
                self.hash.update(format!("{file} {}\n", bytes.len()).as_bytes()).update(bytes);
                parse(bytes, &mut problems)
            }
            None if need == Need::Required && noted.is_empty() => {
                problems.error(&Spot::file(), None, Why::FileMissing);
                None
            }
            None => None,
        };
        noted.extend(problems.into_vec());
        self.problems.extend(noted);
        parsed
    }
}
