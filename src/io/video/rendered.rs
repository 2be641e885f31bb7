//! Streams that are no camera's: the project's own scenes, drawn as time passes.

use std::{
    thread,
    time::{Duration, Instant},
};

use super::{FrameSource, Pace, Turn};
use crate::{
    domain::{
        camera::LinkCause,
        vision::{Frame, FrameError, Plane},
    },
    scene::{Lens, Picture, Scene, SceneKind},
};

/// Pictures of a scene at the pace of a clock, or one after the other.
pub(super) struct Rendered {
    scene: Scene,
    picture: Picture,
    step: Duration,
    /// Of the next picture.
    at: Duration,
    /// When time began; `None` where nobody waits for it.
    begun: Option<Instant>,
}

/// Pictures a second where nobody says.
const RATE: u32 = 10;

impl Rendered {
    pub(super) fn new(kind: SceneKind, lens: Lens, width: u32, height: u32, seed: u64, pace: Pace) -> Self {
        let (rate, begun) = match pace {
            Pace::AllOfThem => (RATE, None),
            Pace::Live { per_second } => (per_second.clamp(1, RATE), Some(Instant::now())),
        };
        Self {
            scene: Scene::new(kind, lens, width, height, seed),
            picture: Picture::new(width as usize, height as usize),
            step: Duration::from_secs(1) / rate,
            at: Duration::ZERO,
            begun,
        }
    }
}

impl FrameSource for Rendered {
    fn next(&mut self, patience: Duration, see: &mut dyn FnMut(&Frame<'_>, Duration)) -> Result<Turn, LinkCause> {
        if let Some(begun) = self.begun {
            let wait = self.at.saturating_sub(begun.elapsed());
            thread::sleep(wait.min(patience));
            if wait > patience {
                return Ok(Turn::Nothing);
            }
            // What could not be drawn in time is left out.
            while self.at + self.step < begun.elapsed() {
                self.at += self.step;
            }
        } else if self.at >= self.scene.period() {
            return Ok(Turn::Ended);
        }
        self.scene.draw(self.at, &mut self.picture);
        let frame = frame_of(&self.picture).map_err(|_| LinkCause::Unreadable)?;
        see(&frame, self.at);
        self.at += self.step;
        Ok(Turn::Seen)
    }

    fn rewind(&mut self) -> Result<(), LinkCause> {
        Ok(())
    }
}

/// A rendered picture as the detector sees it.
///
/// # Errors
/// If it is larger than pictures may be.
pub fn frame_of(Picture { width, height, y, u, v }: &Picture) -> Result<Frame<'_>, FrameError> {
    let plane = |data, stride| Plane { data, stride };
    let half = width.div_ceil(2);
    Frame::new(*width as u32, *height as u32, plane(y, *width), Some([plane(u, half), plane(v, half)]))
}
