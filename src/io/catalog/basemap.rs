//! `geodata/basemap/*.geojson`: what the map shows beneath the grids.

use std::{io, path::Path};

use geojson::{GeoJson, GeometryValue};

use super::{
    files::{self, SiteFolder},
    grids::datum_of,
    problem::{Problem, Problems},
};
use crate::domain::geo::{Datum, Position};

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

impl BasemapLayer {
    /// The layer as GeoJSON in WGS84, as it stands in the file now.
    ///
    /// # Errors
    /// If the file is gone, or is no GeoJSON any more.
    pub fn read(&self, root: &Path) -> io::Result<String> {
        let text = std::fs::read_to_string(root.join(&self.file))?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        if self.datum == Datum::Wgs84 {
            return Ok(text.to_owned());
        }
        let mut json: GeoJson = text.parse().map_err(io::Error::other)?;
        if let GeoJson::FeatureCollection(collection) = &mut json {
            for geometry in collection.features.iter_mut().filter_map(|feature| feature.geometry.as_mut()) {
                undo(&mut geometry.value, self.datum);
            }
            // What it declared is no longer so.
            collection.foreign_members = None;
        }
        Ok(json.to_string())
    }
}

/// Takes every position of the geometry to WGS84.
fn undo(geometry: &mut GeometryValue, datum: Datum) {
    let one = |at: &mut geojson::Position| {
        if let Ok(position) = Position::new(at[0], at[1]) {
            let position = datum.to_wgs84(position);
            (at[0], at[1]) = (position.lon(), position.lat());
        }
    };
    match geometry {
        GeometryValue::Point { coordinates } => one(coordinates),
        GeometryValue::MultiPoint { coordinates } | GeometryValue::LineString { coordinates } => {
            coordinates.iter_mut().for_each(one);
        }
        GeometryValue::MultiLineString { coordinates } | GeometryValue::Polygon { coordinates } => {
            coordinates.iter_mut().flatten().for_each(one);
        }
        GeometryValue::MultiPolygon { coordinates } => coordinates.iter_mut().flatten().flatten().for_each(one),
        GeometryValue::GeometryCollection { geometries } => {
            for geometry in geometries {
                undo(&mut geometry.value, datum);
            }
        }
    }
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
