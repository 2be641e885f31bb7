//! Real surveys of grids: shapefiles, GeoPackages and GeoJSON as surveyors and their software write them.
//!
//! [`read`] takes a file as it is: attributes as text, rings untouched, coordinates as surveyed, and what the file says
//! about its coordinate system. [`Projection`] brings coordinates to WGS84. What the columns mean, whether the rings
//! are sound and which datum shift applies is decided by who asks.

mod dbf;
mod geojson;
mod geopackage;
mod projection;
mod rings;
mod shapefile;
mod text;

use std::{
    collections::BTreeMap,
    fs,
    io::Read,
    path::{Path, PathBuf},
};

use encoding_rs::Encoding;

pub use projection::{Projection, ProjectionError};

/// Points `[x, y]` of rings of polygons: the first ring of a polygon is its outer one, the others its holes. Rings are
/// as in the file: those that are not closed there are not closed here.
pub type Rings = Vec<Vec<Vec<[f64; 2]>>>;

/// What a file of a survey holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Survey {
    pub features: Vec<SurveyFeature>,
    /// Numbers of the features that have no shape; they are not in `features`.
    pub without_shape: Vec<usize>,
    /// What the file declares about its coordinates; `None` where it is silent.
    pub crs: Option<CrsFound>,
    /// The collection's member `datum`, as it stands; only GeoJSON has one.
    pub datum: Option<String>,
    /// Names of all attributes, in the file's order.
    pub columns: Vec<String>,
}

impl Survey {
    /// From this survey's coordinates to WGS84: by what the file declares, else as degrees.
    ///
    /// # Errors
    /// Systems that are unknown or not on CGCS2000 or WGS84.
    pub fn projection(&self) -> Result<Projection, ProjectionError> {
        self.crs.as_ref().map_or_else(|| Ok(Projection::geographic()), CrsFound::projection)
    }
}

/// One grid, say.
#[derive(Debug, Clone, PartialEq)]
pub struct SurveyFeature {
    /// Its place in the file, counted from 1.
    pub number: usize,
    /// Values as text, trimmed; empty ones are left out. Codes keep their leading zeros, whole numbers have no
    /// decimals, and no number is rewritten to one that the file does not hold.
    pub attributes: BTreeMap<String, String>,
    pub rings: Rings,
}

/// A coordinate reference system as a file declares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrsFound {
    /// Well-known text, a URN, or `EPSG:nnnn`.
    pub text: String,
    /// Its EPSG code where the file gives one.
    pub epsg: Option<u16>,
}

impl CrsFound {
    fn of_text(text: &str) -> Self {
        let text = text.trim_start_matches('\u{feff}').trim().to_owned();
        let of_urn = || text.rsplit_once(':').filter(|(authority, _)| authority.contains("EPSG"))?.1.parse().ok();
        let epsg = projection::wkt_epsg(&text).or_else(of_urn);
        Self { text, epsg }
    }

    /// A short name for people.
    #[must_use]
    pub fn name(&self) -> &str {
        if self.text.contains('[') { projection::wkt_name(&self.text) } else { &self.text }
    }

    /// # Errors
    /// Systems that are unknown or not on CGCS2000 or WGS84.
    pub fn projection(&self) -> Result<Projection, ProjectionError> {
        match self.epsg.map(Projection::from_epsg) {
            None | Some(Err(ProjectionError::Unknown { .. })) => Projection::parse(&self.text),
            Some(known) => known,
        }
    }
}

/// What the user says about a file that the file does not say, or says wrongly.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReadOptions<'a> {
    /// `--encoding`: of the texts of a shapefile's table or a GeoJSON file, over what they declare.
    pub encoding: Option<&'static Encoding>,
    /// `--layer`: of a GeoPackage.
    pub layer: Option<&'a str>,
}

/// Why a survey cannot be read. Files go by their names without folders.
#[derive(Debug, thiserror::Error)]
pub enum SurveyError {
    #[error("{file} cannot be read: {source}")]
    Io { file: String, source: std::io::Error },
    #[error("{file} is none of .shp, .gpkg and .geojson")]
    Format { file: String },
    #[error("{file} is missing: a shapefile needs its table beside it")]
    NoTable { file: String },
    #[error("{file} is larger than {limit_mb} MB: divide it")]
    TooLarge { file: String, limit_mb: u64 },
    /// Truncated, or not what its name says.
    #[error("{file} is damaged: {why}")]
    Damaged { file: String, why: String },
    #[error("{file}, feature {feature}: {why}")]
    Feature { file: String, feature: usize, why: String },
    #[error("{file}, feature {feature}: a {found} is no polygon")]
    ShapeType { file: String, feature: usize, found: String },
    #[error("{file} has {shapes} shapes but its table {records} records")]
    RecordCount { file: String, shapes: usize, records: usize },
    #[error("{file} names the encoding {label}, which is not known: give --encoding")]
    UnknownEncoding { file: String, label: String },
    #[error("{file}, feature {feature}, field {field}: not in {encoding}: give --encoding")]
    Encoding { file: String, feature: usize, field: String, encoding: &'static str },
    #[error("{file} is neither in UTF-8 nor in GB18030: give --encoding")]
    NoEncoding { file: String },
    #[error("{file} has no layer with features")]
    NoLayers { file: String },
    #[error("{file} has several layers, choose one with --layer: {}", layers.join(", "))]
    Layers { file: String, layers: Vec<String> },
    #[error("{file} has no layer {layer}, only {}", layers.join(", "))]
    UnknownLayer { file: String, layer: String, layers: Vec<String> },
}

/// Reads a `.shp` (with its `.dbf`, and `.shx`, `.prj`, `.cpg` where they are), `.gpkg`, `.geojson` or `.json`.
///
/// # Errors
/// The first thing that cannot be read, by file, layer, feature and field. Damaged files never make it panic.
pub fn read(path: &Path, options: ReadOptions<'_>) -> Result<Survey, SurveyError> {
    match path.extension().and_then(|e| e.to_str()).map(str::to_ascii_lowercase).as_deref() {
        Some("shp") => shapefile::read(path, options.encoding),
        Some("gpkg") => geopackage::read(path, options.layer),
        Some("geojson" | "json") => geojson::read(path, options.encoding),
        _ => Err(SurveyError::Format { file: file_name(path) }),
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

fn bytes_of(path: &Path) -> Result<Vec<u8>, SurveyError> {
    let io = |source| SurveyError::Io { file: file_name(path), source };
    let mut bytes = Vec::new();
    fs::File::open(path).and_then(|file| file.take(MAX_FILE + 1).read_to_end(&mut bytes)).map_err(io)?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(SurveyError::TooLarge { file: file_name(path), limit_mb: MAX_FILE >> 20 });
    }
    Ok(bytes)
}

/// The largest file of a survey that is read into memory: 1 GiB, some ten million corners.
const MAX_FILE: u64 = 1 << 30;

/// The file beside `path` with another extension, in small or capital letters.
fn sibling(path: &Path, extension: &str) -> Option<PathBuf> {
    [extension.to_owned(), extension.to_ascii_uppercase()]
        .into_iter()
        .map(|extension| path.with_extension(extension))
        .find(|path| path.is_file())
}

/// The same rings if all of their coordinates are numbers.
fn finite(rings: Rings) -> Result<Rings, String> {
    let sound = rings.iter().flatten().flatten().flatten().all(|value| value.is_finite());
    if sound { Ok(rings) } else { Err("a coordinate is not a finite number".into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_formats_are_refused_by_name() {
        let error = read(Path::new("/somewhere/grids.dwg"), ReadOptions::default()).expect_err("no survey");
        assert_eq!(error.to_string(), "grids.dwg is none of .shp, .gpkg and .geojson");
        let error = read(Path::new("/nowhere/grids.shp"), ReadOptions::default()).expect_err("not there");
        assert!(matches!(error, SurveyError::Io { file, .. } if file == "grids.shp"));
    }

    #[test]
    fn a_declared_system_is_known_by_its_code_or_its_text_and_none_means_degrees() {
        for (text, epsg, name) in [
            ("EPSG:4547", Some(4547), "EPSG:4547"),
            ("urn:ogc:def:crs:EPSG::4490", Some(4490), "urn:ogc:def:crs:EPSG::4490"),
            ("urn:ogc:def:crs:OGC:1.3:CRS84", None, "urn:ogc:def:crs:OGC:1.3:CRS84"),
        ] {
            let found = CrsFound::of_text(text);
            assert_eq!((found.epsg, found.name()), (epsg, name));
            assert!(found.projection().is_ok(), "{text}");
        }
        let survey =
            |crs| Survey { features: Vec::new(), without_shape: Vec::new(), crs, datum: None, columns: Vec::new() };
        let declared = survey(Some(CrsFound::of_text("EPSG:4525"))).projection().expect("known");
        let [lon, lat] = declared.to_wgs84([37_417_664.852, 4_475_506.672]).expect("inside");
        assert!((lon - 110.03).abs() < 1e-8 && (lat - 40.41).abs() < 1e-8);
        let silent = survey(None).projection().expect("degrees");
        assert!(matches!(silent.to_wgs84([37_417_664.8, 4_475_506.6]), Err(ProjectionError::NotDegrees { .. })));
        let own = CrsFound { text: "GEOGCS[\"ours\",nothing]".into(), epsg: Some(1) };
        assert!(matches!(own.projection(), Err(ProjectionError::Unreadable { crs, .. }) if crs == "ours"));
    }
}
