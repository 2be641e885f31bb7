//! The outbox: messages that have to go out, written with the steps that they tell of, kept until they were taken.

use jiff::Timestamp;
use rusqlite::{Row, params};
use uuid::Uuid;

use super::{
    Store, StoreError,
    rows::{self, to_json},
    writer::Tx,
};
use crate::domain::case::{Case, Channel, Message, Told, messages};

/// A message on its way.
#[derive(Debug, Clone, PartialEq)]
pub struct Outgoing {
    /// For the receiver to know a repetition by.
    pub id: Uuid,
    pub channel: String,
    pub message: Message,
    /// How often it failed.
    pub failures: u32,
    /// Of the last failure: a code with parameters.
    pub why: Option<serde_json::Value>,
}

/// Dead letters, the newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct DeadPage {
    pub letters: Vec<Outgoing>,
    pub next: Option<Uuid>,
}

const COLUMNS: &str = "id, channel, message, failures, why";

impl Store {
    /// Messages whose turn it is by now, the oldest first: so many of each channel.
    ///
    /// # Errors
    /// What the store suffers.
    pub fn to_send(&self, site: &str, channel: &str, now: Timestamp, limit: u32) -> Result<Vec<Outgoing>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM outbox INDEXED BY outbox_by_turn
             WHERE site = ? AND channel = ? AND next_at <= ? ORDER BY next_at, entry LIMIT ?"
        );
        self.read(|connection| {
            let mut due = connection.prepare_cached(&sql)?;
            due.query_map(params![site, channel, now.as_millisecond(), limit], outgoing)?.collect()
        })
    }

    /// It was taken.
    ///
    /// # Errors
    /// What the store suffers.
    pub async fn sent(&self, id: Uuid) -> Result<(), StoreError> {
        self.writer
            .write(move |tx| {
                tx.connection.prepare_cached("DELETE FROM outbox WHERE id = ?")?.execute([id])?;
                Ok(())
            })
            .await
    }

    /// It was not taken: it is tried again then, or is a dead letter.
    ///
    /// # Errors
    /// What the store suffers.
    pub async fn not_sent(&self, id: Uuid, why: String, again_at: Option<Timestamp>) -> Result<(), StoreError> {
        self.writer
            .write(move |tx| {
                let sql = "UPDATE outbox SET failures = failures + 1, why = ?, next_at = ? WHERE id = ?";
                let again_at = again_at.map(Timestamp::as_millisecond);
                tx.connection.prepare_cached(sql)?.execute(params![why, again_at, id])?;
                Ok(())
            })
            .await
    }

    /// # Errors
    /// What the store suffers.
    pub fn dead_letters(&self, site: &str, before: Option<Uuid>, limit: u32) -> Result<DeadPage, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM outbox INDEXED BY outbox_dead WHERE site = ?1 AND next_at IS NULL
               AND (?2 IS NULL OR entry < (SELECT entry FROM outbox WHERE id = ?2)) ORDER BY entry DESC LIMIT ?3"
        );
        self.read(|connection| {
            let mut dead = connection.prepare_cached(&sql)?;
            let found = dead.query_map(params![site, before, limit.saturating_add(1)], outgoing)?;
            let mut letters: Vec<Outgoing> = found.collect::<Result<_, _>>()?;
            let has_more = letters.len() > limit as usize;
            letters.truncate(limit as usize);
            let next = letters.last().filter(|_| has_more).map(|last| last.id);
            Ok(DeadPage { letters, next })
        })
    }

    /// Tries a dead letter again from the beginning; false if there is no such one.
    ///
    /// # Errors
    /// What the store suffers.
    pub async fn send_again(&self, site: &str, id: Uuid, actor: &str, now: Timestamp) -> Result<bool, StoreError> {
        let (site, actor) = (site.to_owned(), actor.to_owned());
        self.writer
            .write(move |tx| {
                let sql = "UPDATE outbox SET failures = 0, next_at = ? WHERE site = ? AND id = ? AND next_at IS NULL";
                let is_dead = tx.connection.prepare_cached(sql)?.execute((now.as_millisecond(), &site, id))? > 0;
                if is_dead {
                    tx.audit(&site, now, &actor, "send again", &format!("message {id}"), None, None)?;
                }
                Ok(is_dead)
            })
            .await
    }
}

fn outgoing(row: &Row<'_>) -> rusqlite::Result<Outgoing> {
    let has_failed = row.get::<_, Option<String>>("why")?.is_some();
    Ok(Outgoing {
        id: row.get("id")?,
        channel: row.get("channel")?,
        message: rows::json(row, "message")?,
        failures: row.get("failures")?,
        why: has_failed.then(|| rows::json(row, "why")).transpose()?,
    })
}

/// Puts what people are told into the outbox, once for each channel that takes it.
pub fn put(tx: &Tx<'_>, site: &str, case: &Case, told: &[Told], channels: &[Channel]) -> Result<(), StoreError> {
    if told.is_empty() || channels.is_empty() {
        return Ok(());
    }
    let mut first =
        tx.connection.prepare_cached("SELECT description FROM report WHERE case_id = ? ORDER BY entry LIMIT 1")?;
    let description: Option<String> = first.query_map([case.id], |row| row.get(0))?.next().transpose()?.flatten();
    let mut insert = tx.connection.prepare_cached(
        "INSERT INTO outbox (id, site, channel, made_at, message, failures, next_at) VALUES (?, ?, ?, ?, ?, 0, ?)",
    )?;
    for message in messages(case, told, description.as_deref()) {
        let at = message.at.as_millisecond();
        for channel in channels {
            for carried in channel.carries(&message) {
                insert.execute(params![Uuid::now_v7(), site, channel.name, at, to_json(&carried)?, at])?;
            }
        }
    }
    Ok(())
}
