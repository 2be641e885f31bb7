//! Scenes, encoded in every look.

use std::{collections::BTreeMap, time::Duration};

use strum::IntoEnumIterator;

use super::{Look, NoKeyframe, RATE, Reel};
use crate::{
    domain::{camera::LinkCause, vision::FrameError},
    io::video::{Encoder, Still, frame_of},
    scene::{Picture, Scene},
};

/// What a camera shows, whatever happens to it.
#[derive(Debug)]
pub struct Footage {
    clear: Reel,
    others: BTreeMap<Look, Reel>,
}

#[derive(Debug, thiserror::Error)]
pub enum FootageError {
    #[error(transparent)]
    Encoding(#[from] LinkCause),
    #[error(transparent)]
    Frame(#[from] FrameError),
    #[error(transparent)]
    Reel(#[from] NoKeyframe),
}

/// Pictures from one keyframe to the next: two seconds.
const GOP: u32 = 2 * RATE;
/// Keyframes of a look that is neither clear nor frozen: who sees no other pictures must not take them for one.
const KEYFRAMES: u32 = 3;

impl Footage {
    /// Draws and encodes so many seconds of a scene, and some of it in each other look.
    ///
    /// # Errors
    /// If the machine lacks the encoder.
    pub fn film(scene: &Scene, seconds: u32) -> Result<Self, FootageError> {
        let clear = film(scene, Look::Clear, seconds * RATE)?;
        let others = Look::iter().filter(|look| *look != Look::Clear);
        let film_of = |look| film(scene, look, if look == Look::Frozen { GOP } else { KEYFRAMES * GOP });
        let others = others.map(|look| Ok((look, film_of(look)?)));
        Ok(Self { clear, others: others.collect::<Result<_, FootageError>>()? })
    }

    pub(super) fn reel(&self, look: Look) -> &Reel {
        self.others.get(&look).unwrap_or(&self.clear)
    }
}

fn film(scene: &Scene, look: Look, pictures: u32) -> Result<Reel, FootageError> {
    let (mut picture, mut still) = (Picture::new(1, 1), Still::default());
    let (mut encoder, mut units) = (None::<Encoder>, Vec::new());
    for number in 0..pictures {
        if number == 0 || look != Look::Frozen {
            scene.draw(Duration::from_secs(1) / RATE * number, &mut picture);
        }
        still.copy(&frame_of(&look.of(&picture))?);
        let encoder = match &mut encoder {
            Some(encoder) => encoder,
            none => none.insert(Encoder::new(still.size(), RATE, GOP)?),
        };
        units.push(encoder.encode(&still)?);
    }
    Ok(Reel::new(&units)?)
}
