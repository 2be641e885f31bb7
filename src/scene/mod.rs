//! Streets that do not exist, drawn: for the demo's cameras, for tests, and to see how well seeing works.
//!
//! ```text
//! seed ─► Street (what stands) + Script (who comes when) ─► Lens ─► Picture, and the truth about it
//! ```
//!
//! A [`Scene`] is a pure function of time: the same seed gives the same street, the same walkers and the same noise, in
//! any order and over again after its [`period`](Scene::period). Everything has its place on the ground in metres and
//! comes into the picture through the [`Lens`], so the [`truth`](Scene::truth) is exact.

mod canvas;
mod dice;
mod figure;
mod lens;
mod order;
mod script;
mod street;

use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use canvas::Picture;
pub use figure::{Area, Figure};
pub use lens::Lens;
pub use order::{NoSuchScene, SceneOrder};

use dice::Dice;
use lens::View;
use script::Script;
use street::Street;

/// What happens in a scene.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Default,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
    strum::EnumIter,
    strum::VariantNames,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum SceneKind {
    /// People walk along and across.
    People,
    /// A car comes, parks for most of a minute, and leaves.
    Parking,
    /// Somebody brings a stall, sets it up, and fetches it later.
    Stall,
    /// A bin begins to smoke.
    Smoke,
    /// Cars and people.
    #[default]
    Street,
}

/// Something that is there at a time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Actor {
    /// The same for as long as it is in the scene.
    pub id: u32,
    pub kind: Figure,
    /// Where it stands, in metres from the point below the lens.
    pub ahead_m: f64,
    pub right_m: f64,
    /// In pixels of the picture; parts of it may lie outside.
    pub bbox: Area,
    /// Since when it has been what it is, in the time of [`Scene::draw`].
    pub since: Duration,
}

/// A street, what happens there, and the camera that sees it.
#[derive(Debug)]
pub struct Scene {
    view: View,
    street: Street,
    script: Script,
    /// Pixels that wind moves the pole by, at most.
    sway_px: f64,
    /// Gaussian, repeated, each row from another place.
    noise: Vec<i8>,
    seed: u64,
}

const NOISE: usize = 1 << 14;

impl Scene {
    /// Sides are held within 16..=8192.
    #[must_use]
    pub fn new(kind: SceneKind, lens: Lens, width: u32, height: u32, seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let view = View::new(lens, width.clamp(16, 8192) as usize, height.clamp(16, 8192) as usize);
        let street = Street::new(&view, kind, &mut dice);
        let script = Script::new(kind, &street, &mut dice);
        let windy = dice.below(3) == 0;
        let noise = (0..NOISE).map(|_| (dice.normal() * 2.0).round() as i8).collect();
        let sway_px = if windy { view.width as f64 / 500.0 } else { 0.0 };
        Self { view, street, script, sway_px, noise, seed }
    }

    /// After this everything happens again.
    #[must_use]
    pub fn period(&self) -> Duration {
        self.script.period
    }

    /// Draws what is seen at `t`.
    pub fn draw(&self, t: Duration, picture: &mut Picture) {
        let s = self.seconds(t);
        let (sway_x, sway_y) = self.sway(s);
        let view = self.view.moved(sway_x, sway_y);
        picture.fit(self.view.width, self.view.height);
        self.street.copy_to(picture, sway_x, sway_y);
        for thing in self.script.things(&self.street, s) {
            thing.draw(&view, &self.street, picture, s);
        }
        self.expose(picture, s);
    }

    /// What is there at `t`, far ones first; of what is out of the picture nothing.
    #[must_use]
    pub fn truth(&self, t: Duration) -> Vec<Actor> {
        let s = self.seconds(t);
        let (sway_x, sway_y) = self.sway(s);
        let view = self.view.moved(sway_x, sway_y);
        let things = self.script.things(&self.street, s);
        let actor = |thing: &script::Thing| {
            let kind = thing.figure()?;
            let bbox = thing.area(&view, &self.street, s)?;
            let [ahead_m, right_m] = self.street.ground(thing.place);
            let since = t.saturating_sub(Duration::from_secs_f64(thing.for_s.max(0.0)));
            bbox.is_mostly_within(view.width, view.height).then_some(Actor {
                id: thing.id,
                kind,
                ahead_m,
                right_m,
                bbox,
                since,
            })
        };
        things.iter().filter_map(actor).collect()
    }

    fn seconds(&self, t: Duration) -> f64 {
        (t.as_nanos() % self.script.period.as_nanos()) as f64 / 1e9
    }

    /// Whole pixels. Every frequency goes a whole number of times into the period.
    fn sway(&self, s: f64) -> (f64, f64) {
        let turn = std::f64::consts::TAU * s / self.script.period.as_secs_f64();
        let x = (turn * 37.0).sin() * (turn * 3.0).sin();
        let y = (turn * 53.0).cos() * (turn * 2.0).sin() * 0.6;
        ((x * self.sway_px).round(), (y * self.sway_px).round())
    }

    /// Clouds and the sensor's noise.
    fn expose(&self, picture: &mut Picture, s: f64) {
        let turn = std::f64::consts::TAU * s / self.script.period.as_secs_f64();
        let cloud = 1.0 + 0.05 * (turn * 2.0).sin() + 0.03 * (turn * 5.0 + self.seed as f64).sin();
        let gain = (cloud * 256.0) as i32;
        let picture_of_s = Dice::new(self.seed ^ (s * 1000.0).round() as u64).next();
        for (row, luma) in picture.y.chunks_exact_mut(self.view.width).enumerate() {
            let mut from = Dice::new(picture_of_s.wrapping_add(row as u64)).next() as usize % NOISE;
            let mut rest = luma;
            while !rest.is_empty() {
                let (now, later) = rest.split_at_mut(rest.len().min(NOISE - from));
                for (luma, noise) in now.iter_mut().zip(&self.noise[from..]) {
                    *luma = (((i32::from(*luma) * gain) >> 8) + i32::from(*noise)).clamp(0, 255) as u8;
                }
                (rest, from) = (later, 0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use strum::IntoEnumIterator;

    fn lens() -> Lens {
        Lens { height_m: 6.0, tilt_deg: 18.0, hfov_deg: 60.0 }
    }

    fn drawn(scene: &Scene, s: f64) -> Picture {
        let mut picture = Picture::new(160, 90);
        scene.draw(Duration::from_secs_f64(s), &mut picture);
        picture
    }

    #[test]
    fn a_scene_is_the_same_in_any_order_and_again_after_its_period() {
        for kind in SceneKind::iter() {
            let scene = Scene::new(kind, lens(), 160, 90, 3);
            let (period, again) = (scene.period().as_secs_f64(), Scene::new(kind, lens(), 160, 90, 3));
            for s in [31.0, 0.0, 12.5] {
                assert_eq!(drawn(&scene, s), drawn(&again, s));
                assert_eq!(drawn(&scene, s), drawn(&scene, s + period));
            }
            assert_ne!(drawn(&scene, 1.0), drawn(&scene, 1.1), "there is noise");
            assert_ne!(drawn(&scene, 1.0), drawn(&Scene::new(kind, lens(), 160, 90, 4), 1.0));
        }
    }

    #[test]
    fn every_kind_shows_what_it_is_named_after() {
        let expected = [
            (SceneKind::People, Figure::Person),
            (SceneKind::Parking, Figure::ParkedVehicle),
            (SceneKind::Stall, Figure::LeftObject),
            (SceneKind::Smoke, Figure::Smoke),
            (SceneKind::Street, Figure::Vehicle),
        ];
        for (kind, figure) in expected {
            for seed in 0..8 {
                let scene = Scene::new(kind, lens(), 640, 360, seed);
                let seconds = 0..scene.period().as_secs();
                let seen =
                    seconds.filter(|s| scene.truth(Duration::from_secs(*s)).iter().any(|actor| actor.kind == figure));
                assert!(seen.count() >= 5, "{kind} {seed}");
            }
        }
    }

    #[test]
    fn any_size_and_any_lens_can_be_drawn() {
        for (width, height) in [(0, 0), (17, 31), (640, 20), (99, 400)] {
            for tilt_deg in [-10.0, 0.0, 5.0, 45.0, 89.9, 90.0] {
                let lens = Lens { height_m: 4.0, tilt_deg, hfov_deg: 90.0 };
                let scene = Scene::new(SceneKind::Street, lens, width, height, 1);
                let mut picture = Picture::new(1, 1);
                scene.draw(Duration::from_secs(7), &mut picture);
                assert_eq!(picture.y.len(), (width.max(16) * height.max(16)) as usize);
            }
        }
    }
}
