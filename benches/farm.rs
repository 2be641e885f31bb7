//! Three hundred and nine cameras at once: what it takes to watch them, through the ingest and through one pipeline each.
//!
//! The farm runs in a process of its own, and so does each way of watching, so that threads, memory and time are its alone.
//! `SECONDS=300` measures for so long; `CAMERAS`, `EVERY` say how many there are, and how many are looked at in full.
#![expect(clippy::expect_used, clippy::print_stderr, reason = "a bench stops where it errs, and prints")]

mod measure;
mod street;

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};

use gridwatch::{
    demo::farm::RATE,
    domain::{
        camera::{LinkEvent, Lookout, Reader},
        vision::{Frame, Health},
    },
    io::video::{Ingest, IngestOptions, Piece, Source, Still, Watch, WatchOptions, Watcher},
};
use measure::{cpu_s, tell};
use nix::sys::resource::UsageWho::RUSAGE_SELF;
use street::{Street, farm, number, role, role_of, rss_mb, threads};

/// Seconds from one keyframe of the farm to the next.
const KEYFRAMES_S: f64 = 2.0;
/// Until all are open and have been learned.
const WARM_UP: Duration = Duration::from_secs(20);

fn main() {
    match role().as_deref() {
        Some("farm") => farm(),
        Some(address) => watch(address),
        None => {
            let street = Street::start();
            for reader in ["retina", "gstreamer"].into_iter().take(number("WAYS", 2)) {
                let status = role_of(&street.address).env("READER", reader).status().expect("it runs");
                assert!(status.success(), "{reader}");
            }
        }
    }
}

/// What a camera's pictures were good for, as in the service.
struct Eye {
    seen: Arc<Mutex<Vec<Instant>>>,
    still: Still,
    health: Health,
    lookout: Option<Lookout>,
    /// Where nothing is wrong, each is one too many.
    alarms: Arc<AtomicU32>,
}

impl Watcher for Eye {
    fn picture(&mut self, frame: &Frame<'_>, at: Duration, is_key: bool) {
        self.still.copy(frame);
        if is_key && self.health.look(frame, at) && self.health.diagnosis().is_some() {
            self.alarms.fetch_add(1, Relaxed);
        }
        if let Some(lookout) = &mut self.lookout {
            lookout.look(None, frame, at);
        }
        self.seen.lock().expect("nobody panics").push(Instant::now());
    }

    fn link(&mut self, event: LinkEvent) {
        if let LinkEvent::Failed(cause) = event {
            eprintln!("{cause}");
        }
    }
}

fn watch(address: &str) {
    let _ = rlimit::increase_nofile_limit(u64::MAX);
    let (cameras, every) = (number("CAMERAS", 309), number("EVERY", 30));
    let reader: Reader = number("READER", Reader::Retina);
    let way = if reader == Reader::Retina { "" } else { "rtspsrc." };
    let ingest = Ingest::start(IngestOptions::default()).expect("threads");
    let alarms = Arc::<AtomicU32>::default();
    let open = |camera: usize| {
        let uri = format!("rtsp://{address}/cam{:03}", camera + 1).parse().expect("an address");
        let seen = Arc::<Mutex<Vec<Instant>>>::default();
        let wants_every = camera < every;
        let (still, health, lookout) = (Still::default(), Health::default(), wants_every.then(Lookout::default));
        let eye = Eye { seen: Arc::clone(&seen), still, health, lookout, alarms: Arc::clone(&alarms) };
        let options = WatchOptions { per_second: 10, wants_every, ..WatchOptions::default() };
        let source = Source::Rtsp { uri, credential: None, reader };
        (ingest.watch(&format!("{camera}"), Ok(source), options, eye).expect("a thread"), seen)
    };
    let open: Vec<(Watch, Arc<Mutex<Vec<Instant>>>)> = (0..cameras).map(open).collect();
    thread::sleep(WARM_UP);
    let seconds = number("SECONDS", 30.0);
    let (begun, before) = (Instant::now(), cpu_s(RUSAGE_SELF));
    thread::sleep(Duration::from_secs_f64(seconds));
    let (took, spent) = (begun.elapsed().as_secs_f64(), cpu_s(RUSAGE_SELF) - before);
    let since = |seen: &Arc<Mutex<Vec<Instant>>>| {
        let seen = seen.lock().expect("nobody panics");
        seen.iter().filter(|at| **at >= begun && at.duration_since(begun).as_secs_f64() <= took).count()
    };
    let counts: Vec<usize> = open.iter().map(|(_, seen)| since(seen)).collect();
    let sampled = counts.iter().filter(|count| **count as f64 >= (took / KEYFRAMES_S).floor() - 1.0).count();
    let in_full = counts.iter().filter(|count| **count as f64 >= took * f64::from(RATE) * 0.9).count();
    let threads = threads();
    let tell = |what: &str, value: f64, unit: &str| tell(&format!("{way}{what}"), value, unit);
    tell("cameras_sampled", sampled as f64, "cameras");
    tell("cameras_in_full", in_full as f64, "cameras");
    tell("pictures", counts.iter().sum::<usize>() as f64 / took, "1/s");
    tell("false_health_alarms", f64::from(alarms.load(Relaxed)), "alarms");
    tell("watcher_cores", spent / took, "cores");
    tell("watcher_threads", threads, "threads");
    tell("watcher_rss_mb", rss_mb(), "MB");
    if reader == Reader::Retina {
        live(&open);
    }
    let begun = Instant::now();
    for (watch, _) in &open {
        watch.end();
    }
    drop(open);
    tell("closed_in", begun.elapsed().as_secs_f64(), "s");
}

/// People who watch, a camera each, as the WebSocket would serve them.
const VIEWERS: usize = 20;

/// How long each waits for its first picture, and what all together take.
fn live(open: &[(Watch, Arc<Mutex<Vec<Instant>>>)]) {
    const LOOKING: Duration = Duration::from_secs(5);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let before = cpu_s(RUSAGE_SELF);
    let begun = Instant::now();
    let (mut first, mut bytes) = (Vec::new(), 0);
    runtime.block_on(async {
        let mut viewers = tokio::task::JoinSet::new();
        for (watch, _) in open.iter().take(VIEWERS) {
            let mut following = watch.follow().expect("it is passed on");
            viewers.spawn(async move {
                let (mut first, mut bytes) = (None, 0);
                while let Ok(Some(piece)) = tokio::time::timeout_at((begun + LOOKING).into(), following.next()).await {
                    if let Piece::Picture(fragment) = piece {
                        first.get_or_insert_with(|| begun.elapsed());
                        bytes += fragment.len();
                    }
                }
                (first, bytes)
            });
        }
        while let Some(seen) = viewers.join_next().await {
            let (at, count) = seen.expect("no panic");
            first.extend(at);
            bytes += count;
        }
    });
    let slowest = first.iter().max().map_or(0.0, Duration::as_secs_f64);
    let seconds = begun.elapsed().as_secs_f64();
    tell("live_viewers", first.len() as f64, "viewers");
    tell("live_first_picture", slowest * 1000.0, "ms");
    tell("live_bytes", bytes as f64 / 1e6 / seconds, "MB/s");
    tell("live_cores", (cpu_s(RUSAGE_SELF) - before) / seconds, "cores, the watching included");
}
