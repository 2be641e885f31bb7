//! Where a command writes a file.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// A place that can be written to, behind all links that lead there: two are equal where they are one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// What appears, or is replaced, when it is whole.
    File(PathBuf),
    /// A pipe or a device: it is not ours to replace.
    Through(PathBuf),
}

/// As the system itself follows.
const MOST_LINKS: usize = 40;

impl Destination {
    /// # Errors
    /// If it is a folder, or its folder is not there.
    pub fn of(path: &Path) -> io::Result<Self> {
        // /dev/stdout may lead to a file, which others write to as well.
        let is_stream = ["/dev", "/proc"].iter().any(|folder| path.starts_with(folder));
        match fs::metadata(path) {
            Ok(there) if there.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
            Ok(there) if there.is_file() && !is_stream => Ok(Self::File(fs::canonicalize(path)?)),
            // Not by its own name: what stands behind /dev/stdout may have none.
            Ok(_) => Ok(Self::Through(path.to_owned())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::File(new_place(path)?)),
            Err(error) => Err(error),
        }
    }
}

/// Of a file that is not there yet, maybe at the end of links.
fn new_place(path: &Path) -> io::Result<PathBuf> {
    let mut place = path.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(next) = fs::read_link(&place) else { break };
        place = place.parent().map_or_else(|| next.clone(), |folder| folder.join(&next));
    }
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = place.file_name().ok_or(io::ErrorKind::NotFound)?;
    Ok(fs::canonicalize(folder)?.join(name))
}
