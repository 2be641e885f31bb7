//! `geodata/basemap/*.geojson` and `.pmtiles`: what the map shows beneath the grids.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use geojson::{GeoJson, GeometryValue};

use super::{
    collection,
    files::{self, SiteFolder},
    problem::{Problem, Problems, Spot, Why},
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

/// The files of the basemap, relative to the site's folder.
#[must_use]
pub fn basemap_files(root: &Path) -> Vec<String> {
    let of =
        |ending: &'static str| names(root, ending).into_iter().map(move |name| format!("{FOLDER}/{name}.{ending}"));
    of("geojson").chain(of("pmtiles")).filter(|file| root.join(file).is_file()).collect()
}

/// The layers in the order of their names, each looked at as far as to know that a map can read it.
pub fn read(root: &Path, folder: &SiteFolder, site_datum: Option<Datum>) -> (Vec<BasemapLayer>, Vec<Problem>) {
    let (mut layers, mut all) = (Vec::new(), Vec::new());
    for name in names(root, "pmtiles") {
        let mut problems = Problems::of(&format!("{FOLDER}/{name}.pmtiles"));
        check_tiles(&root.join(FOLDER).join(format!("{name}.pmtiles")), &mut problems);
        all.extend(problems.into_vec());
    }
    for name in names(root, "geojson") {
        let file = format!("{FOLDER}/{name}.geojson");
        let mut problems = Problems::of(&file);
        if let Some(datum) = layer_datum(folder, &file, site_datum, &mut problems) {
            layers.push(BasemapLayer { name, file, datum });
        }
        all.extend(problems.into_vec());
    }
    (layers, all)
}

fn layer_datum(folder: &SiteFolder, file: &str, site_datum: Option<Datum>, problems: &mut Problems) -> Option<Datum> {
    let bytes = folder.read(file, problems)?;
    let text = files::text(&bytes, None, problems)?;
    let (_, datum) = collection::open(&text, site_datum, problems)?;
    Some(datum.unwrap_or_default())
}

/// Tiles are as large as a country; how they begin says whether a map can read them.
fn check_tiles(path: &Path, problems: &mut Problems) {
    /// PMTiles 3, as <https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md> has it.
    const MAGIC: &[u8] = b"PMTiles\x03";
    let mut begin = Vec::new();
    match File::open(path).and_then(|file| file.take(MAGIC.len() as u64).read_to_end(&mut begin)) {
        Ok(_) if begin == MAGIC => {}
        Ok(_) => problems.error(&Spot::file(), None, Why::NotPmtiles),
        Err(error) => problems.error(&Spot::file(), None, Why::FileUnreadable { error: error.kind().to_string() }),
    }
}

fn names(root: &Path, ending: &str) -> Vec<String> {
    let entries = std::fs::read_dir(root.join(FOLDER)).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == ending))
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect();
    names.sort_unstable();
    names
}
