//! The threads that decode.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::sync::{mpsc, oneshot};

use super::{decoder::Decoder, seat::Seat, unit::AccessUnit};
use crate::{
    domain::{camera::LinkEvent, vision::Stir},
    io::video::Watcher,
};

/// What a worker is told, in the order in which it happened.
pub(super) enum Job {
    /// A camera whose pictures it is to look at from now on, at most so far apart.
    Enter {
        seat: Arc<Seat>,
        watcher: Box<dyn Watcher>,
        apart: Duration,
    },
    Unit {
        seat: u64,
        unit: AccessUnit,
    },
    Link {
        seat: u64,
        event: LinkEvent,
    },
    /// No more of it; says so when all before has been done.
    Leave {
        seat: u64,
        left: oneshot::Sender<()>,
    },
}

/// A camera at its worker.
struct Post {
    seat: Arc<Seat>,
    watcher: Box<dyn Watcher>,
    decoder: Option<Decoder>,
    stir: Stir,
    apart: Duration,
    /// When the next picture is looked at, and when the next keyframe is in any case.
    due: Duration,
    key_due: Duration,
    /// Of the last keyframe: pictures may come out later than they went in.
    key_at: Option<Duration>,
}

/// Keyframes so far apart are all looked at; there are cameras that send nothing else, and those are looked at in steps.
const KEYFRAMES_APART: Duration = Duration::from_millis(800);

/// Until nobody has any more jobs.
pub(super) fn work(mut jobs: mpsc::Receiver<Job>) {
    let mut posts = HashMap::new();
    while let Some(job) = jobs.blocking_recv() {
        match job {
            Job::Enter { seat, watcher, apart } => {
                posts.insert(
                    seat.id,
                    Post {
                        seat,
                        watcher,
                        decoder: None,
                        stir: Stir::default(),
                        apart,
                        due: Duration::ZERO,
                        key_due: Duration::ZERO,
                        key_at: None,
                    },
                );
            }
            Job::Unit { seat, unit } => {
                if let Some(post) = posts.get_mut(&seat) {
                    post.look(&unit);
                }
            }
            Job::Link { seat, event } => {
                if let Some(post) = posts.get_mut(&seat) {
                    // A stream that broke off leaves nothing that could be decoded on.
                    if matches!(event, LinkEvent::Failed(_)) {
                        post.decoder = None;
                        post.seat.pulse.rest();
                    }
                    post.watcher.link(event);
                }
            }
            Job::Leave { seat, left } => {
                posts.remove(&seat);
                // Nobody need be waiting.
                let _ = left.send(());
            }
        }
    }
}

impl Post {
    fn look(&mut self, unit: &AccessUnit) {
        let begun = Instant::now();
        let has_picture = self.decode(unit);
        self.seat.charge(begun.elapsed(), unit.is_key, has_picture);
    }

    /// Whether a picture came of it.
    fn decode(&mut self, unit: &AccessUnit) -> bool {
        let known = self.decoder.take().filter(|decoder| decoder.is_for(&unit.parameters));
        let decoder = match known {
            Some(decoder) => Ok(decoder),
            None if unit.is_key => Decoder::new(&unit.parameters),
            None => return false,
        };
        let mut decoder = match decoder {
            Ok(decoder) => decoder,
            Err(cause) => {
                self.seat.blame(cause);
                return false;
            }
        };
        if unit.is_key {
            self.key_at = Some(unit.at);
        }
        let (watcher, seat, stir) = (&mut self.watcher, &self.seat, &mut self.stir);
        let (key_at, mut has_picture) = (self.key_at, false);
        let decoded = decoder.decode(unit, &mut |frame, at| {
            has_picture = true;
            let is_key = Some(at) == key_at;
            // Cameras are not punctual: half a step early is on time.
            let is_due = at + self.apart / 2 >= self.due;
            let is_wanted = is_due || (is_key && at >= self.key_due);
            if !is_wanted {
                return;
            }
            self.due = if is_due { at.max(self.due + self.apart) } else { at + self.apart };
            if is_key {
                self.key_due = at + KEYFRAMES_APART;
            }
            if is_key && seat.wants_every && stir.look(frame) {
                seat.wake();
            }
            seat.pulse.beat(at);
            watcher.picture(frame, at, is_key);
            watcher.link(if seat.is_rationed() { LinkEvent::Keyframe } else { LinkEvent::Picture });
        });
        match decoded {
            Ok(()) => self.decoder = Some(decoder),
            // Begun anew with the next keyframe.
            Err(cause) => self.seat.blame(cause),
        }
        has_picture
    }
}
