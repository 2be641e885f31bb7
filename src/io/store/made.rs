//! What a request made, so that the same request again is answered the same and done once.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension};
use serde::{Serialize, de::DeserializeOwned};

use super::{IdempotencyKey, Store, StoreError, rows::to_json, writer::Tx};

/// Something made now, or before by the same request.
#[derive(Debug, Clone, PartialEq)]
pub struct Made<T> {
    pub made: T,
    pub repeated: bool,
}

/// Whose request it is, and the key that it came with.
pub struct Asked<'a> {
    pub site: &'a str,
    pub actor: &'a str,
    pub key: Option<&'a IdempotencyKey>,
    pub now: Timestamp,
}

impl Asked<'_> {
    /// Makes it, unless it was made before.
    pub fn once<T: Serialize + DeserializeOwned>(
        &self,
        tx: &Tx<'_>,
        make: impl FnOnce() -> Result<T, StoreError>,
    ) -> Result<Made<T>, StoreError> {
        let Some(key) = self.key else { return Ok(Made { made: make()?, repeated: false }) };
        if let Some(found) = found(tx.connection, self.site, self.actor, key)? {
            return Ok(Made { made: same(found, key)?, repeated: true });
        }
        let made = make()?;
        let sql = "INSERT INTO made_key (site, actor, key, request, made, given_at) VALUES (?, ?, ?, ?, ?, ?)";
        let at = self.now.as_millisecond();
        tx.connection.prepare_cached(sql)?.execute((
            self.site,
            self.actor,
            &key.key,
            &key.request,
            to_json(&made)?,
            at,
        ))?;
        Ok(Made { made, repeated: false })
    }
}

impl Store {
    /// What the same request made before. Blocks: call it where blocking is allowed.
    ///
    /// # Errors
    /// [`StoreError::KeyReused`] where the key came with another request; else what the store suffers.
    pub fn made_before<T: DeserializeOwned>(
        &self,
        site: &str,
        actor: &str,
        key: &IdempotencyKey,
    ) -> Result<Option<T>, StoreError> {
        let found = self.read(|connection| found(connection, site, actor, key))?;
        found.map_or(Ok(None), |found| same(found, key).map(Some))
    }
}

type Found = (String, String);

/// The request that the key came with, and what it made.
fn found(connection: &Connection, site: &str, actor: &str, key: &IdempotencyKey) -> rusqlite::Result<Option<Found>> {
    let sql = "SELECT request, made FROM made_key WHERE site = ? AND actor = ? AND key = ?";
    let mut find = connection.prepare_cached(sql)?;
    find.query_row((site, actor, &key.key), |row| Ok((row.get(0)?, row.get(1)?))).optional()
}

fn same<T: DeserializeOwned>((request, made): Found, key: &IdempotencyKey) -> Result<T, StoreError> {
    if request != key.request {
        return Err(StoreError::KeyReused);
    }
    serde_json::from_str(&made).map_err(|error| StoreError::Failed(error.to_string()))
}
