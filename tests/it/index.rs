//! Every position gets the grid that a plain scan over all edges gives it, on good borders and on bad ones.
//!
//! `GRIDWATCH_POINTS=n` and `PROPTEST_CASES=n` make the proofs longer.
#![expect(clippy::expect_used, reason = "helpers of tests fail as tests do")]

use std::{collections::HashMap, f64::consts::TAU, sync::Arc};

use geo::{
    Coord, CoordsIter, Distance, Euclidean, Line, LineString, MapCoords, MultiPolygon, Point, Polygon, Simplify,
};
use gridwatch::domain::{
    geo::{Area, ErrorEllipse, LocalPlane, Position},
    grid::{Coverage, Grid, Level, NodeId, topology},
};
use proptest::prelude::*;

use crate::lattice::{self, Plan, Random};

type Edge = [Coord<f64>; 2];

/// A street with more holes than most.
const STREET: Plan = Plan { grids: 28, islands: 6, seed: 7 };

/// The slow and plain way to the same answers.
struct Scan {
    grids: Vec<(Arc<Grid>, Vec<Edge>)>,
}

impl Scan {
    fn of(areas: &[Area]) -> Self {
        Self { grids: lattice::grids(areas).into_iter().zip(areas.iter().map(edges)).collect() }
    }

    /// Smallest area first, then the lower code.
    fn locate(&self, at: Position) -> Option<&str> {
        let claiming = self.grids.iter().filter(|(_, edges)| is_odd(edges, at)).map(|(grid, _)| grid);
        let order = |a: &&Arc<Grid>, b: &&Arc<Grid>| {
            a.area_m2().total_cmp(&b.area_m2()).then_with(|| a.code.as_str().cmp(b.code.as_str()))
        };
        claiming.min_by(order).map(|grid| grid.code.as_str())
    }

    /// Metres to the border of every grid.
    fn distances_m(&self, at: Position) -> Vec<(&str, f64)> {
        self.grids.iter().map(|(grid, edges)| (grid.code.as_str(), distance_m(edges, at))).collect()
    }
}

fn edges(area: &Area) -> Vec<Edge> {
    let rings = area.iter().flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()));
    rings.flat_map(LineString::lines).map(|line| [line.start, line.end]).collect()
}

/// The rule of `Border`: an edge counts if `lo.lat ≤ lat < hi.lat` and the position lies east of it or on it.
fn is_odd(edges: &[Edge], at: Position) -> bool {
    let counts = |[a, b]: &&Edge| {
        let (lo, hi) = if a.y <= b.y { (a, b) } else { (b, a) };
        let corner = |c: Coord<f64>| robust::Coord { x: c.x, y: c.y };
        lo.y <= at.lat() && at.lat() < hi.y && robust::orient2d(corner(*lo), corner(*hi), corner(at.coord())) <= 0.0
    };
    edges.iter().filter(counts).count() % 2 == 1
}

fn distance_m(edges: &[Edge], at: Position) -> f64 {
    let plane = LocalPlane::at(at);
    let here = Point::new(0.0, 0.0);
    let to = |edge: &Edge| {
        let [a, b] = edge.map(|end| Coord::from(plane.meters(end)));
        Euclidean.distance(&here, &Line::new(a, b))
    };
    edges.iter().map(to).fold(f64::INFINITY, f64::min)
}

fn code(coverage: &Coverage, node: NodeId) -> &str {
    coverage.hierarchy.grid(node).code.as_str()
}

fn located(coverage: &Coverage, at: Position) -> Option<&str> {
    coverage.index.locate(at).map(|node| code(coverage, node))
}

fn at(coord: Coord<f64>) -> Position {
    Position::new(coord.x, coord.y).expect("a position")
}

fn count() -> usize {
    std::env::var("GRIDWATCH_POINTS").map_or(20_000, |count| count.parse().expect("GRIDWATCH_POINTS is a number"))
}

/// Corners and middles of edges, and their neighbours among the numbers: half as many as [`count`], or what there is.
fn malicious_points(areas: &[Area]) -> Vec<Position> {
    let edges: Vec<Edge> = areas.iter().flat_map(edges).collect();
    let some = edges.iter().step_by(edges.len().div_ceil((count() / 100).max(1)).max(1));
    let nudges = |v: f64| [v, v.next_down(), v.next_up(), v.next_down().next_down(), v.next_up().next_up()];
    some.flat_map(|[a, b]| [*a, (*a + *b) / 2.0])
        .flat_map(|c| nudges(c.x).into_iter().flat_map(move |x| nudges(c.y).map(|y| at(Coord { x, y }))))
        .collect()
}

fn assert_equals_scan(areas: &[Area]) {
    let (coverage, scan) = (lattice::coverage(areas), Scan::of(areas));
    let mut points = lattice::points(lattice::envelope(areas), count(), 11);
    points.extend(malicious_points(areas));
    let in_batch = located_in_batch(&coverage, &points);
    for (point, in_batch) in points.into_iter().zip(in_batch) {
        let expected = scan.locate(point);
        assert_eq!(located(&coverage, point), expected, "at {point:?}");
        assert_eq!(in_batch, expected, "in a batch, at {point:?}");
        assert_eq!(coverage.index.locate_by_borders(point).map(|node| code(&coverage, node)), expected, "{point:?}");
    }
    assert!(areas.is_empty() || coverage.index.raster_bytes().is_some(), "the borders answered alone");
}

/// By two threads, each with its half.
fn located_in_batch<'a>(coverage: &'a Coverage, points: &[Position]) -> Vec<Option<&'a str>> {
    let mut nodes = vec![None; points.len()];
    std::thread::scope(|scope| {
        let half = points.len().div_ceil(2).max(1);
        for (points, nodes) in points.chunks(half).zip(nodes.chunks_mut(half)) {
            scope.spawn(|| coverage.index.locate_batch(points, nodes));
        }
    });
    nodes.into_iter().map(|node| Some(code(coverage, node?))).collect()
}

fn moved(areas: &[Area], by: impl Fn(Coord<f64>) -> Coord<f64>) -> Vec<Area> {
    areas.iter().map(|area| area.map_coords(&by)).collect()
}

#[test]
fn the_index_equals_the_scan_on_a_valid_street_with_holes_and_exclaves() {
    assert_equals_scan(&STREET.areas());
}

#[test]
fn the_index_equals_the_scan_where_every_grid_overlaps_others() {
    let mut areas = STREET.areas();
    areas.extend(moved(&areas, |c| c + Coord { x: 0.0011, y: -0.0007 }));
    // Twins: nothing but the code tells them apart.
    areas.extend_from_within(..5);
    assert_equals_scan(&areas);
}

#[test]
fn the_index_equals_the_scan_where_borders_were_simplified_one_by_one() {
    let areas: Vec<Area> = STREET.areas().iter().map(|area| area.simplify(5e-5)).collect();
    assert!(
        areas.iter().flat_map(Area::coords_iter).count() < STREET.areas().iter().flat_map(Area::coords_iter).count()
    );
    assert_equals_scan(&areas);
}

#[test]
fn the_index_equals_the_scan_on_slivers_a_few_numbers_wide() {
    assert_equals_scan(&moved(&STREET.areas(), |c| Coord { x: 110.03 + (c.x - 110.03) * 1e-10, y: c.y }));
    assert_equals_scan(&moved(&STREET.areas(), |c| Coord { x: c.x, y: 40.41 + (c.y - 40.41) * 1e-10 }));
}

#[test]
fn the_index_equals_the_scan_across_the_equator_and_the_prime_meridian() {
    let areas = moved(&STREET.areas(), |c| c - Coord { x: 110.03, y: 40.41 });
    let corners: Vec<_> = areas.iter().flat_map(Area::coords_iter).collect();
    assert!(corners.iter().any(|c| c.x < 0.0 && c.y < 0.0) && corners.iter().any(|c| c.x > 0.0 && c.y > 0.0));
    assert_equals_scan(&areas);
}

#[test]
fn the_index_equals_the_scan_on_rings_that_cross_themselves() {
    let mut random = Random::of(&[3]);
    let street = lattice::envelope(&STREET.areas());
    let tangle = |_| {
        let center = random.coord_in(street);
        let mut corner = || center + Coord { x: random.between(-0.004, 0.004), y: random.between(-0.004, 0.004) };
        let outer = (0..12).map(|_| corner()).collect();
        let hole = (0..7).map(|_| corner()).collect();
        MultiPolygon(vec![Polygon::new(outer, vec![hole])])
    };
    assert_equals_scan(&(0..40).map(tangle).collect::<Vec<_>>());
}

#[test]
fn the_index_equals_the_scan_where_many_grids_meet_in_one_vertex() {
    let center = Coord { x: 110.03, y: 40.41 };
    let spoke =
        |i: i32| center + Coord { x: (TAU * f64::from(i) / 30.0).cos(), y: (TAU * f64::from(i) / 30.0).sin() } * 0.01;
    let slice = |i| MultiPolygon(vec![Polygon::new(LineString(vec![center, spoke(i), spoke(i + 1)]), Vec::new())]);
    assert_equals_scan(&(0..30).map(slice).collect::<Vec<_>>());
}

#[test]
fn the_index_equals_the_scan_where_a_dense_quarter_lies_in_a_wide_country() {
    let mut areas =
        moved(&STREET.areas(), |c| Coord { x: 110.03, y: 40.41 } + (c - Coord { x: 110.03, y: 40.41 }) * 1e-3);
    areas.extend(moved(&Plan { grids: 12, islands: 2, seed: 5 }.areas(), |c| c + Coord { x: 0.3, y: 0.2 }));
    assert_equals_scan(&areas);
}

#[test]
fn batches_of_any_length_are_placed_one_by_one_too() {
    let areas = STREET.areas();
    let coverage = lattice::coverage(&areas);
    let points = lattice::points(lattice::envelope(&areas), 5_000, 19);
    for length in [0, 1, 63, 64, 65, 127, 128, 129, 192, 4_095, 4_096, 4_097, 5_000] {
        let one_by_one: Vec<_> = points[..length].iter().map(|point| located(&coverage, *point)).collect();
        assert_eq!(located_in_batch(&coverage, &points[..length]), one_by_one, "{length}");
    }
    // More room than positions: what is beyond them stays as it was.
    let marked = coverage.hierarchy.leaves().first().copied();
    let mut nodes = vec![marked; 5_000];
    coverage.index.locate_batch(&points[..100], &mut nodes);
    assert!(nodes[100..].iter().all(|node| *node == marked));
}

#[test]
fn where_there_is_no_raster_the_borders_answer() {
    let nothing = lattice::coverage(&[]);
    let points = [at(Coord { x: 110.0, y: 40.0 })];
    assert_eq!(nothing.index.raster_bytes(), None);
    assert_eq!(located_in_batch(&nothing, &points), [None]);
    let beyond_earth = moved(&STREET.areas()[..1], |c| Coord { x: (c.x - 110.0) * 1e5, y: c.y });
    let coverage = lattice::coverage(&beyond_earth);
    assert_eq!(coverage.index.raster_bytes(), None);
    assert_eq!(located_in_batch(&coverage, &points), [Scan::of(&beyond_earth).locate(points[0])]);
}

/// The edges of one grid only: what is left of all rings when shared edges are struck out.
fn outline(areas: &[Area]) -> Vec<Edge> {
    let key = |c: &Coord<f64>| (c.x.to_bits(), c.y.to_bits());
    let mut times: HashMap<_, (usize, Edge)> = HashMap::new();
    for edge in areas.iter().flat_map(edges) {
        let [a, b] = &edge;
        times.entry((key(a).min(key(b)), key(a).max(key(b)))).or_insert((0, edge)).0 += 1;
    }
    times.into_values().filter(|(times, _)| *times == 1).map(|(_, edge)| edge).collect()
}

#[test]
fn every_point_inside_a_valid_coverage_gets_exactly_one_grid_shared_borders_included() {
    let areas = STREET.areas();
    let (grids, outline) = (lattice::grids(&areas), outline(&areas));
    let of_outline = |c: Coord<f64>| outline.iter().any(|edge| edge.contains(&c));
    let claims = |point| grids.iter().filter(|grid| grid.border.contains(point)).count();
    let mut inner = 0;
    for [a, b] in areas.iter().flat_map(edges) {
        if !of_outline(a) {
            assert_eq!(claims(at(a)), 1, "corner {a:?}");
            if !of_outline(b) {
                assert_eq!(claims(at((a + b) / 2.0)), 1, "middle of {a:?} and {b:?}");
                inner += 1;
            }
        }
    }
    assert!(inner > 3_000, "only {inner} inner edges");
    // The outline itself goes by the same rule, and no point outside is claimed.
    let mut points = lattice::points(lattice::envelope(&areas), count(), 12);
    points.extend(malicious_points(&areas));
    for point in points {
        assert_eq!(claims(point), usize::from(is_odd(&outline, point)), "{point:?}");
    }
}

#[test]
fn the_order_of_features_changes_nothing() {
    let mut areas = STREET.areas();
    areas.extend(moved(&areas, |c| c + Coord { x: 0.0011, y: -0.0007 }));
    let grids = lattice::grids(&areas);
    let ordered = lattice::coverage(&areas);
    let mut points = lattice::points(lattice::envelope(&areas), 1_000, 13);
    points.extend(malicious_points(&areas).into_iter().step_by(7));
    for seed in 0..3 {
        let mut shuffled = grids.clone();
        Random::of(&[seed]).shuffle(&mut shuffled);
        let shuffled = Coverage::new(shuffled).expect("the same hierarchy");
        for point in points.iter().copied() {
            assert_eq!(located(&ordered, point), located(&shuffled, point), "locate {point:?}");
            let nearest = |coverage: &Coverage| {
                coverage.index.nearest(point, 100.0).map(|(node, m)| (code(coverage, node).to_owned(), m.to_bits()))
            };
            assert_eq!(nearest(&ordered), nearest(&shuffled), "nearest {point:?}");
            let shares = |coverage: &Coverage| -> Vec<_> {
                let shares = coverage.index.shares(point, ErrorEllipse::circle(30.0));
                shares.iter().map(|s| (code(coverage, s.node).to_owned(), s.share.to_bits())).collect()
            };
            assert_eq!(shares(&ordered), shares(&shuffled), "shares {point:?}");
        }
    }
}

/// Positions around the street, outside all of its grids.
fn outside(areas: &[Area], scan: &Scan) -> Vec<Position> {
    let around = lattice::envelope(areas);
    let wide = geo::Rect::new(around.min() - Coord { x: 0.01, y: 0.01 }, around.max() + Coord { x: 0.01, y: 0.01 });
    let points = lattice::points(wide, 4_000, 14).into_iter().chain(malicious_points(areas).into_iter().step_by(5));
    points.filter(|point| scan.locate(*point).is_none()).collect()
}

#[test]
fn outside_the_nearest_grid_within_the_tolerance_is_the_one_of_the_scan_ties_by_code() {
    let areas = STREET.areas();
    let (coverage, scan) = (lattice::coverage(&areas), Scan::of(&areas));
    let mut answered = 0;
    for point in outside(&areas, &scan) {
        let distances_m = scan.distances_m(point);
        let least_m = distances_m.iter().map(|(_, m)| *m).fold(f64::INFINITY, f64::min);
        for tolerance_m in [5.0, 50.0, 400.0, 5_000.0] {
            let found = coverage.index.nearest(point, tolerance_m).map(|(node, m)| (code(&coverage, node), m));
            if (least_m - tolerance_m).abs() < 1e-6 {
                continue;
            }
            let Some((code, distance_m)) = found else {
                assert!(least_m > tolerance_m, "{point:?} is {least_m} m from a grid");
                continue;
            };
            answered += 1;
            assert!((distance_m - least_m).abs() < 1e-6, "{point:?}: {distance_m} instead of {least_m}");
            // Equally near by a corner that both have. Beside the border itself nothing can be told of a nanometre.
            if least_m > 1e-3 {
                let lowest = distances_m.iter().filter(|(_, m)| m - least_m < 1e-9).map(|(code, _)| *code).min();
                assert_eq!(Some(code), lowest, "{point:?}, {distance_m} m");
            }
        }
    }
    assert!(answered > 1_000, "only {answered} positions had a grid in reach");
}

#[test]
fn the_distance_to_a_border_is_the_one_of_the_scan() {
    let areas = STREET.areas();
    let scan = Scan::of(&areas);
    let mut points = lattice::points(lattice::envelope(&areas), 400, 15);
    points.extend(malicious_points(&areas).into_iter().step_by(40));
    for point in points {
        for (grid, edges) in &scan.grids {
            let true_m = distance_m(edges, point);
            let found_m = grid.border.distance_m(point, f64::INFINITY).expect("an area has a border");
            assert!((found_m - true_m).abs() < 1e-6, "{point:?}, {}: {found_m} instead of {true_m}", grid.code);
            let near = grid.border.distance_m(point, 200.0);
            assert!((true_m - 200.0).abs() < 1e-6 || near == Some(found_m).filter(|_| true_m < 200.0), "{near:?}");
        }
    }
}

#[test]
fn shares_of_a_disc_are_what_throwing_stones_says() {
    let areas = STREET.areas();
    let coverage = lattice::coverage(&areas);
    let mut random = Random::of(&[16]);
    for point in lattice::points(lattice::envelope(&areas), 40, 16) {
        let radius_m = random.between(20.0, 400.0);
        let plane = LocalPlane::at(point);
        let mut hits: HashMap<&str, f64> = HashMap::new();
        for _ in 0..20_000 {
            let (r, (sin, cos)) = (radius_m * random.between(0.0, 1.0).sqrt(), random.between(0.0, TAU).sin_cos());
            let stone = plane.position([r * cos, r * sin]).expect("near");
            if let Some(code) = located(&coverage, stone) {
                *hits.entry(code).or_default() += 1.0 / 20_000.0;
            }
        }
        for node in coverage.hierarchy.nodes() {
            let grid = coverage.hierarchy.grid(node);
            let (share, hits) =
                (grid.border.share(point, ErrorEllipse::circle(radius_m)), hits.get(grid.code.as_str()));
            // Five times the standard error of so many stones.
            assert!((share - hits.unwrap_or(&0.0)).abs() < 0.018, "{point:?} {radius_m}: {share}, stones {hits:?}");
        }
    }
}

#[test]
fn shares_of_a_disc_inside_the_coverage_add_up_to_one() {
    let areas = STREET.areas();
    let (grids, outline) = (lattice::grids(&areas), outline(&areas));
    let mut discs = 0;
    for point in lattice::points(lattice::envelope(&areas), 1_000, 17) {
        let edge_m = distance_m(&outline, point);
        for radius_m in [5.0, 60.0, 300.0] {
            if is_odd(&outline, point) && radius_m < edge_m {
                let sum: f64 = grids.iter().map(|grid| grid.border.share(point, ErrorEllipse::circle(radius_m))).sum();
                assert!((sum - 1.0).abs() < 1e-6, "{point:?} {radius_m}: {sum}");
                discs += 1;
            }
        }
    }
    assert!(discs > 500, "only {discs} discs");
}

#[test]
fn a_valid_coverage_has_no_topology_fault_and_a_shifted_one_has() {
    for plan in [STREET, Plan::town(28), Plan::town(1_500)] {
        assert_eq!(topology::faults(&plan.coverage().hierarchy), [], "{plan:?}");
    }
    let mut areas = STREET.areas();
    areas[9] = areas[9].map_coords(|c| c + Coord { x: 1e-5, y: 0.0 });
    assert!(!topology::faults(&lattice::coverage(&areas).hierarchy).is_empty());
}

/// Rings with all corners on a few whole numbers: they touch, coincide and cross wherever they can.
fn areas_on_a_board() -> impl Strategy<Value = Vec<Area>> {
    let ring = || prop::collection::vec((0..6u8, 0..6u8), 3..8);
    let polygon = (ring(), prop::collection::vec(ring(), 0..2)).prop_map(|(outer, inner)| {
        let line = |ring: Vec<(u8, u8)>| -> LineString<f64> {
            ring.into_iter().map(|(x, y)| Coord { x: f64::from(x), y: f64::from(y) }).collect()
        };
        let holes = inner.into_iter().map(line).collect();
        Polygon::new(line(outer), holes)
    });
    prop::collection::vec(prop::collection::vec(polygon, 0..3).prop_map(MultiPolygon), 1..8)
}

proptest! {
    #[test]
    fn the_index_equals_the_scan_whatever_is_drawn_on_a_board(
        areas in areas_on_a_board(),
        lon in -170.0..170.0, lat in -80.0..80.0, exact in any::<bool>(), step in prop::sample::select(vec![1.0, 0.1, 1e-12]),
    ) {
        let (lon, lat, step) = if exact { (0.0, 0.0, 1.0) } else { (lon, lat, step) };
        let on_earth = |c: Coord<f64>| Coord { x: lon + step * c.x, y: lat + step * c.y };
        let areas = moved(&areas, on_earth);
        let (coverage, scan) = (lattice::coverage(&areas), Scan::of(&areas));
        // All corners, middles between them, and what lies around.
        for x in -1..12 {
            for y in -1..12 {
                let here = at(on_earth(Coord { x: f64::from(x) / 2.0, y: f64::from(y) / 2.0 }));
                prop_assert_eq!(located(&coverage, here), scan.locate(here), "{:?}", here);
            }
        }
    }

    #[test]
    fn a_small_coverage_anywhere_on_earth_is_read_as_the_scan_reads_it(
        grids in 6usize..14, islands in 0usize..4, seed in any::<u64>(), lon in -179.0..179.0, lat in -80.0..80.0,
        tolerance_m in 0.0..2_000.0,
    ) {
        let areas = moved(&Plan { grids, islands, seed }.areas(), |c| c + Coord { x: lon - 110.03, y: lat - 40.41 });
        let (coverage, scan) = (lattice::coverage(&areas), Scan::of(&areas));
        let outline = outline(&areas);
        for point in lattice::points(lattice::envelope(&areas), 40, seed) {
            let found = coverage.index.locate(point);
            prop_assert_eq!(found.map(|node| code(&coverage, node)), scan.locate(point));
            prop_assert_eq!(found.is_some(), is_odd(&outline, point));
            let least_m = scan.distances_m(point).into_iter().map(|(_, m)| m).fold(f64::INFINITY, f64::min);
            let nearest = coverage.index.nearest(point, tolerance_m);
            if (least_m - tolerance_m).abs() > 1e-6 {
                prop_assert_eq!(nearest.is_some(), least_m < tolerance_m);
            }
            prop_assert!(nearest.is_none_or(|(_, m)| (m - least_m).abs() < 1e-6));
        }
    }
}

#[test]
fn a_level_above_does_not_take_positions_from_its_children() {
    let areas = STREET.areas();
    let (mut grids, whole) = (lattice::grids(&areas), lattice::envelope(&areas).to_polygon());
    let street = Grid::new(
        gridwatch::domain::grid::GridCode::new("S"),
        "Street".to_owned(),
        Level::Street,
        &MultiPolygon(vec![whole]),
    );
    for grid in &mut grids {
        Arc::make_mut(grid).parent = Some(street.code.clone());
    }
    grids.push(Arc::new(street));
    let (with_street, without) = (Coverage::new(grids).expect("two levels"), lattice::coverage(&areas));
    for point in lattice::points(lattice::envelope(&areas), 2_000, 18) {
        assert_eq!(located(&with_street, point), located(&without, point));
    }
}
