//! `gridwatch assign`: every row of a table on its grid and before its department.

use crate::harness::{Site, Square};

const WEST: Square = Square { code: "W", level: "grid", parent: None, bounds: [0, 0, 2, 2] };
const EAST: Square = Square { code: "E", level: "grid", parent: None, bounds: [2, 0, 4, 2] };

fn two_grids() -> Site {
    Site::of(&[WEST, EAST])
}

#[test]
fn a_report_on_a_shared_edge_gets_exactly_one_grid() {
    let rows = "id,lon,lat\n1,110.002,40.001\n2,110.002,40.0005\n";
    for grids in [[WEST, EAST], [EAST, WEST]] {
        let run = Site::of(&grids).run_with(&["assign"], rows);
        let placed: Vec<String> = run.rows().iter().map(|row| row.get("grid").to_owned()).collect();
        assert_eq!(placed, ["E", "E"], "the western border belongs to a grid, the eastern one to its neighbour");
    }
}

#[test]
fn a_report_near_a_border_names_the_grids_in_question() {
    // 42 m west of the shared border, known to 100 m.
    let run = two_grids().run_with(&["assign", "--format", "ndjson"], "lon,lat,accuracy_m\n110.0015,40.001,100\n");
    let row: serde_json::Value = serde_json::from_slice(&run.stdout).expect("one object");
    assert_eq!((row["outcome"].as_str(), row["grid"].as_str()), (Some("ambiguous"), Some("W")));
    let candidates = row["candidates"].as_array().expect("candidates");
    let shares: Vec<(&str, f64)> = candidates
        .iter()
        .map(|c| (c["grid"].as_str().expect("a code"), c["share"].as_f64().expect("a share")))
        .collect();
    let [("W", west), ("E", east)] = shares[..] else { panic!("{shares:?}") };
    assert!((west + east - 1.0).abs() < 0.002 && (0.2..0.3).contains(&east), "{shares:?}");
    assert_eq!(row["reasons"][0]["code"], "crosses_border");
}

#[test]
fn a_report_just_outside_goes_to_the_nearest_grid_and_one_far_outside_to_none() {
    // 34 m and 86 m east of the last border, at 85.3 km a degree.
    let run = two_grids().run_with(&["assign"], "lon,lat\n110.0044,40.001\n110.005,40.001\n");
    let rows = run.rows();
    assert_eq!((rows[0].get("outcome"), rows[0].get("grid")), ("nearest", "E"));
    let distance_m: f64 = rows[0].get("distance_m").parse().expect("metres");
    assert!((34.0..34.3).contains(&distance_m), "{distance_m}");
    assert_eq!((rows[1].get("outcome"), rows[1].get("grid")), ("outside", ""));
}

#[test]
fn the_tolerance_is_a_setting() {
    let site = two_grids().with("gridwatch.toml", "[placement]\nnearest_m = 200\n");
    assert_eq!(site.run_with(&["assign"], "lon,lat\n110.005,40.001\n").rows()[0].get("outcome"), "nearest");
}

#[test]
fn a_row_without_a_position_is_unplaced_and_kept() {
    let run = two_grids().run_with(&["assign"], "id,lon,lat,note\n7,,,\"said \"\"here\"\", twice\"\n");
    let rows = run.rows();
    assert_eq!((rows[0].get("outcome"), rows[0].get("note")), ("unplaced", "said \"here\", twice"));
}

#[test]
fn names_that_the_input_has_get_a_prefix() {
    let site = two_grids();
    let run = site.run_with(&["assign"], "lon,lat,grid\n110.001,40.001,mine\n");
    assert_eq!((run.rows()[0].get("grid"), run.rows()[0].get("gw_grid")), ("mine", "W"));
    let run = site.run_with(&["assign", "--prefix", "p_"], "lon,lat\n110.001,40.001\n");
    assert_eq!((run.rows()[0].get("p_grid"), run.rows()[0].get("p_outcome")), ("W", "inside"));
}

#[test]
fn every_level_of_the_site_has_a_column() {
    let site = Site::of(&[
        Square { code: "S", level: "street", parent: None, bounds: [0, 0, 4, 2] },
        Square { parent: Some("S"), ..WEST },
        Square { parent: Some("S"), ..EAST },
    ]);
    let run = site.run_with(&["assign"], "lon,lat\n110.003,40.001\n");
    assert!(
        run.text().starts_with("lon,lat,grid,street,department,outcome,edge_m,distance_m,rule,reason\n"),
        "{}",
        run.text()
    );
    assert_eq!((run.rows()[0].get("grid"), run.rows()[0].get("street")), ("E", "S"));
}

#[test]
fn gcj02_positions_are_shifted_back() {
    let run = two_grids().run_with(&["assign", "--datum", "gcj02"], "lon,lat\n110.0070,40.0022\n");
    assert_eq!(run.rows()[0].get("grid"), "W", "{}", run.text());
    let run = two_grids().run_with(&["assign"], "lon,lat\n110.0070,40.0022\n");
    assert_eq!(run.rows()[0].get("outcome"), "outside");
}

#[test]
fn an_event_is_placed_by_the_grids_of_its_time() {
    use crate::harness::{collection, feature};
    let square = "[[[110,40],[110.002,40],[110.002,40.002],[110,40.002],[110,40]]]";
    let old =
        feature(r#""code": "OLD", "name": "old", "level": "grid", "parent": null, "valid_to": "2026-07-01""#, square);
    let new =
        feature(r#""code": "NEW", "name": "new", "level": "grid", "parent": null, "valid_from": "2026-07-01""#, square);
    let site = Site::empty()
        .with("geodata/grids.geojson", collection([old, new]))
        .with("gridwatch.toml", "time_zone = \"Asia/Shanghai\"\n");
    let rows = "lon,lat,time\n110.001,40.001,2026-06-30T23:59\n110.001,40.001,2026-07-01\n110.001,40.001,2026-06-30T16:00:00Z\n";
    let placed: Vec<String> =
        site.run_with(&["assign"], rows).rows().iter().map(|row| row.get("grid").to_owned()).collect();
    assert_eq!(placed, ["OLD", "NEW", "NEW"]);
}

#[test]
fn order_is_kept_whatever_the_number_of_threads() {
    let lines: Vec<String> = (0..60_000).map(|i| format!("{i},110.00{},40.001", i % 5)).collect();
    let rows = format!("id,lon,lat\n{}\n", lines.join("\n"));
    let site = two_grids();
    let one = site.run_with(&["assign", "--threads", "1"], &rows);
    let many = site.run_with(&["assign", "--threads", "7"], &rows);
    assert!(one.stdout == many.stdout);
    assert!(one.rows().iter().enumerate().all(|(i, row)| row.get("id") == i.to_string()));
}

#[test]
fn geojson_holds_wgs84_points_and_is_whole() {
    let run = two_grids().run_with(&["assign", "--format", "geojson"], "lon,lat\n110.001,40.001\n,\n");
    let collection: geojson::FeatureCollection = run.text().parse().expect("a collection");
    assert_eq!(collection.features.len(), 2);
    assert!(collection.features[0].geometry.is_some() && collection.features[1].geometry.is_none());
    let empty = two_grids().run_with(&["assign", "--format", "geojson"], "lon,lat\n");
    assert!(empty.text().parse::<geojson::FeatureCollection>().expect("a collection").features.is_empty());
}

#[test]
fn gbk_and_a_byte_order_mark_are_good_input() {
    let text = "编号,经度,纬度,说明\n1,110.001,40.001,暴露垃圾\n";
    let (gbk, _, _) = encoding_rs::GB18030.encode(text);
    let with_bom = [b"\xEF\xBB\xBF", text.as_bytes()].concat();
    for input in [text.as_bytes(), &gbk, &with_bom] {
        let run = two_grids().run_with(&["assign"], input);
        assert!(
            run.text()
                .trim_start_matches('\u{feff}')
                .lines()
                .nth(1)
                .expect("a row")
                .starts_with("1,110.001,40.001,暴露垃圾,W,")
        );
        assert_eq!(run.text().starts_with('\u{feff}'), input.starts_with(b"\xEF\xBB\xBF"), "a mark for a mark");
    }
}

#[test]
fn an_output_file_appears_only_when_it_is_whole() {
    let site = two_grids().with("in.csv", "lon,lat\n110.001,40.001\n");
    assert_eq!(site.run(&["assign", "--input", "in.csv", "--output", "out.csv"]).code, 0);
    assert!(site.file("out.csv").exists() && !site.file("out.csv.part").exists());
    let broken = site.with("long.csv", format!("lon,lat\n{}", "x".repeat(3 << 20)));
    let run = broken.run(&["assign", "--input", "long.csv", "--output", "none.csv"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("line 2 is longer than 1 MiB"), "{}", run.stderr);
    assert!(!broken.file("none.csv").exists() && !broken.file("none.csv.part").exists());
}

#[test]
fn the_department_follows_asset_then_territory_then_category_then_grid() {
    use crate::harness::{collection, feature};
    let square = |w: f64, e: f64| format!("[[[{w},40],[{e},40],[{e},40.002],[{w},40.002],[{w},40]]]");
    let grid = feature(
        r#""code": "W", "name": "W", "level": "grid", "parent": null, "department": "GRID""#,
        &square(110.0, 110.002),
    );
    let park = feature(r#""code": "P", "department": "PARK", "categories": ["0102"]"#, &square(110.001, 110.002));
    let asset = r#"{"type": "Feature", "properties": {"code": "A1", "category": "0102", "department": "OWNER"}, "geometry": {"type": "Point", "coordinates": [110.0015, 40.001]}}"#;
    let site = Site::empty()
        .with("geodata/grids.geojson", collection([grid]))
        .with("geodata/departments.toml", ["GRID", "PARK", "OWNER", "CAT"].map(|d| format!("[[department]]\ncode = \"{d}\"\nname = \"{d}\"\n")).concat())
        .with("geodata/categories.csv", "code,kind,list,class,name,department\n0101,component,governance,c,lamp,CAT\n0102,component,governance,c,tree,CAT\n0103,event,governance,c,noise,\n")
        .with("geodata/territories.geojson", collection([park]))
        .with("geodata/assets.geojson", collection([asset.to_owned()]));
    let rows = "lon,lat,category\n\
        110.00151,40.001,0102\n\
        110.0019,40.001,0102\n\
        110.0019,40.001,0101\n\
        110.0005,40.001,0103\n\
        110.0005,40.001,\n\
        110.0005,40.001,102\n\
        ,,0101\n\
        120,40,0101\n";
    let run = site.run_with(&["assign"], rows);
    let got: Vec<(String, String)> =
        run.rows().iter().map(|row| (row.get("department").to_owned(), row.get("rule").to_owned())).collect();
    let expected = [
        ("OWNER", "asset:A1"),
        ("PARK", "territory:P"),
        ("CAT", "category:0101"),
        ("GRID", "grid:W"),
        ("GRID", "grid:W"),
        ("GRID", "grid:W"),
        ("CAT", "category:0101"),
        ("", ""),
    ];
    assert_eq!(got, expected.map(|(d, r)| (d.to_owned(), r.to_owned())));
    let reason = run.rows()[5].get("reason").to_owned();
    assert_eq!(reason, "category 102 is not on the lists; did it lose its leading zeros? There is 0102");
}

#[test]
fn an_output_that_is_no_plain_file_is_written_to_and_not_replaced() {
    let site = two_grids().with("in.csv", "lon,lat\n110.001,40.001\n").with("real/out.csv", "old");
    std::os::unix::fs::symlink("real/out.csv", site.file("link.csv")).expect("a link");
    assert_eq!(site.run(&["assign", "--input", "in.csv", "--output", "link.csv"]).code, 0);
    assert!(std::fs::symlink_metadata(site.file("link.csv")).expect("there").is_symlink());
    assert!(std::fs::read_to_string(site.file("real/out.csv")).expect("there").contains("inside"));

    let made = std::process::Command::new("mkfifo").arg(site.file("pipe")).status().expect("mkfifo");
    assert!(made.success());
    let reader = std::thread::spawn({
        let pipe = site.file("pipe");
        move || std::fs::read_to_string(pipe).expect("readable")
    });
    assert_eq!(site.run(&["assign", "--input", "in.csv", "--output", "pipe"]).code, 0);
    assert!(reader.join().expect("no panic").contains("inside"));
    assert!(!std::fs::metadata(site.file("pipe")).expect("there").is_file());

    let run = site.run(&["assign", "--input", "in.csv", "--output", "real"]);
    assert!(run.code == 2 && run.stderr.contains("cannot write real: it is a folder"), "{}", run.stderr);
    assert!(!site.file("real.part").exists());
}

#[test]
fn a_time_that_decides_nothing_spoils_no_row_unless_it_was_asked_for() {
    let rows = "lon,lat,time\n110.001,40.001,soon\n";
    assert_eq!(two_grids().run_with(&["assign"], rows).rows()[0].get("outcome"), "inside");
    let asked = two_grids().run_with(&["assign", "--time", "time"], rows);
    assert_eq!(asked.rows()[0].get("outcome"), "invalid");
}

#[test]
fn a_table_has_one_header_and_one_foot_however_many_rows() {
    let lines: Vec<String> = (0..30_000).map(|i| format!("{i},110.001,40.001")).collect();
    let rows = format!("id,lon,lat\n{}\n", lines.join("\n"));
    let run = two_grids().run_with(&["assign", "--format", "table", "--threads", "3"], &rows);
    let lines: Vec<&str> = run.text().lines().collect();
    assert!(lines[1].starts_with("│ id") && lines[1].contains("outcome"), "{}", lines[1]);
    let [rows, others]: [Vec<&str>; 2] = [true, false].map(|is_row| {
        lines
            .iter()
            .copied()
            .filter(|line| (line.starts_with('│') && line.contains("lies in grid W")) == is_row)
            .collect()
    });
    assert_eq!((rows.len(), others.len()), (30_000, 4), "top, header, line, foot: {:?}", &others[..4]);
    assert!(lines.iter().all(|line| line.chars().count() == lines[0].chars().count()), "all as wide as the first");
}

#[test]
fn a_table_and_the_summary_speak_chinese_and_the_machine_formats_keep_codes() {
    let rows = "id,lon,lat\n1,110.001,40.001\n2,x,40.001\n";
    let table = two_grids().run_with(&["assign", "--lang", "zh", "--format", "table"], rows);
    for words in ["归格结果", "职能部门", "格内", "无效", "第 3 行: lon: “x”不是数字"] {
        assert!(table.text().contains(words), "{words}: {}", table.text());
    }
    assert!(table.stderr.contains("共 2 行：格内 1, 无效 1，用时 "), "{}", table.stderr);
    let csv = two_grids().run_with(&["assign", "--lang", "zh"], rows);
    assert_eq!(csv.rows().iter().map(|row| row.get("outcome").to_owned()).collect::<Vec<_>>(), ["inside", "invalid"]);
    for (args, said) in [
        (&["assign", "--lang", "zh", "--input", "none.csv"][..], "gridwatch: 无法打开 none.csv: 没有该文件或文件夹"),
        (
            &["assign", "--lang", "zh", "--lon", "east"],
            "gridwatch: 标准输入: 没有列 east；现有列：id, lon, lat；请用 --lon 指明",
        ),
    ] {
        let run = two_grids().run_with(args, rows);
        assert!(run.code == 2 && run.stderr.contains(said), "{}", run.stderr);
    }
}

#[test]
fn a_byte_order_mark_can_be_asked_for() {
    let (gbk, _, _) = encoding_rs::GB18030.encode("编号,经度,纬度\n1,110.001,40.001\n");
    let run = two_grids().run_with(&["assign", "--bom"], &gbk);
    assert!(run.text().starts_with("\u{feff}编号,"), "{}", run.text());
}
