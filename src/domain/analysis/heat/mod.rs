//! Heat: how many events there are to a square kilometre, everywhere, as a picture.
//!
//! Every event is spread over the ground by a Gaussian in metres, so the colours mean the same at every zoom and in
//! every frame. All frames are samples of one field over the plane of map tiles, so tiles have no seams. Colours stand
//! for a fixed [`Domain`], never for the brightest pixel of a tile.

mod field;
mod frame;
mod gaussian;
mod scale;

use super::super::geo::{MercatorPoint, Position};
pub use frame::{Frame, FrameError, LARGEST_SIDE_PX};
pub use scale::{Domain, Ramp};

/// An event on the plane.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeatPoint {
    pub at: MercatorPoint,
    /// How many events it stands for.
    pub weight: f32,
}

impl HeatPoint {
    #[must_use]
    pub fn at(position: Position) -> Self {
        Self { at: MercatorPoint::of(position), weight: 1.0 }
    }
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
    /// A radius is three standard deviations: what is farther away gets a hundredth of an event.
    pub const RADIUS_SIGMAS: f64 = 3.0;
    /// Without a word about it.
    pub const DEFAULT: Self = Self::Meters(300.0);
    /// Narrower than this many pixels of the picture a Gaussian is a speck.
    const LEAST_SIGMA_PX: f64 = 3.0;

    /// The standard deviation in metres at a height of the plane, in a picture of that zoom.
    #[must_use]
    pub fn sigma_m(self, zoom: f64, y: f64) -> f64 {
        let m_per_px = super::super::geo::mercator::ground_m_per_px(zoom, y);
        match self {
            Self::Meters(radius_m) => (radius_m / Self::RADIUS_SIGMAS).max(Self::LEAST_SIGMA_PX * m_per_px),
            Self::Pixels(radius_px) => (radius_px / Self::RADIUS_SIGMAS).max(Self::LEAST_SIGMA_PX) * m_per_px,
        }
    }
}

/// Events per square kilometre at the middle of each pixel of the frame, row by row from the north-west.
#[must_use]
pub fn density(points: &[HeatPoint], frame: &Frame, spread: Spread) -> Vec<f32> {
    let field = field::Field::over(points, frame.bounds(), frame.zoom(), spread);
    let [left, top] = frame.north_west();
    let [step_x, step_y] = frame.step();
    let mut values = Vec::with_capacity(frame.width() as usize * frame.height() as usize);
    for row in 0..frame.height() {
        let y = top + (f64::from(row) + 0.5) * step_y;
        values.extend((0..frame.width()).map(|column| field.at(left + (f64::from(column) + 0.5) * step_x, y)));
    }
    values
}

/// The highest density anywhere, for the domain that all frames of a zoom share. Found on a coarse field: within a few
/// percent.
#[must_use]
pub fn peak(points: &[HeatPoint], zoom: f64, spread: Spread) -> f32 {
    field::Field::peak(points, zoom, spread)
}
