//! What decides beside an edge: the true edges of a cell.

use geo::Coord;

use super::{
    drawing::Clipped,
    edges::{Edge, Ranks},
    frame::{Frame, Place},
};

/// For each cell that needs it: the number of its edges, of the grids around its corner with the cell's depth, then
/// those grids by rank, then the edges by number.
#[derive(Debug, Default)]
pub struct ExactLists {
    words: Vec<u32>,
}

/// Bits of a word that hold a depth.
const DEPTH_BITS: u32 = 4;

impl ExactLists {
    /// The number of the list that [`Self::push`] adds next.
    pub fn next(&self) -> u32 {
        self.words.len() as u32
    }

    pub fn push(&mut self, clipped: &[Clipped], around_corner: &[u32], depth: u32) {
        self.words.extend([clipped.len() as u32, (around_corner.len() as u32) << DEPTH_BITS | depth]);
        self.words.extend(around_corner);
        self.words.extend(clipped.iter().map(|part| part.edge));
    }

    /// Goes from the cell's corner north along its border and then east to the position, and sees which edges are
    /// crossed.
    #[cold]
    pub fn rank_at(&self, list: u32, edges: &[Edge], frame: &Frame, place: Place, position: Coord<f64>) -> u32 {
        let list = &self.words[list as usize..];
        let (edge_count, rank_count) = (list[0] as usize, (list[1] >> DEPTH_BITS) as usize);
        let corner = frame.cell_at(place, list[1] & ((1 << DEPTH_BITS) - 1)).corner;
        let turn = Coord { x: corner.x, y: position.y };
        let mut ranks = Ranks::default();
        for rank in &list[2..2 + rank_count] {
            ranks.toggle(*rank);
        }
        for number in &list[2 + rank_count..][..edge_count] {
            let edge = &edges[*number as usize];
            if edge.crosses_northward(corner, position.y) != edge.crosses_eastward(turn, position.x) {
                ranks.cross(edge);
            }
        }
        ranks.least()
    }

    pub fn bytes(&self) -> usize {
        4 * self.words.capacity()
    }

    pub fn shrink(&mut self) {
        self.words.shrink_to_fit();
    }
}
