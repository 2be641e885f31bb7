//! Quotation marks that are where they should not be.

use super::{GOOD, HEADER, inside, outcome, outcomes, site};

/// The rows of a table whose third line is this one.
fn rows_of(third_line: &str, then: &str) -> Vec<[String; 3]> {
    outcomes(&site().run_with(&["assign"], format!("{HEADER}\n{GOOD}\n{third_line}\n{then}")))
}

fn never_closed(note: &str) -> [String; 3] {
    outcome("invalid", "line 3: a quotation mark opens here and is never closed", note)
}

#[test]
fn a_quote_that_nobody_closes_costs_its_own_row_only() {
    let open = "2,110.001,40.001,,,,\"open";
    let expected = [inside("good"), never_closed("\"open"), inside("good"), inside("good")];
    assert_eq!(rows_of(open, &format!("{GOOD}\n{GOOD}\n")), expected);
    // Rows with quotes of their own do not close it.
    let quoted = "1,\"110.001\",40.001,,,,\"good\"";
    assert_eq!(rows_of(open, &format!("{quoted}\n{GOOD}\n")), expected);
    assert_eq!(rows_of(open, &format!("{GOOD}\n{quoted}\n")), expected);
    for end in ["\r\n", "\r"] {
        let input = format!("{HEADER}\n{GOOD}\n{open}\n{GOOD}\n{quoted}\n").replace('\n', end);
        assert_eq!(outcomes(&site().run_with(&["assign"], input)), expected, "{end:?}");
    }
}

#[test]
fn an_open_quote_at_the_end_costs_the_last_row_only() {
    let expected = [inside("good"), never_closed("\"open")];
    for end in ["", "\n", "\r\n", "\n\n"] {
        let input = format!("{HEADER}\n{GOOD}\n2,110.001,40.001,,,,\"open{end}");
        assert_eq!(outcomes(&site().run_with(&["assign"], input)), expected, "{end:?}");
    }
}

#[test]
fn an_open_quote_far_from_the_next_costs_its_own_row_only() {
    let many = format!("{GOOD}\n").repeat(60_000);
    let rows = rows_of("2,110.001,40.001,,,,\"open", &many);
    assert_eq!(rows[1], never_closed("\"open"));
    assert!(rows.len() == 60_002 && rows.iter().enumerate().all(|(i, row)| i == 1 || *row == inside("good")));
}

#[test]
fn an_open_quote_in_the_header_is_read_as_a_letter() {
    let run = site().run_with(&["assign"], "lon,lat,\"note\n110.001,40.001,x\n110.001,40.001,y\n");
    assert_eq!(run.rows().len(), 2, "{}", run.said());
    assert_eq!((run.rows()[1].get("\"note"), run.rows()[1].get("outcome")), ("y", "inside"));
}

#[test]
fn quotes_inside_a_field_are_letters() {
    for (field, note) in [
        ("5\" pipe", "5\" pipe"),
        ("said \"here\"", "said \"here\""),
        ("\"said \"\"here\"\"\"", "said \"here\""),
        ("\"a\" b", "a b"),
        ("\"\"", ""),
    ] {
        let rows = rows_of(&format!("2,110.001,40.001,,,,{field}"), &format!("{GOOD}\n"));
        assert_eq!(rows, [inside("good"), inside(note), inside("good")], "{field}");
    }
}

#[test]
fn quoted_line_ends_and_delimiters_are_part_of_the_field() {
    let rows = rows_of("2,110.001,40.001,,,,\"a,\nb\r\n\"\"c\"\"\n\nd\"", "3,x,40.001,,,,bad\n");
    let bad = outcome("invalid", "line 8: lon: \"x\" is not a number", "bad");
    assert_eq!(rows, [inside("good"), inside("a,\nb\r\n\"c\"\n\nd"), bad]);
}
