//! A city's own reports against its own districts, where the data is there.

use std::{
    fs,
    io::{self, Write},
    path::PathBuf,
    process::Command,
};

use crate::harness::Site;

/// `$GRIDWATCH_REAL_DATA`, or `shared/data` beside the checkout.
pub fn boston() -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data");
    let folder = std::env::var_os("GRIDWATCH_REAL_DATA").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    let boston = folder.join("boston");
    if boston.is_dir() {
        return Some(boston);
    }
    say(&format!("skipped: there is no real data in {}; GRIDWATCH_REAL_DATA names another folder", folder.display()));
    None
}

/// Past the test runner, which keeps what a passing test prints to itself.
pub fn say(text: &str) {
    writeln!(io::stderr(), "{text}").expect("standard error");
}

/// A site whose grids are the features of a survey, by one of its columns.
pub fn site_of(survey: &str, column: &str) -> Option<Site> {
    let path = boston()?.join(survey);
    let site = Site::empty();
    let map = format!("code={column}");
    let run = site.run(&["import", "grids", path.to_str()?, "--map", &map, "--level", "grid", "--write"]);
    assert_eq!(run.code, 0, "{}", run.said());
    Some(site)
}

#[test]
fn reports_of_a_city_land_in_the_police_district_that_the_city_wrote() {
    let Some(site) = site_of("police_districts.geojson", "DISTRICT") else { return };
    let reports = boston().expect("there").join("reports.csv.gz");
    let args = ["assign", "--input", reports.to_str().expect("UTF-8"), "--time", "opened", "--tz", "America/New_York"];
    let run = site.run(&args);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let rows = run.rows();
    assert_eq!(rows.len(), 121_145);
    // The geocoder wrote this point when it knew no better.
    let is_default = |row: &&crate::harness::Row| row.get("lon") == "-71.0587" && row.get("lat") == "42.3594";
    let judged: Vec<_> = rows.iter().filter(|row| !is_default(row) && !row.get("police_district").is_empty()).collect();
    let right = judged.iter().filter(|row| row.get("grid") == row.get("police_district")).count();
    let share = right as f64 / judged.len() as f64;
    let reports = judged.len();
    say(&format!("{right} of {reports} reports ({:.3} %) land in the district that the city wrote", share * 100.0));
    assert!(share >= 0.995);
}

#[test]
fn check_names_the_three_invalid_wards() {
    let Some(site) = site_of("wards.geojson", "WARD") else { return };
    let run = site.run(&["check"]);
    let named: Vec<&str> = ["(5)", "(16)", "(17)"]
        .into_iter()
        .filter(|ward| run.text().lines().any(|line| line.contains(ward) && line.contains("touches itself")))
        .collect();
    assert_eq!(named, ["(5)", "(16)", "(17)"], "{}", run.text());
    let touching = run.text().lines().filter(|line| line.contains("touches itself"));
    let wards: std::collections::BTreeSet<&str> =
        touching.filter_map(|line| line.split('(').nth(1)?.split(')').next()).collect();
    assert_eq!(wards.len(), 3, "{wards:?}");
}

#[test]
fn a_pipe_that_closes_early_is_no_failure() {
    let Some(site) = site_of("police_districts.geojson", "DISTRICT") else { return };
    let reports = fs::canonicalize(boston().expect("there").join("reports.csv.gz")).expect("there");
    let command = format!("{} assign --input {} | head -n 2", env!("CARGO_BIN_EXE_gridwatch"), reports.display());
    let output = Command::new("sh").args(["-c", &command]).current_dir(site.path()).output().expect("a shell");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!stderr.contains("panicked") && !stderr.contains("Broken pipe"), "{stderr}");
    assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), 2);
}
