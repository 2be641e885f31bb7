//! Cases as planners study them: what happened, where and when, now or as of an earlier change.

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Store, StoreError, log::last_seq, rows, writer::Tx};
use crate::domain::{
    analysis::planning::{Incident, Incidents},
    case::{Case, Status},
    duty::{CategoryCode, DepartmentCode, Visibility},
    geo::Position,
};

/// What had happened when a report was made: up to which change of the log, and which of the cases there were.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AsOf {
    seq: i64,
    entry: i64,
}

/// `1042.377`
impl fmt::Display for AsOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.seq, self.entry)
    }
}

impl FromStr for AsOf {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (seq, entry) = text.split_once('.').ok_or(())?;
        let number = |text: &str| text.parse().ok().filter(|number| *number >= 0).ok_or(());
        Ok(Self { seq: number(seq)?, entry: number(entry)? })
    }
}

/// Which cases are studied.
#[derive(Debug, Clone, Default)]
pub struct IncidentFilter {
    /// Opened from, inclusive.
    pub from: Option<Timestamp>,
    /// Opened before.
    pub to: Option<Timestamp>,
    pub category: Option<String>,
    pub department: Option<String>,
    /// The way in that it was told by first.
    pub source: Option<String>,
    /// The circles whose cases are shown where they are; others are counted alone.
    pub visible: Vec<Visibility>,
    pub as_of: Option<AsOf>,
}

/// The cases of a report.
#[derive(Debug, Clone)]
pub struct Studied {
    pub incidents: Incidents,
    /// Cases that the reader may only count.
    pub hidden: u64,
    pub as_of: AsOf,
}

/// Cases as they are.
const PRESENT: &str = "SELECT entry, opened_at, lon, lat, category, department, source, visibility
     FROM cases INDEXED BY case_by_opening
     WHERE site = :site AND opened_at >= :from AND opened_at < :to AND lon IS NOT NULL AND status NOT IN (:none)";

/// Cases as they were: those that have changed since by what stands of them from before the first of these changes, the
/// others as they are.
const PAST: &str = " AND entry <= :entry
       AND entry NOT IN (SELECT case_entry FROM case_before WHERE site = :site AND until > :seq)
     UNION ALL
     SELECT before.case_entry, cases.opened_at, before.lon, before.lat, before.category, before.department, cases.source,
            before.visibility
     FROM case_before AS before CROSS JOIN cases ON cases.entry = before.case_entry
     WHERE before.site = :site AND before.until > :seq AND before.case_entry <= :entry
       AND NOT EXISTS (SELECT 1 FROM case_before AS earlier WHERE earlier.case_entry = before.case_entry
                       AND earlier.until > :seq AND earlier.until < before.until)
       AND cases.opened_at >= :from AND cases.opened_at < :to AND before.lon IS NOT NULL AND before.is_incident = 1";

impl Store {
    /// # Errors
    /// What the store suffers.
    pub fn incidents(&self, site: &str, filter: &IncidentFilter) -> Result<Studied, StoreError> {
        let sql = |past: &str| format!("{PRESENT}{past}").replace(":none", &none());
        self.read(|connection| {
            let now = as_of(connection)?;
            let asked = filter.as_of.unwrap_or(now);
            let mut found = Studied { incidents: Incidents::default(), hidden: 0, as_of: asked };
            let mut statement = connection.prepare_cached(&sql(if filter.as_of.is_some() { PAST } else { "" }))?;
            let from = filter.from.map_or(i64::MIN, Timestamp::as_millisecond);
            let to = filter.to.map_or(i64::MAX, Timestamp::as_millisecond);
            let mut rows = if filter.as_of.is_some() {
                statement.query(rusqlite::named_params! {
                    ":site": site, ":from": from, ":to": to, ":entry": asked.entry, ":seq": asked.seq,
                })?
            } else {
                statement.query(rusqlite::named_params! {":site": site, ":from": from, ":to": to})?
            };
            while let Some(row) = rows.next()? {
                take(row, filter, &mut found)?;
            }
            // One order, whatever changed meanwhile: what depends on it comes out the same.
            found.incidents.all.sort_by_key(|incident| incident.row);
            Ok(found)
        })
    }
}

/// What is no incident, as a list of SQL.
pub(super) fn none() -> String {
    let all = Status::NO_INCIDENT.iter().map(|status| format!("'{status}'"));
    all.collect::<Vec<_>>().join(", ")
}

fn as_of(connection: &Connection) -> rusqlite::Result<AsOf> {
    let entry = connection.query_row("SELECT coalesce(max(entry), 0) FROM cases", [], |row| row.get(0))?;
    Ok(AsOf { seq: last_seq(connection)?, entry })
}

fn take(row: &Row<'_>, filter: &IncidentFilter, found: &mut Studied) -> rusqlite::Result<()> {
    let text = |column| row.get_ref(column).map(|value| value.as_str().ok());
    let (category, department, source) = (text(4)?, text(5)?, text(6)?);
    let is = |wanted: &Option<String>, is: Option<&str>| wanted.as_deref().is_none_or(|wanted| is == Some(wanted));
    if !is(&filter.category, category) || !is(&filter.department, department) || !is(&filter.source, source) {
        return Ok(());
    }
    let visibility: Visibility = rows::named(row, "visibility")?;
    if !filter.visible.contains(&visibility) {
        found.hidden += 1;
        return Ok(());
    }
    let Ok(position) = Position::new(row.get(2)?, row.get(3)?) else { return Ok(()) };
    let [category, department, source_label] =
        [category, department, source].map(|code| code.map(|code| found.incidents.label(code)));
    found.incidents.all.push(Incident {
        row: row.get::<_, i64>(0)?.unsigned_abs(),
        position,
        at: Some(rows::instant(row, "opened_at")?),
        category,
        department,
        source: source_label,
        surveyed: source == Some("camera"),
    });
    Ok(())
}

/// Keeps what planners know of a case, where a change is about to make it something else.
pub fn keep_before(tx: &Tx<'_>, site: &str, case: &Case) -> Result<(), StoreError> {
    let before: Option<i64> = tx
        .connection
        .prepare_cached("SELECT entry FROM cases WHERE site = ? AND id = ?")?
        .query_row(params![site, case.id], |row| row.get(0))
        .optional()?;
    let Some(entry) = before else { return Ok(()) };
    // The next change of the log is this one, or another of the same commit.
    let until = last_seq(tx.connection)? + 1;
    let sql = format!(
        "INSERT OR IGNORE INTO case_before
         SELECT entry, ?2, site, lon, lat, category, department, visibility, status NOT IN ({none}) FROM cases
         WHERE entry = ?1 AND NOT (lon IS ?3 AND lat IS ?4 AND category IS ?5 AND department IS ?6 AND visibility = ?7
                                   AND (status IN ({none})) = ?8)",
        none = none()
    );
    let position = case.position;
    tx.connection.prepare_cached(&sql)?.execute(params![
        entry,
        until,
        position.map(Position::lon),
        position.map(Position::lat),
        case.category.as_ref().map(CategoryCode::as_str),
        case.department().map(DepartmentCode::as_str),
        case.visibility.to_string(),
        Status::NO_INCIDENT.contains(&case.status),
    ])?;
    Ok(())
}
