//! A site's files, read into one immutable version of everything the rules need.
//!
//! All problems are reported together, each with its file, feature, line and field. A catalog comes only out of files
//! without errors; warnings (an overlap, a gap) say what the rules will do about it.

mod assessment;
mod basemap;
mod calendar;
mod camera_list;
mod cameras;
mod codes;
mod collection;
mod difference;
mod duties;
mod entry;
mod files;
mod grid_file;
mod grids;
mod notify;
mod patrols;
mod people;
mod problem;
mod references;
mod serving;
mod settings;
mod survey_grids;
mod workflow;
mod written;

use std::{collections::BTreeMap, path::Path, sync::Arc};

use crate::domain::{
    analysis::figures::Assessment,
    camera::CameraIndex,
    case::Terms,
    duty::{Routing, WorkingCalendar},
    grid::CoverageTimeline,
    patrol::Instruction,
    people::{Roster, Staff},
    register::Register,
};
pub use basemap::{BasemapLayer, basemap_files};
pub use camera_list::{CameraList, with_cameras};
pub use cameras::FILE as CAMERAS;
pub use difference::{Change, Difference, Put, differences, put};
pub use duties::{RULINGS, rulings_csv};
use files::SiteFolder;
pub use grid_file::{GridFile, GridFileError, Kept};
pub use grids::FILE as GRIDS;
use grids::Grids;
pub use notify::{Encryption, Form, Notify, Smtp, Tongue, Webhook};
pub use people::STAFF;
use problem::Problems;
pub use problem::{Problem, Severity, Spot, Why};
pub use serving::{PublicUrl, Serving, TlsFiles};
pub use settings::{FILE as SETTINGS, Settings, Upkeep};
pub use survey_grids::{ColumnMap, FIELDS, Reference, SaidBy, SurveyGridsError, feature_line};
pub use written::write_over;

/// One version of a site: immutable; every event and case keeps the version that it was placed with.
#[derive(Debug)]
pub struct Catalog {
    pub version: Version,
    pub settings: Settings,
    pub coverages: CoverageTimeline,
    pub routing: Arc<Routing>,
    pub staff: Arc<[Staff]>,
    /// Who walks which grid.
    pub roster: Roster,
    pub places: Register,
    /// What is looked at every day.
    pub patrols: Vec<Instruction>,
    pub calendar: Arc<WorkingCalendar>,
    /// What holds for cases: the lists and the calendar above, and the plan of the work.
    pub terms: Arc<Terms>,
    /// How the work is assessed.
    pub assessment: Assessment,
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

/// The files that a version is made of: their bytes by their names in the site's folder. The basemap is not of them.
pub type SiteFiles = BTreeMap<String, Vec<u8>>;

/// What a site is read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum For {
    /// Placing, which nothing can do without grids.
    Placing,
    /// The service: it starts without any file, and names what it misses.
    Serving,
}

/// What reading a site gave.
#[derive(Debug)]
pub struct Reading {
    /// There if no problem is an error.
    pub catalog: Option<Catalog>,
    /// In the order of the files; errors and warnings.
    pub problems: Vec<Problem>,
    /// What was read.
    pub files: SiteFiles,
}

impl Reading {
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.problems.iter().filter(|problem| problem.severity == severity).count()
    }

    /// Whether there are grids among the files.
    #[must_use]
    pub fn has_grids(&self) -> bool {
        self.files.contains_key(grids::FILE)
    }
}

/// Whether anything in the folder says that it is a site.
#[must_use]
pub fn is_site(root: &Path) -> bool {
    [settings::FILE, cameras::FILE, "geodata"].iter().any(|name| root.join(name).exists())
}

/// What a site says of itself; what is absent or wrong is at its default.
#[must_use]
pub fn settings(root: &Path) -> Settings {
    settings::read(root).0
}

/// Reads the whole site, for placing.
#[must_use]
pub fn read(root: &Path) -> Reading {
    read_from(root, Source::Folder, For::Placing)
}

/// Reads the whole site for the service, which can do without every file.
#[must_use]
pub fn read_for_service(root: &Path) -> Reading {
    read_from(root, Source::Folder, For::Serving)
}

/// Reads the whole site as it would be with other grids.
#[must_use]
pub fn read_with_grids(root: &Path, grids: &str) -> Reading {
    let grids = SiteFiles::from([(grids::FILE.to_owned(), grids.as_bytes().to_vec())]);
    read_from(root, Source::FolderBut(&grids), For::Placing)
}

/// Reads the whole site for the service, as it would be with another staff list.
#[must_use]
pub fn read_with_staff(root: &Path, staff: Vec<u8>) -> Reading {
    let staff = SiteFiles::from([(STAFF.to_owned(), staff)]);
    read_from(root, Source::FolderBut(&staff), For::Serving)
}

/// Reads the whole site for the service, as it would be with other cameras.
#[must_use]
pub fn read_with_cameras(root: &Path, cameras: Vec<u8>) -> Reading {
    let cameras = SiteFiles::from([(cameras::FILE.to_owned(), cameras)]);
    read_from(root, Source::FolderBut(&cameras), For::Serving)
}

/// The members of a staff list that can be read, whatever is wrong with the others.
#[must_use]
pub fn staff_of(bytes: &[u8]) -> Vec<Staff> {
    without_spots(people::staff(bytes, &mut Problems::of(STAFF)))
}

/// Reads a version from its files as they were kept, for the service of the folder, which gives the basemap and how it
/// is reached. The same files are the same version, wherever they are read from.
#[must_use]
pub fn read_version(root: &Path, files: &SiteFiles) -> Reading {
    read_from(root, Source::Kept(files), For::Serving)
}

/// Where the files of a version are read from.
#[derive(Clone, Copy)]
enum Source<'a> {
    Folder,
    /// These in the place of those in the folder.
    FolderBut(&'a SiteFiles),
    /// These and no others.
    Kept(&'a SiteFiles),
}

fn read_from(root: &Path, source: Source<'_>, purpose: For) -> Reading {
    let (settings, mut problems, settings_bytes) = match source {
        Source::Folder | Source::FolderBut(_) => settings::read(root),
        Source::Kept(files) => {
            let bytes = files.get(settings::FILE).cloned();
            let (settings, problems) = settings::parse(bytes.as_deref());
            (settings.served_by(settings::read(root).0), problems, bytes)
        }
    };
    let mut site = SiteReader {
        folder: SiteFolder::new(root, settings.max_file_mb),
        hash: blake3::Hasher::new(),
        problems: &mut problems,
        source,
        purpose,
        files: settings_bytes.map(|bytes| (settings::FILE.to_owned(), bytes)).into_iter().collect(),
    };
    site.hash.update(settings.placing().as_bytes());

    let zone = &settings.time_zone;
    let datum = settings.datum.unwrap_or_default();
    let grids =
        site.read(grids::FILE, Need::Required, |bytes, problems| grids::read(bytes, settings.datum, zone, problems));
    let departments = site.read(duties::DEPARTMENTS, Need::Expected, duties::departments);
    let categories = site.read(duties::CATEGORIES, Need::Expected, duties::categories);
    let territories =
        site.read(duties::TERRITORIES, Need::Optional, |bytes, p| Some(duties::territories(bytes, settings.datum, p)));
    let assets = site.read(duties::ASSETS, Need::Optional, |bytes, p| Some(duties::assets(bytes, settings.datum, p)));
    let staff = site.read(STAFF, Need::Expected, |bytes, p| Some(people::staff(bytes, p)));
    let places = site.read(people::PLACES, Need::Expected, |bytes, p| Some(people::places(bytes, datum, p)));
    let calendar = site.read(calendar::FILE, Need::Expected, |bytes, p| calendar::read(bytes, zone, p));
    let rulings =
        site.read(RULINGS, Need::Optional, |bytes, p| Some(duties::rulings(bytes, zone, p))).unwrap_or_default();
    let plan = site.read(workflow::FILE, Need::Optional, workflow::read).unwrap_or_default();
    let assessment = site.read(assessment::FILE, Need::Optional, assessment::read).unwrap_or_default();
    let cameras =
        site.read(cameras::FILE, Need::Expected, |bytes, p| Some(cameras::read(bytes, datum, p))).unwrap_or_default();
    let patrols = site.read(patrols::FILE, Need::Optional, |bytes, p| Some(patrols::read(bytes, p)));
    let SiteReader { folder, hash, files, .. } = site;
    let version = Version(hash.finalize().to_hex().to_string());

    let (basemap, basemap_problems) = basemap::read(root, &folder, settings.datum);
    problems.extend(basemap_problems);
    let mut grid_problems = Problems::of(grids::FILE);
    if !settings.has_time_zone && grids.as_ref().is_some_and(Grids::in_china) {
        let mut of_settings = Problems::of(settings::FILE);
        of_settings.warning(&Spot::file(), Some("time_zone"), Why::NoTimeZone);
        problems.extend(of_settings.into_vec());
    }
    let coverages = match &grids {
        // An error is noted already where the file is there and cannot be read.
        None if purpose == For::Serving => CoverageTimeline::new(&[]).ok(),
        None => None,
        Some(grids) => grids.coverages(&mut grid_problems),
    };
    problems.extend(grid_problems.into_vec());
    let (territories, assets, staff, patrols) = (
        territories.unwrap_or_default(),
        assets.unwrap_or_default(),
        staff.unwrap_or_default(),
        patrols.unwrap_or_default(),
    );
    problems.extend(references::check(&references::Referring {
        grids: grids.as_ref(),
        departments: departments.as_ref(),
        categories: categories.as_ref(),
        territories: &territories,
        assets: &assets,
        rulings: &rulings,
        staff: &staff,
        places: places.as_deref(),
        patrols: &patrols,
        cameras: &cameras,
        upkeep: settings.upkeep.as_ref(),
    }));

    let sound = problems.iter().all(|problem| problem.severity != Severity::Error);
    let routing = Routing::new(
        without_spots(departments.map(|list| list.entries).unwrap_or_default()),
        without_spots(categories.map(|list| list.entries).unwrap_or_default()),
        without_spots(territories),
        without_spots(assets),
    );
    let routing = Arc::new(routing.with_rulings(without_spots(rulings)));
    let staff: Arc<[Staff]> = without_spots(staff).into();
    let calendar = Arc::new(calendar.unwrap_or_else(|| WorkingCalendar::plain(settings.time_zone.clone())));
    let catalog = coverages.filter(|_| sound).map(|coverages| Catalog {
        terms: Arc::new(Terms {
            version: version.as_str().to_owned(),
            plan,
            routing: Arc::clone(&routing),
            calendar: Arc::clone(&calendar),
            staff: Arc::clone(&staff),
            channels: settings.notify.channels(&staff),
        }),
        version,
        coverages,
        routing,
        roster: Roster::new(&staff),
        staff,
        assessment,
        places: Register::new(places.unwrap_or_default()),
        patrols: without_spots(patrols),
        calendar,
        cameras: CameraIndex::new(without_spots(cameras)),
        basemap,
        settings,
    });
    Reading { catalog, problems, files }
}

fn without_spots<T>(entries: Vec<(T, Spot)>) -> Vec<T> {
    entries.into_iter().map(|(entry, _)| entry).collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Need {
    /// Nothing can be placed without it.
    Required,
    /// Something is missing in the service without it.
    Expected,
    Optional,
}

/// Reads file after file, hashing what it reads and gathering what is wrong.
struct SiteReader<'a> {
    folder: SiteFolder,
    hash: blake3::Hasher,
    problems: &'a mut Vec<Problem>,
    source: Source<'a>,
    purpose: For,
    files: SiteFiles,
}

impl SiteReader<'_> {
    fn read<T>(&mut self, file: &str, need: Need, parse: impl FnOnce(&[u8], &mut Problems) -> Option<T>) -> Option<T> {
        let mut problems = Problems::of(file);
        let bytes = match self.source {
            Source::Kept(files) => files.get(file).cloned(),
            Source::FolderBut(files) if files.contains_key(file) => files.get(file).cloned(),
            Source::Folder | Source::FolderBut(_) => self.folder.read(file, &mut problems),
        };
        let mut noted = problems.into_vec();
        let mut problems = Problems::of(file);
        let mut parsed = None;
        if let Some(bytes) = &bytes {
            // Name and length keep two files from running into each other.
            self.hash.update(format!("{file} {}\n", bytes.len()).as_bytes()).update(bytes);
            parsed = parse(bytes, &mut problems);
        } else if noted.is_empty() {
            match (need, self.purpose) {
                (Need::Required, For::Placing) => problems.error(&Spot::file(), None, Why::FileMissing),
                (Need::Required, For::Serving) => problems.warning(&Spot::file(), None, Why::NoGrids),
                (Need::Expected, For::Serving) => problems.warning(&Spot::file(), None, Why::TakenAsEmpty),
                (Need::Expected, For::Placing) | (Need::Optional, _) => {}
            }
        }
        noted.extend(problems.into_vec());
        self.problems.extend(noted);
        self.files.extend(bytes.map(|bytes| (file.to_owned(), bytes)));
        parsed
    }
}
