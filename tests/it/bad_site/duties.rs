//! `departments.toml`, `categories.csv`, `territories.geojson`, `assets.geojson`.

use super::{assert_refused, assert_warned, site_with};
use crate::harness::{Site, collection, feature};

const DEPARTMENTS: &str = "geodata/departments.toml";
const CATEGORIES: &str = "geodata/categories.csv";

fn with_departments(more: &str) -> Site {
    site_with(DEPARTMENTS, format!("[[department]]\ncode = \"D1\"\nname = \"Roads\"\n{more}"))
}

/// A list with one good category and these lines.
fn with_categories(lines: &str) -> Site {
    with_departments("").with(
        CATEGORIES,
        format!("code,kind,list,class,name,department,handle_limit,urgency,visibility\n0101,event,party,c,lamp,D1,4h,,\n{lines}"),
    )
}

fn assert_lines_refused(lines: &str, errors: &[&str]) {
    let errors: Vec<String> = errors.iter().map(|error| format!("{CATEGORIES}:{error}")).collect();
    assert_refused(&with_categories(lines), &errors.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn departments_that_are_wrong_are_named_by_line() {
    let cases: [(&str, &[&str]); 5] = [
        ("[[department]]\ncode = \"D1\"\nname = \"Parks\"\n", &[":4: D1: code: D1 is used twice, first in line 1"]),
        ("[[department]]\ncode = \"D2\"\n", &[":4: D2: name: is missing"]),
        ("[[department]]\nname = \"Parks\"\n", &[":4: code: is missing"]),
        ("[[department]]\ncode = 2\n", &[":4: code: must be text in quotation marks, found 2", ":4: name: is missing"]),
        (
            "[[department]]\ncode = \"1E+05\"\nname = \"Parks\"\n",
            &[
                ":4: code: \"1E+05\" is what a spreadsheet makes of a code; format the column as text and enter the code again",
            ],
        ),
    ];
    for (more, errors) in cases {
        let errors: Vec<String> = errors.iter().map(|error| format!("{DEPARTMENTS}{error}")).collect();
        assert_refused(&with_departments(more), &errors.iter().map(String::as_str).collect::<Vec<_>>());
    }
    assert_refused(
        &site_with(DEPARTMENTS, "[department]\ncode = \"D1\"\n"),
        &[
            "geodata/departments.toml: department: must be a table: write [[department]] on a line of its own, and its keys below",
        ],
    );
    assert_warned(
        &with_departments("[[department]]\ncode = \"D2\"\nname = \"Parks\"\nfone = \"1\"\n"),
        &["geodata/departments.toml:4: D2: fone: not a key that is read here; a typing error?"],
    );
}

#[test]
fn categories_that_are_wrong_are_named_by_line_and_column() {
    assert_lines_refused("0102,event,party,c,x,D2,,,\n", &["3: 0102: department: there is no D2"]);
    assert_lines_refused(
        "0102,thing,partei,,x,,4 hours,very,all\n",
        &[
            "3: 0102: kind: \"thing\" is none of component, event",
            "3: 0102: list: \"partei\" is none of party, governance, convenience",
            "3: 0102: class: is missing",
            "3: 0102: handle_limit: \"4 hours\" is not a limit such as 30m, 4h (working hours), 4H (clock hours) or 3d (working days)",
            "3: 0102: urgency: \"very\" is none of normal, urgent, emergency",
            "3: 0102: visibility: \"all\" is none of public, staff, restricted",
        ],
    );
    for limit in ["0h", "10000d", "-1h", "4", "h", "4.5h"] {
        assert_lines_refused(
            &format!("0102,event,party,c,x,,{limit},,\n"),
            &[&format!(
                "3: 0102: handle_limit: \"{limit}\" is not a limit such as 30m, 4h (working hours), 4H (clock hours) or 3d (working days)"
            )],
        );
    }
    assert_lines_refused(
        "1.01E+05,event,party,c,x,,,,\n",
        &[
            "3: code: \"1.01E+05\" is what a spreadsheet makes of a code; format the column as text and enter the code again",
        ],
    );
    assert_lines_refused("0101,event,party,c,x,,,,\n", &["3: 0101: code: 0101 is used twice, first in line 2"]);
    assert_lines_refused(",event,party,c,,,,,\n", &["3: code: is missing", "3: name: is missing"]);
}

#[test]
fn rows_that_are_none_are_named_and_the_next_ones_still_read() {
    let next = "0104,thing,party,c,x,,,,\n";
    let too = "5: 0104: kind: \"thing\" is none of component, event";
    assert_lines_refused(&format!("0102,event,party\n\n{next}"), &["3: 3 fields where the header has 9", too]);
    assert_lines_refused(
        &format!("0102,event,party,c,a,b,c,d,e,f\r\n\r\n{next}"),
        &["3: 10 fields where the header has 9", too],
    );
    assert_lines_refused(
        &format!("0102,event,party,c,\"x,,,,\n0103,event,party,c,y,,,,\n{next}"),
        &["3: a quotation mark opens here and is never closed", too],
    );
    assert_lines_refused(
        &format!("0102,event,party,c,\"x,,,,\n0103,event,party,c,\"y\",,,,\n{next}"),
        &["3: a quotation mark opens here and is never closed", too],
    );
    assert_lines_refused(&format!("0102,event,party,c,\"two\nlines\",,,,\n{next}"), &[too]);
}

#[test]
fn a_list_without_its_columns_says_which_there_are() {
    let site = site_with(CATEGORIES, "code,art,list,class,name\n0101,event,party,c,x\n");
    assert_refused(
        &site,
        &["geodata/categories.csv:1: kind: the column is missing; there are: code, art, list, class, name"],
    );
}

#[test]
fn the_usual_spreadsheet_exports_are_good_lists() {
    let text = "code,kind,list,class,name\n0101,event,party,市容,暴露垃圾\n";
    let (gbk, _, _) = encoding_rs::GB18030.encode(text);
    for contents in [
        gbk.to_vec(),
        text.replace(',', ";").into(),
        text.replace(',', "\t").into(),
        text.replace('\n', "\r\n").into(),
        text.replace('\n', "\r").into(),
        format!("\u{feff}\n{text}").into(),
    ] {
        let check = site_with(CATEGORIES, contents).run(&["check"]);
        assert!(check.code == 0 && check.text().contains(" 1 category,"), "{}", check.said());
    }
    // Lines count the same however they end.
    for end in ["\n", "\r\n", "\r"] {
        let site = site_with(CATEGORIES, format!("{text}0102,thing,party,c,x\n").replace('\n', end));
        assert_refused(&site, &["geodata/categories.csv:3: 0102: kind: \"thing\" is none of component, event"]);
    }
    assert_refused(
        &site_with(CATEGORIES, b"code,kind\n0101,\xff\xff\n"),
        &["geodata/categories.csv:2: the text is not utf-8 or gb18030; save it as UTF-8"],
    );
}

#[test]
fn territories_and_assets_that_are_wrong_are_named_by_feature() {
    let square = "[[[110,40],[110.001,40],[110.001,40.001],[110,40]]]";
    let point = |properties: &str, geometry: &str| {
        format!(r#"{{"type": "Feature", "properties": {{{properties}}}, "geometry": {geometry}}}"#)
    };
    let site = with_categories("").with(
        "geodata/territories.geojson",
        collection([
            feature(r#""code": "T1", "department": "D2", "categories": ["0101", "101", "9"]"#, square),
            feature(r#""code": "T2", "categories": "0101""#, square),
            point(r#""code": "T3", "department": "D1""#, r#"{"type": "Point", "coordinates": [110, 40]}"#),
            feature(
                r#""code": "T1", "department": "D1", "priority": 1.5"#,
                "[[[110,40],[110.001,40],[110.001,40.001]]]",
            ),
        ]),
    );
    assert_refused(
        &site,
        &[
            "geodata/territories.geojson:3: feature 2 (T2): department: is missing",
            "geodata/territories.geojson:4: feature 3 (T3): geometry: a Polygon is needed, this is a Point",
            "geodata/territories.geojson:5: feature 4 (T1): code: T1 is used twice, first in feature 1",
            "geodata/territories.geojson:5: feature 4 (T1): priority: 1.5 is not a whole number",
            "geodata/territories.geojson:5: feature 4 (T1): ring 1 is not closed: it ends at 110.001000, 40.001000, away from where it began",
            "geodata/territories.geojson:2: feature 1 (T1): department: there is no D2",
            "geodata/territories.geojson:2: feature 1 (T1): categories: there is no 101; did it lose its leading zeros? There is 0101",
            "geodata/territories.geojson:2: feature 1 (T1): categories: there is no 9",
        ],
    );

    let at = |lon: &str| format!(r#"{{"type": "Point", "coordinates": [{lon}, 40]}}"#);
    let site = with_categories("").with(
        "geodata/assets.geojson",
        collection([
            point(r#""code": "A1", "category": "0102", "department": "D3""#, &at("110")),
            point(r#""code": "A2", "category": "0101", "department": "D1", "radius_m": -1"#, &at("200")),
            feature(r#""code": "A3", "category": 101, "department": "D1""#, square),
            point(r#""code": "A4", "category": "0101", "department": "D1""#, "null"),
        ]),
    );
    assert_refused(
        &site,
        &[
            "geodata/assets.geojson:3: feature 2 (A2): radius_m: -1 is not between 0 and 1000",
            "geodata/assets.geojson:3: feature 2 (A2): lon: 200.000000, 40.000000 is no position on earth",
            "geodata/assets.geojson:4: feature 3 (A3): category: must be text in quotation marks, found 101",
            "geodata/assets.geojson:4: feature 3 (A3): geometry: a Point is needed, this is a Polygon",
            "geodata/assets.geojson:5: feature 4 (A4): geometry: has no geometry",
            "geodata/assets.geojson:2: feature 1 (A1): department: there is no D3",
            "geodata/assets.geojson:2: feature 1 (A1): category: there is no 0102",
        ],
    );
}

/// A category or department that has an error is still there to be named.
#[test]
fn what_names_a_spoiled_entry_is_not_blamed() {
    let asset = r#"{"type": "Feature", "properties": {"code": "A1", "category": "0102", "department": "D2"}, "geometry": {"type": "Point", "coordinates": [110, 40]}}"#;
    for (line, error) in [
        ("0102,thing,party,c,x,D2,,,\n", "3: 0102: kind: \"thing\" is none of component, event"),
        ("0102,event,party,c,x,D2,,\n", "3: 8 fields where the header has 9"),
    ] {
        let site = with_categories(line)
            .with("geodata/assets.geojson", collection([asset.to_owned()]))
            .with(DEPARTMENTS, "[[department]]\ncode = \"D1\"\nname = \"Roads\"\n[[department]]\ncode = \"D2\"\n");
        assert_refused(&site, &["geodata/departments.toml:4: D2: name: is missing", &format!("{CATEGORIES}:{error}")]);
    }
}
