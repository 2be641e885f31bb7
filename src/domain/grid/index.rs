//! Which grid is here.

use std::sync::{Arc, OnceLock};

use rstar::{
    AABB, RTree,
    primitives::{GeomWithData, Rectangle},
};

use super::{
    Grid, NodeId,
    raster::{NO_RANK, Raster},
};
use crate::domain::geo::{ErrorEllipse, LocalPlane, Position};

type Entry = GeomWithData<Rectangle<[f64; 2]>, u32>;

/// A raster for the question that everybody asks, and an R-tree over the envelopes of grids for all others.
///
/// Every position gets at most one grid, the same one whatever the order in which the grids came: borders are decided
/// by the rule of [`Border`](super::Border), and where grids overlap the smaller area wins, then the lower code.
///
/// Complexity: a lookup is a read or two of the raster and at most twelve edges, however many grids there are. The raster
/// is built by the first lookup, in O(edges): of a catalog's stretches of time most are never asked for.
#[derive(Debug)]
pub struct GridIndex {
    /// By rank: who wins an overlap comes first.
    ranked: Vec<(NodeId, Arc<Grid>)>,
    tree: RTree<Entry>,
    /// `None` inside for what no raster is made of: no grids, or more than memory holds.
    raster: OnceLock<Option<Raster>>,
}

/// A share of what may be below it, smaller than which a grid is not in question.
pub const LEAST_SHARE: f64 = 0.001;

/// A grid and its share of an ellipse.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    pub node: NodeId,
    /// 0 to 1.
    pub share: f64,
}

impl GridIndex {
    #[must_use]
    pub fn new(grids: impl IntoIterator<Item = (NodeId, Arc<Grid>)>) -> Self {
        let mut ranked: Vec<_> = grids.into_iter().collect();
        ranked.sort_by(|(_, a), (_, b)| a.by_precedence(b));
        let entries = ranked.iter().enumerate().filter(|(_, (_, grid))| !grid.border.area().0.is_empty());
        let entries = entries.map(|(rank, (_, grid))| grid.border.entry(rank as u32));
        let tree = RTree::bulk_load(entries.collect());
        Self { ranked, tree, raster: OnceLock::new() }
    }

    /// The one grid that claims the position.
    #[must_use]
    pub fn locate(&self, position: Position) -> Option<NodeId> {
        match self.raster() {
            Some(raster) => self.node(raster.locate(position)),
            None => self.locate_by_borders(position),
        }
    }

    /// The same for many at once, several times as fast: `nodes[i]` becomes the grid of `positions[i]`. Of slices that
    /// differ in length the rest is left alone.
    pub fn locate_batch(&self, positions: &[Position], nodes: &mut [Option<NodeId>]) {
        const AT_ONCE: usize = 4_096;
        let Some(raster) = self.raster() else {
            positions.iter().zip(nodes).for_each(|(position, node)| *node = self.locate_by_borders(*position));
            return;
        };
        let mut ranks = [NO_RANK; AT_ONCE];
        for (positions, nodes) in positions.chunks(AT_ONCE).zip(nodes.chunks_mut(AT_ONCE)) {
            raster.locate_batch(positions, &mut ranks);
            nodes.iter_mut().zip(&ranks[..positions.len()]).for_each(|(node, rank)| *node = self.node(*rank));
        }
    }

    /// The same answer without the raster: envelopes that hold the position, then their borders one by one. For what no
    /// raster is made of, and for who wants to compare.
    #[must_use]
    pub fn locate_by_borders(&self, position: Position) -> Option<NodeId> {
        let mut best = NO_RANK;
        for entry in self.tree.locate_all_at_point([position.lon(), position.lat()]) {
            if entry.data < best && self.grid(entry.data).border.contains(position) {
                best = entry.data;
            }
        }
        self.node(best)
    }

    /// Builds the raster unless it is there, and tells its size: bytes that every question may read, and those that are
    /// read only beside an edge. `None` if no raster is made of these grids.
    pub fn raster_bytes(&self) -> Option<(usize, usize)> {
        self.raster().map(Raster::bytes)
    }

    fn raster(&self) -> Option<&Raster> {
        let build = || {
            // In the order of the features, where neighbours mostly follow each other.
            let mut ranks: Vec<_> = (0..self.ranked.len()).collect();
            ranks.sort_unstable_by_key(|rank| self.ranked[*rank].0);
            let of_grid = |rank: usize| self.ranked[rank].1.border.upward_edges().map(move |edge| (rank as u32, edge));
            let count = self.ranked.iter().map(|(_, grid)| grid.border.upward_edges().len()).sum();
            Raster::new(count, ranks.into_iter().flat_map(of_grid))
        };
        self.raster.get_or_init(build).as_ref()
    }

    fn node(&self, rank: u32) -> Option<NodeId> {
        self.ranked.get(rank as usize).map(|(node, _)| *node)
    }

    /// The grid whose border is nearest to a position outside every grid, with its distance in metres; ties go to the
    /// lower code. `None` if there is none within `tolerance_m`.
    #[must_use]
    pub fn nearest(&self, position: Position, tolerance_m: f64) -> Option<(NodeId, f64)> {
        self.ranks_within(position, tolerance_m)
            .filter_map(|rank| Some((rank, self.grid(rank).border.distance_m(position, tolerance_m)?)))
            .min_by(|(a, a_m), (b, b_m)| a_m.total_cmp(b_m).then_with(|| self.grid(*a).code.cmp(&self.grid(*b).code)))
            .map(|(rank, distance_m)| (self.ranked[rank as usize].0, distance_m))
    }

    /// How the ellipse around the position falls on the grids, largest share first, ties by code. Shares
    /// below [`LEAST_SHARE`] are left out; what is missing to 1 lies outside every grid.
    #[must_use]
    pub fn shares(&self, position: Position, ellipse: ErrorEllipse) -> Vec<Share> {
        let mut shares: Vec<_> = self
            .ranks_within(position, ellipse.along_m)
            .map(|rank| (rank, self.grid(rank).border.share(position, ellipse)))
            .filter(|(_, share)| *share >= LEAST_SHARE)
            .collect();
        shares.sort_by(|(a, a_share), (b, b_share)| {
            b_share.total_cmp(a_share).then_with(|| self.grid(*a).code.cmp(&self.grid(*b).code))
        });
        shares.into_iter().map(|(rank, share)| Share { node: self.ranked[rank as usize].0, share }).collect()
    }

    fn ranks_within(&self, position: Position, radius_m: f64) -> impl Iterator<Item = u32> + '_ {
        let [low, high] = LocalPlane::at(position).envelope(radius_m);
        self.tree.locate_in_envelope_intersecting(AABB::from_corners(low, high)).map(|entry| entry.data)
    }

    fn grid(&self, rank: u32) -> &Grid {
        &self.ranked[rank as usize].1
    }
}
