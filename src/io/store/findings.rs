//! What cameras saw, and what was decided on it.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};
use uuid::Uuid;

use super::{Accepted, NewReport, Store, StoreError, intake, rows, writer::Tx};
use crate::domain::{
    event::{Decided, Decision, Finding, FindingStatus},
    grid::GridCode,
    people::{Reach, Sight},
    update::Change,
};

/// A finding of which nobody knows yet.
#[derive(Debug, Clone)]
pub struct NewFinding {
    pub site: String,
    pub finding: Finding,
    /// Where its rule confirms it by itself: the report that it then is.
    pub raise: Option<Box<NewReport>>,
}

/// What is to be decided.
#[derive(Debug, Clone)]
pub enum Verdict {
    /// With the report that the finding becomes; its external id is the finding's, so that there is only ever one.
    Confirm(Box<NewReport>),
    Dismiss {
        reason: String,
    },
}

/// Which findings to list; what is `None` does not matter.
#[derive(Debug, Clone, Default)]
pub struct FindingFilter {
    pub status: Option<FindingStatus>,
    pub camera: Option<String>,
    /// What the reader may see: the rest is left out.
    pub visible: Sight,
}

/// Some of a list, newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct FindingPage {
    pub findings: Vec<Finding>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<Uuid>,
}

impl Store {
    /// Keeps a finding; durable when it answers. With what became of it, where its rule confirms it. One that is kept
    /// already stays as it is.
    ///
    /// # Errors
    /// What the store suffers.
    pub async fn add_finding(&self, new: NewFinding) -> Result<(Finding, Option<Accepted>), StoreError> {
        self.writer.write(move |tx| add(tx, new)).await
    }

    /// Confirms or dismisses a finding of the queue. To decide the same again changes nothing and answers the same.
    /// `None` if there is no such finding.
    ///
    /// # Errors
    /// What the store suffers; [`Decided`] where it was decided otherwise before.
    pub async fn decide(
        &self,
        site: &str,
        id: Uuid,
        verdict: Verdict,
        actor: &str,
        now: Timestamp,
    ) -> Result<Option<Result<Finding, Decided>>, StoreError> {
        let (site, actor) = (site.to_owned(), actor.to_owned());
        self.writer.write(move |tx| decide(tx, &site, id, verdict, &actor, now)).await
    }

    /// # Errors
    /// What the store suffers.
    pub fn finding(&self, site: &str, id: Uuid) -> Result<Option<Finding>, StoreError> {
        self.read(|connection| find(connection, site, id))
    }

    /// # Errors
    /// What the store suffers.
    pub fn findings(
        &self,
        site: &str,
        filter: &FindingFilter,
        before: Option<Uuid>,
        limit: u32,
    ) -> Result<FindingPage, StoreError> {
        self.read(|connection| {
            let mut findings = list(connection, site, filter, before, limit.saturating_add(1))?;
            let has_more = findings.len() > limit as usize;
            findings.truncate(limit as usize);
            let next = findings.last().filter(|_| has_more).map(|last| last.id);
            Ok(FindingPage { findings, next })
        })
    }
}

fn add(tx: &Tx<'_>, new: NewFinding) -> Result<(Finding, Option<Accepted>), StoreError> {
    let NewFinding { site, mut finding, raise } = new;
    // Told again by who does not know that it was kept.
    if let Some(known) = find(tx.connection, &site, finding.id)? {
        return Ok((known, None));
    }
    let accepted = raise.map(|report| intake::accept(tx, &report)).transpose()?;
    if let Some(accepted) = &accepted {
        // It is in the queue, so this cannot fail.
        let _ = finding.decide(Decision::Confirm { case: accepted.case.id }, "rule", finding.seen_at);
    }
    let mut insert = tx.connection.prepare_cached(
        "INSERT INTO finding (id, site, status, camera, visibility, seen_at, snapshot, case_id, finding)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?;
    let json = rows::to_json(&finding)?;
    insert.execute(params![
        finding.id,
        site,
        finding.status.to_string(),
        finding.camera,
        finding.visibility.to_string(),
        finding.seen_at.as_millisecond(),
        finding.snapshot.as_ref().map(|snapshot| &snapshot.hash),
        finding.case,
        json,
    ])?;
    let (actor, object) = (format!("camera {}", finding.camera), format!("finding {}", finding.id));
    tx.audit(&site, finding.seen_at, &actor, "find", &object, None, Some(json))?;
    tx.record(&site, finding.seen_at, Change::FindingAdded { finding: Box::new(finding.clone()) })?;
    Ok((finding, accepted))
}

fn decide(
    tx: &Tx<'_>,
    site: &str,
    id: Uuid,
    verdict: Verdict,
    actor: &str,
    now: Timestamp,
) -> Result<Option<Result<Finding, Decided>>, StoreError> {
    let Some(before) = find(tx.connection, site, id)? else { return Ok(None) };
    match (&verdict, before.status) {
        (_, FindingStatus::Queued) => {}
        (Verdict::Confirm(_), FindingStatus::Confirmed) => return Ok(Some(Ok(before))),
        // Another reason would be lost without a word.
        (Verdict::Dismiss { reason }, FindingStatus::Dismissed) if before.reason.as_ref() == Some(reason) => {
            return Ok(Some(Ok(before)));
        }
        (_, status) => return Ok(Some(Err(Decided(status)))),
    }
    let (action, decision) = match verdict {
        Verdict::Confirm(report) => ("confirm", Decision::Confirm { case: intake::accept(tx, &report)?.case.id }),
        Verdict::Dismiss { reason } => ("dismiss", Decision::Dismiss { reason }),
    };
    let mut finding = before.clone();
    if let Err(decided) = finding.decide(decision, actor, now) {
        return Ok(Some(Err(decided)));
    }
    let (json, json_before) = (rows::to_json(&finding)?, rows::to_json(&before)?);
    tx.connection
        .prepare_cached("UPDATE finding SET status = ?, case_id = ?, finding = ? WHERE site = ? AND id = ?")?
        .execute(params![finding.status.to_string(), finding.case, json, site, id])?;
    tx.audit(site, now, actor, action, &format!("finding {id}"), Some(json_before), Some(json))?;
    tx.record(site, now, Change::FindingDecided { finding: Box::new(finding.clone()) })?;
    Ok(Some(Ok(finding)))
}

fn find(connection: &Connection, site: &str, id: Uuid) -> rusqlite::Result<Option<Finding>> {
    let mut find = connection.prepare_cached("SELECT finding FROM finding WHERE site = ? AND id = ?")?;
    find.query_row((site, id), read).optional()
}

/// The newest first.
pub fn list(
    connection: &Connection,
    site: &str,
    filter: &FindingFilter,
    before: Option<Uuid>,
    limit: u32,
) -> rusqlite::Result<Vec<Finding>> {
    let mut sql = "SELECT finding FROM finding WHERE site = ?".to_owned();
    let mut values: Vec<Box<dyn ToSql>> = vec![Box::new(site.to_owned())];
    let mut only = |condition: &str, value: Box<dyn ToSql>| {
        sql.push_str(condition);
        values.push(value);
    };
    if let Some(status) = filter.status {
        only(" AND status = ?", Box::new(status.to_string()));
    }
    if let Some(camera) = &filter.camera {
        only(" AND camera = ?", Box::new(camera.clone()));
    }
    if let Some(before) = before {
        only(" AND entry < (SELECT entry FROM finding WHERE id = ?)", Box::new(before));
    }
    let Reach { everywhere, unplaced, grids, .. } = &filter.visible.reach;
    if !everywhere {
        let codes: Vec<&str> = grids.iter().map(GridCode::as_str).collect();
        let unplaced = if *unplaced { "finding ->> '$.placed.path[0]' IS NULL" } else { "0" };
        only(
            &format!(
                " AND ({unplaced} OR EXISTS (
                 SELECT 1 FROM json_each(finding, '$.placed.path') AS step, json_each(?) AS reach
                 WHERE step.value ->> '$.code' = reach.value))"
            ),
            Box::new(rows::to_json(&codes).unwrap_or_default()),
        );
    }
    let circles: Vec<_> = filter.visible.circles.iter().map(|circle| format!("'{circle}'")).collect();
    sql = format!("{sql} AND visibility IN ({}) ORDER BY entry DESC LIMIT {limit}", circles.join(", "));
    let mut found = connection.prepare_cached(&sql)?;
    let values: Vec<&dyn ToSql> = values.iter().map(AsRef::as_ref).collect();
    found.query_map(&values[..], read)?.collect()
}

fn read(row: &Row<'_>) -> rusqlite::Result<Finding> {
    rows::json(row, "finding")
}
