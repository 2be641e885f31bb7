//! `geodata/basemap/*.geojson`: what the map shows beneath the grids.

use std::path::Path;

use super::{
    files::{self, SiteFolder},
    grids::datum_of,
    problem::{Problem, Problems},
};
use crate::domain::geo::Datum;

pub const FOLDER: &str = "geodata/basemap";

/// One layer of the basemap; its features are read by who shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BasemapLayer {
    /// The file's name without ending: streets, buildings, …
    pub name: String,
    /// Relative to the site's folder.
    pub file: String,
    pub datum: Datum,
}

/// The layers in the order of their names, each looked at as far as to know that a map can read it.
pub fn read(root: &Path, folder: &SiteFolder, site_datum: Option<Datum>) -> (Vec<BasemapLayer>, Vec<Problem>) {
    let (mut layers, mut all) = (Vec::new(), Vec::new());
    for name in names(root) {
        let file = format!("{FOLDER}/{name}.geojson");
        let mut problems = Problems::of(&file);
        if let Some(datum) = layer_datum(folder, &file, &mut problems) {
            layers.push(BasemapLayer { name, file, datum: site_datum.or(datum).unwrap_or_default() });
        }
        all.extend(problems.into_vec());
    }
    (layers, all)
}

#[expect(clippy::option_option, reason = "not readable, not declared and declared are three things")]
fn layer_datum(folder: &SiteFolder, file: &str, problems: &mut Problems) -> Option<Option<Datum>> {
    let bytes = folder.read(file, problems)?;
    let text = files::text(&bytes, None, problems)?;
    let collection = files::collection(&text, problems)?;
    datum_of(&collection.members, problems)
}

fn names(root: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(root.join(FOLDER)).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "geojson"))
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect();
    names.sort_unstable();
    names
}
