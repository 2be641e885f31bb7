//! Which photos belong to what.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params, types::ValueRef};
use uuid::Uuid;

use super::{Store, StoreError, rows, writer::Tx};
use crate::domain::{
    case::Case,
    duty::Scope,
    event::{Evidence, Finding, Shot},
    geo::Position,
    update::Change,
};

/// A photo with its report.
#[derive(Debug, Clone, PartialEq)]
pub struct EvidenceOf {
    pub report: Uuid,
    pub evidence: Evidence,
}

/// What is known of a photo, whatever reports it is part of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    pub media_type: String,
    /// Of the case, or of the finding.
    pub scope: Scope,
}

impl Store {
    /// The photos of all reports of a case, in their order.
    ///
    /// # Errors
    /// What the store suffers.
    pub fn evidence_of_case(&self, case: Uuid) -> Result<Vec<EvidenceOf>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT report, hash, media_type, bytes, camera FROM evidence
                 WHERE report IN (SELECT id FROM report WHERE case_id = ?) ORDER BY report, rank",
            )?;
            let evidence = |row: &rusqlite::Row<'_>| {
                let evidence = Evidence {
                    hash: row.get("hash")?,
                    media_type: row.get("media_type")?,
                    bytes: row.get("bytes")?,
                    camera: row.get("camera")?,
                    shot: None,
                };
                Ok(EvidenceOf { report: row.get("report")?, evidence })
            };
            statement.query_map([case], evidence)?.collect()
        })
    }

    /// What these photos say of themselves, by their hashes; those that say nothing are left out.
    ///
    /// # Errors
    /// What the store suffers.
    pub fn shots(&self, site: &str, hashes: &[&str]) -> Result<HashMap<String, Shot>, StoreError> {
        self.read(|connection| {
            let mut find =
                connection.prepare_cached("SELECT taken_at, lon, lat FROM shot WHERE site = ? AND hash = ?")?;
            let shot = |row: &rusqlite::Row<'_>| {
                let has_time = row.get_ref("taken_at")? != ValueRef::Null;
                let taken_at = has_time.then(|| rows::instant(row, "taken_at")).transpose()?;
                Ok(Shot { taken_at, position: rows::position(row)? })
            };
            let mut shots = HashMap::new();
            for hash in hashes {
                let found = find.query_row((site, hash), shot).optional()?;
                shots.extend(found.map(|shot| ((*hash).to_owned(), shot)));
            }
            Ok(shots)
        })
    }

    /// Adds a photo to a report that is there already, behind those that it has; `None` if there is no such report, or
    /// the report has that photo.
    ///
    /// # Errors
    /// What the store suffers.
    pub async fn add_evidence(
        &self,
        site: &str,
        report: Uuid,
        evidence: Evidence,
        now: Timestamp,
    ) -> Result<Option<Case>, StoreError> {
        let site = site.to_owned();
        self.writer.write(move |tx| add(tx, &site, report, &evidence, now)).await
    }

    /// Under which cases, or which findings, a photo may be seen.
    ///
    /// # Errors
    /// What the store suffers.
    pub fn evidence_shown(&self, site: &str, hash: &str) -> Result<Vec<Shown>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT evidence.media_type, cases.state, NULL AS finding FROM evidence
                 JOIN report ON report.id = evidence.report JOIN cases ON cases.id = report.case_id
                 WHERE evidence.site = ?1 AND evidence.hash = ?2
                 UNION SELECT step_photo.media_type, cases.state, NULL FROM step_photo
                 JOIN cases ON cases.entry = step_photo.case_entry
                 WHERE step_photo.site = ?1 AND step_photo.hash = ?2
                 UNION SELECT 'image/jpeg', NULL, finding FROM finding WHERE site = ?1 AND snapshot = ?2",
            )?;
            let shown = |row: &rusqlite::Row<'_>| {
                let is_case = row.get_ref("finding")? == ValueRef::Null;
                let scope =
                    if is_case { rows::case(row)?.scope() } else { rows::json::<Finding>(row, "finding")?.scope() };
                Ok(Shown { media_type: row.get("media_type")?, scope })
            };
            statement.query_map([site, hash], shown)?.collect()
        })
    }
}

/// One more photo of a report.
pub fn insert(tx: &Tx<'_>, site: &str, report: Uuid, evidence: &Evidence, now: Timestamp) -> Result<bool, StoreError> {
    let mut insert = tx.connection.prepare_cached(
        "INSERT OR IGNORE INTO evidence (report, site, rank, hash, media_type, bytes, camera, added_at)
         SELECT ?1, ?2, (SELECT count(*) FROM evidence WHERE report = ?1), ?3, ?4, ?5, ?6, ?7",
    )?;
    keep_shot(tx, site, evidence)?;
    let Evidence { hash, media_type, bytes, camera, .. } = evidence;
    Ok(insert.execute(params![report, site, hash, media_type, bytes, camera, now.as_millisecond()])? > 0)
}

/// A photo of a step.
pub fn insert_of_step(tx: &Tx<'_>, site: &str, case: i64, version: u32, evidence: &Evidence) -> Result<(), StoreError> {
    keep_shot(tx, site, evidence)?;
    let mut insert = tx.connection.prepare_cached(
        "INSERT OR IGNORE INTO step_photo (site, hash, case_entry, version, media_type) VALUES (?, ?, ?, ?, ?)",
    )?;
    insert.execute(params![site, evidence.hash, case, version, evidence.media_type])?;
    Ok(())
}

/// What a photo says of itself.
fn keep_shot(tx: &Tx<'_>, site: &str, evidence: &Evidence) -> Result<(), StoreError> {
    let Some(Shot { taken_at, position }) = evidence.shot else { return Ok(()) };
    let mut insert = tx
        .connection
        .prepare_cached("INSERT OR IGNORE INTO shot (site, hash, taken_at, lon, lat) VALUES (?, ?, ?, ?, ?)")?;
    let (lon, lat) = (position.map(Position::lon), position.map(Position::lat));
    insert.execute(params![site, evidence.hash, taken_at.map(Timestamp::as_millisecond), lon, lat])?;
    Ok(())
}

fn add(tx: &Tx<'_>, site: &str, report: Uuid, evidence: &Evidence, now: Timestamp) -> Result<Option<Case>, StoreError> {
    let sql =
        format!("SELECT {} FROM cases WHERE id = (SELECT case_id FROM report WHERE site = ? AND id = ?)", rows::CASE);
    let case = tx.connection.prepare_cached(&sql)?.query_row((site, report), rows::case).optional()?;
    let Some(case) = case else { return Ok(None) };
    if !insert(tx, site, report, evidence, now)? {
        return Ok(None);
    }
    let actor = evidence.camera.as_ref().map_or_else(|| "service".to_owned(), |camera| format!("camera {camera}"));
    tx.audit(site, now, &actor, "add evidence", &format!("report {report}"), None, Some(rows::to_json(evidence)?))?;
    tx.record(site, now, Change::EvidenceAdded { case: Box::new(case.clone()) })?;
    Ok(Some(case))
}
