//! Who of the staff is on duty, and where.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use super::{Store, StoreError, rows};
use crate::domain::{geo::Position, people::StaffId};

/// How a member of staff stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Attendance {
    /// Who never said anything is taken to be there.
    pub on_duty: bool,
    /// Since when.
    pub since: Option<Timestamp>,
    /// Where they last were while on duty, for a day.
    pub position: Option<Position>,
    pub position_at: Option<Timestamp>,
}

/// How long a place is kept.
const DAY_MS: i64 = 86_400_000;

impl Store {
    /// Comes on duty, goes off it, tells where one is: what was told before is forgotten.
    ///
    /// # Errors
    /// What the store suffers.
    pub async fn attend(
        &self,
        site: &str,
        staff: StaffId,
        on_duty: bool,
        position: Option<Position>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let site = site.to_owned();
        self.writer
            .write(move |tx| {
                let before = "SELECT on_duty FROM attendance WHERE site = ? AND staff = ?";
                let before: Option<bool> =
                    tx.connection.query_row(before, (&site, staff.as_str()), |row| row.get(0)).optional()?;
                let sql = "INSERT INTO attendance (site, staff, on_duty, since, lon, lat, position_at)
                           VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                           ON CONFLICT (site, staff) DO UPDATE SET
                               since = iif(on_duty = excluded.on_duty, since, excluded.since),
                               on_duty = excluded.on_duty, lon = excluded.lon, lat = excluded.lat,
                               position_at = excluded.position_at";
                // Where somebody is who is not on duty is nobody's business.
                let position = position.filter(|_| on_duty);
                let at = now.as_millisecond();
                tx.connection.execute(
                    sql,
                    params![
                        site,
                        staff.as_str(),
                        on_duty,
                        at,
                        position.map(Position::lon),
                        position.map(Position::lat),
                        position.map(|_| at),
                    ],
                )?;
                if before.unwrap_or(true) != on_duty {
                    let action = if on_duty { "on duty" } else { "off duty" };
                    tx.audit(&site, now, staff.as_str(), action, &format!("staff {staff}"), None, None)?;
                }
                Ok(())
            })
            .await
    }

    /// # Errors
    /// What the store suffers.
    pub fn attendance(&self, site: &str, staff: &str, now: Timestamp) -> Result<Attendance, StoreError> {
        self.read(|connection| {
            let mut find = connection.prepare_cached(
                "SELECT on_duty, since, position_at, iif(position_at > ?3, lon, NULL) AS lon,
                        iif(position_at > ?3, lat, NULL) AS lat FROM attendance WHERE site = ?1 AND staff = ?2",
            )?;
            let found = find.query_row(params![site, staff, now.as_millisecond() - DAY_MS], of_row);
            let there = Attendance { on_duty: true, since: None, position: None, position_at: None };
            Ok(found.optional()?.unwrap_or(there))
        })
    }

    /// Who has come on duty and said so, or where they are, within a day: nobody is there for ever. In the order of their ids.
    ///
    /// # Errors
    /// What the store suffers.
    pub fn on_duty(&self, site: &str, now: Timestamp) -> Result<Vec<(StaffId, Attendance)>, StoreError> {
        self.read(|connection| {
            let mut list = connection.prepare_cached(
                "SELECT staff, on_duty, since, position_at, iif(position_at > ?2, lon, NULL) AS lon,
                        iif(position_at > ?2, lat, NULL) AS lat FROM attendance
                 WHERE site = ?1 AND on_duty = 1 AND max(since, ifnull(position_at, 0)) > ?2 ORDER BY staff",
            )?;
            let one = |row: &Row<'_>| Ok((StaffId::new(row.get::<_, String>("staff")?), of_row(row)?));
            list.query_map(params![site, now.as_millisecond() - DAY_MS], one)?.collect()
        })
    }

    /// Forgets where people were more than a day ago; says of how many.
    ///
    /// # Errors
    /// What the store suffers.
    pub async fn forget_positions(&self, site: &str, now: Timestamp) -> Result<usize, StoreError> {
        let (site, before) = (site.to_owned(), now.as_millisecond() - DAY_MS);
        let are_old = "site = ? AND position_at <= ?";
        // The writer has others to serve: it is asked where there is something to forget.
        let old = format!("SELECT EXISTS (SELECT 1 FROM attendance WHERE {are_old})");
        if !self.read(|connection| connection.prepare_cached(&old)?.query_row((&site, before), |row| row.get(0)))? {
            return Ok(0);
        }
        let forget = format!("UPDATE attendance SET lon = NULL, lat = NULL, position_at = NULL WHERE {are_old}");
        self.writer.write(move |tx| Ok(tx.connection.execute(&forget, (site, before))?)).await
    }

    /// Who of these is not on duty.
    ///
    /// # Errors
    /// What the store suffers.
    pub fn off_duty(&self, site: &str, among: &[&StaffId]) -> Result<Vec<StaffId>, StoreError> {
        self.read(|connection| {
            let mut find = connection
                .prepare_cached("SELECT on_duty FROM attendance WHERE site = ? AND staff = ? AND on_duty = 0")?;
            let mut away = Vec::new();
            for staff in among {
                if find.exists((site, staff.as_str()))? {
                    away.push(StaffId::clone(staff));
                }
            }
            Ok(away)
        })
    }
}

fn of_row(row: &Row<'_>) -> rusqlite::Result<Attendance> {
    let position = rows::position(row)?;
    let position_at = position.map(|_| rows::instant(row, "position_at")).transpose()?;
    let since = Some(rows::instant(row, "since")?);
    Ok(Attendance { on_duty: row.get("on_duty")?, since, position, position_at })
}
