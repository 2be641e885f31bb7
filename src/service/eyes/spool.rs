//! What a process saw that the centre has not said to have kept, in files.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use uuid::Uuid;

use crate::service::findings::Seen;

/// A folder with a file for each, whose name is its id: they sort as they were seen.
#[derive(Debug, Clone)]
pub struct Spool {
    folder: PathBuf,
}

/// In the folder of a post.
const FOLDER: &str = "spool";
const ENDING: &str = "seen";
/// Of a file that nobody can read; it is left to people.
const BROKEN: &str = "broken";

impl Spool {
    /// # Errors
    /// If the folder cannot be made.
    pub fn open(post: &Path) -> io::Result<Self> {
        let folder = post.join(FOLDER);
        DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        Ok(Self { folder })
    }

    /// Keeps it: on the disk when this answers, whole or not at all.
    ///
    /// # Errors
    /// What the disk says.
    pub fn keep(&self, seen: &Seen) -> io::Result<()> {
        let place = self.place(seen.id);
        let part = place.with_extension("part");
        let bytes = rmp_serde::to_vec_named(seen).map_err(io::Error::other)?;
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&part)?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        fs::rename(&part, &place)?;
        File::open(&self.folder)?.sync_all()
    }

    /// The ids of all that is here, as they were seen.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub fn waiting(&self) -> io::Result<Vec<Uuid>> {
        let mut ids = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            let is_ours = path.extension().is_some_and(|ending| ending == ENDING);
            let id = path.file_stem().and_then(|stem| stem.to_str()).and_then(|stem| Uuid::try_parse(stem).ok());
            ids.extend(id.filter(|_| is_ours));
        }
        ids.sort_unstable();
        Ok(ids)
    }

    /// `None` where it is gone, or nobody can read it: then it is put aside.
    ///
    /// # Errors
    /// What the disk says.
    pub fn read(&self, id: Uuid) -> io::Result<Option<Seen>> {
        let place = self.place(id);
        let bytes = match fs::read(&place) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        match rmp_serde::from_slice(&bytes) {
            Ok(seen) => Ok(Some(seen)),
            Err(error) => {
                tracing::error!(%id, %error, "what was seen cannot be read, and is put aside");
                fs::rename(&place, place.with_extension(BROKEN))?;
                Ok(None)
            }
        }
    }

    /// # Errors
    /// What the disk says.
    pub fn remove(&self, id: Uuid) -> io::Result<()> {
        match fs::remove_file(self.place(id)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn place(&self, id: Uuid) -> PathBuf {
        self.folder.join(id.to_string()).with_extension(ENDING)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::domain::vision::{Kind, PixelBox, Sighting};

    fn seen() -> Seen {
        let (bbox, at) = (PixelBox { x: 1.0, y: 2.0, w: 3.0, h: 4.0 }, Duration::from_millis(1_500));
        let sighting = Sighting { kind: Kind::Smoke, score: 0.75, bbox, track: 7, since: Duration::ZERO, at };
        let seen_at = jiff::Timestamp::from_millisecond(1_700_000_000_123).expect("an instant");
        let picture = vec![0xff, 0xd8, 0];
        Seen { id: Uuid::now_v7(), camera: "c1".into(), sighting, frame: [640, 360], since: seen_at, seen_at, picture }
    }

    #[test]
    fn what_is_kept_is_there_for_the_next_until_it_is_removed() {
        let post = tempfile::tempdir().expect("a folder");
        let spool = Spool::open(post.path()).expect("a spool");
        let (first, second) = (seen(), seen());
        for seen in [&second, &first] {
            spool.keep(seen).expect("room");
        }
        let next = Spool::open(post.path()).expect("the same");
        assert_eq!(next.waiting().expect("readable"), [first.id, second.id]);
        assert_eq!(next.read(first.id).expect("readable"), Some(first.clone()));
        next.remove(first.id).expect("there");
        next.remove(first.id).expect("gone is as good");
        assert_eq!(next.waiting().expect("readable"), [second.id]);
    }

    #[test]
    fn what_was_cut_short_is_put_aside_and_keeps_nobody() {
        let post = tempfile::tempdir().expect("a folder");
        let spool = Spool::open(post.path()).expect("a spool");
        let seen = seen();
        spool.keep(&seen).expect("room");
        let place = spool.place(seen.id);
        let whole = fs::read(&place).expect("there");
        fs::write(&place, &whole[..whole.len() / 2]).expect("written");
        assert_eq!(spool.read(seen.id).expect("no error"), None);
        assert!(spool.waiting().expect("readable").is_empty());
        assert!(place.with_extension(BROKEN).exists());
    }
}
