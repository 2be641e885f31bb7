//! Hotspots of tables and of polygons.

use serde_json::Value;

use crate::harness::{Site, Square, collection, demo_site, feature, run_in};

/// A board of squares with a value each.
fn board(side: i32, value: impl Fn(i32, i32) -> i32) -> String {
    let squares = (0..side * side).map(|i| {
        let (x, y) = (i % side, i / side);
        let [w, s, e, n] = [x, y, x + 1, y + 1].map(|at| 110.0 + f64::from(at) / 1_000.0);
        let [s, n] = [s, n].map(|lat| lat - 70.0);
        let ring = format!("[[[{w},{s}],[{e},{s}],[{e},{n}],[{w},{n}],[{w},{s}]]]");
        feature(&format!("\"v\": {}, \"name\": \"{x}/{y}\"", value(x, y)), &ring)
    });
    collection(squares)
}

#[test]
fn polygons_that_carry_a_value_are_hot_where_high_ones_lie_together() {
    let polygons = board(8, |x, y| if x < 3 && y < 3 { 9 } else { (x + y) % 3 });
    let site = Site::empty().with("areas.geojson", polygons);
    let args = ["hotspots", "--input", "areas.geojson", "--value", "v", "--method", "gi-star", "--format", "csv"];
    let run = site.run(&args);
    assert_eq!(run.code, 0, "{}", run.said());
    let rows = run.rows();
    assert_eq!((rows.len(), rows[9].get("name"), rows[9].get("bin_fdr"), rows[63].get("bin")), (64, "1/1", "3", "0"));
    assert_eq!(site.run(&args).stdout, run.stdout, "the same dice give the same");
    let moran = ["hotspots", "--input", "areas.geojson", "--value", "v", "--method", "moran", "--weights", "knn:4"];
    let run = site.run(&moran);
    let said: Value = serde_json::from_slice(&run.stdout).expect("GeoJSON");
    assert_eq!(said["features"][9]["properties"]["quadrant"], "high_high");
    assert_eq!((&said["about"]["weights"], &said["about"]["n"]), (&"knn:4".into(), &64.into()));
    assert!(said["about"]["global"]["p_sim"].as_f64() < Some(0.01), "{}", said["about"]);
}

#[test]
fn events_are_counted_by_the_sites_grids() {
    let args = ["hotspots", "--input", "geodata/sample_reports.csv", "--method", "gi-star", "--datum", "gcj02"];
    let run = run_in(demo_site(), &args, "");
    assert_eq!(run.code, 0, "{}", run.said());
    let said: Value = serde_json::from_slice(&run.stdout).expect("GeoJSON");
    let features = said["features"].as_array().expect("features");
    let count: u64 = features.iter().map(|feature| feature["properties"]["count"].as_u64().expect("a count")).sum();
    assert_eq!((features.len(), said["about"]["sum"].as_f64()), (28, Some(count as f64)));
    assert!(count > 0 && run.stderr.contains("28 areas"), "with few areas little is sure: {}", run.stderr);
}

#[test]
fn what_cannot_be_studied_is_said() {
    let grids = [Square::grid("A", [0, 0, 10, 10]), Square::grid("B", [10, 0, 20, 10])];
    let site = Site::of(&grids)
        .with("none.csv", "lon,lat,time\n")
        .with("same.geojson", board(3, |_, _| 5))
        .with("line.geojson", "{\"type\": \"FeatureCollection\", \"features\": [{\"type\": \"Feature\", \"properties\": {\"v\": 1}, \"geometry\": {\"type\": \"Point\", \"coordinates\": [1, 2]}}]}");
    let study = |more: &[&str]| {
        let run = site.run(&[&["hotspots", "--method", "gi-star"], more].concat());
        (run.code, run.said())
    };
    let (code, said) = study(&["--input", "same.geojson", "--value", "v", "--format", "csv"]);
    assert!(code == 0 && said.contains("0/0") || said.contains("1/1"), "an honest empty answer: {said}");
    assert_eq!(study(&["--input", "none.csv"]).0, 0, "no event anywhere is no failure");
    for (more, word) in [
        (&["--input", "line.geojson", "--value", "v"][..], "Point is no polygon"),
        (&["--input", "same.geojson", "--value", "w"], "w is no number"),
        (&["--input", "none.csv", "--from", "2026-03-02", "--to", "2026-03-01"], "is not before"),
        (&["--input", "none.csv", "--only-category", "1"], "--category"),
        (&["--input", "none.csv", "--weights", "king"], "none of queen"),
        (&["--input", "absent.csv"], "absent.csv"),
    ] {
        let (code, said) = study(more);
        assert!(code != 0 && said.contains(word), "{more:?}: {said}");
    }
}
