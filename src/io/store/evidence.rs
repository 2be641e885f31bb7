//! Which photos belong to what.

use uuid::Uuid;

use super::{Store, StoreError, rows};
use crate::domain::{duty::Visibility, event::Evidence};

/// A photo with its report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceOf {
    pub report: Uuid,
    pub evidence: Evidence,
}

/// What is known of a photo, whatever reports it is part of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    pub media_type: String,
    /// Of the case.
    pub visibility: Visibility,
}

impl Store {
    /// The photos of all reports of a case, in their order.
    ///
    /// # Errors
    /// What the store suffers.
    pub fn evidence_of_case(&self, case: Uuid) -> Result<Vec<EvidenceOf>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT report, hash, media_type, bytes FROM evidence
                 WHERE report IN (SELECT id FROM report WHERE case_id = ?) ORDER BY report, rank",
            )?;
            let evidence = |row: &rusqlite::Row<'_>| {
                let evidence =
                    Evidence { hash: row.get("hash")?, media_type: row.get("media_type")?, bytes: row.get("bytes")? };
                Ok(EvidenceOf { report: row.get("report")?, evidence })
            };
            statement.query_map([case], evidence)?.collect()
        })
    }

    /// Under which cases a photo may be seen.
    ///
    /// # Errors
    /// What the store suffers.
    pub fn evidence_shown(&self, site: &str, hash: &str) -> Result<Vec<Shown>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT DISTINCT evidence.media_type, cases.visibility FROM evidence
                 JOIN report ON report.id = evidence.report JOIN cases ON cases.id = report.case_id
                 WHERE evidence.site = ? AND evidence.hash = ?",
            )?;
            let shown = |row: &rusqlite::Row<'_>| {
                Ok(Shown { media_type: row.get("media_type")?, visibility: rows::named(row, "visibility")? })
            };
            statement.query_map([site, hash], shown)?.collect()
        })
    }
}
