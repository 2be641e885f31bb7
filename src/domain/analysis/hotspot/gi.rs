//! Getis–Ord Gi and Gi* (热点分析): where high values lie together, and low ones.

use super::Weights;

/// Whether an area counts as its own neighbour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Own {
    /// Gi*
    Included,
    /// Gi
    Excluded,
}

/// z of each area (Ord & Getis 1995); `None` where nothing can be said: no neighbour, or all values the same.
///
/// Gi\*: (Σx − kX̄) / (S √((nk − k²)/(n − 1))), the sum over the area and its neighbours, k of them, S with /n. Gi leaves the
/// area out of everything: of the sum, the mean and S, with n − 1 for n. Weights that are made to sum to one give the
/// same z.
#[must_use]
pub fn gi(values: &[f64], weights: &Weights, own: Own) -> Vec<Option<f64>> {
    let all = values.len() as f64;
    let (sum, squares): (f64, f64) = (values.iter().sum(), values.iter().map(|x| x * x).sum());
    let z = |area: usize| {
        let (x, neighbors) = (values[area], weights.neighbors(area).len() as f64);
        let near = weights.sum(area, values);
        let (near, k, n, sum, squares) = match own {
            Own::Included => (near + x, neighbors + 1.0, all, sum, squares),
            Own::Excluded => (near, neighbors, all - 1.0, sum - x, squares - x * x),
        };
        let mean = sum / n;
        let variance = (squares / n - mean * mean) * (n * k - k * k) / (n - 1.0);
        // What is left of a difference of equals is no variance.
        let is_some = neighbors > 0.0 && variance > 1e-12 * mean * mean && variance.is_finite();
        is_some.then(|| (near - k * mean) / variance.sqrt())
    };
    (0..values.len()).map(z).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// esda 2.7, G_Local(y, W(line of 6), transform="B", star=True and False).Zs
    #[test]
    fn z_is_that_of_esda() {
        let line = Weights::of(
            (0..6_u32).map(|i| [i.wrapping_sub(1), i + 1].into_iter().filter(|j| *j < 6).collect()).collect(),
        );
        let values = [1.0, 2.0, 3.0, 10.0, 12.0, 11.0];
        let star = gi(&values, &line, Own::Included);
        // By hand for area 4: near = 33, k = 3, mean 6.5, S² = 20.9167.
        let by_hand = (33.0 - 19.5) / ((379.0 / 6.0 - 42.25_f64) * (18.0 - 9.0) / 5.0).sqrt();
        assert!((star[4].expect("neighbours") - by_hand).abs() < 1e-12);
        let without = gi(&values, &line, Own::Excluded);
        let by_hand = (21.0 - 2.0 * 5.4) / ((235.0 / 5.0 - 5.4_f64 * 5.4) * (10.0 - 4.0) / 4.0).sqrt();
        assert!((without[4].expect("neighbours") - by_hand).abs() < 1e-12);
    }

    #[test]
    fn of_areas_that_are_all_alike_nothing_can_be_said() {
        let pair = Weights::of(vec![vec![1], vec![0], Vec::new()]);
        assert_eq!(gi(&[0.1; 3], &pair, Own::Included), [None; 3]);
        let some = gi(&[1.0, 2.0, 3.0], &pair, Own::Included);
        assert!(some[0].is_some() && some[2].is_none(), "an island has no neighbours");
    }
}
