//! Spatial weights (空间权重): who is whose neighbour.

use rstar::{AABB, PointDistance, RTree, RTreeObject, primitives::GeomWithData};

use crate::domain::geo::Area;

/// Neighbours of each area, without the area itself; all of them weigh the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weights {
    /// Where the neighbours of each begin; one more than there are areas.
    offsets: Vec<u32>,
    neighbors: Vec<u32>,
}

/// What makes areas neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contiguity {
    /// They touch.
    Queen,
    /// They share a stretch of border.
    Rook,
}

/// Vertices that are so near to a border lie on it: a hundredth of a millimetre, in degrees.
const ON_BORDER_DEG: f64 = 1e-10;

impl Weights {
    /// Of lists in any order, with or without repetition; what is its own neighbour is not.
    #[must_use]
    pub fn of(lists: Vec<Vec<u32>>) -> Self {
        let (mut offsets, mut neighbors) = (vec![0], Vec::new());
        for (own, mut list) in lists.into_iter().enumerate() {
            list.sort_unstable();
            list.dedup();
            neighbors.extend(list.into_iter().filter(|other| *other as usize != own));
            offsets.push(neighbors.len() as u32);
        }
        Self { offsets, neighbors }
    }

    /// Areas that touch, or share a stretch of border. Vertices are the same where their numbers are; a vertex that lies
    /// on another area's border, as where three meet in a T, touches it.
    #[must_use]
    pub fn contiguous(areas: &[Area], contiguity: Contiguity) -> Self {
        let mut found = vec![Vec::new(); areas.len()];
        let edges = Edges::of(areas);
        match contiguity {
            Contiguity::Queen => edges.at_vertices(&mut found),
            Contiguity::Rook => edges.at_edges(&mut found),
        }
        edges.in_the_midst(contiguity, &mut found);
        Self::of(found)
    }

    /// The k nearest of each, by points in metres on a plane; of equally near ones those that come first. Not
    /// symmetric.
    #[must_use]
    pub fn nearest(points: &[[f64; 2]], k: usize) -> Self {
        let tree = tree(points);
        let nearest = |(own, at): (usize, &[f64; 2])| {
            let mut near: Vec<(f64, u32)> = Vec::new();
            for (other, distance_2) in tree.nearest_neighbor_iter_with_distance_2(*at) {
                // One more than wanted, and all that are as near as the last.
                if near.len() > k && distance_2 > near[k].0 {
                    break;
                }
                if other.data as usize != own {
                    near.push((distance_2, other.data));
                }
                near.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
                if near.len() > k && near[k].0 > near[k - 1].0 {
                    break;
                }
            }
            near.into_iter().take(k).map(|(_, other)| other).collect()
        };
        Self::of(points.iter().enumerate().map(nearest).collect())
    }

    /// All within a distance, inclusive, by points in metres on a plane.
    #[must_use]
    pub fn within(points: &[[f64; 2]], distance_m: f64) -> Self {
        let tree = tree(points);
        let near =
            |at: &[f64; 2]| tree.locate_within_distance(*at, distance_m * distance_m).map(|other| other.data).collect();
        Self::of(points.iter().map(near).collect())
    }

    /// How many areas there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// In order.
    #[must_use]
    pub fn neighbors(&self, of: usize) -> &[u32] {
        &self.neighbors[self.offsets[of] as usize..self.offsets[of + 1] as usize]
    }

    /// The sum of the neighbours' values.
    #[must_use]
    pub fn sum(&self, of: usize, values: &[f64]) -> f64 {
        self.neighbors(of).iter().map(|other| values[*other as usize]).sum()
    }

    /// Areas without a neighbour: nothing local can be said of them.
    pub fn islands(&self) -> impl Iterator<Item = usize> {
        (0..self.len()).filter(|area| self.neighbors(*area).is_empty())
    }
}

fn tree(points: &[[f64; 2]]) -> RTree<GeomWithData<[f64; 2], u32>> {
    RTree::bulk_load(points.iter().enumerate().map(|(i, at)| GeomWithData::new(*at, i as u32)).collect())
}

type Vertex = [u64; 2];

fn vertex(at: geo::Coord<f64>) -> Vertex {
    // Adding zero makes one zero of both.
    [(at.x + 0.0).to_bits(), (at.y + 0.0).to_bits()]
}

/// A stretch of an area's border.
#[derive(Debug, Clone, Copy)]
struct Edge {
    ends: [geo::Coord<f64>; 2],
    area: u32,
}

struct Edges(Vec<Edge>);

impl Edges {
    fn of(areas: &[Area]) -> Self {
        let mut edges = Vec::new();
        for (area, polygons) in areas.iter().enumerate() {
            let rings =
                polygons.iter().flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()));
            let lines = rings.flat_map(geo::LineString::lines).filter(|line| line.start != line.end);
            edges.extend(lines.map(|line| Edge { ends: [line.start, line.end], area: area as u32 }));
        }
        Self(edges)
    }

    fn at_vertices(&self, found: &mut [Vec<u32>]) {
        group(self.0.iter().map(|edge| (vertex(edge.ends[0]), edge.area)).collect(), found);
    }

    fn at_edges(&self, found: &mut [Vec<u32>]) {
        group(self.0.iter().map(|edge| (edge.key(), edge.area)).collect(), found);
    }

    /// Neighbours by vertices that lie in the midst of another's edge. Only edges count that one area alone has: a border
    /// that is drawn alike on both sides is told by its vertices.
    fn in_the_midst(&self, contiguity: Contiguity, found: &mut [Vec<u32>]) {
        let mut sorted = self.0.clone();
        sorted.sort_unstable_by_key(Edge::key);
        let of_one: Vec<Edge> = sorted
            .chunk_by(|a, b| a.key() == b.key())
            .filter(|same| same.iter().all(|edge| edge.area == same[0].area))
            .map(|same| same[0])
            .collect();
        let tree = RTree::bulk_load(of_one.clone());
        for edge in &of_one {
            let [from, to] = edge.ends;
            // Each edge of the ring is seen from both of its ends.
            for (at, beyond) in [(from, to), (to, from)] {
                let here = AABB::from_corners(
                    [at.x - ON_BORDER_DEG, at.y - ON_BORDER_DEG],
                    [at.x + ON_BORDER_DEG, at.y + ON_BORDER_DEG],
                );
                for other in tree.locate_in_envelope_intersecting(here).filter(|other| other.area != edge.area) {
                    let touches = other.distance_2(&[at.x, at.y]) <= ON_BORDER_DEG * ON_BORDER_DEG;
                    if touches && (contiguity == Contiguity::Queen || other.goes_along(at, beyond)) {
                        found[edge.area as usize].push(other.area);
                        found[other.area as usize].push(edge.area);
                    }
                }
            }
        }
    }
}

/// All areas that have the same key are neighbours of each other.
fn group<K: Ord + Copy>(mut all: Vec<(K, u32)>, found: &mut [Vec<u32>]) {
    all.sort_unstable();
    all.dedup();
    for same in all.chunk_by(|a, b| a.0 == b.0).filter(|same| same.len() > 1) {
        for (_, area) in same {
            found[*area as usize].extend(same.iter().map(|(_, other)| *other).filter(|other| other != area));
        }
    }
}

impl Edge {
    /// The same from either side.
    fn key(&self) -> [Vertex; 2] {
        let mut key = self.ends.map(vertex);
        key.sort_unstable();
        key
    }

    /// Whether a line that begins on it goes on along it.
    fn goes_along(&self, from: geo::Coord<f64>, to: geo::Coord<f64>) -> bool {
        let length = (to.x - from.x).hypot(to.y - from.y);
        // As far as the edge goes in that direction, and half of it.
        let end = self.ends.into_iter().find(|end| {
            let (x, y) = (end.x - from.x, end.y - from.y);
            x * (to.x - from.x) + y * (to.y - from.y) > 0.0
        });
        let Some(end) = end else { return false };
        let along = (end.x - from.x).hypot(end.y - from.y).min(length) / 2.0 / length;
        let midway = [from.x + (to.x - from.x) * along, from.y + (to.y - from.y) * along];
        along > 0.0 && self.distance_2(&midway) <= ON_BORDER_DEG * ON_BORDER_DEG
    }
}

impl RTreeObject for Edge {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        AABB::from_corners(self.ends[0].into(), self.ends[1].into())
    }
}

impl PointDistance for Edge {
    fn distance_2(&self, at: &[f64; 2]) -> f64 {
        let [a, b] = self.ends;
        let (x, y) = (b.x - a.x, b.y - a.y);
        let along = (((at[0] - a.x) * x + (at[1] - a.y) * y) / (x * x + y * y)).clamp(0.0, 1.0);
        (a.x + x * along - at[0]).powi(2) + (a.y + y * along - at[1]).powi(2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(x: f64, y: f64, width: f64, height: f64) -> Area {
        let ring =
            geo::LineString::from(vec![(x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y)]);
        Area::new(vec![geo::Polygon::new(ring, Vec::new())])
    }

    /// Numbered by rows.
    fn board(side: u32) -> Vec<Area> {
        (0..side * side).map(|i| square(f64::from(i % side), f64::from(i / side), 1.0, 1.0)).collect()
    }

    #[test]
    fn a_queen_goes_over_corners_and_a_rook_does_not() {
        let board = board(3);
        let (queen, rook) =
            (Weights::contiguous(&board, Contiguity::Queen), Weights::contiguous(&board, Contiguity::Rook));
        assert_eq!(queen.neighbors(4), [0, 1, 2, 3, 5, 6, 7, 8]);
        assert_eq!(rook.neighbors(4), [1, 3, 5, 7]);
        assert_eq!((queen.neighbors(0), rook.neighbors(0)), (&[1, 3, 4][..], &[1, 3][..]));
    }

    #[test]
    fn areas_that_meet_in_a_t_are_neighbours() {
        // Two below, one above them, whose border has no vertex where they meet; and one that touches only a corner.
        let areas = [
            square(0.0, 0.0, 1.0, 1.0),
            square(1.0, 0.0, 1.5, 1.0),
            square(0.0, 1.0, 2.5, 1.0),
            square(2.5, 2.0, 1.0, 1.0),
        ];
        let rook = Weights::contiguous(&areas, Contiguity::Rook);
        assert_eq!((rook.neighbors(2), rook.neighbors(0)), (&[0, 1][..], &[1, 2][..]));
        assert_eq!(rook.islands().collect::<Vec<_>>(), [3]);
        assert_eq!(Weights::contiguous(&areas, Contiguity::Queen).neighbors(3), [2]);
        // A corner in the midst of a side touches it and shares no stretch.
        let tip = Area::new(vec![geo::Polygon::new(
            geo::LineString::from(vec![(1.2, 2.0), (1.7, 3.0), (0.7, 3.0), (1.2, 2.0)]),
            Vec::new(),
        )]);
        let areas = [areas[2].clone(), tip];
        assert_eq!(Weights::contiguous(&areas, Contiguity::Queen).neighbors(1), [0]);
        assert_eq!(Weights::contiguous(&areas, Contiguity::Rook).neighbors(1), [] as [u32; 0]);
    }

    #[test]
    fn nearest_and_within_go_by_metres_and_say_no_to_themselves() {
        let points = [[0.0, 0.0], [10.0, 0.0], [0.0, 20.0], [0.0, 20.0], [100.0, 100.0]];
        let nearest = Weights::nearest(&points, 2);
        assert_eq!((nearest.neighbors(0), nearest.neighbors(4)), (&[1, 2][..], &[2, 3][..]));
        assert_eq!(nearest.neighbors(2), [0, 3]);
        let within = Weights::within(&points, 20.0);
        assert_eq!((within.neighbors(0), within.neighbors(2)), (&[1, 2, 3][..], &[0, 3][..]));
        assert_eq!(Weights::nearest(&points, 9).neighbors(0).len(), 4, "no more than there are");
    }
}
