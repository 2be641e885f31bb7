//! Planners' reports that are kept.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};
use serde_json::Value;

use super::{AsOf, Store, StoreError, rows};

/// A report that was made at the end of a week or a month: what it takes to make it again.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptReport {
    /// `2026-W10`, `2026-03`
    pub period: String,
    pub made_at: Timestamp,
    pub as_of: AsOf,
    pub catalog_version: String,
    pub summary: Value,
}

impl Store {
    /// # Errors
    /// What the store suffers.
    pub fn kept_report(&self, site: &str, period: &str) -> Result<Option<KeptReport>, StoreError> {
        self.read(|connection| {
            let mut one = connection.prepare_cached("SELECT * FROM hotspot_report WHERE site = ? AND period = ?")?;
            one.query_row((site, period), kept).optional()
        })
    }

    /// The newest first.
    ///
    /// # Errors
    /// What the store suffers.
    pub fn kept_reports(&self, site: &str, limit: u32) -> Result<Vec<KeptReport>, StoreError> {
        self.read(|connection| {
            let mut all = connection.prepare_cached(
                "SELECT * FROM hotspot_report WHERE site = ? ORDER BY made_at DESC, period DESC LIMIT ?",
            )?;
            all.query_map((site, limit), kept)?.collect()
        })
    }

    /// One that is kept already stays as it is.
    ///
    /// # Errors
    /// What the store suffers.
    pub async fn keep_report(&self, site: &str, report: KeptReport) -> Result<(), StoreError> {
        let site = site.to_owned();
        let keep = move |tx: &super::writer::Tx<'_>| {
            let mut insert =
                tx.connection.prepare_cached("INSERT OR IGNORE INTO hotspot_report VALUES (?, ?, ?, ?, ?, ?)")?;
            insert.execute(params![
                site,
                report.period,
                report.made_at.as_millisecond(),
                report.as_of.to_string(),
                report.catalog_version,
                report.summary.to_string(),
            ])?;
            Ok(())
        };
        self.writer.write(keep).await
    }
}

fn kept(row: &Row<'_>) -> rusqlite::Result<KeptReport> {
    let as_of: String = row.get("as_of")?;
    let unreadable = || rusqlite::Error::InvalidColumnType(0, "as_of".to_owned(), rusqlite::types::Type::Text);
    Ok(KeptReport {
        period: row.get("period")?,
        made_at: rows::instant(row, "made_at")?,
        as_of: as_of.parse().map_err(|()| unreadable())?,
        catalog_version: row.get("catalog_version")?,
        summary: rows::json(row, "summary")?,
    })
}
