//! Cases as they are read.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, ToSql};
use uuid::Uuid;

use super::{
    Store, StoreError,
    lists::{self, Way},
    rows,
};
use crate::domain::{
    case::Case,
    event::Report,
    people::{Reach, Sight},
};

/// Which cases to list; what is `None` does not matter.
#[derive(Debug, Clone, Default)]
pub struct CaseFilter {
    pub status: Option<String>,
    /// A grid or any wider level.
    pub grid: Option<String>,
    pub department: Option<String>,
    pub category: Option<String>,
    /// Opened from, inclusive.
    pub from: Option<Timestamp>,
    /// Opened before.
    pub to: Option<Timestamp>,
    /// West, south, east, north in degrees.
    pub bbox: Option<[f64; 4]>,
    /// Open, and its limit ended before this instant.
    pub overdue_at: Option<Timestamp>,
    /// What the reader may see: the rest is left out.
    pub visible: Sight,
}

/// Some of a list, newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    pub cases: Vec<Case>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<Uuid>,
}

impl Store {
    /// # Errors
    /// What the store suffers.
    pub fn case(&self, site: &str, id: Uuid) -> Result<Option<Case>, StoreError> {
        let sql = format!("SELECT {} FROM cases WHERE site = ? AND id = ?", rows::CASE);
        self.read(|connection| connection.prepare_cached(&sql)?.query_row((site, id), rows::case).optional())
    }

    /// The case of that number, or the one that it was merged into in the end.
    ///
    /// # Errors
    /// What the store suffers.
    pub fn case_by_number(&self, site: &str, number: &str) -> Result<Option<Case>, StoreError> {
        /// More are no way that people merge cases.
        const LONGEST_WAY: usize = 100;
        let by_number = format!("SELECT {} FROM cases WHERE site = ? AND number = ?", rows::CASE);
        let by_id = format!("SELECT {} FROM cases WHERE site = ? AND id = ?", rows::CASE);
        self.read(|connection| {
            let mut case = connection.prepare_cached(&by_number)?.query_row((site, number), rows::case).optional()?;
            for _ in 0..LONGEST_WAY {
                let Some(into) = case.as_ref().and_then(|case| case.merged_into) else { break };
                case = connection.prepare_cached(&by_id)?.query_row((site, into), rows::case).optional()?;
            }
            Ok(case)
        })
    }

    /// # Errors
    /// What the store suffers.
    pub fn has_report(&self, site: &str, id: Uuid) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM report WHERE site = ? AND id = ?)";
        self.read(|connection| connection.prepare_cached(sql)?.query_row((site, id), |row| row.get(0)))
    }

    /// A case and what was told of it, oldest first.
    ///
    /// # Errors
    /// What the store suffers.
    pub fn case_with_reports(&self, site: &str, id: Uuid) -> Result<Option<(Case, Vec<Report>)>, StoreError> {
        let sql = format!("SELECT {} FROM cases WHERE site = ? AND id = ?", rows::CASE);
        self.read(|connection| {
            let case = connection.prepare_cached(&sql)?.query_row((site, id), rows::case).optional()?;
            let mut reports = connection.prepare_cached("SELECT * FROM report WHERE case_id = ? ORDER BY id")?;
            let reports = reports.query_map([id], rows::report)?.collect::<rusqlite::Result<_>>()?;
            Ok(case.map(|case| (case, reports)))
        })
    }

    /// At most `limit` cases, newest first, behind `after`.
    ///
    /// # Errors
    /// What the store suffers.
    pub fn cases(&self, site: &str, filter: &CaseFilter, after: Option<Uuid>, limit: u32) -> Result<Page, StoreError> {
        let mut cases: Vec<Case> = self.read(|connection| {
            let behind = match after {
                None => None,
                Some(id) => match place_in_list(connection, site, id)? {
                    // Whoever made up a cursor is at the end.
                    None => return Ok(Vec::new()),
                    found => found,
                },
            };
            let from = filter.from.map_or(i64::MIN, Timestamp::as_millisecond);
            let newest = filter.to.map_or(i64::MAX, |to| to.as_millisecond() - 1);
            let newest = behind.map_or(newest, |(opened_at, _)| newest.min(opened_at));
            let way = lists::shortest(connection, site, filter, [from, newest])?;
            let (sql, parameters) = list(site, filter, way, [from, newest], behind, limit + 1);
            let parameters = rusqlite::params_from_iter(parameters.iter().map(AsRef::as_ref));
            connection.prepare_cached(&sql)?.query_map(parameters, rows::case)?.collect()
        })?;
        let more = cases.len() > limit as usize;
        cases.truncate(limit as usize);
        Ok(Page { next: cases.last().filter(|_| more).map(|case| case.id), cases })
    }
}

/// By what lists are sorted.
pub type PlaceInList = (i64, i64);

fn place_in_list(connection: &Connection, site: &str, id: Uuid) -> rusqlite::Result<Option<PlaceInList>> {
    let mut place = connection.prepare_cached("SELECT opened_at, entry FROM cases WHERE site = ? AND id = ?")?;
    place.query_row((site, id), |row| Ok((row.get(0)?, row.get(1)?))).optional()
}

/// The same cases in the same order by any way.
pub fn list(
    site: &str,
    filter: &CaseFilter,
    way: Way,
    [from, newest]: [i64; 2],
    behind: Option<PlaceInList>,
    limit: u32,
) -> (String, Vec<Box<dyn ToSql>>) {
    let mut query = Query::of_site(site);
    query.and("cases.status = ?", filter.status.clone());
    query.and("cases.department = ?", filter.department.clone());
    query.and("cases.category = ?", filter.category.clone());
    query.and("cases.is_open = 1 AND cases.due_at < ?", filter.overdue_at.map(Timestamp::as_millisecond));
    query.and("cases.opened_at >= ?", Some(from));
    query.and("cases.opened_at <= ?", Some(newest));
    if let Some((opened_at, entry)) = behind {
        query.and("(cases.opened_at, cases.entry) < (?, ?)", Some(opened_at));
        query.parameter(entry);
    }
    if let Some(grid) = &filter.grid {
        // With one path the index is in order already.
        query.condition(if way == Way::Grid { lists::ON_PATH } else { lists::ON_PATHS });
        query.parameter(site.to_owned());
        query.parameter(grid.clone());
    }
    if let Some([west, south, east, north]) = filter.bbox {
        // The index of places is coarser than a degree's last digits: the case itself decides.
        if way == Way::Place {
            query.and("case_place.max_lon >= ?", Some(west));
            query.and("case_place.min_lon <= ?", Some(east));
            query.and("case_place.max_lat >= ?", Some(south));
            query.and("case_place.min_lat <= ?", Some(north));
        }
        query.and("cases.lon >= ?", Some(west));
        query.and("cases.lon <= ?", Some(east));
        query.and("cases.lat >= ?", Some(south));
        query.and("cases.lat <= ?", Some(north));
    }
    query.seen_by(site, &filter.visible);
    let columns: Vec<String> = rows::CASE.split(", ").map(|column| format!("cases.{}", column.trim())).collect();
    let (sql, parameters) = query.select(&columns.join(", "), way.source());
    (format!("{sql} ORDER BY cases.opened_at DESC, cases.entry DESC LIMIT {limit}"), parameters)
}

/// Cases being asked for. Only fixed texts enter the SQL; whatever came from outside is a parameter.
pub struct Query {
    conditions: Vec<String>,
    parameters: Vec<Box<dyn ToSql>>,
}

impl Query {
    pub fn of_site(site: &str) -> Self {
        Self { conditions: vec!["cases.site = ?".to_owned()], parameters: vec![Box::new(site.to_owned())] }
    }

    pub fn condition(&mut self, condition: &str) {
        self.conditions.push(condition.to_owned());
    }

    fn parameter(&mut self, value: impl ToSql + 'static) {
        self.parameters.push(Box::new(value));
    }

    pub fn and<T: ToSql + 'static>(&mut self, condition: &str, value: Option<T>) {
        if let Some(value) = value {
            self.condition(condition);
            self.parameter(value);
        }
    }

    /// Of these, those that somebody may see.
    pub fn seen_by(&mut self, site: &str, sight: &Sight) {
        let circles: Vec<String> = sight.circles.iter().map(|circle| format!("'{circle}'")).collect();
        self.condition(&format!("cases.visibility IN ({})", circles.join(", ")));
        let Reach { everywhere, unplaced, grids, department } = &sight.reach;
        if *everywhere {
            return;
        }
        let marks = vec!["?"; grids.len()].join(", ");
        let unplaced = if *unplaced { "cases.path IS NULL" } else { "0" };
        self.condition(&format!(
            "({unplaced}
              OR cases.path IN (SELECT path FROM grid_path_level WHERE site = ? AND code IN ({marks}))
              OR cases.entry IN (SELECT case_entry FROM case_department WHERE site = ? AND department = ?))"
        ));
        self.parameter(site.to_owned());
        for grid in grids {
            self.parameter(grid.as_str().to_owned());
        }
        self.parameter(site.to_owned());
        self.parameter(department.as_ref().map(|department| department.as_str().to_owned()));
    }

    /// The cases in any order.
    pub fn select(self, columns: &str, source: &str) -> (String, Vec<Box<dyn ToSql>>) {
        (format!("SELECT {columns} FROM {source} WHERE {}", self.conditions.join(" AND ")), self.parameters)
    }
}
