//! From pixel to ground and back by ground control points.

use nalgebra::{DMatrix, Matrix2, Matrix3, Vector3};
use serde::Serialize;

use super::{
    GroundPoint, NoGround, PIXEL_SIGMA, Pixel,
    ground::{on_map, project},
};
use crate::domain::geo::{ErrorEllipse, LocalPlane, Position};

/// A homography has eight unknowns, and each point gives two equations.
pub const MIN_CONTROL_POINTS: usize = 4;

/// Below this ratio of the last needed to the first singular value, the points leave the homography open. Points
/// that a person picks well give 1e-2 and more.
const RANK_TOLERANCE: f64 = 1e-5;

/// A mark that is seen in the frame and known on the map.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ControlPoint {
    pub pixel: Pixel,
    pub position: Position,
}

/// The plane-to-plane map between frame and ground that fits the control points best.
///
/// Normalised direct linear transformation: Hartley & Zisserman, *Multiple View Geometry*, 2nd ed., algorithm 4.2,
/// in metres around the points' centroid. Takes in position, height, pose, focal length and slope at once, without
/// knowing any of them; holds as long as the camera does not move and the ground is a plane.
#[derive(Debug, Clone, PartialEq)]
pub struct Homography {
    centroid: Position,
    /// Takes `(x, y, 1)` to `(east·w, north·w, w)` with `w` above zero on the ground's side of the horizon.
    to_ground: Matrix3<f64>,
    to_pixel: Matrix3<f64>,
    residuals_m: Vec<f64>,
    rms_m: f64,
}

/// Why control points make no homography.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, thiserror::Error, strum::VariantNames)]
#[serde(tag = "code", content = "params", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum HomographyError {
    #[error("{given} control points are too few: {MIN_CONTROL_POINTS} are needed, more are better")]
    TooFewPoints { given: usize },
    #[error("control point {number} (counted from 1) is outside the frame")]
    PointOutOfFrame { number: usize },
    /// Also when points are given twice.
    #[error("the control points leave the view open: no four of them stand so that no three are in one line")]
    ViewLeftOpen,
    /// A plane seen from above is never mirrored and never folded at the horizon: two points are exchanged, or the
    /// positions are wrong.
    #[error("the control points contradict each other: no camera above the ground sees them in this order")]
    ImpossibleView,
}

impl Homography {
    /// Fits by least squares. Four points always fit exactly, so that only a fifth can show an error in
    /// [`residuals_m`](Self::residuals_m).
    ///
    /// # Errors
    /// Too few points, points outside the frame, in one line, or in an order that no camera sees.
    pub fn fit(points: &[ControlPoint]) -> Result<Self, HomographyError> {
        if points.len() < MIN_CONTROL_POINTS {
            return Err(HomographyError::TooFewPoints { given: points.len() });
        }
        if let Some(wrong) = points.iter().position(|point| !point.pixel.in_frame()) {
            return Err(HomographyError::PointOutOfFrame { number: wrong + 1 });
        }
        let n = points.len() as f64;
        let mean = |of: fn(Position) -> f64| points.iter().map(|point| of(point.position)).sum::<f64>() / n;
        let centroid = Position::new(mean(Position::lon), mean(Position::lat)).unwrap_or(points[0].position);
        let plane = LocalPlane::at(centroid);
        let seen: Vec<[f64; 2]> = points.iter().map(|point| [point.pixel.x, point.pixel.y]).collect();
        let ground: Vec<[f64; 2]> = points.iter().map(|point| plane.meters(point.position.coord())).collect();

        let from = normalisation(&seen).ok_or(HomographyError::ViewLeftOpen)?;
        let to = normalisation(&ground).ok_or(HomographyError::ViewLeftOpen)?;
        // At least nine rows (zeros do not matter), so that the decomposition gives all nine right vectors.
        let mut equations = DMatrix::<f64>::zeros((2 * points.len()).max(9), 9);
        for (i, (&pixel, &metres)) in seen.iter().zip(&ground).enumerate() {
            let p = from * lift(pixel);
            let q = to * lift(metres);
            for (row, unit, value) in [(2 * i, 0, q[0]), (2 * i + 1, 3, q[1])] {
                for k in 0..3 {
                    equations[(row, unit + k)] = p[k];
                    equations[(row, 6 + k)] = -value * p[k];
                }
            }
        }
        let svd = equations.svd(false, true);
        let singular = &svd.singular_values;
        let right = svd.v_t.ok_or(HomographyError::ViewLeftOpen)?;
        let solution = Matrix3::from_fn(|i, k| right[(8, 3 * i + k)]);
        // The eighth value says whether there is one solution, the determinant whether it keeps a plane a plane.
        if singular[7] < RANK_TOLERANCE * singular[0] || solution.determinant().abs() < RANK_TOLERANCE {
            return Err(HomographyError::ViewLeftOpen);
        }
        let undo = to.try_inverse().ok_or(HomographyError::ViewLeftOpen)?;
        let mut to_ground = undo * solution * from;
        to_ground *= (to_ground * lift(seen[0]))[2].signum() / to_ground.norm();
        let in_front = seen.iter().all(|&pixel| (to_ground * lift(pixel))[2] > 0.0);
        // The picture's y points down and the ground's north up: seen from above, the map turns orientation over.
        if !in_front || to_ground.determinant() >= 0.0 {
            return Err(HomographyError::ImpossibleView);
        }
        let to_pixel = to_ground.try_inverse().ok_or(HomographyError::ViewLeftOpen)?;

        let residuals_m: Vec<f64> = seen
            .iter()
            .zip(&ground)
            .map(|(&pixel, metres)| {
                let fitted = to_ground * lift(pixel);
                (fitted[0] / fitted[2] - metres[0]).hypot(fitted[1] / fitted[2] - metres[1])
            })
            .collect();
        let rms_m = (residuals_m.iter().map(|r| r * r).sum::<f64>() / n).sqrt();
        Ok(Self { centroid, to_ground, to_pixel, residuals_m, rms_m })
    }

    /// Metres on the ground between each control point and where the fit puts it, in the order given.
    #[must_use]
    pub fn residuals_m(&self) -> &[f64] {
        &self.residuals_m
    }

    /// Root mean square of the residuals.
    #[must_use]
    pub fn rms_m(&self) -> f64 {
        self.rms_m
    }

    /// The ground at `pixel`. Its error is the foot point's, scaled as the map is there, and the fit's RMS on top.
    ///
    /// # Errors
    /// [`NoGround::AboveHorizon`] on the wrong side of the horizon, [`NoGround::OffTheMap`] just before it.
    pub fn locate(&self, pixel: Pixel) -> Result<GroundPoint, NoGround> {
        let m = &self.to_ground;
        let image = m * Vector3::new(pixel.x, pixel.y, 1.0);
        let w = image[2];
        if w <= 0.0 {
            return Err(NoGround::AboveHorizon);
        }
        let metres = [image[0] / w, image[1] / w];
        let position = on_map(&LocalPlane::at(self.centroid), metres)?;
        // d(a/w) = (da − (a/w)·dw) / w
        let jacobian = Matrix2::from_fn(|i, k| (m[(i, k)] - metres[i] * m[(2, k)]) / w);
        let covariance = jacobian * jacobian.transpose() * (PIXEL_SIGMA * PIXEL_SIGMA)
            + Matrix2::identity() * (self.rms_m * self.rms_m);
        Ok(GroundPoint { position, error: ErrorEllipse::of_covariance(covariance) })
    }

    /// Where the ground at `position` appears; `None` behind the camera or outside the frame.
    #[must_use]
    pub fn project(&self, position: Position) -> Option<Pixel> {
        project(&self.to_pixel, LocalPlane::at(self.centroid).meters(position.coord()))
    }

    /// The middle of the control points: origin of the metres that [`to_pixel`](Self::to_pixel) takes.
    pub(super) fn centroid(&self) -> Position {
        self.centroid
    }

    /// Takes `(east, north, 1)` to `(x·w, y·w, w)`, `w` above zero in front of the camera.
    pub(super) fn to_pixel(&self) -> Matrix3<f64> {
        self.to_pixel
    }
}

fn lift([x, y]: [f64; 2]) -> Vector3<f64> {
    Vector3::new(x, y, 1.0)
}

/// Moves the points' centroid to 0 and scales their mean distance from it to √2; `None` when they are all one point.
fn normalisation(points: &[[f64; 2]]) -> Option<Matrix3<f64>> {
    let n = points.len() as f64;
    let [sum_x, sum_y] = points.iter().fold([0.0, 0.0], |[x, y], p| [x + p[0], y + p[1]]);
    let (x, y) = (sum_x / n, sum_y / n);
    let spread = points.iter().map(|p| (p[0] - x).hypot(p[1] - y)).sum::<f64>() / n;
    let scale = 2f64.sqrt() / spread;
    scale.is_finite().then(|| Matrix3::new(scale, 0.0, -scale * x, 0.0, scale, -scale * y, 0.0, 0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::camera::{Aspect, Pose, View};
    use proptest::prelude::*;

    const SPREAD: [(f64, f64); 6] = [(0.1, 0.95), (0.9, 0.9), (0.75, 0.5), (0.2, 0.45), (0.5, 0.7), (0.6, 0.55)];

    fn street_view() -> View {
        let foot = Position::new(110.03, 40.41).expect("valid");
        View::new(foot, 8.0, Pose::new(130.0, 22.0, 70.0).expect("valid"), 1e4, Aspect::default())
    }

    fn points(view: &View, pixels: &[(f64, f64)]) -> Vec<ControlPoint> {
        pixels
            .iter()
            .map(|&(x, y)| Pixel { x, y })
            .map(|pixel| ControlPoint { pixel, position: view.locate(pixel).expect("ground").position })
            .collect()
    }

    #[test]
    fn exact_points_give_back_the_view_that_made_them() {
        let view = street_view();
        for count in [4, 5, 6] {
            let fitted = Homography::fit(&points(&view, &SPREAD[..count])).expect("good points");
            assert!(fitted.rms_m() < 1e-6 && fitted.residuals_m().len() == count);
            for (x, y) in [(0.5, 0.5), (0.0, 1.0), (1.0, 0.3)] {
                let pixel = Pixel { x, y };
                let [by_points, by_pose] =
                    [fitted.locate(pixel), view.locate(pixel)].map(|found| found.expect("ground").position);
                assert!(by_points.distance_m(by_pose) < 1e-3, "{count} points, {pixel:?}");
            }
        }
    }

    #[test]
    fn a_moved_point_shows_in_its_residual_and_in_every_error() {
        let view = street_view();
        let mut points = points(&view, &SPREAD);
        let clean = Homography::fit(&points).expect("good points");
        let moved = LocalPlane::at(points[4].position).position([1.5, 0.0]).expect("near");
        points[4].position = moved;
        let fitted = Homography::fit(&points).expect("still a view");
        assert!(fitted.rms_m() > 0.2 && fitted.rms_m() < 1.5, "{fitted:?}");
        let pixel = Pixel { x: 0.5, y: 0.7 };
        let [sure, unsure] = [&clean, &fitted].map(|h| h.locate(pixel).expect("ground").error_m());
        assert!(sure > 0.0 && unsure >= fitted.rms_m() && unsure > sure);
    }

    #[test]
    fn the_error_is_the_local_scale_times_the_pixel_error() {
        let view = street_view();
        let fitted = Homography::fit(&points(&view, &SPREAD)).expect("good points");
        let at = |y| view.locate(Pixel { x: 0.5, y }).expect("ground").position;
        let scale_m = at(0.6 - 1e-4).distance_m(at(0.6 + 1e-4)) / 2e-4;
        let error_m = fitted.locate(Pixel { x: 0.5, y: 0.6 }).expect("ground").error_m();
        assert!((error_m / (scale_m * PIXEL_SIGMA) - 1.0).abs() < 1e-3, "{error_m} {scale_m}");
    }

    #[test]
    fn what_is_at_or_above_the_horizon_is_refused() {
        let fitted = Homography::fit(&points(&street_view(), &SPREAD)).expect("good points");
        // The horizon of 22° down at 70° by 16:9 is at y = (1 − tan 22° / (tan 35° · 9/16)) / 2, below 0: look there.
        let horizon = (1.0 - 22f64.to_radians().tan() / (35f64.to_radians().tan() * 9.0 / 16.0)) / 2.0;
        assert!(fitted.locate(Pixel { x: 0.5, y: horizon + 0.01 }).is_ok());
        assert_eq!(fitted.locate(Pixel { x: 0.5, y: horizon - 0.01 }), Err(NoGround::AboveHorizon));
        let behind = LocalPlane::at(Position::new(110.03, 40.41).expect("valid")).position([-30.0, 30.0]);
        assert_eq!(fitted.project(behind.expect("near")), None);
    }

    #[test]
    fn bad_points_are_refused_with_the_reason() {
        let view = street_view();
        let fit = |pixels: &[(f64, f64)]| Homography::fit(&points(&view, pixels));
        assert_eq!(fit(&SPREAD[..3]), Err(HomographyError::TooFewPoints { given: 3 }));
        assert_eq!(fit(&[(0.1, 0.5), (0.4, 0.5), (0.8, 0.5), (0.5, 0.9)]), Err(HomographyError::ViewLeftOpen));
        assert_eq!(
            fit(&[(0.1, 0.5), (0.3, 0.6), (0.5, 0.7), (0.7, 0.8), (0.9, 0.9)]),
            Err(HomographyError::ViewLeftOpen)
        );
        assert_eq!(fit(&[(0.1, 0.5), (0.1, 0.5), (0.8, 0.6), (0.5, 0.9)]), Err(HomographyError::ViewLeftOpen));
        assert_eq!(fit(&[(0.5, 0.5); 4]), Err(HomographyError::ViewLeftOpen));
        let mut outside = points(&view, &SPREAD);
        outside[2].pixel.x = 1.2;
        assert_eq!(Homography::fit(&outside), Err(HomographyError::PointOutOfFrame { number: 3 }));
        let mut exchanged = points(&view, &SPREAD[..4]);
        let position = exchanged[0].position;
        exchanged[0].position = exchanged[1].position;
        exchanged[1].position = position;
        assert_eq!(Homography::fit(&exchanged), Err(HomographyError::ImpossibleView));
        // Three in one line on the map though not in the picture.
        let mut bent = points(&view, &SPREAD[..4]);
        let [a, b] = [bent[0].position, bent[1].position];
        bent[2].position =
            Position::new(f64::midpoint(a.lon(), b.lon()), f64::midpoint(a.lat(), b.lat())).expect("valid");
        assert_eq!(Homography::fit(&bent), Err(HomographyError::ViewLeftOpen));
    }

    proptest! {
        #[test]
        fn pixel_to_ground_to_pixel_is_the_same_pixel(x in 0.0..=1.0, y in 0.0..=1.0) {
            let fitted = Homography::fit(&points(&street_view(), &SPREAD)).expect("good points");
            let found = fitted.locate(Pixel { x, y }).expect("all of this frame is ground");
            let back = fitted.project(found.position).expect("in the frame");
            prop_assert!((back.x - x).abs().max((back.y - y).abs()) < 1e-6);
        }

        #[test]
        fn no_points_make_it_panic(raw in prop::collection::vec((0.0..=1.0, 0.0..=1.0, -1e-3..1e-3, -1e-3..1e-3), 0..9)) {
            let points: Vec<_> = raw.into_iter().map(|(x, y, lon, lat)| ControlPoint {
                pixel: Pixel { x, y },
                position: Position::new(110.0 + lon, 40.0 + lat).expect("valid"),
            }).collect();
            if let Ok(fitted) = Homography::fit(&points) {
                prop_assert!(fitted.rms_m().is_finite());
            }
        }
    }
}
