//! Seeing: pictures go in, [`Sighting`]s come out.
//!
//! ```text
//! Frame ─► Small ─► sway, light ─► Background ─► Cells ─► blobs ─► Tracker ─► kinds ─► Sighting
//! ```
//!
//! A [`Detector`] belongs to one camera that stands still. It learns what the empty street looks like, takes what
//! differs for blobs, follows them, and says of each what it is and when it became worth telling. There is no clock:
//! the stream's time comes with every picture. Nothing is allocated once the first picture of a size has been seen.
//!
//! `docs/design/vision.md` says why it is built so and what it cannot do.

mod background;
mod blob;
mod cells;
mod detector;
mod frame;
mod health;
mod kinds;
mod light;
mod perspective;
mod plume;
mod shrink;
mod still;
mod stir;
mod sway;
mod track;
mod tracker;

use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use detector::{Detector, Settings};
pub use frame::{Frame, FrameError, MAX_SIDE, Plane};
pub use health::{Ailment, Diagnosis, Health};
pub use perspective::Perspective;
pub use stir::Stir;

/// What can be told of a street by its outlines and movements.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
    strum::VariantNames,
    strum::EnumIter,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Kind {
    Person,
    /// A vehicle that moves.
    Vehicle,
    /// A vehicle that came, stopped, and has stood for the dwell.
    ParkedVehicle,
    /// Something that was not there before, did not drive there, and has stood for the dwell: a stall, a heap, a bag.
    LeftObject,
    Smoke,
}

/// Something worth telling: a track that became this kind with this picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sighting {
    pub kind: Kind,
    /// 0..=1, how well size, shape, movement and time speak for the kind. Made to compare and to cut by; it was not
    /// calibrated and is no probability.
    pub score: f32,
    pub bbox: PixelBox,
    /// The same for everything told of one thing; never given twice by one detector.
    pub track: u32,
    /// When the track began, in stream time. A thing is parked or left since then or later.
    pub since: Duration,
    pub at: Duration,
}

/// One thing followed right now, for drawing boxes. Its `kind` is the best guess and may change.
#[derive(Debug, Clone, PartialEq)]
pub struct TrackView {
    pub id: u32,
    pub bbox: PixelBox,
    pub kind: Kind,
    pub score: f32,
}

/// A rectangle in pixels of the frame as it came, whatever size the detector works in.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PixelBox {
    pub x: f32,
    pub y: f32,
    pub w: f32,
    pub h: f32,
}

impl PixelBox {
    /// Where it stands: the middle of the lower edge, `(x, y)`.
    #[must_use]
    pub fn foot(&self) -> (f32, f32) {
        (self.x + self.w / 2.0, self.y + self.h)
    }

    #[must_use]
    pub fn area(&self) -> f32 {
        self.w * self.h
    }

    /// The area in both.
    #[must_use]
    pub fn overlap(&self, other: &Self) -> f32 {
        let w = (self.x + self.w).min(other.x + other.w) - self.x.max(other.x);
        let h = (self.y + self.h).min(other.y + other.h) - self.y.max(other.y);
        w.max(0.0) * h.max(0.0)
    }

    /// Intersection over union, 0..=1.
    #[must_use]
    pub fn iou(&self, other: &Self) -> f32 {
        let both = self.overlap(other);
        both / (self.area() + other.area() - both).max(f32::EPSILON)
    }

    /// The smallest box around both.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        let right = (self.x + self.w).max(other.x + other.w);
        let bottom = (self.y + self.h).max(other.y + other.h);
        Self { x, y, w: right - x, h: bottom - y }
    }

    fn scaled(&self, factor: f32) -> Self {
        Self { x: self.x * factor, y: self.y * factor, w: self.w * factor, h: self.h * factor }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_stands_on_the_middle_of_its_lower_edge() {
        assert_eq!(PixelBox { x: 10.0, y: 20.0, w: 4.0, h: 8.0 }.foot(), (12.0, 28.0));
    }

    #[test]
    fn boxes_apart_share_nothing_and_equal_ones_all() {
        let a = PixelBox { x: 0.0, y: 0.0, w: 2.0, h: 2.0 };
        let b = PixelBox { x: 1.0, y: 1.0, w: 2.0, h: 2.0 };
        assert_eq!(a.iou(&a), 1.0);
        assert_eq!(a.iou(&b), 1.0 / 7.0);
        assert_eq!(a.iou(&PixelBox { x: 5.0, ..b }), 0.0);
        assert_eq!(a.union(&b), PixelBox { x: 0.0, y: 0.0, w: 3.0, h: 3.0 });
    }

    #[test]
    fn kinds_are_named_alike_in_text_and_json() {
        assert_eq!(Kind::ParkedVehicle.to_string(), "parked_vehicle");
        assert_eq!(serde_json::to_string(&Kind::ParkedVehicle).expect("JSON"), "\"parked_vehicle\"");
        assert_eq!("left_object".parse(), Ok(Kind::LeftObject));
    }
}
