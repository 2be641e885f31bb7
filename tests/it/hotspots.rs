//! Hotspots of tables and of polygons.

use serde_json::Value;

use crate::{
    harness::{Site, Square, collection, demo_site, feature, run_in},
    real_data::{boston, say, site_of},
};

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

const SAMPLE: [&str; 5] = ["hotspots", "--input", "geodata/sample_reports.csv", "--datum", "gcj02"];

#[test]
fn events_are_counted_by_the_sites_grids() {
    let run = run_in(demo_site(), &[&SAMPLE[..], &["--method", "gi-star"]].concat(), "");
    assert_eq!(run.code, 0, "{}", run.said());
    let said: Value = serde_json::from_slice(&run.stdout).expect("GeoJSON");
    let features = said["features"].as_array().expect("features");
    let count: u64 = features.iter().map(|feature| feature["properties"]["count"].as_u64().expect("a count")).sum();
    assert_eq!((features.len(), said["about"]["incidents"].as_u64()), (28, Some(count)));
    assert!(count > 0 && run.stderr.contains("28 areas"), "with few areas little is sure: {}", run.stderr);
    for member in ["method", "cells", "weights", "permutations", "seed", "grid_version", "made_at", "areas", "sources"]
    {
        assert!(!said["about"][member].is_null(), "{member}: {}", said["about"]);
    }
}

#[test]
fn a_period_is_held_against_the_one_before_it_if_the_table_has_any_of_it() {
    let events = |days: std::ops::Range<u32>| {
        let event = |day| format!("110.03,40.41,2026-03-{day:02}T12:00:00+08:00\n");
        format!("lon,lat,time\n{}", days.map(event).collect::<String>())
    };
    let tables = Site::empty().with("both.csv", events(1..15)).with("one.csv", events(8..15));
    let compared = |file: &str, more: &[&str]| {
        let table = tables.file(file).display().to_string();
        let asked =
            ["hotspots", "--method", "gi-star", "--from", "2026-03-08", "--to", "2026-03-15", "--input", &table];
        let said: Value =
            serde_json::from_slice(&run_in(demo_site(), &[&asked[..], more].concat(), "").stdout).expect("GeoJSON");
        (said["about"]["before"].as_u64(), said["about"].get("compare").is_some())
    };
    assert_eq!(compared("both.csv", &[]), (Some(7), true));
    assert_eq!(compared("both.csv", &["--compare", "none"]), (Some(0), false));
    assert_eq!(compared("one.csv", &[]), (Some(0), false));
}

#[test]
fn every_method_gives_every_form() {
    for method in ["gi-star", "gi", "moran", "kde", "dbscan", "hdbscan", "emerging", "near-repeat"] {
        for format in ["geojson", "csv", "xlsx", "html"] {
            let more =
                ["--method", method, "--format", format, "--step-days", "2", "--eps-m", "300", "--min-points", "4"];
            let run = run_in(demo_site(), &[&SAMPLE[..], &more].concat(), "");
            assert_eq!(run.code, 0, "{method} {format}: {}", run.said());
            let is_right = match format {
                "geojson" => {
                    serde_json::from_slice::<Value>(&run.stdout).is_ok_and(|said| said["about"]["method"] == method)
                }
                "csv" => run.stdout.starts_with("\u{feff}".as_bytes()) && run.rows().len() > 1,
                "xlsx" => sheets(&run.stdout) == ["Hotspots by rank", "Findings", "About"],
                _ => run.text().contains("</html>") && run.text().contains("Gongye"),
            };
            assert!(is_right, "{method} {format}");
        }
    }
    let more = ["--method", "dbscan", "--cells", "hex:300", "--format", "csv", "--rows", "hotspots", "--eps-m", "300"];
    let run = run_in(demo_site(), &[&["--lang", "zh"], &SAMPLE[..], &more].concat(), "");
    assert_eq!(run.code, 0, "{}", run.said());
    assert_eq!(run.rows()[0].get("rank"), "1", "{}", run.text());
}

/// The names of a workbook's sheets.
fn sheets(workbook: &[u8]) -> Vec<String> {
    use calamine::Reader;
    let book = calamine::Xlsx::new(std::io::Cursor::new(workbook)).expect("a workbook");
    book.sheet_names()
}

#[test]
fn rates_take_what_is_given_and_nothing_else() {
    let codes: Vec<String> = (0..36).map(|i| format!("G{i}")).collect();
    let square = |(i, code): (i32, &String)| {
        let (x, y) = (i % 6 * 10, i / 6 * 10);
        Square::grid(code.clone().leak(), [x, y, x + 10, y + 10])
    };
    let grids: Vec<Square> = (0..).zip(&codes).map(square).collect();
    let amounts: Vec<String> = codes[..35].iter().map(|code| format!("{code},100")).collect();
    let site = Site::of(&grids)
        .with("none.csv", "lon,lat,time\n")
        .with("hours.csv", format!("code,amount\n{}\n", amounts.join("\n")))
        .with("wrong.csv", "code,amount\nG0,1\nG77,1\n")
        .with("twice.csv", "code,amount\nG0,1\nG0,1\n")
        .with("minus.csv", "code,amount\nG0,-1\n");
    let rated = |file: &str| {
        let run = site.run(&["hotspots", "--input", "none.csv", "--method", "gi-star", "--exposure", file]);
        (run.code, run.said())
    };
    let (code, said) = rated("hours.csv");
    assert!(code == 0 && said.contains("unobserved"), "{said}");
    for (file, word) in
        [("wrong.csv", "row 2: there is no grid G77"), ("twice.csv", "twice"), ("minus.csv", "no amount")]
    {
        let (code, said) = rated(file);
        assert!(code != 0 && said.contains(word) && said.contains(file), "{file}: {said}");
    }
}

#[test]
fn a_citys_summer_is_reported_by_districts_and_by_cells_without_its_default_point() {
    let Some(site) = site_of("police_districts.geojson", "DISTRICT") else { return };
    let reports = boston().expect("there").join("reports.csv.gz");
    let summer = [
        "hotspots",
        "--input",
        reports.to_str().expect("UTF-8"),
        "--time",
        "opened",
        "--tz",
        "America/New_York",
        "--category",
        "type",
        "--method",
        "gi-star",
        "--from",
        "2015-07-01",
        "--to",
        "2015-08-01",
        "--compare",
        "2015-06-01/2015-07-01",
    ];
    let ask = |more: &[&str]| {
        let run = site.run(&[&summer[..], more].concat());
        assert_eq!(run.code, 0, "{}", run.said());
        serde_json::from_slice::<Value>(&run.stdout).expect("GeoJSON")
    };
    let number = |said: &Value, member: &str| said["about"][member].as_u64().expect("a number");
    let districts = ask(&[]);
    assert_eq!((number(&districts, "areas"), number(&districts, "piled")), (12, 2_865));
    let pile = &districts["about"]["piles"][0];
    assert_eq!((pile["position"]["lat"].as_f64(), pile["position"]["lon"].as_f64()), (Some(42.3594), Some(-71.0587)));
    let (now, before) = (number(&districts, "incidents"), number(&districts, "before"));
    say(&format!(
        "Boston, July 2015: {now} reports, {before} in June, {} on a default point",
        number(&districts, "piled")
    ));
    let cells = ask(&["--cells", "hex:500"]);
    assert!(number(&cells, "areas") > 400 && cells["hotspots"][0]["rank"] == 1, "{}", cells["about"]);
    // The whole year, whose default point holds a seventh of it.
    let year = site.run(&[
        "hotspots",
        "--input",
        summer[2],
        "--time",
        "opened",
        "--tz",
        "America/New_York",
        "--method",
        "gi-star",
        "--cells",
        "hex:500",
    ]);
    let year: Value = serde_json::from_slice(&year.stdout).expect("GeoJSON");
    assert_eq!(number(&year, "piled"), 17_070);
    let kept = ask(&["--cells", "hex:500", "--keep-piles"]);
    assert_eq!(
        number(&kept, "incidents") + number(&kept, "before"),
        number(&cells, "incidents") + number(&cells, "before") + 2_865
    );
}

#[test]
fn what_cannot_be_studied_is_said() {
    let grids = [Square::grid("A", [0, 0, 10, 10]), Square::grid("B", [10, 0, 20, 10])];
    let site = Site::of(&grids)
        .with("none.csv", "lon,lat,time\n")
        .with("same.geojson", board(3, |_, _| 5))
        .with("line.geojson", "{\"type\": \"FeatureCollection\", \"features\": [{\"type\": \"Feature\", \"properties\": {\"v\": 1}, \"geometry\": {\"type\": \"Point\", \"coordinates\": [1, 2]}}]}");
    let study = |more: &[&str]| {
        let method = if more.contains(&"--method") { &[][..] } else { &["--method", "gi-star"] };
        let run = site.run(&[&["hotspots"], method, more].concat());
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
        (&["--input", "none.csv", "--cells", "hex:1"], "10 to 50000"),
        (&["--input", "none.csv", "--eps-m", "0"], "--eps-m 0"),
        (&["--input", "none.csv", "--compare", "2026-03-01"], "FROM/TO"),
        (&["--input", "none.csv", "--cells", "hex:200", "--per", "households"], "cells"),
        (&["--input", "same.geojson", "--value", "v", "--method", "dbscan"], "asks of events"),
        (&["--input", "absent.csv"], "absent.csv"),
    ] {
        let (code, said) = study(more);
        assert!(code != 0 && said.contains(word), "{more:?}: {said}");
    }
}
