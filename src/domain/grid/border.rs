//! The border of one area, prepared for questions.

use geo::{BoundingRect, Coord, Orient, Rect, orient::Direction};
use rstar::primitives::{GeomWithData, Rectangle};

use super::segment;
use crate::domain::geo::{Area, ErrorEllipse, LocalPlane, Position};

/// An area with its edges sorted into horizontal slabs, so that a question looks at the few edges near its latitude.
///
/// **Inside or not** is decided by the even-odd rule under a symbolic shift: the position counts as moved east by an
/// infinitesimal δ and north by δ². An edge from `lo` up to `hi` then counts if and only if `lo.lat ≤ lat < hi.lat` and
/// the position lies east of it or on it, which is decided exactly (Shewchuk's adaptive predicates). Two areas that
/// share an edge therefore never both claim, nor both refuse, a position on it; a western or southern border belongs
/// to the area, an eastern or northern one to the neighbour. Rings that cross themselves are read by the same rule.
///
/// Complexity: containment costs O(edges that cross the position's slab), about 4 for real borders.
#[derive(Debug, Clone)]
pub struct Border {
    area: Area,
    envelope: Rect<f64>,
    edges: Vec<Edge>,
    /// `slab_edges[slab_starts[i]..slab_starts[i + 1]]` are the edges that touch slab `i`, counted from the south.
    slab_starts: Vec<u32>,
    slab_edges: Vec<u32>,
    slabs_per_deg: f64,
}

/// An edge turned upward, so that both neighbours of a border compute with the same numbers.
#[derive(Debug, Clone, Copy)]
struct Edge {
    lo: Coord<f64>,
    hi: Coord<f64>,
    /// The ring runs from `hi` to `lo`.
    flipped: bool,
}

impl Border {
    /// Turns outer rings counter-clockwise and holes clockwise. An area without rings contains nothing.
    #[must_use]
    pub fn new(area: &Area) -> Self {
        let area = area.orient(Direction::Default);
        let edges: Vec<Edge> = directed_edges(&area).map(Edge::upward).collect();
        // Of all edges: a hole that reaches outside its ring counts by the even-odd rule as any other.
        let ends: geo::MultiPoint<f64> = edges.iter().flat_map(|edge| [edge.lo, edge.hi]).map(geo::Point).collect();
        let envelope = ends.bounding_rect().unwrap_or_else(|| Rect::new(Coord::zero(), Coord::zero()));
        // About two edges a slab; the cap keeps the table small against the edges themselves.
        let slabs = (edges.len() / 2).clamp(1, 1 << 16);
        let height = envelope.height();
        let slabs_per_deg = if height > 0.0 { slabs as f64 / height } else { 0.0 };
        let mut border =
            Self { area, envelope, edges, slab_starts: vec![0; slabs + 1], slab_edges: Vec::new(), slabs_per_deg };
        border.fill_slabs();
        border
    }

    #[must_use]
    pub fn area(&self) -> &Area {
        &self.area
    }

    #[must_use]
    pub fn envelope(&self) -> Rect<f64> {
        self.envelope
    }

    /// Every edge from its southern end (of a level one: its western) to the other.
    pub(super) fn upward_edges(&self) -> impl ExactSizeIterator<Item = [Coord<f64>; 2]> + '_ {
        self.edges.iter().map(|edge| [edge.lo, edge.hi])
    }

    /// The envelope as an entry of an R-tree.
    #[must_use]
    pub fn entry<T>(&self, data: T) -> GeomWithData<Rectangle<[f64; 2]>, T> {
        let (min, max) = (self.envelope.min(), self.envelope.max());
        GeomWithData::new(Rectangle::from_corners(min.into(), max.into()), data)
    }

    /// Whether the area claims the position, by the rule above.
    #[must_use]
    pub fn contains(&self, position: Position) -> bool {
        let p = position.coord();
        let (min, max) = (self.envelope.min(), self.envelope.max());
        if p.x < min.x || p.x > max.x || p.y < min.y || p.y > max.y {
            return false;
        }
        let crossed = self.edges_of_slab(self.slab(p.y)).filter(|edge| edge.counts_for(p)).count();
        crossed % 2 == 1
    }

    /// Metres from the position to the nearest point of the border, from inside or outside; `None` if farther than
    /// `within_m` (pass infinity to ask for any distance).
    #[must_use]
    pub fn distance_m(&self, position: Position, within_m: f64) -> Option<f64> {
        let plane = LocalPlane::at(position);
        let slabs = self.slab_starts.len() - 1;
        let home = self.slab(position.lat());
        let mut best_m = within_m;
        let mut found = false;
        // Outward from the home slab, north and south in turn, until a slab begins farther away than the best edge.
        let (mut north, mut south) = (Some(home), home.checked_sub(1));
        while north.is_some() || south.is_some() {
            for (side, step_north) in [(&mut north, true), (&mut south, false)] {
                let Some(slab) = *side else { continue };
                if self.slab_distance_m(slab, &plane, position) > best_m {
                    *side = None;
                    continue;
                }
                for edge in self.edges_of_slab(slab) {
                    let d = segment::distance_from_origin(plane.meters(edge.lo), plane.meters(edge.hi));
                    if d <= best_m {
                        (best_m, found) = (d, true);
                    }
                }
                *side = if step_north { Some(slab + 1).filter(|next| *next < slabs) } else { slab.checked_sub(1) };
            }
        }
        found.then_some(best_m)
    }

    /// The share (0 to 1) of the ellipse around the position that lies in this area.
    #[must_use]
    pub fn share(&self, position: Position, ellipse: ErrorEllipse) -> f64 {
        let (plane, to_disc) = (LocalPlane::at(position), ellipse.to_unit_disc());
        let corner = |corner: Coord<f64>| to_disc(plane.meters(corner));
        let shared: f64 = self
            .edges
            .iter()
            .map(|edge| {
                let (a, b) = if edge.flipped { (edge.hi, edge.lo) } else { (edge.lo, edge.hi) };
                segment::shared_with_disc(corner(a), corner(b), 1.0)
            })
            .sum();
        (shared / std::f64::consts::PI).clamp(0.0, 1.0)
    }

    /// Metres along the meridian from the position to the slab, 0 if it lies in it.
    fn slab_distance_m(&self, slab: usize, plane: &LocalPlane, position: Position) -> f64 {
        if self.slabs_per_deg == 0.0 {
            return 0.0;
        }
        let south = self.envelope.min().y + slab as f64 / self.slabs_per_deg;
        let north = south + 1.0 / self.slabs_per_deg;
        let nearest = position.lat().clamp(south, north);
        let [_, meters] = plane.meters(Coord { x: position.lon(), y: nearest });
        // The slab's limits are rounded: a hand's breadth of slack keeps an edge on the limit from being missed.
        (meters.abs() - 0.1).max(0.0)
    }

    /// The slab of a latitude; those beyond the envelope fall into the first and the last one.
    fn slab(&self, lat: f64) -> usize {
        let last = self.slab_starts.len() - 2;
        // A float cast saturates, so what is south of the envelope becomes slab 0.
        (((lat - self.envelope.min().y) * self.slabs_per_deg) as usize).min(last)
    }

    fn edges_of_slab(&self, slab: usize) -> impl Iterator<Item = &Edge> {
        let range = self.slab_starts[slab] as usize..self.slab_starts[slab + 1] as usize;
        self.slab_edges[range].iter().map(|edge| &self.edges[*edge as usize])
    }

    /// Counting sort of edges into the slabs that they touch. `slab` is monotone in latitude, so an edge that counts for a
    /// position is always in the position's slab, however the division rounds.
    fn fill_slabs(&mut self) {
        let spans: Vec<_> = self.edges.iter().map(|edge| self.slab(edge.lo.y)..=self.slab(edge.hi.y)).collect();
        for slab in spans.iter().cloned().flatten() {
            self.slab_starts[slab + 1] += 1;
        }
        for slab in 1..self.slab_starts.len() {
            self.slab_starts[slab] += self.slab_starts[slab - 1];
        }
        let mut next = self.slab_starts.clone();
        self.slab_edges = vec![0; self.slab_starts.last().map_or(0, |total| *total as usize)];
        for (edge, span) in spans.into_iter().enumerate() {
            for slab in span {
                self.slab_edges[next[slab] as usize] = edge as u32;
                next[slab] += 1;
            }
        }
    }
}

impl Edge {
    fn upward([from, to]: [Coord<f64>; 2]) -> Self {
        let flipped = (to.y, to.x) < (from.y, from.x);
        let (lo, hi) = if flipped { (to, from) } else { (from, to) };
        Self { lo, hi, flipped }
    }

    /// The edge lies west of the position or under it, at its latitude.
    fn counts_for(&self, p: Coord<f64>) -> bool {
        if !(self.lo.y <= p.y && p.y < self.hi.y) {
            return false;
        }
        if p.x < self.lo.x.min(self.hi.x) {
            return false;
        }
        if p.x > self.lo.x.max(self.hi.x) {
            return true;
        }
        let coord = |c: Coord<f64>| robust::Coord { x: c.x, y: c.y };
        // Negative: the position is to the right of the upward edge, so east of it.
        robust::orient2d(coord(self.lo), coord(self.hi), coord(p)) <= 0.0
    }
}

/// Every edge of an area in the direction of its ring; edges of no length are left out.
pub(super) fn directed_edges(area: &Area) -> impl Iterator<Item = [Coord<f64>; 2]> + '_ {
    area.iter()
        .flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()))
        .flat_map(geo::LineString::lines)
        .map(|line| [line.start, line.end])
        .filter(|[a, b]| a != b)
}
