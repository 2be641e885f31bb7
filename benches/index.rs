//! From a position to its grid: building the index and asking it, one by one, in batches and with two threads, for a
//! street, a city and a province.
//!
//! The baseline is what one would write first: rstar over the envelopes, geo's `Contains` behind it; for a street also
//! `Contains` on polygon after polygon.
#![expect(clippy::expect_used, reason = "a bench stops where it errs")]

#[path = "../tests/it/lattice.rs"]
mod lattice;
mod measure;

use std::hint::black_box;

use geo::{BoundingRect, Contains, Point};
use gridwatch::domain::{
    geo::{Area, Position},
    grid::Coverage,
};
use measure::{Contestant, compare, cpu_s, median, tell};
use nix::sys::resource::UsageWho;
use rstar::{
    RTree,
    primitives::{GeomWithData, Rectangle},
};

type Envelopes = RTree<GeomWithData<Rectangle<[f64; 2]>, usize>>;

fn main() {
    for grids in [28, 1_500, 30_000] {
        let town = lattice::Plan::town(grids);
        let (areas, points) = (town.areas(), lattice::points(town.heart(), 200_000, 1));
        build(&areas);
        lookup(&areas, &points);
    }
}

/// Ours does more here: its borders are sorted for the questions to come, the baseline's polygons stay as they are.
fn build(areas: &[Area]) {
    let name = format!("index.build.{}", areas.len());
    let ours = || {
        let coverage = lattice::coverage(areas);
        coverage.index.raster_bytes().map_or(0, |(hot, _)| hot as u64) + coverage.hierarchy.leaves().len() as u64
    };
    let baseline = || envelopes(areas).size() as u64;
    let contestants = vec![Contestant::new("gridwatch", 1, ours), Contestant::new("rstar_geo", 1, baseline)];
    compare(&name, ("ms", 1e3), contestants);
    let bytes = lattice::coverage(areas).index.raster_bytes().expect("a raster");
    for (kind, bytes) in [("hot", bytes.0), ("cold", bytes.1)] {
        tell(&format!("index.bytes.{}.{kind}", areas.len()), bytes as f64 / 1e6, "MB");
    }
}

fn lookup(areas: &[Area], points: &[Position]) {
    let coverage = lattice::coverage(areas);
    let tree = envelopes(areas);
    let by_tree = |point: &Position| {
        let mut around = tree.locate_all_at_point([point.lon(), point.lat()]);
        around.find(|entry| areas[entry.data].contains(&Point(point.coord()))).map(|entry| entry.data)
    };
    let by_scan = |point: &Position| areas.iter().position(|area| area.contains(&Point(point.coord())));
    let mut nodes = vec![None; points.len()];
    coverage.index.locate_batch(points, &mut nodes);
    for (point, node) in points.iter().zip(&nodes) {
        assert_eq!(coverage.index.locate(*point), *node, "batch and single disagree");
        let code = coverage.index.locate(*point).map(|node| coverage.hierarchy.grid(node).code.as_str());
        assert_eq!(code.map(str::to_owned), by_tree(point).map(lattice::code), "the contestants disagree");
    }

    let in_batches = || {
        coverage.index.locate_batch(points, &mut nodes);
        nodes.iter().flatten().count() as u64
    };
    let one_by_one = || points.iter().filter(|point| coverage.index.locate(**point).is_some()).count() as u64;
    let by_borders =
        || points.iter().filter(|point| coverage.index.locate_by_borders(**point).is_some()).count() as u64;
    let rstar_geo = || points.iter().filter(|point| by_tree(point).is_some()).count() as u64;
    let linear_scan = || points.iter().filter(|point| by_scan(point).is_some()).count() as u64;
    let n = points.len();
    let mut contestants = vec![
        Contestant::new("gridwatch", n, in_batches),
        Contestant::new("one_by_one", n, one_by_one),
        Contestant::new("borders", n, by_borders),
        Contestant::new("rstar_geo", n, rstar_geo),
    ];
    if areas.len() < 100 {
        contestants.push(Contestant::new("linear_scan", n, linear_scan));
    }
    compare(&format!("index.lookup.{}", areas.len()), ("ns", 1e9), contestants);
    two_threads(&coverage, points);
}

/// How many times as many positions two threads place as one in the same CPU time each: less than twice by what they
/// take from each other, of memory and of caches. By CPU time, for the wall clock asks whether a second core was free.
fn two_threads(coverage: &Coverage, points: &[Position]) {
    let place_all = || {
        let mut nodes = vec![None; points.len()];
        for _ in 0..20 {
            coverage.index.locate_batch(points, &mut nodes);
        }
        black_box(nodes);
    };
    let cpu_of = |threads: usize| {
        let before_s = cpu_s(UsageWho::RUSAGE_SELF);
        std::thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(place_all))));
        cpu_s(UsageWho::RUSAGE_SELF) - before_s
    };
    let times = (0..15).map(|_| 4.0 * cpu_of(1) / cpu_of(2)).collect();
    tell(&format!("index.threads.{}.two_over_one", coverage.hierarchy.leaves().len()), median(times), "x");
}

fn envelopes(areas: &[Area]) -> Envelopes {
    let entry = |(i, area): (usize, &Area)| {
        let around = area.bounding_rect().expect("an area with corners");
        GeomWithData::new(Rectangle::from_corners(around.min().into(), around.max().into()), i)
    };
    RTree::bulk_load(areas.iter().enumerate().map(entry).collect())
}
