//! `geodata/grids.geojson` as something to be written.

use std::{
    collections::BTreeSet,
    io,
    path::{Path, PathBuf},
};

use super::{
    collection::{self, Declared},
    files::SiteFolder,
    grids,
    problem::Problems,
    settings, written,
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
    /// What `gridwatch.toml` says.
    pub site_datum: Option<Datum>,
}

/// What stays of the file when features of some levels take the place of those that it has.
#[derive(Debug, Default)]
pub struct Kept {
    /// One line each.
    pub features: Vec<String>,
    /// How many of the same levels go.
    pub replaced: usize,
    /// What the coordinates of the file are, and those of new features must be.
    pub datum: Datum,
}

/// Why the file cannot be added to.
#[derive(Debug, thiserror::Error)]
pub enum GridFileError {
    #[error("{} cannot be written", GridFile::PATH)]
    Io(#[from] io::Error),
    #[error("{} cannot be read", GridFile::PATH)]
    Unreadable(#[from] CollectionError),
    #[error("{}: what is there now cannot be read, see `gridwatch check`", GridFile::PATH)]
    Broken,
}

impl GridFile {
    /// Relative to the site's folder.
    pub const PATH: &str = grids::FILE;

    /// # Errors
    /// If the file is there and cannot be read.
    pub fn read(site: &Path) -> Result<Self, GridFileError> {
        let (settings, ..) = settings::read(site);
        let mut problems = Problems::of(Self::PATH);
        let bytes = SiteFolder::new(site, settings.max_file_mb).read(Self::PATH, &mut problems);
        let text = match bytes {
            Some(bytes) => Some(String::from_utf8(bytes).map_err(|_| GridFileError::Broken)?),
            None if problems.into_vec().is_empty() => None,
            None => return Err(GridFileError::Broken),
        };
        Ok(Self { path: site.join(Self::PATH), text, site_datum: settings.datum })
    }

    /// What stays when features of `levels` take the place of those that are there.
    ///
    /// # Errors
    /// If the file is no feature collection.
    pub fn without(&self, levels: &BTreeSet<Level>) -> Result<Kept, GridFileError> {
        let mut kept = Kept { datum: self.site_datum.unwrap_or_default(), ..Kept::default() };
        let Some(text) = &self.text else { return Ok(kept) };
        let collection = Collection::parse(text)?;
        for feature in &collection.features {
            let parsed = feature.parse().map_err(|_| GridFileError::Broken)?;
            let level = parsed.property("level").and_then(|level| level.as_str()?.parse::<Level>().ok());
            if level.is_some_and(|level| levels.contains(&level)) {
                kept.replaced += 1;
            } else {
                kept.features.push(parsed.to_string());
            }
        }
        if let (None, Declared::Datum(datum)) =
            (self.site_datum, collection::declared(&collection.members, &mut Problems::of(Self::PATH)))
        {
            kept.datum = datum;
        }
        Ok(kept)
    }

    /// A collection, one feature a line.
    #[must_use]
    pub fn text(features: &[String], datum: Datum) -> String {
        format!(
            "{{\n\"type\": \"FeatureCollection\",\n\"name\": \"grids\",\n\"datum\": \"{datum}\",\n\"features\": [\n{}\n]\n}}\n",
            features.join(",\n")
        )
    }

    /// Puts `text` in the file's place and says under which name what was there is kept beside it, if it was another.
    /// Never leaves half a file, and never writes over an older copy.
    ///
    /// # Errors
    /// If the site's folder cannot be written to.
    pub fn replace(&self, text: &str) -> Result<Option<PathBuf>, GridFileError> {
        if self.text.as_deref() == Some(text) {
            return Ok(None);
        }
        Ok(written::write_over(&self.path, text.as_bytes())?)
    }
}
