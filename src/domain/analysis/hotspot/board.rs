//! Sums of kernels by way of a board of bins: within a hundredth of the exact ones, whatever the number of points.

use crate::domain::analysis::heat::Shape as Kernel;

/// Square bins over some ground, row by row; each stands for its middle.
#[derive(Debug, Clone, Copy)]
pub struct Board {
    /// Middle of the first bin.
    pub first_m: [f64; 2],
    pub bin_m: f64,
    pub width: usize,
    pub height: usize,
}

/// Of a board: 32 MB, and some seconds of work.
const MOST_BINS: f64 = 8e6;
/// Of a kernel: the sums are then within a hundredth of the highest.
const BINS_A_RADIUS: f64 = 25.0;

impl Board {
    /// A board that holds all points, fine enough for a kernel, with a margin; `None` where that takes too much memory.
    #[must_use]
    pub fn over(points_m: impl Iterator<Item = [f64; 2]>, radius_m: f64) -> Option<Self> {
        let bin_m = radius_m / BINS_A_RADIUS;
        let none = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
        let (low, high) = points_m.fold(none, |(low, high), at| {
            ([0, 1].map(|axis| at[axis].min(low[axis])), [0, 1].map(|axis| at[axis].max(high[axis])))
        });
        let bins = [0, 1].map(|axis| ((high[axis] - low[axis]) / bin_m).ceil() + 2.0);
        let fits = bins[0] >= 2.0 && bins[1] >= 2.0 && bins[0] * bins[1] <= MOST_BINS;
        fits.then_some(Self { first_m: low, bin_m, width: bins[0] as usize, height: bins[1] as usize })
    }

    /// Per m² in each bin: what is given of weighted points, each spread by the kernel. Points beyond the board are left out.
    #[must_use]
    pub fn spread(
        &self,
        weighted_m: impl Iterator<Item = ([f64; 2], f64)>,
        kernel: Kernel,
        bandwidth_m: f64,
    ) -> Vec<f32> {
        let mut bins = vec![0.0; self.width * self.height];
        let per_m2 = 1.0 / (self.bin_m * self.bin_m);
        for (at, weight) in weighted_m {
            // Shared among the four bins around it by nearness, which keeps its middle where it is.
            if let Some((first, [east, south])) = self.corner(at) {
                let weight = weight * per_m2;
                bins[first] += (weight * (1.0 - east) * (1.0 - south)) as f32;
                bins[first + 1] += (weight * east * (1.0 - south)) as f32;
                bins[first + self.width] += (weight * (1.0 - east) * south) as f32;
                bins[first + self.width + 1] += (weight * east * south) as f32;
            }
        }
        let radius = kernel.radius_of(bandwidth_m) / self.bin_m;
        kernel.spread(&mut bins, self.width, |_| radius);
        bins
    }

    /// A value between those of the four bins around a point; 0 beyond the board.
    #[must_use]
    pub fn read(&self, bins: &[f32], at: [f64; 2]) -> f64 {
        let Some((first, [east, south])) = self.corner(at) else { return 0.0 };
        let bin = |dx: usize, dy: usize| f64::from(bins[first + dx + dy * self.width]);
        let north = bin(0, 0) * (1.0 - east) + bin(1, 0) * east;
        north * (1.0 - south) + (bin(0, 1) * (1.0 - east) + bin(1, 1) * east) * south
    }

    /// The first of the four bins around a point, and how far behind its middle the point lies, in bins.
    fn corner(&self, at: [f64; 2]) -> Option<(usize, [f64; 2])> {
        let [x, y] = [0, 1].map(|axis| (at[axis] - self.first_m[axis]) / self.bin_m);
        let is_on = x >= 0.0 && y >= 0.0 && x < (self.width - 1) as f64 && y < (self.height - 1) as f64;
        is_on.then(|| (y as usize * self.width + x as usize, [x.fract(), y.fract()]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_between_bins_stays_where_it_is() {
        let board = Board { first_m: [0.0, 0.0], bin_m: 10.0, width: 40, height: 40 };
        let bins = board.spread(std::iter::once(([203.0, 177.0], 2.0)), Kernel::Quartic, 150.0);
        let sum = |weight: &dyn Fn(f64, f64) -> f64| -> f64 {
            let at = |i: usize| ((i % 40) as f64 * 10.0, (i / 40) as f64 * 10.0);
            bins.iter().enumerate().map(|(i, value)| f64::from(*value) * 100.0 * weight(at(i).0, at(i).1)).sum()
        };
        assert!((sum(&|_, _| 1.0) - 2.0).abs() < 1e-4);
        assert!((sum(&|x, _| x) / 2.0 - 203.0).abs() < 0.01 && (sum(&|_, y| y) / 2.0 - 177.0).abs() < 0.01);
        assert!((board.read(&bins, [203.0, 177.0]) / (2.0 * Kernel::Quartic.height(0.0, 150.0)) - 1.0).abs() < 0.02);
        assert_eq!(board.read(&bins, [-1.0, 0.0]).to_bits(), 0.0_f64.to_bits());
    }

    #[test]
    fn a_board_that_no_memory_holds_is_none() {
        assert!(Board::over([[0.0; 2], [1e5, 1e5]].into_iter(), 10.0).is_none());
        assert!(Board::over(std::iter::empty(), 10.0).is_none());
        let one = Board::over([[5.0, 5.0]].into_iter(), 10.0).expect("small");
        assert_eq!((one.width, one.height, one.corner([5.0, 5.0]).is_some()), (2, 2, true));
    }
}
