//! Cases as they are read.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, ToSql};
use uuid::Uuid;

use super::{Store, StoreError, rows};
use crate::domain::{case::Case, duty::Visibility, event::Report};

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
    /// The widest circle that the reader belongs to: cases with narrower visibility are left out.
    pub visible: Vec<Visibility>,
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
        let mut query = Query::of_site(site);
        query.and("status = ?", filter.status.clone());
        query.and("department = ?", filter.department.clone());
        query.and("category = ?", filter.category.clone());
        query.and("opened_at >= ?", filter.from.map(Timestamp::as_millisecond));
        query.and("opened_at < ?", filter.to.map(Timestamp::as_millisecond));
        query.and("is_open = 1 AND due_at < ?", filter.overdue_at.map(Timestamp::as_millisecond));
        query.and("cases.id < ?", after);
        if let Some(grid) = &filter.grid {
            query.join("JOIN case_level ON case_level.case_id = cases.id AND case_level.site = cases.site");
            query.and("case_level.code = ?", Some(grid.clone()));
        }
        if let Some([west, south, east, north]) = filter.bbox {
            query.join("JOIN case_place ON case_place.case_rowid = cases.rowid");
            query.and("max_lon >= ?", Some(west));
            query.and("min_lon <= ?", Some(east));
            query.and("max_lat >= ?", Some(south));
            query.and("min_lat <= ?", Some(north));
        }
        let circles: Vec<String> = filter.visible.iter().map(|circle| format!("'{circle}'")).collect();
        query.condition(&format!("visibility IN ({})", circles.join(", ")));
        let (sql, parameters) = query.newest_first(limit + 1);
        let mut cases: Vec<Case> = self.read(|connection| {
            let parameters = rusqlite::params_from_iter(parameters.iter().map(AsRef::as_ref));
            connection.prepare_cached(&sql)?.query_map(parameters, rows::case)?.collect()
        })?;
        let more = cases.len() > limit as usize;
        cases.truncate(limit as usize);
        Ok(Page { next: cases.last().filter(|_| more).map(|case| case.id), cases })
    }
}

/// A list being asked for. Only fixed texts enter the SQL; whatever came from outside is a parameter.
pub struct Query {
    joins: Vec<&'static str>,
    conditions: Vec<String>,
    parameters: Vec<Box<dyn ToSql>>,
}

impl Query {
    pub fn of_site(site: &str) -> Self {
        let parameters: Vec<Box<dyn ToSql>> = vec![Box::new(site.to_owned())];
        Self { joins: Vec::new(), conditions: vec!["cases.site = ?".to_owned()], parameters }
    }

    fn join(&mut self, join: &'static str) {
        self.joins.push(join);
    }

    pub fn condition(&mut self, condition: &str) {
        self.conditions.push(condition.to_owned());
    }

    pub fn and<T: ToSql + 'static>(&mut self, condition: &str, value: Option<T>) {
        if let Some(value) = value {
            self.condition(condition);
            self.parameters.push(Box::new(value));
        }
    }

    fn newest_first(self, limit: u32) -> (String, Vec<Box<dyn ToSql>>) {
        let columns: Vec<String> = rows::CASE.split(", ").map(|column| format!("cases.{}", column.trim())).collect();
        let (sql, parameters) = self.select(&columns.join(", "));
        (format!("{sql} ORDER BY cases.id DESC LIMIT {limit}"), parameters)
    }

    /// The cases in any order.
    pub fn select(self, columns: &str) -> (String, Vec<Box<dyn ToSql>>) {
        let (joins, conditions) = (self.joins.join(" "), self.conditions.join(" AND "));
        (format!("SELECT {columns} FROM cases {joins} WHERE {conditions}"), self.parameters)
    }
}
