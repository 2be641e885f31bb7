//! Rows and tables of the wrong shape.

use super::{GOOD, HEADER, assert_invalid, inside, outcome, outcomes, site};

#[test]
fn a_row_that_is_too_short_is_filled_up_and_invalid() {
    for (fields, found) in [("2", 1), ("2,110.001,40.001", 3), ("2,110.001,40.001,,,", 6)] {
        let reason = format!("{found} fields where the header has 7");
        assert_invalid(&site(), &[], fields, &reason);
    }
}

#[test]
fn a_row_that_is_too_long_keeps_all_it_has() {
    let run =
        site().run_with(&["assign"], format!("{HEADER}\n{GOOD}\n2,110.001,40.001,,,,one,two,\"three,\n3\"\n{GOOD}\n"));
    let bad = outcome("invalid", "line 3: 9 fields where the header has 7", "one,two,three,\n3");
    assert_eq!(outcomes(&run), [inside("good"), bad, inside("good")]);
}

#[test]
fn lines_count_the_same_however_they_end() {
    let input =
        format!("{HEADER}\n{GOOD}\n\n\n2,x,40.001,,,,bad\n3,110.001,40.001,,,,\"two\nlines\"\n4,x,40.001,,,,bad\n");
    let bad = |line| outcome("invalid", &format!("line {line}: lon: \"x\" is not a number"), "bad");
    for end in ["\n", "\r\n", "\r"] {
        let run = site().run_with(&["assign"], input.replace('\n', end));
        let two_lines = inside(&format!("two{end}lines"));
        assert_eq!(outcomes(&run), [inside("good"), bad(5), two_lines, bad(8)], "{end:?}");
    }
}

#[test]
fn lines_are_counted_through_many_chunks() {
    let good = format!("{GOOD}\n").repeat(20_000);
    for end in ["\n", "\r\n", "\r"] {
        let input = format!("{HEADER}\n{good}2,x,40.001,,,,bad\n{good}").replace('\n', end);
        let run = site().run_with(&["assign", "--threads", "2"], input);
        let rows = outcomes(&run);
        assert_eq!((rows.len(), &rows[20_000][1]), (40_001, &"line 20002: lon: \"x\" is not a number".to_owned()));
    }
}

#[test]
fn semicolons_and_tabs_are_good_delimiters() {
    let input = format!("\n{HEADER}\n{GOOD}\n2,110.001\n3,\"110,001\",40.001,,,,bad\n").replace("110,001", "110|001");
    for delimiter in [";", "\t"] {
        let run = site().run_with(&["assign"], input.replace(',', delimiter).replace('|', ","));
        let short = outcome("invalid", "line 4: 2 fields where the header has 7", "");
        let comma = outcome("invalid", "line 5: lon: \"110,001\" has a comma for a decimal point", "bad");
        assert_eq!(outcomes(&run), [inside("good"), short, comma], "{delimiter:?}");
    }
}

#[test]
fn thousands_of_columns_go_through() {
    let columns: Vec<String> = (0..5_000).map(|i| format!("c{i}")).collect();
    let header = columns.join(",");
    let run = site().run_with(
        &["assign"],
        format!("lon,lat,{header}\n110.001,40.001,{}\n110.001,40.001,x\n", header.replace('c', "v")),
    );
    let rows = run.rows();
    assert_eq!((rows[0].get("c4999"), rows[0].get("outcome")), ("v4999", "inside"));
    assert_eq!((rows[1].get("c0"), rows[1].get("reason")), ("x", "line 3: 3 fields where the header has 5002"));
}

#[test]
fn columns_of_one_name_all_go_out() {
    let input =
        "lon,lat,note,note,note,reasons,candidates,note_2\n110.001,40.001,a,b,c,d,e,f\n110.00199,40.001,a,b,c,d,e,f\n";
    let run = site().run_with(&["assign"], input);
    let row = run.text().lines().nth(1).expect("a row");
    assert!(row.starts_with("110.001,40.001,a,b,c,d,e,f,G1,"), "{row}");
    let run =
        site().run_with(&["assign", "--format", "ndjson", "--accuracy", "candidates"], input.replace(",e,", ",50,"));
    for line in run.text().lines() {
        let object: serde_json::Value = serde_json::from_str(line).expect("an object");
        let kept = ["note", "gw_note_2", "note_3", "reasons", "candidates", "note_2"].map(|key| object[key].clone());
        assert_eq!(kept, ["a", "b", "c", "d", "50", "f"], "{line}");
        assert!(object["gw_reasons"].is_array(), "{line}");
    }
}

#[test]
fn an_added_column_never_takes_the_place_of_one_that_is_there() {
    let input = "lon,lat,grid,gw_grid,p_outcome\n110.001,40.001,a,b,c\n";
    for prefix in ["", "gw_", "p_"] {
        let run = site().run_with(&["assign", "--format", "ndjson", "--prefix", prefix], input);
        let object: serde_json::Value = serde_json::from_str(run.text()).expect("an object");
        assert_eq!([&object["grid"], &object["gw_grid"], &object["p_outcome"]], ["a", "b", "c"], "{prefix}");
    }
}
