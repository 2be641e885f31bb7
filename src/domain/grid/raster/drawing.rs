//! The edges near a cell, drawn on its 2¹⁵ × 2¹⁵ units.
//!
//! The drawing answers for the edges wherever it is not too near to one of them, because it is the true figure with
//! every point moved by less than [`BAND`] units:
//!
//! - An edge is clipped to the cell and [`REACH`] around it, and its ends are rounded to units within the cell: moved
//!   by at most 1¼ units each way. A vertex rounds alike for all edges that have it, so what was connected stays so.
//! - A position is rounded down to a unit, south of unit 1 up to it: at most 1 1/16 units, those of the frame included.
//! - Where an edge crosses the western border of the cell, decided exactly, a *post* stands from there to the north:
//!   it toggles the grids beside the edge for all that is above. So the way from the corner north along the border and
//!   then east is told by what lies in the cell, and nothing outside of it matters.
//!
//! Now move everything from where it is truly to where it is drawn, at once and straight. The grids around the
//! position change only if an edge passes over it on the way; that edge is then drawn less than 1¼ + 1 1/16 from it
//! in either axis, so within the band of the test in [`leaf`](super::leaf), which sends the position to the exact edges.

use geo::Coord;

use super::{
    NO_RANK,
    edges::Edge,
    frame::{Cell, UNIT_BITS},
};

/// Units of a cell.
const UNITS: f64 = (1u32 << UNIT_BITS) as f64;
/// So many units around a cell its edges are still kept: more than a position can be beside its cell by rounding.
const REACH: f64 = 0.25;
/// A position within so many units of a drawn edge is decided by the true edges.
pub const BAND: i16 = 4;

/// The part of an edge that is in a cell, in units from the cell's corner.
#[derive(Debug, Clone, Copy)]
pub struct Clipped {
    /// Its number among all edges.
    pub edge: u32,
    pub lo: Coord<f64>,
    pub hi: Coord<f64>,
}

/// An edge or a post in whole units: from (`x`, `y`) up to (`x − west`, `y + rise`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stroke {
    pub x: i16,
    pub y: i16,
    pub rise: i16,
    pub west: i16,
    /// Whom crossing it toggles.
    pub ranks: [u32; 2],
}

/// Liang and Barsky's clipping; `None` for an edge out of reach.
///
/// Rounding moves an end by less than 2⁻⁷ units: no edge is longer than 2²⁹ cells of the smallest size.
pub fn clip(cell: &Cell, number: u32, edge: &Edge) -> Option<Clipped> {
    let unit = |c: Coord<f64>| {
        let from_corner = c - cell.corner;
        Coord { x: from_corner.x * (UNITS / cell.size.x), y: from_corner.y * (UNITS / cell.size.y) }
    };
    let (lo, hi) = (unit(edge.lo), unit(edge.hi));
    let along = hi - lo;
    let (mut enter, mut leave) = (0.0f64, 1.0f64);
    for (start, step) in [(lo.x, along.x), (lo.y, along.y)] {
        let (before, beyond) = (-REACH - start, UNITS + REACH - start);
        if step == 0.0 {
            if before > 0.0 || beyond < 0.0 {
                return None;
            }
        } else {
            let (first, last) = (before / step, beyond / step);
            enter = enter.max(first.min(last));
            leave = leave.min(first.max(last));
        }
    }
    // The ends themselves where nothing is cut off, so that all edges of a vertex have the same numbers.
    let at = |t: f64| {
        if t <= 0.0 {
            lo
        } else if t >= 1.0 {
            hi
        } else {
            lo + along * t
        }
    };
    (enter <= leave).then(|| Clipped { edge: number, lo: at(enter), hi: at(leave) })
}

/// Calls `draw` with the stroke of a clipped edge and with its post, if it has one.
pub fn draw(cell: &Cell, edge: &Edge, clipped: &Clipped, mut draw: impl FnMut(Stroke)) {
    const LAST: i32 = (1 << UNIT_BITS) - 1;
    let x = |c: Coord<f64>| (c.x.round() as i32).clamp(0, LAST);
    // A row further north than the last, so that what leaves the cell there counts for all of it; and not the first,
    // which keeps the difference of any two within 16 bits.
    let y = |c: Coord<f64>| (c.y.round() as i32).clamp(1, LAST + 1);
    let up = |from: [i32; 2], to: [i32; 2], ranks| {
        let start = from[1].min(LAST);
        let [rise, west] = [to[1] - start, from[0] - to[0]].map(|units| units as i16);
        Stroke { x: from[0] as i16, y: start as i16, rise, west, ranks }
    };
    let (mut lo, mut hi) = ([x(clipped.lo), y(clipped.lo)], [x(clipped.hi), y(clipped.hi)]);
    let western = if edge.lo.x < edge.hi.x { lo } else { hi };
    if lo[1] > hi[1] {
        (lo, hi) = (hi, lo);
    }
    let corner = cell.corner;
    // Wholly west of the cell: no way from the corner crosses it, and only what is near must know of it.
    let is_beyond = edge.lo.x.max(edge.hi.x) <= corner.x;
    draw(up(lo, hi, if is_beyond { [NO_RANK; 2] } else { edge.ranks }));
    if !is_beyond && edge.crosses_northward(corner, cell.far_corner().y) && western[1] <= LAST {
        draw(up([0, western[1]], [0, LAST + 1], edge.ranks));
    }
}
