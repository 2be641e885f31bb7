//! How long cameras gave pictures, and whether somebody already sees to one that does not.

use std::time::Duration;

use jiff::civil::Date;
use rusqlite::params;

use super::{Store, StoreError, rows};
use crate::domain::camera::CameraTime;

/// A camera's time of one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CameraDay {
    pub day: Date,
    pub camera: String,
    pub time: CameraTime,
}

impl Store {
    /// Adds to the time of a day.
    ///
    /// # Errors
    /// What the store suffers.
    pub async fn add_camera_time(
        &self,
        site: &str,
        day: Date,
        times: Vec<(String, CameraTime)>,
    ) -> Result<(), StoreError> {
        let (site, day) = (site.to_owned(), day.to_string());
        self.writer
            .write(move |tx| {
                let sql = "INSERT INTO camera_day (site, day, camera, wanted_ms, given_ms) VALUES (?, ?, ?, ?, ?)
                           ON CONFLICT (site, day, camera) DO UPDATE SET
                               wanted_ms = wanted_ms + excluded.wanted_ms, given_ms = given_ms + excluded.given_ms";
                let mut add = tx.connection.prepare_cached(sql)?;
                for (camera, CameraTime { wanted, given }) in times {
                    let [wanted, given] = [wanted, given].map(|time| time.as_millis() as i64);
                    add.execute(params![site, day, camera, wanted, given])?;
                }
                Ok(())
            })
            .await
    }

    /// From a day on, and before another, in order.
    ///
    /// # Errors
    /// What the store suffers.
    pub fn camera_days(&self, site: &str, from: Date, to: Date) -> Result<Vec<CameraDay>, StoreError> {
        self.read(|connection| {
            let sql = "SELECT day, camera, wanted_ms, given_ms FROM camera_day
                       WHERE site = ? AND day >= ? AND day < ? ORDER BY day, camera";
            let mut days = connection.prepare_cached(sql)?;
            let time = |row: &rusqlite::Row<'_>, name: &str| {
                Ok::<_, rusqlite::Error>(Duration::from_millis(row.get::<_, i64>(name)?.unsigned_abs()))
            };
            let day = |row: &rusqlite::Row<'_>| {
                let time = CameraTime { wanted: time(row, "wanted_ms")?, given: time(row, "given_ms")? };
                Ok(CameraDay { day: rows::named(row, "day")?, camera: row.get("camera")?, time })
            };
            days.query_map(params![site, from.to_string(), to.to_string()], day)?.collect()
        })
    }

    /// Whether a case is open that somebody reported with an id that begins so, and a space behind it.
    ///
    /// # Errors
    /// What the store suffers.
    pub fn has_open_case(&self, site: &str, actor: &str, source: &str, beginning: &str) -> Result<bool, StoreError> {
        self.read(|connection| {
            // The character behind the space ends what begins with one.
            let sql = "SELECT EXISTS (
                           SELECT 1 FROM report INDEXED BY report_by_external_id JOIN cases ON cases.id = report.case_id
                           WHERE report.site = ?1 AND report.actor = ?2 AND report.source = ?3
                             AND report.external_id >= ?4 || ' ' AND report.external_id < ?4 || '!' AND cases.is_open = 1)";
            connection.prepare_cached(sql)?.query_row(params![site, actor, source, beginning], |row| row.get(0))
        })
    }
}
