//! Where cases are, for heat.

use jiff::Timestamp;

use super::{Store, StoreError, cases::Query, log::last_seq};
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

/// The cases behind a heat picture.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HeatCases {
    pub positions: Vec<Position>,
    /// Cases that the reader may only count.
    pub hidden: u64,
    /// The last change that was seen.
    pub seq: i64,
}

impl Store {
    /// # Errors
    /// What the store suffers.
    pub fn heat_cases(&self, site: &str, filter: &HeatFilter) -> Result<HeatCases, StoreError> {
        let mut query = Query::of_site(site);
        query.and("opened_at >= ?", filter.from.map(Timestamp::as_millisecond));
        query.and("opened_at < ?", filter.to.map(Timestamp::as_millisecond));
        query.and("category = ?", filter.category.clone());
        query.and("department = ?", filter.department.clone());
        query.and(
            "EXISTS (SELECT 1 FROM report WHERE report.case_id = cases.id AND report.source = ?)",
            filter.source.clone(),
        );
        query.condition("lon IS NOT NULL");
        let (sql, parameters) = query.select("visibility, lon, lat", "cases INDEXED BY case_by_opening");
        self.read(|connection| {
            let mut found = HeatCases { seq: last_seq(connection)?, ..HeatCases::default() };
            let mut statement = connection.prepare_cached(&sql)?;
            let mut rows = statement.query(rusqlite::params_from_iter(parameters.iter().map(AsRef::as_ref)))?;
            let visible: Vec<String> = filter.visible.iter().map(ToString::to_string).collect();
            while let Some(row) = rows.next()? {
                let visibility = row.get_ref(0)?.as_str()?;
                if !visible.iter().any(|circle| circle == visibility) {
                    found.hidden += 1;
                } else if let Ok(position) = Position::new(row.get(1)?, row.get(2)?) {
                    found.positions.push(position);
                }
            }
            Ok(found)
        })
    }
}
