//! Streams that are opened and closed for months leave nothing behind. On its own, because it counts what the whole
//! process holds.
#![cfg(feature = "video")]
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::{
    fs,
    sync::{
        Arc,
        mpsc::{Sender, channel},
    },
    thread,
    time::Duration,
};

use gridwatch::{
    demo::farm::{Farm, Footage},
    domain::{
        camera::{LinkEvent, Reader},
        vision::{Frame, Plane},
    },
    io::video::{ClipWriter, Ingest, IngestOptions, Source, Still, WatchOptions, Watcher},
    scene::{Lens, Scene, SceneKind},
};

struct Listener(Sender<()>);

impl Watcher for Listener {
    fn picture(&mut self, _: &Frame<'_>, _: Duration, _: bool) {
        let _ = self.0.send(());
    }

    fn link(&mut self, event: LinkEvent) {
        if matches!(event, LinkEvent::Failed(_)) {
            let _ = self.0.send(());
        }
    }
}

/// Threads and open files of this process.
fn held() -> [usize; 2] {
    ["/proc/self/task", "/proc/self/fd"].map(|folder| fs::read_dir(folder).expect("Linux").count())
}

fn resident_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("a line");
    line.split_whitespace().nth(1).expect("a number").parse().expect("a number")
}

/// Opens it, waits for a picture or a failure, and closes it.
fn look(ingest: &Ingest, source: &Source) {
    let (tell, told) = channel();
    let watch = ingest.watch("test", Ok(source.clone()), WatchOptions::default(), Listener(tell)).expect("a thread");
    told.recv_timeout(Duration::from_secs(30)).expect("a picture or a failure");
    drop(watch);
}

#[test]
fn two_hundred_openings_leave_no_thread_no_file_and_no_memory_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    let [clip, broken] = ["a.mp4", "b.mp4"].map(|name| folder.path().join(name));
    let mut writer = ClipWriter::create(&clip, [160, 120], 10, 500_000).expect("an encoder");
    let mut still = Still::default();
    still.copy(&Frame::new(160, 120, Plane { data: &vec![90; 160 * 120], stride: 160 }, None).expect("whole"));
    for number in 0..10 {
        writer.write(&still, Duration::from_millis(number * 100)).expect("written");
    }
    writer.finish().expect("finished");
    fs::write(&broken, "no video").expect("written");

    let scene = Scene::new(SceneKind::Street, Lens::default(), 160, 96, 1);
    let footage = [Arc::new(Footage::film(&scene, 2).expect("an encoder"))];
    let farm = Farm::start(&footage, 1, ([127, 0, 0, 1], 0).into(), None).expect("a port");
    let rtsp = |uri: &str| {
        let uri = uri.parse().expect("an address");
        Source::Rtsp { uri, credential: None, reader: Reader::Retina }
    };
    let dead = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let [alive, dead] = [rtsp(&farm.uri(1)), rtsp(&format!("rtsp://{dead}/live"))];
    let sources = [Source::File(clip), Source::File(broken), alive, dead];
    // What is made once and kept: plugins, their caches, pools of threads.
    let ingest = Ingest::start(IngestOptions::default()).expect("threads");
    let look = |source: &Source| look(&ingest, source);
    sources.iter().cycle().take(20).for_each(look);
    let (before, before_kib) = (held(), resident_kib());
    sources.iter().cycle().take(200).for_each(look);
    // GStreamer's pool gives idle threads back after a while.
    let mut after = held();
    for _ in 0..300 {
        if after.iter().zip(before).all(|(after, before)| *after <= before) {
            break;
        }
        thread::sleep(Duration::from_millis(100));
        after = held();
    }
    assert!(after.iter().zip(before).all(|(after, before)| *after <= before), "{before:?} became {after:?}");
    let grown_kib = resident_kib().saturating_sub(before_kib);
    assert!(grown_kib < 20 * 1024, "{grown_kib} KiB more, {} each", grown_kib / 200);
}
