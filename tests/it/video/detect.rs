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

#[test]
fn a_run_that_fails_leaves_what_was_there_and_makes_nothing() {
    let site = Site::empty().with("text.mp4", "this is no video\n".repeat(500));
    let site = site.with("a.ndjson", "earlier\n").with("b.mp4", "earlier\n");
    let run = site.run(&["detect", "text.mp4", "--output", "a.ndjson", "--annotate", "b.mp4"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    for file in ["a.ndjson", "b.mp4"] {
        assert_eq!(std::fs::read_to_string(site.file(file)).expect("still there"), "earlier\n");
    }
    assert_eq!(site.run(&["detect", "text.mp4", "--output", "new.ndjson", "--annotate", "new.mp4"]).code, 2);
    let names = std::fs::read_dir(site.path()).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    assert!(
        names.map(|name| name.into_string().expect("text")).all(|name| !name.contains("new") && !name.contains("part"))
    );
}

#[test]
fn outputs_go_where_links_lead_and_never_over_each_other_or_a_pipe() {
    let site = Site::empty();
    write_clip(&site.file("a.mp4"), [160, 120], 20);
    for (link, to) in [("a.ndjson", "real.ndjson"), ("b.mp4", "real.mp4")] {
        std::os::unix::fs::symlink(to, site.file(link)).expect("a link");
    }
    // As a run that was ended leaves it.
    let site = site.with("real.ndjson.part", "half").with("real.mp4.part", "half");
    let run = site.run(&["detect", "a.mp4", "--output", "a.ndjson", "--annotate", "b.mp4"]);
    assert_eq!((run.code, run.stderr.lines().count()), (0, 1), "{}", run.stderr);
    for (link, to) in [("a.ndjson", "real.ndjson"), ("b.mp4", "real.mp4")] {
        assert!(site.file(link).is_symlink() && site.file(to).is_file(), "{to}");
        assert!(!site.file(&format!("{to}.part")).exists(), "{to}");
    }

    let refused = |args: &[&str], why: &str| {
        let run = site.run(&[&["detect", "a.mp4"], args].concat());
        assert!(run.code == 2 && run.stderr.contains(why), "{args:?}: {}", run.stderr);
    };
    refused(&["--output", "b.mp4", "--annotate", "./real.mp4"], "--output and --annotate both say b.mp4");
    refused(&["--output", "new.mp4", "--annotate", "./new.mp4"], "--output and --annotate both say new.mp4");
    refused(&["--annotate", "none/b.mp4", "--lang", "zh"], "无法写入 none/b.mp4: 没有该文件或文件夹");
    refused(&["--annotate", ".", "--lang", "zh"], "无法写入 .: 这是文件夹");
    let made = std::process::Command::new("mkfifo").arg(site.file("pipe")).status().expect("mkfifo");
    assert!(made.success());
    refused(&["--annotate", "pipe"], "cannot write pipe: it is a device or a pipe");
    let listening = std::thread::spawn({
        let pipe = site.file("pipe");
        move || std::fs::read(pipe).expect("read to its end")
    });
    let run = site.run(&["detect", "a.mp4", "--output", "pipe"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    listening.join().expect("it was written through");
    assert!(!site.file("pipe").is_file());

    let log = std::fs::File::create(site.file("log")).expect("a file");
    let run = std::process::Command::new(env!("CARGO_BIN_EXE_gridwatch"))
        .args(["detect", "a.mp4", "--output", "/dev/stdout"])
        .current_dir(site.path())
        .stdout(log.try_clone().expect("the same file"))
        .status();
    assert!(run.expect("it runs").success());
    std::io::Write::write_all(&mut &log, b"more\n").expect("written");
    assert!(std::fs::read_to_string(site.file("log")).expect("text").ends_with("more\n"), "it is still the same file");
}
