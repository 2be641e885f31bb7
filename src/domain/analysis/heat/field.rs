//! The density of events over a part of the plane.

use super::{
    Frame, Kernel,
    cell::DEEPEST,
    pyramid::{Amount, CellBox, Pyramid},
};
use crate::domain::geo::mercator::{ground_m_per_px, px_of_plane};

/// Events per square kilometre on the pixels of one zoom level. The pixels are those of the whole plane, so fields of
/// neighbouring parts have the same values where they meet.
pub struct Field {
    extent: CellBox,
    values: Vec<f32>,
}

/// A kernel with a radius of so many cells is drawn faithfully; a wider one is worked out on a coarser level.
const ENOUGH_RADIUS: f64 = 12.0;
/// The peak needs less.
const ENOUGH_FOR_PEAK: f64 = 6.0;
/// Cells of a field at most, whatever is asked: 128 MiB of floats, twice.
const MOST_CELLS: f64 = 33_554_432.0;
/// Bits of the cells of zoom 0.
const BITS_OF_ZOOM_0: u8 = 8;

/// The cells that a part of the plane (west, north, east, south) needs to know for a picture of that zoom: those of the
/// level at which the kernel has enough of them, with a margin from which events still shine in.
pub fn extent([west, north, east, south]: [f64; 4], zoom: f64, kernel: Kernel) -> CellBox {
    extent_with(ENOUGH_RADIUS, [west, north, east, south], zoom, kernel)
}

fn extent_with(enough: f64, [west, north, east, south]: [f64; 4], zoom: f64, kernel: Kernel) -> CellBox {
    // By the radius at the equator: the same level for every part of the plane. None is finer than the picture.
    let radius_at_0 = kernel.spread.radius_m(zoom, 0.5) / ground_m_per_px(0.0, 0.5);
    let needed = (enough / radius_at_0).log2().ceil();
    let fits = (MOST_CELLS / ((east - west) * (south - north)).max(1e-18)).sqrt() / px_of_plane(0.0);
    let deepest = f64::from(DEEPEST - BITS_OF_ZOOM_0);
    let level = needed.min(zoom.ceil()).min(fits.log2().floor()).clamp(0.0, deepest);
    let plane = px_of_plane(level);
    let widest = radius_at(level, zoom, kernel, north).max(radius_at(level, zoom, kernel, south));
    // One more, because events are shared between cells, and one because values are read between them.
    let margin = (kernel.shape.reach() * widest).ceil() + 2.0;
    let (left, top) = ((west * plane).floor() - margin, (north * plane).floor() - margin);
    CellBox {
        bits: level as u8 + BITS_OF_ZOOM_0,
        left: left as i64,
        top: top as i64,
        width: ((east * plane).ceil() + margin - left) as u32,
        height: ((south * plane).ceil() + margin - top) as u32,
    }
}

/// The kernel's radius in cells of a level, at a height of the plane.
fn radius_at(level: f64, zoom: f64, kernel: Kernel, y: f64) -> f64 {
    let y = y.clamp(0.0, 1.0);
    kernel.spread.radius_m(zoom, y) / ground_m_per_px(level, y)
}

impl Field {
    /// Over `bounds` (west, north, east, south on the plane) for a picture of that zoom.
    pub fn over<A: Amount>(pyramid: &Pyramid<A>, bounds: [f64; 4], zoom: f64, kernel: Kernel) -> Self {
        Self::of(pyramid, extent(bounds, zoom, kernel), zoom, kernel)
    }

    /// Where most events lie together: the squares to look for the highest density in, in a picture of that zoom.
    pub fn crowded<A: Amount>(pyramid: &Pyramid<A>, zoom: f64, kernel: Kernel) -> Vec<CellBox> {
        /// Squares that are looked at.
        const SQUARES: usize = 64;
        pyramid.fullest(extent_with(ENOUGH_FOR_PEAK, [0.5; 4], zoom, kernel).bits, SQUARES)
    }

    /// The densities of such squares, cell by cell.
    pub fn within<A: Amount>(pyramid: &Pyramid<A>, squares: &[CellBox], zoom: f64, kernel: Kernel) -> Vec<f32> {
        let mut values = Vec::new();
        for square in squares {
            let cells = f64::from(1u32 << square.bits);
            let [west, north] = [square.left, square.top].map(|at| at as f64 / cells);
            let [east, south] = [west + f64::from(square.width) / cells, north + f64::from(square.height) / cells];
            let extent = extent_with(ENOUGH_FOR_PEAK, [west, north, east, south], zoom, kernel);
            let field = Self::of(pyramid, extent, zoom, kernel);
            // Not the margin, into which not all shines that should.
            let [right, down] = [square.left - extent.left, square.top - extent.top].map(|cells| cells as usize);
            let rows = field.values.chunks_exact(extent.width as usize).skip(down).take(square.height as usize);
            rows.for_each(|row| values.extend_from_slice(&row[right..][..square.width as usize]));
        }
        values
    }

    fn of<A: Amount>(pyramid: &Pyramid<A>, extent: CellBox, zoom: f64, kernel: Kernel) -> Self {
        let mut values = pyramid.cells(extent);
        let level = f64::from(extent.bits - BITS_OF_ZOOM_0);
        let y_of_row = |row: usize| (extent.top as f64 + row as f64 + 0.5) / px_of_plane(level);
        let width = extent.width as usize;
        kernel.shape.spread(&mut values, width, |row| radius_at(level, zoom, kernel, y_of_row(row)));
        for (row, values) in values.chunks_exact_mut(width).enumerate() {
            let km = ground_m_per_px(level, y_of_row(row).clamp(0.0, 1.0)) / 1000.0;
            let per_km2 = (km * km).recip() as f32;
            for value in values {
                *value *= per_km2;
            }
        }
        Self { extent, values }
    }

    /// The densities at the middles of the frame's pixels, row by row from the north: `each` gets every row once.
    pub fn rows(&self, frame: &Frame, mut each: impl FnMut(&[f32])) {
        let plane = f64::from(1u32 << self.extent.bits);
        let ([west, north], [step_x, step_y]) = (frame.north_west(), frame.step());
        // Between the cells around it: the first of them, and how far it is to the next.
        let between = |at: f64, first: i64, size: u32| {
            let at = (at * plane - first as f64 - 0.5).clamp(0.0, f64::from(size - 2));
            (at as u32, at.fract() as f32)
        };
        let column =
            |column: u32| between(west + (f64::from(column) + 0.5) * step_x, self.extent.left, self.extent.width);
        let columns: Vec<(u32, f32)> = (0..frame.width()).map(column).collect();
        let width = self.extent.width as usize;
        let (mut between_rows, mut row) = (vec![0.0; width], vec![0.0; columns.len()]);
        for y in 0..frame.height() {
            let (above, down) = between(north + (f64::from(y) + 0.5) * step_y, self.extent.top, self.extent.height);
            let rows = &self.values[above as usize * width..][..2 * width];
            let (upper, lower) = rows.split_at(width);
            for ((to, upper), lower) in between_rows.iter_mut().zip(upper).zip(lower) {
                *to = upper + (lower - upper) * down;
            }
            for (to, (left, right)) in row.iter_mut().zip(&columns) {
                let [west, east] = [between_rows[*left as usize], between_rows[*left as usize + 1]];
                *to = west + (east - west) * right;
            }
            each(&row);
        }
    }
}
