//! Which ring is a hole of which polygon.

use geo::{
    BoundingRect, Coord, LineString, Rect,
    coordinate_position::{CoordPos, coord_pos_relative_to_ring},
};

use super::Rings;

/// Groups the rings of one shape into polygons, outer ring first.
///
/// By nesting, not by the direction in which the rings run: shapefiles prescribe one, and not all software keeps to
/// it. A ring inside an even number of others is an outer ring, one inside an odd number a hole of the innermost of
/// these; rings that only touch are outside each other. Quadratic in the number of rings.
pub(super) fn group(rings: Vec<Vec<[f64; 2]>>) -> Rings {
    if rings.len() < 2 {
        return rings.into_iter().map(|ring| vec![ring]).collect();
    }
    let outlines: Vec<Option<(LineString<f64>, Rect<f64>)>> = rings
        .iter()
        .map(|ring| {
            let mut line: LineString<f64> = ring.iter().map(|&[x, y]| Coord { x, y }).collect();
            line.close();
            line.bounding_rect().map(|bounds| (line, bounds))
        })
        .collect();
    let around: Vec<Vec<usize>> = (0..rings.len())
        .map(|inner| (0..rings.len()).filter(|&outer| is_inside(&outlines, inner, outer)).collect())
        .collect();
    // Where a ring's own polygon stands in the result, for outer rings.
    let mut polygon_of = vec![None; rings.len()];
    let mut polygons: Rings = Vec::new();
    let mut by_depth: Vec<(usize, Vec<[f64; 2]>)> = rings.into_iter().enumerate().collect();
    // Outer rings come before their holes, else in the file's order.
    by_depth.sort_by_key(|(ring, _)| around[*ring].len());
    for (ring, points) in by_depth {
        let depth = around[ring].len();
        let parent = around[ring].iter().find(|&&outer| around[outer].len() + 1 == depth);
        if let Some(polygon) = parent.and_then(|&outer| polygon_of[outer]).filter(|_| depth % 2 == 1) {
            let polygon: &mut Vec<_> = &mut polygons[polygon];
            polygon.push(points);
        } else {
            polygon_of[ring] = Some(polygons.len());
            polygons.push(vec![points]);
        }
    }
    polygons
}

fn is_inside(outlines: &[Option<(LineString<f64>, Rect<f64>)>], inner: usize, outer: usize) -> bool {
    let (Some((inside, small)), Some((outside, large))) = (&outlines[inner], &outlines[outer]) else {
        return false;
    };
    let within = inner != outer
        && small.min().x >= large.min().x
        && small.min().y >= large.min().y
        && small.max().x <= large.max().x
        && small.max().y <= large.max().y;
    // The first corner that is not on the other ring decides; failing that, the middle of a side.
    let middles = inside.lines().map(|side| (side.start + side.end) / 2.0);
    within
        && inside
            .coords()
            .copied()
            .chain(middles)
            .map(|point| coord_pos_relative_to_ring(point, outside))
            .find(|position| *position != CoordPos::OnBoundary)
            == Some(CoordPos::Inside)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn square(x: f64, y: f64, size: f64) -> Vec<[f64; 2]> {
        vec![[x, y], [x, y + size], [x + size, y + size], [x + size, y], [x, y]]
    }

    fn reversed(mut ring: Vec<[f64; 2]>) -> Vec<[f64; 2]> {
        ring.reverse();
        ring
    }

    #[test]
    fn holes_go_to_their_polygon_whatever_the_order_and_the_direction() {
        let (a, b) = (square(0.0, 0.0, 10.0), square(20.0, 0.0, 10.0));
        let (hole_a, hole_b) = (square(1.0, 1.0, 2.0), square(21.0, 1.0, 2.0));
        let expected = vec![vec![a.clone(), hole_a.clone()], vec![b.clone(), hole_b.clone()]];
        assert_eq!(group(vec![hole_b.clone(), a.clone(), b.clone(), hole_a.clone()]), expected);
        let turned = group(vec![a.clone(), b.clone(), reversed(hole_a.clone()), hole_b.clone()]);
        assert_eq!(turned, vec![vec![a, reversed(hole_a)], vec![b, hole_b]]);
    }

    #[test]
    fn an_island_in_a_hole_is_a_polygon_of_its_own() {
        let rings = [square(0.0, 0.0, 10.0), square(1.0, 1.0, 8.0), square(2.0, 2.0, 6.0), square(3.0, 3.0, 1.0)];
        let [sea, hole, island, pond] = rings.clone();
        assert_eq!(group(rings.into()), vec![vec![sea, hole], vec![island, pond]]);
    }

    #[test]
    fn rings_that_touch_and_rings_that_are_equal_stay_apart() {
        let neighbours = vec![square(0.0, 0.0, 10.0), square(10.0, 0.0, 5.0)];
        assert_eq!(group(neighbours.clone()).len(), 2);
        assert_eq!(group(vec![neighbours[0].clone(), neighbours[0].clone()]).len(), 2);
    }

    #[test]
    fn a_hole_may_touch_its_outer_ring_and_rings_need_not_be_closed() {
        let outer = square(0.0, 0.0, 10.0);
        let mut hole = vec![[0.0, 5.0], [3.0, 3.0], [3.0, 7.0]];
        assert_eq!(group(vec![outer.clone(), hole.clone()]), vec![vec![outer.clone(), hole.clone()]]);
        hole.push(hole[0]);
        assert_eq!(group(vec![outer.clone(), hole.clone()]), vec![vec![outer, hole]]);
    }

    proptest! {
        #[test]
        fn no_ring_is_lost(rings in prop::collection::vec(prop::collection::vec((0..6i8, 0..6i8), 0..6), 0..8)) {
            let mut rings: Vec<Vec<[f64; 2]>> =
                rings.into_iter().map(|ring| ring.into_iter().map(|(x, y)| [f64::from(x), f64::from(y)]).collect()).collect();
            let mut found: Vec<Vec<[f64; 2]>> = group(rings.clone()).into_iter().flatten().collect();
            let order = |a: &Vec<[f64; 2]>, b: &Vec<[f64; 2]>| a.partial_cmp(b).expect("finite");
            found.sort_by(order);
            rings.sort_by(order);
            prop_assert_eq!(found, rings);
        }
    }
}
