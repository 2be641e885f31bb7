//! From metres on the ground to pixels.

use serde::{Deserialize, Serialize};

/// A pinhole above flat ground with a level horizon.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Lens {
    pub height_m: f64,
    /// Below the horizon.
    pub tilt_deg: f64,
    pub hfov_deg: f64,
}

impl Default for Lens {
    /// A lamp pole's arm over a street.
    fn default() -> Self {
        Self { height_m: 6.0, tilt_deg: 18.0, hfov_deg: 60.0 }
    }
}

/// Ahead, right and up of the point below the lens, in metres.
pub(super) type Point = [f64; 3];
/// Across and down, in pixels.
pub(super) type Pixel = [f64; 2];

/// A lens with a picture behind it.
#[derive(Debug, Clone, Copy)]
pub(super) struct View {
    pub width: usize,
    pub height: usize,
    pub height_m: f64,
    sin_tilt: f64,
    cos_tilt: f64,
    focal_px: f64,
    centre: Pixel,
}

/// Nothing nearer to the lens is drawn.
const NEAREST_M: f64 = 0.5;

impl View {
    pub fn new(lens: Lens, width: usize, height: usize) -> Self {
        let (sin_tilt, cos_tilt) = lens.tilt_deg.to_radians().sin_cos();
        let half = (lens.hfov_deg.clamp(1.0, 170.0).to_radians() / 2.0).tan();
        let (w, h) = (width as f64, height as f64);
        Self {
            width,
            height,
            height_m: lens.height_m.max(0.5),
            sin_tilt,
            cos_tilt,
            focal_px: w / 2.0 / half,
            centre: [w / 2.0, h / 2.0],
        }
    }

    /// The same with everything moved on the picture.
    pub fn moved(mut self, x: f64, y: f64) -> Self {
        self.centre[0] += x;
        self.centre[1] += y;
        self
    }

    pub fn depth_m(&self, [ahead, _, up]: Point) -> f64 {
        ahead * self.cos_tilt + (self.height_m - up) * self.sin_tilt
    }

    /// `None` behind the lens.
    pub fn pixel(&self, point: Point) -> Option<Pixel> {
        let [ahead, right, up] = point;
        let depth = self.depth_m(point);
        let down = (self.height_m - up) * self.cos_tilt - ahead * self.sin_tilt;
        let [x, y] = self.centre;
        (depth > NEAREST_M).then(|| [x + self.focal_px * right / depth, y + self.focal_px * down / depth])
    }

    /// Direction of what is seen at a pixel: ahead, right and up.
    pub fn ray(&self, [x, y]: Pixel) -> Point {
        let right = (x - self.centre[0]) / self.focal_px;
        let down = (y - self.centre[1]) / self.focal_px;
        [self.cos_tilt - down * self.sin_tilt, right, -self.sin_tilt - down * self.cos_tilt]
    }

    /// How far ahead the middle of the picture meets the ground.
    pub fn middle_m(&self) -> f64 {
        self.height_m * self.cos_tilt / self.sin_tilt.max(1e-3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ray_leads_back_to_the_point_that_is_seen() {
        let view = View::new(Lens::default(), 640, 360);
        for point in [[12.0, 3.0, 0.0], [40.0, -9.0, 0.0], [20.0, 0.0, 2.5]] {
            let [ahead, right, up] = view.ray(view.pixel(point).expect("ahead"));
            let far = point[0] / ahead;
            assert!((right * far - point[1]).abs() < 1e-9 && (view.height_m + up * far - point[2]).abs() < 1e-9);
        }
    }

    #[test]
    fn the_middle_of_the_picture_is_where_the_tilt_meets_the_ground() {
        let view = View::new(Lens { height_m: 10.0, tilt_deg: 45.0, hfov_deg: 60.0 }, 640, 360);
        let [x, y] = view.pixel([10.0, 0.0, 0.0]).expect("ahead");
        assert!((x - 320.0).abs() < 1e-9 && (y - 180.0).abs() < 1e-9);
        assert!((view.middle_m() - 10.0).abs() < 1e-9);
    }
}
