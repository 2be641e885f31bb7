//! `geodata/grids.geojson` as something to be written.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::{
    files::SiteFolder,
    grids,
    problem::{Problem, Problems},
    settings,
};
use crate::{
    domain::{geo::Datum, grid::Level},
    io::tables::geojson::{Collection, CollectionError},
};

/// The grids that a site has now, before others take their place.
#[derive(Debug)]
pub struct GridFile {
    path: PathBuf,
    text: Option<String>,
    site_datum: Option<Datum>,
}

/// Why the file cannot be added to.
#[derive(Debug, thiserror::Error)]
pub enum GridFileError {
    #[error("{}: {source}", GridFile::PATH)]
    Io {
        #[from]
        source: io::Error,
    },
    #[error("{}: {source}", GridFile::PATH)]
    Unreadable {
        #[from]
        source: CollectionError,
    },
    #[error(
        "{}: what is there now is not in wgs84 and cannot be mixed with an import; import all levels anew",
        GridFile::PATH
    )]
    Datum,
    #[error("{}: what is there now cannot be read, see `gridwatch check`", GridFile::PATH)]
    Broken,
}

impl GridFile {
    /// Relative to the site's folder.
    pub const PATH: &str = grids::FILE;

    /// # Errors
    /// If the file is there and cannot be read.
    pub fn read(site: &Path) -> Result<Self, GridFileError> {
        let path = site.join(Self::PATH);
        let (settings, _) = settings::read(site);
        let mut problems = Problems::of(Self::PATH);
        let bytes = SiteFolder::new(site, settings.max_file_mb).read(Self::PATH, &mut problems);
        let text = match bytes {
            Some(bytes) => Some(String::from_utf8(bytes).map_err(|_| GridFileError::Broken)?),
            None if problems.into_vec().is_empty() => None,
            None => return Err(GridFileError::Broken),
        };
        Ok(Self { path, text, site_datum: settings.datum })
    }

    /// The features, each as one line, whose level is none of `levels`.
    ///
    /// # Errors
    /// If the file is no feature collection, or not in WGS84.
    pub fn features_of_other_levels(&self, levels: &BTreeSet<Level>) -> Result<Vec<String>, GridFileError> {
        let Some(text) = &self.text else { return Ok(Vec::new()) };
        let collection = Collection::parse(text)?;
        let mut kept = Vec::new();
        for feature in &collection.features {
            let parsed = feature.parse().map_err(|_| GridFileError::Broken)?;
            let level = parsed.property("level").and_then(|level| level.as_str()?.parse::<Level>().ok());
            if level.is_some_and(|level| !levels.contains(&level)) {
                kept.push(parsed.to_string());
            }
        }
        let declared = grids::datum_of(&collection.members, &mut Problems::of(Self::PATH)).flatten();
        if !kept.is_empty() && declared.or(self.site_datum).unwrap_or_default() != Datum::Wgs84 {
            return Err(GridFileError::Datum);
        }
        Ok(kept)
    }

    /// A collection in WGS84, one feature a line.
    pub fn text<'a>(features: impl Iterator<Item = &'a str>) -> String {
        let features: Vec<&str> = features.collect();
        format!(
            "{{\n\"type\": \"FeatureCollection\",\n\"name\": \"grids\",\n\"datum\": \"wgs84\",\n\"features\": [\n{}\n]\n}}\n",
            features.join(",\n")
        )
    }

    /// Puts `text` in the file's place; what was there stays beside it as `grids.geojson.bak`. Never leaves half a file.
    ///
    /// # Errors
    /// If the site's folder cannot be written to.
    pub fn replace(&self, text: &str) -> Result<(), GridFileError> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        let part = self.path.with_extension("geojson.part");
        let mut file = File::create(&part)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        if self.text.is_some() {
            fs::rename(&self.path, self.path.with_extension("geojson.bak"))?;
        }
        fs::rename(&part, &self.path)?;
        Ok(())
    }
}

/// What is wrong with grids, taken as `geodata/grids.geojson` of a site, for themselves and between them.
#[must_use]
pub fn check_grids(bytes: &[u8], site: &Path) -> Vec<Problem> {
    let (settings, _) = settings::read(site);
    let mut problems = Problems::of(GridFile::PATH);
    if let Some(grids) = grids::read(bytes, settings.datum, &settings.time_zone, &mut problems) {
        grids.coverages(&mut problems);
    }
    problems.into_vec()
}
