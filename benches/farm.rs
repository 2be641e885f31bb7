//! Three hundred and nine cameras at once: what it takes to watch them, through the ingest and through one pipeline each.
//!
//! The farm runs in a process of its own, and so does each way of watching, so that threads, memory and time are its alone.
//! `SECONDS=300` measures for so long; `CAMERAS`, `EVERY` say how many there are, and how many are looked at in full.
#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a bench stops where it errs, and prints"
)]

mod measure;

use std::{
    env, fs,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    str::FromStr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};

use gridwatch::{
    demo::farm::{Farm, Footage, RATE},
    domain::{
        camera::{LinkEvent, Lookout, Reader},
        vision::{Frame, Health},
    },
    io::video::{Ingest, IngestOptions, Source, Still, Watch, WatchOptions, Watcher},
    scene::{Lens, Scene, SceneKind},
};
use measure::{cpu_s, tell};
use nix::sys::resource::UsageWho::RUSAGE_SELF;
use strum::IntoEnumIterator;

/// Seconds from one keyframe of the farm to the next.
const KEYFRAMES_S: f64 = 2.0;
/// Until all are open and have been learned.
const WARM_UP: Duration = Duration::from_secs(20);

fn main() {
    let role = env::var("FARM_ROLE");
    match role.as_deref() {
        Ok("farm") => farm(),
        Ok(address) => watch(address),
        Err(_) => {
            let (_farm, address) = started("farm");
            for reader in ["retina", "gstreamer"].into_iter().take(number("WAYS", 2)) {
                let status = role_of(&address).env("READER", reader).status().expect("it runs");
                assert!(status.success(), "{reader}");
            }
        }
    }
}

fn number<T: FromStr>(name: &str, default: T) -> T {
    env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

/// This program again, as something else.
fn role_of(role: &str) -> Command {
    let mut command = Command::new(env::current_exe().expect("itself"));
    command.env("FARM_ROLE", role);
    command
}

struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn started(role: &str) -> (Ended, String) {
    let mut child = role_of(role).stdout(Stdio::piped()).spawn().expect("it starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("an address");
    (Ended(child), line.trim().to_owned())
}

fn farm() {
    let _ = rlimit::increase_nofile_limit(u64::MAX);
    let film = |(kind, seed)| {
        let scene = Scene::new(kind, Lens::default(), 640, 360, seed);
        Arc::new(Footage::film(&scene, 20).expect("an encoder"))
    };
    let footage: Vec<_> = SceneKind::iter().zip(1..).map(film).collect();
    let farm = Farm::start(&footage, number("CAMERAS", 309), ([127, 0, 0, 1], 0).into(), None).expect("a port");
    println!("{}", farm.address());
    loop {
        thread::park();
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
    let threads = fs::read_dir("/proc/self/task").expect("Linux").count();
    let tell = |what: &str, value: f64, unit: &str| tell(&format!("{way}{what}"), value, unit);
    tell("cameras_sampled", sampled as f64, "cameras");
    tell("cameras_in_full", in_full as f64, "cameras");
    tell("pictures", counts.iter().sum::<usize>() as f64 / took, "1/s");
    tell("false_health_alarms", f64::from(alarms.load(Relaxed)), "alarms");
    tell("watcher_cores", spent / took, "cores");
    tell("watcher_threads", threads as f64, "threads");
    tell("watcher_rss_mb", rss_mb(), "MB");
    let begun = Instant::now();
    for (watch, _) in &open {
        watch.end();
    }
    drop(open);
    tell("closed_in", begun.elapsed().as_secs_f64(), "s");
}

fn rss_mb() -> f64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("a line");
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<f64>().ok()).expect("a number") / 1024.0
}
