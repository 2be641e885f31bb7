//! From pixel to ground and back by a camera's pose.

use nalgebra::{Matrix2, Matrix3, Vector2};

use super::{
    Aspect, GroundPoint, NoGround, PIXEL_SIGMA, Pixel, Pose,
    ground::{on_map, project},
};
use crate::domain::geo::{ErrorEllipse, LocalPlane, Position};

/// One-sigma errors of a pose that was set up by eye and map: what is assumed, not measured.
pub(super) const TILT_SIGMA_DEG: f64 = 1.0;
pub(super) const HEADING_SIGMA_DEG: f64 = 1.5;
/// Of the height itself; covers ground that is not quite flat, too.
pub(super) const HEIGHT_SIGMA: f64 = 0.05;

/// A pinhole camera above flat ground.
///
/// Lens distortion is left out, and so is ground that rises or falls, which moves far points a lot: control points
/// hold on a slope and even distortion out in part.
#[derive(Debug, Clone, Copy)]
pub struct View {
    position: Position,
    plane: LocalPlane,
    height_m: f64,
    range_m: f64,
    heading_rad: f64,
    tilt_rad: f64,
    /// Half the width and half the height of the picture at unit distance.
    half: [f64; 2],
}

impl View {
    /// `height_m` of the lens above the ground and `range_m` must be above zero, as [`super::Camera`] holds them.
    pub(super) fn new(position: Position, height_m: f64, pose: Pose, range_m: f64, aspect: Aspect) -> Self {
        let half_width = (pose.hfov_deg().to_radians() / 2.0).tan();
        Self {
            position,
            plane: LocalPlane::at(position),
            height_m,
            range_m,
            heading_rad: pose.heading_deg().to_radians(),
            tilt_rad: pose.tilt_deg().to_radians(),
            half: [half_width, half_width / aspect.ratio()],
        }
    }

    pub(super) fn position(&self) -> Position {
        self.position
    }

    pub(super) fn range_m(&self) -> f64 {
        self.range_m
    }

    /// Where the ray through `pixel` meets the ground.
    ///
    /// # Errors
    /// [`NoGround::AboveHorizon`] and [`NoGround::BeyondRange`].
    pub fn locate(&self, pixel: Pixel) -> Result<GroundPoint, NoGround> {
        // The ray is (forward, right, down) = (f, x, d) in the camera's heading.
        let (sin_t, cos_t) = self.tilt_rad.sin_cos();
        let x = (2.0 * pixel.x - 1.0) * self.half[0];
        let y = (2.0 * pixel.y - 1.0) * self.half[1];
        let f = cos_t - y * sin_t;
        let d = sin_t + y * cos_t;
        if d <= 0.0 {
            return Err(NoGround::AboveHorizon);
        }
        let ahead_right = Vector2::new(f, x) * (self.height_m / d);
        let distance_m = ahead_right.norm();
        if distance_m > self.range_m {
            return Err(NoGround::BeyondRange { distance_m, range_m: self.range_m });
        }
        let to_east_north = self.to_east_north();
        let [east_north] = (to_east_north * ahead_right).data.0;

        // Partial derivatives of (ahead, right), each times the sigma of what it is taken by.
        let h = self.height_m;
        let by_tilt = Vector2::new(-1.0 - f * f / (d * d), -x * f / (d * d)) * h;
        let by_heading = Vector2::new(-ahead_right[1], ahead_right[0]);
        let by_height = ahead_right;
        let by_x = Vector2::new(0.0, 2.0 * self.half[0] * h / d);
        let by_y = Vector2::new(-1.0, -x * cos_t) * (2.0 * self.half[1] * h / (d * d));
        let covariance: Matrix2<f64> = [
            by_tilt * TILT_SIGMA_DEG.to_radians(),
            by_heading * HEADING_SIGMA_DEG.to_radians(),
            by_height * HEIGHT_SIGMA,
            by_x * PIXEL_SIGMA,
            by_y * PIXEL_SIGMA,
        ]
        .into_iter()
        .map(|step| to_east_north * step)
        .map(|step| step * step.transpose())
        .sum();
        Ok(GroundPoint { position: on_map(&self.plane, east_north)?, error: ErrorEllipse::of_covariance(covariance) })
    }

    /// How tall an upright metre appears that stands where the ground is at the height `y` of the picture, as a fraction of
    /// the picture's height, in its middle column; `None` where there is no ground within the range.
    #[must_use]
    pub fn meter_at(&self, y: f64) -> Option<f64> {
        let ground = self.locate(Pixel { x: 0.5, y }).ok()?;
        let [east, north] = self.plane.meters(ground.position.coord());
        let ahead = east.hypot(north);
        let (sin_t, cos_t) = self.tilt_rad.sin_cos();
        let above = self.height_m - 1.0;
        let depth = ahead * cos_t + above * sin_t;
        let top = 0.5 + (above * cos_t - ahead * sin_t) / (2.0 * self.half[1] * depth);
        (depth > 0.0 && top < y).then_some(y - top)
    }

    /// Where the ground at `position` appears; `None` behind the camera or outside the frame. Knows no range.
    #[must_use]
    pub fn project(&self, position: Position) -> Option<Pixel> {
        project(&self.to_pixel(), self.plane.meters(position.coord()))
    }

    /// Takes `(east, north, 1)` in metres from the camera's foot to `(x·w, y·w, w)`; `w` is the depth.
    pub(super) fn to_pixel(self) -> Matrix3<f64> {
        let (sin_h, cos_h) = self.heading_rad.sin_cos();
        let (sin_t, cos_t) = self.tilt_rad.sin_cos();
        // Rows: right, down and depth of a ground point in the camera's own axes.
        let camera = Matrix3::new(
            cos_h,
            -sin_h,
            0.0,
            -sin_h * sin_t,
            -cos_h * sin_t,
            self.height_m * cos_t,
            sin_h * cos_t,
            cos_h * cos_t,
            self.height_m * sin_t,
        );
        let [half_x, half_y] = self.half;
        Matrix3::new(0.5 / half_x, 0.0, 0.5, 0.0, 0.5 / half_y, 0.5, 0.0, 0.0, 1.0) * camera
    }

    /// Turns (ahead, right) into (east, north).
    fn to_east_north(self) -> Matrix2<f64> {
        let (sin, cos) = self.heading_rad.sin_cos();
        Matrix2::new(sin, cos, cos, -sin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn foot() -> Position {
        Position::new(110.03, 40.41).expect("valid")
    }

    fn view(height_m: f64, heading: f64, tilt: f64, hfov: f64) -> View {
        View::new(foot(), height_m, Pose::new(heading, tilt, hfov).expect("valid"), 1e4, Aspect::default())
    }

    fn offset(view: &View, x: f64, y: f64) -> [f64; 2] {
        LocalPlane::at(foot()).meters(view.locate(Pixel { x, y }).expect("ground").position.coord())
    }

    fn near(got: [f64; 2], expected: [f64; 2]) {
        assert!((got[0] - expected[0]).hypot(got[1] - expected[1]) < 1e-6, "{got:?}, expected {expected:?}");
    }

    #[test]
    fn a_centre_pixel_at_45_degrees_is_as_far_ahead_as_the_camera_is_high() {
        near(offset(&view(10.0, 0.0, 45.0, 60.0), 0.5, 0.5), [0.0, 10.0]);
        near(offset(&view(10.0, 90.0, 45.0, 60.0), 0.5, 0.5), [10.0, 0.0]);
        let diagonal = 10.0 * 0.5f64.sqrt();
        near(offset(&view(10.0, 225.0, 45.0, 60.0), 0.5, 0.5), [-diagonal, -diagonal]);
    }

    #[test]
    fn straight_down_the_heading_is_the_top_of_the_picture() {
        let down = view(10.0, 0.0, 90.0, 90.0);
        near(offset(&down, 0.5, 0.5), [0.0, 0.0]);
        near(offset(&down, 1.0, 0.5), [10.0, 0.0]);
        near(offset(&down, 0.5, 0.0), [0.0, 10.0 * 9.0 / 16.0]);
    }

    #[test]
    fn the_lower_edge_is_tilt_plus_half_the_vertical_view_down() {
        // hfov 90° at 16:9: half the vertical view is atan(9/16).
        let down = 20f64.to_radians() + (9f64 / 16.0).atan();
        near(offset(&view(8.0, 0.0, 20.0, 90.0), 0.5, 1.0), [0.0, 8.0 / down.tan()]);
    }

    #[test]
    fn sky_and_the_far_ground_are_refused() {
        let level = view(10.0, 0.0, 0.0, 60.0);
        let no_ground = |pixel| level.locate(pixel).expect_err("no ground");
        assert_eq!(no_ground(Pixel { x: 0.5, y: 0.5 }), NoGround::AboveHorizon);
        assert_eq!(no_ground(Pixel { x: 0.5, y: 0.1 }), NoGround::AboveHorizon);
        assert!(
            matches!(no_ground(Pixel { x: 0.5, y: 0.5001 }), NoGround::BeyondRange { range_m, .. } if range_m > 9999.0)
        );
        assert_eq!(level.project(LocalPlane::at(foot()).position([0.0, -50.0]).expect("near")), None, "behind");
        assert_eq!(level.project(LocalPlane::at(foot()).position([90.0, 50.0]).expect("near")), None, "beside");
    }

    #[test]
    fn the_error_is_what_moving_each_input_by_its_sigma_gives() {
        let (pixel, heading, tilt, height) = (Pixel { x: 0.8, y: 0.7 }, 30.0, 25.0, 8.0);
        let at = |height, heading, tilt, x, y| Vector2::from(offset(&view(height, heading, tilt, 70.0), x, y));
        let step = 1e-4;
        let Pixel { x, y } = pixel;
        // Central differences, to check the analytic derivatives by.
        let pairs = [
            (at(height, heading, tilt + step, x, y) - at(height, heading, tilt - step, x, y)) * TILT_SIGMA_DEG,
            (at(height, heading + step, tilt, x, y) - at(height, heading - step, tilt, x, y)) * HEADING_SIGMA_DEG,
            (at(height + step, heading, tilt, x, y) - at(height - step, heading, tilt, x, y)) * (HEIGHT_SIGMA * height),
            (at(height, heading, tilt, x + step, y) - at(height, heading, tilt, x - step, y)) * PIXEL_SIGMA,
            (at(height, heading, tilt, x, y + step) - at(height, heading, tilt, x, y - step)) * PIXEL_SIGMA,
        ];
        let covariance = pairs.into_iter().map(|pair| pair / (2.0 * step)).map(|d| d * d.transpose()).sum();
        let expected = ErrorEllipse::of_covariance(covariance);
        let got = view(height, heading, tilt, 70.0).locate(pixel).expect("ground");
        assert!((got.error.along_m - expected.along_m).abs() < 1e-4, "{got:?} {expected:?}");
        assert!((got.error.across_m - expected.across_m).abs() < 1e-4, "{got:?} {expected:?}");
        assert!((got.error.bearing_deg - expected.bearing_deg).abs() < 1e-2, "{got:?} {expected:?}");
    }

    #[test]
    fn far_ground_is_less_sure_than_near_and_worst_along_the_line_of_sight() {
        let view = view(6.0, 90.0, 15.0, 60.0);
        let [near, far] = [0.9, 0.45].map(|y| view.locate(Pixel { x: 0.5, y }).expect("ground"));
        assert!(far.error_m() > 3.0 * near.error_m());
        assert!((far.error.bearing_deg - 90.0).abs() < 1e-6 && far.error.along_m > far.error.across_m);
    }

    proptest! {
        #[test]
        fn pixel_to_ground_to_pixel_is_the_same_pixel(
            x in 0.0..=1.0, y in 0.0..=1.0, heading in 0.0..360.0, tilt in -20.0..=90.0, hfov in 2.0..120.0,
            height in 2.0..60.0,
        ) {
            let view = view(height, heading, tilt, hfov);
            let pixel = Pixel { x, y };
            if let Ok(point) = view.locate(pixel) {
                let back = view.project(point.position).expect("what was seen is in the frame");
                prop_assert!((back.x - x).abs().max((back.y - y).abs()) < 1e-6, "{pixel:?} {back:?}");
                prop_assert!(point.error.across_m <= point.error.along_m && point.error_m().is_finite());
            }
        }
    }
}
