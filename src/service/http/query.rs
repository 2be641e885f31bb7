//! Values of queries that several resources take.

use jiff::{Timestamp, tz::TimeZone};

use super::error::ApiError;
use crate::io::tables::value::parse_instant;

/// RFC 3339, or a date, or date and time in the site's zone.
pub fn instant(field: &str, value: Option<&str>, zone: &TimeZone) -> Result<Option<Timestamp>, ApiError> {
    let Some(value) = value else { return Ok(None) };
    parse_instant(value, zone).map(Some).ok_or_else(|| ApiError::unreadable(Some(field), value))
}

/// `W,S,E,N` in degrees.
pub fn bbox(text: &str) -> Result<[f64; 4], ApiError> {
    let numbers: Option<Vec<f64>> =
        text.split(',').map(|n| n.trim().parse().ok().filter(|n: &f64| n.is_finite())).collect();
    numbers.and_then(|numbers| numbers.try_into().ok()).ok_or_else(|| ApiError::unreadable(Some("bbox"), text))
}
