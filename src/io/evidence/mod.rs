//! Evidence: photos as files, under the hash of their bytes.
//!
//! The bytes as they came prove something, and may tell where somebody lives; few may have them. What people look at is
//! a copy that was decoded and encoded anew: it carries no metadata and no surprise for a browser.

mod copies;
mod metadata;

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use jiff::tz::TimeZone;
use serde::Serialize;

use crate::domain::event::Evidence;
pub use copies::Copy;

/// The folder of the evidence of one node.
#[derive(Debug, Clone)]
pub struct EvidenceFolder {
    root: PathBuf,
}

/// Why a photo is not taken.
#[derive(Debug, Serialize, strum::VariantNames)]
#[serde(tag = "code", content = "params", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum PhotoFault {
    PhotoTooLarge {
        bytes: usize,
        limit: usize,
    },
    /// By its content; names and declared types say nothing.
    NoPhoto,
    /// Few bytes can unpack to more pixels than a machine has memory for.
    TooManyPixels {
        width: u32,
        height: u32,
        limit: u32,
    },
    #[serde(skip)]
    Io(io::Error),
}

/// A photo that is one, with its copies, of which nothing is on disk yet: small, so that all of a report can be looked
/// at before the first is kept.
pub struct Looked {
    evidence: Evidence,
    copies: [(Copy, Vec<u8>); 2],
}

impl Looked {
    /// What it says of itself is read before the copies are made that do not have it; a time without an offset is taken to
    /// be the zone's.
    ///
    /// # Errors
    /// If it is no photo, or a larger one than is taken.
    pub fn at(bytes: &[u8], zone: &TimeZone) -> Result<Self, PhotoFault> {
        if bytes.len() > LARGEST_PHOTO {
            return Err(PhotoFault::PhotoTooLarge { bytes: bytes.len(), limit: LARGEST_PHOTO });
        }
        let photo = copies::decoded(bytes)?;
        let evidence = Evidence {
            hash: blake3::hash(bytes).to_hex().to_string(),
            media_type: photo.media_type.to_owned(),
            bytes: bytes.len() as u32,
            camera: None,
            shot: photo.exif.and_then(|exif| metadata::shot(exif, zone)),
        };
        let copy = |copy| Ok::<_, PhotoFault>((copy, copies::jpeg(&photo.image, copy)?));
        Ok(Self { evidence, copies: [copy(Copy::View)?, copy(Copy::Thumbnail)?] })
    }
}

/// Folder of what is being written.
const UNFINISHED: &str = "unfinished";
/// Largest photo in bytes: phones make 3 to 12 MB.
pub const LARGEST_PHOTO: usize = 16 * 1024 * 1024;
/// Longest side of a photo in pixels.
pub const LONGEST_SIDE_PX: u32 = 12_000;

impl EvidenceFolder {
    /// The folder, made where it is not there, rid of what was being written when the last process ended.
    ///
    /// # Errors
    /// If the folder cannot be made or tidied.
    pub fn open(root: &Path) -> io::Result<Self> {
        let unfinished = root.join(UNFINISHED);
        fs::create_dir_all(&unfinished)?;
        for left in fs::read_dir(&unfinished)? {
            fs::remove_file(left?.path())?;
        }
        Ok(Self { root: root.to_owned() })
    }

    /// The folder as it is, for reading alone.
    #[must_use]
    pub fn at(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// The name of an original in the folder, with `/` between; `None` where the text is no hash.
    #[must_use]
    pub fn name_of(hash: &str) -> Option<String> {
        is_hash(hash).then(|| format!("{}/{hash}", &hash[..2]))
    }

    /// Where an original is, if it is there.
    #[must_use]
    pub fn file_of(&self, hash: &str) -> Option<PathBuf> {
        Self::name_of(hash).map(|name| self.root.join(name))
    }

    /// Keeps a photo that was looked at: on disk with its folder when it returns. The same photo again is no second file.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn keep(&self, bytes: &[u8], Looked { evidence, copies }: Looked) -> io::Result<Evidence> {
        let original = self.path(&evidence.hash);
        let folder = original.parent().unwrap_or(&self.root);
        fs::create_dir_all(folder)?;
        if !original.exists() {
            self.write_synced(&original, bytes)?;
        }
        // Also where it was there: another request may have put it there a moment ago, and not have come to this yet.
        sync(folder).and_then(|()| sync(&self.root))?;
        for (copy, made) in copies {
            // Made of the original whenever one is missing, so these need not be synced.
            fs::write(self.copy_path(&evidence.hash, copy), made)?;
        }
        Ok(evidence)
    }

    /// The bytes as they came; `None` where there is no such photo.
    ///
    /// # Errors
    /// If the disk fails.
    pub fn original(&self, hash: &str) -> io::Result<Option<Vec<u8>>> {
        if !is_hash(hash) {
            return Ok(None);
        }
        found(fs::read(self.path(hash)))
    }

    /// A copy to look at, as JPEG; `None` where there is no such photo.
    ///
    /// # Errors
    /// If the disk fails.
    pub fn copy(&self, hash: &str, copy: Copy) -> Result<Option<Vec<u8>>, PhotoFault> {
        if !is_hash(hash) {
            return Ok(None);
        }
        let made = found(fs::read(self.copy_path(hash, copy))).map_err(PhotoFault::Io)?;
        // Copies are not synced: one may have been cut short by a power cut or a full disk, or be just being written.
        if let Some(made) = made.filter(|made| copies::is_whole(made)) {
            return Ok(Some(made));
        }
        let Some(original) = self.original(hash).map_err(PhotoFault::Io)? else { return Ok(None) };
        copies::jpeg(&copies::decoded(&original)?.image, copy).map(Some)
    }

    /// Two digits of the hash make a folder, so that none grows too large to list.
    fn path(&self, hash: &str) -> PathBuf {
        self.root.join(&hash[..2]).join(hash)
    }

    fn copy_path(&self, hash: &str, copy: Copy) -> PathBuf {
        self.path(hash).with_extension(copy.extension())
    }

    /// Elsewhere first: a file of that name is always whole.
    fn write_synced(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let name = getrandom::u64().map_err(io::Error::other)?;
        let unfinished = self.root.join(UNFINISHED).join(format!("{name:016x}"));
        let written = File::create(&unfinished).and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()
        });
        if let Err(error) = written.and_then(|()| fs::rename(&unfinished, path)) {
            // A full disk should get its bytes back.
            let _ = fs::remove_file(&unfinished);
            return Err(error);
        }
        Ok(())
    }
}

fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

fn found<T>(read: io::Result<T>) -> io::Result<Option<T>> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use image::{ImageFormat, Rgb, RgbImage};

    use super::*;

    fn photo(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let mut bytes = io::Cursor::new(Vec::new());
        let image = RgbImage::from_fn(width, height, |x, y| Rgb([x as u8, y as u8, 90]));
        image.write_to(&mut bytes, format).expect("encoded");
        bytes.into_inner()
    }

    fn folder() -> (tempfile::TempDir, EvidenceFolder) {
        let folder = tempfile::tempdir().expect("a folder");
        let evidence = EvidenceFolder::open(&folder.path().join("evidence")).expect("opened");
        (folder, evidence)
    }

    fn keep(folder: &EvidenceFolder, bytes: &[u8]) -> Result<Evidence, PhotoFault> {
        folder.keep(bytes, Looked::at(bytes, &TimeZone::UTC)?).map_err(PhotoFault::Io)
    }

    #[test]
    fn the_bytes_are_kept_as_they_came_and_shown_as_copies() {
        let (_keep, folder) = folder();
        let bytes = photo(2400, 1200, ImageFormat::Png);
        let kept = keep(&folder, &bytes).expect("kept");
        assert_eq!((kept.media_type.as_str(), kept.bytes as usize), ("image/png", bytes.len()));
        assert_eq!(folder.original(&kept.hash).expect("read").as_deref(), Some(&bytes[..]));
        for (copy, size) in [(Copy::View, (1600, 800)), (Copy::Thumbnail, (320, 160))] {
            let made = folder.copy(&kept.hash, copy).expect("read").expect("there");
            assert_eq!(image::guess_format(&made).expect("known"), ImageFormat::Jpeg);
            let image = image::load_from_memory(&made).expect("decodes");
            assert_eq!((image.width(), image.height()), size);
            let path = folder.copy_path(&kept.hash, copy);
            fs::remove_file(&path).expect("removed");
            assert_eq!(folder.copy(&kept.hash, copy).expect("made anew").as_deref(), Some(&made[..]));
            fs::write(&path, &made[..made.len() / 2]).expect("cut short");
            assert_eq!(folder.copy(&kept.hash, copy).expect("made anew").as_deref(), Some(&made[..]));
        }
        assert_eq!(keep(&folder, &bytes).expect("kept again"), kept);
        assert!(folder.original("../../etc/passwd").expect("no such").is_none());
    }

    #[test]
    fn what_is_no_photo_is_refused_whatever_it_calls_itself() {
        let (_keep, folder) = folder();
        for bytes in [&b"<svg onload=alert(1)>"[..], b"", b"%PDF-1.7", b"\xff\xd8\xff\xe0 cut short"] {
            assert!(matches!(keep(&folder, bytes), Err(PhotoFault::NoPhoto)), "{bytes:?}");
        }
        let mut cut = photo(100, 100, ImageFormat::Jpeg);
        cut.truncate(cut.len() / 3);
        assert!(matches!(keep(&folder, &cut), Err(PhotoFault::NoPhoto)));
        assert!(matches!(keep(&folder, &vec![0; LARGEST_PHOTO + 1]), Err(PhotoFault::PhotoTooLarge { .. })));
        let wide = photo(LONGEST_SIDE_PX + 1, 1, ImageFormat::Png);
        assert!(matches!(keep(&folder, &wide), Err(PhotoFault::TooManyPixels { height: 1, .. })));
    }
}
