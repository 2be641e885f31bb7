//! A copy of a store that is in use, and what a copy holds.

use std::{fs::File, path::Path};

use rusqlite::{
    Connection, OpenFlags,
    backup::{Backup, StepResult},
};

use super::{
    StoreError,
    catalog::{TrueVersion, true_version},
    log::last_seq,
    migrations,
};

/// What a store holds at one instant, as far as a copy of it has to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holdings {
    /// Version of the schema.
    pub schema: i64,
    /// Every change up to this one is in it, and none after.
    pub seq: i64,
    pub cases: u64,
    pub reports: u64,
    /// Hashes of the evidence that its rows name, in order.
    pub evidence: Vec<String>,
    /// The version of the site's catalog that is true in it.
    pub catalog: Option<TrueVersion>,
}

/// Copies the store at `from`, which may be in use, to the empty file `to`: one snapshot, while others read and write.
///
/// Pages are copied as they are, in one step within one read transaction. Copying in several steps would begin anew with
/// every commit in between. Sessions and sign-in codes stay behind: whoever has the copy has none of them.
///
/// # Errors
/// If there is no store, a newer program wrote it, or a disk refuses.
pub fn copy(from: &Path, to: &Path, site: &str) -> Result<Holdings, StoreError> {
    let source =
        Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    let mut copy = Connection::open(to)?;
    match Backup::new(&source, &mut copy)?.step(-1)? {
        StepResult::Done => {}
        other => return Err(StoreError::Failed(format!("the store could not be read: {other:?}"))),
    }
    known_schema(&copy)?;
    copy.pragma_update(None, "secure_delete", "ON")?;
    copy.execute("DELETE FROM token WHERE purpose <> 'api'", [])?;
    // One file, without a log of its own beside it.
    copy.pragma_update(None, "journal_mode", "DELETE")?;
    let holdings = holdings(&copy, site)?;
    copy.close().map_err(|(_, error)| error)?;
    File::open(to).and_then(|file| file.sync_all()).map_err(|error| StoreError::Failed(error.to_string()))?;
    Ok(holdings)
}

/// What the store at `path` holds, after a look at whether it is sound. Changes nothing.
///
/// # Errors
/// If it is damaged, or a newer program wrote it.
pub fn inspect(path: &Path, site: &str) -> Result<Holdings, StoreError> {
    let store = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    let verdict: String = store.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if verdict != "ok" {
        return Err(StoreError::Failed(verdict));
    }
    known_schema(&store)?;
    holdings(&store, site)
}

fn known_schema(store: &Connection) -> Result<(), StoreError> {
    let found: i64 = store.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = migrations::known();
    if found > known { Err(StoreError::TooNew { found, known }) } else { Ok(()) }
}

fn holdings(store: &Connection, site: &str) -> Result<Holdings, StoreError> {
    let count = |table: &str| {
        let rows: i64 = store.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))?;
        Ok::<_, StoreError>(rows.unsigned_abs())
    };
    let mut evidence = store.prepare(
        "SELECT hash FROM evidence UNION SELECT snapshot FROM finding WHERE snapshot IS NOT NULL ORDER BY 1",
    )?;
    Ok(Holdings {
        schema: store.pragma_query_value(None, "user_version", |row| row.get(0))?,
        seq: last_seq(store)?,
        cases: count("cases")?,
        reports: count("report")?,
        evidence: evidence.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?,
        catalog: true_version(store, site)?,
    })
}
