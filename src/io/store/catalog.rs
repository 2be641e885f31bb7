//! The versions of a site's catalog, with the files that each is made of.
//!
//! What the files mean is not known here: a version is a hash, a list of names and their bytes.

use std::{
    collections::BTreeMap,
    io::{self, Read, Write},
};

use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::{Store, StoreError, rows, writer::Tx};

/// How a version came to be the true one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::Display, strum::EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum Origin {
    /// The site's files hold it: it was read from them, or written to them.
    Files,
    /// Made in the service.
    Edit,
}

/// A version to become the true one.
#[derive(Debug, Clone)]
pub struct NewVersion {
    pub site: String,
    /// The catalog's hash.
    pub version: String,
    /// Bytes by name in the site's folder.
    pub files: BTreeMap<String, Vec<u8>>,
    pub origin: Origin,
    /// The true version that its maker knew of: it follows no other.
    pub parent: Option<String>,
    pub at: Timestamp,
    /// Who is to be named in the audit trail.
    pub actor: String,
}

/// What is true of a site's catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Present {
    pub version: String,
    /// Since when, and by whom.
    pub at: Timestamp,
    pub actor: String,
    /// What the site's files held when they were last the same as a version of the store.
    pub of_files: Option<String>,
}

/// What became of a new version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Adopted {
    /// It is the true one now.
    Taken,
    /// It was so already, and nothing was written.
    Already,
    /// Another has become true since its maker looked: nothing was written.
    Overtaken { by: Option<String> },
}

struct PackedFile {
    path: String,
    hash: String,
    bytes: i64,
    packed: Vec<u8>,
}

impl Store {
    /// Which version is true now; `None` where the store has none of that site.
    ///
    /// # Errors
    /// What the store suffers.
    pub fn present_version(&self, site: &str) -> Result<Option<Present>, StoreError> {
        self.read(|connection| present(connection, site))
    }

    /// The files of a version; `None` where there is no such version.
    ///
    /// # Errors
    /// What the store suffers, contents that are not what they were among it.
    pub fn files_of_version(&self, site: &str, version: &str) -> Result<Option<BTreeMap<String, Vec<u8>>>, StoreError> {
        let packed = self.read(|connection| packed_files(connection, site, version))?;
        packed.map(|files| files.into_iter().map(unpacked).collect()).transpose()
    }

    /// Keeps a version and makes it the true one, if it follows the one that is true now.
    ///
    /// # Errors
    /// What the store suffers.
    pub async fn adopt(&self, new: NewVersion) -> Result<Adopted, StoreError> {
        self.adopt_in_turn(vec![new]).await
    }

    /// Keeps versions, each of which follows the one before it, and makes the last the true one: all of them, or none. Says
    /// what became of the last.
    ///
    /// # Errors
    /// What the store suffers.
    pub async fn adopt_in_turn(&self, news: Vec<NewVersion>) -> Result<Adopted, StoreError> {
        // Packed before the one writer is asked: it has others to serve.
        let pack = |new: NewVersion| {
            let files = new.files.iter().map(|(path, bytes)| packed(path, bytes)).collect::<io::Result<Vec<_>>>()?;
            Ok((new, files))
        };
        let packed: io::Result<Vec<_>> = news.into_iter().map(pack).collect();
        let packed = packed.map_err(|error| StoreError::Failed(error.to_string()))?;
        let in_turn = move |tx: &Tx<'_>| {
            let mut last = Adopted::Already;
            for (new, files) in &packed {
                last = adopt(tx, new, files)?;
                if matches!(last, Adopted::Overtaken { .. }) {
                    break;
                }
            }
            Ok(last)
        };
        self.writer.write(in_turn).await
    }
}

fn packed_files(connection: &Connection, site: &str, version: &str) -> rusqlite::Result<Option<Vec<PackedFile>>> {
    let known = "SELECT EXISTS (SELECT 1 FROM catalog_version WHERE site = ? AND version = ?)";
    if !connection.query_row(known, [site, version], |row| row.get(0))? {
        return Ok(None);
    }
    let mut files = connection.prepare_cached(
        "SELECT path, hash, bytes, packed FROM catalog_file JOIN catalog_content USING (hash)
         WHERE site = ? AND version = ?",
    )?;
    let file = |row: &rusqlite::Row<'_>| {
        Ok(PackedFile {
            path: row.get("path")?,
            hash: row.get("hash")?,
            bytes: row.get("bytes")?,
            packed: row.get("packed")?,
        })
    };
    files.query_map([site, version], file)?.collect::<Result<_, _>>().map(Some)
}

/// The version that is true in a store, with its files.
pub fn true_version(connection: &Connection, site: &str) -> Result<Option<TrueVersion>, StoreError> {
    let Some(Present { version, .. }) = present(connection, site)? else { return Ok(None) };
    let files = packed_files(connection, site, &version)?.unwrap_or_default();
    Ok(Some((version, files.into_iter().map(unpacked).collect::<Result<_, _>>()?)))
}

/// Its hash, and its files by their names.
pub type TrueVersion = (String, BTreeMap<String, Vec<u8>>);

fn present(connection: &Connection, site: &str) -> rusqlite::Result<Option<Present>> {
    let of_files = "SELECT version FROM catalog_version WHERE site = ? AND origin = 'files' ORDER BY seq DESC LIMIT 1";
    let of_files = connection.prepare_cached(of_files)?.query_row([site], |row| row.get(0)).optional()?;
    let last = "SELECT version, at, actor FROM catalog_version WHERE site = ? ORDER BY seq DESC LIMIT 1";
    let present = |row: &rusqlite::Row<'_>| {
        Ok(Present { version: row.get("version")?, at: rows::instant(row, "at")?, actor: row.get("actor")?, of_files })
    };
    connection.prepare_cached(last)?.query_row([site], present).optional()
}

fn adopt(tx: &Tx<'_>, new: &NewVersion, files: &[PackedFile]) -> Result<Adopted, StoreError> {
    let now = present(tx.connection, &new.site)?;
    let true_now = now.as_ref().map(|present| present.version.clone());
    let of_files = now.and_then(|present| present.of_files);
    let is_true = true_now.as_ref() == Some(&new.version);
    if is_true && (new.origin == Origin::Edit || of_files == true_now) {
        return Ok(Adopted::Already);
    }
    if true_now != new.parent {
        return Ok(Adopted::Overtaken { by: true_now });
    }
    let mut content =
        tx.connection.prepare_cached("INSERT OR IGNORE INTO catalog_content (hash, bytes, packed) VALUES (?, ?, ?)")?;
    let mut file = tx
        .connection
        .prepare_cached("INSERT OR IGNORE INTO catalog_file (site, version, path, hash) VALUES (?, ?, ?, ?)")?;
    for PackedFile { path, hash, bytes, packed } in files {
        content.execute(params![hash, bytes, packed])?;
        file.execute(params![new.site, new.version, path, hash])?;
    }
    let (at, origin) = (new.at.as_millisecond(), new.origin.to_string());
    tx.connection.execute(
        "INSERT INTO catalog_version (site, version, origin, parent, at, actor) VALUES (?, ?, ?, ?, ?, ?)",
        params![new.site, new.version, origin, new.parent, at, new.actor],
    )?;
    let version = |version: &str| serde_json::json!({ "version": version }).to_string();
    tx.connection.execute(
        "INSERT INTO audit (site, at, actor, action, object, before, after) VALUES (?, ?, ?, ?, 'catalog', ?, ?)",
        params![new.site, at, new.actor, origin, new.parent.as_deref().map(version), version(&new.version)],
    )?;
    Ok(Adopted::Taken)
}

fn packed(path: &str, bytes: &[u8]) -> io::Result<PackedFile> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes)?;
    Ok(PackedFile {
        path: path.to_owned(),
        hash: blake3::hash(bytes).to_hex().to_string(),
        bytes: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
        packed: encoder.finish()?,
    })
}

/// The bytes, if they are those that were kept.
fn unpacked(file: PackedFile) -> Result<(String, Vec<u8>), StoreError> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(file.bytes).unwrap_or_default();
    let read = GzDecoder::new(&file.packed[..]).take(limit + 1).read_to_end(&mut bytes);
    if read.is_err() || blake3::hash(&bytes).to_hex().as_str() != file.hash {
        return Err(StoreError::Failed(format!("the content of {} is damaged", file.path)));
    }
    Ok((file.path, bytes))
}
