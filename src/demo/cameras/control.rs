//! Cameras placed by control points: pixels whose place on the ground somebody has paced out.

use super::super::dice::Dice;
use super::super::plan::Plan;
use super::super::shape::{Point, add, toward};
use super::{Camera, ControlPoint, Pose};

/// Frames are 16 by 9 with square pixels.
const ASPECT: f64 = 16.0 / 9.0;

/// Six pixels below the horizon, spread over the frame.
const PIXELS: [[f64; 2]; 6] = [[0.12, 0.42], [0.5, 0.36], [0.87, 0.44], [0.2, 0.83], [0.55, 0.66], [0.82, 0.9]];

/// One at each of three junctions of main streets, with the pose that the control points imply left out.
pub fn cameras(plan: &Plan, dice: &mut Dice) -> Vec<Camera> {
    let junctions = [("工业大街", "迎宾路"), ("工业大街", "通达公路"), ("和顺街", "迎宾路")];
    let mut cameras = Vec::new();
    for (first, second) in junctions {
        let ends = |name: &str| {
            let street = Plan::street(name);
            plan.borders
                .iter()
                .filter(move |border| border.street == street)
                .flat_map(|border| [border.from, border.to])
        };
        let Some(junction) = ends(first).find(|junction| ends(second).any(|other| other == *junction)) else {
            continue;
        };
        let at = add(plan.junctions[junction], [-19.0, -17.0]);
        let pose = Pose {
            height_m: dice.between(10.0, 14.0),
            heading_deg: dice.between(35.0, 55.0),
            tilt_deg: dice.between(20.0, 26.0),
            hfov_deg: dice.between(58.0, 66.0),
        };
        let camera = Camera::at_point(format!("{first}{second}路口全景"), at, 90.0);
        let control_points = PIXELS
            .iter()
            .filter_map(|pixel| {
                // A tape and a hand-held receiver: half a metre at best.
                let paced = [dice.bell() * 0.25, dice.bell() * 0.25];
                Some(ControlPoint { pixel: *pixel, at: add(ground(at, &pose, *pixel)?, paced) })
            })
            .collect();
        cameras.push(Camera { control_points, ..camera });
    }
    cameras
}

/// The point of the flat ground that a pixel of a pinhole camera shows; `None` above the horizon.
fn ground(at: Point, pose: &Pose, [x, y]: [f64; 2]) -> Option<Point> {
    let half_width = (pose.hfov_deg / 2.0).to_radians().tan();
    let (right, down) = ((2.0 * x - 1.0) * half_width, (2.0 * y - 1.0) * half_width / ASPECT);
    let (sin, cos) = pose.tilt_deg.to_radians().sin_cos();
    // The ray in a frame that is level: forward along the heading, right of it, below it.
    let (forward, below) = (cos - down * sin, sin + down * cos);
    let metres = (below > 1e-3).then(|| pose.height_m / below)?;
    let ([east, north], [across_east, across_north]) = (toward(pose.heading_deg), toward(pose.heading_deg + 90.0));
    let (ahead, aside) = (forward * metres, right * metres);
    Some(add(at, [east * ahead + across_east * aside, north * ahead + across_north * aside]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::shape::distance;

    #[test]
    fn the_middle_of_the_frame_shows_the_ground_where_the_tilt_says() {
        let pose = Pose { height_m: 10.0, heading_deg: 90.0, tilt_deg: 45.0, hfov_deg: 60.0 };
        let seen = ground([0.0, 0.0], &pose, [0.5, 0.5]).expect("below the horizon");
        assert!(distance(seen, [10.0, 0.0]) < 1e-9);
        let right = ground([0.0, 0.0], &pose, [0.9, 0.5]).expect("below the horizon");
        assert!(right[1] < -1.0, "the right of a camera that looks east is south");
    }

    #[test]
    fn control_points_lie_within_the_range() {
        let plan = Plan::new();
        for camera in cameras(&plan, &mut Dice::of("test")) {
            for point in &camera.control_points {
                let far = camera.at.map(|at| distance(at, point.at));
                assert!(far.is_some_and(|far| (5.0..90.0).contains(&far)), "{far:?}");
            }
        }
    }
}
