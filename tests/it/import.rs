//! `gridwatch import grids`: real surveys into a site.

use std::fs;

use crate::harness::{Site, Square, collection};

const SURVEY: &str = r#"{"type": "FeatureCollection", "features": [
{"type": "Feature", "properties": {"WGBM": "01", "WGMC": "第一网格", "HS": 312}, "geometry": {"type": "Polygon", "coordinates": [[[110.0, 40.0], [110.002, 40.0], [110.002, 40.002], [110.0, 40.002], [110.0, 40.0]]]}},
{"type": "Feature", "properties": {"WGBM": "02", "WGMC": "第二网格", "HS": 290}, "geometry": {"type": "Polygon", "coordinates": [[[110.002, 40.0], [110.004, 40.0], [110.004, 40.002], [110.002, 40.002], [110.002, 40.0]]]}}
]}"#;

const MAP: &str = "code=WGBM,name=WGMC,households=HS";

#[test]
fn a_report_comes_first_and_the_site_changes_only_with_write() {
    let site = Site::empty().with("survey.geojson", SURVEY).with("gridwatch.toml", "time_zone = \"Asia/Shanghai\"\n");
    let run = site.run(&["import", "grids", "survey.geojson", "--map", MAP, "--level", "grid", "--datum", "wgs84"]);
    assert_eq!(run.code, 0, "{}", run.said());
    assert!(
        run.text().contains("2 features read; they replace 0 and leave 0 of other levels; 0 errors, 0 warnings"),
        "{}",
        run.text()
    );
    assert!(run.text().contains("nothing written"));
    assert!(!site.file("geodata").exists());

    let run = site.run(&[
        "import",
        "grids",
        "survey.geojson",
        "--map",
        MAP,
        "--level",
        "grid",
        "--datum",
        "wgs84",
        "--write",
    ]);
    assert_eq!(run.code, 0, "{}", run.said());
    assert_eq!(site.run(&["check"]).code, 0);
    let placed = site.run_with(&["assign"], "lon,lat\n110.003,40.001\n");
    assert_eq!(placed.rows()[0].get("grid"), "02");
}

#[test]
fn features_of_other_levels_stay_and_the_old_file_is_kept_beside() {
    let street = Square { code: "S", level: "street", parent: None, bounds: [0, 0, 4, 2] };
    let old_grid = Square::grid("OLD", [0, 0, 4, 2]);
    let site = Site::of(&[street, Square { parent: Some("S"), ..old_grid }]).with("survey.geojson", SURVEY);
    let run = site.run(&[
        "import",
        "grids",
        "survey.geojson",
        "--map",
        MAP,
        "--level",
        "grid",
        "--datum",
        "wgs84",
        "--write",
    ]);
    assert!(run.text().contains("2 features read; they replace 1 and leave 1 of other levels"), "{}", run.said());
    let now = fs::read_to_string(site.file("geodata/grids.geojson")).expect("written");
    assert!(now.contains("\"S\"") && now.contains("第一网格") && !now.contains("OLD"));
    assert!(fs::read_to_string(site.file("geodata/grids.geojson.1.bak")).expect("kept").contains("OLD"));
}

#[test]
fn projected_coordinates_become_degrees() {
    // The same two squares in CGCS2000 / 3-degree Gauss-Kruger CM 111E (EPSG:4546), by PROJ 9.
    let ring = |x: [f64; 4], y: [f64; 4]| {
        let points: Vec<String> = [0, 1, 2, 3, 0].iter().map(|i| format!("[{},{}]", x[*i], y[*i])).collect();
        format!("[[{}]]", points.join(","))
    };
    let feature = |code: &str, polygon: String| crate::harness::feature(&format!(r#""WGBM": "{code}""#), &polygon);
    let west = feature(
        "01",
        ring(
            [414_605.380_3, 414_776.172_6, 414_778.659_3, 414_607.872_0],
            [4_430_008.067_7, 4_430_006.153_4, 4_430_228.228_6, 4_430_230.143_0],
        ),
    );
    let site = Site::empty().with("survey.geojson", collection([west]).replace("\"datum\": \"wgs84\", ", ""));
    let run = site.run(&["import", "grids", "survey.geojson", "--map", "code=WGBM", "--level", "grid"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("--crs EPSG:"), "{}", run.stderr);
    let args =
        ["import", "grids", "survey.geojson", "--map", "code=WGBM", "--level", "grid", "--crs", "EPSG:4546", "--write"];
    let run = site.run(&args);
    assert_eq!(run.code, 0, "{}", run.said());
    let placed = site.run_with(&["assign", "--edge"], "lon,lat\n110.001,40.001\n");
    assert_eq!(placed.rows()[0].get("outcome"), "inside", "{}", placed.text());
    assert_eq!(placed.rows()[0].get("edge_m"), "85.4", "half the width of the square");
}

#[test]
fn what_is_wrong_with_the_command_is_said_with_what_would_be_right() {
    let site = Site::empty().with("survey.geojson", SURVEY);
    for (args, says) in [
        (vec!["survey.geojson", "--map", "code=WGBM"], "say which level the features are"),
        (vec!["survey.geojson", "--map", "code=WGBM", "--level", "grid"], "nor the site says which datum"),
        (vec!["survey.geojson", "--map", "code=NOPE"], "there is no column NOPE; the columns are: WGBM, WGMC, HS"),
        (vec!["survey.geojson", "--map", "name=WGMC"], "code is needed"),
        (vec!["survey.geojson", "--map", "kode=WGBM"], "the field is none of code, name"),
        (vec!["none.shp", "--map", "code=X"], "none.shp"),
        (vec!["survey.geojson", "--map", "code=WGBM", "--level", "grid", "--crs", "EPSG:2379"], "not on CGCS2000"),
    ] {
        let run = site.run(&[vec!["import", "grids"], args].concat());
        assert_eq!(run.code, 2, "{says}");
        assert!(run.stderr.contains(says), "{says}: {}", run.stderr);
    }
    let without_code = SURVEY.replace(r#""WGBM": "02""#, r#""WGBM": null"#);
    let site = site.with("survey.geojson", without_code);
    let run = site.run(&[
        "import",
        "grids",
        "survey.geojson",
        "--map",
        MAP,
        "--level",
        "grid",
        "--datum",
        "wgs84",
        "--write",
    ]);
    assert_eq!(run.code, 1);
    assert!(run.text().contains("error: survey.geojson: feature 2: code: is missing"), "{}", run.text());
    assert!(!site.file("geodata").exists());
}

#[test]
fn the_datum_is_what_you_say_else_the_file_else_the_site_and_the_site_keeps_its_own() {
    let place =
        |site: &Site| site.run_with(&["assign"], "lon,lat\n110.001,40.001\n").rows()[0].get("outcome").to_owned();
    let args = ["import", "grids", "survey.geojson", "--map", MAP, "--level", "grid", "--write"];
    let marked = SURVEY.replace("\"features\"", "\"datum\": \"gcj02\", \"features\"");
    let by_file = Site::empty().with("survey.geojson", marked);
    let run = by_file.run(&args);
    assert!(run.text().contains("degrees in gcj02, as the file says"), "{}", run.said());
    assert_eq!(place(&by_file), "outside", "the grids lie half a kilometre away in WGS84");

    let by_site = Site::empty().with("survey.geojson", SURVEY).with("gridwatch.toml", "[geodata]\ndatum = \"gcj02\"\n");
    let run = by_site.run(&args);
    assert!(run.text().contains("degrees in gcj02, as the site says"), "{}", run.said());
    let kept = fs::read_to_string(by_site.file("geodata/grids.geojson")).expect("written");
    assert!(kept.contains("\"datum\": \"gcj02\"") && kept.contains("[110.002,40.0]"), "{kept}");
    assert_eq!(place(&by_site), "outside");
}

#[test]
fn an_import_that_would_break_the_rest_of_the_site_says_so_and_writes_only_when_forced() {
    let site = Site::of(&[Square::grid("OLD", [0, 0, 4, 2])])
        .with("geodata/staff.csv", "id,name,roles,grids\n1,Li,informant,OLD\n")
        .with("survey.geojson", SURVEY);
    let args = ["import", "grids", "survey.geojson", "--map", MAP, "--level", "grid", "--datum", "wgs84", "--write"];
    let run = site.run(&args);
    assert_eq!(run.code, 1, "{}", run.said());
    assert!(run.text().contains("geodata/staff.csv:2: 1: grids: there is no OLD"), "{}", run.text());
    assert!(fs::read_to_string(site.file("geodata/grids.geojson")).expect("still there").contains("OLD"));
    assert_eq!(site.run(&[&args[..], &["--force"]].concat()).code, 0);
    assert!(fs::read_to_string(site.file("geodata/grids.geojson.1.bak")).expect("kept").contains("OLD"));
    assert_eq!(site.run(&[&args[..], &["--force"]].concat()).code, 0, "the same again changes nothing");
    assert!(!site.file("geodata/grids.geojson.2.bak").exists());
}

#[test]
fn an_import_speaks_chinese() {
    let site = Site::empty().with("survey.geojson", SURVEY);
    let args = ["import", "grids", "survey.geojson", "--map", MAP, "--level", "grid", "--lang", "zh"];
    let run = site.run(&args);
    assert!(run.code == 2 && run.stderr.contains("都未说明坐标基准"), "{}", run.stderr);
    let run = site.run(&[&args[..], &["--datum", "wgs84"]].concat());
    for words in ["2 个要素，列 WGBM, WGMC, HS", "坐标：wgs84（经纬度），依命令所指", "未写入；加 --write 即保存到"]
    {
        assert!(run.text().contains(words), "{words}: {}", run.text());
    }
}
