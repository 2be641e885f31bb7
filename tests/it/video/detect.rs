//! `gridwatch detect` from outside.

use super::write_clip;
use crate::harness::Site;

#[test]
fn a_video_that_is_none_is_an_error_that_names_it() {
    let site = Site::empty().with("text.mp4", "this is no video\n".repeat(500));
    let run = site.run(&["detect", "text.mp4"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(run.stderr.contains("text.mp4") && run.stderr.contains("no video"), "{}", run.stderr);
    let run = site.run(&["detect", "missing.mp4", "--lang", "zh"]);
    assert!(run.code == 2 && run.stderr.contains("missing.mp4"), "{}", run.stderr);
}

#[test]
fn an_annotated_video_has_as_many_pictures_as_its_original() {
    let site = Site::empty();
    write_clip(&site.file("a.mp4"), [160, 120], 20);
    let run = site.run(&["detect", "a.mp4", "--annotate", "b.mp4", "--output", "a.ndjson"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let mut pictures = 0;
    let source = gridwatch::io::video::Source::File(site.file("b.mp4"));
    gridwatch::io::video::read(&source, |_, _| {
        pictures += 1;
        std::ops::ControlFlow::Continue(())
    })
    .expect("a video");
    assert_eq!(pictures, 20);
    let run = site.run(&["detect", "a.mp4", "--annotate", "./a.mp4"]);
    assert!(run.code == 2 && run.stderr.contains("--annotate"), "{}", run.stderr);
}
