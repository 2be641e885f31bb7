//! Mann–Kendall (Mann 1945, Kendall 1975): whether values in the order of time go up, or down, whatever their distribution.

use serde::Serialize;

use super::p_of;

/// What Mann–Kendall says of a series.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Trend {
    /// Pairs of which the later is higher, less those of which it is lower.
    pub s: i64,
    /// Of s, with the variance corrected for ties, and by one for continuity.
    pub z: f64,
    pub p: f64,
    /// Median rise from one value to the next (Sen 1968).
    pub slope: f64,
}

/// The trend of a series; `None` of fewer than four values, of which nothing is ever sure, or where all are the same.
#[must_use]
pub fn mann_kendall(values: &[f64]) -> Option<Trend> {
    let n = values.len();
    if n < 4 || values.iter().any(|value| !value.is_finite()) {
        return None;
    }
    let pairs = || (0..n).flat_map(|early| (early + 1..n).map(move |late| (early, late)));
    let s: i64 = pairs().map(|(early, late)| sign(values[late] - values[early])).sum();
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let spread = |n: f64| n * (n - 1.0) * (2.0 * n + 5.0);
    // Zero and minus zero are one value.
    let ties: f64 = sorted.chunk_by(|a, b| a == b).map(|tied| spread(tied.len() as f64)).sum();
    let variance = (spread(n as f64) - ties) / 18.0;
    if variance <= 0.0 {
        return None;
    }
    let z = (s - s.signum()) as f64 / variance.sqrt();
    let mut rises: Vec<f64> =
        pairs().map(|(early, late)| (values[late] - values[early]) / (late - early) as f64).collect();
    rises.sort_by(f64::total_cmp);
    let middle = rises.len() / 2;
    let slope = if rises.len() % 2 == 1 { rises[middle] } else { f64::midpoint(rises[middle - 1], rises[middle]) };
    Some(Trend { s, z, p: p_of(z), slope })
}

fn sign(difference: f64) -> i64 {
    i64::from(difference > 0.0) - i64::from(difference < 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_with_ties_is_judged_as_by_pymannkendall() {
        // pymannkendall 1.4, original_test([1, 2, 2, 3, 5, 4, 4, 6, 7, 7]): by hand as well: s = 38, three pairs tied.
        let trend = mann_kendall(&[1.0, 2.0, 2.0, 3.0, 5.0, 4.0, 4.0, 6.0, 7.0, 7.0]).expect("ten values");
        assert_eq!(trend.s, 38);
        let variance = (10.0 * 9.0 * 25.0 - 3.0 * (2.0 * 1.0 * 9.0)) / 18.0_f64;
        assert!((trend.z - 37.0 / variance.sqrt()).abs() < 1e-12);
        assert!((trend.slope - 2.0 / 3.0).abs() < 1e-12, "{trend:?}");
    }

    #[test]
    fn what_goes_down_has_the_opposite_sign_and_what_stays_has_no_trend() {
        let up: Vec<f64> = (0..12).map(|i| f64::from(i * i % 7 + i)).collect();
        let down: Vec<f64> = up.iter().rev().copied().collect();
        let (up, down) = (mann_kendall(&up).expect("twelve"), mann_kendall(&down).expect("twelve"));
        assert_eq!((up.s, up.z, up.p, up.slope), (-down.s, -down.z, down.p, -down.slope));
        assert_eq!(mann_kendall(&[2.0; 9]), None);
        assert_eq!(mann_kendall(&[1.0, 2.0, 3.0]), None);
        assert_eq!(mann_kendall(&[1.0, f64::NAN, 3.0, 4.0]), None);
    }
}
