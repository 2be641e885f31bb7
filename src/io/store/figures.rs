//! Cases as figures look at them: streamed, one after the other.

use std::ops::ControlFlow;

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};

use super::{Store, StoreError, rows};
use crate::domain::{
    analysis::figures::{Counted, Period, Telling},
    case::Case,
};

/// Those opened before the end of a period of which something may have happened in it: what has changed since its
/// beginning, and what is open.
const TOUCHED: &str = "SELECT cases.entry, state FROM (
         SELECT entry FROM cases INDEXED BY case_by_update WHERE site = ?1 AND updated_at >= ?2 AND opened_at < ?3
         UNION SELECT entry FROM cases INDEXED BY case_open WHERE site = ?1 AND is_open = 1 AND opened_at < ?3
     ) AS touched CROSS JOIN cases ON cases.entry = touched.entry
     WHERE touched.entry > ?4 ORDER BY touched.entry";

impl Store {
    /// Every case that may count for something in a period, in the order in which they were kept, behind `after`, until
    /// `each` has enough. Blocks: call it where blocking is allowed.
    ///
    /// # Errors
    /// What the store suffers.
    pub fn each_counted(
        &self,
        site: &str,
        period: Period,
        after: i64,
        mut each: impl FnMut(i64, Counted) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let since = period.from.map_or(i64::MIN, Timestamp::as_millisecond);
        let before = period.to.map_or(i64::MAX, Timestamp::as_millisecond);
        self.read(|connection| {
            let mut cases = connection.prepare_cached(TOUCHED)?;
            let mut cases = cases.query(params![site, since, before, after])?;
            while let Some(row) = cases.next()? {
                let case = rows::case(row)?;
                let told = told(connection, &case)?;
                if each(row.get("entry")?, Counted { case, told }).is_break() {
                    break;
                }
            }
            Ok(())
        })
    }
}

fn told(connection: &Connection, case: &Case) -> rusqlite::Result<Vec<Telling>> {
    let mut told = connection.prepare_cached(
        "SELECT nature, received_at, source, actor FROM report INDEXED BY report_by_case WHERE case_id = ? ORDER BY id",
    )?;
    let telling = |row: &Row<'_>| {
        Ok(Telling {
            nature: rows::named(row, "nature")?,
            received_at: rows::instant(row, "received_at")?,
            source: row.get("source")?,
            actor: row.get("actor")?,
        })
    };
    told.query_map([case.id], telling)?.collect()
}
