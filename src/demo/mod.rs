//! The demo site: a synthetic street, made from one seed, that the repository carries at its root.
//!
//! It is modelled on Gongye Subdistrict (工业街道, Dalad Banner): one street, four communities, 28 grids, 39
//! departments, 145 categories, 309 cameras and the people who work there. Geometry, names and telephone numbers are
//! invented. Everything stands on one plan of the town (`plan`); each file has a module of its own.
//!
//! The same build writes the same bytes each time, so a difference between the generator and the files in the
//! repository is a change that somebody made by hand.

mod basemap;
mod buildings;
mod cameras;
mod collection;
mod dice;
mod duties;
#[cfg(feature = "video")]
pub mod farm;
mod grids;
mod people;
mod places;
mod plan;
mod reports;
mod shape;
mod territories;

use std::path::Path;
use std::{fs, io};

pub use cameras::{DemoScene, RATE, SIZE};
use plan::Plan;
pub use reports::{DemoReport, Stream};

/// One file of a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteFile {
    /// Relative to the site's folder, with `/` between its parts.
    pub path: &'static str,
    pub contents: String,
}

/// Every file of the demo site, in a fixed order.
///
/// ```
/// let files = gridwatch::demo::site();
/// assert!(files.iter().any(|file| file.path == "geodata/grids.geojson"));
/// ```
#[must_use]
pub fn site() -> Vec<SiteFile> {
    let plan = Plan::new();
    let assets = territories::assets(&plan);
    let buildings = buildings::buildings(&plan);
    let places = places::places(&plan, &buildings);
    let cameras = cameras::cameras(&plan, &buildings);
    let file = |path, contents| SiteFile { path, contents };
    vec![
        file("gridwatch.toml", include_str!("fixed/gridwatch.toml").to_owned()),
        file("cameras.toml", cameras::toml(&plan, &cameras)),
        file("geodata/README.md", include_str!("fixed/README.md").to_owned()),
        file("geodata/calendar.toml", include_str!("fixed/calendar.toml").to_owned()),
        file("geodata/workflow.toml", include_str!("fixed/workflow.toml").to_owned()),
        file("geodata/assessment.toml", include_str!("fixed/assessment.toml").to_owned()),
        file("geodata/patrols.toml", include_str!("fixed/patrols.toml").to_owned()),
        file("geodata/departments.toml", duties::departments_toml()),
        file("geodata/categories.csv", duties::categories_csv()),
        file("geodata/grids.geojson", grids::geojson(&plan)),
        file("geodata/staff.csv", people::csv()),
        file("geodata/places.csv", places::csv(&plan, &places)),
        file("geodata/sample_reports.csv", reports::csv(&plan, &buildings, &places, &assets)),
        file("geodata/territories.geojson", territories::territories(&plan)),
        file("geodata/assets.geojson", territories::assets_geojson(&plan, &assets)),
        file("geodata/basemap/streets.geojson", basemap::streets(&plan)),
        file("geodata/basemap/buildings.geojson", buildings::geojson(&plan, &buildings)),
        file("geodata/basemap/water.geojson", basemap::water(&plan)),
        file("geodata/basemap/greens.geojson", basemap::greens(&plan)),
    ]
}

/// The videos that some of its cameras play.
#[must_use]
pub fn scenes() -> Vec<DemoScene> {
    let plan = Plan::new();
    cameras::scenes(&cameras::cameras(&plan, &buildings::buildings(&plan)))
}

/// Writes the demo site into `dir`, over what is there.
///
/// # Errors
/// The first folder or file that cannot be written.
pub fn write_site(dir: &Path) -> io::Result<()> {
    for file in site() {
        let path = dir.join(file.path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, file.contents)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contents(path: &str) -> String {
        site().into_iter().find(|file| file.path == path).expect("a file of the site").contents
    }

    #[test]
    fn two_runs_write_the_same_bytes() {
        assert_eq!(site(), site());
    }

    #[test]
    fn the_repository_holds_what_the_generator_makes() {
        for file in site() {
            let kept = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file.path)).unwrap_or_default();
            // Not assert_eq: a difference in half a megabyte is for a diff tool.
            assert!(kept == file.contents, "{} differs: run `gridwatch demo site`", file.path);
        }
    }

    #[test]
    fn every_file_is_tidy_text() {
        for file in site() {
            assert!(file.contents.ends_with('\n') && !file.contents.ends_with("\n\n"), "{}", file.path);
            assert!(!file.contents.contains('\r') && !file.contents.starts_with('\u{feff}'), "{}", file.path);
            assert!(file.contents.len() < 700_000, "{} is too large", file.path);
        }
    }

    #[test]
    fn every_geojson_and_toml_file_can_be_read_and_says_that_it_is_synthetic() {
        for file in site() {
            let kind = Path::new(file.path).extension().and_then(|kind| kind.to_str());
            if kind == Some("geojson") {
                let json: serde_json::Value = serde_json::from_str(&file.contents).expect(file.path);
                assert_eq!((&json["type"], &json["datum"]), (&"FeatureCollection".into(), &"wgs84".into()));
                assert!(
                    json["description"].as_str().is_some_and(|text| text.starts_with("Synthetic")),
                    "{}",
                    file.path
                );
            } else if kind == Some("toml") {
                file.contents.parse::<toml::Table>().expect(file.path);
            }
        }
        assert!(
            contents("gridwatch.toml").contains("synthetic") && contents("geodata/README.md").contains("synthetic")
        );
    }

    #[test]
    fn the_counts_are_those_of_the_street() {
        let features = |path: &str| contents(path).matches("\"type\":\"Feature\"").count();
        let rows = |path: &str| contents(path).lines().count() - 1;
        let tables = |path: &str, name: &str| contents(path).lines().filter(|line| *line == name).count();
        assert_eq!(features("geodata/grids.geojson"), 33);
        assert_eq!(features("geodata/territories.geojson"), 2);
        assert_eq!(features("geodata/assets.geojson"), 40);
        assert_eq!(tables("geodata/departments.toml", "[[department]]"), 39);
        assert_eq!(tables("cameras.toml", "[[camera]]"), 309);
        assert_eq!(rows("geodata/categories.csv"), 145);
        assert_eq!(rows("geodata/staff.csv"), 247);
        assert_eq!(rows("geodata/sample_reports.csv"), 240);
    }

    #[test]
    fn a_site_is_written_into_a_folder() {
        let dir = tempfile::tempdir().expect("a folder");
        write_site(dir.path()).expect("written");
        for file in site() {
            assert_eq!(fs::read_to_string(dir.path().join(file.path)).expect(file.path), file.contents);
        }
    }
}
