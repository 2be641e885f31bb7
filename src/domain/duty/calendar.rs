//! The working calendar: when a limit ends, counted in the street's working time.

use std::collections::BTreeSet;

use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, Time, Weekday},
    tz::TimeZone,
};
use serde::Serialize;

use super::{Limit, LimitUnit};

/// One stretch of a working day, `from` inclusive, `to` exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkingHours {
    pub from: Time,
    pub to: Time,
}

/// The street's working time: hours of a day, weekend, holidays and make-up days (调休), in its time zone.
///
/// Every instant is answered; dates outside the years that the holidays were entered for count by the weekend alone.
#[derive(Debug, Clone)]
pub struct WorkingCalendar {
    zone: TimeZone,
    hours: Vec<WorkingHours>,
    weekend: Vec<Weekday>,
    holidays: BTreeSet<Date>,
    make_up_days: BTreeSet<Date>,
}

/// Why working time would never come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error, strum::VariantNames)]
#[serde(tag = "code", content = "params", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum CalendarError {
    #[error("a working day needs hours")]
    NoHours,
    #[error("hours from {from} to {to} are empty or overlap the hours before")]
    HoursOverlap { from: Time, to: Time },
    #[error("a week needs a working day")]
    NoWorkingDay,
}

impl WorkingCalendar {
    /// Hours in order. A date that is both holiday and make-up day is worked.
    ///
    /// # Errors
    /// If no working time would ever come, or hours overlap.
    pub fn new(
        zone: TimeZone,
        hours: Vec<WorkingHours>,
        weekend: Vec<Weekday>,
        holidays: BTreeSet<Date>,
        make_up_days: BTreeSet<Date>,
    ) -> Result<Self, CalendarError> {
        if hours.is_empty() {
            return Err(CalendarError::NoHours);
        }
        let mut before = None;
        for &WorkingHours { from, to } in &hours {
            if from >= to || before.is_some_and(|before| from < before) {
                return Err(CalendarError::HoursOverlap { from, to });
            }
            before = Some(to);
        }
        if Weekday::Monday.cycle_forward().take(7).all(|day| weekend.contains(&day)) {
            return Err(CalendarError::NoWorkingDay);
        }
        Ok(Self { zone, hours, weekend, holidays, make_up_days })
    }

    /// Monday to Friday, 9:00 to 12:00 and 14:00 to 18:00, no holidays: for a site without a calendar.
    #[must_use]
    pub fn plain(zone: TimeZone) -> Self {
        let hours =
            |from: i8, to: i8| WorkingHours { from: Time::constant(from, 0, 0, 0), to: Time::constant(to, 0, 0, 0) };
        Self {
            zone,
            hours: vec![hours(9, 12), hours(14, 18)],
            weekend: vec![Weekday::Saturday, Weekday::Sunday],
            holidays: BTreeSet::new(),
            make_up_days: BTreeSet::new(),
        }
    }

    #[must_use]
    pub fn is_working_day(&self, date: Date) -> bool {
        let is_free = self.holidays.contains(&date) || self.weekend.contains(&date.weekday());
        !is_free || self.make_up_days.contains(&date)
    }

    /// The instant at which a limit that starts at `start` ends.
    ///
    /// Clock hours run day and night. Working minutes and hours run only in working hours. A working day later is the
    /// same clock time on the next working day. What would end after the last instant that exists ends there.
    #[must_use]
    pub fn due(&self, start: Timestamp, limit: Limit) -> Timestamp {
        let amount = i64::from(limit.amount());
        let end = match limit.unit() {
            LimitUnit::ClockMinute => start.checked_add(SignedDuration::from_mins(amount)).ok(),
            LimitUnit::ClockHour => start.checked_add(SignedDuration::from_hours(amount)).ok(),
            LimitUnit::WorkingHour => after(self.stretches(start), SignedDuration::from_hours(amount)),
            LimitUnit::WorkingMinute => after(self.stretches(start), SignedDuration::from_mins(amount)),
            LimitUnit::WorkingDay => self.after_days(start, amount),
        };
        end.unwrap_or(Timestamp::MAX)
    }

    /// How much of a limit of this unit runs off between two instants: by the clock, in working hours, or, for limits in
    /// days, in whole working days with their nights. Zero if `to` is not after `from`.
    ///
    /// What [`due`](Self::due) adds, this measures: a limit that was stopped and goes on later ends at
    /// [`advance`](Self::advance) of what was left of it.
    #[must_use]
    pub fn elapsed(&self, unit: LimitUnit, from: Timestamp, to: Timestamp) -> SignedDuration {
        let within = |stretches: Stretches<'_>| {
            let cut = stretches.take_while(|(begin, _)| *begin < to);
            cut.map(|(begin, end)| end.min(to).duration_since(begin)).sum()
        };
        match unit {
            LimitUnit::ClockMinute | LimitUnit::ClockHour => to.duration_since(from).max(SignedDuration::ZERO),
            LimitUnit::WorkingHour | LimitUnit::WorkingMinute => within(Box::new(self.stretches(from))),
            LimitUnit::WorkingDay => within(Box::new(self.whole_days(from))),
        }
    }

    /// The instant at which so much of a limit of this unit has run off; the last one that exists if there is none.
    #[must_use]
    pub fn advance(&self, unit: LimitUnit, from: Timestamp, by: SignedDuration) -> Timestamp {
        let end = match unit {
            LimitUnit::ClockMinute | LimitUnit::ClockHour => from.checked_add(by).ok(),
            LimitUnit::WorkingHour | LimitUnit::WorkingMinute => after(self.stretches(from), by),
            LimitUnit::WorkingDay => after(self.whole_days(from), by),
        };
        end.unwrap_or(Timestamp::MAX)
    }

    fn after_days(&self, start: Timestamp, days: i64) -> Option<Timestamp> {
        let start = start.to_zoned(self.zone.clone());
        let date = self.days(start.date().tomorrow().ok()?).nth(usize::try_from(days - 1).ok()?)?;
        Some(date.to_datetime(start.time()).to_zoned(self.zone.clone()).ok()?.timestamp())
    }

    /// Working days from `date` on.
    fn days(&self, date: Date) -> impl Iterator<Item = Date> + '_ {
        std::iter::successors(Some(date), |date| date.tomorrow().ok()).filter(|date| self.is_working_day(*date))
    }

    /// Stretches of working time from `from` on, the first one cut to begin there.
    fn stretches(&self, from: Timestamp) -> impl Iterator<Item = (Timestamp, Timestamp)> + '_ {
        let instant =
            |date: Date, time: Time| date.to_datetime(time).to_zoned(self.zone.clone()).map(|zoned| zoned.timestamp());
        self.days(from.to_zoned(self.zone.clone()).date())
            .flat_map(|date| self.hours.iter().map(move |hours| (date, hours)))
            .map_while(move |(date, hours)| Some((instant(date, hours.from).ok()?, instant(date, hours.to).ok()?)))
            .map(move |(begin, end)| (begin.max(from), end))
            .filter(|(begin, end)| begin < end)
    }

    /// Working days from midnight to midnight from `from` on, the first one cut to begin there.
    fn whole_days(&self, from: Timestamp) -> impl Iterator<Item = (Timestamp, Timestamp)> + '_ {
        let midnight = |date: Date| date.to_zoned(self.zone.clone()).map(|zoned| zoned.timestamp());
        self.days(from.to_zoned(self.zone.clone()).date())
            .map_while(move |date| Some((midnight(date).ok()?, midnight(date.tomorrow().ok()?).ok()?)))
            .map(move |(begin, end)| (begin.max(from), end))
    }
}

type Stretches<'a> = Box<dyn Iterator<Item = (Timestamp, Timestamp)> + 'a>;

/// The instant at which so much of the stretches is over.
fn after(stretches: impl Iterator<Item = (Timestamp, Timestamp)>, needed: SignedDuration) -> Option<Timestamp> {
    let mut left = needed;
    for (begin, end) in stretches {
        let length = end.duration_since(begin);
        if left <= length {
            return begin.checked_add(left).ok();
        }
        left -= length;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn calendar() -> WorkingCalendar {
        let hours = |from: (i8, i8), to: (i8, i8)| WorkingHours {
            from: Time::constant(from.0, from.1, 0, 0),
            to: Time::constant(to.0, to.1, 0, 0),
        };
        // Spring Festival 2026: 15 to 23 February off, 14 and 28 February worked.
        let holidays = (15..=23).map(|day| date(2026, 2, day)).collect();
        let make_up_days = [date(2026, 2, 14), date(2026, 2, 28)].into();
        WorkingCalendar::new(
            TimeZone::get("Asia/Shanghai").expect("bundled"),
            vec![hours((8, 30), (12, 0)), hours((14, 30), (18, 0))],
            vec![Weekday::Saturday, Weekday::Sunday],
            holidays,
            make_up_days,
        )
        .expect("sound")
    }

    fn due(start: &str, limit: &str) -> String {
        let start: Timestamp = format!("{start}+08:00").parse().expect("an instant");
        let due = calendar().due(start, limit.parse().expect("a limit"));
        due.to_zoned(TimeZone::get("Asia/Shanghai").expect("bundled")).strftime("%F %H:%M").to_string()
    }

    #[test]
    fn clock_hours_run_through_the_night() {
        assert_eq!(due("2026-03-06T17:00", "2H"), "2026-03-06 19:00");
        assert_eq!(due("2026-03-06T23:00", "4H"), "2026-03-07 03:00");
    }

    #[test]
    fn working_hours_pause_at_noon_overnight_and_over_the_weekend() {
        assert_eq!(due("2026-03-04T09:00", "2h"), "2026-03-04 11:00");
        assert_eq!(due("2026-03-04T11:30", "1h"), "2026-03-04 15:00");
        assert_eq!(due("2026-03-04T11:30", "30m"), "2026-03-04 12:00");
        assert_eq!(due("2026-03-04T12:10", "30m"), "2026-03-04 15:00");
        assert_eq!(due("2026-03-06T17:30", "1h"), "2026-03-09 09:00");
        assert_eq!(due("2026-03-07T10:00", "4h"), "2026-03-09 15:00");
    }

    #[test]
    fn working_days_keep_the_clock_time_and_skip_holidays() {
        assert_eq!(due("2026-03-04T15:12", "2d"), "2026-03-06 15:12");
        assert_eq!(due("2026-03-06T22:00", "1d"), "2026-03-09 22:00");
        assert_eq!(due("2026-02-13T10:00", "1d"), "2026-02-14 10:00", "a make-up Saturday is worked");
        assert_eq!(due("2026-02-13T10:00", "2d"), "2026-02-24 10:00", "the festival is not");
        assert_eq!(due("2026-02-14T17:00", "2h"), "2026-02-24 09:30");
    }

    #[test]
    fn the_seeds_worked_case_is_on_time() {
        // Signed 2018-12-25 15:12, finished photos 2018-12-26 15:18; the handle limit is two days.
        assert_eq!(due("2018-12-25T15:12", "2d"), "2018-12-27 15:12");
    }

    #[test]
    fn time_worked_is_what_due_adds() {
        let calendar = calendar();
        for (start, limit) in [("2026-02-13T16:45+08:00", "23h"), ("2026-03-07T03:00+08:00", "90m")] {
            let (start, limit): (Timestamp, Limit) = (start.parse().expect("valid"), limit.parse().expect("valid"));
            let minutes = calendar.elapsed(limit.unit(), start, calendar.due(start, limit)).as_mins();
            let factor = if limit.unit() == LimitUnit::WorkingHour { 60 } else { 1 };
            assert_eq!(minutes, i64::from(limit.amount()) * factor);
        }
        let (late, early) = ("2026-03-07T03:00Z".parse().expect("valid"), "2026-03-01T03:00Z".parse().expect("valid"));
        for unit in [LimitUnit::ClockHour, LimitUnit::WorkingHour, LimitUnit::WorkingDay] {
            assert_eq!(calendar.elapsed(unit, late, early), SignedDuration::ZERO);
        }
    }

    #[test]
    fn a_limit_that_is_stopped_and_goes_on_at_once_ends_as_before() {
        let calendar = calendar();
        // On a workday, in its lunch hour, on a Saturday, on the eve of the festival and in it.
        let starts =
            ["2026-03-04T09:10", "2026-03-04T12:20", "2026-03-07T10:00", "2026-02-14T17:00", "2026-02-16T03:00"];
        for start in starts.map(|start| format!("{start}+08:00").parse::<Timestamp>().expect("valid")) {
            for limit in ["90m", "5h", "30H", "1d", "3d"].map(|limit| limit.parse::<Limit>().expect("valid")) {
                let due = calendar.due(start, limit);
                for share in 0..10 {
                    let stopped = start + due.duration_since(start) * share / 10;
                    let left = calendar.elapsed(limit.unit(), stopped, due);
                    assert_eq!(calendar.advance(limit.unit(), stopped, left), due, "{start} {limit} {share}");
                }
            }
        }
    }

    #[test]
    fn a_limit_in_days_that_stands_still_over_a_festival_loses_nothing_of_it() {
        let calendar = calendar();
        let at = |text: &str| format!("{text}+08:00").parse::<Timestamp>().expect("valid");
        // Due on Wednesday 11 at 10:00; stopped on Tuesday at 16:00 with 18 hours left; goes on after the festival.
        let due = calendar.due(at("2026-02-09T10:00"), "2d".parse().expect("valid"));
        let left = calendar.elapsed(LimitUnit::WorkingDay, at("2026-02-10T16:00"), due);
        assert_eq!(left, SignedDuration::from_hours(18));
        assert_eq!(calendar.advance(LimitUnit::WorkingDay, at("2026-02-24T08:00"), left), at("2026-02-25T02:00"));
        assert_eq!(calendar.advance(LimitUnit::WorkingDay, at("2026-02-20T08:00"), left), at("2026-02-24T18:00"));
    }

    #[test]
    fn a_calendar_without_working_time_is_refused() {
        let utc = || TimeZone::UTC;
        let nine_to_five = WorkingHours { from: Time::constant(9, 0, 0, 0), to: Time::constant(17, 0, 0, 0) };
        let new = |hours, weekend| WorkingCalendar::new(utc(), hours, weekend, BTreeSet::new(), BTreeSet::new());
        assert_eq!(new(vec![], vec![]).err(), Some(CalendarError::NoHours));
        assert!(matches!(new(vec![nine_to_five, nine_to_five], vec![]), Err(CalendarError::HoursOverlap { .. })));
        let week = Weekday::Monday.cycle_forward().take(7).collect();
        assert_eq!(new(vec![nine_to_five], week).err(), Some(CalendarError::NoWorkingDay));
    }

    #[test]
    fn the_farthest_limit_still_ends() {
        let start: Timestamp = "2026-03-04T09:00+08:00".parse().expect("valid");
        for limit in ["9999d", "9999h", "9999m", "9999H"] {
            let due = calendar().due(start, limit.parse().expect("valid"));
            assert!(due > start && due < Timestamp::MAX, "{limit}: {due}");
        }
    }
}
