//! `cameras.toml`: 309 cameras, from poles at the junctions to domes above the roofs.
//!
//! Most have a full pose. Ten have a point and a range only, three no point at all, three are placed by control
//! points: a street has all of these.

mod control;
mod domes;
mod poles;
mod scenes;

use std::fmt::Write as _;

pub use scenes::{DemoScene, RATE, SIZE, scenes};

use super::buildings::Building;
use super::dice::Dice;
use super::plan::Plan;
use super::shape::Point;

/// The number of camera signals in the source text.
const CAMERAS: usize = 309;
const DOMES: usize = 20;
const POINTS_ONLY: usize = 10;
const BY_CONTROL_POINTS: usize = 3;
const UNPLACED: usize = 3;

/// A pose as installers write it down.
#[derive(Debug, Clone, Copy)]
pub struct Pose {
    pub height_m: f64,
    pub heading_deg: f64,
    pub tilt_deg: f64,
    pub hfov_deg: f64,
}

/// Where a pixel lies on the ground; pixels as fractions of the frame from its upper left corner.
pub struct ControlPoint {
    pub pixel: [f64; 2],
    pub at: Point,
}

pub struct Camera {
    pub name: String,
    pub at: Option<Point>,
    pub range_m: f64,
    pub pose: Option<Pose>,
    /// A dome's views; the first is its own pose.
    pub presets: Vec<Pose>,
    pub control_points: Vec<ControlPoint>,
}

impl Camera {
    fn at_point(name: String, at: Point, range_m: f64) -> Self {
        Self { name, at: Some(at), range_m, pose: None, presets: Vec::new(), control_points: Vec::new() }
    }
}

/// All cameras in the order of their ids.
pub fn cameras(plan: &Plan, buildings: &[Building]) -> Vec<Camera> {
    let mut dice = Dice::of("cameras");
    let mut all = poles::cameras(plan, CAMERAS - DOMES - POINTS_ONLY - BY_CONTROL_POINTS - UNPLACED, &mut dice);
    all.extend(domes::cameras(buildings, DOMES, &mut dice));
    all.extend(poles::points_only(plan, POINTS_ONLY, &mut dice));
    all.extend(control::cameras(plan, &mut dice));
    all.extend(["流动布控球一号", "流动布控球二号", "执法车车载摄像机"].into_iter().map(|name| Camera {
        name: name.to_owned(),
        at: None,
        range_m: 0.0,
        pose: None,
        presets: Vec::new(),
        control_points: Vec::new(),
    }));
    all
}

/// The eight directions, for names.
fn compass(heading_deg: f64) -> &'static str {
    const NAMES: [&str; 8] = ["北", "东北", "东", "东南", "南", "西南", "西", "西北"];
    NAMES[(((heading_deg + 22.5) / 45.0) as usize) % NAMES.len()]
}

pub fn toml(plan: &Plan, cameras: &[Camera]) -> String {
    let mut text = String::from(
        "# Synthetic demo data (合成演示数据): cameras of an invented town. `test://street` is a rendered scene, \
         and so are the videos of the cameras with a rule; a real site has rtsp:// here.\n",
    );
    for (at, camera) in cameras.iter().enumerate() {
        // Writing to a String cannot fail.
        let _ = write_camera(&mut text, plan, at + 1, camera);
    }
    text
}

fn write_camera(text: &mut String, plan: &Plan, number: usize, camera: &Camera) -> std::fmt::Result {
    writeln!(text, "\n[[camera]]\nid = \"cam-{number:03}\"\nname = \"{}\"", camera.name)?;
    let played = scenes::stream(number);
    let is_played = played.is_some();
    writeln!(text, "main = \"{}\"", played.unwrap_or_else(|| format!("test://street?seed={number}")))?;
    if number.is_multiple_of(3) && !is_played {
        writeln!(text, "sub = \"test://street?seed={number}&width=640&height=360\"")?;
    }
    // GB/T 28181: 8 digits of the centre, 2 of the trade, 132 for a network camera, 1 of the network, 6 in turn.
    writeln!(text, "gb_code = \"15062100001320{number:06}\"")?;
    if let Some(at) = camera.at {
        let [lon, lat] = plan.lon_lat(at);
        writeln!(text, "lon = {lon}\nlat = {lat}\nrange_m = {:.1}", camera.range_m)?;
    }
    if let Some(pose) = camera.pose {
        writeln!(text, "height_m = {:.1}", pose.height_m)?;
        write_view(text, &pose)?;
    }
    for (preset, pose) in camera.presets.iter().enumerate() {
        let name = compass(pose.heading_deg);
        writeln!(text, "\n[[camera.preset]]\ntoken = \"{}\"\nname = \"{}号 {name}向\"", preset + 1, preset + 1)?;
        write_view(text, pose)?;
    }
    for point in &camera.control_points {
        let ([x, y], [lon, lat]) = (point.pixel, plan.lon_lat(point.at));
        writeln!(text, "\n[[camera.control_point]]\nx = {x:.4}\ny = {y:.4}\nlon = {lon}\nlat = {lat}")?;
    }
    scenes::write_rules(text, number)
}

fn write_view(text: &mut String, pose: &Pose) -> std::fmt::Result {
    let Pose { heading_deg, tilt_deg, hfov_deg, .. } = pose;
    writeln!(text, "heading_deg = {heading_deg:.1}\ntilt_deg = {tilt_deg:.1}\nhfov_deg = {hfov_deg:.1}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::buildings::buildings;
    use std::collections::BTreeSet;

    #[test]
    fn there_are_309_cameras_of_every_sort_with_names_of_their_own() {
        let plan = Plan::new();
        let cameras = cameras(&plan, &buildings(&plan));
        let count = |fits: &dyn Fn(&Camera) -> bool| cameras.iter().filter(|camera| fits(camera)).count();
        assert_eq!(cameras.len(), CAMERAS);
        assert_eq!(count(&|camera| camera.presets.len() >= 3), DOMES);
        assert_eq!(count(&|camera| camera.at.is_none()), UNPLACED);
        assert_eq!(count(&|camera| camera.control_points.len() == 6), BY_CONTROL_POINTS);
        let bare = |camera: &Camera| camera.at.is_some() && camera.pose.is_none() && camera.control_points.is_empty();
        assert_eq!(count(&bare), POINTS_ONLY);
        let names: BTreeSet<&str> = cameras.iter().map(|camera| &*camera.name).collect();
        assert_eq!(names.len(), CAMERAS);
        for camera in &cameras {
            assert!(camera.at.is_none_or(|at| plan.block_at(at).is_some()), "{} stands outside", camera.name);
        }
    }

    #[test]
    fn every_code_has_twenty_digits() {
        let plan = Plan::new();
        let text = toml(&plan, &cameras(&plan, &buildings(&plan)));
        let codes: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("gb_code = \"")).collect();
        assert_eq!(codes.len(), CAMERAS);
        assert!(codes.iter().all(|code| code.trim_end_matches('"').len() == 20), "{}", codes[0]);
    }
}
