//! Files that are wrong as a whole.

use std::fs::{self, File};

use super::{assert_refused, assert_warned, site_with, sound_site};
use crate::harness::{Site, feature};

const GRIDS: &str = "geodata/grids.geojson";

#[test]
fn a_file_of_grids_that_is_none_says_what_it_is_instead() {
    let feature = feature(r#""code": "G1", "name": "G1", "level": "grid""#, "[[[0,0],[1,0],[1,1],[0,0]]]");
    let deep = "[".repeat(200_000) + &"]".repeat(200_000);
    let cases: [(&str, String, &str); 14] = [
        ("nothing at all", String::new(), ": the file is empty"),
        ("nothing but blanks", " \r\n\t\n".into(), ": the file is empty"),
        ("nothing but a byte order mark", "\u{feff}\n".into(), ": the file is empty"),
        (
            "cut off",
            "{\"type\": \"FeatureCollection\",\n\"features\": [\n".into(),
            ":3: not JSON: EOF while parsing a list (column 0)",
        ),
        (
            "no JSON in line 3",
            "{\"type\": \"FeatureCollection\",\n\"features\": [\n{\"type\": Feature}]}".into(),
            ":3: not JSON: expected value (column 10)",
        ),
        (
            "NaN",
            "{\"type\": \"FeatureCollection\", \"features\": [\n{\"x\": NaN}]}".into(),
            ":2: not JSON: expected value (column 7)",
        ),
        ("deep", deep.clone(), ": a FeatureCollection is needed, this is a list"),
        ("a feature", feature, ": a FeatureCollection is needed, this is Feature"),
        ("no type", "{}".into(), ": a FeatureCollection is needed, this is something without a type"),
        ("a list", "[]".into(), ": a FeatureCollection is needed, this is a list"),
        ("a number", "42".into(), ": a FeatureCollection is needed, this is no object"),
        ("TopoJSON", "{\"type\": \"Topology\", \"arcs\": []}".into(), ": a FeatureCollection is needed, this is Topology"),
        ("empty", "{\"type\": \"FeatureCollection\", \"features\": []}".into(), ": the collection holds no features"),
        (
            "projected",
            r#"{"type": "FeatureCollection", "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}, "features": []}"#.into(),
            ": crs: coordinate system urn:ogc:def:crs:EPSG::3857 is not read here; CRS84, EPSG:4326 and EPSG:4490 are, others go through `gridwatch import grids --crs`",
        ),
    ];
    for (name, contents, expected) in cases {
        eprintln!("{name}");
        assert_refused(&Site::empty().with(GRIDS, contents), &[&format!("{GRIDS}{expected}")]);
    }
}

#[test]
fn a_file_of_grids_that_cannot_be_had_is_named() {
    let missing = "error: geodata/grids.geojson: the file is not there, and nothing works without it\n";
    let check = Site::empty().run(&["check"]);
    let warned = "warning: geodata/grids.geojson: the file is not there: nothing can be placed";
    assert!(check.code == 0 && check.text().starts_with(warned), "{}", check.text());
    assert!(check.text().contains("the service would start, and place nothing until there are grids"));
    let assign = Site::empty().run_with(&["assign"], "lon,lat\n110.001,40.001\n");
    assert!(assign.code == 2 && assign.stderr.contains(missing), "{}", assign.stderr);

    let folder = Site::empty();
    fs::create_dir_all(folder.file(GRIDS)).expect("a folder");
    assert_refused(&folder, &["geodata/grids.geojson: cannot be read: is a directory"]);

    let not_text = Site::empty().with(GRIDS, b"{\"type\": \"\xff\xff\xff\"}");
    assert_refused(&not_text, &["geodata/grids.geojson:1: the text is not utf-8 or gb18030; save it as UTF-8"]);
}

#[test]
fn a_file_above_the_limit_is_refused_by_its_size() {
    for (settings, size_mb, limit_mb) in [("", 100, 64), ("[geodata]\nmax_file_mb = 2\n", 3, 2)] {
        let site = site_with("gridwatch.toml", format!("# settings\n{settings}"));
        // A hole in the file: large to look at, nothing on the disk.
        let grids = File::create(site.file(GRIDS)).expect("a file");
        grids.set_len(size_mb << 20).expect("a sparse file");
        let expected = format!(
            "geodata/grids.geojson: {size_mb} MB; files above {limit_mb} MB are refused (see [geodata] max_file_mb in gridwatch.toml)"
        );
        assert_refused(&site, &[&expected]);
    }
}

/// What names grids, departments or categories is not to blame for a list that cannot be read.
#[test]
fn one_unreadable_file_hides_no_other_and_is_blamed_on_none() {
    let site = sound_site()
        .with(GRIDS, "nonsense")
        .with("geodata/departments.toml", "[[department]\n")
        .with("geodata/categories.csv", "code;kind\n1;event\n")
        .with("geodata/staff.csv", "id,name,roles,grids,department\ns1,Li,informant,G1,D1\ns2,,informant,G1,D1\n")
        .with(
            "geodata/assets.geojson",
            r#"{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"code": "A1", "category": "0101", "department": "D1"}, "geometry": {"type": "Point", "coordinates": [110, 95]}}]}"#,
        )
        .with("geodata/calendar.toml", "hours = [[\"09:00\", \"17:00\"]]\nweekend = [\"sat\", \"someday\"]\n")
        .with("cameras.toml", "[[camera]]\nid = \"c1\"\nname = \"Gate\"\n");
    assert_refused(
        &site,
        &[
            "geodata/grids.geojson:1: not JSON: expected ident (column 2)",
            "geodata/departments.toml:1: not TOML: unclosed array table, expected `]`",
            "geodata/categories.csv:1: list: the column is missing; there are: code, kind",
            "geodata/categories.csv:1: class: the column is missing; there are: code, kind",
            "geodata/categories.csv:1: name: the column is missing; there are: code, kind",
            "geodata/assets.geojson:1: feature 1 (A1): lon: 110.000000, 95.000000 is no position on earth",
            "geodata/staff.csv:3: s2: name: is missing",
            "geodata/calendar.toml: weekend: \"someday\" is none of mon, tue, wed, thu, fri, sat, sun",
            "cameras.toml:1: c1: main: a camera needs one stream: main or sub",
        ],
    );
}

#[test]
fn a_basemap_of_tiles_that_is_none_is_named() {
    let with_tiles = |bytes: &[u8]| site_with("geodata/basemap/town.pmtiles", bytes);
    assert_warned(&with_tiles(b"PMTiles\x03 and more"), &[]);
    for bytes in [&b"PMTiles\x02"[..], b"SQLite format 3\0", b""] {
        assert_refused(&with_tiles(bytes), &["geodata/basemap/town.pmtiles: not PMTiles of version 3"]);
    }
}

#[test]
fn a_column_that_nobody_reads_is_warned_of_and_one_that_is_there_twice_refused() {
    let categories = |header: &str| site_with("geodata/categories.csv", format!("{header}\n0101,event,party,c,x,4h\n"));
    assert_warned(
        &categories("code,kind,list,class,name,verify_limt"),
        &["geodata/categories.csv:1: verify_limt: not a column that is read here; is verify_limit meant?"],
    );
    assert_warned(
        &categories("code,kind,list,class,name,remark"),
        &["geodata/categories.csv:1: remark: not a column that is read here"],
    );
    assert_refused(
        &categories("code,kind,list,class,name,name"),
        &["geodata/categories.csv:1: name: the column is there twice; which one is meant?"],
    );
}
