//! Values as tables write them: numbers, positions, instants; and what can be wrong with them.

use jiff::{Span, SpanRelativeTo, SpanRound, Timestamp, Unit, civil, tz::TimeZone};
use serde::Serialize;

use crate::domain::geo::{Datum, Position, PositionError};

/// What is wrong with a row or a value, as a code with parameters.
#[derive(Debug, Clone, PartialEq, Serialize, strum::VariantNames)]
#[serde(tag = "code", content = "params", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Fault {
    RaggedRow {
        expected: usize,
        found: usize,
    },
    UnclosedQuote,
    NotUtf8,
    MissingValue,
    BadNumber {
        value: String,
    },
    /// `NaN`, `inf`, or more than a number can hold.
    NotFinite {
        value: String,
    },
    DecimalComma {
        value: String,
    },
    OutOfRange {
        value: f64,
        min: f64,
        max: f64,
    },
    BadPosition {
        lon: f64,
        lat: f64,
    },
    SwappedPosition {
        lon: f64,
        lat: f64,
    },
    ZeroPosition,
    BadTime {
        value: String,
    },
    ScientificCode {
        value: String,
    },
}

/// A finite number as text.
///
/// # Errors
/// Tells a decimal comma from plain nonsense.
pub fn parse_number(text: &str) -> Result<f64, Fault> {
    let text = text.trim();
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number),
        Ok(_) => Err(Fault::NotFinite { value: text.to_owned() }),
        _ if text.matches(',').count() == 1 && text.replace(',', ".").parse::<f64>().is_ok() => {
            Err(Fault::DecimalComma { value: text.to_owned() })
        }
        _ => Err(Fault::BadNumber { value: text.to_owned() }),
    }
}

/// Two numbers of the datum as a position.
///
/// # Errors
/// No position on earth, or one that nobody knew: 0, 0.
pub fn position(lon: f64, lat: f64, datum: Datum) -> Result<Position, Fault> {
    if lon == 0.0 && lat == 0.0 {
        return Err(Fault::ZeroPosition);
    }
    match Position::new(lon, lat) {
        Ok(position) => Ok(datum.to_wgs84(position)),
        Err(PositionError::Swapped { .. }) => Err(Fault::SwappedPosition { lon, lat }),
        Err(_) => Err(Fault::BadPosition { lon, lat }),
    }
}

/// Half the way around the earth, in metres.
const LARGEST_ACCURACY_M: f64 = 20_000_000.0;

/// An accuracy in metres; none where the device does not know: phones write −1, and others 0.
///
/// # Errors
/// Wider than the earth, or no number.
pub fn accuracy(meters: f64) -> Result<Option<f64>, Fault> {
    if meters.is_nan() || meters > LARGEST_ACCURACY_M {
        return Err(Fault::OutOfRange { value: meters, min: 0.0, max: LARGEST_ACCURACY_M });
    }
    Ok(Some(meters).filter(|meters| *meters > 0.0))
}

/// An instant: RFC 3339 with an offset, or a date, or date and time, in `zone`: `2026-03-04 09:05`, `2026/3/4 9:05`,
/// `2026年3月4日 9:05`, with or without seconds. A date alone is its first instant.
#[must_use]
pub fn parse_instant(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Some(instant);
    }
    let midnight = |date: civil::Date| date.at(0, 0, 0, 0);
    let local = text
        .parse::<civil::DateTime>()
        .or_else(|_| text.parse().map(midnight))
        .ok()
        .or_else(|| loosely_written(text))?;
    Some(local.to_zoned(zone.clone()).ok()?.timestamp())
}

/// How many milliseconds a stretch of time is: `24h`, `7d`, `90 minutes`; days have 24 hours.
#[must_use]
pub fn parse_stretch(text: &str) -> Option<i64> {
    let span: Span = text.trim().parse().ok()?;
    let whole = SpanRound::new().largest(Unit::Millisecond).relative(SpanRelativeTo::days_are_24_hours());
    Some(span.round(whole).ok()?.get_milliseconds()).filter(|ms| *ms > 0)
}

/// Year, month and day in this order, with `-`, `/` or 年, 月, 日 between and no zeros before single digits. A year has
/// four digits: `01/02/26` may mean three days, and is refused.
fn loosely_written(text: &str) -> Option<civil::DateTime> {
    let (year, rest) = text.split_at_checked(4)?;
    if !year.bytes().all(|byte| byte.is_ascii_digit()) || !rest.starts_with(['-', '/', '年']) {
        return None;
    }
    let (date, time) = match rest.split_once('日').or_else(|| rest.split_once(char::is_whitespace)) {
        Some((date, time)) => (date, time.trim()),
        None => (rest, ""),
    };
    let date = format!("{year}{}", date.replace(['/', '年', '月'], "-"));
    let time = match time {
        "" => civil::Time::midnight(),
        time => civil::Time::strptime("%H:%M:%S", time).or_else(|_| civil::Time::strptime("%H:%M", time)).ok()?,
    };
    Some(civil::Date::strptime("%Y-%m-%d", date).ok()?.to_datetime(time))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_the_usual_ways_mean_the_same_instant() {
        let zone = TimeZone::get("Asia/Shanghai").expect("bundled");
        for text in [
            "2026-03-04T09:05:00+08:00",
            "2026-03-04T01:05:00Z",
            "2026-03-04T09:05:00",
            "2026-03-04 09:05",
            "2026/3/4 9:05",
            " 2026/03/04 09:05:00 ",
            "2026-3-4 9:05",
            "2026年3月4日 09:05",
            "2026年03月04日 9:05:00",
            "2026年3月4日09:05",
        ] {
            let instant = parse_instant(text, &zone).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(instant.to_string(), "2026-03-04T01:05:00Z", "{text}");
        }
        for text in ["2026-03-04", "2026/3/4", "2026-3-4", "2026年3月4日", "2026年03月04日 00:00:00"] {
            assert_eq!(parse_instant(text, &zone).map(|i| i.to_string()).as_deref(), Some("2026-03-03T16:00:00Z"));
        }
        for text in [
            "",
            "soon",
            "2026-13-04",
            "04.03.2026",
            "46085.3785",
            "01/02/2026",
            "1/2/26",
            "12026/3/4",
            "2026年",
            "2026年3月4日 25:00",
            "2026/3/4 9:05 PM",
        ] {
            assert_eq!(parse_instant(text, &zone), None, "{text}");
        }
    }

    #[test]
    fn numbers_are_told_from_what_only_looks_like_them() {
        assert_eq!(parse_number(" 110.03 "), Ok(110.03));
        assert_eq!(parse_number("110,03"), Err(Fault::DecimalComma { value: "110,03".into() }));
        for text in ["", "1,000,000", "十", "110.03°"] {
            assert_eq!(parse_number(text), Err(Fault::BadNumber { value: text.into() }));
        }
        for text in ["NaN", "inf", "-Infinity", "1e999"] {
            assert_eq!(parse_number(text), Err(Fault::NotFinite { value: text.into() }));
        }
    }

    #[test]
    fn impossible_positions_say_why() {
        assert_eq!(position(0.0, 0.0, Datum::Wgs84), Err(Fault::ZeroPosition));
        assert_eq!(position(40.4, 110.0, Datum::Wgs84), Err(Fault::SwappedPosition { lon: 40.4, lat: 110.0 }));
        assert_eq!(position(500.0, 0.0, Datum::Wgs84), Err(Fault::BadPosition { lon: 500.0, lat: 0.0 }));
        assert!(position(110.0349, 40.4136, Datum::Gcj02).is_ok_and(|p| (p.lon() - 110.0289).abs() < 1e-3));
    }
}
