//! Degrees as cells: the plane of the raster.

use geo::Coord;

/// Bits of a place below one cell of the top: 8 levels of 2 bits, 15 within a leaf, 3 to spare.
pub const FRACTION_BITS: u32 = 34;
/// Each level parts a cell into 4 × 4.
pub const LEVEL_BITS: u32 = 2;
/// A place in a leaf is a number of so many bits: a *unit* is 2⁻¹⁵ of the cell.
pub const UNIT_BITS: u32 = 15;
const MAX_DEPTH: u32 = 8;
/// Cells are powers of two, and the corners of all of them must be numbers without rounding up to 512°.
const LEAST_EXPONENT: i32 = -42;
/// No place is farther from 0° than this; what is has no raster.
const FARTHEST: f64 = 200.0;

/// Where the cells of the top lie. A cell is `cell` degrees wide and high, both powers of two, and its corners are
/// multiples of it, so they are exact numbers. One ring of cells around all edges is empty, and whatever lies
/// outside counts as in the ring.
#[derive(Debug)]
pub struct Frame {
    corner: Coord<f64>,
    pub cell: Coord<f64>,
    pub columns: u32,
    pub rows: u32,
    /// Deeper than this no cell is parted.
    pub max_depth: u32,
    per_degree: Coord<f64>,
    /// The greatest place.
    limit: Coord<f64>,
}

/// A place in fractions of a cell, from the south-western corner of the frame.
#[derive(Debug, Clone, Copy, Default)]
pub struct Place {
    pub x: u64,
    pub y: u64,
}

/// One cell of any depth.
#[derive(Debug, Clone, Copy)]
pub struct Cell {
    pub corner: Coord<f64>,
    pub size: Coord<f64>,
    pub depth: u32,
}

impl Frame {
    /// A frame of about so many cells; `None` for a box that is not on Earth.
    pub fn around(low: Coord<f64>, high: Coord<f64>, cells: f64) -> Option<Self> {
        let on_earth = |c: Coord<f64>| c.x.abs() <= FARTHEST && c.y.abs() <= FARTHEST;
        if !on_earth(low) || !on_earth(high) {
            return None;
        }
        let exponent = |extent: f64| ((extent / cells.sqrt()).log2().round() as i32).max(LEAST_EXPONENT);
        let exponents = [exponent(high.x - low.x), exponent(high.y - low.y)];
        let [width, height] = exponents.map(|exponent| 2f64.powi(exponent));
        let cell = Coord { x: width, y: height };
        let corner = Coord { x: ((low.x / width).floor() - 1.0) * width, y: ((low.y / height).floor() - 1.0) * height };
        let columns = ((high.x - corner.x) / width).floor() as u32 + 2;
        let rows = ((high.y - corner.y) / height).floor() as u32 + 2;
        let spare_bits = exponents.map(|exponent| exponent.abs_diff(LEAST_EXPONENT));
        let max_depth = MAX_DEPTH.min(spare_bits[0].min(spare_bits[1]) / LEVEL_BITS);
        let whole = (1u64 << FRACTION_BITS) as f64;
        let per_degree = Coord { x: whole / width, y: whole / height };
        let limit = Coord { x: f64::from(columns) * whole - 1.0, y: f64::from(rows) * whole - 1.0 };
        Some(Self { corner, cell, columns, rows, max_depth, per_degree, limit })
    }

    /// The place of a position, off by at most half a fraction: a sixteenth of a unit in the smallest cell.
    #[inline]
    pub fn place(&self, position: Coord<f64>) -> Place {
        Place {
            x: whole((position.x - self.corner.x) * self.per_degree.x, self.limit.x),
            y: whole((position.y - self.corner.y) * self.per_degree.y, self.limit.y),
        }
    }

    /// The number of the place's cell at the top, row by row from the south-west.
    #[inline]
    pub fn top(&self, place: Place) -> usize {
        (place.y >> FRACTION_BITS) as usize * self.columns as usize + (place.x >> FRACTION_BITS) as usize
    }

    /// The cell of that depth around a place.
    pub fn cell_at(&self, place: Place, depth: u32) -> Cell {
        let shift = FRACTION_BITS - depth * LEVEL_BITS;
        let parts = f64::from(1u32 << (depth * LEVEL_BITS));
        let size = self.cell / parts;
        let steps = Coord { x: (place.x >> shift) as f64 * size.x, y: (place.y >> shift) as f64 * size.y };
        Cell { corner: self.corner + steps, size, depth }
    }

    pub fn top_cell(&self, column: u32, row: u32) -> Cell {
        let steps = Coord { x: f64::from(column) * self.cell.x, y: f64::from(row) * self.cell.y };
        Cell { corner: self.corner + steps, size: self.cell, depth: 0 }
    }

    /// In cells of the top from the corner of the frame.
    pub fn in_cells(&self, c: Coord<f64>) -> Coord<f64> {
        Coord { x: (c.x - self.corner.x) / self.cell.x, y: (c.y - self.corner.y) / self.cell.y }
    }
}

impl Place {
    /// The place in its cell of that depth, in units.
    #[inline]
    pub fn units(self, depth: u32) -> [u32; 2] {
        let shift = FRACTION_BITS - depth * LEVEL_BITS - UNIT_BITS;
        let mask = (1 << UNIT_BITS) - 1;
        [(self.x >> shift) as u32 & mask, (self.y >> shift) as u32 & mask]
    }

    /// Which of the 4 × 4 parts of a cell the place is in, where the parts have that depth.
    #[inline]
    pub fn part(self, depth: u32) -> usize {
        let shift = FRACTION_BITS - depth * LEVEL_BITS;
        let mask = (1 << LEVEL_BITS) - 1;
        ((self.y >> shift & mask) << LEVEL_BITS | (self.x >> shift & mask)) as usize
    }
}

impl Cell {
    pub fn part(&self, column: u32, row: u32) -> Self {
        let size = self.size / f64::from(1u32 << LEVEL_BITS);
        let steps = Coord { x: f64::from(column) * size.x, y: f64::from(row) * size.y };
        Self { corner: self.corner + steps, size, depth: self.depth + 1 }
    }

    pub fn far_corner(&self) -> Coord<f64> {
        self.corner + self.size
    }
}

/// The nearest whole number from 0 to `limit`. From 2⁵² on a float has no room for less than one, so adding 2⁵² rounds,
/// and its lower bits are the number: three instructions, where a cast must mind what does not fit.
#[inline]
fn whole(number: f64, limit: f64) -> u64 {
    const ONES: f64 = (1u64 << 52) as f64;
    let number = if number > 0.0 { number } else { 0.0 };
    let number = if number < limit { number } else { limit };
    (number + ONES).to_bits() & ((1 << 52) - 1)
}

/// Calls `visit` with column and row of each cell of `columns` × `rows` that the segment comes within [`SLACK`] of, and
/// perhaps with a few more. Coordinates are in cells.
pub fn cells_near(lo: Coord<f64>, hi: Coord<f64>, columns: u32, rows: u32, mut visit: impl FnMut(u32, u32)) {
    let range = |from: f64, to: f64, count: u32| {
        // A cast saturates, so what lies before the first cell is 0.
        (from - SLACK).floor() as u32..=((to + SLACK).floor() as u32).min(count - 1)
    };
    let (west, east) = (lo.x.min(hi.x), lo.x.max(hi.x));
    let rise = hi.y - lo.y;
    let rows = range(lo.y, hi.y, rows);
    let several = rows.start() < rows.end();
    for row in rows {
        let (mut from, mut to) = (west, east);
        // A segment that hardly rises runs through all of its columns in any row.
        if several && rise > 1e-3 {
            let at = |y: f64| lo.x + (hi.x - lo.x) * ((y - lo.y) / rise);
            let south = at((f64::from(row) - SLACK).max(lo.y));
            let north = at((f64::from(row) + 1.0 + SLACK).min(hi.y));
            (from, to) = (from.max(south.min(north)), to.min(south.max(north)));
        }
        for column in range(from, to, columns) {
            visit(column, row);
        }
    }
}

/// In cells: more than twice the reach of a leaf beyond its cell, for what rounding takes away.
const SLACK: f64 = 2e-5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_lies_outside_is_in_the_ring() {
        let (low, high) = (Coord { x: 110.0, y: 40.0 }, Coord { x: 110.1, y: 40.3 });
        let frame = Frame::around(low, high, 1_000.0).expect("on Earth");
        for (x, y) in [(-180.0, -90.0), (180.0, 90.0), (110.05, -90.0), (180.0, 40.1)] {
            let top = frame.top(frame.place(Coord { x, y })) as u32;
            let (column, row) = (top % frame.columns, top / frame.columns);
            let is_ring = column % (frame.columns - 1) == 0 || row % (frame.rows - 1) == 0;
            assert!(is_ring && row < frame.rows, "{x} {y}: {column} {row}");
        }
        assert!(Frame::around(low, Coord { x: f64::NAN, y: 41.0 }, 9.0).is_none());
        assert!(Frame::around(low, Coord { x: 1e9, y: 41.0 }, 9.0).is_none());
    }

    #[test]
    fn corners_are_exact_at_every_depth() {
        for extent in [1e-13, 1e-9, 1e-3, 1.0, 90.0] {
            let low = Coord { x: 179.3, y: -extent / 3.0 };
            let frame = Frame::around(low, low + Coord { x: extent / 7.0, y: extent }, 65_536.0).expect("on Earth");
            let place = frame.place(low);
            for depth in 0..=frame.max_depth {
                let cell = frame.cell_at(place, depth);
                for (corner, size) in [(cell.corner.x, cell.size.x), (cell.corner.y, cell.size.y)] {
                    assert_eq!((corner / size).fract(), 0.0, "{corner} {size}");
                    assert_eq!(corner + size - corner, size);
                }
            }
        }
    }
}
