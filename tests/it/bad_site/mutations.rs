//! Good files with bytes turned over, cut off, doubled: reading them never panics, and either gives a catalog or says
//! why not.

use std::fs;

use gridwatch::io::catalog::{self, Severity};

use super::sound_site;
use crate::{bad_rows::Mutations, harness::demo_site};

const CASES: usize = 200;

/// As good as the whole, and quicker.
fn beginning(file: &str) -> String {
    let text = fs::read_to_string(demo_site().join(file)).expect("the demo site");
    let mut lines: Vec<&str> = text.lines().collect();
    let limit = if file == "cameras.toml" { 300 } else { 60 };
    let is_cut = lines.len() > limit;
    lines.truncate(limit);
    let short = lines.join("\n");
    if is_cut && file.ends_with(".geojson") { format!("{}\n]}}", short.trim_end_matches(',')) } else { short }
}

#[test]
fn no_mutation_of_a_sites_files_makes_the_reader_panic() {
    for file in [
        "gridwatch.toml",
        "cameras.toml",
        "geodata/grids.geojson",
        "geodata/departments.toml",
        "geodata/categories.csv",
        "geodata/staff.csv",
        "geodata/places.csv",
        "geodata/territories.geojson",
        "geodata/assets.geojson",
        "geodata/calendar.toml",
    ] {
        let good = beginning(file);
        let site = sound_site().with(file, &good);
        let says_why = |why: &str| {
            let reading = catalog::read(site.path());
            let refused = reading.problems.iter().any(|problem| problem.severity == Severity::Error);
            assert_eq!(reading.catalog.is_none(), refused, "{file}: {why}: {:?}", reading.problems);
        };
        says_why("as it is");
        let mut mutations = Mutations::of(good.as_bytes());
        for case in 0..CASES {
            fs::write(site.file(file), mutations.next_one()).expect("a file");
            says_why(&format!("mutation {case}"));
        }
    }
}
