//! Where cases are, for heat.

use jiff::Timestamp;
use rusqlite::Connection;

use super::{Store, StoreError, cases::Query, incidents::none, log::last_seq};
use crate::domain::{duty::Visibility, geo::Position};

/// Which cases make the heat; what is `None` does not matter.
#[derive(Debug, Clone, Default)]
pub struct HeatFilter {
    /// Opened from, inclusive.
    pub from: Option<Timestamp>,
    /// Opened before.
    pub to: Option<Timestamp>,
    pub category: Option<String>,
    pub department: Option<String>,
    /// A source of one of its reports.
    pub source: Option<String>,
    /// The circles whose cases are shown where they are; others are counted alone.
    pub visible: Vec<Visibility>,
}

/// What a reader has seen of the store: nothing has changed while it is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Known {
    /// The last change of the log.
    pub seq: i64,
    /// The newest case; those of past years come in without a word in the log.
    pub case: i64,
}

/// A case behind a heat picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeatCase {
    pub opened_at: Timestamp,
    /// `None` where the reader may only count it.
    pub position: Option<Position>,
}

impl Store {
    /// Tells the cases one by one, as an index has them, without those that are no incident: of what was merged, the
    /// case that it was merged into alone.
    ///
    /// # Errors
    /// What the store suffers.
    pub fn heat_cases(
        &self,
        site: &str,
        filter: &HeatFilter,
        mut each: impl FnMut(HeatCase),
    ) -> Result<Known, StoreError> {
        let mut query = asked(site, filter);
        query.condition("lon IS NOT NULL");
        let (sql, parameters) = query.select("opened_at, visibility, lon, lat", "cases INDEXED BY case_by_opening");
        self.read(|connection| {
            let known = known(connection)?;
            let mut statement = connection.prepare_cached(&sql)?;
            let mut rows = statement.query(rusqlite::params_from_iter(parameters.iter().map(AsRef::as_ref)))?;
            let visible: Vec<String> = filter.visible.iter().map(ToString::to_string).collect();
            while let Some(row) = rows.next()? {
                let Ok(opened_at) = Timestamp::from_millisecond(row.get(0)?) else { continue };
                let visibility = row.get_ref(1)?.as_str()?;
                if !visible.iter().any(|circle| circle == visibility) {
                    each(HeatCase { opened_at, position: None });
                } else if let Ok(position) = Position::new(row.get(2)?, row.get(3)?) {
                    each(HeatCase { opened_at, position: Some(position) });
                }
            }
            Ok(known)
        })
    }

    /// How many cases there are by the way up from their grid, narrowest code first; of those circles alone that are shown.
    ///
    /// # Errors
    /// What the store suffers.
    pub fn heat_by_grid(&self, site: &str, filter: &HeatFilter) -> Result<Vec<(String, u32)>, StoreError> {
        let mut query = asked(site, filter);
        query.condition("path IS NOT NULL");
        let circles: Vec<String> = filter.visible.iter().map(|circle| format!("'{circle}'")).collect();
        query.condition(&format!("visibility IN ({})", circles.join(", ")));
        let (sql, parameters) = query.select("path, count(*) AS events", "cases INDEXED BY case_by_opening");
        let sql = format!("SELECT codes, events FROM ({sql} GROUP BY path) JOIN grid_path USING (path)");
        self.read(|connection| {
            let mut counts = connection.prepare_cached(&sql)?;
            let parameters = rusqlite::params_from_iter(parameters.iter().map(AsRef::as_ref));
            counts.query_map(parameters, |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
        })
    }

    /// # Errors
    /// What the store suffers.
    pub fn known(&self) -> Result<Known, StoreError> {
        self.read(known)
    }
}

/// The cases of a filter, without those that are no incident.
fn asked(site: &str, filter: &HeatFilter) -> Query {
    let mut query = Query::of_site(site);
    query.and("opened_at >= ?", filter.from.map(Timestamp::as_millisecond));
    query.and("opened_at < ?", filter.to.map(Timestamp::as_millisecond));
    query.and("category = ?", filter.category.clone());
    query.and("department = ?", filter.department.clone());
    query.and(
        "EXISTS (SELECT 1 FROM report WHERE report.case_id = cases.id AND report.source = ?)",
        filter.source.clone(),
    );
    query.condition(&format!("status NOT IN ({})", none()));
    query
}

fn known(connection: &Connection) -> rusqlite::Result<Known> {
    let case = connection.query_row("SELECT coalesce(max(entry), 0) FROM cases", [], |row| row.get(0))?;
    Ok(Known { seq: last_seq(connection)?, case })
}
