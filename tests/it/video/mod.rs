//! Real streams: files and a real RTSP server, whole and broken.

mod detect;
mod farm;
mod files;
mod rtsp;
pub mod server;

use std::{
    path::Path,
    sync::mpsc::{Receiver, Sender, channel},
    time::{Duration, Instant},
};

use gridwatch::{
    domain::{
        camera::{LinkCause, LinkEvent, Pauses},
        vision::{Frame, Plane},
    },
    io::video::{ClipWriter, Ingest, IngestOptions, Source, Still, Watch, WatchOptions, Watcher},
};

/// What a watch told.
#[derive(Debug, Clone, PartialEq)]
enum Told {
    Picture { size: [u32; 2], at: Duration },
    Link(LinkEvent),
}

struct Listener(Sender<Told>);

impl Watcher for Listener {
    fn picture(&mut self, frame: &Frame<'_>, at: Duration, _: bool) {
        let _ = self.0.send(Told::Picture { size: [frame.width(), frame.height()], at });
    }

    fn link(&mut self, event: LinkEvent) {
        if event != LinkEvent::Picture {
            let _ = self.0.send(Told::Link(event));
        }
    }
}

/// A watch with what it tells.
struct Watched {
    watch: Watch,
    told: Receiver<Told>,
}

/// A test that waits longer has failed.
const PATIENCE: Duration = Duration::from_mins(1);

impl Watched {
    fn of(source: Source) -> Self {
        Self::by(&Ingest::start(IngestOptions::default()).expect("threads"), source)
    }

    fn by(ingest: &Ingest, source: Source) -> Self {
        let (tell, told) = channel();
        let options = WatchOptions {
            per_second: 25,
            wants_every: true,
            is_looked_at: true,
            pauses: Pauses { first: Duration::from_millis(100), longest: Duration::from_millis(400) },
            silence: Duration::from_secs(2),
        };
        let watch = ingest.watch("test", Ok(source), options, Listener(tell)).expect("a thread");
        Self { watch, told }
    }

    /// Waits until it tells that.
    fn until(&self, wanted: impl Fn(&Told) -> bool) -> Told {
        let deadline = Instant::now() + PATIENCE;
        let mut heard = Vec::new();
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let told = self.told.recv_timeout(left).unwrap_or_else(|_| panic!("never told; heard {heard:?}"));
            if wanted(&told) {
                return told;
            }
            heard.push(told);
        }
    }

    fn until_picture(&self) -> [u32; 2] {
        match self.until(|told| matches!(told, Told::Picture { .. })) {
            Told::Picture { size, .. } => size,
            Told::Link(_) => unreachable!("a picture was waited for"),
        }
    }

    fn until_failed(&self) -> LinkCause {
        match self.until(|told| matches!(told, Told::Link(LinkEvent::Failed(_)))) {
            Told::Link(LinkEvent::Failed(cause)) => cause,
            other => unreachable!("a failure was waited for, not {other:?}"),
        }
    }
}

/// Ten pictures a second of a bright square that moves.
fn write_clip(file: &Path, [width, height]: [u32; 2], pictures: u32) {
    let mut clip = ClipWriter::create(file, [width, height], 10, 500_000).expect("an encoder");
    for number in 0..pictures {
        let mut luma = vec![60; (width * height) as usize];
        for y in 20..40 {
            let start = y * width as usize + (number as usize * 4) % (width as usize - 30);
            luma[start..start + 20].fill(200);
        }
        let mut still = Still::default();
        still.copy(&Frame::new(width, height, Plane { data: &luma, stride: width as usize }, None).expect("whole"));
        clip.write(&still, Duration::from_millis(u64::from(number) * 100)).expect("written");
    }
    clip.finish().expect("finished");
}
