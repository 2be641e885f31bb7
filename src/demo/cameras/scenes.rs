//! The few cameras that show something: a rendered scene each, played as a recorded video, and a rule for what is in it.

use std::{fmt::Write as _, path::PathBuf, time::Duration};

use serde::Serialize;

use super::{Camera, Pose};
use crate::scene::{Actor, Lens, Scene, SceneKind};

/// Where the videos are, in the site's folder. They are made when the demo first runs, not kept in the repository.
const FOLDER: &str = "data/scenes";
/// Width and height of their pictures in pixels.
pub const SIZE: [u32; 2] = [640, 360];
/// Pictures a second.
pub const RATE: u32 = 10;

struct Played {
    /// From 1, as in its id.
    camera: usize,
    kind: SceneKind,
    seed: u64,
    /// What its rule is for, and what it makes of it.
    sees: &'static str,
    category: &'static str,
    is_raised: bool,
}

const PLAYED: [Played; 4] = [
    // At the water, where nobody should be.
    Played { camera: 239, kind: SceneKind::People, seed: 7, sees: "person", category: "020114", is_raised: false },
    Played {
        camera: 66,
        kind: SceneKind::Parking,
        seed: 66,
        sees: "parked_vehicle",
        category: "020505",
        is_raised: false,
    },
    Played { camera: 92, kind: SceneKind::Stall, seed: 7, sees: "left_object", category: "020501", is_raised: false },
    // Fire does not wait for anybody.
    Played { camera: 86, kind: SceneKind::Smoke, seed: 6, sees: "smoke", category: "020115", is_raised: true },
];

/// A video to be made: what is in it, and through whose lens.
pub struct DemoScene {
    /// In the site's folder.
    pub file: PathBuf,
    pub scene: Scene,
}

/// What is in a video, for those who want to know how well it was seen.
#[derive(Serialize)]
pub struct Truth {
    pub t_s: f64,
    pub actors: Vec<Actor>,
}

/// The videos of the demo's cameras.
pub fn scenes(cameras: &[Camera]) -> Vec<DemoScene> {
    let of = |played: &Played| {
        let pose = cameras.get(played.camera - 1)?.pose?;
        let scene = Scene::new(played.kind, lens(pose), SIZE[0], SIZE[1], played.seed);
        Some(DemoScene { file: PathBuf::from(file(played)), scene })
    };
    PLAYED.iter().filter_map(of).collect()
}

impl DemoScene {
    /// The instants of its pictures.
    pub fn times(&self) -> impl Iterator<Item = Duration> + use<> {
        let pictures = (self.scene.period().as_secs_f64() * f64::from(RATE)).round() as u32;
        (0..pictures).map(|picture| Duration::from_secs(1) / RATE * picture)
    }

    #[must_use]
    pub fn truth(&self) -> Vec<Truth> {
        self.times().map(|at| Truth { t_s: at.as_secs_f64(), actors: self.scene.truth(at) }).collect()
    }
}

/// As `cameras.toml` has it: to a tenth.
fn lens(pose: Pose) -> Lens {
    let tenth = |value: f64| (value * 10.0).round() / 10.0;
    Lens { height_m: tenth(pose.height_m), tilt_deg: tenth(pose.tilt_deg), hfov_deg: tenth(pose.hfov_deg) }
}

fn file(played: &Played) -> String {
    format!("{FOLDER}/cam-{:03}.mp4", played.camera)
}

/// The stream of the camera with that number, if it plays a scene.
pub fn stream(number: usize) -> Option<String> {
    PLAYED.iter().find(|played| played.camera == number).map(|played| format!("file://{}", file(played)))
}

/// Writes the rules of the camera with that number.
pub fn write_rules(text: &mut String, number: usize) -> std::fmt::Result {
    for Played { sees, category, is_raised, .. } in PLAYED.iter().filter(|played| played.camera == number) {
        let raise = if *is_raised { "auto" } else { "review" };
        writeln!(text, "\n[[camera.rule]]\nsees = \"{sees}\"\ncategory = \"{category}\"\nraise = \"{raise}\"")?;
    }
    Ok(())
}
