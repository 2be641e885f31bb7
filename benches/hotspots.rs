//! Statistics of hotspots: neighbours and Gi* of 30,000 polygons, density and DBSCAN of a million incidents.
//!
//! The baselines are what is written first: neighbours by comparing each polygon's corners with those of all that share one
//! of them through a hash map, permutations that draw anew for each area, clusters by looking at the nine cells around each
//! incident again and again, a kernel over a board cell by cell.
#![expect(clippy::expect_used, reason = "a bench stops where it errs")]

mod measure;

use std::collections::{HashMap, HashSet};

use geo::CoordsIter;
use gridwatch::domain::{
    analysis::{
        heat::Shape as Kernel,
        hotspot::{Board, Density, Neighbors, Own, Permutations, Study, Weights, dbscan, gi, tails},
    },
    geo::{Area, Position},
};
use measure::{Contestant, compare};
use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};

/// 30,102 squares.
const COLUMNS: usize = 173;
const ROWS: usize = 174;
const INCIDENTS: usize = 1_000_000;
const BANDWIDTH_M: f64 = 100.0;
const PERMUTATIONS: Permutations = Permutations { count: 999, seed: 1 };
/// The baseline draws as seldom as this, and is told per permutation.
const FEW: u32 = 9;

fn main() {
    let mut dice = ChaCha8Rng::seed_from_u64(5);
    let areas = board();
    let values: Vec<f64> = (0..areas.len()).map(|_| f64::from(dice.next_u32() % 20)).collect();
    let study = Study { areas: &areas, values: &values, neighbors: Neighbors::Queen, permutations: PERMUTATIONS };
    compare(
        "hotspots.queen_weights.30k",
        ("ms", 1e3),
        vec![
            Contestant::new("gridwatch", 1, || links(&study.weights())),
            Contestant::new("corners_in_a_map", 1, || corners_in_a_map(&areas)),
        ],
    );
    let weights = study.weights();
    let of = |area: usize| weights.neighbors(area).iter().map(|near| *near as usize).chain([area]);
    let pairs: Vec<Vec<(usize, f64)>> =
        (0..areas.len()).map(|area| of(area).map(|near| (near, 1.0)).collect()).collect();
    compare(
        "hotspots.gi_star.30k",
        ("ms", 1e3),
        vec![
            Contestant::new("gridwatch", 1, || sum(gi(&values, &weights, Own::Included).into_iter().flatten())),
            Contestant::new("formula_of_pairs", 1, || sum(formula(&values, &pairs).into_iter())),
        ],
    );
    compare(
        "hotspots.permutation.30k",
        ("ms", 1e3),
        vec![
            Contestant::new("gridwatch", PERMUTATIONS.count as usize, || {
                let tails = tails(&values, &weights, PERMUTATIONS).expect("few enough draws");
                tails.iter().map(|tails| u64::from(tails.at_least)).sum()
            }),
            Contestant::new("drawn_anew", FEW as usize, || drawn_anew(&values, &weights)),
        ],
    );
    let positions = city(&mut dice);
    let points_m: Vec<[f64; 2]> = positions.iter().map(|at| on_plane(*at)).collect();
    // With a margin of two kilometres, as others need one.
    let board = Board { first_m: [-2_000.0; 2], bin_m: 24_000.0 / 1_023.0, width: 1_024, height: 1_024 };
    let quick = || board.spread(points_m.iter().map(|at| (*at, 1.0)), Kernel::Gaussian, BANDWIDTH_M);
    let plain = || density_in_columns(&board, &points_m);
    let (ours, theirs) = (quick(), plain());
    let most = theirs.iter().copied().fold(0.0, f64::max);
    assert!(ours.iter().zip(&theirs).all(|(a, b)| (f64::from(*a) - b).abs() < most / 100.0), "the same density");
    compare(
        "hotspots.kde.1m",
        ("ms", 1e3),
        vec![
            Contestant::new("gridwatch", 1, || sum(quick().into_iter().map(f64::from))),
            Contestant::new("rows_then_columns", 1, || sum(plain().into_iter())),
        ],
    );
    let density = Density { eps_m: 10.0, min_points: 12 };
    compare(
        "hotspots.dbscan.1m",
        ("ms", 1e3),
        vec![
            Contestant::new("gridwatch", 1, || {
                dbscan(&positions, density).core.iter().map(|core| u64::from(*core)).sum()
            }),
            Contestant::new("cells_in_a_map", 1, || cells_in_a_map(&positions, density)),
        ],
    );
}

fn on_plane(at: Position) -> [f64; 2] {
    [(at.lon() - 110.0) * 111_195.0 * 40.05_f64.to_radians().cos(), (at.lat() - 40.0) * 111_195.0]
}

/// Each point in its nearest bin, then the kernel along the rows and along the columns.
fn density_in_columns(board: &Board, points_m: &[[f64; 2]]) -> Vec<f64> {
    let (width, height) = (board.width, board.height);
    let mut bins = vec![0.0; width * height];
    for at in points_m {
        let [x, y] = [0, 1].map(|axis| ((at[axis] - board.first_m[axis]) / board.bin_m).round() as usize);
        bins[y * width + x] += 1.0 / (board.bin_m * board.bin_m);
    }
    let sigma = BANDWIDTH_M / board.bin_m;
    let reach = (4.0 * sigma).ceil() as usize;
    let bell: Vec<f64> = (0..=2 * reach).map(|i| (-0.5 * ((i as f64 - reach as f64) / sigma).powi(2)).exp()).collect();
    let whole: f64 = bell.iter().sum();
    let along = |bins: &[f64], step: usize, length: usize| -> Vec<f64> {
        let one = |i: usize| {
            let at = i / step % length;
            let near = at.saturating_sub(reach)..(at + reach + 1).min(length);
            near.map(|other| bins[i - at * step + other * step] * bell[other + reach - at] / whole).sum()
        };
        (0..bins.len()).map(one).collect()
    };
    along(&along(&bins, 1, width), width, height)
}

fn sum(values: impl Iterator<Item = f64>) -> u64 {
    values.sum::<f64>().to_bits()
}

fn links(weights: &Weights) -> u64 {
    (0..ROWS * COLUMNS).map(|area| weights.neighbors(area).len() as u64).sum()
}

fn board() -> Vec<Area> {
    let square = |i: usize| {
        let (x, y) = (110.0 + (i % COLUMNS) as f64 / 1_000.0, 40.0 + (i / COLUMNS) as f64 / 1_000.0);
        let at = |dx: u8, dy: u8| (x + f64::from(dx) / 1_000.0, y + f64::from(dy) / 1_000.0);
        let ring = vec![at(0, 0), at(1, 0), at(1, 1), at(0, 1), at(0, 0)];
        Area::new(vec![geo::Polygon::new(ring.into(), Vec::new())])
    };
    (0..COLUMNS * ROWS).map(square).collect()
}

/// Half anywhere in 20 km × 11 km, half around 64 busy places.
fn city(dice: &mut ChaCha8Rng) -> Vec<Position> {
    let mut unit = || f64::from(dice.next_u32()) / f64::from(u32::MAX);
    let busy: Vec<[f64; 2]> = (0..64).map(|_| [unit(), unit()]).collect();
    let one = |i: usize| {
        let [x, y] = match i % 2 {
            0 => [unit(), unit()],
            _ => [busy[i / 2 % 64][0] + (unit() - 0.5) * 0.02, busy[i / 2 % 64][1] + (unit() - 0.5) * 0.02],
        };
        Position::new(110.0 + x * 0.236, 40.0 + y * 0.1).expect("a position")
    };
    (0..INCIDENTS).map(one).collect()
}

fn corners_in_a_map(areas: &[Area]) -> u64 {
    let mut by_corner: HashMap<[i64; 2], Vec<usize>> = HashMap::new();
    let key = |at: geo::Coord<f64>| [at.x, at.y].map(|degrees| (degrees * 1e9).round() as i64);
    for (i, area) in areas.iter().enumerate() {
        area.coords_iter().for_each(|at| by_corner.entry(key(at)).or_default().push(i));
    }
    let neighbors = |(i, area): (usize, &Area)| {
        let touching: HashSet<usize> =
            area.coords_iter().flat_map(|at| by_corner[&key(at)].iter().copied()).filter(|j| *j != i).collect();
        touching.len() as u64
    };
    areas.iter().enumerate().map(neighbors).sum()
}

/// The formula with a weight for each pair, as for weights of any kind.
fn formula(values: &[f64], weights: &[Vec<(usize, f64)>]) -> Vec<f64> {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let deviation = (values.iter().map(|x| x * x).sum::<f64>() / n - mean * mean).sqrt();
    let z = |own: &Vec<(usize, f64)>| {
        let near: f64 = own.iter().map(|(other, weight)| weight * values[*other]).sum();
        let all: f64 = own.iter().map(|(_, weight)| weight).sum();
        let squares: f64 = own.iter().map(|(_, weight)| weight * weight).sum();
        (near - mean * all) / (deviation * ((n * squares - all * all) / (n - 1.0)).sqrt())
    };
    weights.iter().map(z).collect()
}

/// Other values for the neighbours of each area, drawn one by one.
fn drawn_anew(values: &[f64], weights: &Weights) -> u64 {
    let mut dice = ChaCha8Rng::seed_from_u64(1);
    let mut at_least = 0;
    for area in 0..values.len() {
        let own = weights.sum(area, values);
        for _ in 0..FEW {
            let mut drawn: Vec<usize> = Vec::new();
            while drawn.len() < weights.neighbors(area).len() {
                let other = dice.next_u32() as usize % values.len();
                if other != area && !drawn.contains(&other) {
                    drawn.push(other);
                }
            }
            at_least += u64::from(drawn.into_iter().map(|other| values[other]).sum::<f64>() >= own);
        }
    }
    at_least
}

/// On a plane, by a map of cells, with a stack.
fn cells_in_a_map(positions: &[Position], density: Density) -> u64 {
    let points: Vec<[f64; 2]> = positions.iter().map(|at| on_plane(*at)).collect();
    let cell = |at: [f64; 2]| at.map(|m| (m / density.eps_m).floor() as i64);
    let mut cells: HashMap<[i64; 2], Vec<usize>> = HashMap::new();
    points.iter().enumerate().for_each(|(i, at)| cells.entry(cell(*at)).or_default().push(i));
    let near = |i: usize| -> Vec<usize> {
        let [x, y] = cell(points[i]);
        let around = (-1..=1).flat_map(|dx| (-1..=1).map(move |dy| [x + dx, y + dy]));
        let is_near = |j: &usize| {
            let [a, b] = [points[i], points[*j]];
            (a[0] - b[0]).hypot(a[1] - b[1]) <= density.eps_m
        };
        around.filter_map(|key| cells.get(&key)).flatten().copied().filter(is_near).collect()
    };
    let mut cluster: Vec<Option<u32>> = vec![None; points.len()];
    let (mut clusters, mut core) = (0, 0);
    for i in 0..points.len() {
        if cluster[i].is_some() || near(i).len() < density.min_points {
            continue;
        }
        let mut stack = vec![i];
        cluster[i] = Some(clusters);
        while let Some(j) = stack.pop() {
            let around = near(j);
            if around.len() < density.min_points {
                continue;
            }
            core += 1;
            for k in around {
                if cluster[k].is_none() {
                    cluster[k] = Some(clusters);
                    stack.push(k);
                }
            }
        }
        clusters += 1;
    }
    core
}
