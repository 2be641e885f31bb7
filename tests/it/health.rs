//! Pictures that come and are none, told from those that are only dull.

use std::time::Duration;

use gridwatch::{
    demo::farm::Look,
    domain::vision::{Ailment, Health},
    io::video::frame_of,
    scene::{Lens, Picture, Scene, SceneKind},
};
use strum::IntoEnumIterator;

/// Seconds from one keyframe to the next.
const STEP_S: u64 = 2;

struct Watched {
    scene: Scene,
    picture: Picture,
    frozen: Option<Picture>,
    health: Health,
    second: u64,
}

impl Watched {
    fn of(kind: SceneKind, seed: u64) -> Self {
        let scene = Scene::new(kind, Lens::default(), 640, 360, seed);
        Self { scene, picture: Picture::new(1, 1), frozen: None, health: Health::default(), second: 0 }
    }

    /// What is told after so many seconds of that look, and when it first was that.
    fn look(&mut self, look: Look, seconds: u64) -> Vec<(u64, Option<Ailment>)> {
        let mut told = Vec::new();
        for passed in (0..seconds).step_by(STEP_S as usize) {
            let at = Duration::from_secs(self.second);
            self.scene.draw(at, &mut self.picture);
            self.frozen = (look == Look::Frozen).then(|| self.frozen.take().unwrap_or_else(|| self.picture.clone()));
            let seen = self.frozen.as_ref().map_or_else(|| look.of(&self.picture), Picture::clone);
            self.health.look(&frame_of(&seen).expect("whole"), at);
            let now = self.health.diagnosis().map(|found| found.ailment);
            if told.last().is_none_or(|(_, last)| *last != now) {
                told.push((passed, now));
            }
            self.second += STEP_S;
        }
        told
    }
}

#[test]
fn what_is_wrong_with_a_picture_is_named_in_time_and_forgotten_when_it_is_over() {
    let looks = [
        (Look::Black, Ailment::Black),
        (Look::Covered, Ailment::Covered),
        (Look::Frozen, Ailment::Frozen),
        (Look::Blurred, Ailment::OutOfFocus),
        (Look::Turned, Ailment::Moved),
    ];
    for (kind, seed) in SceneKind::iter().zip(1..) {
        let mut watched = Watched::of(kind, seed);
        assert_eq!(watched.look(Look::Clear, 60), [(0, None)], "{kind}");
        for (look, ailment) in looks {
            let told = watched.look(look, 40);
            assert!(
                matches!(told[..], [(0, None), (2..=15, Some(found))] if found == ailment),
                "{kind} {look:?}: {told:?}"
            );
            let told = watched.look(Look::Clear, 40);
            assert!(matches!(told[..], [(0, Some(_)), (2..=30, None)]), "{kind} after {look:?}: {told:?}");
        }
    }
}

#[test]
fn streets_that_are_only_lived_in_raise_no_alarm() {
    for kind in SceneKind::iter() {
        for seed in 20..23 {
            let told = Watched::of(kind, seed).look(Look::Clear, 300);
            assert_eq!(told, [(0, None)], "{kind} {seed}");
        }
    }
}

#[test]
fn a_quiet_night_is_neither_black_nor_frozen() {
    let (mut health, mut dice) = (Health::default(), 1_u32);
    let mut told = Vec::new();
    for second in 0..120 {
        let mut night = Picture::new(320, 180);
        for (at, luma) in night.y.iter_mut().enumerate() {
            dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            // Two lamps, and the sensor's noise.
            let lamp =
                [(80, 40), (240, 60)].iter().any(|(x, y)| (at % 320).abs_diff(*x) + (at / 320).abs_diff(*y) < 12);
            *luma = if lamp { 200 } else { 22 + (dice >> 29) as u8 };
        }
        health.look(&frame_of(&night).expect("whole"), Duration::from_secs(second));
        told.extend(health.diagnosis());
    }
    assert_eq!(told, []);
}
