//! Steps on cases: the case as it is after them, and their lines in the trail, in one unit of work.

use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use super::{IdempotencyKey, Store, StoreError, evidence, notices, rows, rows::to_json, writer::Tx};
use crate::domain::{
    case::{Action, ActionKind, Case, Deed, Step, Terms, TransitionError},
    duty::{CategoryCode, DepartmentCode, Placed, Visibility},
    geo::Position,
    people::Actor,
    update::Change,
};

/// Steps to be taken one after the other: all of them, or none.
#[derive(Debug, Clone)]
pub struct ToTake {
    pub site: String,
    pub case: Uuid,
    /// The version that whoever takes them knows; `None` where it does not matter what came between.
    pub version: Option<u32>,
    pub deeds: Vec<Deed>,
    pub actor: Actor,
    pub now: Timestamp,
    pub terms: Arc<Terms>,
    pub idempotency: Option<IdempotencyKey>,
}

/// What became of them.
#[derive(Debug, Clone, PartialEq)]
pub enum Taken {
    Done(Box<Case>),
    NotFound,
    /// Somebody else was there first.
    Stale {
        version: u32,
    },
    Refused(TransitionError),
}

impl Store {
    /// Takes steps on a case; durable when it answers.
    ///
    /// # Errors
    /// What the store suffers.
    pub async fn take(&self, steps: ToTake) -> Result<Taken, StoreError> {
        self.writer.write(move |tx| take(tx, &steps)).await
    }

    /// Every step of a case, in order.
    ///
    /// # Errors
    /// What the store suffers.
    pub fn trail(&self, site: &str, case: Uuid) -> Result<Vec<Step>, StoreError> {
        self.read(|connection| {
            let mut trail = connection.prepare_cached(
                "SELECT step FROM trail WHERE case_entry = (SELECT entry FROM cases WHERE site = ? AND id = ?)
                 ORDER BY version",
            )?;
            trail.query_map((site, case), |row| rows::json(row, "step"))?.collect()
        })
    }

    /// Cases whose lateness is to be told by now, the latest first.
    ///
    /// # Errors
    /// What the store suffers.
    pub fn cases_to_wake(&self, site: &str, now: Timestamp, limit: u32) -> Result<Vec<Case>, StoreError> {
        let sql = format!(
            "SELECT {} FROM cases INDEXED BY case_by_waking WHERE site = ? AND wake_at <= ? ORDER BY wake_at LIMIT ?",
            rows::CASE
        );
        self.read(|connection| {
            let mut cases = connection.prepare_cached(&sql)?;
            cases.query_map((site, now.as_millisecond(), limit), rows::case)?.collect()
        })
    }

    /// When the next case is to be woken.
    ///
    /// # Errors
    /// What the store suffers.
    pub fn next_waking(&self, site: &str) -> Result<Option<Timestamp>, StoreError> {
        self.read(|connection| {
            let sql = "SELECT min(wake_at) FROM cases INDEXED BY case_by_waking WHERE site = ? AND wake_at IS NOT NULL";
            let ms: Option<i64> = connection.prepare_cached(sql)?.query_row([site], |row| row.get(0))?;
            Ok(ms.and_then(|ms| Timestamp::from_millisecond(ms).ok()))
        })
    }
}

fn take(tx: &Tx<'_>, steps: &ToTake) -> Result<Taken, StoreError> {
    let Some(mut case) = find(tx.connection, &steps.site, steps.case)? else { return Ok(Taken::NotFound) };
    if has_been_taken(tx, steps)? {
        return Ok(Taken::Done(Box::new(case)));
    }
    if steps.version.is_some_and(|version| version != case.version) {
        return Ok(Taken::Stale { version: case.version });
    }
    let before = case.clone();
    // Tried as a whole before the first is written: a refusal leaves nothing.
    let mut taken = Vec::with_capacity(steps.deeds.len());
    for deed in &steps.deeds {
        let (after, step) = match case.apply(deed.clone(), &steps.actor, steps.now, &steps.terms) {
            Ok(applied) => applied,
            Err(error) => return Ok(Taken::Refused(error)),
        };
        let absorbed = match &step.deed.action {
            Action::Merge { into } => match absorbing(tx, steps, &after, *into)? {
                Ok(absorbed) => Some(absorbed),
                Err(error) => return Ok(Taken::Refused(error)),
            },
            _ => None,
        };
        taken.push((after.clone(), step, absorbed));
        case = after;
    }
    // Of a case that is merged they are the other one's after it.
    let reporters = if case.status.is_open() { Vec::new() } else { notices::reporters(tx, case.id)? };
    let told: Vec<Step> = taken.iter().map(|(_, step, _)| step.clone()).collect();
    let mut seen_before = before.clone();
    for (after, step, absorbed) in taken {
        if let Some((other, absorbing)) = absorbed {
            tx.connection.execute("UPDATE report SET case_id = ? WHERE case_id = ?", (other.id, after.id))?;
            update(tx, &steps.site, &other, &absorbing)?;
            tx.record(&steps.site, absorbing.at, Change::moved(&other, other.clone(), absorbing))?;
        }
        update(tx, &steps.site, &after, &step)?;
        tx.record(&steps.site, step.at, Change::moved(&seen_before, after.clone(), step))?;
        seen_before = after;
    }
    notices::tell(tx, &steps.site, Some(&before), &case, &told, &reporters, &steps.terms)?;
    remember_key(tx, steps)?;
    Ok(Taken::Done(Box::new(case)))
}

/// Whether the request came before.
fn has_been_taken(tx: &Tx<'_>, steps: &ToTake) -> Result<bool, StoreError> {
    let Some(IdempotencyKey { key, request }) = &steps.idempotency else { return Ok(false) };
    let request = request_on(steps.case, request);
    let sql = "SELECT request FROM step_key WHERE site = ? AND actor = ? AND key = ?";
    let before = tx.connection.prepare_cached(sql)?.query_row((&steps.site, &steps.actor.name, key), |row| row.get(0));
    match before.optional()? {
        Some::<String>(before) if before != request => Err(StoreError::KeyReused),
        before => Ok(before.is_some()),
    }
}

fn remember_key(tx: &Tx<'_>, steps: &ToTake) -> Result<(), StoreError> {
    let Some(IdempotencyKey { key, request }) = &steps.idempotency else { return Ok(()) };
    let sql = "INSERT INTO step_key (site, actor, key, request, given_at) VALUES (?, ?, ?, ?, ?)";
    let (at, request) = (steps.now.as_millisecond(), request_on(steps.case, request));
    tx.connection.prepare_cached(sql)?.execute((&steps.site, &steps.actor.name, key, request, at))?;
    Ok(())
}

/// The same asked of another case is another request.
fn request_on(case: Uuid, request: &str) -> String {
    format!("{case} {request}")
}

/// The other case with what was told of this one, whose reporters are that one's from then on; or why it does not take them.
fn absorbing(
    tx: &Tx<'_>,
    steps: &ToTake,
    merged: &Case,
    into: Uuid,
) -> Result<Result<(Case, Step), TransitionError>, StoreError> {
    // What one may not see is not there.
    let other = find(tx.connection, &steps.site, into)?.filter(|other| steps.actor.sees(&other.scope()));
    let Some(other) = other else { return Ok(Err(TransitionError::OtherUnknown)) };
    let number = other.number.clone();
    if !other.status.is_open() {
        return Ok(Err(TransitionError::OtherEnded { number, status: other.status }));
    }
    if merged.visibility == Visibility::Restricted && other.visibility != Visibility::Restricted {
        return Ok(Err(TransitionError::MoreWouldSee { number }));
    }
    let action = Action::Absorb { case: merged.id, reports: merged.reports, seen_at: merged.last_seen_at };
    let absorbed = other.apply(Deed::from(action), &Actor::service(), steps.now, &steps.terms);
    Ok(absorbed.map(|(after, mut step)| {
        step.by.name.clone_from(&steps.actor.name);
        (after, step)
    }))
}

fn find(connection: &Connection, site: &str, id: Uuid) -> rusqlite::Result<Option<Case>> {
    let sql = format!("SELECT {} FROM cases WHERE site = ? AND id = ?", rows::CASE);
    connection.prepare_cached(&sql)?.query_row((site, id), rows::case).optional()
}

/// A case that begins.
pub fn insert(tx: &Tx<'_>, site: &str, case: &Case, opening: &Step) -> Result<(), StoreError> {
    let mut insert = tx.connection.prepare_cached(
        "INSERT INTO cases (id, site, number, status, is_open, nature, category, visibility, department, path, outcome,
                            lon, lat, catalog_version, opened_at, due_at, wake_at, updated_at, version, state)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?;
    let entry = insert.insert(params![
        case.id,
        site,
        case.number,
        case.status.to_string(),
        case.status.is_open(),
        case.nature.to_string(),
        case.category.as_ref().map(CategoryCode::as_str),
        case.visibility.to_string(),
        case.department().map(DepartmentCode::as_str),
        path_of_placed(tx, site, &case.placed)?,
        case.placed.outcome.to_string(),
        case.position.map(Position::lon),
        case.position.map(Position::lat),
        case.catalog_version,
        case.opened_at.as_millisecond(),
        case.due_at.map(Timestamp::as_millisecond),
        case.wake_at.map(Timestamp::as_millisecond),
        case.updated_at.as_millisecond(),
        case.version,
        to_json(case)?,
    ])?;
    put_on_map(tx, entry, case.position)?;
    append(tx, site, entry, opening)
}

/// A case after a step.
pub fn update(tx: &Tx<'_>, site: &str, case: &Case, step: &Step) -> Result<(), StoreError> {
    let mut update = tx.connection.prepare_cached(
        "UPDATE cases SET status = ?, is_open = ?, category = ?, visibility = ?, department = ?, path = ?, outcome = ?,
                          lon = ?, lat = ?, catalog_version = ?, due_at = ?, wake_at = ?, updated_at = ?,
                          version = ?, state = ?
         WHERE site = ? AND id = ? RETURNING entry",
    )?;
    let values = params![
        case.status.to_string(),
        case.status.is_open(),
        case.category.as_ref().map(CategoryCode::as_str),
        case.visibility.to_string(),
        case.department().map(DepartmentCode::as_str),
        path_of_placed(tx, site, &case.placed)?,
        case.placed.outcome.to_string(),
        case.position.map(Position::lon),
        case.position.map(Position::lat),
        case.catalog_version,
        case.due_at.map(Timestamp::as_millisecond),
        case.wake_at.map(Timestamp::as_millisecond),
        case.updated_at.as_millisecond(),
        case.version,
        to_json(case)?,
        site,
        case.id,
    ];
    let entry = update.query_row(values, |row| row.get(0))?;
    match ActionKind::from(&step.deed.action) {
        ActionKind::Correct => {
            tx.connection.prepare_cached("DELETE FROM case_place WHERE case_entry = ?")?.execute([entry])?;
            put_on_map(tx, entry, case.position)?;
        }
        ActionKind::Dispatch | ActionKind::Whistle | ActionKind::Rule | ActionKind::Grant | ActionKind::Recall => {
            put_before_departments(tx, site, entry, case)?;
        }
        _ => {}
    }
    for photo in &step.deed.evidence {
        evidence::insert_of_step(tx, site, entry, step.version, photo)?;
    }
    append(tx, site, entry, step)
}

fn append(tx: &Tx<'_>, site: &str, entry: i64, step: &Step) -> Result<(), StoreError> {
    let mut append = tx.connection.prepare_cached(
        "INSERT INTO trail (case_entry, version, site, at, actor, action, step) VALUES (?, ?, ?, ?, ?, ?, ?)",
    )?;
    let action = ActionKind::from(&step.deed.action).to_string();
    append.execute(params![
        entry,
        step.version,
        site,
        step.at.as_millisecond(),
        step.by.name,
        action,
        to_json(step)?
    ])?;
    Ok(())
}

fn put_on_map(tx: &Tx<'_>, entry: i64, position: Option<Position>) -> Result<(), StoreError> {
    let Some((lon, lat)) = position.map(|position| (position.lon(), position.lat())) else { return Ok(()) };
    let mut place = tx.connection.prepare_cached("INSERT INTO case_place VALUES (?, ?, ?, ?, ?)")?;
    place.execute(params![entry, lon, lon, lat, lat])?;
    Ok(())
}

fn put_before_departments(tx: &Tx<'_>, site: &str, entry: i64, case: &Case) -> Result<(), StoreError> {
    tx.connection.prepare_cached("DELETE FROM case_department WHERE case_entry = ?")?.execute([entry])?;
    let mut insert = tx.connection.prepare_cached("INSERT INTO case_department VALUES (?, ?, ?)")?;
    for department in case.departments() {
        insert.execute(params![site, department.as_str(), entry])?;
    }
    Ok(())
}

fn path_of_placed(tx: &Tx<'_>, site: &str, placed: &Placed) -> Result<Option<i64>, StoreError> {
    path_of(tx, site, placed.path.iter().map(|step| step.code.as_str()))
}

/// A way up from a grid, by a number that all that lies in it shares; `None` for no way at all.
pub fn path_of<'a>(tx: &Tx<'_>, site: &str, codes: impl Iterator<Item = &'a str>) -> Result<Option<i64>, StoreError> {
    let codes: Vec<_> = codes.collect();
    if codes.is_empty() {
        return Ok(None);
    }
    let joined = codes.join(" ");
    let mut find = tx.connection.prepare_cached("SELECT path FROM grid_path WHERE site = ? AND codes = ?")?;
    if let Some(path) = find.query_row((site, &joined), |row| row.get(0)).optional()? {
        return Ok(Some(path));
    }
    let path =
        tx.connection.prepare_cached("INSERT INTO grid_path (site, codes) VALUES (?, ?)")?.insert((site, joined))?;
    let mut level = tx.connection.prepare_cached("INSERT INTO grid_path_level (site, code, path) VALUES (?, ?, ?)")?;
    for code in codes {
        level.execute((site, code, path))?;
    }
    Ok(Some(path))
}
