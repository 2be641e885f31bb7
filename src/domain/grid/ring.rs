//! Faults of the rings that a polygon is given as.

use rstar::{
    AABB, RTree,
    primitives::{GeomWithData, Rectangle},
};
use serde::Serialize;

use crate::domain::geo::{Position, PositionError};

/// What is wrong with a ring. Rings count from 0 in the order of the feature, over all its polygons.
#[derive(Debug, Clone, PartialEq, Serialize, strum::VariantNames)]
#[serde(tag = "code", content = "params", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum RingFault {
    /// Fewer than four positions, the last being the first again.
    RingTooShort {
        ring: usize,
        positions: usize,
    },
    /// The last position is not the first.
    RingUnclosed {
        ring: usize,
        lon: f64,
        lat: f64,
    },
    BadPosition {
        ring: usize,
        position: usize,
        lon: f64,
        lat: f64,
    },
    SwappedPosition {
        ring: usize,
        position: usize,
        lon: f64,
        lat: f64,
    },
    /// Two edges cross, so that inside and outside depend on the reader.
    RingCrosses {
        ring: usize,
        lon: f64,
        lat: f64,
    },
    /// Two edges touch or lie upon each other. The even-odd rule still reads the area right.
    RingTouches {
        ring: usize,
        lon: f64,
        lat: f64,
    },
    /// A ring that encloses nothing.
    RingEmpty {
        ring: usize,
    },
}

impl RingFault {
    /// Whether the area is still plain in spite of the fault.
    #[must_use]
    pub fn is_harmless(&self) -> bool {
        matches!(self, Self::RingTouches { .. })
    }
}

type Ring = Vec<[f64; 2]>;
type Indexed = GeomWithData<Rectangle<[f64; 2]>, (usize, usize)>;

/// Looks at every ring of a feature: that it is closed, holds positions, encloses something, crosses or touches neither
/// itself nor another. Reports the first crossing and the first touch of each ring.
///
/// Complexity: O(n log n) for borders as they are in the world.
#[must_use]
pub fn faults(rings: &[Ring]) -> Vec<RingFault> {
    let mut faults: Vec<_> = rings.iter().enumerate().filter_map(|(ring, line)| fault_alone(ring, line)).collect();
    if faults.is_empty() {
        faults = meetings(rings);
    }
    faults
}

fn fault_alone(ring: usize, line: &Ring) -> Option<RingFault> {
    for (position, [lon, lat]) in line.iter().copied().enumerate() {
        match Position::new(lon, lat) {
            Ok(_) => {}
            Err(PositionError::Swapped { .. }) => {
                return Some(RingFault::SwappedPosition { ring, position, lon, lat });
            }
            Err(_) => return Some(RingFault::BadPosition { ring, position, lon, lat }),
        }
    }
    if let (Some(first), Some([lon, lat])) = (line.first(), line.last().copied())
        && *first != [lon, lat]
    {
        return Some(RingFault::RingUnclosed { ring, lon, lat });
    }
    if line.len() < 4 {
        return Some(RingFault::RingTooShort { ring, positions: line.len() });
    }
    let straight = line.windows(3).all(|w| orient(w[0], w[1], w[2]) == 0.0);
    straight.then_some(RingFault::RingEmpty { ring })
}

/// Where edges that are not neighbours in a ring meet.
fn meetings(rings: &[Ring]) -> Vec<RingFault> {
    let rings: Vec<Ring> = rings.iter().map(without_repeats).collect();
    let entries: Vec<Indexed> = rings
        .iter()
        .enumerate()
        .flat_map(|(ring, line)| {
            line.windows(2)
                .enumerate()
                .map(move |(edge, w)| GeomWithData::new(Rectangle::from_corners(w[0], w[1]), (ring, edge)))
        })
        .collect();
    let tree = RTree::bulk_load(entries);
    let mut faults = Vec::new();
    for (ring, line) in rings.iter().enumerate() {
        let (mut crossing, mut touch) = (None, None);
        for (edge, w) in line.windows(2).enumerate() {
            for other in tree.locate_in_envelope_intersecting(AABB::from_corners(w[0], w[1])) {
                let (other_ring, other_edge) = other.data;
                // Each pair once, named by its later ring and edge.
                if (other_ring, other_edge) >= (ring, edge) {
                    continue;
                }
                let v = &rings[other_ring][other_edge..=other_edge + 1];
                let edges = line.len() - 1;
                let neighbors = other_ring == ring && (edge - other_edge == 1 || edge - other_edge == edges - 1);
                match meeting(w, v, neighbors) {
                    Some((at, true)) => crossing = crossing.or(Some(at)),
                    Some((at, false)) => touch = touch.or(Some(at)),
                    None => {}
                }
            }
        }
        // A crossing is the graver fault; its touches are no news then.
        match (crossing, touch) {
            (Some([lon, lat]), _) => faults.push(RingFault::RingCrosses { ring, lon, lat }),
            (None, Some([lon, lat])) => faults.push(RingFault::RingTouches { ring, lon, lat }),
            (None, None) => {}
        }
    }
    faults
}

/// Where two edges meet, and whether they cross rather than touch.
fn meeting(a: &[[f64; 2]], b: &[[f64; 2]], neighbors: bool) -> Option<([f64; 2], bool)> {
    let sides =
        [orient(a[0], a[1], b[0]), orient(a[0], a[1], b[1]), orient(b[0], b[1], a[0]), orient(b[0], b[1], a[1])];
    if sides.iter().all(|side| *side == 0.0) {
        // On one line: neighbours share their joint, a spike more than it.
        let axis = usize::from((a[0][0] - a[1][0]).abs() < (a[0][1] - a[1][1]).abs());
        let span = |e: &[[f64; 2]]| (e[0][axis].min(e[1][axis]), e[0][axis].max(e[1][axis]));
        let ((a0, a1), (b0, b1)) = (span(a), span(b));
        let (from, to) = (a0.max(b0), a1.min(b1));
        let at = *a.iter().chain(b).find(|p| p[axis] == from)?;
        return (from < to || (from == to && !neighbors)).then_some((at, false));
    }
    if neighbors {
        return None;
    }
    if sides[0] * sides[1] < 0.0 && sides[2] * sides[3] < 0.0 {
        let t = sides[2] / (sides[2] - sides[3]);
        return Some(([a[0][0] + t * (a[1][0] - a[0][0]), a[0][1] + t * (a[1][1] - a[0][1])], true));
    }
    let within =
        |p: [f64; 2], e: &[[f64; 2]]| (0..2).all(|i| e[0][i].min(e[1][i]) <= p[i] && p[i] <= e[0][i].max(e[1][i]));
    let on = |side: f64, p: [f64; 2], e: &[[f64; 2]]| (side == 0.0 && within(p, e)).then_some((p, false));
    on(sides[0], b[0], a)
        .or_else(|| on(sides[1], b[1], a))
        .or_else(|| on(sides[2], a[0], b))
        .or_else(|| on(sides[3], a[1], b))
}

fn without_repeats(line: &Ring) -> Ring {
    let mut line = line.clone();
    line.dedup();
    line
}

/// Positive where `c` lies left of `a` → `b`, exactly zero where it lies on the line.
fn orient(a: [f64; 2], b: [f64; 2], c: [f64; 2]) -> f64 {
    let coord = |[x, y]: [f64; 2]| robust::Coord { x, y };
    robust::orient2d(coord(a), coord(b), coord(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(corners: &[[f64; 2]]) -> Ring {
        corners.iter().chain(corners.first()).copied().collect()
    }

    #[test]
    fn a_plain_polygon_with_a_hole_has_no_fault() {
        let outer = ring(&[[0.0, 0.0], [9.0, 0.0], [9.0, 9.0], [0.0, 9.0]]);
        let hole = ring(&[[3.0, 3.0], [3.0, 6.0], [6.0, 6.0], [6.0, 3.0]]);
        assert_eq!(faults(&[outer, hole]), []);
    }

    #[test]
    fn each_fault_is_named_with_its_place() {
        let mut unclosed = ring(&[[0.0, 0.0], [9.0, 0.0], [9.0, 9.0], [0.0, 9.0]]);
        unclosed.pop();
        assert_eq!(faults(&[unclosed]), [RingFault::RingUnclosed { ring: 0, lon: 0.0, lat: 9.0 }]);
        assert_eq!(faults(&[ring(&[[0.0, 0.0], [1.0, 1.0]])]), [RingFault::RingTooShort { ring: 0, positions: 3 }]);
        assert_eq!(
            faults(&[ring(&[[40.0, 110.0], [40.0, 111.0], [41.0, 111.0]])]),
            [RingFault::SwappedPosition { ring: 0, position: 0, lon: 40.0, lat: 110.0 }]
        );
        assert_eq!(faults(&[ring(&[[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]])]), [RingFault::RingEmpty { ring: 0 }]);
        assert_eq!(
            faults(&[ring(&[[0.0, 0.0], [2.0, 2.0], [2.0, 0.0], [0.0, 2.0]])]),
            [RingFault::RingCrosses { ring: 0, lon: 1.0, lat: 1.0 }]
        );
    }

    #[test]
    fn a_ring_that_touches_itself_is_told_from_one_that_crosses() {
        let pinched = ring(&[[0.0, 0.0], [4.0, 0.0], [2.0, 2.0], [4.0, 4.0], [0.0, 4.0], [2.0, 2.0]]);
        assert!(matches!(faults(&[pinched])[..], [RingFault::RingTouches { lon: 2.0, lat: 2.0, .. }]));
        let spike = ring(&[[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [4.0, 8.0], [4.0, 4.0], [0.0, 4.0]]);
        assert!(matches!(faults(&[spike])[..], [RingFault::RingTouches { .. }]));
        let hole_over_the_edge = ring(&[[3.0, 3.0], [3.0, 6.0], [6.0, 6.0], [6.0, 3.0]]);
        let outer = ring(&[[0.0, 0.0], [5.0, 0.0], [5.0, 5.0], [0.0, 5.0]]);
        assert!(matches!(faults(&[outer, hole_over_the_edge])[..], [RingFault::RingCrosses { ring: 1, .. }]));
    }
}
