//! A report is taken in: placed already, it opens a case or joins one.

use std::sync::Arc;

use jiff::{Timestamp, tz::TimeZone};
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use super::{
    Store, StoreError, casework, evidence, notices,
    rows::{self, to_json},
    writer::Tx,
};
use crate::domain::{
    case::{Action, Case, Deed, Past, Step, Terms},
    duty::{Category, CategoryCode, Merge, WorkingCalendar},
    event::{Evidence, Matter, Report, is_same_matter},
    geo::{LocalPlane, Position},
    people::Actor,
    update::Change,
};

/// A report with all that the decision needs: open a case, or join one.
#[derive(Debug, Clone)]
pub struct NewReport {
    pub site: String,
    /// Who is to be named in the trail.
    pub actor: String,
    pub report: Report,
    pub idempotency: Option<IdempotencyKey>,
    /// Already on disk.
    pub evidence: Vec<Evidence>,
    /// Id of the case, should one be opened.
    pub case_id: Uuid,
    /// Whoever tells it has verified it.
    pub verified: bool,
    /// What holds now.
    pub terms: Arc<Terms>,
    /// Whose year its number carries.
    pub zone: TimeZone,
    /// It is over since long: it joins no case, and no screen hears of it.
    pub past: Option<Past>,
}

/// The `Idempotency-Key` of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    pub key: String,
    /// Hash of the request: the same key with another request is a fault.
    pub request: String,
}

/// What became of a report.
#[derive(Debug, Clone, PartialEq)]
pub struct Accepted {
    pub report_id: Uuid,
    pub case: Case,
    /// It told again what a case was open about; a repeated one is answered as it was at first.
    pub joined: bool,
    /// It had been accepted before: by its idempotency key, or by its sender's id.
    pub repeated: bool,
}

impl Store {
    /// Takes a report in, once: durable when it answers.
    ///
    /// # Errors
    /// [`StoreError::KeyReused`] where its idempotency key came with another request; else what the store suffers.
    pub async fn accept(&self, new: NewReport) -> Result<Accepted, StoreError> {
        self.writer.write(move |tx| accept(tx, &new)).await
    }

    /// Forgets which requests came before an instant: whoever repeats one of them by then does it again.
    ///
    /// # Errors
    /// What the store suffers.
    pub async fn forget_keys(&self, site: &str, before: Timestamp) -> Result<(), StoreError> {
        let site = site.to_owned();
        self.writer
            .write(move |tx| {
                for table in ["idempotency", "step_key", "made_key"] {
                    let sql = format!("DELETE FROM {table} WHERE given_at < ? AND site = ?");
                    tx.connection.prepare_cached(&sql)?.execute((before.as_millisecond(), &site))?;
                }
                Ok(())
            })
            .await
    }

    /// Takes cases of past years in, all of them or none; how many were not there before.
    ///
    /// # Errors
    /// What the store suffers.
    pub async fn import(&self, past: Vec<NewReport>) -> Result<usize, StoreError> {
        self.writer
            .write(move |tx| {
                let mut fresh = 0;
                for new in &past {
                    fresh += usize::from(!accept(tx, new)?.repeated);
                }
                Ok(fresh)
            })
            .await
    }

    /// Whether the actor's key came before with another request, so that nothing need be kept for this one. Blocks: call
    /// it where blocking is allowed.
    ///
    /// # Errors
    /// What the store suffers.
    pub fn is_key_reused(&self, site: &str, actor: &str, key: &IdempotencyKey) -> Result<bool, StoreError> {
        self.read(|connection| {
            let before = request_of_key(connection, site, actor, &key.key)?;
            Ok(before.is_some_and(|(before, _)| before != key.request))
        })
    }
}

/// Within a unit of work.
pub fn accept(tx: &Tx<'_>, new: &NewReport) -> Result<Accepted, StoreError> {
    if let Some(report_id) = repeated(tx, new)? {
        let (case, joined) = (case_of_report(tx, report_id)?, is_further(tx, report_id)?);
        return Ok(Accepted { report_id, case, joined, repeated: true });
    }
    let now = new.report.received_at;
    let open = if new.past.is_some() { None } else { same_case(tx, new)? };
    let joined = open.is_some();
    let (case, opening) = match open {
        Some(case) => (join(tx, new, &case)?, None),
        None => open_case(tx, new).map(|(case, opening)| (case, Some(opening)))?,
    };
    insert_report(tx, new, &case)?;
    if let Some(opening) = opening {
        notices::tell(tx, &new.site, None, &case, &[opening], &[], &new.terms)?;
    }
    remember_key(tx, new)?;
    if new.past.is_some() {
        return Ok(Accepted { report_id: new.report.id, case, joined, repeated: false });
    }
    let kept = Box::new(case.clone());
    tx.record(
        &new.site,
        now,
        if joined { Change::CaseJoined { case: kept } } else { Change::CaseOpened { case: kept } },
    )?;
    Ok(Accepted { report_id: new.report.id, case, joined, repeated: false })
}

/// The report that this one repeats.
fn repeated(tx: &Tx<'_>, new: &NewReport) -> Result<Option<Uuid>, StoreError> {
    if let Some(IdempotencyKey { key, request }) = &new.idempotency {
        match request_of_key(tx.connection, &new.site, &new.actor, key)? {
            Some((before, _)) if before != *request => return Err(StoreError::KeyReused),
            Some((_, report)) => return Ok(Some(report)),
            None => {}
        }
    }
    let Some(external_id) = &new.report.external_id else { return Ok(None) };
    // The actor is part of it: nobody can take an id before the one whose it is.
    let mut by_external_id = tx
        .connection
        .prepare_cached("SELECT id FROM report WHERE site = ? AND actor = ? AND source = ? AND external_id = ?")?;
    let whose = (&new.site, &new.actor, &new.report.source, external_id);
    Ok(by_external_id.query_row(whose, |row| row.get(0)).optional()?)
}

/// What a key came with, and what became of it.
fn request_of_key(
    connection: &Connection,
    site: &str,
    actor: &str,
    key: &str,
) -> rusqlite::Result<Option<(String, Uuid)>> {
    let mut by_key = connection
        .prepare_cached("SELECT request, report FROM idempotency WHERE site = ? AND actor = ? AND key = ?")?;
    by_key.query_row((site, actor, key), |row| Ok((row.get(0)?, row.get(1)?))).optional()
}

fn case_of_report(tx: &Tx<'_>, report: Uuid) -> Result<Case, StoreError> {
    let sql = format!("SELECT {} FROM cases WHERE id = (SELECT case_id FROM report WHERE id = ?)", rows::CASE);
    Ok(tx.connection.prepare_cached(&sql)?.query_row([report], rows::case)?)
}

/// Whether its case had a report before it.
fn is_further(tx: &Tx<'_>, report: Uuid) -> Result<bool, StoreError> {
    let mut earlier = tx.connection.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM report AS own JOIN report AS other ON other.case_id = own.case_id
                        WHERE own.id = ? AND other.entry < own.entry)",
    )?;
    Ok(earlier.query_row([report], |row| row.get(0))?)
}

/// The open case of the same matter that was seen last, if there is one; of several the nearest.
fn same_case(tx: &Tx<'_>, new: &NewReport) -> Result<Option<Case>, StoreError> {
    let category = new.report.category.as_ref().and_then(|code| new.terms.routing.category(code.as_str()));
    let rule = category.filter(|category| category.merge == Merge::Auto);
    let (Some(rule), Some(position)) = (rule, new.report.position) else { return Ok(None) };
    let told = Matter { category: &rule.code, position, seen_at: new.report.captured_at };
    let near = open_near(tx.connection, &new.site, rule, &told, &new.terms.calendar)?;
    Ok(near.into_iter().next().map(|(_, case)| case))
}

/// Open cases of the same matter with their distances in metres, the nearest first.
pub fn open_near(
    connection: &Connection,
    site: &str,
    rule: &Category,
    told: &Matter<'_>,
    calendar: &WorkingCalendar,
) -> rusqlite::Result<Vec<(f64, Case)>> {
    let position = told.position;
    let [[west, south], [east, north]] = LocalPlane::at(position).envelope(rule.merge_radius_m);
    let sql = format!(
        "SELECT {} FROM cases INDEXED BY case_open_by_place
         WHERE site = ? AND is_open = 1 AND category = ? AND lon BETWEEN ? AND ? AND lat BETWEEN ? AND ?",
        rows::CASE
    );
    let mut near = connection.prepare_cached(&sql)?;
    let near = near.query_map(params![site, rule.code.as_str(), west, east, south, north], rows::case)?;
    let category = &rule.code;
    let mut found: Vec<(f64, Case)> = Vec::new();
    for case in near {
        let case = case?;
        let Some(at) = case.position else { continue };
        let open = Matter { category, position: at, seen_at: case.last_seen_at };
        let distance_m = position.distance_m(at);
        if is_same_matter(rule, calendar, &open, told) {
            found.push((distance_m, case));
        }
    }
    found.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    Ok(found)
}

fn open_case(tx: &Tx<'_>, new: &NewReport) -> Result<(Case, Step), StoreError> {
    let number = next_number(tx, new)?;
    let (case, opening) = match new.past.clone() {
        Some(past) => Case::past(new.case_id, number, &new.report, past, &new.actor, &new.terms),
        None => Case::open(new.case_id, number, &new.report, &new.actor, new.verified, &new.terms),
    };
    casework::insert(tx, &new.site, &case, &new.report.source, &opening)?;
    Ok((case, opening))
}

/// A further report of an open case.
fn join(tx: &Tx<'_>, new: &NewReport, case: &Case) -> Result<Case, StoreError> {
    let join = Action::Join { report: new.report.id, seen_at: new.report.captured_at };
    // Any open case may be joined.
    let (case, mut step) = case
        .apply(Deed::from(join), &Actor::service(), new.report.received_at, &new.terms)
        .map_err(|error| StoreError::Failed(error.to_string()))?;
    step.by.name.clone_from(&new.actor);
    casework::update(tx, &new.site, &case, &step)?;
    Ok(case)
}

/// `2026-000123`: counted within the year of the site's calendar.
fn next_number(tx: &Tx<'_>, new: &NewReport) -> Result<String, StoreError> {
    let year = new.report.received_at.to_zoned(new.zone.clone()).year();
    let mut next = tx.connection.prepare_cached(
        "INSERT INTO number_given (site, year, last) VALUES (?, ?, 1)
         ON CONFLICT (site, year) DO UPDATE SET last = last + 1 RETURNING last",
    )?;
    let last: i64 = next.query_row(params![new.site, year], |row| row.get(0))?;
    Ok(format!("{year}-{last:06}"))
}

fn insert_report(tx: &Tx<'_>, new: &NewReport, case: &Case) -> Result<(), StoreError> {
    let report = &new.report;
    let mut insert = tx.connection.prepare_cached(
        "INSERT INTO report (id, site, case_id, actor, source, external_id, nature, category, lon, lat, given, accuracy_m,
                             captured_at, received_at, description, address, place, contact, placed, catalog_version)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?;
    insert.execute(params![
        report.id,
        new.site,
        case.id,
        new.actor,
        report.source,
        report.external_id,
        report.nature.to_string(),
        report.category.as_ref().map(CategoryCode::as_str),
        report.position.map(Position::lon),
        report.position.map(Position::lat),
        report.given.as_ref().map(to_json).transpose()?,
        report.accuracy_m,
        report.captured_at.as_millisecond(),
        report.received_at.as_millisecond(),
        report.description,
        report.address,
        report.place,
        report.contact,
        to_json(&report.placed)?,
        report.catalog_version,
    ])?;
    for photo in &new.evidence {
        evidence::insert(tx, &new.site, report.id, photo, report.received_at)?;
    }
    Ok(())
}

fn remember_key(tx: &Tx<'_>, new: &NewReport) -> Result<(), StoreError> {
    let Some(IdempotencyKey { key, request }) = &new.idempotency else { return Ok(()) };
    let mut insert = tx.connection.prepare_cached(
        "INSERT INTO idempotency (site, actor, key, request, report, given_at) VALUES (?, ?, ?, ?, ?, ?)",
    )?;
    let at = new.report.received_at.as_millisecond();
    insert.execute(params![new.site, new.actor, key, request, new.report.id, at])?;
    Ok(())
}
