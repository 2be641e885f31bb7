//! How well the hotspots of one period foretell where the next one's events are.

use serde::Serialize;

/// What was foretold, against what came.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Foresight {
    /// Of the events that came, how many came where it was hot before.
    pub hits: f64,
    pub events: f64,
    /// Share of all the area that was hot.
    pub area_share: f64,
    /// Prediction accuracy index (Chainey, Tompson, Uhlig 2008): (hits / events) / (hot area / all area); 1 is chance.
    pub pai: Option<f64>,
    /// Prediction efficiency index (Hunt 2016): hits over the most that any choice of as much area would have hit.
    pub pei: Option<f64>,
}

/// Of areas: whether each was hot in one period, its size in m², and its events in the next. The most that could have been
/// hit takes areas by their density, the last one in part.
#[must_use]
pub fn foresight(hot: &[bool], area_m2: &[f64], events: &[f64]) -> Foresight {
    let sum_hot = |of: &[f64]| of.iter().zip(hot).filter(|(_, hot)| **hot).map(|(value, _)| value).sum::<f64>();
    let (hits, all) = (sum_hot(events), events.iter().sum::<f64>());
    let (hot_m2, all_m2) = (sum_hot(area_m2), area_m2.iter().sum::<f64>());
    let area_share = if all_m2 > 0.0 { hot_m2 / all_m2 } else { 0.0 };
    let mut densest: Vec<(f64, f64)> =
        events.iter().copied().zip(area_m2.iter().copied()).filter(|(_, m2)| *m2 > 0.0).collect();
    densest.sort_by(|a, b| (b.0 * a.1).total_cmp(&(a.0 * b.1)));
    let (mut left_m2, mut best) = (hot_m2, 0.0);
    for (events, m2) in densest {
        let taken = (left_m2 / m2).min(1.0);
        best += events * taken;
        left_m2 -= m2 * taken;
        if left_m2 <= 0.0 {
            break;
        }
    }
    Foresight {
        hits,
        events: all,
        area_share,
        pai: (all > 0.0 && area_share > 0.0).then(|| hits / all / area_share),
        pei: (best > 0.0).then(|| hits / best),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenth_of_the_area_that_takes_half_of_the_events_is_five_times_chance() {
        let mut area = vec![100.0; 10];
        let mut events = vec![0.0; 10];
        (events[0], events[1], events[2]) = (10.0, 6.0, 4.0);
        let hot: Vec<bool> = (0..10).map(|i| i == 0).collect();
        let best = foresight(&hot, &area, &events);
        assert_eq!((best.pai, best.pei), (Some(5.0), Some(1.0)));
        let hot: Vec<bool> = (0..10).map(|i| i == 1).collect();
        let second = foresight(&hot, &area, &events);
        assert!(second.pai.is_some_and(|pai| (pai - 3.0).abs() < 1e-12));
        assert_eq!(second.pei, Some(0.6));
        area[0] = 200.0;
        let partly = foresight(&hot, &area, &events);
        assert_eq!(partly.pei, Some(1.0), "a half of the first would have hit five, the second hits six");
    }

    #[test]
    fn where_nothing_was_hot_or_nothing_came_nothing_is_said() {
        let none = foresight(&[false; 3], &[1.0; 3], &[1.0; 3]);
        assert_eq!((none.pai, none.pei), (None, None));
        let quiet = foresight(&[true; 3], &[1.0; 3], &[0.0; 3]);
        assert_eq!((quiet.pai, quiet.pei), (None, None));
    }
}
