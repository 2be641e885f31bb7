//! Days, weeks, months, and spans of them.

use jiff::{
    Timestamp, ToSpan,
    civil::{Date, ISOWeekDate, Weekday},
    tz::TimeZone,
};

/// From, inclusive, to, exclusive; `None` has no end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Period {
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
}

/// A step of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Day,
    /// From Monday on.
    Week,
    Month,
}

impl Step {
    /// The step that holds an instant, as [`Period::named`] reads it.
    #[must_use]
    pub fn holding(self, at: Timestamp, zone: &TimeZone) -> String {
        let date = zone.to_datetime(at).date();
        match self {
            Self::Day => date.to_string(),
            Self::Week => {
                let week = date.iso_week_date();
                format!("{:04}-W{:02}", week.year(), week.week())
            }
            Self::Month => format!("{:04}-{:02}", date.year(), date.month()),
        }
    }
}

impl Period {
    /// `2026`, `2026-Q1`, `2026-03`, `2026-W10`, `2026-03-04`, in the zone; `None` where it names none.
    #[must_use]
    pub fn named(name: &str, zone: &TimeZone) -> Option<Self> {
        let (first, behind) = days(name)?;
        let midnight = |date: Date| zone.to_timestamp(date.at(0, 0, 0, 0)).ok();
        Some(Self { from: Some(midnight(first)?), to: Some(midnight(behind)?) })
    }

    /// As long a stretch, right before it; `None` of one without a beginning or an end.
    #[must_use]
    pub fn before(&self) -> Option<(Timestamp, Timestamp)> {
        let (from, to) = self.from.zip(self.to)?;
        from.checked_sub(to.duration_since(from)).ok().map(|before| (before, from))
    }

    #[must_use]
    pub fn holds(&self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| at >= from) && self.to.is_none_or(|to| at < to)
    }
}

/// The first day, and the first that is none of it any more.
fn days(name: &str) -> Option<(Date, Date)> {
    let (year, rest) = name.split_once('-').map_or((name, None), |(year, rest)| (year, Some(rest)));
    let number = |text: &str, digits: usize| -> Option<i16> {
        (text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
    };
    let year = number(year, 4)?;
    let small = |text: &str, digits| number(text, digits).and_then(|number| i8::try_from(number).ok());
    let month = |month: i8| Date::new(year, month, 1).ok();
    let (first, span) = match rest {
        None => (month(1)?, 1.year()),
        Some(rest) => match (rest.strip_prefix('W'), rest.strip_prefix('Q'), rest.split_once('-')) {
            (Some(week), ..) => {
                let week = ISOWeekDate::new(year, small(week, 2)?, Weekday::Monday).ok()?;
                (week.date(), 1.week())
            }
            (_, Some(quarter), _) => {
                let quarter = small(quarter, 1).filter(|quarter| (1..=4).contains(quarter))?;
                (month(quarter * 3 - 2)?, 3.months())
            }
            (.., Some((month, day))) => (Date::new(year, small(month, 2)?, small(day, 2)?).ok()?, 1.day()),
            _ => (month(small(rest, 2)?)?, 1.month()),
        },
    };
    Some((first, first.checked_add(span).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(name: &str) -> Option<String> {
        days(name).map(|(first, behind)| format!("{first} {behind}"))
    }

    #[test]
    fn years_quarters_months_weeks_and_days_are_periods() {
        assert_eq!(span("2026").as_deref(), Some("2026-01-01 2027-01-01"));
        assert_eq!(span("2026-Q4").as_deref(), Some("2026-10-01 2027-01-01"));
        assert_eq!(span("2024-02").as_deref(), Some("2024-02-01 2024-03-01"));
        assert_eq!(span("2026-W01").as_deref(), Some("2025-12-29 2026-01-05"));
        assert_eq!(span("2020-W53").as_deref(), Some("2020-12-28 2021-01-04"));
        assert_eq!(span("2026-02-28").as_deref(), Some("2026-02-28 2026-03-01"));
        for wrong in
            ["", "26", "2026-13", "2026-Q5", "2026-W54", "2026-W1", "2026-02-30", "2026-3", "2026-1-1", "-026", "+2026"]
        {
            assert_eq!(span(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_holds_an_instant_is_read_as_a_period_that_holds_it() {
        let zone = TimeZone::get("Asia/Shanghai").expect("bundled");
        for at in ["2026-01-01T00:00:00+08:00", "2026-12-31T23:59:59+08:00", "2024-02-29T12:00:00+08:00"] {
            let at: Timestamp = at.parse().expect("an instant");
            for step in [Step::Day, Step::Week, Step::Month] {
                let name = step.holding(at, &zone);
                assert!(Period::named(&name, &zone).expect("a period").holds(at), "{name}");
            }
        }
    }
}
