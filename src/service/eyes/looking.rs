//! Which cameras are open.

use std::{
    collections::{BTreeMap, HashMap},
    io,
    sync::{Arc, Mutex, Weak},
    time::{Duration, Instant},
};

use jiff::Timestamp;
use tokio::{sync::Semaphore, time};

use super::{
    NoPicture, Shot, Sight, Standing,
    eye::{Eye, Gaze, locked},
    is_watched,
};
use crate::{
    domain::{
        camera::{Camera, Incident, Link, LinkCause, Lookout, Losses},
        vision::Health,
    },
    io::{
        secrets::Secrets,
        video::{Ingest, IngestOptions, Source, Watch, WatchOptions},
    },
};

/// Shared by all who look.
#[derive(Clone)]
pub struct Looking(Arc<Inner>);

struct Inner {
    eyes: BTreeMap<String, Arc<Eye>>,
    sight: Sight,
    ingest: Ingest,
    losses: Arc<Mutex<Losses>>,
    /// The streams that are open, by the camera's id.
    open: Mutex<HashMap<String, Open>>,
    /// Turns at encoding pictures.
    encoding: Arc<Semaphore>,
}

struct Open {
    watch: Watch,
    /// When somebody last asked; `None` for one that is always open.
    asked: Option<Instant>,
}

/// Pictures a second of cameras that are watched: enough to follow a walking person from one to the next.
const WATCHED_RATE: u32 = 10;
/// Of those that somebody looks at.
const GLANCE_RATE: u32 = 2;
/// Cameras open because somebody asked.
const GLANCES: usize = 8;
/// How long such a one stays open.
const LINGER: Duration = Duration::from_secs(20);
/// How long the first picture may take: cameras send a whole one every second or two.
const PATIENCE: Duration = Duration::from_secs(8);
/// An older picture is not given where a newer can be had.
const FRESH: Duration = Duration::from_secs(10);
/// Widest picture that is given, in pixels.
const WIDEST_PX: u32 = 1280;
/// No camera's last seconds are more than this.
const LONGEST_AGO: Duration = Duration::from_mins(10);
/// Pictures encoded, or clips written, at once.
const ENCODING: usize = 2;

impl Looking {
    pub fn start(cameras: &[Camera], sight: Sight) -> io::Result<Self> {
        let (secrets, now) = (Secrets::read(&sight.secrets)?, sight.clock.now());
        let eye = |camera: &Camera| {
            let source = Source::of_camera(camera, &sight.folder, &secrets);
            let (source, link) = if camera.enabled {
                (source, Link::idle(now))
            } else {
                (Err(LinkCause::Disabled), Link::disabled(now))
            };
            (camera.id.clone(), Arc::new(Eye::new(camera.clone(), source, link)))
        };
        let eyes: BTreeMap<_, _> = cameras.iter().map(eye).collect();
        let encoding = Arc::new(Semaphore::new(ENCODING));
        let ingest = Ingest::start(IngestOptions::default())?;
        let (losses, open) = (Arc::default(), Mutex::default());
        let looking = Self(Arc::new(Inner { eyes, sight, ingest, losses, open, encoding }));
        tokio::spawn(tell_losses(Arc::downgrade(&looking.0)));
        let mut open = locked(&looking.0.open);
        for (id, eye) in looking.0.eyes.iter().filter(|(_, eye)| is_watched(&eye.camera)) {
            open.insert(id.clone(), Open { watch: looking.watch(eye, true)?, asked: None });
        }
        drop(open);
        Ok(looking)
    }

    pub fn links(&self) -> BTreeMap<String, Link> {
        self.0.eyes.iter().map(|(id, eye)| (id.clone(), eye.link())).collect()
    }

    /// How things stand with each, by its id.
    pub fn standings(&self) -> BTreeMap<String, Standing> {
        let open = locked(&self.0.open);
        let standing = |(id, eye): (&String, &Arc<Eye>)| {
            let sampling = open.get(id).and_then(|open| open.watch.sampling());
            (id.clone(), Standing { link: eye.link(), sampling, health: eye.ailing() })
        };
        self.0.eyes.iter().map(standing).collect()
    }

    pub async fn clip(&self, camera: &str, from: Timestamp, to: Timestamp) -> Result<Vec<u8>, NoPicture> {
        if !self.0.eyes.contains_key(camera) {
            return Err(NoPicture::UnknownCamera);
        }
        let (now, here) = (self.0.sight.clock.now(), Instant::now());
        // What is longer ago than the machine runs was never kept, and the same as the longest ago that is.
        let ago = |time: Timestamp| Duration::try_from(now.duration_since(time)).unwrap_or_default().min(LONGEST_AGO);
        let [from, to] = [from, to].map(|time| here.checked_sub(ago(time)).unwrap_or(here));
        let clip = locked(&self.0.open).get(camera).and_then(|open| open.watch.clip(from, to));
        let clip = clip.ok_or(NoPicture::NothingKept)?;
        let turn = Arc::clone(&self.0.encoding).acquire_owned().await.map_err(|_| NoPicture::TooSlow)?;
        let write = move || {
            let mp4 = clip.mp4().map_err(|error| NoPicture::Failed(error.to_string()));
            drop(turn);
            mp4
        };
        tokio::task::spawn_blocking(write).await.map_err(|_| NoPicture::TooSlow)?
    }

    pub async fn picture(&self, camera: &str) -> Result<Shot, NoPicture> {
        let eye = self.0.eyes.get(camera).ok_or(NoPicture::UnknownCamera)?;
        if !eye.camera.enabled {
            return Err(NoPicture::Down(LinkCause::Disabled));
        }
        self.ask(camera, eye)?;
        let deadline = time::Instant::now() + PATIENCE;
        let is_fresh = || eye.age().is_some_and(|age| age < FRESH);
        while !is_fresh() {
            let news = eye.news.notified();
            let link = eye.link();
            if link.has_failed() {
                // The last that it gave, with its age, is more than nothing.
                match link.cause {
                    Some(cause) if eye.age().is_none() => return Err(NoPicture::Down(cause)),
                    _ => break,
                }
            }
            if is_fresh() || time::timeout_at(deadline, news).await.is_err() {
                break;
            }
        }
        let age = eye.age().ok_or(NoPicture::TooSlow)?;
        let turn = Arc::clone(&self.0.encoding).acquire_owned().await.map_err(|_| NoPicture::TooSlow)?;
        let still = eye.still();
        let encode = move || {
            let jpeg = still.jpeg(WIDEST_PX);
            drop(turn);
            jpeg
        };
        let jpeg = tokio::task::spawn_blocking(encode).await.ok().flatten().ok_or(NoPicture::TooSlow)?;
        Ok(Shot { jpeg, age })
    }

    /// Sees to it that the camera is open, and stays so for a while.
    fn ask(&self, id: &str, eye: &Arc<Eye>) -> Result<(), NoPicture> {
        let mut open = locked(&self.0.open);
        if let Some(open) = open.get_mut(id) {
            open.asked = open.asked.map(|_| Instant::now());
            return Ok(());
        }
        if open.values().filter(|open| open.asked.is_some()).count() >= GLANCES {
            return Err(NoPicture::Busy);
        }
        let watch = self.watch(eye, false).map_err(|_| NoPicture::Busy)?;
        open.insert(id.to_owned(), Open { watch, asked: Some(Instant::now()) });
        drop(open);
        let (looking, id) = (self.clone(), id.to_owned());
        tokio::spawn(async move { looking.linger(&id).await });
        Ok(())
    }

    /// Closes a camera when nobody has asked for a while.
    async fn linger(&self, id: &str) {
        let mut is_open = true;
        while is_open {
            time::sleep(LINGER / 4).await;
            let (looking, id) = (self.clone(), id.to_owned());
            // To close waits for the stream's end.
            is_open = tokio::task::spawn_blocking(move || looking.stays_open(&id)).await.unwrap_or(false);
        }
    }

    /// Whether it is still asked for; closes it if not.
    fn stays_open(&self, id: &str) -> bool {
        let is_forgotten = |open: &Open| open.asked.is_some_and(|asked| asked.elapsed() >= LINGER);
        let mut open = locked(&self.0.open);
        let Some(found) = open.get(id) else { return false };
        if !is_forgotten(found) {
            return true;
        }
        let ended = open.remove(id);
        drop(open);
        drop(ended.map(|open| open.watch));
        // Who asked in the meantime has opened it anew.
        if let Some(eye) = self.0.eyes.get(id).filter(|_| !locked(&self.0.open).contains_key(id)) {
            eye.forget();
            let now = self.0.sight.clock.now();
            if let Some(link) = eye.set_link(|_| Link::idle(now)) {
                self.0.sight.feed.tell_link(id, link);
            }
        }
        false
    }

    fn watch(&self, eye: &Arc<Eye>, always: bool) -> io::Result<Watch> {
        let Inner { sight: Sight { clock, feed, seen, .. }, ingest, losses, .. } = &*self.0;
        let wants_every = always && !eye.camera.rules.is_empty();
        let gaze = Gaze {
            eye: Arc::clone(eye),
            clock: Arc::clone(clock),
            feed: feed.clone(),
            seen: wants_every.then(|| seen.clone()),
            told: HashMap::new(),
            losses: Arc::clone(losses),
            lookout: Lookout::default(),
            health: Health::default(),
        };
        let per_second = if always { WATCHED_RATE } else { GLANCE_RATE };
        let options = WatchOptions { per_second, wants_every, ..WatchOptions::default() };
        ingest.watch(&eye.camera.id, eye.source.clone(), options, gaze)
    }

    pub fn close(&self) {
        let ended = std::mem::take(&mut *locked(&self.0.open));
        // All at once: a camera that does not answer is waited for while the others are.
        for open in ended.values() {
            open.watch.end();
        }
        drop(ended);
    }
}

/// Tells of cameras that are lost or back, many at once as one matter, for as long as somebody looks.
async fn tell_losses(inner: Weak<Inner>) {
    let mut tick = time::interval(Losses::TICK);
    loop {
        tick.tick().await;
        let Some(inner) = inner.upgrade() else { return };
        let now = inner.sight.clock.now();
        let told = locked(&inner.losses).due(now);
        for incident in told {
            match incident {
                Incident::Lost { camera, cause } => tracing::warn!(camera, %cause, "a camera gives no pictures"),
                Incident::Back { camera } => tracing::info!(camera, "a camera gives pictures again"),
                Incident::Many(outage) => {
                    let (count, first) = (outage.cameras.len(), outage.cameras.first());
                    if outage.is_lost {
                        tracing::warn!(count, first, "many cameras were lost at once");
                    } else {
                        tracing::info!(count, first, "many cameras are back");
                    }
                    inner.sight.feed.tell_outage(outage);
                }
            }
        }
    }
}
