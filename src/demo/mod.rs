//! The demo site: a synthetic street, made from one seed, that the repository carries at its root.
//!
//! It is modelled on Gongye Subdistrict (工业街道, Dalad Banner): one street, four communities, 28 grids, 39
//! departments, 145 categories, 309 cameras and the people who work there. Geometry, names and telephone numbers are
//! invented. Everything stands on one [`plan`] of the town; each file has a module of its own.
//!
//! The same build writes the same bytes each time, so a difference between the generator and the files in the
//! repository is a change that somebody made by hand.

mod basemap;
mod buildings;
mod cameras;
mod collection;
mod dice;
mod duties;
mod grids;
mod people;
mod places;
mod plan;
mod shape;
mod territories;

use std::path::Path;
use std::{fs, io};

use plan::Plan;

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
        file("geodata/departments.toml", duties::departments_toml()),
        file("geodata/categories.csv", duties::categories_csv()),
        file("geodata/grids.geojson", grids::geojson(&plan)),
        file("geodata/staff.csv", people::csv()),
        file("geodata/places.csv", places::csv(&plan, &places)),
        file("geodata/territories.geojson", territories::territories(&plan)),
        file("geodata/assets.geojson", territories::assets_geojson(&plan, &assets)),
        file("geodata/basemap/streets.geojson", basemap::streets(&plan)),
        file("geodata/basemap/buildings.geojson", buildings::geojson(&plan, &buildings)),
        file("geodata/basemap/water.geojson", basemap::water(&plan)),
        file("geodata/basemap/greens.geojson", basemap::greens(&plan)),
    ]
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
