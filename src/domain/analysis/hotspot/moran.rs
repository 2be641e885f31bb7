//! Moran's I (莫兰指数): whether like lies beside like, over all and at each place.

use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};

use super::{
    Weights,
    permutation::{Permutations, Tails, below},
};

/// Moran's I of the whole, with weights that sum to one in each row.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Global {
    pub i: f64,
    /// −1 / (n − 1): where nothing is beside its like more than by chance.
    pub expected: f64,
    /// Under randomisation (Cliff & Ord 1981).
    pub z: f64,
    pub p: f64,
    /// By permutation of all values.
    pub p_sim: f64,
}

/// Whose value is high or low among what neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::Display, strum::EnumString, serde::Serialize)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Quadrant {
    HighHigh,
    LowHigh,
    LowLow,
    HighLow,
}

/// Local Moran of an area (Anselin 1995), the variance of the values taken with n − 1, as esda does; spdep takes n.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Local {
    pub i: f64,
    /// Under total randomisation.
    pub z: f64,
    pub quadrant: Quadrant,
}

/// `None` where all values are the same, or nobody has a neighbour.
#[must_use]
pub fn global(values: &[f64], weights: &Weights, permutations: Permutations) -> Option<Global> {
    let (n, deviations, squares) = deviations(values)?;
    let own: Vec<f64> = (0..values.len()).map(|area| weights.neighbors(area).len() as f64).collect();
    let s0 = own.iter().filter(|k| **k > 0.0).count() as f64;
    if s0 == 0.0 || n < 4.0 {
        return None;
    }
    let i_of = |deviations: &[f64]| {
        let lag = |area: usize| if own[area] > 0.0 { weights.sum(area, deviations) / own[area] } else { 0.0 };
        let products: f64 = deviations.iter().enumerate().map(|(area, z)| z * lag(area)).sum();
        n / s0 * products / squares
    };
    // Sums of w and of what comes back: half of (w_ij + w_ji)², and (w_i. + w_.i)².
    let (mut s1, mut columns) = (0.0, vec![0.0; values.len()]);
    for area in 0..values.len() {
        for other in weights.neighbors(area).iter().map(|other| *other as usize) {
            let there = 1.0 / own[area];
            let is_mutual = weights.neighbors(other).binary_search(&(area as u32)).is_ok();
            let back = if is_mutual { 1.0 / own[other] } else { 0.0 };
            // A pair that is mutual is met twice.
            s1 += if is_mutual { (there + back).powi(2) / 2.0 } else { there * there };
            columns[other] += there;
        }
    }
    let row = |area: usize| if own[area] > 0.0 { 1.0 } else { 0.0 };
    let s2: f64 = columns.iter().enumerate().map(|(area, column)| (row(area) + column).powi(2)).sum();
    let kurtosis = deviations.iter().map(|z| z.powi(4)).sum::<f64>() / n / (squares / n).powi(2);
    let expected = -1.0 / (n - 1.0);
    let a = n * ((n * n - 3.0 * n + 3.0) * s1 - n * s2 + 3.0 * s0 * s0);
    let b = kurtosis * ((n * n - n) * s1 - 2.0 * n * s2 + 6.0 * s0 * s0);
    let variance = (a - b) / ((n - 1.0) * (n - 2.0) * (n - 3.0) * s0 * s0) - expected * expected;
    let i = i_of(&deviations);
    let z = (i - expected) / variance.sqrt();

    let (mut dice, mut shuffled, mut tails) =
        (ChaCha8Rng::seed_from_u64(permutations.seed), deviations.clone(), Tails::default());
    for _ in 0..permutations.count {
        for k in (1..shuffled.len()).rev() {
            shuffled.swap(k, below(&mut dice, k as u64 + 1));
        }
        let by_chance = i_of(&shuffled);
        tails.at_least += u32::from(by_chance >= i - 1e-12);
        tails.at_most += u32::from(by_chance <= i + 1e-12);
    }
    Some(Global { i, expected, z, p: super::p_of(z), p_sim: tails.p(permutations.count) })
}

/// Of each area; `None` where it has no neighbour, or all values are the same.
#[must_use]
pub fn local(values: &[f64], weights: &Weights) -> Vec<Option<Local>> {
    let Some((n, deviations, squares)) = deviations(values) else { return vec![None; values.len()] };
    let m2 = squares / n;
    let b2 = deviations.iter().map(|z| z.powi(4)).sum::<f64>() / n / (m2 * m2);
    let of = |area: usize| {
        let k = weights.neighbors(area).len() as f64;
        if k == 0.0 {
            return None;
        }
        let (own, lag) = (deviations[area], weights.sum(area, &deviations) / k);
        // The row sums to one, its squares to 1 / k.
        let squared = 1.0 / k;
        let expected = -1.0 / (n - 1.0);
        let variance = squared * (n - b2) / (n - 1.0) + (1.0 - squared) * (2.0 * b2 - n) / ((n - 1.0) * (n - 2.0))
            - 1.0 / (n - 1.0).powi(2);
        let quadrant = match (own > 0.0, lag > 0.0) {
            (true, true) => Quadrant::HighHigh,
            (false, true) => Quadrant::LowHigh,
            (false, false) => Quadrant::LowLow,
            (true, false) => Quadrant::HighLow,
        };
        let i_n = own * lag / m2;
        Some(Local { i: i_n * (n - 1.0) / n, z: (i_n - expected) / variance.sqrt(), quadrant })
    };
    (0..values.len()).map(of).collect()
}

/// How many, from the mean, and the sum of their squares; `None` where there is no variation.
fn deviations(values: &[f64]) -> Option<(f64, Vec<f64>, f64)> {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let deviations: Vec<f64> = values.iter().map(|x| x - mean).collect();
    let squares: f64 = deviations.iter().map(|z| z * z).sum();
    (squares > 1e-12 * n * mean * mean && squares.is_finite()).then_some((n, deviations, squares))
}
