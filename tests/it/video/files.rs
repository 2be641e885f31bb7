//! Recorded videos: looped, broken, of unusual sizes.

use std::{fs, ops::ControlFlow, path::Path, time::Duration};

use gridwatch::{
    domain::camera::LinkCause,
    io::video::{Source, read},
};
use image::{GrayImage, Luma};

use super::{Told, Watched, write_clip};

/// Sizes and times of all pictures.
fn pictures(file: &Path) -> Result<Vec<([u32; 2], Duration)>, LinkCause> {
    let mut seen = Vec::new();
    read(&Source::File(file.to_owned()), |frame, at| {
        seen.push(([frame.width(), frame.height()], at));
        ControlFlow::Continue(())
    })?;
    Ok(seen)
}

#[test]
fn a_video_is_read_whole_with_the_times_of_its_pictures() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.mp4");
    write_clip(&file, [160, 120], 25);
    let seen = pictures(&file).expect("read");
    assert_eq!(seen.len(), 25);
    assert!(seen.iter().all(|(size, _)| *size == [160, 120]));
    for (number, (_, at)) in seen.iter().enumerate() {
        assert!((at.as_secs_f64() - number as f64 / 10.0).abs() < 0.02, "picture {number} at {at:?}");
    }
}

#[test]
fn a_watched_video_begins_again_and_its_time_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.mp4");
    write_clip(&file, [160, 120], 10);
    let watched = Watched::of(Source::File(file));
    let mut last = Duration::ZERO;
    while last < Duration::from_millis(2500) {
        let Told::Picture { at, .. } = watched.until(|told| matches!(told, Told::Picture { .. })) else { continue };
        assert!(at >= last, "{at:?} after {last:?}");
        assert!(at.saturating_sub(last) < Duration::from_millis(900), "a gap from {last:?} to {at:?}");
        last = at;
    }
}

#[test]
fn what_is_no_video_is_said_to_be_none_and_tried_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    write_clip(&at("whole.mp4"), [160, 120], 25);
    let whole = fs::read(at("whole.mp4")).expect("read");
    fs::write(at("cut.mp4"), &whole[..whole.len() / 2]).expect("written");
    fs::write(at("empty.mp4"), []).expect("written");
    fs::write(at("text.mp4"), "this is no video\n".repeat(500)).expect("written");
    for name in ["cut.mp4", "empty.mp4", "text.mp4"] {
        assert_eq!(pictures(&at(name)), Err(LinkCause::Unreadable), "{name}");
    }
    assert_eq!(pictures(&at("missing.mp4")), Err(LinkCause::NothingThere));

    let watched = Watched::of(Source::File(at("text.mp4")));
    assert_eq!(watched.until_failed(), LinkCause::Unreadable);
    fs::copy(at("whole.mp4"), at("text.mp4")).expect("mended");
    assert_eq!(watched.until_picture(), [160, 120]);
}

#[test]
fn a_picture_of_one_pixel_and_one_of_8k_are_pictures() {
    let folder = tempfile::tempdir().expect("a folder");
    for [width, height] in [[1, 1], [3, 5], [7680, 4320]] {
        let file = folder.path().join(format!("{width}.png"));
        GrayImage::from_pixel(width, height, Luma([90])).save(&file).expect("saved");
        let seen = pictures(&file).expect("read");
        assert_eq!(seen.first().map(|(size, _)| *size), Some([width, height]));
    }
    let file = folder.path().join("too-large.png");
    GrayImage::new(9000, 8).save(&file).expect("saved");
    assert_eq!(pictures(&file), Err(LinkCause::TooLarge { width: 9000, height: 8 }));
}

#[test]
fn a_stream_may_change_its_size() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut joined = Vec::new();
    for size in [[160, 120], [320, 240]] {
        let file = folder.path().join("part.mp4");
        write_clip(&file, size, 10);
        joined.extend(super::server::elementary_stream(&file));
    }
    let file = folder.path().join("joined.h264");
    fs::write(&file, joined).expect("written");
    let sizes: Vec<_> = pictures(&file).expect("read").into_iter().map(|(size, _)| size).collect();
    assert_eq!((sizes.first(), sizes.last()), (Some(&[160, 120]), Some(&[320, 240])));
}
