//! Notices: written in the unit of work of the steps that they tell of, read by those whom they are for.

use jiff::Timestamp;
use rusqlite::{Connection, Row, ToSql, params};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    Store, StoreError, outbox,
    rows::{self, to_json},
    writer::Tx,
};
use crate::domain::{
    case::{Case, Happened, Notice, Step, Terms},
    people::StaffId,
};

/// A notice as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeptNotice {
    pub id: Uuid,
    pub case: Uuid,
    pub at: Timestamp,
    pub read_at: Option<Timestamp>,
    pub notice: Notice,
}

/// Some of somebody's notices, the newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct NoticePage {
    pub notices: Vec<KeptNotice>,
    /// The last of them, if there are more.
    pub next: Option<Uuid>,
    /// How many there are in all that were not read.
    pub unread: u32,
}

/// Which notices have been read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Read {
    All,
    These(Vec<Uuid>),
}

impl Store {
    /// # Errors
    /// What the store suffers.
    pub fn notices(
        &self,
        site: &str,
        staff: &str,
        unread: bool,
        before: Option<Uuid>,
        limit: u32,
    ) -> Result<NoticePage, StoreError> {
        self.read(|connection| {
            let (only, index) = if unread { ("AND read_at IS NULL", "notice_unread") } else { ("", "notice_by_staff") };
            let behind = if before.is_some() { "AND entry < (SELECT entry FROM notice WHERE id = ?)" } else { "" };
            let sql = format!(
                "SELECT id, case_id, at, read_at, notice FROM notice INDEXED BY {index}
                 WHERE site = ? AND staff = ? {only} {behind} ORDER BY entry DESC LIMIT {}",
                limit.saturating_add(1)
            );
            let values: [&dyn ToSql; 2] = [&site, &staff];
            let values = values.into_iter().chain(before.as_ref().map(|before| before as &dyn ToSql));
            let mut found = connection.prepare_cached(&sql)?;
            let found = found.query_map(rusqlite::params_from_iter(values), notice)?;
            let mut notices: Vec<KeptNotice> = found.collect::<Result<_, _>>()?;
            let has_more = notices.len() > limit as usize;
            notices.truncate(limit as usize);
            let next = notices.last().filter(|_| has_more).map(|last| last.id);
            Ok(NoticePage { notices, next, unread: unread_of(connection, site, staff)? })
        })
    }

    /// Notes that notices have been read; says how many there still are that were not.
    ///
    /// # Errors
    /// What the store suffers.
    pub async fn read_notices(&self, site: &str, staff: &str, read: Read, now: Timestamp) -> Result<u32, StoreError> {
        let (site, staff) = (site.to_owned(), staff.to_owned());
        self.writer
            .write(move |tx| {
                let at = now.as_millisecond();
                let all = "UPDATE notice SET read_at = ? WHERE site = ? AND staff = ? AND read_at IS NULL";
                match read {
                    Read::All => drop(tx.connection.prepare_cached(all)?.execute((at, &site, &staff))?),
                    Read::These(ids) => {
                        let mut one = tx.connection.prepare_cached(&format!("{all} AND id = ?"))?;
                        for id in ids {
                            one.execute((at, &site, &staff, id))?;
                        }
                    }
                }
                Ok(unread_of(tx.connection, &site, &staff)?)
            })
            .await
    }

    /// Forgets notices, and messages that never went out, that are older.
    ///
    /// # Errors
    /// What the store suffers.
    pub async fn sweep_notices(&self, site: &str, before: Timestamp) -> Result<(), StoreError> {
        let site = site.to_owned();
        self.writer
            .write(move |tx| {
                let before = before.as_millisecond();
                tx.connection.execute("DELETE FROM notice WHERE site = ? AND at < ?", (&site, before))?;
                let dead = "DELETE FROM outbox WHERE site = ? AND next_at IS NULL AND made_at < ?";
                tx.connection.execute(dead, (&site, before))?;
                Ok(())
            })
            .await
    }
}

fn unread_of(connection: &Connection, site: &str, staff: &str) -> rusqlite::Result<u32> {
    let sql = "SELECT count(*) FROM notice INDEXED BY notice_unread WHERE site = ? AND staff = ? AND read_at IS NULL";
    connection.prepare_cached(sql)?.query_row((site, staff), |row| row.get(0))
}

fn notice(row: &Row<'_>) -> rusqlite::Result<KeptNotice> {
    let is_read = row.get::<_, Option<i64>>("read_at")?.is_some();
    Ok(KeptNotice {
        id: row.get("id")?,
        case: row.get("case_id")?,
        at: rows::instant(row, "at")?,
        read_at: is_read.then(|| rows::instant(row, "read_at")).transpose()?,
        notice: rows::json(row, "notice")?,
    })
}

/// Who told of a case, by the names in the trail.
pub fn reporters(tx: &Tx<'_>, case: Uuid) -> Result<Vec<String>, StoreError> {
    let mut actors = tx.connection.prepare_cached("SELECT DISTINCT actor FROM report WHERE case_id = ?")?;
    Ok(actors.query_map([case], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// Tells everybody who is told of these steps.
pub fn tell(
    tx: &Tx<'_>,
    site: &str,
    before: Option<&Case>,
    after: &Case,
    steps: &[Step],
    reporters: &[String],
    terms: &Terms,
) -> Result<(), StoreError> {
    if terms.staff.is_empty() {
        return Ok(());
    }
    let mut absent = tx.connection.prepare_cached("SELECT staff FROM attendance WHERE site = ? AND on_duty = 0")?;
    let off_duty = absent.query_map([site], |row| row.get::<_, String>(0).map(StaffId::new))?;
    let off_duty: Vec<StaffId> = off_duty.collect::<Result<_, _>>()?;
    let happened = Happened { before, after, steps, reporters, off_duty: &off_duty, terms };
    let mut insert = tx
        .connection
        .prepare_cached("INSERT INTO notice (id, site, staff, case_id, at, notice) VALUES (?, ?, ?, ?, ?, ?)")?;
    let told = happened.told();
    outbox::put(tx, site, after, &told, &terms.channels)?;
    for told in told {
        let (id, at) = (Uuid::now_v7(), after.updated_at.as_millisecond());
        insert.execute(params![id, site, told.staff.as_str(), after.id, at, to_json(&told.notice)?])?;
    }
    Ok(())
}
