//! `cameras.toml`.

use super::{assert_refused, assert_warned, site_with};
use crate::harness::Site;

/// A site with one camera of these keys, beside a sound one.
fn with_camera(keys: &str) -> Site {
    let sound = "[[camera]]\nid = \"c1\"\nname = \"Gate\"\nmain = \"test://street\"\n";
    site_with("cameras.toml", format!("{sound}[[camera]]\nid = \"c2\"\nname = \"Park\"\n{keys}"))
}

fn assert_camera_refused(keys: &str, errors: &[&str]) {
    let errors: Vec<String> = errors.iter().map(|error| format!("cameras.toml:5: c2: {error}")).collect();
    assert_refused(&with_camera(keys), &errors.iter().map(String::as_str).collect::<Vec<_>>());
}

const STREAM: &str = "sub = \"test://street\"\n";

#[test]
fn a_stream_that_is_none_is_named() {
    assert_camera_refused("", &["main: a camera needs one stream: main or sub"]);
    assert_camera_refused("main = \"\"\n", &["main: a camera needs one stream: main or sub"]);
    assert_camera_refused(
        "main = \"10.0.0.8/live\"\n",
        &["main: no scheme: a stream starts with rtsp://, rtsps://, file:// or test://"],
    );
    assert_camera_refused(
        "sub = \"http://10.0.0.8/live\"\n",
        &["sub: scheme http:// is none of rtsp://, rtsps://, file://, test://"],
    );
    assert_camera_refused("main = \"rtsp://\"\n", &["main: nothing stands behind rtsp://"]);
    assert_camera_refused("main = \"rtsp://10.0.0.8:70000/live\"\n", &["main: the port is none between 1 and 65535"]);
    assert_camera_refused("main = \"test://moon\"\n", &["main: there is no scene moon"]);
    assert_camera_refused("main = \"test://street?seed=x\"\n", &["main: there is no scene street?seed=x"]);
    let outside = "main: the file is not in the site's folder; write its path from there, without ..";
    for path in ["/etc/hostname", "../clip.mp4", "clips/../../clip.mp4"] {
        assert_camera_refused(&format!("main = \"file://{path}\"\n"), &[outside]);
    }
}

#[test]
fn a_credential_that_is_nowhere_is_named_and_none_is_shown() {
    let site = with_camera("main = \"rtsp://10.0.0.8/live\"\nsecret = \"yard\"\n");
    let lacking = "cameras.toml: c2: secret: there is no credential named yard: neither in the environment nor in \
                   secrets.toml";
    assert_warned(&site, &[lacking]);
    let site = site.with("data/secrets.toml", "yard = \"admin:hunter2\"\n");
    assert_warned(&site, &[]);
    let site = site.with("data/secrets.toml", "yard = \"hunter2\"\n");
    let check = site.run(&["check"]);
    let said = check.said();
    assert!(check.code == 1 && said.contains("data/secrets.toml: not lines of name = \"user:password\""), "{said}");
    assert!(said.contains("the service would not start") && !said.contains("hunter2"), "{said}");
}

#[test]
fn a_password_is_never_printed() {
    let kept_out = "the address holds a user or password; keep them out of the file and name them with secret = \"…\"";
    let no_scheme = "no scheme: a stream starts with rtsp://, rtsps://, file:// or test://";
    let no_text = "must be text in quotation marks";
    let table = "cameras.toml: camera: must be a table: write [[camera]] on a line of its own, and its keys below";
    for (contents, why) in [
        ("main = \"rtsp://admin:hunter2@10.0.0.8/live\"", kept_out),
        ("main = \"rtsp://10.0.0.8:554/user=admin&password=hunter2&channel=1.sdp?\"", kept_out),
        ("main = \"rtsp://10.0.0.8/live?pwd=hunter2\"", kept_out),
        ("main = \"http://admin:hunter2@10.0.0.8/live\"", "scheme http:// is none of"),
        ("main = \"admin:hunter2@10.0.0.8/live\"", no_scheme),
        ("main = \"admin:hunter2@rtsp://10.0.0.8/live\"", no_scheme),
        ("main = [\"rtsp://admin:hunter2@10.0.0.8/live\"]", no_text),
        ("main = { url = \"rtsp://admin:hunter2@10.0.0.8/live\" }", no_text),
        ("main = \"test://street\"\nsecret = { password = \"hunter2\" }", no_text),
        ("main = \"test://street\"\nmain = \"rtsp://admin:hunter2@10.0.0.8/live\"", "not TOML: duplicate key"),
        ("main = rtsp://admin:hunter2@10.0.0.8/live", "not TOML"),
        ("main = \"rtsp://admin:hunter2@10.0.0.8/live", "not TOML"),
        ("main = \"test://street\"\n\"rtsp://admin:hunter2@10.0.0.8\"", "not TOML"),
    ] {
        let site = with_camera(contents);
        for run in [site.run(&["check"]), site.run_with(&["assign"], "lon,lat\n110.001,40.001\n")] {
            let said = run.said();
            assert!(said.contains("error: cameras.toml:") && said.contains(why), "{contents}: {said}");
            assert!(run.code != 0 && !said.contains("hunter2"), "{contents}: {said}");
        }
    }
    for contents in ["camera = [\"rtsp://admin:hunter2@h\"]\n", "camera = \"rtsp://admin:hunter2@h\"\n"] {
        let check = site_with("cameras.toml", contents).run(&["check"]);
        let expected = table.replace("toml: ", if contents.contains('[') { "toml:1: " } else { "toml: " });
        assert_eq!(check.text().lines().next(), Some(format!("error: {expected}").as_str()));
        assert!(!check.said().contains("hunter2"), "{}", check.said());
    }
    assert_warned(
        &with_camera("main = \"test://street\"\npassword = \"hunter2\"\n"),
        &["cameras.toml:5: c2: password: not a key that is read here; a typing error?"],
    );
}

#[test]
fn a_camera_is_named_by_an_id_of_its_own() {
    let twice = "[[camera]]\nid = \"c2\"\nname = \"Again\"\nmain = \"ftp://h\"\n";
    assert_refused(
        &with_camera(&format!("{STREAM}{twice}")),
        &[
            "cameras.toml:9: c2: id: c2 is used twice, first in line 5",
            "cameras.toml:9: c2: main: scheme ftp:// is none of rtsp://, rtsps://, file://, test://",
        ],
    );
    assert_refused(
        &with_camera(&format!("{STREAM}[[camera]]\nid = 7\nheight_m = 0\n")),
        &[
            "cameras.toml:9: id: must be text in quotation marks, found 7",
            "cameras.toml:9: name: is missing",
            "cameras.toml:9: main: a camera needs one stream: main or sub",
            "cameras.toml:9: height_m: 0 is not between 0.1 and 1000",
        ],
    );
}

#[test]
fn two_presets_of_one_camera_have_two_tokens() {
    assert_camera_refused(
        &format!("{STREAM}[[camera.preset]]\ntoken = \"1\"\n[[camera.preset]]\ntoken = \"1\"\n"),
        &["preset[2].token: 1 is used twice, first in line 5"],
    );
}

#[test]
fn a_pose_that_no_camera_can_have_is_named_by_its_number() {
    let pose = |heading: &str, tilt: &str, hfov: &str| {
        format!("{STREAM}heading_deg = {heading}\ntilt_deg = {tilt}\nhfov_deg = {hfov}\n")
    };
    assert_camera_refused(
        &pose("90", "120", "0"),
        &["tilt_deg: 120 is not between -90 and 90", "hfov_deg: 0 is not between 0.1 and 179.9"],
    );
    assert_camera_refused(
        &pose("inf", "nan", "\"wide\""),
        &[
            "heading_deg: \"inf\" is no finite number",
            "tilt_deg: \"nan\" is no finite number",
            "hfov_deg: \"wide\" is not a number",
        ],
    );
    assert_camera_refused(
        &format!("{STREAM}height_m = -3\nrange_m = 1e9\n"),
        &["height_m: -3 is not between 0.1 and 1000", "range_m: 1000000000 is not between 0.1 and 20000"],
    );
    assert_camera_refused(&format!("{STREAM}tilt_deg = 20\n"), &["heading_deg: is missing", "hfov_deg: is missing"]);
    assert_camera_refused(
        &format!("{STREAM}[[camera.preset]]\nname = \"x\"\ntilt_deg = 20\n"),
        &["preset[1].token: is missing", "preset[1].heading_deg: is missing", "preset[1].hfov_deg: is missing"],
    );
}

#[test]
fn a_camera_half_placed_is_named_by_what_is_missing() {
    assert_camera_refused(&format!("{STREAM}lat = 40.001\n"), &["lon: is missing"]);
    assert_camera_refused(&format!("{STREAM}lon = 110.001\n"), &["lat: is missing"]);
    assert_camera_refused(
        &format!("{STREAM}lon = 40.001\nlat = 110.001\n"),
        &["lon: 40.001000, 110.001000 looks like latitude, longitude; longitude comes first"],
    );
    assert_camera_refused(
        &format!("{STREAM}lon = \"110,001\"\nlat = 40.001\n"),
        &["lon: \"110,001\" has a comma for a decimal point"],
    );
}

#[test]
fn a_bad_gb_code_is_named() {
    for code in ["1506210000132000001", "1506210000132000000X", "１5062100001320000001"] {
        assert_camera_refused(
            &format!("{STREAM}gb_code = \"{code}\"\n"),
            &[&format!("gb_code: \"{code}\" is not a GB/T 28181 code of 20 digits")],
        );
    }
}

#[test]
fn control_points_that_make_no_map_say_why() {
    let points = |points: &[(f64, f64, f64, f64)]| {
        points.iter().fold(STREAM.to_owned(), |keys, (x, y, lon, lat)| {
            format!("{keys}[[camera.control_point]]\nx = {x}\ny = {y}\nlon = {lon:.4}\nlat = {lat:.4}\n")
        })
    };
    let square =
        [(0.1, 0.9, 110.0, 40.0), (0.9, 0.9, 110.001, 40.0), (0.8, 0.4, 110.001, 40.001), (0.2, 0.4, 110.0, 40.001)];
    assert_camera_refused(
        &points(&square[..3]),
        &["control_point: 3 control points are too few: 4 are needed, more are better"],
    );
    let line = [0.1, 0.3, 0.5, 0.7].map(|x| (x, x, 110.0 + x, 40.0 + x));
    assert_camera_refused(
        &points(&line),
        &[
            "control_point: the control points leave the view open: no four of them stand so that no three are in one line",
        ],
    );
    let mut exchanged = square;
    (exchanged[0].2, exchanged[1].2) = (exchanged[1].2, exchanged[0].2);
    assert_camera_refused(
        &points(&exchanged),
        &[
            "control_point: the control points contradict each other: no camera above the ground sees them in this order",
        ],
    );
    assert_camera_refused(
        &format!("{STREAM}[[camera.control_point]]\nx = 960\nlon = 110\n"),
        &[
            "control_point[1].x: 960 is not between 0 and 1",
            "control_point[1].y: is missing",
            "control_point[1].lat: is missing",
        ],
    );
}

#[test]
fn a_reader_that_there_is_not_and_half_a_truth_are_named() {
    assert_camera_refused(
        &format!("{STREAM}reader = \"vlc\"\nenabled = \"perhaps\"\n"),
        &["reader: \"vlc\" is none of retina, gstreamer", "enabled: \"perhaps\" is none of true, false"],
    );
}

#[test]
fn keys_that_nobody_reads_are_warned_of_by_camera() {
    assert_warned(
        &with_camera(&format!("{STREAM}heading = 90\n[[camera.preset]]\ntoken = \"1\"\nzoom = 3\n")),
        &[
            "cameras.toml:5: c2: preset[1].zoom: not a key that is read here; a typing error?",
            "cameras.toml:5: c2: heading: not a key that is read here; a typing error?",
        ],
    );
}
