//! Where an event is, as heat keeps it.

use crate::domain::geo::{MercatorPoint, Position};

/// Bits of a coordinate: the plane's edge has 2²⁶ cells, those of map tiles of zoom 18. One is 0.6 m at the equator, less
/// than any phone or camera knows.
pub const DEEPEST: u8 = 26;

/// A cell of the plane, counted from the north-west.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cell {
    pub x: u32,
    pub y: u32,
}

impl Cell {
    #[must_use]
    pub fn of(position: Position) -> Self {
        let MercatorPoint { x, y } = MercatorPoint::of(position);
        let edge = f64::from(1u32 << DEEPEST);
        // Positions at the plane's end belong to its last cell.
        let cell = |share: f64| ((share * edge) as u32).min((1 << DEEPEST) - 1);
        Self { x: cell(x), y: cell(y) }
    }

    /// Its middle.
    #[must_use]
    pub fn point(self) -> MercatorPoint {
        let share = |cell: u32| (f64::from(cell) + 0.5) / f64::from(1u32 << DEEPEST);
        MercatorPoint { x: share(self.x), y: share(self.y) }
    }

    /// The wider cell that it lies in.
    pub(super) fn at(self, bits: u8) -> [u32; 2] {
        [self.x, self.y].map(|cell| cell >> (DEEPEST - bits))
    }

    /// Its middle in wider cells, counted from the middle of the first.
    pub(super) fn between(self, bits: u8) -> [f64; 2] {
        let scale = f64::from(1u32 << (DEEPEST - bits)).recip();
        [self.x, self.y].map(|cell| (f64::from(cell) + 0.5) * scale - 0.5)
    }

    /// Of 64 × 64 wider cells, the block that it lies in.
    pub(super) fn block(self, bits: u8) -> [u32; 2] {
        self.at(bits).map(|cell| cell >> 6)
    }

    /// The place of the wider cell in its block of 64 × 64.
    pub(super) fn within_block(self, bits: u8) -> usize {
        let [x, y] = self.at(bits).map(|cell| cell & 63);
        (y * 64 + x) as usize
    }

    /// Which quarter its block is of the block above.
    pub(super) fn quarter(self, bits: u8) -> usize {
        let [x, y] = self.block(bits).map(|block| block & 1);
        (2 * y + x) as usize
    }
}
