//! Seasons: what the hours of the week lead one to expect, and how surprising it is that more came.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde::Serialize;
use statrs::function::beta::beta_reg;

/// How often something happens in each hour of each weekday.
#[derive(Debug, Clone, PartialEq)]
pub struct Season {
    zone: TimeZone,
    /// Events of an hour, Monday's first hour first. Hours of which the past had none are like all others together.
    rates: Vec<f64>,
}

/// What came, against what came before.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Surprise {
    pub events: usize,
    /// In the time that is compared with.
    pub before: usize,
    /// To be expected by what came before and the hours of the week.
    pub expected: f64,
    /// How probable it is that as many or more come while nothing has changed.
    pub p: f64,
}

const HOURS_OF_WEEK: usize = 168;
const HOUR: SignedDuration = SignedDuration::from_hours(1);

impl Season {
    /// Learns from what happened between two instants, in the hours of a zone.
    #[must_use]
    pub fn learn(times: impl IntoIterator<Item = Timestamp>, from: Timestamp, to: Timestamp, zone: &TimeZone) -> Self {
        let (mut events, mut hours) = ([0.0; HOURS_OF_WEEK], [0.0; HOURS_OF_WEEK]);
        times.into_iter().filter(|at| (from..to).contains(at)).for_each(|at| events[hour_of_week(at, zone)] += 1.0);
        each_hour(from, to, zone, |hour, share| hours[hour] += share);
        let mean = events.iter().sum::<f64>() / hours.iter().sum::<f64>().max(f64::MIN_POSITIVE);
        let rate = |hour: usize| if hours[hour] > 0.0 { events[hour] / hours[hour] } else { mean };
        Self { zone: zone.clone(), rates: (0..HOURS_OF_WEEK).map(rate).collect() }
    }

    /// Events to be expected between two instants.
    #[must_use]
    pub fn expected(&self, from: Timestamp, to: Timestamp) -> f64 {
        let mut sum = 0.0;
        each_hour(from, to, &self.zone, |hour, share| sum += self.rates[hour] * share);
        sum
    }
}

impl Surprise {
    /// Of so many events, with so many before; where nothing changes there are `ratio` times as many now.
    ///
    /// What came before is itself chance, so both are compared (the conditional test of two Poisson rates: Przyborowski,
    /// Wilenski 1940): of all events together each is one of now with probability ratio / (1 + ratio).
    #[must_use]
    pub fn of(events: usize, before: usize, ratio: f64) -> Self {
        let p = match events {
            0 => 1.0,
            _ if ratio <= 0.0 => 0.0,
            // P(X ≥ k) of n binomial trials is the regularised incomplete beta function I_π(k, n − k + 1).
            events => beta_reg(events as f64, before as f64 + 1.0, ratio / (1.0 + ratio)),
        };
        Self { events, before, expected: before as f64 * ratio, p }
    }
}

/// Monday's first hour is 0.
fn hour_of_week(at: Timestamp, zone: &TimeZone) -> usize {
    let local = zone.to_datetime(at);
    local.weekday().to_monday_zero_offset() as usize * 24 + local.hour() as usize
}

/// Every hour between two instants, with the share of it that is between them.
fn each_hour(from: Timestamp, to: Timestamp, zone: &TimeZone, mut each: impl FnMut(usize, f64)) {
    let mut begin = from;
    while begin < to {
        let into_hour = zone.to_datetime(begin);
        let past = SignedDuration::new(
            i64::from(into_hour.minute()) * 60 + i64::from(into_hour.second()),
            into_hour.subsec_nanosecond(),
        );
        let end = begin.saturating_add(HOUR - past).unwrap_or(to).min(to);
        each(hour_of_week(begin, zone), end.duration_since(begin).as_secs_f64() / HOUR.as_secs_f64());
        begin = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    #[test]
    fn a_market_on_saturdays_is_expected_on_saturdays() {
        let zone = TimeZone::fixed(jiff::tz::offset(8));
        // Eight weeks from a Monday on; ten events at nine every Saturday.
        let from = at("2026-01-05T00:00:00+08");
        let saturday = at("2026-01-10T09:30:00+08");
        let week = SignedDuration::from_hours(168);
        let times = (0..8).flat_map(|n| vec![saturday + week * n; 10]);
        let season = Season::learn(times, from, from + week * 8, &zone);
        let expected = |from, to| season.expected(at(from), at(to));
        assert!((expected("2026-04-04T00:00:00+08", "2026-04-05T00:00:00+08") - 10.0).abs() < 1e-9);
        assert!(
            (expected("2026-04-04T09:30:00+08", "2026-04-04T12:00:00+08") - 5.0).abs() < 1e-9,
            "half an hour of it"
        );
        assert!(expected("2026-04-05T00:00:00+08", "2026-04-06T00:00:00+08") < 1e-9);
        assert!((expected("2026-03-02T00:00:00+08", "2026-03-30T00:00:00+08") - 40.0).abs() < 1e-9);
    }

    #[test]
    fn surprise_is_the_tail_of_a_binomial() {
        // By hand: of 5 events at least 4 with a probability of a half each: (5 + 1) / 32.
        assert!((Surprise::of(4, 1, 1.0).p - 6.0 / 32.0).abs() < 1e-12);
        // Of 4 all with a third each.
        assert!((Surprise::of(4, 0, 0.5).p - 1.0 / 81.0).abs() < 1e-12);
        assert_eq!((Surprise::of(0, 4, 1.0).p, Surprise::of(3, 9, 0.0).p), (1.0, 0.0));
        assert!(Surprise::of(1_000_000, 900_000, 1.0).p < 1e-10);
    }

    #[test]
    fn of_nothing_nothing_is_expected() {
        let zone = TimeZone::UTC;
        let (from, to) = (at("2026-01-01T00:00:00Z"), at("2026-01-01T05:00:00Z"));
        let season = Season::learn([], from, to, &zone);
        assert_eq!(season.expected(from, to), 0.0);
        assert_eq!(season.expected(to, from), 0.0);
    }
}
