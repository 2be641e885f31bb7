//! Sites that are wrong: `check` names every fault with file, place and field, `assign` refuses in the same words, and
//! what is sound is never blamed for what is not.

mod cameras;
mod duties;
mod files;
mod grids;
mod mutations;
mod patrols;
mod people;
mod rings;
mod settings;

use crate::harness::{Site, Square};

/// A grid that nothing is wrong with: 110 to 110.002 east, 40 to 40.002 north.
const SOUND: Square = Square { code: "G1", level: "grid", parent: None, bounds: [0, 0, 2, 2] };

fn sound_site() -> Site {
    Site::of(&[SOUND])
}

/// A sound site with one file more, or another one.
fn site_with(file: &str, contents: impl AsRef<[u8]>) -> Site {
    sound_site().with(file, contents)
}

/// `check` names just these errors, no more and no fewer, and exits with 1; `assign` refuses in the same words with 2
/// and puts nothing out.
fn assert_refused(site: &Site, errors: &[&str]) {
    let check = site.run(&["check"]);
    let found: Vec<&str> = check.text().lines().filter_map(|line| line.strip_prefix("error: ")).collect();
    assert_eq!(found, errors, "all that check says:\n{}", check.said());
    assert_eq!(check.code, 1, "{}", check.said());
    let refusal = check.text().lines().last().expect("a summary");
    assert!(refusal.ends_with("the service would not start"), "{refusal}");

    let assign = site.run_with(&["assign"], "lon,lat\n110.001,40.001\n");
    let repeated: Vec<&str> = assign.stderr.lines().filter_map(|line| line.strip_prefix("error: ")).collect();
    assert_eq!((assign.code, assign.text(), &repeated[..]), (2, "", errors), "{}", assign.stderr);
    assert!(assign.stderr.contains(refusal), "{}", assign.stderr);
}

/// `check` names just these warnings and no error, and exits with 0; `assign` works.
fn assert_warned(site: &Site, warnings: &[&str]) {
    let check = site.run(&["check"]);
    let found: Vec<&str> = check.text().lines().filter_map(|line| line.strip_prefix("warning: ")).collect();
    assert_eq!(found, warnings, "all that check says:\n{}", check.said());
    assert_eq!((check.code, check.text().contains("error: ")), (0, false), "{}", check.said());
    assert_eq!(site.run_with(&["assign"], "lon,lat\n110.001,40.001\n").code, 0);
}

#[test]
fn the_whole_of_a_check_speaks_chinese() {
    let site = site_with("geodata/calendar.toml", "weekend = [\"sun\"]\n");
    assert_eq!(
        site.run(&["check", "--lang", "zh"]).text(),
        "错误: geodata/calendar.toml: hours: 工作日须有工作时间\n1 个错误，0 个警告；服务无法启动\n"
    );
    let unnamed = Site::of(&[Square { level: "village", ..SOUND }]).run(&["check", "--lang", "zh"]);
    let line = "错误: geodata/grids.geojson:2: 第 1 个要素 (G1): level: “village”不是以下之一：";
    assert!(unnamed.text().starts_with(line), "{}", unnamed.text());
    let sound = sound_site();
    let check = sound.run(&["check", "--lang", "zh"]);
    assert!(check.text().ends_with("0 个警告；服务可以启动\n"), "{}", check.text());
    assert!(
        sound.run(&["check"]).text().contains(": 1 grid to place on, 0 departments, "),
        "a number and its noun agree"
    );
}
