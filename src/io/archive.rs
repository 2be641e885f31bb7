//! One file with everything of a site: a gzipped tar that begins with a manifest of all its members and their hashes.
//!
//! Written whole or not at all; read as something that may come from anywhere.

use std::{
    collections::HashMap,
    fs::{self, File, OpenOptions},
    io::{self, BufReader, BufWriter, Read, Write},
    path::{Component, Path, PathBuf},
};

use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use serde::{Deserialize, Serialize};

/// Of this layout; a program refuses what is newer than itself.
pub const FORMAT: u32 = 1;
const MANIFEST: &str = "manifest.json";
/// A line for each photo: this is room for two million.
const LARGEST_MANIFEST: u64 = 512 << 20;

/// The first member: what the archive is, and every other member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub format: u32,
    /// Version of the program that wrote it.
    pub program: String,
    /// Id of the site.
    pub site: String,
    /// RFC 3339.
    pub made_at: String,
    /// Of the store.
    pub schema: i64,
    /// The last change that is in it.
    pub seq: i64,
    /// The catalog's version; `None` where the store has none.
    pub catalog: Option<String>,
    pub cases: u64,
    pub reports: u64,
    pub photos: u64,
    /// Hashes of photos that rows name and that were not there, or not as they came.
    pub missing_photos: Vec<String>,
    pub members: Vec<Member>,
}

/// A file in the archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// `store.db`, `evidence/…` or `site/…`, with `/` between.
    pub path: String,
    pub bytes: u64,
    pub blake3: String,
}

/// Why an archive is not taken.
#[derive(Debug, thiserror::Error, Serialize, strum::VariantNames)]
#[serde(tag = "code", content = "params", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum ArchiveFault {
    #[error("this is no backup")]
    NoBackup,
    #[error("the backup has format {found}, this program knows {known}")]
    NewerBackup { found: u32, known: u32 },
    /// It would lead out of the folder that it is unpacked in.
    #[error("{member} is no place for a member")]
    UnsafeMember { member: String },
    /// A link, a folder, a device.
    #[error("{member} is no plain file")]
    NotAPlainFile { member: String },
    /// There twice, or not in the manifest.
    #[error("{member} is not expected")]
    UnexpectedMember { member: String },
    #[error("{member} is missing")]
    MemberMissing { member: String },
    #[error("{member} has not the size that the manifest says")]
    WrongSize { member: String },
    #[error("{member} is damaged")]
    WrongContent { member: String },
    #[error(transparent)]
    #[serde(skip)]
    Io(#[from] io::Error),
}

impl Member {
    /// Reads all of it to tell its length and hash.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn of(path: String, mut reader: impl Read) -> io::Result<Self> {
        let mut hasher = blake3::Hasher::new();
        let bytes = io::copy(&mut reader, &mut hasher)?;
        Ok(Self { path, bytes, blake3: hasher.finalize().to_hex().to_string() })
    }

    fn is_safe(&self) -> bool {
        let inside = |path: &str| Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
        let known = self.path == "store.db" || self.path.starts_with("evidence/") || self.path.starts_with("site/");
        known && inside(&self.path) && !self.path.ends_with('/') && !self.path.contains(['\\', '\0'])
    }
}

/// A file of an unfinished work: gone unless it is kept.
pub struct Unfinished {
    path: Option<PathBuf>,
}

impl Unfinished {
    /// An empty file beside `finished`, for its owner alone.
    ///
    /// # Errors
    /// If the folder cannot be written to.
    pub fn beside(finished: &Path) -> io::Result<Self> {
        let name = finished.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let random = getrandom::u64().map_err(io::Error::other)?;
        let path = finished.with_file_name(format!(".{name}.{random:016x}.part"));
        owners_own().open(&path)?;
        Ok(Self { path: Some(path) })
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        self.path.as_deref().unwrap_or(Path::new(""))
    }

    /// Gives the file its name, durably.
    fn finish(mut self, finished: &Path) -> io::Result<()> {
        fs::rename(self.path(), finished)?;
        self.path = None;
        let folder = finished.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some(path) = &self.path {
            // What is left of it is in nobody's way, but a full disk should get its bytes back.
            let _ = fs::remove_file(path);
        }
    }
}

/// A new file that its owner alone may read.
fn owners_own() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Writes the archive under another name, syncs it, and gives it its own. `open` reads a member.
///
/// # Errors
/// If a disk refuses, or a member is not what the manifest says.
pub fn write(
    output: &Path,
    manifest: &Manifest,
    mut open: impl FnMut(&Member) -> io::Result<Box<dyn Read>>,
) -> Result<(), ArchiveFault> {
    let unfinished = Unfinished::beside(output)?;
    let file = OpenOptions::new().write(true).open(unfinished.path())?;
    let mut tar = tar::Builder::new(GzEncoder::new(BufWriter::new(file), Compression::fast()));
    let json = serde_json::to_vec_pretty(manifest).map_err(io::Error::from)?;
    tar.append(&header(MANIFEST, json.len() as u64)?, &json[..])?;
    for member in &manifest.members {
        let mut reader = Checked::new(open(member)?, member.bytes);
        tar.append(&header(&member.path, member.bytes)?, &mut reader)?;
        reader.check(member)?;
    }
    let file = tar.into_inner()?.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.sync_all()?;
    Ok(unfinished.finish(output)?)
}

fn header(path: &str, bytes: u64) -> io::Result<tar::Header> {
    let mut header = tar::Header::new_ustar();
    header.set_path(path)?;
    header.set_size(bytes);
    header.set_mode(0o600);
    header.set_mtime(0);
    header.set_cksum();
    Ok(header)
}

/// Unpacks an archive: each member to where `place` says, checked against the manifest while it is written. Nothing
/// that was unpacked is to be used before this says that all of it is sound.
///
/// # Errors
/// With the first thing that is wrong; what was unpacked till then is left to the caller.
pub fn unpack(input: &Path, place: impl Fn(&Member) -> PathBuf) -> Result<Manifest, ArchiveFault> {
    let mut archive = tar::Archive::new(GzDecoder::new(BufReader::new(File::open(input)?)));
    // Raw: what stretches the format (long names, sparse files) is not followed, but refused as no plain file.
    let mut entries = archive.entries()?.raw(true);
    let first = entries.next().ok_or(ArchiveFault::NoBackup)?.map_err(no_backup)?;
    if first.path_bytes().as_ref() != MANIFEST.as_bytes() || !first.header().entry_type().is_file() {
        return Err(ArchiveFault::NoBackup);
    }
    let manifest = read_manifest(first)?;
    let mut expected: HashMap<&str, &Member> = HashMap::new();
    for member in &manifest.members {
        let named = || member.path.clone();
        if !member.is_safe() {
            return Err(ArchiveFault::UnsafeMember { member: named() });
        }
        if expected.insert(&member.path, member).is_some() {
            return Err(ArchiveFault::UnexpectedMember { member: named() });
        }
    }
    for entry in entries {
        let entry = entry?;
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if !entry.header().entry_type().is_file() {
            return Err(ArchiveFault::NotAPlainFile { member: path });
        }
        let Some(member) = expected.remove(path.as_str()) else {
            return Err(ArchiveFault::UnexpectedMember { member: path });
        };
        if entry.size() != member.bytes {
            return Err(ArchiveFault::WrongSize { member: path });
        }
        unpack_one(entry, member, &place(member))?;
    }
    match expected.into_keys().min() {
        Some(missing) => Err(ArchiveFault::MemberMissing { member: missing.to_owned() }),
        None => Ok(manifest),
    }
}

fn read_manifest(reader: impl Read) -> Result<Manifest, ArchiveFault> {
    /// All that is sure to be in the manifest of whatever format.
    #[derive(Deserialize)]
    struct Format {
        format: u32,
    }
    let mut json = Vec::new();
    reader.take(LARGEST_MANIFEST).read_to_end(&mut json).map_err(no_backup)?;
    let Format { format } = serde_json::from_slice(&json).map_err(|_| ArchiveFault::NoBackup)?;
    if format > FORMAT {
        return Err(ArchiveFault::NewerBackup { found: format, known: FORMAT });
    }
    serde_json::from_slice(&json).map_err(|_| ArchiveFault::NoBackup)
}

fn no_backup(error: io::Error) -> ArchiveFault {
    match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::StorageFull => ArchiveFault::Io(error),
        _ => ArchiveFault::NoBackup,
    }
}

fn unpack_one(entry: impl Read, member: &Member, path: &Path) -> Result<(), ArchiveFault> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = owners_own().open(path)?;
    let mut reader = Checked::new(entry, member.bytes);
    match io::copy(&mut reader, &mut file) {
        // A stream that ends or breaks in the middle is a damaged archive, not a disk that fails.
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::UnexpectedEof) => {
            return Err(ArchiveFault::WrongContent { member: member.path.clone() });
        }
        other => other?,
    };
    reader.check(member)?;
    file.flush()?;
    file.sync_all()?;
    Ok(())
}

/// Reads no further than it should, and knows what it has read.
struct Checked<R> {
    reader: io::Take<R>,
    hasher: blake3::Hasher,
    bytes: u64,
}

impl<R: Read> Checked<R> {
    fn new(reader: R, bytes: u64) -> Self {
        Self { reader: reader.take(bytes), hasher: blake3::Hasher::new(), bytes: 0 }
    }

    fn check(&self, member: &Member) -> Result<(), ArchiveFault> {
        if self.bytes != member.bytes {
            return Err(ArchiveFault::WrongSize { member: member.path.clone() });
        }
        if self.hasher.finalize().to_hex().as_str() != member.blake3 {
            return Err(ArchiveFault::WrongContent { member: member.path.clone() });
        }
        Ok(())
    }
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.hasher.update(&buffer[..read]);
        self.bytes += read as u64;
        Ok(read)
    }
}
