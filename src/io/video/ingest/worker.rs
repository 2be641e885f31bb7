//! The threads that decode.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::sync::{mpsc, oneshot};

use super::{decoder::Decoder, seat::Seat, unit::AccessUnit};
use crate::{domain::camera::LinkEvent, io::video::Watcher};

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
    apart: Duration,
    /// When the next picture is looked at.
    due: Duration,
}

/// Until nobody has any more jobs.
pub(super) fn work(mut jobs: mpsc::Receiver<Job>) {
    let mut posts = HashMap::new();
    while let Some(job) = jobs.blocking_recv() {
        match job {
            Job::Enter { seat, watcher, apart } => {
                posts.insert(seat.id, Post { seat, watcher, decoder: None, apart, due: Duration::ZERO });
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
        let (watcher, seat, mut has_picture) = (&mut self.watcher, &self.seat, false);
        let decoded = decoder.decode(unit, &mut |frame, at| {
            has_picture = true;
            // Cameras are not punctual: half a step early is on time.
            if at + self.apart / 2 < self.due {
                return;
            }
            self.due = at.max(self.due + self.apart);
            seat.pulse.beat(at);
            watcher.picture(frame, at);
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
