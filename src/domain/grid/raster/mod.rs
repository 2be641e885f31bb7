//! A raster over a coverage: who is at a place, in a few nanoseconds and exactly.
//!
//! ```text
//!   degrees ──► frame: a place in whole numbers ──► top: one entry a cell
//!                                                    │
//!       ┌─────────────┬──────────────────────────────┼───────────────────┐
//!       ▼             ▼                              ▼                   ▼
//!     a grid     4 × 4 parts, entries again    a leaf: ≤ 12 strokes   exact list
//!   (interior)    (many edges)                  │ near a stroke ─────────▲
//!                                               └► a grid
//! ```
//!
//! No polygon is ever tested. What is known of a cell is which grids are around its south-western corner and which edges
//! come near it; the grids around any other place of the cell are those, toggled by each edge that is crossed on the way.
//! Holes, exclaves, overlaps and crossing rings are no special case: of all grids around, the least rank wins.
//! `docs/design/index.md` tells the whole of it.

mod batch;
mod build;
mod drawing;
mod edges;
mod exact;
mod frame;
mod leaf;

use geo::Coord;

use crate::domain::geo::Position;
use edges::Edge;
use exact::ExactLists;
use frame::{Frame, Place};
use leaf::Line;

/// The rank where there is no grid.
pub const NO_RANK: u32 = (1 << 30) - 1;
/// A raster that would need more is not made.
const LIMIT_BYTES: usize = 1 << 30;

/// See the module. Of each cell at the top one entry, and what entries refer to.
#[derive(Debug)]
pub struct Raster {
    frame: Frame,
    top: Vec<Entry>,
    /// Cells that are parted, by sixteen.
    parts: Vec<Entry>,
    lines: Vec<Line>,
    exact: ExactLists,
    edges: Vec<Edge>,
}

/// What there is to a cell: two bits say what, thirty which.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Entry(u32);

const KIND: u32 = 30;
const OF_RANK: u32 = 0;
const LEAF: u32 = 1;
const PARTED: u32 = 2;
const EXACT: u32 = 3;
const WHICH: u32 = (1 << KIND) - 1;
/// Of a leaf with more than one line.
const LONG: u32 = 1 << 29;

impl Entry {
    const fn of_rank(rank: u32) -> Self {
        Self(rank & WHICH)
    }

    fn leaf(line: usize, is_long: bool) -> Self {
        Self(LEAF << KIND | if is_long { LONG } else { 0 } | line as u32)
    }

    fn parted(begin: usize) -> Self {
        Self(PARTED << KIND | begin as u32)
    }

    fn exact(list: u32) -> Self {
        Self(EXACT << KIND | list)
    }

    /// The first line of a leaf, and whether there is a second one.
    #[inline]
    fn line(self) -> Option<(usize, bool)> {
        (self.kind() == LEAF).then_some(((self.0 & (LONG - 1)) as usize, self.0 & LONG != 0))
    }

    fn kind(self) -> u32 {
        self.0 >> KIND
    }

    fn which(self) -> usize {
        (self.0 & WHICH) as usize
    }
}

impl Raster {
    /// The raster of grids by rank, `count` edges at most, each from its southern end (of a level one: its western) to the other. `None` if
    /// there are no edges, if they are not on Earth, or if the raster would need more than 1 GB.
    pub fn new(count: usize, edges: impl Iterator<Item = (u32, [Coord<f64>; 2])>) -> Option<Self> {
        build::raster(edges::unique(count, edges))
    }

    /// The least rank of the grids that claim the position, or [`NO_RANK`].
    #[must_use]
    pub fn locate(&self, position: Position) -> u32 {
        let place = self.frame.place(position.coord());
        let (mut entry, mut depth) = (self.top[self.frame.top(place)], 0);
        while entry.kind() == PARTED {
            depth += 1;
            entry = self.parts[entry.which() + place.part(depth)];
        }
        self.rank(self.read(entry, depth, place), place, position)
    }

    /// The same for many: `ranks[i]` of `positions[i]`.
    pub fn locate_batch(&self, positions: &[Position], ranks: &mut [u32]) {
        batch::locate(self, positions, ranks);
    }

    /// What a leaf says of the place; other entries say it themselves.
    #[inline]
    fn read(&self, entry: Entry, depth: u32, place: Place) -> Entry {
        let units = place.units(depth);
        match entry.line() {
            Some((line, false)) => leaf::read::<1>(&self.lines, line, units, leaf::all_at_once),
            Some((line, true)) => leaf::read::<3>(&self.lines, line, units, leaf::all_at_once),
            None => entry,
        }
    }

    #[inline]
    fn rank(&self, entry: Entry, place: Place, position: Position) -> u32 {
        if entry.kind() == OF_RANK {
            return entry.0;
        }
        self.exact.rank_at(entry.which() as u32, &self.edges, &self.frame, place, position.coord())
    }

    /// Bytes that every question may read, and those that only the exact decision does.
    #[must_use]
    pub fn bytes(&self) -> (usize, usize) {
        let entries = self.top.capacity() + self.parts.capacity();
        let hot = size_of::<Entry>() * entries + size_of::<Line>() * self.lines.capacity();
        (hot, self.exact.bytes() + size_of::<Edge>() * self.edges.capacity())
    }
}
