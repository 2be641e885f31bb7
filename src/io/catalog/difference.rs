//! In which files two versions of a site differ.

use std::{
    collections::BTreeSet,
    io,
    path::{Path, PathBuf},
};

use serde::Serialize;

use super::{
    SiteFiles,
    settings::{self, Settings},
    written,
};

/// A file that two versions do not have in common.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Relative to the site's folder.
    pub file: String,
    pub change: Change,
}

/// What became of a file between an older version and a newer one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Change {
    Added,
    Removed,
    Changed,
}

/// What became of each file, in the order of their names. Of `gridwatch.toml` counts what placing depends on: where the
/// service listens makes no version.
#[must_use]
pub fn differences(older: &SiteFiles, newer: &SiteFiles) -> Vec<Difference> {
    let names: BTreeSet<&String> = older.keys().chain(newer.keys()).collect();
    let change = |file: &&String| match (older.get(*file), newer.get(*file)) {
        _ if *file == settings::FILE => (placing(older) != placing(newer)).then_some(Change::Changed),
        (None, Some(_)) => Some(Change::Added),
        (Some(_), None) => Some(Change::Removed),
        (old, new) => (old != new).then_some(Change::Changed),
    };
    let difference = |file: &String| Some(Difference { file: file.clone(), change: change(&file)? });
    names.into_iter().filter_map(difference).collect()
}

fn placing(files: &SiteFiles) -> String {
    let (settings, _): (Settings, _) = settings::parse(files.get(settings::FILE).map(Vec::as_slice));
    settings.placing()
}

/// A file that was written or moved, and where what was there is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Put {
    pub file: String,
    /// `None` where there was nothing.
    pub kept: Option<PathBuf>,
    /// The version has no such file: it was only moved out of the way.
    pub set_aside: bool,
}

/// Makes a folder hold the files of a version. What is replaced, and what the version does not have, is kept beside.
///
/// # Errors
/// If the folder cannot be written to; what was written till then stays, and the same again goes on from there.
pub fn put(root: &Path, version: &SiteFiles, differences: &[Difference]) -> io::Result<Vec<Put>> {
    let put = |difference: &Difference| {
        let (file, path) = (difference.file.clone(), root.join(&difference.file));
        Ok(match version.get(&difference.file) {
            Some(bytes) => Put { kept: written::write_over(&path, bytes)?, file, set_aside: false },
            None => Put { kept: Some(written::set_aside(&path)?), file, set_aside: true },
        })
    };
    differences.iter().map(put).collect()
}
