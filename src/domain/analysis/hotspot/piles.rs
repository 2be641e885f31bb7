//! Piles: positions that a geocoder writes when it knows no better.

use std::collections::HashMap;

use serde::Serialize;

use crate::domain::geo::Position;

/// A position on which more events lie than on any place where things happen.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Pile {
    pub position: Position,
    pub events: usize,
}

/// Fewer are no pile.
const LEAST: usize = 50;
/// One of so many events must lie on it.
const SHARE: usize = 100;
/// And so many times as on the busiest of a thousand other positions.
const TIMES: usize = 10;
/// Positions that differ by less are one: a tenth of a metre, in degrees.
const SAME_DEG: f64 = 1e-6;

/// Which of these are piled up: at least 50 events and a hundredth of all on one position, and ten times as many as on the
/// busiest of a thousand other positions. A pile says where a geocoder gave up, and not where anything happened.
#[must_use]
pub fn piles(positions: &[Position]) -> Vec<Pile> {
    let mut counts: HashMap<(i64, i64), (usize, Position)> = HashMap::new();
    for position in positions {
        counts.entry(place(*position)).or_insert((0, *position)).0 += 1;
    }
    let mut sorted: Vec<(usize, Position)> = counts.into_values().collect();
    sorted.sort_unstable_by(|a, b| {
        b.0.cmp(&a.0).then(a.1.lon().total_cmp(&b.1.lon())).then(a.1.lat().total_cmp(&b.1.lat()))
    });
    let usual = sorted.get(sorted.len().div_ceil(1_000)).map_or(1, |(count, _)| *count);
    let is_pile = |count: usize| count >= LEAST && count * SHARE >= positions.len() && count >= TIMES * usual;
    let piles = sorted.into_iter().take_while(|(count, _)| is_pile(*count));
    piles.map(|(events, position)| Pile { position, events }).collect()
}

impl Pile {
    #[must_use]
    pub fn holds(&self, position: Position) -> bool {
        place(self.position) == place(position)
    }
}

fn place(position: Position) -> (i64, i64) {
    let whole = |deg: f64| (deg / SAME_DEG).round() as i64;
    (whole(position.lon()), whole(position.lat()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(x: usize) -> Position {
        Position::new(110.0 + x as f64 * 1e-5, 40.0).expect("valid")
    }

    #[test]
    fn a_default_point_is_a_pile_and_a_busy_crossing_is_not() {
        let mut positions: Vec<Position> = (0..2_000).map(at).collect();
        positions.extend(vec![at(5_000); 90]);
        assert_eq!(piles(&positions).iter().map(|pile| pile.events).collect::<Vec<_>>(), [90]);
        // Busy places beside it make it one of them.
        positions.extend((0..3).flat_map(|busy| vec![at(6_000 + busy); 20]));
        assert_eq!(piles(&positions), []);
    }

    #[test]
    fn all_in_one_place_is_a_pile_and_few_are_none() {
        assert_eq!(piles(&vec![at(1); 60]).len(), 1);
        assert_eq!(piles(&[at(1); 49]), []);
        assert_eq!(piles(&[]), []);
    }
}
