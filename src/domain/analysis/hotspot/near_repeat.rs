//! Near repeats (Knox 1964): whether what has happened once happens again soon nearby, more often than chance explains.

use std::ops::ControlFlow;

use jiff::Timestamp;
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use serde::Serialize;

use super::{Permutations, permutation::below, sphere::Cells};
use crate::domain::geo::Position;

/// Pairs of events so far apart, and so long.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Band {
    /// From, inclusive, to, exclusive; from 0 to 0 is the same place, and what follows leaves it out.
    pub from_m: f64,
    pub to_m: f64,
    /// From, inclusive, to, exclusive.
    pub from_h: f64,
    pub to_h: f64,
    pub pairs: u64,
    /// In the mean of the permutations.
    pub expected: f64,
    /// Pairs over expected; `None` where none are expected.
    pub ratio: Option<f64>,
    /// (1 + permutations with at least as many pairs) / (1 + permutations).
    pub p_sim: f64,
}

/// What counts as near, and as soon.
#[derive(Debug, Clone, PartialEq)]
pub struct Knox {
    /// Upper ends of the bands of distance, rising. Events at the very same place are a band of their own before them.
    pub distances_m: Vec<f64>,
    /// Upper ends of the bands of time, rising.
    pub times_h: Vec<f64>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error, strum::VariantNames)]
#[serde(tag = "code", content = "params", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum KnoxError {
    #[error("more than {limit} pairs of events lie that near each other")]
    TooManyPairs { limit: usize },
}

/// Most pairs in memory, 12 bytes each.
const MOST_PAIRS: usize = 20_000_000;

/// What is no farther apart than a pace is at the same place.
const SAME_PLACE_M: f64 = 1e-3;

/// Pairs of events in each band of distance and time, against as many draws in which the times are shuffled among the
/// places.
///
/// # Errors
/// If more pairs are near each other than are kept in memory.
pub fn knox(events: &[(Position, Timestamp)], knox: &Knox, dice: Permutations) -> Result<Vec<Band>, KnoxError> {
    let positions: Vec<Position> = events.iter().map(|(position, _)| *position).collect();
    let pairs = near_pairs(&positions, &knox.distances_m)?;
    // Milliseconds as whole numbers: an hour and an hour are the same time apart, however late it is.
    let mut times: Vec<i64> = events.iter().map(|(_, at)| at.as_millisecond()).collect();
    let limits: Vec<i64> = knox.times_h.iter().map(|hours| (hours * 3_600_000.0).round() as i64).collect();
    let (rows, columns) = (knox.distances_m.len() + 1, limits.len());
    let table = |times: &[i64]| {
        let mut table = vec![0_u64; rows * columns];
        for (a, b, row) in &pairs {
            let apart = (times[*a as usize] - times[*b as usize]).abs();
            if let Some(column) = limits.iter().position(|limit| apart < *limit) {
                table[usize::from(*row) * columns + column] += 1;
            }
        }
        table
    };
    let observed = table(&times);
    let (mut sums, mut at_least) = (vec![0_u64; observed.len()], vec![0_u32; observed.len()]);
    let mut random = ChaCha8Rng::seed_from_u64(dice.seed);
    for _ in 0..dice.count {
        for last in (1..times.len()).rev() {
            times.swap(last, below(&mut random, last as u64 + 1));
        }
        for (cell, drawn) in table(&times).into_iter().enumerate() {
            sums[cell] += drawn;
            at_least[cell] += u32::from(drawn >= observed[cell]);
        }
    }
    let band = |cell: usize| {
        let (row, column) = (cell / columns, cell % columns);
        let before = |ends: &[f64], at: usize| if at == 0 { 0.0 } else { ends[at - 1] };
        let expected = sums[cell] as f64 / f64::from(dice.count.max(1));
        Band {
            from_m: if row == 0 { 0.0 } else { before(&knox.distances_m, row - 1) },
            to_m: before(&knox.distances_m, row),
            from_h: before(&knox.times_h, column),
            to_h: knox.times_h[column],
            pairs: observed[cell],
            expected,
            ratio: (expected > 0.0).then(|| observed[cell] as f64 / expected),
            p_sim: f64::from(1 + at_least[cell]) / f64::from(1 + dice.count),
        }
    };
    Ok((0..observed.len()).map(band).collect())
}

/// Pairs of events nearer than the last limit, with the number of their band.
fn near_pairs(positions: &[Position], limits_m: &[f64]) -> Result<Vec<(u32, u32, u8)>, KnoxError> {
    let Some(farthest) = limits_m.last() else { return Ok(Vec::new()) };
    let cells = Cells::of(positions, *farthest);
    let mut pairs = Vec::new();
    let mut add = |a: usize, b: usize| {
        let apart_m = cells.distance_m(a, b);
        let row = if apart_m < SAME_PLACE_M {
            Some(0)
        } else {
            limits_m.iter().position(|limit| apart_m < *limit).map(|band| band + 1)
        };
        if let Some(row) = row {
            pairs.push((cells.came_as(a) as u32, cells.came_as(b) as u32, row as u8));
        }
        if pairs.len() > MOST_PAIRS { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let mut is_full = false;
    for cell in 0..cells.len() {
        let points = cells.points(cell);
        is_full |= points.clone().any(|a| (a + 1..points.end).any(|b| add(a, b).is_break()));
        if is_full {
            break;
        }
    }
    cells.each_pair(|one, other| {
        is_full = is_full || cells.points(one).any(|a| cells.points(other).any(|b| add(a, b).is_break()));
    });
    if is_full { Err(KnoxError::TooManyPairs { limit: MOST_PAIRS }) } else { Ok(pairs) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(east: f64, hours: i64) -> (Position, Timestamp) {
        let at = Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_hours(hours);
        (Position::new(110.0 + east * 1e-3, 40.0).expect("valid"), at)
    }

    const DICE: Permutations = Permutations { count: 199, seed: 1 };

    #[test]
    fn what_comes_again_soon_nearby_is_more_than_chance() {
        // Forty places far apart, each visited twice within an hour, a week after the place before.
        let twice = |place: i32| {
            [0, 1].map(|hour| {
                event(f64::from(place) * 10.0 + f64::from(hour as i32) * 0.3, i64::from(place) * 168 + hour)
            })
        };
        let events: Vec<_> = (0..40).flat_map(twice).collect();
        let bands =
            knox(&events, &Knox { distances_m: vec![100.0, 500.0], times_h: vec![24.0, 240.0] }, DICE).expect("few");
        let near = bands.iter().find(|band| (band.from_m, band.to_m, band.to_h) == (0.0, 100.0, 24.0)).expect("a band");
        assert_eq!(near.pairs, 40, "25.6 m apart");
        assert!(near.p_sim < 0.01 && near.ratio > Some(5.0), "{near:?}");
        assert_eq!(bands.len(), 6);
        assert_eq!(bands.iter().map(|band| band.pairs).sum::<u64>(), 40);
    }

    #[test]
    fn bands_are_half_open_and_the_same_place_is_one_of_its_own() {
        let events = [event(0.0, 0), event(0.0, 24), event(1.0, 0)];
        let bands = knox(&events, &Knox { distances_m: vec![1_000.0], times_h: vec![24.0, 48.0] }, DICE).expect("few");
        let pairs: Vec<_> = bands.iter().map(|band| (band.to_m, band.to_h, band.pairs)).collect();
        assert_eq!(pairs, [(0.0, 24.0, 0), (0.0, 48.0, 1), (1_000.0, 24.0, 1), (1_000.0, 48.0, 1)]);
    }

    #[test]
    fn nothing_repeats_in_nothing() {
        let bands = knox(&[], &Knox { distances_m: vec![100.0], times_h: vec![24.0] }, DICE).expect("few");
        assert!(bands.iter().all(|band| band.pairs == 0 && band.ratio.is_none() && band.p_sim == 1.0));
    }
}
