//! Tokens and sessions. The secrets themselves are never kept, only their hashes.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::{Store, StoreError, rows::to_json, writer::Tx};
use crate::domain::people::Actor;

/// What a secret is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::Display)]
#[strum(serialize_all = "snake_case")]
pub enum Purpose {
    /// Once, for a session.
    SignIn,
    Session,
    Api,
}

/// A secret being made known to the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// Hash of the secret.
    pub hash: String,
    pub purpose: Purpose,
    pub actor: Actor,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
}

impl Store {
    /// The site's own key: the fresh one where it has none yet.
    ///
    /// # Errors
    /// What the store suffers.
    pub async fn site_key(&self, site: &str, fresh: [u8; 32]) -> Result<[u8; 32], StoreError> {
        let site = site.to_owned();
        self.writer
            .write(move |tx| {
                tx.connection.execute("INSERT OR IGNORE INTO site_key (site, key) VALUES (?, ?)", (&site, fresh))?;
                Ok(tx.connection.query_row("SELECT key FROM site_key WHERE site = ?", [&site], |row| row.get(0))?)
            })
            .await
    }

    /// # Errors
    /// What the store suffers.
    pub async fn add_credential(&self, site: &str, credential: Credential) -> Result<(), StoreError> {
        let site = site.to_owned();
        self.writer.write(move |tx| insert(tx.connection, &site, &credential)).await
    }

    /// Turns a sign-in code into a session: the code is good for nothing after. `None` if it never was or is no more.
    ///
    /// # Errors
    /// What the store suffers.
    pub async fn exchange(
        &self,
        site: &str,
        code_hash: &str,
        session_hash: &str,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<Option<Actor>, StoreError> {
        let (site, code_hash, session_hash) = (site.to_owned(), code_hash.to_owned(), session_hash.to_owned());
        let work = move |connection: &rusqlite::Connection| {
            let Some(actor) = holder(connection, &site, &code_hash, Purpose::SignIn, now)? else { return Ok(None) };
            let used = "UPDATE token SET revoked_at = ? WHERE hash = ?";
            connection.execute(used, params![now.as_millisecond(), code_hash])?;
            let session = Credential {
                hash: session_hash,
                purpose: Purpose::Session,
                actor: actor.clone(),
                created_at: now,
                expires_at: Some(expires_at),
            };
            insert(connection, &site, &session)?;
            Ok(Some(actor))
        };
        self.writer.write(move |tx| work(tx.connection)).await
    }

    /// Whom a secret stands for now.
    ///
    /// # Errors
    /// What the store suffers.
    pub fn actor_of(
        &self,
        site: &str,
        hash: &str,
        purpose: Purpose,
        now: Timestamp,
    ) -> Result<Option<Actor>, StoreError> {
        self.read(|connection| holder(connection, site, hash, purpose, now))
    }

    /// Ends all of that purpose and name; says how many there were.
    ///
    /// # Errors
    /// What the store suffers.
    pub async fn revoke(&self, site: &str, purpose: Purpose, name: &str, now: Timestamp) -> Result<usize, StoreError> {
        let (site, name) = (site.to_owned(), name.to_owned());
        self.writer.write(move |tx| revoke(tx, &site, purpose, &name, None, now)).await
    }

    /// Ends one session, and nothing where there is none.
    ///
    /// # Errors
    /// What the store suffers.
    pub async fn end_session(&self, site: &str, hash: &str, now: Timestamp) -> Result<(), StoreError> {
        let (site, hash) = (site.to_owned(), hash.to_owned());
        self.writer
            .write(move |tx| {
                let sql = "UPDATE token SET revoked_at = ? \
                           WHERE site = ? AND purpose = 'session' AND hash = ? AND revoked_at IS NULL";
                tx.connection.execute(sql, params![now.as_millisecond(), site, hash])?;
                Ok(())
            })
            .await
    }

    /// Names of the API tokens that are good now, in order.
    ///
    /// # Errors
    /// What the store suffers.
    pub fn api_tokens(&self, site: &str, now: Timestamp) -> Result<Vec<String>, StoreError> {
        self.read(|connection| {
            let mut names = connection.prepare_cached(
                "SELECT name FROM token WHERE site = ? AND purpose = 'api' AND revoked_at IS NULL
                   AND (expires_at IS NULL OR expires_at > ?) ORDER BY name",
            )?;
            names.query_map(params![site, now.as_millisecond()], |row| row.get(0))?.collect()
        })
    }
}

/// Ends all of that purpose and name but one; says how many there were.
pub fn revoke(
    tx: &Tx<'_>,
    site: &str,
    purpose: Purpose,
    name: &str,
    but_hash: Option<&str>,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let sql = "UPDATE token SET revoked_at = ?
               WHERE site = ? AND purpose = ? AND name = ? AND hash IS NOT ? AND revoked_at IS NULL";
    Ok(tx.connection.execute(sql, params![now.as_millisecond(), site, purpose.to_string(), name, but_hash])?)
}

pub fn insert(connection: &rusqlite::Connection, site: &str, credential: &Credential) -> Result<(), StoreError> {
    let mut insert = connection.prepare_cached(
        "INSERT INTO token (hash, site, name, purpose, actor, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
    )?;
    insert.execute(params![
        credential.hash,
        site,
        credential.actor.name,
        credential.purpose.to_string(),
        to_json(&credential.actor)?,
        credential.created_at.as_millisecond(),
        credential.expires_at.map(Timestamp::as_millisecond),
    ])?;
    Ok(())
}

fn holder(
    connection: &rusqlite::Connection,
    site: &str,
    hash: &str,
    purpose: Purpose,
    now: Timestamp,
) -> rusqlite::Result<Option<Actor>> {
    let mut find = connection.prepare_cached(
        "SELECT actor FROM token WHERE hash = ? AND site = ? AND purpose = ? AND revoked_at IS NULL
           AND (expires_at IS NULL OR expires_at > ?)",
    )?;
    let found = find.query_row(params![hash, site, purpose.to_string(), now.as_millisecond()], |row| row.get(0));
    let found: Option<String> = found.optional()?;
    // What this program does not know is nobody.
    Ok(found.and_then(|actor| serde_json::from_str(&actor).ok()))
}
