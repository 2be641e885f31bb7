//! The ground that a camera sees.

use std::f64::consts::TAU;

use geo::{Coord, LineString, Polygon};
use nalgebra::{Matrix3, Vector3};

use super::{Homography, View};
use crate::domain::geo::{LocalPlane, Position};

/// Corners of the disc that stands for the range. The polygon's sides are then at most 0.1 % of the range inside.
const RANGE_SIDES: u32 = 72;
/// Corners of the disc of a camera whose direction is unknown.
const DISC_SIDES: u32 = 32;

/// What a camera sees of flat ground, up to its range: WGS84 degrees, x = lon, y = lat, counter-clockwise, convex.
///
/// Beside the 180th meridian longitudes run on past ±180 so that the area stays in one piece.
#[derive(Debug, Clone, PartialEq)]
pub struct Footprint {
    pub area: Polygon<f64>,
    /// True when the direction is not known and the area is all that it could see.
    pub approximate: bool,
}

impl Footprint {
    /// All around, as a 32-gon.
    pub(super) fn disc(position: Position, range_m: f64) -> Self {
        let plane = LocalPlane::at(position);
        Self { area: polygon(&plane, &circle([0.0, 0.0], range_m, DISC_SIDES)), approximate: true }
    }

    /// `None` when no ground within the range is in the frame.
    pub(super) fn of_view(view: &View) -> Option<Self> {
        let plane = LocalPlane::at(view.position());
        Self::seen(&plane, [0.0, 0.0], view.range_m(), &view.to_pixel())
    }

    /// `None` when no ground within `range_m` of the camera at `position` is in the frame.
    pub(super) fn of_homography(homography: &Homography, position: Position, range_m: f64) -> Option<Self> {
        let plane = LocalPlane::at(homography.centroid());
        Self::seen(&plane, plane.meters(position.coord()), range_m, &homography.to_pixel())
    }

    /// The disc of the range, cut by the four sides of the frame.
    ///
    /// In the frame, `0 ≤ x ≤ 1` and `0 ≤ y ≤ 1` with `(x·w, y·w, w) = M · (east, north, 1)` and `w` above 0; times
    /// `w` these are four half-planes, and together they leave out the horizon and what is behind the camera.
    fn seen(plane: &LocalPlane, centre_m: [f64; 2], range_m: f64, to_pixel: &Matrix3<f64>) -> Option<Self> {
        let [x, y, w] = [0, 1, 2].map(|row| to_pixel.row(row).transpose());
        let corners = [x, w - x, y, w - y]
            .into_iter()
            .fold(circle(centre_m, range_m, RANGE_SIDES), |corners, side| clip(&corners, side));
        (corners.len() >= 3).then(|| Self { area: polygon(plane, &corners), approximate: false })
    }
}

/// Counter-clockwise from east, not closed.
fn circle(centre_m: [f64; 2], radius_m: f64, sides: u32) -> Vec<[f64; 2]> {
    (0..sides)
        .map(|i| (TAU * f64::from(i) / f64::from(sides)).sin_cos())
        .map(|(sin, cos)| [centre_m[0] + radius_m * cos, centre_m[1] + radius_m * sin])
        .collect()
}

/// The part of a convex polygon where `side · (east, north, 1)` is not below 0 (Sutherland & Hodgman 1974, one step).
fn clip(corners: &[[f64; 2]], side: Vector3<f64>) -> Vec<[f64; 2]> {
    let inside = |[x, y]: [f64; 2]| side.dot(&Vector3::new(x, y, 1.0));
    let mut kept = Vec::with_capacity(corners.len() + 1);
    for (i, &from) in corners.iter().enumerate() {
        let to = corners[(i + 1) % corners.len()];
        let (before, after) = (inside(from), inside(to));
        if before >= 0.0 {
            kept.push(from);
        }
        if (before > 0.0 && after < 0.0) || (before < 0.0 && after > 0.0) {
            let t = before / (before - after);
            kept.push([from[0] + t * (to[0] - from[0]), from[1] + t * (to[1] - from[1])]);
        }
    }
    kept
}

fn polygon(plane: &LocalPlane, corners: &[[f64; 2]]) -> Polygon<f64> {
    let ring: Vec<Coord<f64>> = corners.iter().map(|&corner| plane.degrees(corner)).collect();
    // `Polygon::new` closes the ring.
    Polygon::new(LineString::new(ring), Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::camera::{Aspect, Camera, ControlPoint, NoGround, Pixel, Pose};
    use geo::{Area as _, Contains, Point};
    use proptest::prelude::*;

    fn camera(heading: f64, tilt: f64, hfov: f64) -> Camera {
        let mut camera = Camera::new("c1", "Gate");
        camera.position = Position::new(110.03, 40.41).ok();
        camera.pose = Some(Pose::new(heading, tilt, hfov).expect("valid"));
        camera
    }

    fn area_m2(camera: &Camera) -> f64 {
        let footprint = camera.footprint(Aspect::default(), None).expect("sees ground");
        footprint.area.signed_area() * LocalPlane::at(camera.position.expect("placed")).m2_per_deg2()
    }

    #[test]
    fn straight_down_it_is_the_frame_on_the_ground() {
        let mut down = camera(0.0, 90.0, 90.0);
        down.set_height_m(10.0).expect("positive");
        // 20 m wide, 20 · 9/16 m high.
        assert!((area_m2(&down) - 20.0 * 20.0 * 9.0 / 16.0).abs() < 1e-6);
    }

    #[test]
    fn a_level_view_is_the_sector_to_the_range_without_its_near_end() {
        let mut level = camera(45.0, 0.0, 60.0);
        level.set_range_m(100.0).expect("positive");
        let sector_m2 = std::f64::consts::PI * 100.0 * 100.0 / 6.0;
        // It starts where the lower edge of the frame meets the ground.
        let near_m = level.height_m() / (30f64.to_radians().tan() * 9.0 / 16.0);
        let unseen_m2 = near_m * near_m * 30f64.to_radians().tan();
        assert!((area_m2(&level) / (sector_m2 - unseen_m2) - 1.0).abs() < 2e-3);
    }

    #[test]
    fn a_camera_that_looks_at_the_sky_sees_no_ground() {
        assert_eq!(camera(0.0, -60.0, 60.0).footprint(Aspect::default(), None), None);
    }

    #[test]
    fn without_a_direction_it_is_a_disc_of_the_range() {
        let mut bare = camera(0.0, 0.0, 60.0);
        bare.pose = None;
        let footprint = bare.footprint(Aspect::default(), None).expect("a disc");
        assert!(footprint.approximate && footprint.area.exterior().0.len() == 33);
        assert!((area_m2(&bare) / (std::f64::consts::PI * 80.0 * 80.0) - 1.0).abs() < 0.01);
    }

    #[test]
    fn control_points_give_the_footprint_of_the_view_they_were_taken_from() {
        let mut camera = camera(200.0, 25.0, 70.0);
        let by_pose = area_m2(&camera);
        let points = [(0.1, 0.9), (0.9, 0.9), (0.8, 0.4), (0.2, 0.4)].map(|(x, y)| {
            let pixel = Pixel { x, y };
            let position = camera.locate(pixel, Aspect::default(), None).expect("ground").position;
            ControlPoint { pixel, position }
        });
        camera.homography = Some(Homography::fit(&points).expect("good points"));
        assert!((area_m2(&camera) / by_pose - 1.0).abs() < 1e-5);
    }

    proptest! {
        #[test]
        fn what_a_pixel_shows_is_in_the_footprint_and_what_is_in_no_pixel_is_not(
            x in 0.001..0.999, y in 0.001..0.999, heading in 0.0..360.0, tilt in -10.0..90.0, hfov in 5.0..120.0,
            east in -100.0..100.0, north in -100.0..100.0,
        ) {
            let camera = camera(heading, tilt, hfov);
            let footprint = camera.footprint(Aspect::default(), None);
            match camera.locate(Pixel { x, y }, Aspect::default(), None) {
                // The 72-gon is at most 0.1 % inside the circle.
                Ok(point) if camera.position.expect("placed").distance_m(point.position) < 0.998 * camera.range_m() => {
                    prop_assert!(footprint.clone().expect("ground").area.contains(&Point(point.position.coord())));
                }
                Ok(_) | Err(NoGround::AboveHorizon | NoGround::BeyondRange { .. }) => {}
                Err(other) => prop_assert!(false, "{other}"),
            }
            let there = LocalPlane::at(camera.position.expect("placed")).position([east, north]).expect("near");
            if camera.project(there, Aspect::default(), None).is_none() {
                prop_assert!(!footprint.is_some_and(|f| f.area.contains(&Point(there.coord()))));
            }
        }
    }
}
