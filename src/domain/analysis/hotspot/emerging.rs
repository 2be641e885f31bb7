//! Emerging hot spots (新兴热点分析): how hot places came to be so, from a cube of areas and steps of time.

use std::fmt;

use serde::Serialize;

use super::{Trend, Weights, bins_fdr, mann_kendall, p_of};

/// Counts of each area in each step, all steps equally long.
#[derive(Debug, Clone)]
pub struct Cube {
    areas: usize,
    /// Of the first step all areas, then of the next.
    counts: Vec<f64>,
}

/// How an area came to be hot, or cold. The classes are those that planners know from ArcGIS's Emerging Hot Spot Analysis:
/// eight of each side, and none. Hot is what is significant at 90 % with the false discovery rate of the whole cube held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pattern {
    pub kind: Kind,
    pub side: Side,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::Display, strum::VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum Side {
    Hot,
    Cold,
}

/// As said of hot areas; cold ones alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::Display, strum::VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum Kind {
    /// Hot in the last step, and never before.
    New,
    /// Hot in the last steps without a break, two at least, and never before; in less than 90 % of all.
    Consecutive,
    /// Hot in 90 % of the steps, the last among them, and more and more so.
    Intensifying,
    /// The same without a trend.
    Persistent,
    /// The same, less and less so.
    Diminishing,
    /// Hot in the last step, and on and off before; never cold.
    Sporadic,
    /// Hot in the last step and on and off before, and cold at some time.
    Oscillating,
    /// Hot in 90 % of the steps, but not in the last.
    Historical,
}

impl fmt::Display for Pattern {
    /// `new_hot`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", self.kind, self.side)
    }
}

impl Serialize for Pattern {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What the cube tells of an area.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Emerging {
    pub pattern: Option<Pattern>,
    /// Of how hot it was, by Mann–Kendall; `None` of fewer than four steps.
    pub trend: Option<Trend>,
    /// In so many steps it was hot, and cold.
    pub hot_steps: usize,
    pub cold_steps: usize,
    /// Of each step; 0 where nothing can be said.
    pub bins: Vec<i8>,
}

/// A trend is told where chance gives it in one of twenty cases.
const SURE: f64 = 0.05;

impl Cube {
    /// `None` if the counts are not so many whole steps.
    #[must_use]
    pub fn new(areas: usize, counts: Vec<f64>) -> Option<Self> {
        (areas > 0 && counts.len().is_multiple_of(areas)).then_some(Self { areas, counts })
    }

    #[must_use]
    pub fn steps(&self) -> usize {
        self.counts.len() / self.areas
    }

    /// How each area came to be as it is. The neighbourhood of an area in a step is it and its neighbours in that step and
    /// in the one before.
    #[must_use]
    pub fn emerging(&self, weights: &Weights) -> Vec<Emerging> {
        let zs = self.gi_star(weights);
        let sure: Vec<Option<(f64, f64)>> = zs.iter().map(|z| z.map(|z| (z, p_of(z)))).collect();
        let bins = bins_fdr(&sure);
        let of_area = |area: usize| {
            let own = || (0..self.steps()).map(move |step| step * self.areas + area);
            let bins: Vec<i8> = own().map(|at| bins[at]).collect();
            let trend = mann_kendall(&own().map(|at| zs[at].unwrap_or(0.0)).collect::<Vec<_>>());
            let count = |sign: i8| bins.iter().filter(|bin| bin.signum() == sign).count();
            let (hot_steps, cold_steps) = (count(1), count(-1));
            Emerging { pattern: pattern(&bins, trend), trend, hot_steps, cold_steps, bins }
        };
        (0..self.areas).map(of_area).collect()
    }

    /// Gi* of each area in each step, over the whole cube.
    fn gi_star(&self, weights: &Weights) -> Vec<Option<f64>> {
        let n = self.counts.len() as f64;
        let mean = self.counts.iter().sum::<f64>() / n;
        let spread = self.counts.iter().map(|count| count * count).sum::<f64>() / n - mean * mean;
        let around = |at: usize| {
            let near = weights.neighbors(at % self.areas);
            let of_step = |step: usize| {
                let first = step * self.areas;
                let own = self.counts[first + at % self.areas];
                own + near.iter().map(|near| self.counts[first + *near as usize]).sum::<f64>()
            };
            let step = at / self.areas;
            let steps = step.saturating_sub(1)..=step;
            let (sum, k) = steps.fold((0.0, 0.0), |(sum, k), step| (sum + of_step(step), k + 1.0 + near.len() as f64));
            let variance = spread * (n * k - k * k) / (n - 1.0);
            (!near.is_empty() && variance > 1e-12 * mean * mean && variance.is_finite())
                .then(|| (sum - k * mean) / variance.sqrt())
        };
        (0..self.counts.len()).map(around).collect()
    }
}

/// The class of a series of bins; what is neither hot nor cold now, nor was so in 90 % of the steps, is of none.
fn pattern(bins: &[i8], trend: Option<Trend>) -> Option<Pattern> {
    let of = |side, sign| of_kind(bins, sign, trend).map(|kind| Pattern { kind, side });
    of(Side::Hot, 1).or_else(|| of(Side::Cold, -1))
}

/// The class of those bins that have this sign.
fn of_kind(bins: &[i8], sign: i8, trend: Option<Trend>) -> Option<Kind> {
    let is_so = |bin: &i8| bin.signum() == sign;
    let so = bins.iter().filter(|bin| is_so(bin)).count();
    let last_run = bins.iter().rev().take_while(|bin| is_so(bin)).count();
    // In whole numbers: nine of ten steps are 90 %.
    let is_mostly = so > 0 && 10 * so >= 9 * bins.len();
    if last_run == 0 {
        return is_mostly.then_some(Kind::Historical);
    }
    if so == 1 {
        return Some(Kind::New);
    }
    if is_mostly {
        let trend = trend.filter(|trend| trend.p < SURE).map_or(0.0, |trend| trend.z * f64::from(sign));
        return Some(match trend {
            rising if rising > 0.0 => Kind::Intensifying,
            falling if falling < 0.0 => Kind::Diminishing,
            _ => Kind::Persistent,
        });
    }
    let was_other = bins.iter().any(|bin| bin.signum() == -sign);
    Some(match (last_run == so, was_other) {
        (true, _) => Kind::Consecutive,
        (false, true) => Kind::Oscillating,
        (false, false) => Kind::Sporadic,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(bins: &[i8], z: f64) -> String {
        let pattern = pattern(bins, Some(Trend { s: 0, z, p: p_of(z), slope: 0.0 }));
        pattern.map_or_else(|| "none".to_owned(), |pattern| pattern.to_string())
    }

    #[test]
    fn each_class_is_what_its_definition_says() {
        let all = |bin| [bin; 10];
        let with = |at: &[usize], bin: i8, rest: i8| -> Vec<i8> {
            (0..10).map(|i| if at.contains(&i) { bin } else { rest }).collect()
        };
        for (bins, z, expected) in [
            (with(&[9], 2, 0), 0.0, "new_hot"),
            (with(&[8, 9], 1, 0), 0.0, "consecutive_hot"),
            (all(3).to_vec(), 2.5, "intensifying_hot"),
            (all(3).to_vec(), 1.0, "persistent_hot"),
            (all(3).to_vec(), -2.5, "diminishing_hot"),
            (with(&[3], 0, 1), 0.0, "persistent_hot"),
            (with(&[2, 5, 9], 1, 0), 0.0, "sporadic_hot"),
            ([&with(&[2], -1, 0)[..9], &[1]].concat(), 0.0, "new_hot"),
            (vec![0, -1, 1, 0, 0, 0, 0, 0, 0, 1], 0.0, "oscillating_hot"),
            (with(&[9], 0, 1), 0.0, "historical_hot"),
            (with(&[9], -2, 0), 0.0, "new_cold"),
            (all(-3).to_vec(), -2.5, "intensifying_cold"),
            (all(-3).to_vec(), 2.5, "diminishing_cold"),
            (with(&[4], 1, 0), 0.0, "none"),
            (vec![0; 10], 3.0, "none"),
            (with(&[1, 4], 0, 1), 0.0, "sporadic_hot"),
        ] {
            assert_eq!(named(&bins, z), expected, "{bins:?} {z}");
        }
    }

    #[test]
    fn what_flares_up_in_the_last_step_is_new() {
        let side = 6_i32;
        let near = |i: i32| {
            let at = |dx: i32, dy: i32| {
                let (x, y) = (i % side + dx, i / side + dy);
                let inside = 0..side;
                (inside.contains(&x) && inside.contains(&y)).then(|| (y * side + x) as u32)
            };
            (-1..=1).flat_map(|dx| (-1..=1).filter_map(move |dy| at(dx, dy))).collect::<Vec<u32>>()
        };
        let weights = Weights::of((0..side * side).map(near).collect());
        let steps = 10;
        let counts = |step: i32, area: i32| {
            let is_corner = area % side < 3 && area / side < 3;
            if step == steps - 1 && is_corner { 40.0 } else { f64::from((area * 7 + step * 5) % 4) }
        };
        let counts = (0..steps).flat_map(|step| (0..side * side).map(move |area| counts(step, area))).collect();
        let cube = Cube::new((side * side) as usize, counts).expect("whole steps");
        let emerging = cube.emerging(&weights);
        let new = Pattern { kind: Kind::New, side: Side::Hot };
        assert_eq!((emerging[0].pattern, emerging[0].hot_steps), (Some(new), 1));
        assert_eq!(emerging[35].pattern, None);
        assert_eq!(emerging[0].bins.len(), 10);
        assert!(Cube::new(5, vec![0.0; 11]).is_none() && Cube::new(0, Vec::new()).is_none());
    }
}
