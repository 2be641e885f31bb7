//! Pixels and points on the ground: what every way from one to the other takes and gives.

use nalgebra::{Matrix3, Vector3};
use serde::{Deserialize, Serialize};

use crate::domain::geo::{ErrorEllipse, LocalPlane, Position};

/// One-sigma error, as a fraction of the frame's width and height, of the pixel that is taken for the foot of a
/// thing: the lower edge of a blob's box, or an operator's click.
pub const PIXEL_SIGMA: f64 = 0.005;

/// A point in the picture as fractions of its width and height: `(0, 0)` is the upper left corner, `(1, 1)` the lower
/// right. So it means the same in the main and the sub stream.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Pixel {
    /// 0 left, 1 right.
    pub x: f64,
    /// 0 above, 1 below.
    pub y: f64,
}

impl Pixel {
    /// Inside the frame, edges included. False for what is not a number.
    #[must_use]
    pub fn in_frame(self) -> bool {
        (0.0..=1.0).contains(&self.x) && (0.0..=1.0).contains(&self.y)
    }
}

/// Width of a frame over its height; 16:9 unless told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Aspect(f64);

impl Aspect {
    /// `None` for a frame without width or height.
    #[must_use]
    pub fn of_frame(width_px: u32, height_px: u32) -> Option<Self> {
        (width_px > 0 && height_px > 0).then(|| Self(f64::from(width_px) / f64::from(height_px)))
    }

    #[must_use]
    pub fn ratio(self) -> f64 {
        self.0
    }
}

impl Default for Aspect {
    fn default() -> Self {
        Self(16.0 / 9.0)
    }
}

/// A point on the ground and how sure it is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct GroundPoint {
    pub position: Position,
    pub error: ErrorEllipse,
}

impl GroundPoint {
    /// One-sigma error in metres in the worst direction.
    #[must_use]
    pub fn error_m(&self) -> f64 {
        self.error.along_m
    }
}

/// Why a pixel has no point on the ground.
#[derive(Debug, Clone, PartialEq, Serialize, thiserror::Error)]
#[serde(tag = "code", content = "params", rename_all = "snake_case")]
pub enum NoGround {
    #[error("the camera's position is not known")]
    Unplaced,
    #[error("the camera has no preset {preset}")]
    UnknownPreset { preset: String },
    #[error("pixel ({x}, {y}) is outside the frame")]
    OutOfFrame { x: f64, y: f64 },
    #[error("the pixel shows no ground but what is at or above the horizon")]
    AboveHorizon,
    #[error("the ground there is {distance_m:.0} m away, beyond the camera's range of {range_m:.0} m")]
    BeyondRange { distance_m: f64, range_m: f64 },
    /// Beyond a pole or the 180th meridian.
    #[error("the ground there is off the map")]
    OffTheMap,
}

/// The position that many metres east and north of the plane's origin.
pub(super) fn on_map(plane: &LocalPlane, offset_m: [f64; 2]) -> Result<Position, NoGround> {
    plane.position(offset_m).ok_or(NoGround::OffTheMap)
}

/// Where the ground point (metres east, north) appears, by a matrix that takes `(east, north, 1)` to
/// `(x·w, y·w, w)` with `w` above zero in front of the camera.
pub(super) fn project(to_pixel: &Matrix3<f64>, [east_m, north_m]: [f64; 2]) -> Option<Pixel> {
    // The edge of the frame belongs to it, and rounding must not push a point on the edge over it: degrees are kept to
    // a nanometre, and a frame may be as narrow as a few centimetres.
    const SLACK: f64 = 1e-6;
    let image = to_pixel * Vector3::new(east_m, north_m, 1.0);
    if image[2] <= 0.0 {
        return None;
    }
    let inside = |v: f64| (-SLACK..=1.0 + SLACK).contains(&v).then(|| v.clamp(0.0, 1.0));
    Some(Pixel { x: inside(image[0] / image[2])?, y: inside(image[1] / image[2])? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_without_width_has_no_aspect() {
        assert_eq!(Aspect::of_frame(0, 1080), None);
        assert_eq!(Aspect::of_frame(1920, 1080), Some(Aspect::default()));
    }
}
