//! Kernel density (KDE), exactly: each incident spread by a kernel, corrected for what falls off the ground.

use rstar::{RTree, primitives::GeomWithData};

use crate::domain::analysis::heat::Shape as Kernel;

/// How wide the kernel is by ArcGIS's rule: 0.9 · min(SD, √(1 / ln 2) · median distance) · n^−0.2, of the distances from the
/// mean centre. Metres; `None` where all are on one spot.
#[must_use]
pub fn bandwidth_m(points_m: &[[f64; 2]]) -> Option<f64> {
    let n = points_m.len() as f64;
    let [x, y] = [0, 1].map(|axis| points_m.iter().map(|at| at[axis]).sum::<f64>() / n);
    let mut away: Vec<f64> = points_m.iter().map(|at| (at[0] - x).hypot(at[1] - y)).collect();
    away.sort_by(f64::total_cmp);
    let deviation = (away.iter().map(|m| m * m).sum::<f64>() / n).sqrt();
    let middle = away.len() / 2;
    let median = match away.len() {
        0 => return None,
        even if even.is_multiple_of(2) => f64::midpoint(away[middle - 1], away[middle]),
        _ => away[middle],
    };
    let least = if median > 0.0 { deviation.min((1.0 / std::f64::consts::LN_2).sqrt() * median) } else { deviation };
    Some(0.9 * least * n.powf(-0.2)).filter(|width| *width > 0.0)
}

/// What is counted, and on what ground.
pub struct Kde<'a> {
    pub points_m: &'a [[f64; 2]],
    /// Middles of cells of one size that make up the ground; the density is told there.
    pub cells_m: &'a [[f64; 2]],
    pub cell_m2: f64,
    pub kernel: Kernel,
    /// Of a Gaussian its standard deviation, of the others their radius.
    pub bandwidth_m: f64,
}

impl Kde<'_> {
    /// Incidents per m² in the middle of each cell. Where much of a kernel would lie off the ground, what is on it is raised
    /// by as much: uniform correction, λ / e(u), with e summed over the cells.
    #[must_use]
    pub fn density(&self) -> Vec<f64> {
        let points = RTree::bulk_load(self.points_m.iter().map(|at| GeomWithData::new(*at, ())).collect());
        let cells = RTree::bulk_load(self.cells_m.iter().map(|at| GeomWithData::new(*at, ())).collect());
        let reach = self.kernel.reach_of(self.bandwidth_m);
        let sum = |tree: &RTree<GeomWithData<[f64; 2], ()>>, at: [f64; 2]| -> f64 {
            tree.locate_within_distance(at, reach * reach)
                .map(|near| {
                    let [x, y] = *near.geom();
                    self.kernel.height((x - at[0]).hypot(y - at[1]), self.bandwidth_m)
                })
                .sum()
        };
        let of = |at: &[f64; 2]| {
            let on_ground = (sum(&cells, *at) * self.cell_m2).min(1.0);
            sum(&points, *at) / on_ground.max(LEAST_ON_GROUND)
        };
        self.cells_m.iter().map(of).collect()
    }
}

/// A kernel of which less lies on the ground tells nothing.
const LEAST_ON_GROUND: f64 = 0.05;

#[cfg(test)]
mod tests {
    use super::*;

    const POINTS: [[f64; 2]; 5] = [[0.0, 0.0], [30.0, 40.0], [100.0, 0.0], [-60.0, 80.0], [10.0, -20.0]];

    /// A board of cells so wide that all kernels lie on it.
    fn board(width_m: f64) -> Vec<[f64; 2]> {
        let steps = (600.0 / width_m) as i32;
        let at = |i: i32| f64::from(i) * width_m;
        (-steps..=steps).flat_map(|x| (-steps..=steps).map(move |y| [at(x), at(y)])).collect()
    }

    /// By numpy: 0.9 * min(SD, sqrt(1 / ln 2) * median) * 5 ** -0.2
    #[test]
    fn the_bandwidth_is_that_of_the_rule() {
        let [x, y] = [16.0, 20.0];
        let mut away: Vec<f64> = POINTS.iter().map(|at| (at[0] - x).hypot(at[1] - y)).collect();
        away.sort_by(f64::total_cmp);
        let deviation = (away.iter().map(|m| m * m).sum::<f64>() / 5.0).sqrt();
        let by_hand = 0.9 * deviation.min(1.201_122_408_786_45 * away[2]) * 0.724_779_663_677_696;
        assert!((bandwidth_m(&POINTS).expect("apart") - by_hand).abs() < 1e-9);
        assert_eq!(bandwidth_m(&[[1.0, 2.0]; 3]), None);
        assert_eq!(bandwidth_m(&[]), None);
    }

    #[test]
    fn far_from_the_edge_it_is_the_sum_of_the_kernels_and_holds_every_incident() {
        for kernel in [Kernel::Gaussian, Kernel::Quartic, Kernel::Epanechnikov, Kernel::Triweight] {
            let cells = board(5.0);
            let kde = Kde { points_m: &POINTS, cells_m: &cells, cell_m2: 25.0, kernel, bandwidth_m: 50.0 };
            let density = kde.density();
            let whole: f64 = density.iter().map(|per_m2| per_m2 * 25.0).sum();
            assert!((whole - 5.0).abs() < 0.01, "{kernel}: {whole}");
            let middle = cells.iter().position(|at| *at == [0.0, 0.0]).expect("there");
            let by_hand: f64 = POINTS.iter().map(|at| kernel.height(at[0].hypot(at[1]), 50.0)).sum();
            assert!((density[middle] / by_hand - 1.0).abs() < 0.01, "{kernel}");
        }
    }

    #[test]
    fn at_the_edge_of_the_ground_nothing_is_lost() {
        let half: Vec<[f64; 2]> = board(5.0).into_iter().filter(|at| at[0] >= 0.0).collect();
        let points = [[2.5, 0.0]];
        let kde = Kde { points_m: &points, cells_m: &half, cell_m2: 25.0, kernel: Kernel::Quartic, bandwidth_m: 100.0 };
        let at = half.iter().position(|at| *at == [0.0, 0.0]).expect("there");
        let corrected = kde.density()[at];
        let plain = Kernel::Quartic.height(2.5, 100.0);
        assert!((corrected / plain - 2.0).abs() < 0.15, "half of it lies off the ground: {}", corrected / plain);
    }
}
