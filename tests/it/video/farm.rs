//! Cameras of the farm, and all that can go wrong with them.

use std::{
    fs,
    ops::ControlFlow,
    sync::{Arc, OnceLock},
    thread,
    time::{Duration, Instant},
};

use gridwatch::{
    demo::farm::{Farm, Fault, Footage, Login},
    domain::camera::{LinkCause, LinkEvent, Reader},
    io::video::{Ingest, IngestOptions, Source, read},
    scene::{Lens, Scene, SceneKind},
};

use super::{
    Told, Watched,
    rtsp::{rtsp, with_login},
};

const SIZE: [u32; 2] = [160, 96];

fn footage() -> [Arc<Footage>; 1] {
    static FOOTAGE: OnceLock<Arc<Footage>> = OnceLock::new();
    let film = || {
        let scene = Scene::new(SceneKind::Street, Lens::default(), SIZE[0], SIZE[1], 1);
        Arc::new(Footage::film(&scene, 4).expect("an encoder"))
    };
    [Arc::clone(FOOTAGE.get_or_init(film))]
}

fn farm(count: usize, login: Option<Login>) -> Farm {
    Farm::start(&footage(), count, ([127, 0, 0, 1], 0).into(), login).expect("a port")
}

fn of(farm: &Farm, camera: usize) -> Source {
    rtsp(&farm.uri(camera), Reader::Retina)
}

/// Waits until it is so.
fn until(what: &str, holds: impl Fn() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(30), "never: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn cameras_of_the_farm_are_read_by_either_reader_and_by_digest() {
    let open = farm(2, None);
    for reader in [Reader::Retina, Reader::Gstreamer] {
        assert_eq!(Watched::of(rtsp(&open.uri(2), reader)).until_picture(), SIZE);
    }
    assert_eq!(Watched::of(of(&open, 3)).until_failed(), LinkCause::NothingThere);
    let login = Login { user: "viewer".to_owned(), password: "right".to_owned() };
    let closed = farm(1, Some(login));
    for reader in [Reader::Retina, Reader::Gstreamer] {
        let camera = || rtsp(&closed.uri(1), reader);
        assert_eq!(Watched::of(with_login(camera(), "right")).until_picture(), SIZE);
        assert_eq!(Watched::of(with_login(camera(), "wrong")).until_failed(), LinkCause::AuthFailed);
        assert_eq!(Watched::of(camera()).until_failed(), LinkCause::AuthWanted);
    }
}

#[test]
fn a_camera_that_fails_says_why_disturbs_no_other_and_comes_back() {
    let farm = farm(2, None);
    let ingest = Ingest::start(IngestOptions::default()).expect("threads");
    let [broken, sound] = [1, 2].map(|camera| Watched::by(&ingest, of(&farm, camera)));
    for (fault, causes) in [
        (Fault::Hang, vec![LinkCause::NoPictures]),
        (Fault::HalfOpen, vec![LinkCause::NoPictures]),
        (Fault::Reset, vec![LinkCause::LineBroken, LinkCause::Ended]),
        (Fault::Garbage, vec![LinkCause::Unreadable]),
    ] {
        broken.until_picture();
        farm.set_fault(1, Some(fault));
        let cause = broken.until_failed();
        assert!(causes.contains(&cause), "{fault}: {cause}");
        assert_eq!(sound.until_picture(), SIZE);
        farm.set_fault(1, None);
    }
    broken.until_picture();
    // Not tried again for a minute: accounts would be locked.
    farm.set_fault(1, Some(Fault::Refuse));
    broken.until(|told| *told == Told::Link(LinkEvent::Failed(LinkCause::AuthWanted)));
    assert!(!sound.told.try_iter().any(|told| matches!(told, Told::Link(LinkEvent::Failed(_)))));
}

#[test]
fn pictures_go_on_when_their_size_or_the_streams_clock_jumps() {
    let farm = farm(1, None);
    let watched = Watched::of(of(&farm, 1));
    watched.until_picture();
    farm.set_fault(1, Some(Fault::SpsChange));
    watched.until(|told| matches!(told, Told::Picture { size: [80, 48], .. }));
    farm.set_fault(1, None);
    watched.until(|told| matches!(told, Told::Picture { size: SIZE, .. }));
    farm.set_fault(1, Some(Fault::PtsJump));
    let (begun, mut last) = (Instant::now(), None::<Duration>);
    while begun.elapsed() < Duration::from_secs(4) {
        let Told::Picture { at, .. } = watched.until(|told| matches!(told, Told::Picture { .. })) else { continue };
        assert!(last.is_none_or(|last| (last..last + Duration::from_secs(3)).contains(&at)), "{last:?} {at:?}");
        last = Some(at);
    }
}

#[test]
fn a_watch_that_ends_says_goodbye_and_leaves_no_line_open() {
    let farm = farm(1, None);
    let watched = Watched::of(of(&farm, 1));
    watched.until_picture();
    assert_eq!(farm.watching(1), 1);
    drop(watched);
    assert_eq!(farm.torn_down(), 1);
    until("closed", || farm.watching(1) == 0);
}

#[test]
fn a_recorder_is_not_asked_for_more_than_it_may() {
    let farm = farm(40, None);
    let options = IngestOptions { per_recorder: 30, ..IngestOptions::default() };
    let ingest = Ingest::start(options).expect("threads");
    let mut all: Vec<Watched> = (1..=40).map(|camera| Watched::by(&ingest, of(&farm, camera))).collect();
    until("thirty are open", || (1..=40).filter(|camera| farm.watching(*camera) > 0).count() == 30);
    let outside = all.iter().position(|one| {
        one.told.try_iter().any(|told| told == Told::Link(LinkEvent::Failed(LinkCause::RecorderFull { limit: 30 })))
    });
    let outside = all.remove(outside.expect("ten wait"));
    drop(all.split_off(20));
    assert_eq!(outside.until_picture(), SIZE, "there is room again");
}

#[test]
fn the_last_seconds_are_a_clip_that_plays() {
    let farm = farm(1, None);
    let watched = Watched::of(of(&farm, 1));
    watched.until_picture();
    let begun = Instant::now();
    until("some seconds", || {
        watched.watch.clip(begun, Instant::now()).is_some_and(|clip| clip.length() > Duration::from_secs(3))
    });
    let clip = watched.watch.clip(begun, Instant::now()).expect("pictures");
    let length = clip.length();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("clip.mp4");
    fs::write(&file, clip.mp4().expect("written")).expect("kept");
    let mut seen = Vec::new();
    read(&Source::File(file), |frame, at| {
        assert_eq!([frame.width(), frame.height()], SIZE);
        seen.push(at);
        ControlFlow::Continue(())
    })
    .expect("it plays");
    assert!(seen.len() > 30, "{seen:?}");
    assert!(seen.last().expect("the last").abs_diff(length) < Duration::from_millis(50), "{seen:?} {length:?}");
    let sampling = watched.watch.sampling().expect("known");
    assert!(!sampling.keyframes_only && (0.05..0.2).contains(&sampling.interval_s), "{sampling:?}");
}

#[test]
fn a_camera_before_which_nothing_moves_is_looked_at_by_keyframes_until_something_does_or_somebody_watches() {
    let farm = farm(1, None);
    let watched = Watched::of(of(&farm, 1));
    watched.until_picture();
    let by_keyframes = || watched.watch.sampling().is_some_and(|sampling| sampling.keyframes_only);
    until("all are looked at", || watched.watch.sampling().is_some_and(|sampling| !sampling.keyframes_only));
    farm.set_fault(1, Some(Fault::Freeze));
    until("it sleeps", by_keyframes);
    let viewer = watched.watch.follow().expect("it is read over RTSP");
    until("whoever watches wakes it", || !by_keyframes());
    drop(viewer);
    until("it sleeps again", by_keyframes);
    farm.set_fault(1, None);
    until("what moves wakes it", || !by_keyframes());
}
