//! Which grid is here.

use rstar::{
    AABB, RTree,
    primitives::{GeomWithData, Rectangle},
};

use super::{Grid, NodeId};
use crate::domain::geo::{ErrorEllipse, LocalPlane, Position};

type Entry = GeomWithData<Rectangle<[f64; 2]>, u32>;

/// An R-tree over the envelopes of grids, with exact containment behind it.
///
/// Every position gets at most one grid, the same one whatever the order in which the grids came: borders are decided
/// by the rule of [`Border`](super::Border), and where grids overlap the smaller area wins, then the lower code.
///
/// Complexity: a lookup is O(log n) for the envelopes and a few edges for each envelope that holds the position.
#[derive(Debug)]
pub struct GridIndex {
    /// By rank: who wins an overlap comes first.
    ranked: Vec<(NodeId, std::sync::Arc<Grid>)>,
    tree: RTree<Entry>,
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
    pub fn new(grids: impl IntoIterator<Item = (NodeId, std::sync::Arc<Grid>)>) -> Self {
        let mut ranked: Vec<_> = grids.into_iter().collect();
        ranked.sort_by(|(_, a), (_, b)| a.by_precedence(b));
        let entries = ranked.iter().enumerate().filter(|(_, (_, grid))| !grid.border.area().0.is_empty());
        let entries = entries.map(|(rank, (_, grid))| grid.border.entry(rank as u32));
        let tree = RTree::bulk_load(entries.collect());
        Self { ranked, tree }
    }

    /// The one grid that claims the position.
    #[must_use]
    pub fn locate(&self, position: Position) -> Option<NodeId> {
        let mut best = u32::MAX;
        for entry in self.tree.locate_all_at_point([position.lon(), position.lat()]) {
            if entry.data < best && self.grid(entry.data).border.contains(position) {
                best = entry.data;
            }
        }
        self.ranked.get(best as usize).map(|(node, _)| *node)
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
