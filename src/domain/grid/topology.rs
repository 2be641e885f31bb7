//! Where a coverage is none: overlaps, gaps, borders that do not meet, children outside their parents.
//!
//! Everything follows from the *net border*: all rings as directed edges, each edge cancelled by the same edge run the
//! other way. In a sound coverage only the outline is left, however many grids there are; so the planar overlay that
//! finds overlaps and gaps works on little more than the faults themselves. The winding number of the net border at
//! a place is the number of grids that cover it.

mod net;
mod regions;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use geo::{BooleanOps, BoundingRect, Coord, InteriorPoint};
use rstar::{
    AABB, RTree,
    primitives::{GeomWithData, Rectangle},
};
use serde::Serialize;

use self::{net::NetBorder, regions::Cover};
use super::{Grid, GridCode, Hierarchy, NodeId, area_m2, segment};
use crate::domain::geo::{Area, LocalPlane, Position};

/// A place where the polygons do not fit. Areas are in square metres; `lon`, `lat` lie within the largest piece.
#[derive(Debug, Clone, PartialEq, Serialize, strum::VariantNames)]
#[serde(tag = "code", content = "params", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum TopologyFault {
    /// Both grids cover the place; it goes to `winner`: the smaller, then the lower code.
    Overlap { winner: GridCode, other: GridCode, area_m2: f64, lon: f64, lat: f64 },
    /// A hole in the coverage, between the grids `beside`.
    Gap { beside: Vec<GridCode>, area_m2: f64, pieces: usize, lon: f64, lat: f64 },
    /// Part of `parent` belongs to none of its children.
    Uncovered { parent: GridCode, area_m2: f64, pieces: usize, lon: f64, lat: f64 },
    /// Children of `parent` reach outside it.
    OutsideParent { parent: GridCode, children: Vec<GridCode>, area_m2: f64, lon: f64, lat: f64 },
    /// `corners` corners of `grid` lie on the border of `other`, which has no corner there: slivers may open.
    TJunction { grid: GridCode, other: GridCode, corners: usize, lon: f64, lat: f64 },
}

/// Faults smaller than this are rounding, not drawing: 0.1 m².
const NEGLIGIBLE_M2: f64 = 0.1;
/// A corner this near a foreign border is meant to lie on it: 1 cm.
const JUNCTION_M: f64 = 0.01;

/// All the faults of a hierarchy's polygons, gravest kind first, larger first within a kind.
#[must_use]
pub fn faults(hierarchy: &Hierarchy) -> Vec<TopologyFault> {
    let leaves: Vec<&Grid> = hierarchy.leaves().iter().map(|leaf| &**hierarchy.grid(*leaf)).collect();
    let net = NetBorder::of(&leaves);
    let mut faults = overlaps(&leaves, &net);
    let mut families: BTreeMap<Option<NodeId>, Vec<&Grid>> = BTreeMap::new();
    for node in hierarchy.nodes() {
        families.entry(hierarchy.parent(node)).or_default().push(hierarchy.grid(node));
    }
    for (parent, children) in &families {
        match parent {
            Some(parent) => faults.extend(against_parent(hierarchy.grid(*parent), children)),
            None => faults.extend(gaps(children)),
        }
    }
    // Where two grids overlap their borders touch anyhow; that is no fault of its own.
    let overlapping: BTreeSet<_> = faults.iter().filter_map(TopologyFault::overlapping_pair).collect();
    let junctions = t_junctions(&leaves, &net);
    let apart = |fault: &TopologyFault| match fault {
        TopologyFault::TJunction { grid, other, .. } => !overlapping.contains(&sorted(grid.clone(), other.clone())),
        _ => true,
    };
    faults.extend(junctions.into_iter().filter(apart));
    faults
}

impl TopologyFault {
    fn overlapping_pair(&self) -> Option<(GridCode, GridCode)> {
        let Self::Overlap { winner, other, .. } = self else { return None };
        Some(sorted(winner.clone(), other.clone()))
    }
}

fn sorted(a: GridCode, b: GridCode) -> (GridCode, GridCode) {
    if a <= b { (a, b) } else { (b, a) }
}

fn overlaps(leaves: &[&Grid], net: &NetBorder) -> Vec<TopologyFault> {
    let tree = envelopes(leaves);
    let mut pairs = BTreeSet::new();
    for region in Cover::of(net.loops()).at_least_twice() {
        let near: Vec<usize> = touching(&tree, &region).collect();
        for (i, a) in near.iter().enumerate() {
            pairs.extend(near[i + 1..].iter().map(|b| (*a.min(b), *a.max(b))));
        }
    }
    let mut faults: Vec<_> = pairs.into_iter().filter_map(|(a, b)| overlap(leaves[a], leaves[b])).collect();
    sort_by_area(&mut faults, |fault| match fault {
        TopologyFault::Overlap { area_m2, .. } => *area_m2,
        _ => 0.0,
    });
    faults
}

fn overlap(a: &Grid, b: &Grid) -> Option<TopologyFault> {
    let shared = a.border.area().intersection(b.border.area());
    let area_m2 = area_m2(&shared);
    if area_m2 < NEGLIGIBLE_M2 {
        return None;
    }
    let at = inside_largest(&shared)?;
    let (winner, other) = if a.by_precedence(b).is_lt() { (a, b) } else { (b, a) };
    Some(TopologyFault::Overlap {
        winner: winner.code.clone(),
        other: other.code.clone(),
        area_m2,
        lon: at.x,
        lat: at.y,
    })
}

/// Holes in a family without a parent; what lies around it is simply outside.
fn gaps(family: &[&Grid]) -> Vec<TopologyFault> {
    let net = NetBorder::of(family);
    let tree = envelopes(family);
    let mut by_neighbors: BTreeMap<Vec<GridCode>, Vec<Area>> = BTreeMap::new();
    for hole in Cover::of(net.loops()).holes() {
        let mut beside: Vec<GridCode> = touching(&tree, &hole)
            .filter(|grid| borders_on(family[*grid], &hole))
            .map(|grid| family[grid].code.clone())
            .collect();
        beside.sort_unstable();
        by_neighbors.entry(beside).or_default().push(hole);
    }
    let mut faults: Vec<_> = by_neighbors
        .into_iter()
        .filter_map(|(beside, holes)| {
            let (area_m2, pieces, at) = measure(&holes)?;
            Some(TopologyFault::Gap { beside, area_m2, pieces, lon: at.x, lat: at.y })
        })
        .collect();
    sort_by_area(&mut faults, |fault| match fault {
        TopologyFault::Gap { area_m2, .. } => *area_m2,
        _ => 0.0,
    });
    faults
}

fn against_parent(parent: &Grid, children: &[&Grid]) -> Vec<TopologyFault> {
    let mut net = NetBorder::of(children);
    net.subtract(parent);
    let cover = Cover::of(net.loops());
    let mut faults = Vec::new();
    // The winding number is now the number of children there, less one inside the parent.
    if let Some((area_m2, pieces, at)) = measure(&cover.below_zero()) {
        faults.push(TopologyFault::Uncovered { parent: parent.code.clone(), area_m2, pieces, lon: at.x, lat: at.y });
    }
    let outside: Vec<Area> = cover
        .above_zero()
        .into_iter()
        .map(|region| region.difference(parent.border.area()))
        .filter(|region| area_m2(region) >= NEGLIGIBLE_M2)
        .collect();
    if let Some((area_m2, _, at)) = measure(&outside) {
        let sticks_out = |child: &&&Grid| outside.iter().any(|region| area_m2_shared(child, region) >= NEGLIGIBLE_M2);
        let children = children.iter().filter(sticks_out).map(|child| child.code.clone()).collect();
        faults.push(TopologyFault::OutsideParent {
            parent: parent.code.clone(),
            children,
            area_m2,
            lon: at.x,
            lat: at.y,
        });
    }
    faults
}

fn t_junctions(leaves: &[&Grid], net: &NetBorder) -> Vec<TopologyFault> {
    let edges = net.leftover(leaves);
    let tree = RTree::bulk_load(
        edges
            .iter()
            .map(|(owner, edge)| {
                GeomWithData::new(Rectangle::from_corners(edge[0].into(), edge[1].into()), (*owner, *edge))
            })
            .collect(),
    );
    let mut seen: HashMap<(usize, usize), BTreeMap<[u64; 2], Coord<f64>>> = HashMap::new();
    for (owner, corner) in edges.iter().flat_map(|(owner, ends)| ends.iter().map(move |end| (owner, end))) {
        let Ok(at) = Position::new(corner.x, corner.y) else { continue };
        let plane = LocalPlane::at(at);
        let [low, high] = plane.envelope(JUNCTION_M);
        for entry in tree.locate_in_envelope_intersecting(AABB::from_corners(low, high)) {
            let (other, [a, b]) = entry.data;
            if other == *owner || a == *corner || b == *corner {
                continue;
            }
            if segment::distance_from_origin(plane.meters(a), plane.meters(b)) <= JUNCTION_M {
                let bits = [corner.x.to_bits(), corner.y.to_bits()];
                seen.entry((*owner, other)).or_default().insert(bits, *corner);
            }
        }
    }
    let mut faults: Vec<_> = seen
        .into_iter()
        .filter_map(|((grid, other), corners)| {
            let at = corners.values().next()?;
            Some(TopologyFault::TJunction {
                grid: leaves[grid].code.clone(),
                other: leaves[other].code.clone(),
                corners: corners.len(),
                lon: at.x,
                lat: at.y,
            })
        })
        .collect();
    faults.sort_by_key(|fault| match fault {
        TopologyFault::TJunction { grid, other, .. } => Some((grid.clone(), other.clone())),
        _ => None,
    });
    faults
}

type Envelopes = RTree<GeomWithData<Rectangle<[f64; 2]>, usize>>;

fn envelopes(grids: &[&Grid]) -> Envelopes {
    RTree::bulk_load(grids.iter().enumerate().map(|(i, grid)| grid.border.entry(i)).collect())
}

fn touching<'a>(tree: &'a Envelopes, region: &Area) -> impl Iterator<Item = usize> + 'a {
    // The overlay rounds to its own lattice, so a region may miss the border that made it by a hair.
    const SLACK_DEG: f64 = 1e-8;
    let around = region.bounding_rect().map(|r| {
        let (min, max) = (r.min(), r.max());
        AABB::from_corners([min.x - SLACK_DEG, min.y - SLACK_DEG], [max.x + SLACK_DEG, max.y + SLACK_DEG])
    });
    around.into_iter().flat_map(|around| tree.locate_in_envelope_intersecting(around)).map(|entry| entry.data)
}

/// A corner of the region lies on the grid's border.
fn borders_on(grid: &Grid, region: &Area) -> bool {
    region.iter().flat_map(|polygon| polygon.exterior().coords()).any(|corner| {
        Position::new(corner.x, corner.y).is_ok_and(|at| grid.border.distance_m(at, JUNCTION_M).is_some())
    })
}

fn area_m2_shared(grid: &Grid, region: &Area) -> f64 {
    area_m2(&grid.border.area().intersection(region))
}

/// Total area, number of pieces that count, and a place inside the largest; `None` if there is nothing to speak of.
fn measure(regions: &[Area]) -> Option<(f64, usize, Coord<f64>)> {
    let areas: Vec<f64> = regions.iter().map(area_m2).collect();
    let total: f64 = areas.iter().sum();
    let (largest, _) = areas.iter().enumerate().max_by(|(_, a), (_, b)| a.total_cmp(b))?;
    if total < NEGLIGIBLE_M2 {
        return None;
    }
    Some((
        total,
        areas.iter().filter(|area| **area >= NEGLIGIBLE_M2).count().max(1),
        inside_largest(&regions[largest])?,
    ))
}

fn inside_largest(region: &Area) -> Option<Coord<f64>> {
    use geo::Area as _;
    let largest = region.iter().max_by(|a, b| a.unsigned_area().total_cmp(&b.unsigned_area()))?;
    largest.interior_point().map(Into::into)
}

fn sort_by_area(faults: &mut [TopologyFault], area: impl Fn(&TopologyFault) -> f64) {
    faults.sort_by(|a, b| area(b).total_cmp(&area(a)));
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use geo::{Coord, LineString, MultiPolygon, Polygon};

    use super::*;
    use crate::domain::grid::Level;

    /// A rectangle from millidegrees.
    fn grid(code: &str, parent: Option<&str>, [w, s, e, n]: [i32; 4]) -> Grid {
        let grid = polygon(code, &[(w, s), (e, s), (e, n), (w, n)]);
        let level = if parent.is_some() { Level::Grid } else { Level::Community };
        Grid { parent: parent.map(GridCode::new), level, ..grid }
    }

    /// A ring of corners in millidegrees.
    fn polygon(code: &str, corners: &[(i32, i32)]) -> Grid {
        let at = |(x, y): &(i32, i32)| Coord { x: 110.0 + f64::from(*x) / 1000.0, y: 40.0 + f64::from(*y) / 1000.0 };
        let ring: LineString = corners.iter().chain(corners.first()).map(at).collect();
        let area = MultiPolygon(vec![Polygon::new(ring, vec![])]);
        Grid::new(GridCode::new(code), code.into(), Level::Community, &area)
    }

    fn faults_of(grids: Vec<Grid>) -> Vec<TopologyFault> {
        faults(&Hierarchy::new(grids.into_iter().map(Arc::new).collect()).expect("a hierarchy"))
    }

    #[test]
    fn grids_that_meet_have_no_fault() {
        assert_eq!(
            faults_of(vec![
                grid("P", None, [0, 0, 4, 2]),
                grid("P1", Some("P"), [0, 0, 2, 2]),
                grid("P2", Some("P"), [2, 0, 4, 2]),
                grid("Q", None, [4, 0, 6, 2]),
            ]),
            []
        );
    }

    #[test]
    fn an_overlap_names_both_grids_and_the_winner() {
        let found = faults_of(vec![grid("A", None, [0, 0, 4, 4]), grid("B", None, [3, 0, 6, 4])]);
        let [TopologyFault::Overlap { winner, other, area_m2, lon, .. }] = &found[..] else { panic!("{found:?}") };
        assert_eq!((winner.as_str(), other.as_str()), ("B", "A"));
        assert!((area_m2 / (85_390.0 * 0.001 * 111_035.0 * 0.004) - 1.0).abs() < 0.01, "{area_m2}");
        assert!((110.003..110.004).contains(lon));
    }

    #[test]
    fn a_grid_drawn_twice_overlaps_itself_wholly() {
        let found = faults_of(vec![grid("A", None, [0, 0, 4, 4]), grid("B", None, [0, 0, 4, 4])]);
        assert!(matches!(&found[..], [TopologyFault::Overlap { winner, .. }] if winner.as_str() == "A"), "{found:?}");
    }

    #[test]
    fn a_gap_names_the_grids_around_it() {
        let found = faults_of(vec![
            grid("S", None, [0, 0, 6, 2]),
            grid("N", None, [0, 4, 6, 6]),
            grid("W", None, [0, 2, 2, 4]),
            grid("E", None, [3, 2, 6, 4]),
        ]);
        let [TopologyFault::Gap { beside, pieces: 1, .. }] = &found[..1] else { panic!("{found:?}") };
        assert_eq!(beside.iter().map(GridCode::as_str).collect::<Vec<_>>(), ["E", "N", "S", "W"]);
    }

    #[test]
    fn a_gap_that_touches_the_outline_at_a_corner_is_a_gap() {
        let found = faults_of(vec![
            polygon("W", &[(0, 0), (2, 0), (2, 1), (2, 3), (2, 4), (0, 4)]),
            polygon("S", &[(2, 0), (4, 0), (4, 2), (2, 1)]),
            polygon("N", &[(2, 3), (4, 2), (4, 4), (2, 4)]),
        ]);
        let [TopologyFault::Gap { beside, lon, lat, .. }] = &found[..] else { panic!("{found:?}") };
        assert_eq!(beside.iter().map(GridCode::as_str).collect::<Vec<_>>(), ["N", "S", "W"]);
        assert!((110.002..110.004).contains(lon) && (40.001..40.003).contains(lat));
    }

    #[test]
    fn a_corner_on_a_foreign_border_is_a_t_junction() {
        let found = faults_of(vec![
            grid("A", None, [0, 0, 2, 4]),
            grid("B", None, [2, 0, 4, 2]),
            grid("C", None, [2, 2, 4, 4]),
        ]);
        let t = |grid: &str| {
            found.iter().any(|fault| {
                matches!(fault, TopologyFault::TJunction { grid: g, other, corners: 1, .. }
                    if g.as_str() == grid && other.as_str() == "A")
            })
        };
        assert!(t("B") && t("C") && found.len() == 2, "{found:?}");
    }

    #[test]
    fn children_must_fill_their_parent_and_stay_in_it() {
        let found = faults_of(vec![grid("P", None, [0, 0, 4, 4]), grid("P1", Some("P"), [0, 0, 6, 3])]);
        let [TopologyFault::Uncovered { parent, lat, .. }, TopologyFault::OutsideParent { children, lon, .. }, ..] =
            &found[..]
        else {
            panic!("{found:?}")
        };
        assert_eq!(parent.as_str(), "P");
        assert!(*lat > 40.003 && *lon > 110.004);
        assert_eq!(children[0].as_str(), "P1");
    }
}
