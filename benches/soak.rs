//! Three hundred and nine cameras for half an hour: some fall ill and get well, one is dead and is opened again and again, and
//! what the process holds must not grow.
//!
//! `MINUTES=5` for shorter; `CAMERAS` says how many there are.
#![expect(clippy::expect_used, reason = "a bench stops where it errs")]

mod measure;
mod street;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
        mpsc::{Sender, channel},
    },
    thread,
    time::{Duration, Instant},
};

use gridwatch::{
    demo::farm::Fault,
    domain::{
        camera::{LinkEvent, Reader},
        vision::{Frame, Health},
    },
    io::video::{Ingest, IngestOptions, Source, Still, Watch, WatchOptions, Watcher},
};
use measure::tell;
use street::{Street, descriptors, farm, number, role, rss_mb, threads};
use strum::IntoEnumIterator;

/// Cameras that fall ill.
const ILL: usize = 20;
/// How long they are, and how long they are well in between.
const SPELL: Duration = Duration::from_secs(20);
/// Between two openings of the dead one.
const AGAIN: Duration = Duration::from_secs(3);
/// Before anything is counted: all are open, and memory has been had.
const WARM_UP: Duration = Duration::from_mins(1);

struct Eye {
    still: Still,
    health: Health,
    /// Of a camera that never falls ill each is one too many.
    alarms: Option<Arc<AtomicU32>>,
    openings: Arc<AtomicU32>,
}

impl Watcher for Eye {
    fn picture(&mut self, frame: &Frame<'_>, at: Duration, is_key: bool) {
        self.still.copy(frame);
        let is_alarm = is_key && self.health.look(frame, at) && self.health.diagnosis().is_some();
        if let Some(alarms) = self.alarms.as_ref().filter(|_| is_alarm) {
            alarms.fetch_add(1, Relaxed);
        }
    }

    fn link(&mut self, event: LinkEvent) {
        if event == LinkEvent::Opening {
            self.openings.fetch_add(1, Relaxed);
        }
    }
}

/// Says when it has failed.
struct Dead(Sender<()>);

impl Watcher for Dead {
    fn picture(&mut self, _: &Frame<'_>, _: Duration, _: bool) {}

    fn link(&mut self, event: LinkEvent) {
        if matches!(event, LinkEvent::Failed(_)) {
            let _ = self.0.send(());
        }
    }
}

fn main() {
    if role().is_some() {
        return farm();
    }
    let _ = rlimit::increase_nofile_limit(u64::MAX);
    let (mut street, cameras) = (Street::start(), number("CAMERAS", 309));
    let ingest = Ingest::start(IngestOptions::default()).expect("threads");
    let [alarms, openings] = [(); 2].map(|()| Arc::<AtomicU32>::default());
    let source = |uri: String| {
        let uri = uri.parse().expect("an address");
        Source::Rtsp { uri, credential: None, reader: Reader::Retina }
    };
    let open = |camera: usize| {
        let (still, health, openings) = (Still::default(), Health::default(), Arc::clone(&openings));
        let eye = Eye { still, health, alarms: (camera > ILL).then(|| Arc::clone(&alarms)), openings };
        let options = WatchOptions { wants_every: camera.is_multiple_of(10), ..WatchOptions::default() };
        let uri = format!("rtsp://{}/cam{camera:03}", street.address);
        ingest.watch(&format!("{camera}"), Ok(source(uri)), options, eye).expect("a thread")
    };
    let open: Vec<Watch> = (1..=cameras).map(open).collect();
    let is_over = Arc::<AtomicBool>::default();
    let reopening = reopen(&ingest, source("rtsp://127.0.0.1:9/1".to_owned()), &is_over);

    let (begun, lasting) = (Instant::now(), Duration::from_secs_f64(60.0 * number("MINUTES", 30.0)));
    let (mut faults, mut held) = (Fault::iter().cycle(), Vec::new());
    let mut is_ill = false;
    while begun.elapsed() < WARM_UP + lasting {
        let order = if is_ill { "none".to_owned() } else { faults.next().expect("there are some").to_string() };
        street.order(&format!("{order} 1-{ILL}"));
        is_ill = !is_ill;
        thread::sleep(SPELL);
        if begun.elapsed() > WARM_UP {
            held.push([begun.elapsed().as_secs_f64() / 3_600.0, threads(), descriptors(), rss_mb()]);
        }
    }
    is_over.store(true, Relaxed);
    let reopened = reopening.join().expect("no panic");
    tell("soak_minutes", lasting.as_secs_f64() / 60.0, "min");
    tell("dead_camera_reopened", f64::from(reopened), "times");
    tell("openings", f64::from(openings.load(Relaxed)), "attempts at the others");
    tell("false_health_alarms", f64::from(alarms.load(Relaxed)), "alarms");
    for (at, (what, unit)) in [("threads", ""), ("descriptors", ""), ("rss", " MB")].into_iter().enumerate() {
        let values: Vec<_> = held.iter().map(|held| (held[0], held[at + 1])).collect();
        tell(&format!("soak_{what}"), measure::median(values.iter().map(|(_, value)| *value).collect()), unit.trim());
        tell(&format!("soak_{what}_slope"), slope(&values), format!("{unit}/h").trim());
    }
    open.iter().for_each(Watch::end);
}

/// Opens it, waits until it has failed, and closes it, until all is over; says how often.
fn reopen(ingest: &Ingest, source: Source, is_over: &Arc<AtomicBool>) -> thread::JoinHandle<u32> {
    let (ingest, is_over) = (ingest.clone(), Arc::clone(is_over));
    thread::spawn(move || {
        let mut count = 0;
        while !is_over.load(Relaxed) {
            let (tell, told) = channel();
            let watch = ingest.watch("dead", Ok(source.clone()), WatchOptions::default(), Dead(tell));
            told.recv_timeout(Duration::from_secs(30)).expect("it fails");
            drop(watch.expect("a thread"));
            count += 1;
            thread::sleep(AGAIN);
        }
        count
    })
}

/// Of the straight line through them that errs least.
fn slope(values: &[(f64, f64)]) -> f64 {
    let count = values.len().max(1) as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| values.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(|value| value.0), mean(|value| value.1));
    let spread: f64 = values.iter().map(|value| (value.0 - x).powi(2)).sum();
    let together: f64 = values.iter().map(|value| (value.0 - x) * (value.1 - y)).sum();
    if spread > 0.0 { together / spread } else { 0.0 }
}
