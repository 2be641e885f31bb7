//! From z and p to what may be said of it.

/// The probability that a standard normal value is as far from zero as z, on either side.
#[must_use]
pub fn p_of(z: f64) -> f64 {
    libm::erfc(z.abs() / std::f64::consts::SQRT_2)
}

/// Levels of significance: 90, 95, 99 % confidence.
const LEVELS: [f64; 3] = [0.10, 0.05, 0.01];

/// ±1, ±2, ±3 where p is at most 0.10, 0.05, 0.01, with the sign of z; 0 where nothing can be said.
#[must_use]
pub fn bin(z: f64, p: f64) -> i8 {
    signed(LEVELS.iter().filter(|level| p <= **level).count() as i8, z)
}

/// The same with the false discovery rate held at each level (Benjamini–Hochberg): among n areas one in ten is below
/// 0.10 by chance alone.
#[must_use]
pub fn bins_fdr(of: &[Option<(f64, f64)>]) -> Vec<i8> {
    let mut sorted: Vec<f64> = of.iter().flatten().map(|(_, p)| *p).collect();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len() as f64;
    let highest = LEVELS.map(|level| {
        let fits = sorted.iter().enumerate().rev().find(|(rank, p)| **p <= level * (*rank as f64 + 1.0) / n);
        fits.map(|(_, p)| *p)
    });
    let bin = |(z, p): (f64, f64)| {
        signed(highest.iter().filter(|highest| highest.is_some_and(|highest| p <= highest)).count() as i8, z)
    };
    of.iter().map(|one| one.map_or(0, bin)).collect()
}

fn signed(bin: i8, z: f64) -> i8 {
    if z < 0.0 { -bin } else { bin }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p_is_two_sided() {
        // R: 2 * pnorm(-c(0, 1.959963984540054, 5))
        for (z, p) in [(0.0, 1.0), (1.959_963_984_540_054, 0.05), (-5.0, 5.733_031_437_583_892e-7)] {
            assert!((p_of(z) - p).abs() < 1e-15 + p * 1e-12, "{z}: {}", p_of(z));
        }
    }

    #[test]
    fn the_false_discovery_rate_takes_fewer_than_each_for_itself() {
        let ps = [0.001, 0.02, 0.03, 0.04, 0.5];
        let each: Vec<i8> = ps.iter().map(|p| bin(1.0, *p)).collect();
        assert_eq!(each, [3, 2, 2, 2, 0]);
        // R: p.adjust(ps, "BH") = 0.005 0.05 0.05 0.05 0.5
        let together = bins_fdr(&[&ps[..]].concat().iter().map(|p| Some((-1.0, *p))).collect::<Vec<_>>());
        assert_eq!(together, [-3, -2, -2, -2, 0]);
        assert_eq!(bins_fdr(&[Some((2.0, 0.04)), None, Some((2.0, 0.9))]), [1, 0, 0]);
    }
}
