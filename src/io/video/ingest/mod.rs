//! Cameras read over RTSP, many by a few threads.
//!
//! ```text
//! sockets ─► attend (one thread, all cameras) ─► queue ─► worker (few threads) ─► Watcher
//!                  │                                          ▲
//!                  ├─► Ring                                turns (who has every picture)
//!                  └─► Following (who watches it)
//! ```
//!
//! `docs/design/cameras.md` has the figures behind it, and what is bounded.

mod attend;
mod decoder;
mod following;
mod mp4;
mod recorder;
mod ring;
mod seat;
mod unit;
mod worker;

use std::{
    io,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use tokio::{
    runtime::Handle,
    sync::{mpsc, oneshot, watch},
    time::interval,
};

pub use following::{Following, Piece};
pub use mp4::Clip;

use super::{Source, Watch, WatchOptions, Watcher};
use crate::domain::camera::{LinkCause, Reader, Sampling, StreamFacts, Timeline, turns};
use attend::Attendant;
pub(super) use decoder::look;
use recorder::Recorders;
use seat::Seat;
use worker::{Job, work};

/// Threads that read and decode cameras, shared by all [`Watch`]es that it gives. Clones share them; they end with the last.
#[derive(Clone)]
pub struct Ingest(Arc<Hall>);

/// How much it may take.
#[derive(Debug, Clone)]
pub struct IngestOptions {
    /// Threads that decode.
    pub workers: usize,
    /// Cores that decoding and looking may take together, on average.
    pub budget_cores: f64,
    /// Streams open at once at one recorder.
    pub per_recorder: usize,
}

struct Hall {
    options: IngestOptions,
    sockets: Handle,
    workers: Vec<mpsc::Sender<Job>>,
    seats: Arc<Mutex<Vec<Weak<Seat>>>>,
    recorders: Recorders,
    entered: AtomicU64,
    begun: Instant,
    stop: Option<oneshot::Sender<()>>,
    threads: Vec<JoinHandle<()>>,
}

/// A camera that is being read.
pub(super) struct Attended {
    seat: Arc<Seat>,
    stop: watch::Sender<bool>,
    left: crossbeam_channel::Receiver<()>,
    /// Its threads stay as long as it does.
    _hall: Arc<Hall>,
}

/// Units that wait for a worker; what comes when it is full is left out up to the camera's next keyframe.
const WAITING: usize = 256;
/// How often it is decided who has every picture.
const ROUND: Duration = Duration::from_secs(1);
/// By how much the budget shrinks where units had to be left out, and grows where none had.
const SHRINK: f64 = 0.7;
const GROW: f64 = 0.02;
/// How long an end may take.
const CLOSING: Duration = Duration::from_secs(10);

impl Default for IngestOptions {
    fn default() -> Self {
        let cores = thread::available_parallelism().map_or(2, usize::from);
        Self { workers: cores.min(4), budget_cores: 0.5 * cores as f64, per_recorder: 512 }
    }
}

impl IngestOptions {
    /// What one of so many may take that share the machine.
    #[must_use]
    pub fn shared_by(self, count: usize) -> Self {
        let count = count.max(1);
        let workers = (self.workers / count).max(1);
        Self { workers, budget_cores: self.budget_cores / count as f64, ..self }
    }
}

impl Ingest {
    /// # Errors
    /// If the system gives no threads.
    pub fn start(options: IngestOptions) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let sockets = runtime.handle().clone();
        let seats = Arc::<Mutex<Vec<Weak<Seat>>>>::default();
        let (stop, stopped) = oneshot::channel();
        let deciding = decide(Arc::clone(&seats), options.budget_cores);
        let reading = thread::Builder::new().name("ingest".to_owned()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = deciding => {}
                    _ = stopped => {}
                }
            });
        })?;
        let (mut workers, mut threads) = (Vec::new(), vec![reading]);
        for number in 0..options.workers.max(1) {
            let (give, jobs) = mpsc::channel(WAITING);
            threads.push(thread::Builder::new().name(format!("decode-{number}")).spawn(move || work(jobs))?);
            workers.push(give);
        }
        let (recorders, entered) = (Recorders::default(), AtomicU64::new(0));
        let (begun, stop) = (Instant::now(), Some(stop));
        Ok(Self(Arc::new(Hall { options, sockets, workers, seats, recorders, entered, begun, stop, threads })))
    }

    /// Begins to look. `watcher` is told from another thread: of those that decode, or of its own for what is no RTSP.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn watch(
        &self,
        name: &str,
        source: Result<Source, LinkCause>,
        options: WatchOptions,
        watcher: impl Watcher + 'static,
    ) -> io::Result<Watch> {
        let Ok(Source::Rtsp { uri, credential, reader: Reader::Retina }) = source else {
            return Watch::on_thread(name, source, options, watcher);
        };
        let hall = &self.0;
        let number = hall.entered.fetch_add(1, Relaxed);
        let seat = Arc::new(Seat::new(number, options.wants_every));
        let worker = hall.workers[number as usize % hall.workers.len()].clone();
        let (stop, stopped) = watch::channel(false);
        let (left, leaving) = crossbeam_channel::bounded(1);
        hall.seats.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::downgrade(&seat));
        let recorder = hall.recorders.of(&uri, hall.options.per_recorder);
        let apart = Duration::from_secs(1) / options.per_second.max(1);
        let enter = Job::Enter { seat: Arc::clone(&seat), watcher: Box::new(watcher), apart };
        let attendant = Attendant {
            uri,
            credential,
            options,
            seat: Arc::clone(&seat),
            worker: worker.clone(),
            recorder,
            stop: stopped,
            time: Timeline::default(),
            begun: hall.begun,
        };
        hall.sockets.spawn(async move {
            let _ = worker.send(enter).await;
            attendant.attend(left).await;
        });
        Ok(Watch::shared(Attended { seat, stop, left: leaving, _hall: Arc::clone(hall) }))
    }
}

impl Drop for Hall {
    fn drop(&mut self) {
        self.workers.clear();
        drop(self.stop.take());
        for thread in self.threads.drain(..) {
            // One that panicked has said so already.
            let _ = thread.join();
        }
    }
}

impl Attended {
    pub fn facts(&self) -> Option<StreamFacts> {
        self.seat.facts()
    }

    pub fn sampling(&self) -> Option<Sampling> {
        self.seat.sampling()
    }

    pub fn follow(&self) -> Following {
        self.seat.follow()
    }

    pub fn clip(&self, from: Instant, to: Instant) -> Option<Clip> {
        Clip::of(self.seat.ring().between(from, to))
    }

    pub fn end(&self) {
        self.stop.send_replace(true);
    }

    /// Until camera and worker have let go.
    pub fn wait(&self) {
        if self.left.recv_timeout(CLOSING).is_err() {
            tracing::warn!("a camera does not end: it is left to itself");
        }
    }
}

/// Shares the budget among those who want every picture, second by second.
async fn decide(seats: Arc<Mutex<Vec<Weak<Seat>>>>, budget_cores: f64) {
    let (mut tick, mut part, mut last) = (interval(ROUND), 1.0_f64, Instant::now());
    loop {
        tick.tick().await;
        let seconds = last.elapsed().as_secs_f64().max(0.1);
        last = Instant::now();
        let seats: Vec<Arc<Seat>> = {
            let mut all = seats.lock().unwrap_or_else(PoisonError::into_inner);
            all.retain(|seat| seat.strong_count() > 0);
            all.iter().filter_map(Weak::upgrade).collect()
        };
        let (mut keyframes, mut dropped) = (0.0, 0);
        for seat in &seats {
            let account = seat.account(seconds);
            dropped += account.dropped;
            keyframes += if seat.has_every() { 0.0 } else { account.cores };
        }
        part = if dropped > 0 { part * SHRINK } else { (part + GROW).min(1.0) };
        let wanting: Vec<_> = seats.iter().filter_map(|seat| Some((seat, seat.claim()?))).collect();
        let claims: Vec<_> = wanting.iter().map(|(_, claim)| *claim).collect();
        let has_turn = turns(&claims, (budget_cores - keyframes).max(0.05) * part);
        wanting.iter().zip(has_turn).for_each(|((seat, _), has_turn)| seat.set_turn(has_turn));
    }
}
