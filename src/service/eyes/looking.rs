//! Which cameras are open.

use std::{
    collections::{BTreeMap, HashMap},
    io,
    path::PathBuf,
    sync::{Arc, Mutex, Weak},
    time::{Duration, Instant},
};

use arc_swap::ArcSwap;
use jiff::Timestamp;
use tokio::{
    sync::{Semaphore, mpsc},
    time,
};

use super::{
    NoPicture, Shot, Sight, Sighted, Standing, Wish,
    eye::{Eye, Gaze, locked},
    is_watched,
    viewing::{Borrowed, Borrowing, Viewing},
    vigil::Vigil,
};
use crate::{
    domain::{
        camera::{Camera, Link, LinkCause, Lookout, Reader, StreamKind},
        vision::Health,
    },
    io::{
        secrets::Secrets,
        video::{Following, Ingest, IngestOptions, Source, Watch, WatchOptions},
    },
    service::clock::Clock,
};

/// Shared by all who look.
#[derive(Clone)]
pub struct Looking(Arc<Inner>);

struct Inner {
    eyes: ArcSwap<BTreeMap<String, Arc<Eye>>>,
    outlook: Outlook,
    ingest: Ingest,
    /// The streams that are open, by the camera's id.
    open: Mutex<HashMap<String, Open>>,
    /// Streams that are open because somebody watches them.
    borrowed: Mutex<HashMap<(String, StreamKind), Weak<Borrowed>>>,
    /// Room for those who watch.
    viewers: Arc<Semaphore>,
    /// Turns at encoding pictures.
    encoding: Arc<Semaphore>,
}

/// What looking needs, wherever it is done.
pub struct Outlook {
    /// Where files that the cameras name are found.
    pub folder: PathBuf,
    /// The file of credentials, which need not be there.
    pub secrets: PathBuf,
    pub clock: Arc<dyn Clock>,
    pub news: News,
    /// Where what is seen goes. A camera waits where it is full: what it saw is not lost.
    pub seen: mpsc::Sender<Sighted>,
    pub ingest: IngestOptions,
}

/// Hears of a camera with which things stand otherwise now.
pub type News = Arc<dyn Fn(&str, &Link) + Send + Sync>;

impl Outlook {
    /// In the service's own process.
    pub fn of(sight: &Sight, vigil: &Vigil) -> Self {
        let Sight { folder, secrets, clock, seen, .. } = sight;
        let vigil = vigil.clone();
        Self {
            folder: folder.clone(),
            secrets: secrets.clone(),
            clock: Arc::clone(clock),
            news: Arc::new(move |camera, link| vigil.note(camera, link)),
            seen: seen.clone(),
            ingest: IngestOptions::default(),
        }
    }
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
/// Who watches at once.
const VIEWERS: usize = 64;
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
    /// Looks through nothing yet.
    pub fn start(outlook: Outlook) -> io::Result<Self> {
        let eyes = ArcSwap::default();
        let [encoding, viewers] = [ENCODING, VIEWERS].map(|count| Arc::new(Semaphore::new(count)));
        let ingest = Ingest::start(outlook.ingest.clone())?;
        let (open, borrowed) = (Mutex::default(), Mutex::default());
        Ok(Self(Arc::new(Inner { eyes, outlook, ingest, open, borrowed, viewers, encoding })))
    }

    /// Looks through these cameras from now on: those that are gone or others now are closed before any is opened, and all
    /// that stay as they were are left alone. Gives the former. Blocks.
    pub fn take_over(&self, cameras: &[Camera]) -> io::Result<Vec<String>> {
        let Inner { eyes, outlook, open, .. } = &*self.0;
        let secrets = Secrets::read(&outlook.secrets)?;
        let before = eyes.load();
        let kept_or_new = |camera: &Camera| {
            let new = self.eye(camera, &secrets);
            let kept = before.get(&camera.id).filter(|known| known.is_same(&new));
            (camera.id.clone(), kept.map_or_else(|| Arc::new(new), Arc::clone))
        };
        let after: BTreeMap<_, _> = cameras.iter().map(kept_or_new).collect();
        let is_gone = |(id, eye): &(&String, &Arc<Eye>)| after.get(*id).is_none_or(|now| !Arc::ptr_eq(now, eye));
        let gone: Vec<String> = before.iter().filter(is_gone).map(|(id, _)| id.clone()).collect();
        let new: Vec<Arc<Eye>> = after.values().filter(|eye| is_watched(&eye.camera)).map(Arc::clone).collect();
        eyes.store(Arc::new(after));
        let ended: Vec<Open> = gone.iter().filter_map(|id| locked(open).remove(id)).collect();
        // All at once: a camera that does not answer is waited for while the others are.
        for open in &ended {
            open.watch.end();
        }
        drop(ended);
        for eye in new {
            let mut open = locked(open);
            // Whoever looked through it in the meantime has opened it for a while; now it is open for good.
            let is_open = open.get(&eye.camera.id).is_some_and(|open| open.asked.is_none());
            if is_open {
                continue;
            }
            let always = Open { watch: self.watch(&eye, true)?, asked: None };
            let for_a_while = open.insert(eye.camera.id.clone(), always);
            drop(open);
            drop(for_a_while);
        }
        Ok(gone)
    }

    fn eye(&self, camera: &Camera, secrets: &Secrets) -> Eye {
        let Outlook { folder, clock, .. } = &self.0.outlook;
        let has_both = camera.sub.is_some() && camera.main.is_some();
        let main = has_both.then(|| Source::of_stream(camera, StreamKind::Main, folder, secrets));
        let (source, link) = if camera.enabled {
            (Source::of_camera(camera, folder, secrets), Link::idle(clock.now()))
        } else {
            (Err(LinkCause::Disabled), Link::disabled(clock.now()))
        };
        Eye::new(camera.clone(), source, main, link)
    }

    fn find(&self, camera: &str) -> Option<Arc<Eye>> {
        self.0.eyes.load().get(camera).map(Arc::clone)
    }

    /// Whether it still is one of the site's, and no other by that id is.
    pub fn knows(&self, eye: &Arc<Eye>) -> bool {
        self.find(&eye.camera.id).is_some_and(|known| Arc::ptr_eq(&known, eye))
    }

    pub fn links(&self) -> BTreeMap<String, Link> {
        self.0.eyes.load().iter().map(|(id, eye)| (id.clone(), eye.link())).collect()
    }

    /// How things stand with each, by its id.
    pub fn standings(&self) -> BTreeMap<String, Standing> {
        let open = locked(&self.0.open);
        let standing = |(id, eye): (&String, &Arc<Eye>)| {
            let watch = open.get(id).map(|open| &open.watch);
            let (sampling, stream) = (watch.and_then(Watch::sampling), watch.and_then(Watch::facts));
            (id.clone(), Standing { link: eye.link(), sampling, health: eye.ailing(), stream })
        };
        self.0.eyes.load().iter().map(standing).collect()
    }

    pub async fn clip(&self, camera: &str, from: Timestamp, to: Timestamp) -> Result<Vec<u8>, NoPicture> {
        self.find(camera).ok_or(NoPicture::UnknownCamera)?;
        let (now, here) = (self.0.outlook.clock.now(), Instant::now());
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

    pub fn follow(&self, camera: &str, wish: Wish) -> Result<Viewing, NoPicture> {
        let eye = self.find(camera).ok_or(NoPicture::UnknownCamera)?;
        if !eye.camera.enabled {
            return Err(NoPicture::Down(LinkCause::Disabled));
        }
        let room = Arc::clone(&self.0.viewers).try_acquire_owned().map_err(|_| NoPicture::TooManyViewers)?;
        Ok(Viewing::new(self.clone(), eye, wish, room))
    }

    /// The stream of a camera that is passed on as it comes, and what keeps it open; `None` where it is not.
    pub fn passing_on(&self, eye: &Arc<Eye>, kind: StreamKind) -> Option<(Following, Option<Arc<Borrowed>>)> {
        let id = &eye.camera.id;
        if kind == eye.camera.analysed_kind() {
            return Some((locked(&self.0.open).get(id)?.watch.follow()?, None));
        }
        let mut borrowed = locked(&self.0.borrowed);
        borrowed.retain(|_, stream| stream.strong_count() > 0);
        let key = (id.clone(), kind);
        if let Some(stream) = borrowed.get(&key).and_then(Weak::upgrade) {
            return Some((stream.follow()?, Some(stream)));
        }
        let source = eye.main.clone()?;
        if !matches!(source, Ok(Source::Rtsp { reader: Reader::Retina, .. })) {
            return None;
        }
        let (borrowing, link) = Borrowing::new(Arc::clone(&self.0.outlook.clock));
        let options = WatchOptions { wants_every: false, is_looked_at: false, ..WatchOptions::default() };
        let watch = self.0.ingest.watch(id, source, options, borrowing).ok()?;
        let stream = Arc::new(Borrowed::new(watch, link));
        borrowed.insert(key, Arc::downgrade(&stream));
        Some((stream.follow()?, Some(stream)))
    }

    pub async fn picture(&self, camera: &str) -> Result<Shot, NoPicture> {
        let eye = self.find(camera).ok_or(NoPicture::UnknownCamera)?;
        if !eye.camera.enabled {
            return Err(NoPicture::Down(LinkCause::Disabled));
        }
        self.ask(camera, &eye)?;
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
        if let Some(eye) = self.find(id).filter(|_| !locked(&self.0.open).contains_key(id)) {
            eye.forget();
            let now = self.0.outlook.clock.now();
            if let Some(link) = eye.set_link(|_| Link::idle(now)) {
                (self.0.outlook.news)(id, &link);
            }
        }
        false
    }

    fn watch(&self, eye: &Arc<Eye>, always: bool) -> io::Result<Watch> {
        let Inner { outlook: Outlook { clock, news, seen, .. }, ingest, .. } = &*self.0;
        let wants_every = always && !eye.camera.rules.is_empty();
        let gaze = Gaze {
            eye: Arc::clone(eye),
            clock: Arc::clone(clock),
            news: Arc::clone(news),
            seen: wants_every.then(|| seen.clone()),
            told: HashMap::new(),
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
