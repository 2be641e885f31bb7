//! `gridwatch.toml` and `calendar.toml`.

use super::{assert_refused, assert_warned, site_with};
use crate::harness::{Site, collection, feature};

#[test]
fn a_mail_server_that_cannot_be_used_is_named_by_key() {
    let smtp = |rest: &str| {
        let from = if rest.contains("from") { "" } else { "from = \"grid@street.example\"\n" };
        site_with("gridwatch.toml", format!("[notify.smtp]\nhost = \"mail.street.example\"\n{from}{rest}"))
    };
    let cases = [
        ("from = \"grid\"\n", "smtp.from: \"grid\" is not an e-mail address, such as li@street.example"),
        (
            "tls = \"none\"\n",
            "smtp.tls: mail.street.example is another machine: mail goes there with \"starttls\" or \"tls\"",
        ),
        ("tls = \"ssl\"\n", "smtp.tls: \"ssl\" is none of starttls, tls, none"),
        ("port = 70000\n", "smtp.port: 70000 is not between 1 and 65535"),
        ("user = \"grid\"\n", "smtp.secret: is missing"),
        ("secret = \"mail\"\n", "smtp.user: is missing"),
    ];
    for (rest, expected) in cases {
        assert_refused(&smtp(rest), &[&format!("gridwatch.toml: notify.{expected}")]);
    }
}

#[test]
fn settings_that_are_wrong_are_named_by_key() {
    let cases = [
        ("name = Gongye\n", ":1: not TOML: string values must be quoted, expected literal string"),
        ("\n\n[geodata\n", ":3: not TOML: unclosed table, expected `]`"),
        ("name = \"a\"\nname = \"b\"\n", ":2: not TOML: duplicate key"),
        ("time_zone = \"Asia/Dalad\"\n", ": time_zone: \"Asia/Dalad\" is not a time zone such as Asia/Shanghai"),
        ("time_zone = 8\n", ": time_zone: must be text in quotation marks, found 8"),
        ("[geodata]\ndatum = \"cgcs\"\n", ": geodata.datum: \"cgcs\" is none of wgs84, gcj02, bd09"),
        ("[geodata]\nmax_file_mb = 0\n", ": geodata.max_file_mb: 0 is not between 1 and 4096"),
        ("[geodata]\nmax_file_mb = 1.5\n", ": geodata.max_file_mb: 1.5 is not a whole number"),
        ("[placement]\nnearest_m = -1\n", ": placement.nearest_m: -1 is not between 0 and 10000"),
        ("[placement]\nnearest_m = nan\n", ": placement.nearest_m: \"nan\" is no finite number"),
        ("[placement]\nnearest_m = \"far\"\n", ": placement.nearest_m: \"far\" is not a number"),
        (
            "placement = 50\n",
            ": placement: must be a table: write [[placement]] on a line of its own, and its keys below",
        ),
    ];
    for (contents, expected) in cases {
        assert_refused(&site_with("gridwatch.toml", contents), &[&format!("gridwatch.toml{expected}")]);
    }
    assert_refused(
        &site_with("gridwatch.toml", b"name = \"\xb9\xa4\"\n"),
        &["gridwatch.toml:1: the text is not utf-8; save it as UTF-8"],
    );
    let deep = "x = ".to_owned() + &"[".repeat(20_000);
    let check = site_with("gridwatch.toml", deep).run(&["check"]);
    assert!(check.text().starts_with("error: gridwatch.toml:1: not TOML: "), "{}", check.text());
}

#[test]
fn keys_that_nobody_reads_are_warned_of() {
    assert_warned(
        &site_with("gridwatch.toml", "tolerance = 3\ntime_zone = \"Asia/Shanghai\"\n[geodata]\ndatums = \"wgs84\"\n"),
        &[
            "gridwatch.toml: geodata.datums: not a key that is read here; is datum meant?",
            "gridwatch.toml: tolerance: not a key that is read here; a typing error?",
        ],
    );
}

#[test]
fn a_site_in_china_that_names_no_time_zone_is_warned_that_its_dates_are_utc() {
    assert_warned(
        &site_with("gridwatch.toml", "name = \"Gongye\"\n"),
        &[
            "gridwatch.toml: time_zone: inside China and no time zone set; dates, and times without an offset, are read as UTC. Say time_zone = \"Asia/Shanghai\"",
        ],
    );
    let elsewhere = feature(r#""code": "G1", "name": "G1", "level": "grid""#, "[[[4,52],[4.1,52],[4.1,52.1],[4,52]]]");
    assert_warned(&Site::empty().with("geodata/grids.geojson", collection([elsewhere])), &[]);
}

#[test]
fn a_calendar_without_working_time_is_refused_by_key() {
    const HOURS: &str = "hours = [[\"09:00\", \"17:00\"]]\n";
    let holiday = |from: &str, to: &str| format!("{HOURS}[[holiday]]\nfrom = \"{from}\"\nto = \"{to}\"\n");
    let cases = [
        (String::from("weekend = [\"sun\"]\n"), ": hours: a working day needs hours"),
        ("hours = []\n".into(), ": hours: a working day needs hours"),
        (
            "hours = [[\"09:00\", \"12:00\"], [\"11:00\", \"17:00\"]]\n".into(),
            ": hours: hours from 11:00:00 to 17:00:00 are empty or overlap the hours before",
        ),
        (
            "hours = [[\"17:00\", \"09:00\"]]\n".into(),
            ": hours: hours from 17:00:00 to 09:00:00 are empty or overlap the hours before",
        ),
        (
            "hours = [[\"09:00\", \"half past\"]]\n".into(),
            ": hours: [\"09:00\",\"half past\"] is not a pair of times such as [\"09:00\", \"12:00\"]",
        ),
        ("hours = \"09:00\"\n".into(), ": hours: \"09:00\" is not a pair of times such as [\"09:00\", \"12:00\"]"),
        (
            format!("{HOURS}weekend = [\"mon\", \"tue\", \"wed\", \"thu\", \"fri\", \"sat\", \"sun\"]\n"),
            ": weekend: a week needs a working day",
        ),
        (
            format!("{HOURS}weekend = [\"saturday\"]\n"),
            ": weekend: \"saturday\" is none of mon, tue, wed, thu, fri, sat, sun",
        ),
        (holiday("2026-02-30", "2026-03-01"), ": holiday[1].from: \"2026-02-30\" is not a date such as 2026-03-04"),
        (holiday("2026-02-20", ""), ": holiday[1].to: is missing"),
        (holiday("2026-02-20", "2026-02-19"), ": holiday[1].to: from 2026-02-20 to 2026-02-19 is no stretch of time"),
        (
            holiday("2026-02-20", "2926-02-23"),
            ": holiday[1].to: from 2026-02-20 to 2926-02-23 is longer than 366 days; a slip of the pen in the year?",
        ),
        (format!("{HOURS}[[workday]]\nname = \"x\"\n"), ": workday[1].date: is missing"),
    ];
    for (contents, expected) in cases {
        assert_refused(&site_with("geodata/calendar.toml", contents), &[&format!("geodata/calendar.toml{expected}")]);
    }
}
