//! Values that are none.

use super::{assert_invalid, site};
use crate::harness::{Site, collection, feature};

#[test]
fn coordinates_that_are_none_are_named_by_column() {
    let number = |column: &str, value: &str| format!("{column}: \"{value}\" is not a number");
    let infinite = |column: &str, value: &str| format!("{column}: \"{value}\" is no finite number");
    let cases = [
        (
            "40.001,110.001",
            "lon: 40.001000, 110.001000 looks like latitude, longitude; longitude comes first".to_owned(),
        ),
        ("0,0", "lon: 0, 0 is a position that nobody knew".to_owned()),
        ("0.0,-0", "lon: 0, 0 is a position that nobody knew".to_owned()),
        ("\"110,001\",40.001", "lon: \"110,001\" has a comma for a decimal point".to_owned()),
        ("110.001,\"40,001\"", "lat: \"40,001\" has a comma for a decimal point".to_owned()),
        ("NaN,40.001", infinite("lon", "NaN")),
        ("110.001,inf", infinite("lat", "inf")),
        ("110.001,-infinity", infinite("lat", "-infinity")),
        ("1e999,40.001", infinite("lon", "1e999")),
        ("east,40.001", number("lon", "east")),
        ("110.001°,40.001", number("lon", "110.001°")),
        ("１１０.001,40.001", number("lon", "１１０.001")),
        ("0x6e,40.001", number("lon", "0x6e")),
        ("110°0'3\",40.001", number("lon", "110°0'3\"")),
        ("110.001,", "lat: is missing".to_owned()),
        (",40.001", "lon: is missing".to_owned()),
        ("110.001,95", "lon: 110.001000, 95.000000 is no position on earth".to_owned()),
        ("1110.01,40.001", "lon: 1110.010000, 40.001000 is no position on earth".to_owned()),
        ("12245672.5,4865942.1", "lon: 12245672.500000, 4865942.100000 is no position on earth".to_owned()),
    ];
    let site = site();
    for (position, reason) in cases {
        assert_invalid(&site, &[], &format!("2,{position},,,,bad"), &reason);
    }
}

#[test]
fn a_position_that_lies_in_the_site_only_when_exchanged_is_called_so() {
    let west = feature(
        r#""code": "K", "name": "Kashgar", "level": "grid""#,
        "[[[76,39.4],[76.1,39.4],[76.1,39.5],[76,39.5],[76,39.4]]]",
    );
    let site = Site::empty().with("geodata/grids.geojson", collection([west]));
    let run = site.run_with(&["assign"], "lon,lat\n39.45,76.05\n76.05,39.45\n39.45,76.2\n");
    let got: Vec<_> =
        run.rows().iter().map(|row| [row.get("outcome").to_owned(), row.get("reason").to_owned()]).collect();
    assert_eq!(
        got,
        [
            ["invalid", "line 2: lon: 39.450000, 76.050000 looks like latitude, longitude; longitude comes first"],
            ["inside", ""],
            ["outside", ""],
        ]
    );
}

#[test]
fn accuracies_times_and_categories_that_are_none_are_named_by_column() {
    let time = |value: &str| {
        format!("time: \"{value}\" is not a time such as 2026-03-04, 2026-03-04 09:05 or 2026-03-04T09:05+08:00")
    };
    let spreadsheet = |value: &str| {
        format!(
            "category: \"{value}\" is what a spreadsheet makes of a code; format the column as text and enter the code again"
        )
    };
    let cases = [
        ("1e9,,", "accuracy_m: 1000000000 is not between 0 and 20000000".to_owned()),
        ("NaN,,", "accuracy_m: \"NaN\" is no finite number".to_owned()),
        ("5 m,,", "accuracy_m: \"5 m\" is not a number".to_owned()),
        (",soon,", time("soon")),
        (",2026-02-30,", time("2026-02-30")),
        (",04.03.2026 09:05,", time("04.03.2026 09:05")),
        (",46085.378,", time("46085.378")),
        (",01/02/2026,", time("01/02/2026")),
        (",99999-01-01,", time("99999-01-01")),
        (",,1.01E+05", spreadsheet("1.01E+05")),
        (",,1E+05", spreadsheet("1E+05")),
        (",,1.50621e+13", spreadsheet("1.50621e+13")),
    ];
    let site = site();
    for (fields, reason) in cases {
        assert_invalid(&site, &["--time", "time"], &format!("2,110.001,40.001,{fields},bad"), &reason);
    }
}

#[test]
fn an_accuracy_that_the_device_does_not_know_is_none() {
    let run = site().run_with(&["assign"], "lon,lat,accuracy_m\n110.001,40.001,-1\n110.001,40.001,0\n");
    let got: Vec<_> =
        run.rows().iter().map(|row| (row.get("outcome").to_owned(), row.get("edge_m").to_owned())).collect();
    assert_eq!(got, [("inside".to_owned(), String::new()), ("inside".to_owned(), String::new())]);
}

#[test]
fn the_first_fault_is_the_reason_whatever_the_datum() {
    for datum in ["wgs84", "gcj02", "bd09", "GCJ02"] {
        let args = ["--datum", datum];
        let swapped = "lon: 40.001000, 110.001000 looks like latitude, longitude; longitude comes first";
        // The good rows are 500 m away in another datum, and still no fault.
        let run = site().run_with(&[&["assign"][..], &args].concat(), "lon,lat\n40.001,110.001\n110.001,40.001\n,\n");
        let rows = run.rows();
        assert_eq!((rows[0].get("outcome"), rows[0].get("reason")), ("invalid", format!("line 2: {swapped}").as_str()));
        assert_eq!((rows[1].get("reason"), rows[2].get("outcome")), ("", "unplaced"));
    }
}
