//! Grids whose properties are wrong, alone or beside each other.

use super::{assert_refused, assert_warned, sound_site};
use crate::harness::{Site, Square, collection, feature};

/// A grid for each list of properties, side by side.
fn site_of(properties: &[&str]) -> Site {
    let square = |i: usize| {
        let (w, e) = (110.0 + i as f64 / 100.0, 110.01 + i as f64 / 100.0);
        format!("[[[{w},40],[{e},40],[{e},40.01],[{w},40.01],[{w},40]]]")
    };
    let features = properties.iter().enumerate().map(|(i, properties)| feature(properties, &square(i)));
    Site::empty().with("geodata/grids.geojson", collection(features))
}

const SOUND: &str = r#""code": "G1", "name": "G1", "level": "grid""#;

/// The second feature is the bad one.
fn assert_property_refused(properties: &str, errors: &[&str]) {
    let errors: Vec<String> = errors.iter().map(|error| format!("geodata/grids.geojson:3: feature 2{error}")).collect();
    assert_refused(&site_of(&[SOUND, properties]), &errors.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn what_a_grid_must_say_is_missed_by_name_and_all_at_once() {
    assert_property_refused(r#""code": "G2", "level": "grid""#, &[" (G2): name: is missing"]);
    assert_property_refused(r#""code": "G2", "name": " ", "level": "grid""#, &[" (G2): name: is missing"]);
    assert_property_refused(r#""code": "G2", "name": "G2""#, &[" (G2): level: is missing"]);
    assert_property_refused("", &[": code: is missing", ": name: is missing", ": level: is missing"]);
}

#[test]
fn codes_are_text_and_not_what_a_spreadsheet_makes_of_them() {
    assert_property_refused(
        r#""code": 150621001, "name": "G2", "level": "grid""#,
        &[" (150621001): code: must be text in quotation marks, found 150621001"],
    );
    for code in ["1.50621E+13", "1E+13"] {
        assert_property_refused(
            &format!(r#""code": "{code}", "name": "G2", "level": "grid""#),
            &[&format!(
                " ({code}): code: \"{code}\" is what a spreadsheet makes of a code; format the column as text and enter the code again"
            )],
        );
    }
    assert_property_refused(
        r#""code": "G2", "name": "G2", "level": "grid", "parent": 7"#,
        &[" (G2): parent: must be text in quotation marks, found 7"],
    );
}

#[test]
fn values_outside_the_lists_are_named_with_what_there_is() {
    assert_property_refused(
        r#""code": "G2", "name": "G2", "level": "village""#,
        &[r#" (G2): level: "village" is none of city, district, street, community, grid"#],
    );
    assert_property_refused(
        r#""code": "G2", "name": "G2", "level": "grid", "households": -1"#,
        &[" (G2): households: -1 is not between 0 and 100000000"],
    );
    assert_property_refused(
        r#""code": "G2", "name": "G2", "level": "grid", "households": 1.5"#,
        &[" (G2): households: 1.5 is not a whole number"],
    );
}

#[test]
fn dates_that_are_none_are_named_and_blamed_on_no_other_version() {
    assert_property_refused(
        r#""code": "G1", "name": "G1", "level": "grid", "valid_from": "1.7.2026""#,
        &[
            r#" (G1): valid_from: "1.7.2026" is not a time such as 2026-03-04, 2026-03-04 09:05 or 2026-03-04T09:05+08:00"#,
        ],
    );
    let backwards =
        r#""code": "P", "name": "P", "level": "street", "valid_from": "2026-07-02", "valid_to": "2026-07-01""#;
    let child = r#""code": "G1", "name": "G1", "level": "grid", "parent": "P""#;
    assert_refused(
        &site_of(&[child, backwards]),
        &[
            "geodata/grids.geojson:3: feature 2 (P): valid_to: from 2026-07-02T00:00:00Z to 2026-07-01T00:00:00Z is no stretch of time",
        ],
    );
}

#[test]
fn a_code_used_twice_is_named_with_its_first_place() {
    assert_property_refused(SOUND, &[" (G1): code: G1 is used twice, first in feature 1"]);
    let until = r#""code": "G1", "name": "old", "level": "grid", "valid_to": "2026-07-02""#;
    let from = r#""code": "G1", "name": "new", "level": "grid", "valid_from": "2026-07-01""#;
    assert_refused(
        &site_of(&[until, from]),
        &["geodata/grids.geojson:3: feature 2 (G1): code: G1 is used twice, first in feature 1"],
    );
}

#[test]
fn a_parent_that_cannot_be_one_is_named() {
    let grid = |code: &str, level: &str, parent: &str| {
        format!(r#""code": "{code}", "name": "{code}", "level": "{level}", "parent": "{parent}""#)
    };
    assert_property_refused(&grid("G2", "grid", "NONE"), &[" (G2): parent: there is no NONE"]);
    assert_property_refused(&grid("G2", "grid", "G1"), &[" (G2): parent: G1 is a grid, which is no wider than a grid"]);
    assert_property_refused(&grid("G2", "grid", "G2"), &[" (G2): parent: leads back to G2 itself"]);
    assert_refused(
        &site_of(&[r#""code": "0101", "name": "S", "level": "street""#, &grid("G2", "grid", "101")]),
        &[
            "geodata/grids.geojson:3: feature 2 (G2): parent: there is no 101; did it lose its leading zeros? There is 0101",
        ],
    );
    assert_refused(
        &site_of(&[&grid("A", "street", "B"), &grid("B", "community", "C"), &grid("C", "grid", "A")]),
        &[
            "geodata/grids.geojson:2: feature 1 (A): parent: leads back to A itself",
            "geodata/grids.geojson:3: feature 2 (B): parent: leads back to B itself",
            "geodata/grids.geojson:4: feature 3 (C): parent: leads back to C itself",
        ],
    );
}

#[test]
fn a_parent_that_ends_before_its_child_is_not_called_missing() {
    const CHILD: &str = r#""code": "G1", "name": "G1", "level": "grid", "parent": "P""#;
    let street = |validity: &str| format!(r#""code": "P", "name": "P", "level": "street", {validity}"#);
    let (old, new) = (street(r#""valid_to": "2026-07-01""#), street(r#""valid_from": "2026-07-01""#));
    for only in [&old, &new] {
        assert_refused(
            &site_of(&[CHILD, only]),
            &["geodata/grids.geojson:2: feature 1 (G1): parent: P is not valid all the time that G1 is"],
        );
    }
    let check = site_of(&[CHILD, &old, &new]).run(&["check"]);
    assert_eq!(check.code, 0, "two versions that follow one another are one parent: {}", check.said());
}

/// A street of twenty communities, one of them bad, and a grid below each.
#[test]
fn one_bad_feature_among_twenty_is_the_only_one_blamed() {
    let codes: Vec<String> = (0..20).map(|i| format!("C{i:02}")).collect();
    let ring = |i: i32| {
        let (w, e) = (110.0 + f64::from(i) / 100.0, 110.01 + f64::from(i) / 100.0);
        format!("[[[{w:.2},40],[{e:.2},40],[{e:.2},40.01],[{w:.2},40.01],[{w:.2},40]]]")
    };
    let features = |bad: &str| -> Vec<String> {
        let street = r#""code": "S", "name": "S", "level": "street""#;
        let whole = "[[[110.00,40],[110.20,40],[110.20,40.01],[110.00,40.01],[110.00,40]]]";
        let communities = (0..20).zip(&codes).map(|(i, code)| {
            let properties = format!(r#""code": "{code}", "name": "{code}", "level": "community", "parent": "S""#);
            if code == "C07" { bad.to_owned() } else { feature(&properties, &ring(i)) }
        });
        let grids = (0..20).zip(&codes).map(|(i, code)| {
            feature(&format!(r#""code": "G{i}", "name": "G{i}", "level": "grid", "parent": "{code}""#), &ring(i))
        });
        std::iter::once(feature(street, whole)).chain(communities).chain(grids).collect()
    };
    let c07 = |geometry: &str| {
        format!(
            r#"{{"type": "Feature", "properties": {{"code": "C07", "name": "C07", "level": "community", "parent": "S"}}, "geometry": {geometry}}}"#
        )
    };
    let whys = [
        (c07("null"), "geometry: has no geometry"),
        (c07(r#"{"type": "Polygon", "coordinates": [[["a", 40]]]}"#), "not a GeoJSON feature: "),
        (c07(r#"{"type": "Polygon", "coordinates": [[[1e999, 40]]]}"#), "not a GeoJSON feature: number out of range"),
        (feature(r#""code": "C07", "level": "community", "parent": "S""#, &ring(7)), "name: is missing"),
        (r#"{"type": "Faeture", "properties": {"code": "C07"}}"#.to_owned(), "not a GeoJSON feature: "),
    ];
    for (bad, why) in whys {
        let site = sound_site().with("geodata/grids.geojson", collection(features(&bad)));
        let check = site.run(&["check"]);
        let [only, summary] = &check.text().lines().collect::<Vec<_>>()[..] else { panic!("{}", check.text()) };
        assert!(only.starts_with(&format!("error: geodata/grids.geojson:10: feature 9 (C07): {why}")), "{only}");
        assert_eq!(*summary, "1 error, 0 warnings; the service would not start");
    }
    // A leaf that is bad leaves a hole; the hole is no fault of its own.
    let mut leaf = features(&feature(r#""code": "C07", "name": "C07", "level": "community", "parent": "S""#, &ring(7)));
    leaf.pop();
    leaf.push(feature(r#""code": "G19", "name": "G19", "parent": "C19""#, &ring(19)));
    let site = sound_site().with("geodata/grids.geojson", collection(leaf));
    let check = site.run(&["check"]);
    assert_eq!(
        check.text(),
        "error: geodata/grids.geojson:42: feature 41 (G19): level: is missing\n1 error, 0 warnings; the service would not start\n"
    );
}

#[test]
fn a_site_in_china_without_a_datum_is_warned() {
    let text = collection([feature(SOUND, "[[[110,40],[110.01,40],[110.01,40.01],[110,40]]]")]);
    let site = sound_site().with("geodata/grids.geojson", text.replace(r#""datum": "wgs84", "#, ""));
    assert_warned(
        &site,
        &[
            "geodata/grids.geojson: datum: inside China and no datum declared; read as wgs84. Say datum = \"wgs84\", \"gcj02\" or \"bd09\" in [geodata] of gridwatch.toml: the wrong one moves everything by about 400 m",
        ],
    );
    let unknown = Site::empty().with("geodata/grids.geojson", text.replace("wgs84", "wsg84"));
    assert_refused(&unknown, &[r#"geodata/grids.geojson: datum: "wsg84" is none of wgs84, gcj02, bd09"#]);
}

#[test]
fn polygons_that_do_not_fit_are_warned_of_by_the_place() {
    let grid = |code, bounds| Square::grid(code, bounds);
    let street = |bounds| Square { code: "S", level: "street", parent: None, bounds };
    let below = |code, bounds| Square { code, level: "grid", parent: Some("S"), bounds };
    let cases: [(&[Square], &[&str]); 5] = [
        (
            &[grid("A", [0, 0, 2, 2]), grid("B", [1, 0, 4, 2])],
            &["A and B overlap by 18963 m² at 110.001500, 40.001000; there A wins (the smaller, then the lower code)"],
        ),
        (
            &[grid("S", [0, 0, 6, 2]), grid("N", [0, 4, 6, 6]), grid("W", [0, 2, 2, 4]), grid("E", [3, 2, 6, 4])],
            &[
                "a gap of 18963 m² between E, N, S, W at 110.002500, 40.003000",
                "a corner of E lies on the border of N, which has none there, at 110.003000, 40.004000; slivers may open",
                "a corner of E lies on the border of S, which has none there, at 110.003000, 40.002000; slivers may open",
                "a corner of W lies on the border of N, which has none there, at 110.002000, 40.004000; slivers may open",
                "a corner of W lies on the border of S, which has none there, at 110.002000, 40.002000; slivers may open",
            ],
        ),
        (
            &[grid("A", [0, 0, 2, 4]), grid("B", [2, 0, 4, 2]), grid("C", [2, 2, 4, 4])],
            &[
                "a corner of B lies on the border of A, which has none there, at 110.002000, 40.002000; slivers may open",
                "a corner of C lies on the border of A, which has none there, at 110.002000, 40.002000; slivers may open",
            ],
        ),
        (
            &[street([0, 0, 4, 2]), below("A", [0, 0, 2, 2])],
            &["37926 m² of S belong to none of its parts, at 110.003000, 40.001000"],
        ),
        (&[street([0, 0, 2, 2]), below("A", [0, 0, 4, 2])], &["A reach out of S by 37926 m² at 110.003000, 40.001000"]),
    ];
    for (squares, warnings) in cases {
        let warnings: Vec<String> =
            warnings.iter().map(|warning| format!("geodata/grids.geojson: {warning}")).collect();
        assert_warned(&Site::of(squares), &warnings.iter().map(String::as_str).collect::<Vec<_>>());
    }
}
