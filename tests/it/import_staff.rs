//! `gridwatch import staff`: a staff list into a site, and codes for those who are new.

use std::{fs, os::unix::fs::PermissionsExt};

use encoding_rs::GB18030;

use crate::harness::{Site, Square};

const BEFORE: &str = "id,name,phone,roles,post,grids,department\n\
    a-01,王建军,19000000001,specialist,A,G,\n\
    a-02,李海燕,19000000002,informant,,G,\n";
const AFTER: &str = "id,name,phone,roles,post,grids,department\n\
    a-01,王建军,19000000009,specialist,A,G,\n\
    a-03,张永红,19000000003,intake_officer,,G,\n";

fn site() -> Site {
    Site::of(&[Square::grid("G", [0, 0, 2, 2])]).with("geodata/staff.csv", BEFORE)
}

#[test]
fn a_staff_list_is_reported_first_and_whoever_is_new_gets_a_code_for_a_week() {
    let site = site().with("list.csv", GB18030.encode(AFTER).0);
    let run = site.run(&["import", "staff", "list.csv"]);
    assert_eq!(run.code, 0, "{}", run.said());
    for line in ["new: a-03 张永红", "changed: a-01", "gone, and signed out: a-02", "1 new, 1 changed, 1 gone, 0 as"]
    {
        assert!(run.text().contains(line), "{line}: {}", run.text());
    }
    assert_eq!(fs::read_to_string(site.file("geodata/staff.csv")).expect("kept"), BEFORE);
    assert!(!site.file("data").exists(), "nothing was made");

    let elsewhere = tempfile::tempdir().expect("a folder");
    let codes = elsewhere.path().join("codes.csv");
    let codes_arg = codes.to_str().expect("UTF-8");
    let run = site.run(&["import", "staff", "list.csv", "--write", "--codes", codes_arg]);
    assert_eq!(run.code, 0, "{}", run.said());
    assert_eq!(fs::read_to_string(site.file("geodata/staff.csv")).expect("there"), AFTER, "as UTF-8");
    assert_eq!(fs::read_to_string(site.file("geodata/staff.csv.1.bak")).expect("there"), BEFORE);
    let table = fs::read_to_string(&codes).expect("there");
    let rows: Vec<Vec<&str>> = table.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!((rows.len(), &rows[0][..]), (2, &["id", "name", "code", "good_until"][..]));
    assert_eq!((rows[1][0], rows[1][1], rows[1][2].len()), ("a-03", "张永红", 64));
    assert_eq!(fs::metadata(&codes).expect("there").permissions().mode() & 0o777, 0o600);
    assert!(!run.said().contains(rows[1][2]), "told in one place alone");

    let again = site.run(&["import", "staff", "list.csv", "--write"]);
    assert!(again.text().contains("0 new, 0 changed, 0 gone, 2 as they were"), "{}", again.said());
    assert!(!again.text().contains("good_until"), "nobody is new: {}", again.text());
}

#[test]
fn a_list_with_problems_is_refused_with_all_of_them_and_no_code_goes_into_the_site() {
    let wrong = "id,name,roles,grids\na-01,王建军,specialst,G\na-01,李,informant,X\n";
    let site = site().with("list.csv", wrong).with("sound.csv", AFTER);
    let run = site.run(&["import", "staff", "list.csv", "--write"]);
    assert_eq!(run.code, 1, "{}", run.said());
    for told in ["list.csv:2", "list.csv:3", "roles", "id"] {
        assert!(run.text().contains(told), "{told}: {}", run.text());
    }
    let run = site.run(&["import", "staff", "sound.csv", "--write", "--codes", "codes.csv"]);
    assert!(run.code == 2 && run.stderr.contains("no secret belongs"), "{}", run.said());
    assert_eq!(fs::read_to_string(site.file("geodata/staff.csv")).expect("kept"), BEFORE);
}
