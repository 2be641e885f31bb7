//! Heat: how many events there are to a square kilometre, everywhere, as a picture.
//!
//! Every event is spread over the ground by a [`Kernel`] in metres, so the colours mean the same at every zoom and in
//! every frame. All frames are samples of one field over the plane of map tiles, so tiles have no seams. Colours stand
//! for a fixed [`Domain`], never for the brightest pixel of a tile. Events are kept in a [`Pyramid`], which events come
//! into and leave one by one; what a frame costs depends on its size alone. `docs/design/heat.md` has the reasons.

mod cell;
mod coloring;
mod contour;
mod field;
mod film;
mod frame;
mod kernel;
mod layer;
mod pyramid;
mod scale;
#[cfg(test)]
mod tests;
mod window;

use super::super::geo::mercator::ground_m_per_px;
pub use cell::Cell;
pub use coloring::{Coloring, Ramp};
pub use contour::{Contour, contours};
pub use film::Stretches;
pub use frame::{Frame, FrameError, LARGEST_SIDE_PX};
pub use kernel::Shape;
pub use layer::{Layer, Period, Unit};
pub use pyramid::{Amount, Entry, Pyramid};
pub use scale::{Domain, Scale};
pub use window::Window;

/// How an event is spread.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Kernel {
    pub shape: Shape,
    pub spread: Spread,
}

impl Kernel {
    /// Without a word about it.
    pub const DEFAULT: Self = Self { shape: Shape::Gaussian, spread: Spread::DEFAULT };
}

/// How far an event spreads.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Spread {
    /// So many metres on the ground: what a planner can name. Never less than a few pixels, or nobody would see it.
    Meters(f64),
    /// So many pixels of the picture, whatever they are on the ground.
    Pixels(f64),
}

impl Spread {
    /// Without a word about it.
    pub const DEFAULT: Self = Self::Meters(300.0);
    /// Widest radius: beyond it a city is one spot.
    pub const WIDEST_M: f64 = 100_000.0;
    pub const WIDEST_PX: f64 = 1_000.0;
    /// Narrower than this many pixels of the picture an event is a speck.
    const LEAST_PX: f64 = 9.0;

    /// So many metres; `None` if nobody could mean that.
    #[must_use]
    pub fn meters(radius_m: f64) -> Option<Self> {
        (radius_m > 0.0 && radius_m <= Self::WIDEST_M).then_some(Self::Meters(radius_m))
    }

    /// So many pixels; `None` if nobody could mean that.
    #[must_use]
    pub fn pixels(radius_px: f64) -> Option<Self> {
        (radius_px > 0.0 && radius_px <= Self::WIDEST_PX).then_some(Self::Pixels(radius_px))
    }

    /// The radius in metres at a height of the plane, in a picture of that zoom.
    #[must_use]
    pub fn radius_m(self, zoom: f64, y: f64) -> f64 {
        let m_per_px = ground_m_per_px(zoom, y);
        match self {
            Self::Meters(radius_m) => radius_m.max(Self::LEAST_PX * m_per_px),
            Self::Pixels(radius_px) => radius_px.max(Self::LEAST_PX) * m_per_px,
        }
    }
}

/// Events per square kilometre at the middle of each pixel of the frame, row by row from the north-west: `each` gets a row
/// at a time.
pub fn density_rows<A: Amount>(pyramid: &Pyramid<A>, frame: &Frame, kernel: Kernel, each: impl FnMut(&[f32])) {
    field::Field::over(pyramid, frame.bounds(), frame.zoom(), kernel).rows(frame, each);
}

/// The same, all of them.
#[must_use]
pub fn density<A: Amount>(pyramid: &Pyramid<A>, frame: &Frame, kernel: Kernel) -> Vec<f32> {
    let mut values = Vec::with_capacity(frame.width() as usize * frame.height() as usize);
    density_rows(pyramid, frame, kernel, |row| values.extend_from_slice(row));
    values
}

/// A mark of all that a frame shows: the same for the same events, whatever happened elsewhere; `None` where it shows
/// none. It costs a fraction of the picture.
#[must_use]
pub fn mark<A: Amount>(pyramid: &Pyramid<A>, frame: &Frame, kernel: Kernel) -> Option<u64> {
    let (events, mark) = pyramid.tally(field::extent(frame.bounds(), frame.zoom(), kernel));
    (events > 0).then_some(mark)
}

/// The greatest of all differences between values, whichever is more.
#[must_use]
pub fn greatest_difference(values: &[f32], before: &[f32]) -> f32 {
    values.iter().zip(before).map(|(value, before)| (value - before).abs()).fold(0.0, f32::max)
}
