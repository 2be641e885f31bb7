//! Which cases may be about the same thing.

use jiff::{SignedDuration, Timestamp};
use rusqlite::params;
use serde::Serialize;
use uuid::Uuid;

use super::{Store, StoreError, intake, rows};
use crate::domain::{
    case::{Case, Status, Terms},
    duty::CategoryCode,
    event::{Matter, is_near},
    geo::LocalPlane,
    people::Actor,
};

/// An open case that may be about the same thing.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Likely {
    pub id: Uuid,
    pub number: String,
    pub status: Status,
    pub distance_m: f64,
    /// Between when the one and the other were last seen.
    pub apart_min: i64,
}

/// A report of something near, whatever it is.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct NearbyReport {
    pub report: Uuid,
    pub case: Uuid,
    pub number: String,
    pub category: Option<CategoryCode>,
    pub captured_at: Timestamp,
    pub distance_m: f64,
}

/// As many as people look through.
const MOST: usize = 20;
/// Reports around, the newest first, that are looked at.
const LOOKED_AT: u32 = 500;

impl Store {
    /// The other open cases of the same category within its merge radius and window that an actor sees, the nearest first.
    ///
    /// # Errors
    /// What the store suffers.
    pub fn perhaps_same(
        &self,
        site: &str,
        case: &Case,
        terms: &Terms,
        actor: &Actor,
    ) -> Result<Vec<Likely>, StoreError> {
        let (Some(category), Some(position)) = (terms.category(case), case.position) else { return Ok(Vec::new()) };
        let matter = Matter { category: &category.code, position, seen_at: case.last_seen_at };
        let near = self.read(|connection| intake::open_near(connection, site, category, &matter, &terms.calendar))?;
        let others = near.into_iter().filter(|(_, other)| other.id != case.id && actor.sees(&other.scope()));
        let likely = others.take(MOST).map(|(distance_m, other)| Likely {
            id: other.id,
            number: other.number,
            status: other.status,
            distance_m: distance_m.round(),
            apart_min: apart(case.last_seen_at, other.last_seen_at).as_mins(),
        });
        Ok(likely.collect())
    }

    /// What others reported within the merge radius and window of a case's category, whatever it was, as far as an actor
    /// sees it; the newest first.
    ///
    /// # Errors
    /// What the store suffers.
    pub fn reports_nearby(
        &self,
        site: &str,
        case: &Case,
        terms: &Terms,
        actor: &Actor,
    ) -> Result<Vec<NearbyReport>, StoreError> {
        let (Some(category), Some(position)) = (terms.category(case), case.position) else { return Ok(Vec::new()) };
        // A report lies as near to its case.
        let [[west, south], [east, north]] = LocalPlane::at(position).envelope(2.0 * category.merge_radius_m);
        let here = Matter { category: &category.code, position, seen_at: case.last_seen_at };
        let found: Vec<(NearbyReport, Case, bool)> = self.read(|connection| {
            let mut near = connection.prepare_cached(
                "SELECT report.id, report.category, report.captured_at, report.lon, report.lat, cases.state
                 FROM case_place CROSS JOIN cases ON cases.entry = case_place.case_entry
                 JOIN report ON report.case_id = cases.id
                 WHERE max_lon >= ? AND min_lon <= ? AND max_lat >= ? AND min_lat <= ?
                   AND cases.site = ? AND cases.id <> ? AND report.lon IS NOT NULL
                 ORDER BY report.captured_at DESC LIMIT ?",
            )?;
            let nearby = |row: &rusqlite::Row<'_>| {
                let (other, at) = (rows::case(row)?, rows::lon_lat(row)?);
                let report = NearbyReport {
                    report: row.get("id")?,
                    case: other.id,
                    number: other.number.clone(),
                    category: row.get::<_, Option<String>>("category")?.map(CategoryCode::new),
                    captured_at: rows::instant(row, "captured_at")?,
                    distance_m: position.distance_m(at).round(),
                };
                let told = Matter { category: &category.code, position: at, seen_at: report.captured_at };
                let is_near = is_near(category, &terms.calendar, &here, &told);
                Ok((report, other, is_near))
            };
            near.query_map(params![west, east, south, north, site, case.id, LOOKED_AT], nearby)?.collect()
        })?;
        let seen = found.into_iter().filter(|(_, other, is_near)| *is_near && actor.sees(&other.scope()));
        Ok(seen.take(MOST).map(|(report, ..)| report).collect())
    }
}

fn apart(one: Timestamp, other: Timestamp) -> SignedDuration {
    one.duration_since(other).abs()
}
