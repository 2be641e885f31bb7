//! The log of changes, as screens catch up with it.

use jiff::Timestamp;
use rusqlite::Connection;

use super::{FindingFilter, Store, StoreError, cases::Query, findings, rows};
use crate::domain::{case::Case, event::Finding, update::Update};

/// What a screen begins with.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// Everything up to this change is in it.
    pub seq: i64,
    /// Open cases in all.
    pub open: u32,
    /// Of these, those whose limit has ended.
    pub overdue: u32,
    /// The newest of them, newest first.
    pub open_cases: Vec<Case>,
    /// Findings as they were asked for, newest first.
    pub findings: Vec<Finding>,
}

impl Store {
    /// The newest open cases, and the newest findings of that kind, at most `limit` of each, and the change up to which
    /// they are true.
    ///
    /// # Errors
    /// What the store suffers.
    pub fn snapshot(
        &self,
        site: &str,
        limit: u32,
        queue: &FindingFilter,
        now: Timestamp,
    ) -> Result<Snapshot, StoreError> {
        let mut open = Query::of_site(site);
        open.condition("cases.is_open = 1");
        open.seen_by(site, &queue.visible);
        let (sql, parameters) = open.select(rows::CASE, "cases INDEXED BY case_open");
        let sql = format!("{sql} ORDER BY cases.opened_at DESC, cases.entry DESC LIMIT {limit}");
        self.read(|connection| {
            let seq = last_seq(connection)?;
            let mut cases = connection.prepare_cached(&sql)?;
            let parameters = rusqlite::params_from_iter(parameters.iter().map(AsRef::as_ref));
            let open_cases = cases.query_map(parameters, rows::case)?.collect::<Result<_, _>>()?;
            // Answered by the index of what is due.
            let (open, overdue) = connection
                .prepare_cached(
                    "SELECT count(*), count(*) FILTER (WHERE due_at < ?) FROM cases WHERE site = ? AND is_open = 1",
                )?
                .query_row((now.as_millisecond(), site), |row| Ok((row.get::<_, u32>(0)?, row.get::<_, u32>(1)?)))?;
            let findings = findings::list(connection, site, queue, None, limit)?;
            Ok(Snapshot { seq, open, overdue, open_cases, findings })
        })
    }

    /// The last change there is.
    ///
    /// # Errors
    /// What the store suffers.
    pub fn last_seq(&self) -> Result<i64, StoreError> {
        self.read(last_seq)
    }

    /// At most `limit` changes behind `seq`, in order.
    ///
    /// # Errors
    /// What the store suffers.
    pub fn updates_since(&self, site: &str, seq: i64, limit: u32) -> Result<Vec<Update>, StoreError> {
        self.read(|connection| {
            let mut log = connection
                .prepare_cached("SELECT seq, at, change FROM log WHERE site = ? AND seq > ? ORDER BY seq LIMIT ?")?;
            let update = |row: &rusqlite::Row<'_>| {
                Ok(Update { seq: row.get("seq")?, at: rows::instant(row, "at")?, change: rows::json(row, "change")? })
            };
            log.query_map((site, seq, limit), update)?.collect()
        })
    }
}

pub fn last_seq(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("SELECT coalesce(max(seq), 0) FROM log", [], |row| row.get(0))
}
