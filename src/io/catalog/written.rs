//! Writing into a site's folder: never half a file, and nothing is lost.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// Puts `bytes` in the file's place, and says under which name what was there is kept beside it. Never writes over an
/// older copy.
///
/// # Errors
/// If the folder cannot be written to.
pub fn write_over(path: &Path, bytes: &[u8]) -> io::Result<Option<PathBuf>> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let part = with_ending(path, "part");
    let mut file = File::create(&part)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    let copy = path.exists().then(|| free_name(path));
    if let Some(copy) = &copy {
        fs::hard_link(path, copy).or_else(|_| fs::copy(path, copy).map(drop))?;
    }
    fs::rename(&part, path)?;
    sync_folder(path)?;
    Ok(copy)
}

/// Moves a file out of the way, to a name beside it.
///
/// # Errors
/// If the folder cannot be written to.
pub fn set_aside(path: &Path) -> io::Result<PathBuf> {
    let copy = free_name(path);
    fs::rename(path, &copy)?;
    sync_folder(path)?;
    Ok(copy)
}

/// `grids.geojson.1.bak`, or the first number that is not taken.
fn free_name(path: &Path) -> PathBuf {
    let named = |number: u32| with_ending(path, &format!("{number}.bak"));
    (1..u32::MAX).map(named).find(|name| !name.exists()).unwrap_or_else(|| named(u32::MAX))
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

/// A name is as durable as the folder that holds it.
fn sync_folder(path: &Path) -> io::Result<()> {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}
