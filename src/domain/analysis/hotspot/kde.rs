//! Kernel density (KDE): each incident spread by a kernel, corrected for what falls off the ground.

use rstar::{RTree, primitives::GeomWithData};
use serde::Serialize;

use super::Board;
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

/// How what a kernel loses beyond the edge of the ground is made good. e(x) is how much of a kernel at x lies on the ground.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, strum::Display, strum::EnumString, strum::VariantNames,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Edge {
    /// λ(u) / e(u): unbiased where incidents are spread evenly.
    #[default]
    Uniform,
    /// Σ K(u − xᵢ) / e(xᵢ), after Diggle (1985): each incident counts for one, all of it on the ground.
    Diggle,
    /// As it is: too low along the edge.
    None,
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
    pub edge: Edge,
}

type Weighted = GeomWithData<[f64; 2], f64>;

impl Kde<'_> {
    /// Incidents per m² in the middle of each cell, summed one by one.
    #[must_use]
    pub fn exact(&self) -> Vec<f64> {
        let tree = |all: &mut dyn Iterator<Item = ([f64; 2], f64)>| {
            RTree::bulk_load(all.map(|(at, weight)| Weighted::new(at, weight)).collect())
        };
        let reach = self.kernel.reach_of(self.bandwidth_m);
        let sum = |tree: &RTree<Weighted>, at: [f64; 2]| -> f64 {
            let near = tree.locate_within_distance(at, reach * reach);
            let height = |[x, y]: [f64; 2]| self.kernel.height((x - at[0]).hypot(y - at[1]), self.bandwidth_m);
            near.map(|near| near.data * height(*near.geom())).sum()
        };
        let ground = tree(&mut self.ground());
        let points = tree(&mut self.corrected(|at| sum(&ground, at)));
        self.told(|at| sum(&points, at), |at| sum(&ground, at))
    }

    /// The same by way of a board of bins, within a hundredth of the highest; `None` where that takes too much memory.
    #[must_use]
    pub fn binned(&self) -> Option<Vec<f64>> {
        let all = self.cells_m.iter().chain(self.points_m).copied();
        let board = Board::over(all, self.kernel.radius_of(self.bandwidth_m))?;
        let spread = |all: &mut dyn Iterator<Item = ([f64; 2], f64)>| board.spread(all, self.kernel, self.bandwidth_m);
        let ground = if self.edge == Edge::None { Vec::new() } else { spread(&mut self.ground()) };
        let points = spread(&mut self.corrected(|at| board.read(&ground, at)));
        Some(self.told(|at| board.read(&points, at), |at| board.read(&ground, at)))
    }

    fn ground(&self) -> impl Iterator<Item = ([f64; 2], f64)> {
        self.cells_m.iter().map(|at| (*at, self.cell_m2))
    }

    /// The incidents with what each stands for.
    fn corrected(&self, on_ground: impl Fn([f64; 2]) -> f64) -> impl Iterator<Item = ([f64; 2], f64)> {
        let weight = move |at| if self.edge == Edge::Diggle { 1.0 / share(on_ground(at)) } else { 1.0 };
        self.points_m.iter().map(move |at| (*at, weight(*at)))
    }

    fn told(&self, density: impl Fn([f64; 2]) -> f64, on_ground: impl Fn([f64; 2]) -> f64) -> Vec<f64> {
        let of = |at: &[f64; 2]| match self.edge {
            Edge::Uniform => density(*at) / share(on_ground(*at)),
            Edge::Diggle | Edge::None => density(*at),
        };
        self.cells_m.iter().map(of).collect()
    }
}

/// A kernel of which less lies on the ground tells nothing; more than all of it is what summing over cells adds.
fn share(on_ground: f64) -> f64 {
    on_ground.clamp(0.05, 1.0)
}

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
            let kde =
                Kde { points_m: &POINTS, cells_m: &cells, cell_m2: 25.0, kernel, bandwidth_m: 50.0, edge: Edge::None };
            let density = kde.exact();
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
        let at = half.iter().position(|at| *at == [0.0, 0.0]).expect("there");
        let kde = |edge| Kde {
            points_m: &[[2.5, 0.0]],
            cells_m: &half,
            cell_m2: 25.0,
            kernel: Kernel::Quartic,
            bandwidth_m: 100.0,
            edge,
        };
        let plain = kde(Edge::None).exact();
        assert!((plain[at] / Kernel::Quartic.height(2.5, 100.0) - 1.0).abs() < 1e-12);
        let uniform = kde(Edge::Uniform).exact()[at];
        assert!((uniform / plain[at] - 2.0).abs() < 0.15, "half of it lies off the ground: {}", uniform / plain[at]);
        let whole: f64 = kde(Edge::Diggle).exact().iter().map(|per_m2| per_m2 * 25.0).sum();
        assert!((whole - 1.0).abs() < 1e-9, "each incident is one: {whole}");
    }

    #[test]
    fn by_bins_it_is_the_same_to_a_hundredth() {
        let cells = board(20.0);
        for (kernel, edge) in [
            (Kernel::Gaussian, Edge::Uniform),
            (Kernel::Quartic, Edge::Diggle),
            (Kernel::Epanechnikov, Edge::Uniform),
            (Kernel::Triweight, Edge::None),
        ] {
            let kde = Kde { points_m: &POINTS, cells_m: &cells, cell_m2: 400.0, kernel, bandwidth_m: 90.0, edge };
            let (exact, binned) = (kde.exact(), kde.binned().expect("small"));
            let most = exact.iter().copied().fold(0.0, f64::max);
            let off = exact.iter().zip(&binned).map(|(a, b)| (a - b).abs() / most).fold(0.0, f64::max);
            assert!(off < 0.01, "{kernel} {edge}: {off}");
        }
    }
}
