//! Between rows and the domain's types.

use std::str::FromStr;

use jiff::Timestamp;
use rusqlite::{Row, types::Type};
use serde::{Serialize, de::DeserializeOwned};

use super::StoreError;
use crate::domain::{case::Case, duty::CategoryCode, event::Report, geo::Position};

/// The columns of a case that [`case`] reads.
pub const CASE: &str = "state";

pub fn case(row: &Row<'_>) -> rusqlite::Result<Case> {
    json(row, "state")
}

pub fn report(row: &Row<'_>) -> rusqlite::Result<Report> {
    Ok(Report {
        id: row.get("id")?,
        source: row.get("source")?,
        external_id: row.get("external_id")?,
        nature: named(row, "nature")?,
        category: row.get::<_, Option<String>>("category")?.map(CategoryCode::new),
        position: position(row)?,
        given: row.get::<_, Option<String>>("given")?.map(|_| json(row, "given")).transpose()?,
        accuracy_m: row.get("accuracy_m")?,
        captured_at: instant(row, "captured_at")?,
        received_at: instant(row, "received_at")?,
        description: row.get("description")?,
        address: row.get("address")?,
        place: row.get("place")?,
        contact: row.get("contact")?,
        placed: json(row, "placed")?,
        catalog_version: row.get("catalog_version")?,
    })
}

pub fn position(row: &Row<'_>) -> rusqlite::Result<Option<Position>> {
    match (row.get::<_, Option<f64>>("lon")?, row.get::<_, Option<f64>>("lat")?) {
        (Some(_), Some(_)) => lon_lat(row).map(Some),
        _ => Ok(None),
    }
}

/// The position of what always has one.
pub fn lon_lat(row: &Row<'_>) -> rusqlite::Result<Position> {
    Position::new(row.get("lon")?, row.get("lat")?).map_err(|error| unreadable("lon", error))
}

pub fn instant(row: &Row<'_>, column: &str) -> rusqlite::Result<Timestamp> {
    of_ms(column, row.get(column)?)
}

pub fn json<T: DeserializeOwned>(row: &Row<'_>, column: &str) -> rusqlite::Result<T> {
    serde_json::from_str(&row.get::<_, String>(column)?).map_err(|error| unreadable(column, error))
}

pub fn named<T: FromStr<Err: std::error::Error + Send + Sync + 'static>>(
    row: &Row<'_>,
    column: &str,
) -> rusqlite::Result<T> {
    row.get::<_, String>(column)?.parse().map_err(|error: T::Err| unreadable(column, error))
}

fn of_ms(column: &str, ms: i64) -> rusqlite::Result<Timestamp> {
    Timestamp::from_millisecond(ms).map_err(|error| unreadable(column, error))
}

/// The store holds what this program did not write.
fn unreadable(column: &str, error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    let _ = column;
    rusqlite::Error::FromSqlConversionFailure(0, Type::Text, Box::new(error))
}

pub fn to_json(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Failed(error.to_string()))
}
