//! The edges of all grids, each line once with the grids on it.

use geo::Coord;

use super::NO_RANK;

/// An upward edge and the ranks of at most two grids whose rings have it.
///
/// Sides are told for a position that is moved east by an infinitesimal δ and north by δ², the rule of
/// [`Border`](super::super::Border): so no position is ever on an edge, and no path meets a vertex.
#[derive(Debug, Clone, Copy)]
pub struct Edge {
    pub lo: Coord<f64>,
    pub hi: Coord<f64>,
    pub ranks: [u32; 2],
}

impl Edge {
    /// The position is right of the edge: east of it or, where the edge is level, south.
    fn is_left_of(&self, p: Coord<f64>) -> bool {
        let coord = |c: Coord<f64>| robust::Coord { x: c.x, y: c.y };
        let turn = robust::orient2d(coord(self.lo), coord(self.hi), coord(p));
        turn < 0.0 || (turn == 0.0 && self.hi.y > self.lo.y)
    }

    /// Whether the path from `from` along its parallel to the longitude `to` crosses the edge.
    pub fn crosses_eastward(&self, from: Coord<f64>, to: f64) -> bool {
        let spans = self.lo.y <= from.y && from.y < self.hi.y;
        spans && self.is_left_of(from) != self.is_left_of(Coord { x: to, y: from.y })
    }

    /// Whether the path from `from` along its meridian to the latitude `to` crosses the edge.
    pub fn crosses_northward(&self, from: Coord<f64>, to: f64) -> bool {
        let spans = self.lo.x.min(self.hi.x) <= from.x && from.x < self.lo.x.max(self.hi.x);
        spans && self.is_left_of(from) != self.is_left_of(Coord { x: from.x, y: to })
    }
}

/// The grids around a place, by rank: those whose borders were crossed an odd number of times on the way there.
#[derive(Debug, Clone, Default)]
pub struct Ranks(Vec<u32>);

impl Ranks {
    pub fn cross(&mut self, edge: &Edge) {
        for rank in edge.ranks {
            self.toggle(rank);
        }
    }

    pub fn toggle(&mut self, rank: u32) {
        match self.0.iter().position(|known| *known == rank) {
            Some(at) => drop(self.0.swap_remove(at)),
            None if rank != NO_RANK => self.0.push(rank),
            None => {}
        }
    }

    /// The one that wins, or [`NO_RANK`].
    pub fn least(&self) -> u32 {
        self.0.iter().copied().min().unwrap_or(NO_RANK)
    }

    pub fn as_slice(&self) -> &[u32] {
        &self.0
    }

    pub fn copy_from(&mut self, other: &Self) {
        self.0.clone_from(&other.0);
    }
}

/// Strikes out what a grid has twice and joins what two grids share. A line that more than two grids have is there
/// several times.
///
/// Complexity: O(`count`), the number of edges at most, by a table of open addresses. Edges keep their order: neighbours
/// mostly follow each other in it.
pub fn unique(count: usize, edges: impl Iterator<Item = (u32, [Coord<f64>; 2])>) -> Vec<Edge> {
    // Most are there twice.
    let mut found: Vec<Edge> = Vec::with_capacity(count / 2);
    let mut table = vec![EMPTY; (count + count / 4).next_power_of_two()];
    for (rank, [lo, hi]) in edges.take(count) {
        let mut slot = slot_of(lo, hi, table.len());
        loop {
            let Some(known) = found.get_mut(table[slot] as usize) else {
                table[slot] = found.len() as u32;
                found.push(Edge { lo, hi, ranks: [rank, NO_RANK] });
                break;
            };
            if known.lo == lo && known.hi == hi {
                // Twice in one grid is not at all; a free side takes the neighbour.
                let side = known.ranks.iter().position(|side| *side == rank);
                if let Some(side) = side.or_else(|| known.ranks.iter().position(|side| *side == NO_RANK)) {
                    known.ranks[side] = if known.ranks[side] == rank { NO_RANK } else { rank };
                    break;
                }
            }
            slot = (slot + 1) & (table.len() - 1);
        }
    }
    found.retain(|edge| edge.ranks != [NO_RANK; 2]);
    found.shrink_to_fit();
    found
}

/// No place in a list of edges.
const EMPTY: u32 = u32::MAX;

/// Multiplies and turns the bits of all four numbers into each other; `slots` is a power of two.
fn slot_of(lo: Coord<f64>, hi: Coord<f64>, slots: usize) -> usize {
    const ODD: u64 = 0x9E37_79B9_7F4A_7C15;
    // Adding 0.0 makes −0.0 the 0.0 that it is equal to.
    let mix = |hash: u64, number: f64| (hash.rotate_left(23) ^ (number + 0.0).to_bits()).wrapping_mul(ODD);
    let hash = [lo.x, lo.y, hi.x, hi.y].into_iter().fold(0, mix);
    (hash ^ (hash >> 32)) as usize & (slots - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_edges_are_joined_and_doubled_ones_struck_out() {
        let line = |x: f64| [Coord { x, y: 0.0 }, Coord { x, y: 1.0 }];
        let edges = [(7, line(0.0)), (3, line(1.0)), (3, line(0.0)), (3, line(2.0)), (3, line(2.0)), (5, line(0.0))];
        let found: Vec<_> = unique(6, edges.into_iter()).iter().map(|edge| (edge.lo.x, edge.ranks)).collect();
        assert_eq!(found, [(0.0, [7, 3]), (1.0, [3, NO_RANK]), (0.0, [5, NO_RANK])]);
        let many = (0..5_000).chain(0..5_000).map(|i| (u32::from(i > 4_000), line(f64::from(i))));
        assert!(unique(10_000, many).is_empty(), "each was there twice");
    }

    #[test]
    fn a_place_on_an_edge_is_east_and_north_of_it() {
        let edge = |hi| Edge { lo: Coord::zero(), hi, ranks: [1, NO_RANK] };
        let (upright, level) = (edge(Coord { x: 0.0, y: 4.0 }), edge(Coord { x: 4.0, y: 0.0 }));
        assert!(upright.crosses_eastward(Coord { x: -1.0, y: 2.0 }, 0.0));
        assert!(!upright.crosses_eastward(Coord { x: 0.0, y: 2.0 }, 1.0));
        assert!(level.crosses_northward(Coord { x: 2.0, y: -1.0 }, 0.0));
        assert!(!level.crosses_northward(Coord { x: 2.0, y: 0.0 }, 1.0));
    }
}
