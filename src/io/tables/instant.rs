//! Instants as people and programs write them.

use jiff::{Timestamp, civil, tz::TimeZone};

/// An instant: RFC 3339 with an offset, or a date, or date and time (`2026-03-04 09:05`, `2026/3/4 9:05`, with or
/// without `T` and seconds) in `zone`. A date alone is its first instant.
#[must_use]
pub fn parse_instant(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Some(instant);
    }
    let local = text
        .parse::<civil::DateTime>()
        .or_else(|_| text.parse::<civil::Date>().map(|date| date.at(0, 0, 0, 0)))
        .or_else(|_| civil::DateTime::strptime("%Y/%m/%d %H:%M:%S", text))
        .or_else(|_| civil::DateTime::strptime("%Y/%m/%d %H:%M", text))
        .or_else(|_| civil::Date::strptime("%Y/%m/%d", text).map(|date| date.at(0, 0, 0, 0)))
        .ok()?;
    Some(local.to_zoned(zone.clone()).ok()?.timestamp())
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
        ] {
            let instant = parse_instant(text, &zone).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(instant.to_string(), "2026-03-04T01:05:00Z", "{text}");
        }
        for text in ["2026-03-04", "2026/3/4"] {
            assert_eq!(parse_instant(text, &zone).map(|i| i.to_string()).as_deref(), Some("2026-03-03T16:00:00Z"));
        }
        for text in ["", "soon", "2026-13-04", "04.03.2026", "46085.3785"] {
            assert_eq!(parse_instant(text, &zone), None, "{text}");
        }
    }
}
