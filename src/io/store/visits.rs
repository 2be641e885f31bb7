//! Visits, planned and done.

use jiff::{Timestamp, civil::Date};
use rusqlite::{OptionalExtension, ToSql, params, params_from_iter};
use uuid::Uuid;

use super::{
    IdempotencyKey, Made, Store, StoreError, casework,
    made::Asked,
    rows::{self, to_json},
    writer::Tx,
};
use crate::domain::{
    grid::GridCode,
    patrol::{Visit, VisitDone},
    people::Reach,
};

/// Which visits to list.
#[derive(Debug, Clone, Default)]
pub struct VisitFilter {
    /// A grid or any wider level.
    pub grid: Option<String>,
    /// Planned for that day or later.
    pub from: Option<Date>,
    /// Planned for a day before.
    pub to: Option<Date>,
    pub done: Option<bool>,
    pub reach: Reach,
}

/// Some of a list, the latest day first.
#[derive(Debug, Clone, PartialEq)]
pub struct VisitPage {
    pub visits: Vec<Visit>,
    pub next: Option<Uuid>,
}

/// Visits that are due on a day, or were before and have not been done.
#[derive(Debug, Clone)]
pub struct VisitDue {
    pub date: Date,
    pub staff: String,
    pub reach: Reach,
}

impl Store {
    /// Keeps a planned visit.
    ///
    /// # Errors
    /// What the store suffers.
    pub async fn plan_visit(
        &self,
        site: &str,
        visit: Visit,
        key: Option<IdempotencyKey>,
    ) -> Result<Made<Visit>, StoreError> {
        let site = site.to_owned();
        self.writer
            .write(move |tx| {
                let asked = Asked { site: &site, actor: &visit.planned_by, key: key.as_ref(), now: visit.planned_at };
                asked.once(tx, || insert(tx, &site, &visit).map(|()| visit.clone()))
            })
            .await
    }

    /// # Errors
    /// What the store suffers.
    pub fn visit(&self, site: &str, id: Uuid) -> Result<Option<Visit>, StoreError> {
        self.read(|connection| {
            let mut find = connection.prepare_cached("SELECT visit FROM visit WHERE site = ? AND id = ?")?;
            find.query_row((site, id), |row| rows::json(row, "visit")).optional()
        })
    }

    /// Says that a visit was done; one that was done before stays as it is. `None` where there is no such visit.
    ///
    /// # Errors
    /// What the store suffers.
    pub async fn visit_done(&self, site: &str, id: Uuid, done: VisitDone) -> Result<Option<Visit>, StoreError> {
        let site = site.to_owned();
        self.writer
            .write(move |tx| {
                let sql = "SELECT visit FROM visit WHERE site = ? AND id = ?";
                let found = tx.connection.query_row(sql, (&site, id), |row| rows::json(row, "visit"));
                let Some(mut visit) = found.optional()? else { return Ok(None) };
                let visit: &mut Visit = &mut visit;
                if visit.done.is_none() {
                    let (by, at) = (done.by.clone(), done.at.as_millisecond());
                    visit.done = Some(done);
                    let sql = "UPDATE visit SET done_by = ?, done_at = ?, visit = ? WHERE site = ? AND id = ?";
                    tx.connection.execute(sql, params![by, at, to_json(visit)?, site, id])?;
                }
                Ok(Some(visit.clone()))
            })
            .await
    }

    /// At most `limit` visits behind `after`, the latest day first.
    ///
    /// # Errors
    /// What the store suffers.
    pub fn visits(
        &self,
        site: &str,
        filter: &VisitFilter,
        after: Option<Uuid>,
        limit: u32,
    ) -> Result<VisitPage, StoreError> {
        let mut visits: Vec<Visit> = self.read(|connection| {
            let mut query = Conditions::of(site);
            query.within(site, &filter.reach);
            if let Some(grid) = &filter.grid {
                query.and("path IN (SELECT path FROM grid_path_level WHERE site = ? AND code = ?)");
                query.parameters.extend([Box::new(site.to_owned()) as _, Box::new(grid.clone()) as _]);
            }
            for (condition, date) in [("planned_for >= ?", filter.from), ("planned_for < ?", filter.to)] {
                if let Some(date) = date {
                    query.and(condition);
                    query.parameters.push(Box::new(date.to_string()));
                }
            }
            match filter.done {
                Some(true) => query.and("done_at IS NOT NULL"),
                Some(false) => query.and("done_at IS NULL"),
                None => {}
            }
            if let Some(after) = after {
                query.and("(planned_for, entry) < (SELECT planned_for, entry FROM visit WHERE site = ? AND id = ?)");
                query.parameters.extend([Box::new(site.to_owned()) as _, Box::new(after) as _]);
            }
            let sql = format!(
                "SELECT visit FROM visit INDEXED BY visit_by_day WHERE {} ORDER BY planned_for DESC, entry DESC LIMIT {}",
                query.conditions.join(" AND "),
                limit + 1
            );
            let mut list = connection.prepare_cached(&sql)?;
            list.query_map(params_from_iter(query.parameters), |row| rows::json(row, "visit"))?.collect()
        })?;
        let more = visits.len() > limit as usize;
        visits.truncate(limit as usize);
        Ok(VisitPage { next: visits.last().filter(|_| more).map(|visit| visit.id), visits })
    }

    /// At most `limit` visits that are due for somebody, those that wait longest first.
    ///
    /// # Errors
    /// What the store suffers.
    pub fn visits_due(&self, site: &str, due: &VisitDue, limit: u32) -> Result<Vec<Visit>, StoreError> {
        self.read(|connection| {
            let mut query = Conditions::of(site);
            query.and("done_at IS NULL");
            query.and("planned_for <= ?");
            query.parameters.push(Box::new(due.date.to_string()));
            query.within(site, &due.reach);
            query.and("coalesce(json_extract(visit, '$.staff'), ?) = ?");
            query.parameters.extend([Box::new(due.staff.clone()) as _, Box::new(due.staff.clone()) as _]);
            let sql = format!(
                "SELECT visit FROM visit INDEXED BY visit_due WHERE {} ORDER BY planned_for, entry LIMIT {limit}",
                query.conditions.join(" AND ")
            );
            let mut list = connection.prepare_cached(&sql)?;
            list.query_map(params_from_iter(query.parameters), |row| rows::json(row, "visit"))?.collect()
        })
    }
}

/// Visits being asked for. Only fixed texts enter the SQL.
struct Conditions {
    conditions: Vec<String>,
    parameters: Vec<Box<dyn ToSql>>,
}

impl Conditions {
    fn of(site: &str) -> Self {
        Self { conditions: vec!["site = ?".to_owned()], parameters: vec![Box::new(site.to_owned())] }
    }

    fn and(&mut self, condition: &str) {
        self.conditions.push(condition.to_owned());
    }

    fn within(&mut self, site: &str, reach: &Reach) {
        if reach.everywhere {
            return;
        }
        let marks = vec!["?"; reach.grids.len()].join(", ");
        self.and(&format!("path IN (SELECT path FROM grid_path_level WHERE site = ? AND code IN ({marks}))"));
        self.parameters.push(Box::new(site.to_owned()));
        self.parameters.extend(reach.grids.iter().map(|grid| Box::new(grid.as_str().to_owned()) as Box<dyn ToSql>));
    }
}

fn insert(tx: &Tx<'_>, site: &str, visit: &Visit) -> Result<(), StoreError> {
    let mut insert = tx.connection.prepare_cached(
        "INSERT INTO visit (id, site, path, planned_for, planned_by, planned_at, visit) VALUES (?, ?, ?, ?, ?, ?, ?)",
    )?;
    insert.execute(params![
        visit.id,
        site,
        casework::path_of(tx, site, visit.path.iter().map(GridCode::as_str))?,
        visit.planned_for.to_string(),
        visit.planned_by,
        Timestamp::as_millisecond(visit.planned_at),
        to_json(visit)?,
    ])?;
    Ok(())
}
