//! One camera, as the service sees it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::SignedDuration;
use tokio::sync::{Notify, mpsc};
use uuid::Uuid;

use super::{Ailing, Sighted, looking::News};
use crate::{
    domain::{
        camera::{Camera, Link, LinkCause, LinkEvent, Lookout},
        vision::{Diagnosis, Frame, Health, Kind, Sighting},
    },
    io::video::{Source, Still, Watcher},
    service::{clock::Clock, findings::Seen},
};

/// A camera with its last picture.
pub struct Eye {
    pub camera: Camera,
    pub source: Result<Source, LinkCause>,
    /// Of the stream in full resolution, where that is not what is analysed.
    pub main: Option<Result<Source, LinkCause>>,
    still: Mutex<Still>,
    link: Mutex<Link>,
    ailing: Mutex<Option<Ailing>>,
    /// A picture has come, or things stand otherwise.
    pub news: Notify,
}

impl Eye {
    pub fn new(
        camera: Camera,
        source: Result<Source, LinkCause>,
        main: Option<Result<Source, LinkCause>>,
        link: Link,
    ) -> Self {
        let (still, link, ailing) = (Mutex::default(), Mutex::new(link), Mutex::default());
        Self { camera, source, main, still, link, ailing, news: Notify::new() }
    }

    /// Whether it looks at the same, in the same way.
    pub fn is_same(&self, other: &Self) -> bool {
        (&self.camera, &self.source, &self.main) == (&other.camera, &other.source, &other.main)
    }

    pub fn link(&self) -> Link {
        locked(&self.link).clone()
    }

    /// Changes how things stand; says how they stand now, if that is news.
    pub fn set_link(&self, change: impl FnOnce(&Link) -> Link) -> Option<Link> {
        let mut link = locked(&self.link);
        let changed = change(&link);
        let is_news = !changed.looks_like(&link);
        *link = changed.clone();
        drop(link);
        if is_news {
            self.news.notify_waiters();
        }
        is_news.then_some(changed)
    }

    /// How old its last picture is.
    pub fn age(&self) -> Option<Duration> {
        locked(&self.still).taken().map(|taken| taken.elapsed())
    }

    pub fn still(&self) -> Still {
        locked(&self.still).clone()
    }

    /// What is wrong with its pictures, although they come.
    pub fn ailing(&self) -> Option<Ailing> {
        *locked(&self.ailing)
    }

    /// Gives the memory of its picture back.
    pub fn forget(&self) {
        *locked(&self.still) = Still::default();
        *locked(&self.ailing) = None;
    }
}

/// What a thread does with the pictures of one camera.
pub struct Gaze {
    pub eye: Arc<Eye>,
    pub clock: Arc<dyn Clock>,
    pub news: News,
    /// Where sightings go; `None` where it is only for looking at.
    pub seen: Option<mpsc::Sender<Sighted>>,
    /// When, in stream time, something of a kind was last told.
    pub told: HashMap<Kind, Duration>,
    pub lookout: Lookout,
    pub health: Health,
}

impl Watcher for Gaze {
    fn picture(&mut self, frame: &Frame<'_>, at: Duration, is_key: bool) {
        locked(&self.eye.still).copy(frame);
        self.eye.news.notify_waiters();
        // Between keyframes even a frozen picture changes: it gets sharper.
        if is_key {
            let is_news = self.health.look(frame, at);
            self.note_health(is_news, at);
        }
        if self.seen.is_none() {
            return;
        }
        let found = self.lookout.look(Some(&self.eye.camera), frame, at);
        if found.is_empty() {
            return;
        }
        let found = found.to_vec();
        for sighting in found {
            if self.is_wanted(&sighting) {
                self.tell(sighting);
            }
        }
    }

    fn link(&mut self, event: LinkEvent) {
        let now = self.clock.now();
        if let Some(link) = self.eye.set_link(|link| link.after(&event, now)) {
            let (camera, status) = (&self.eye.camera.id, link.status);
            tracing::debug!(camera, %status, "a camera");
            (self.news)(camera, &link);
        }
    }
}

impl Gaze {
    fn note_health(&self, is_news: bool, at: Duration) {
        let now = self.clock.now();
        let ailing = self.health.diagnosis().map(|Diagnosis { ailment, score, since }| {
            let ago = SignedDuration::try_from(at.saturating_sub(since)).unwrap_or_default();
            Ailing { ailment, score, since: now - ago }
        });
        if is_news {
            let camera = &self.eye.camera.id;
            if let Some(Ailing { ailment, score, .. }) = &ailing {
                tracing::warn!(camera, %ailment, score, "a camera's picture is ill");
            } else {
                tracing::info!(camera, "a camera's picture is well again");
            }
        }
        *locked(&self.eye.ailing) = ailing;
    }

    /// Whether a rule is for it, and it is not what the rule has just been told.
    fn is_wanted(&mut self, sighting: &Sighting) -> bool {
        let Some(rule) = self.eye.camera.rule_for(sighting) else { return false };
        let last = self.told.get(&sighting.kind);
        if last.is_some_and(|last| sighting.at.saturating_sub(*last) < rule.again_after) {
            return false;
        }
        self.told.insert(sighting.kind, sighting.at);
        true
    }

    /// Waits where many are on their way: what was seen is not lost, pictures are.
    fn tell(&self, sighting: Sighting) {
        let still = self.eye.still();
        let (Some(picture), Some(seen)) = (still.jpeg(u32::MAX), &self.seen) else { return };
        let seen_at = self.clock.now();
        let ago = SignedDuration::try_from(sighting.at.saturating_sub(sighting.since)).unwrap_or_default();
        let camera = self.eye.camera.id.clone();
        let (id, frame) = (Uuid::now_v7(), still.size());
        let sighted = Seen { id, camera, since: seen_at - ago, seen_at, frame, picture, sighting };
        // Nobody takes it any more: the service is ending.
        let _ = seen.blocking_send(Sighted { seen: sighted, kept: None });
    }
}

/// What a thread that panicked left is as good as what it was.
pub fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
