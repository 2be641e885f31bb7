//! The demo site that the repository carries.

use std::fs;

use crate::harness::{Site, demo_site, run_in};

#[test]
fn the_committed_files_are_what_the_generator_writes() {
    let site = Site::empty();
    assert_eq!(site.run(&["demo", "site"]).code, 0);
    for file in gridwatch::demo::site() {
        let (made, kept) = (fs::read(site.file(file.path)), fs::read(demo_site().join(file.path)));
        let same = made.expect("written") == kept.expect("committed");
        assert!(same, "{} differs: run `gridwatch demo site`", file.path);
    }
}

#[test]
fn it_checks_without_a_word_and_holds_what_the_seed_counts() {
    let run = run_in(demo_site(), &["check"], "");
    assert_eq!(run.code, 0, "{}", run.said());
    let lines: Vec<&str> = run.text().lines().collect();
    let [summary, verdict] = lines[..] else { panic!("{}", run.text()) };
    let counts = "28 grids to place on, 39 departments, 145 categories, 2 territories, 40 assets, 247 staff, 159 places, 309 cameras";
    assert!(summary.ends_with(counts), "{summary}");
    assert_eq!(verdict, "0 warnings; the service would start");
}

#[test]
fn its_sample_reports_show_every_outcome_and_every_rule() {
    let run = run_in(demo_site(), &["assign", "--input", "geodata/sample_reports.csv"], "");
    let rows = run.rows();
    assert_eq!(rows.len(), 240);
    for outcome in ["inside", "ambiguous", "nearest", "outside", "unplaced"] {
        assert!(rows.iter().any(|row| row.get("outcome") == outcome), "{outcome}");
    }
    for rule in ["asset:", "territory:", "category:"] {
        assert!(rows.iter().any(|row| row.get("rule").starts_with(rule)), "{rule}");
    }
    let in_park = rows.iter().find(|row| row.get("rule") == "territory:T02").expect("a report in the park");
    assert_eq!(in_park.get("department"), "GYC");
}
