//! What one of the staff did, out of all that is kept of it.

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use rusqlite::{Row, params};

use super::{Store, StoreError, rows};
use crate::domain::{
    duty::CategoryCode,
    grid::GridCode,
    patrol::{Entry, Kind},
};

/// Where a page of a record ended: the instant, the source, and the row of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordCursor([i64; 4]);

/// Some of a record, the newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordPage {
    pub entries: Vec<Entry>,
    pub next: Option<RecordCursor>,
}

impl fmt::Display for RecordCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [at, source, row, nth] = self.0;
        write!(f, "{at}.{source}.{row}.{nth}")
    }
}

impl FromStr for RecordCursor {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = [0; 4];
        for (part, text) in parts.iter_mut().zip(text.splitn(4, '.').chain(std::iter::repeat(""))) {
            *part = text.parse()?;
        }
        Ok(Self(parts))
    }
}

/// One table that somebody's deeds are in, each row with `at`, `source`, `row_id`, `nth` and what [`Kind`] takes of it.
///
/// Every one is read by an index of its own, from the newest on. Parameters: site, actor, from, newest. What opens a case or
/// joins one stands there as the report.
const SOURCES: [&str; 7] = [
    "SELECT trail.at, 0 AS source, trail.case_entry AS row_id, trail.version AS nth, cases.id AS id, cases.number AS text,
            trail.action AS other, NULL AS third, NULL AS fourth
     FROM trail INDEXED BY trail_by_actor JOIN cases ON cases.entry = trail.case_entry
     WHERE trail.site = ?1 AND trail.actor = ?2 AND trail.at >= ?3 AND trail.at <= ?4
       AND trail.action NOT IN ('open', 'join')",
    "SELECT received_at AS at, 1 AS source, report.entry AS row_id, 0 AS nth, report.id, cases.number, report.category,
            report.case_id, NULL
     FROM report INDEXED BY report_by_actor JOIN cases ON cases.id = report.case_id
     WHERE report.site = ?1 AND report.actor = ?2 AND received_at >= ?3 AND received_at <= ?4",
    "SELECT at, 2 AS source, entry AS row_id, 0 AS nth, NULL, task, json_extract(about, '$.name'), deed,
            json_extract(about, '$.grid')
     FROM task_step INDEXED BY task_step_by_actor WHERE site = ?1 AND actor = ?2 AND at >= ?3 AND at <= ?4",
    "SELECT planned_at AS at, 3 AS source, entry AS row_id, 0 AS nth, id, json_extract(visit, '$.name'), NULL, NULL, NULL
     FROM visit INDEXED BY visit_by_planner
     WHERE site = ?1 AND planned_by = ?2 AND planned_at >= ?3 AND planned_at <= ?4",
    "SELECT done_at AS at, 4 AS source, entry AS row_id, 0 AS nth, id, json_extract(visit, '$.name'), NULL, NULL, NULL
     FROM visit INDEXED BY visit_by_doer WHERE site = ?1 AND done_by = ?2 AND done_at >= ?3 AND done_at <= ?4",
    "SELECT added_at AS at, 5 AS source, entry AS row_id, 0 AS nth, NULL, code, name, NULL, NULL
     FROM place INDEXED BY place_by_adder WHERE site = ?1 AND added_by = ?2 AND added_at >= ?3 AND added_at <= ?4",
    "SELECT at, 6 AS source, id AS row_id, 0 AS nth, NULL, action, NULL, NULL, NULL
     FROM audit INDEXED BY audit_by_actor
     WHERE site = ?1 AND actor = ?2 AND at >= ?3 AND at <= ?4 AND action IN ('on duty', 'off duty')",
];

impl Store {
    /// At most `limit` things that somebody did from an instant on and before another, the newest first.
    ///
    /// # Errors
    /// What the store suffers.
    pub fn record(
        &self,
        site: &str,
        actor: &str,
        [from, to]: [Option<Timestamp>; 2],
        after: Option<RecordCursor>,
        limit: u32,
    ) -> Result<RecordPage, StoreError> {
        let from = from.map_or(i64::MIN, Timestamp::as_millisecond);
        let newest = to.map_or(i64::MAX, |to| to.as_millisecond() - 1);
        let RecordCursor([at, source, row, nth]) = after.unwrap_or(RecordCursor([i64::MAX; 4]));
        let newest = newest.min(at);
        // Each source gives a page of its own, so that no more than these are sorted together.
        let order = "ORDER BY at DESC, source DESC, row_id DESC, nth DESC";
        let sources = SOURCES.map(|source| {
            format!(
                "SELECT * FROM (SELECT * FROM ({source}) WHERE (at, source, row_id, nth) < (?5, ?6, ?7, ?8)
                                {order} LIMIT ?9)"
            )
        });
        let sql = format!("SELECT * FROM ({}) {order} LIMIT ?9", sources.join(" UNION ALL "));
        let mut found: Vec<(RecordCursor, Entry)> = self.read(|connection| {
            let mut record = connection.prepare_cached(&sql)?;
            let values = params![site, actor, from, newest, at, source, row, nth, limit + 1];
            record.query_map(values, entry)?.collect()
        })?;
        let more = found.len() > limit as usize;
        found.truncate(limit as usize);
        let next = found.last().filter(|_| more).map(|(cursor, _)| *cursor);
        Ok(RecordPage { entries: found.into_iter().map(|(_, entry)| entry).collect(), next })
    }
}

fn entry(row: &Row<'_>) -> rusqlite::Result<(RecordCursor, Entry)> {
    let source: i64 = row.get("source")?;
    let cursor = RecordCursor([row.get("at")?, source, row.get("row_id")?, row.get("nth")?]);
    let kind = match source {
        0 => Kind::Step { case: row.get("id")?, number: row.get("text")?, action: rows::named(row, "other")? },
        1 => Kind::Report {
            report: row.get("id")?,
            case: row.get("third")?,
            number: row.get("text")?,
            category: row.get::<_, Option<String>>("other")?.map(CategoryCode::new),
        },
        2 => Kind::Task {
            task: row.get("text")?,
            name: row.get("other")?,
            grid: GridCode::new(row.get::<_, String>("fourth")?),
            deed: rows::named(row, "third")?,
        },
        3 | 4 => Kind::Visit { visit: row.get("id")?, name: row.get("text")?, done: source == 4 },
        5 => Kind::Place { code: row.get("text")?, name: row.get("other")? },
        _ => Kind::Attendance { on_duty: row.get::<_, String>("text")? == "on duty" },
    };
    Ok((cursor, Entry { at: rows::instant(row, "at")?, kind }))
}
