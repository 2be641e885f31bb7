//! A process that looks through cameras for a service: `gridwatch watch`.
//!
//! It lives as long as the service's connection to it: when that ends it closes its streams and goes, so that who comes after
//! it opens no camera twice. What it sees is on its disk before the service hears of it, and goes from there when the service
//! has said that it is kept.

use std::{
    collections::{HashMap, HashSet},
    fs,
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use anyhow::Context;
use tokio::{
    net::{UnixListener, UnixStream},
    sync::{Notify, mpsc},
    time::{interval, timeout},
};
use uuid::Uuid;

use super::{
    NoPicture, Sighted, Standing,
    link::{self, Ask, Ear, Mouth, Tell},
    looking::{Looking, Outlook},
    post,
    spool::Spool,
};
use crate::{domain::camera::Camera, io::video::IngestOptions, service::clock::SystemClock};

/// What it is told on its command line.
#[derive(Debug, Clone)]
pub struct Options {
    /// The site's folder, where files that cameras name are found.
    pub site: PathBuf,
    /// The file of the cameras' credentials.
    pub secrets: PathBuf,
    /// Its own folder.
    pub post: PathBuf,
    /// How many it shares the machine with, itself included.
    pub of: usize,
}

/// How long who had the folder before may take to go, and the service to come.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often it is looked how things stand where nothing has happened.
const TICK: Duration = Duration::from_secs(1);
/// What was seen and has not been written yet; where it is full the cameras wait.
const SIGHTINGS: usize = 16;
/// What was seen and is not kept by the service yet. Where it is more, the cameras wait.
const SPOOLED: usize = 1_000;
/// What the service is told of at once.
const UNDER_WAY: usize = 32;
/// How long to wait before the disk is tried again.
const AGAIN: Duration = Duration::from_secs(1);

/// Shared by all connections.
#[derive(Clone)]
struct Outpost {
    looking: Looking,
    spool: Spool,
    /// Things stand otherwise with a camera.
    changed: Arc<Notify>,
    /// Something was seen, or kept.
    spooled: Arc<Notify>,
    /// Where the end of the connection that watches is told.
    over: mpsc::Sender<()>,
}

/// Looks until the service has gone.
///
/// # Errors
/// If the folder cannot be had, or nobody comes.
pub async fn run(options: Options) -> anyhow::Result<()> {
    let folder = options.post;
    let _lock = post::take(&folder, PATIENCE).await?;
    let socket = post::socket(&folder);
    // Of one that was killed.
    let _ = fs::remove_file(&socket);
    let listener = UnixListener::bind(&socket).with_context(|| format!("cannot listen on {}", socket.display()))?;
    fs::set_permissions(&socket, fs::Permissions::from_mode(0o600))?;

    let (seen, sightings) = mpsc::channel(SIGHTINGS);
    let (changed, spooled) = (Arc::<Notify>::default(), Arc::<Notify>::default());
    let news = Arc::clone(&changed);
    let outlook = Outlook {
        folder: options.site,
        secrets: options.secrets,
        clock: Arc::new(SystemClock),
        news: Arc::new(move |_, _| news.notify_one()),
        seen,
        ingest: IngestOptions::default().shared_by(options.of),
    };
    let looking = Looking::start(outlook).context("cannot begin to look")?;
    let spool = Spool::open(&folder)?;
    let (over, mut ended) = mpsc::channel(1);
    let outpost = Outpost { looking: looking.clone(), spool: spool.clone(), changed, spooled, over };
    let closed = Arc::<Notify>::default();
    let spooling = tokio::spawn(keep(sightings, spool, Arc::clone(&outpost.spooled), Arc::clone(&closed)));

    let mut is_wanted = false;
    loop {
        let (stream, _) = tokio::select! {
            taken = listener.accept() => taken?,
            _ = ended.recv() => break,
            () = tokio::time::sleep(PATIENCE), if !is_wanted => anyhow::bail!("no service has come"),
        };
        is_wanted = true;
        tokio::spawn(outpost.clone().answer(stream));
    }
    tokio::task::spawn_blocking(move || looking.close()).await?;
    // All streams have ended: what is under way is the last.
    closed.notify_one();
    let _ = timeout(PATIENCE, spooling).await;
    let _ = fs::remove_file(&socket);
    Ok(())
}

/// Writes down what is seen, until nobody looks any more.
async fn keep(mut sightings: mpsc::Receiver<Sighted>, spool: Spool, spooled: Arc<Notify>, closed: Arc<Notify>) {
    loop {
        let sighted = tokio::select! {
            sighted = sightings.recv() => sighted,
            () = closed.notified() => {
                sightings.close();
                continue;
            }
        };
        let Some(Sighted { seen, .. }) = sighted else { return };
        let seen = Arc::new(seen);
        loop {
            let (spool, seen) = (spool.clone(), Arc::clone(&seen));
            let kept = tokio::task::spawn_blocking(move || {
                let is_full = spool.waiting()?.len() >= SPOOLED;
                if is_full { Ok(false) } else { spool.keep(&seen).map(|()| true) }
            });
            match kept.await {
                Ok(Ok(true)) => break,
                Ok(Ok(false)) => tracing::warn!("what was seen waits: the service takes nothing"),
                Ok(Err(error)) => tracing::warn!(%error, "what was seen cannot be written yet"),
                Err(_) => return,
            }
            tokio::time::sleep(AGAIN).await;
        }
        spooled.notify_one();
    }
}

impl Outpost {
    async fn answer(self, stream: UnixStream) {
        let (mut ear, mut mouth) = link::ends(stream);
        let Ok(Some(ask)) = ear.hear().await else { return };
        // Who asked may have gone.
        let _ = match ask {
            Ask::Watch(cameras) => {
                let cameras = cameras.iter().map(link::Watched::camera).collect();
                self.attend(cameras, ear, mouth).await;
                let _ = self.over.send(()).await;
                return;
            }
            Ask::Kept(_) => return,
            Ask::Picture { camera } => mouth.say(&self.looking.picture(&camera).await).await,
            Ask::Clip { camera, from, to } => {
                let clip = self.looking.clip(&camera, from, to).await.map(serde_bytes::ByteBuf::from);
                mouth.say(&clip).await
            }
            Ask::Follow { camera, wish } => {
                let mut viewing = match self.looking.follow(&camera, wish) {
                    Ok(viewing) => viewing,
                    Err(why) => return drop(mouth.say(&Err::<(), _>(why)).await),
                };
                let mut said = mouth.say(&Ok::<(), NoPicture>(())).await;
                while said.is_ok() {
                    let view = tokio::select! {
                        view = viewing.next() => view,
                        // Nothing more is asked: they have gone.
                        _ = ear.hear::<Ask>() => None,
                    };
                    let Some(view) = view else { break };
                    said = mouth.say(&view).await;
                }
                said
            }
        };
    }

    /// Until the service has gone.
    async fn attend(&self, cameras: Vec<Camera>, mut ear: Ear, mut mouth: Mouth) {
        self.take_over(cameras).await;
        let hearing = async {
            while let Ok(Some(ask)) = ear.hear().await {
                match ask {
                    Ask::Watch(cameras) => {
                        self.take_over(cameras.iter().map(link::Watched::camera).collect()).await;
                    }
                    Ask::Kept(id) => {
                        if let Err(error) = self.spool.remove(id) {
                            tracing::warn!(%error, "what was kept cannot be removed");
                        }
                        self.spooled.notify_one();
                    }
                    _ => return,
                }
            }
        };
        let telling = async {
            let (mut told, mut under_way, mut tick) = (HashMap::new(), HashSet::new(), interval(TICK));
            loop {
                self.tell_standings(&mut mouth, &mut told).await?;
                self.tell_seen(&mut mouth, &mut under_way).await?;
                tokio::select! {
                    () = self.changed.notified() => {}
                    () = self.spooled.notified() => {}
                    _ = tick.tick() => {}
                }
            }
        };
        tokio::select! {
            () = hearing => {}
            Err::<(), anyhow::Error>(error) = telling => tracing::debug!(%error, "the service hears nothing"),
        }
    }

    async fn take_over(&self, cameras: Vec<Camera>) {
        let looking = self.looking.clone();
        let taken = tokio::task::spawn_blocking(move || looking.take_over(&cameras)).await;
        if let Ok(Err(error)) = taken {
            tracing::error!(%error, "the cameras cannot be looked through");
        }
        self.changed.notify_one();
    }

    async fn tell_standings(&self, mouth: &mut Mouth, told: &mut HashMap<String, Standing>) -> anyhow::Result<()> {
        for (id, standing) in self.looking.standings() {
            if told.get(&id) != Some(&standing) {
                mouth.say(&Tell::Standing(id.clone(), Box::new(standing.clone()))).await?;
                told.insert(id, standing);
            }
        }
        Ok(())
    }

    async fn tell_seen(&self, mouth: &mut Mouth, under_way: &mut HashSet<Uuid>) -> anyhow::Result<()> {
        let waiting = self.spool.waiting()?;
        under_way.retain(|id| waiting.binary_search(id).is_ok());
        for id in waiting {
            if under_way.len() >= UNDER_WAY {
                break;
            }
            if under_way.contains(&id) {
                continue;
            }
            if let Some(seen) = self.spool.read(id)? {
                mouth.say(&Tell::Seen(Box::new(seen))).await?;
                under_way.insert(id);
            }
        }
        Ok(())
    }
}
