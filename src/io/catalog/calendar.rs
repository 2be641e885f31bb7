//! `geodata/calendar.toml`: working hours, weekend, holidays, make-up days.

use std::collections::BTreeSet;

use jiff::{
    Span,
    civil::{Date, Time, Weekday},
    tz::TimeZone,
};

use super::{
    entry::Entry,
    files::toml_tables,
    problem::{Problems, Spot, Why},
};
use crate::domain::duty::{CalendarError, WorkingCalendar, WorkingHours};

pub const FILE: &str = "geodata/calendar.toml";

/// The longest holiday: a slip of the pen in a year would make one of centuries.
const MAX_HOLIDAY_DAYS: usize = 366;

#[derive(Debug, Clone, Copy, strum::EnumString, strum::VariantNames)]
#[strum(serialize_all = "lowercase")]
pub(super) enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

pub fn read(bytes: &[u8], zone: &TimeZone, problems: &mut Problems) -> Option<WorkingCalendar> {
    let (_, values) = toml_tables(bytes, "", problems)?;
    let mut entry = Entry::new(Spot::file(), values, problems);
    // The years for which the holidays are entered: for readers of the file.
    entry.knows("years");
    let weekend = entry.choices("weekend").into_iter().map(weekday).collect();
    let hours = hours(&mut entry);
    let mut holidays = BTreeSet::new();
    entry.tables("holiday", |holiday| {
        holiday.text("name");
        holiday.text("name_en");
        if let (Some(from), Some(to)) = (holiday.date("from"), holiday.date("to")) {
            let days = from.series(Span::new().days(1)).take_while(|day| *day <= to).take(MAX_HOLIDAY_DAYS + 1);
            let days: Vec<Date> = days.collect();
            let (from, to) = (from.to_string(), to.to_string());
            match days.len() {
                0 => holiday.error("to", Why::EmptyValidity { from, to }),
                1..=MAX_HOLIDAY_DAYS => holidays.extend(days),
                _ => holiday.error("to", Why::LongHoliday { from, to, days: MAX_HOLIDAY_DAYS }),
            }
        }
    });
    let mut make_up_days = BTreeSet::new();
    entry.tables("workday", |workday| {
        workday.text("name");
        workday.text("name_en");
        make_up_days.extend(workday.date("date"));
    });
    entry.no_more_keys();
    WorkingCalendar::new(zone.clone(), hours?, weekend, holidays, make_up_days)
        .map_err(|error| {
            let field = if error == CalendarError::NoWorkingDay { "weekend" } else { "hours" };
            problems.error(&Spot::file(), Some(field), Why::Calendar(error));
        })
        .ok()
}

/// `hours = [["08:30", "12:00"], ["14:30", "18:00"]]`; `None` if a pair is none.
fn hours(entry: &mut Entry<'_>) -> Option<Vec<WorkingHours>> {
    let pairs = entry.array("hours");
    let mut hours = Vec::new();
    let count = pairs.len();
    for pair in pairs {
        let ends: Vec<Option<Time>> =
            pair.as_array().into_iter().flatten().map(|end| end.as_str()?.parse().ok()).collect();
        match ends[..] {
            [Some(from), Some(to)] => hours.push(WorkingHours { from, to }),
            _ => entry.error("hours", Why::BadHours { value: pair.to_string() }),
        }
    }
    (hours.len() == count).then_some(hours)
}

pub(super) fn weekday(day: Day) -> Weekday {
    match day {
        Day::Mon => Weekday::Monday,
        Day::Tue => Weekday::Tuesday,
        Day::Wed => Weekday::Wednesday,
        Day::Thu => Weekday::Thursday,
        Day::Fri => Weekday::Friday,
        Day::Sat => Weekday::Saturday,
        Day::Sun => Weekday::Sunday,
    }
}
