//! A stream that is kept open.

use std::{
    io,
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use super::{Clip, Following, FrameSource, GLANCE, Pace, Source, Turn, ingest::Attended, pulse::Pulse};
use crate::domain::{
    camera::{LinkCause, LinkEvent, Pauses, Sampling, StreamFacts},
    vision::Frame,
};

/// One camera, looked through for as long as this lives.
pub struct Watch(Reading);

enum Reading {
    Own(Own),
    Shared(Attended),
}

/// A thread that looks through one camera alone.
struct Own {
    stop: Arc<Stop>,
    pulse: Arc<Pulse>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Clone)]
pub struct WatchOptions {
    /// Pictures a second.
    pub per_second: u32,
    /// Whether the keyframes alone will not do. Of what is not shared with other cameras every picture is looked at anyway.
    pub wants_every: bool,
    /// Whether its pictures are looked at; those of another are passed on and no more.
    pub is_looked_at: bool,
    /// Between attempts, as far as the cause has none of its own.
    pub pauses: Pauses,
    /// A stream that gives no picture for so long is opened anew.
    pub silence: Duration,
}

impl Default for WatchOptions {
    fn default() -> Self {
        Self {
            per_second: 5,
            wants_every: true,
            is_looked_at: true,
            // One that is back is seen within half a minute.
            pauses: Pauses { first: Duration::from_secs(1), longest: Duration::from_secs(20) },
            silence: Duration::from_secs(10),
        }
    }
}

/// What a watch tells, on its own thread.
pub trait Watcher: Send {
    /// A picture with its stream time, which never goes back, and whether it is encoded without regard to those before it:
    /// of what GStreamer reads that is not known, and each counts as if it were.
    fn picture(&mut self, frame: &Frame<'_>, at: Duration, is_key: bool);
    fn link(&mut self, event: LinkEvent);
}

/// Told once, heard at once, also by one who waits.
#[derive(Default)]
struct Stop {
    told: Mutex<bool>,
    bell: Condvar,
}

impl Watch {
    /// Begins to look. `watcher` is told from a thread of its own.
    pub(super) fn on_thread(
        name: &str,
        source: Result<Source, LinkCause>,
        options: WatchOptions,
        watcher: impl Watcher + 'static,
    ) -> io::Result<Self> {
        let stop = Arc::new(Stop::default());
        let pulse = Arc::<Pulse>::default();
        let mut round =
            Round { stop: Arc::clone(&stop), pulse: Arc::clone(&pulse), options, watcher, seen: Duration::ZERO };
        let thread = thread::Builder::new().name(format!("eye-{name}")).spawn(move || round.keep_looking(&source))?;
        Ok(Self(Reading::Own(Own { stop, pulse, thread: Some(thread) })))
    }

    pub(super) fn shared(attended: Attended) -> Self {
        Self(Reading::Shared(attended))
    }

    /// Tells it to end, and does not wait: of many that end, each waits for its camera while the others do, too.
    pub fn end(&self) {
        match &self.0 {
            Reading::Own(own) => own.stop.tell(),
            Reading::Shared(attended) => attended.end(),
        }
    }

    /// How often it is really looked at; `None` before it is known.
    #[must_use]
    pub fn sampling(&self) -> Option<Sampling> {
        match &self.0 {
            Reading::Own(own) => Some(Sampling { interval_s: own.pulse.interval_s()?, keyframes_only: false }),
            Reading::Shared(attended) => attended.sampling(),
        }
    }

    /// What is known of its stream; `None` where it is not read as the camera sends it, or nothing has come yet.
    #[must_use]
    pub fn facts(&self) -> Option<StreamFacts> {
        match &self.0 {
            Reading::Own(_) => None,
            Reading::Shared(attended) => attended.facts(),
        }
    }

    /// What the camera sends from now on, and what of it has come since its newest keyframe; `None` where it is not passed
    /// on as it comes.
    #[must_use]
    pub fn follow(&self) -> Option<Following> {
        match &self.0 {
            Reading::Own(_) => None,
            Reading::Shared(attended) => Some(attended.follow()),
        }
    }

    /// What the camera sent between both, as far as it is still there.
    #[must_use]
    pub fn clip(&self, from: Instant, to: Instant) -> Option<Clip> {
        match &self.0 {
            Reading::Own(_) => None,
            Reading::Shared(attended) => attended.clip(from, to),
        }
    }
}

impl Drop for Watch {
    /// Ends the stream and waits until it has ended.
    fn drop(&mut self) {
        self.end();
        match &mut self.0 {
            Reading::Own(own) => {
                if let Some(thread) = own.thread.take() {
                    // One that panicked has said so already.
                    let _ = thread.join();
                }
            }
            Reading::Shared(attended) => attended.wait(),
        }
    }
}

impl Stop {
    fn tell(&self) {
        *self.told.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.bell.notify_all();
    }

    fn is_told(&self) -> bool {
        *self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it was told within that time.
    fn within(&self, time: Duration) -> bool {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.bell.wait_timeout_while(told, time, |told| !*told);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

struct Round<W> {
    stop: Arc<Stop>,
    pulse: Arc<Pulse>,
    options: WatchOptions,
    watcher: W,
    /// Stream time of the last picture, over all attempts.
    seen: Duration,
}

impl<W: Watcher> Round<W> {
    fn keep_looking(&mut self, source: &Result<Source, LinkCause>) {
        let mut last = None;
        while !self.stop.is_told() {
            self.watcher.link(LinkEvent::Opening);
            let (begun, before) = (Instant::now(), self.seen);
            let pace = Pace::Live { per_second: self.options.per_second };
            let opened = source.as_ref().map_err(Clone::clone).and_then(|source| source.open(pace));
            let Err(cause) = opened.and_then(|mut frames| self.look(frames.as_mut())) else { return };
            let pause = self.options.pauses.next(&cause, last.filter(|_| self.seen == before));
            last = Some(pause);
            self.pulse.rest();
            self.watcher.link(LinkEvent::Failed(cause));
            if self.stop.within(jittered(pause)) {
                return;
            }
            // The time that it was away has passed in the stream, too.
            self.seen = before + begun.elapsed().max(self.seen.saturating_sub(before));
        }
    }

    /// Until it is told to stop, or the stream fails.
    fn look(&mut self, frames: &mut dyn FrameSource) -> Result<(), LinkCause> {
        let (base, mut heard) = (self.seen, Instant::now());
        let mut ended_empty = true;
        while !self.stop.is_told() {
            let (watcher, pulse, seen) = (&mut self.watcher, &self.pulse, &mut self.seen);
            let turn = frames.next(GLANCE, &mut |frame, at| {
                *seen = (*seen).max(base + at);
                pulse.beat(*seen);
                watcher.picture(frame, *seen, true);
            })?;
            match turn {
                Turn::Seen => {
                    self.watcher.link(LinkEvent::Picture);
                    heard = Instant::now();
                    ended_empty = false;
                }
                Turn::Nothing if heard.elapsed() > self.options.silence => return Err(LinkCause::NoPictures),
                Turn::Nothing if heard.elapsed() > self.options.silence / 2 => self.watcher.link(LinkEvent::Silence),
                Turn::Nothing => {}
                // A file without a picture would be rewound for ever.
                Turn::Ended if ended_empty => return Err(LinkCause::Unreadable),
                Turn::Ended => {
                    frames.rewind()?;
                    ended_empty = true;
                }
            }
        }
        Ok(())
    }
}

/// Between three quarters and five quarters of it: cameras behind one switch do not all come back in one moment.
#[must_use]
pub fn jittered(pause: Duration) -> Duration {
    let random = f64::from(getrandom::u32().unwrap_or(u32::MAX / 2)) / f64::from(u32::MAX);
    pause.mul_f64(0.75 + random / 2.0)
}
