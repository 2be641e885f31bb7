//! Rows that are wrong, given to `assign`: each goes out as it came with the reason, and costs no other row.

mod inputs;
mod quotes;
mod shapes;
mod texts;
mod values;

use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};

use crate::harness::{Run, Site, Square};

const HEADER: &str = "id,lon,lat,accuracy_m,time,category,note";
const GOOD: &str = "1,110.001,40.001,,,,good";

/// A site of one grid: 110 to 110.002 east, 40 to 40.002 north.
fn site() -> Site {
    Site::of(&[Square { code: "G1", level: "grid", parent: None, bounds: [0, 0, 2, 2] }])
}

/// Outcome, reason and note of each row.
fn outcomes(run: &Run) -> Vec<[String; 3]> {
    assert_eq!(run.code, 0, "{}", run.stderr);
    run.rows().iter().map(|row| ["outcome", "reason", "note"].map(|column| row.get(column).to_owned())).collect()
}

fn outcome(outcome: &str, reason: &str, note: &str) -> [String; 3] {
    [outcome, reason, note].map(str::to_owned)
}

fn inside(note: &str) -> [String; 3] {
    outcome("inside", "", note)
}

/// Between two good rows, this one of 7 fields is invalid for this reason, in line 3, in every format; and all it held
/// goes out again.
fn assert_invalid(site: &Site, args: &[&str], fields: &str, reason: &str) {
    let input = format!("{HEADER}\n{GOOD}\n{fields}\n{GOOD}\n");
    let args = [&["assign"], args].concat();
    let reason = format!("line 3: {reason}");
    let run = site.run_with(&args, &input);
    let [first, bad, last] = &outcomes(&run)[..] else { panic!("{}", run.text()) };
    assert!(first == last && first[1..] == ["", "good"], "{}", run.text());
    assert_eq!(bad[..2], ["invalid", &reason], "{}", run.text());
    assert!(run.stderr.contains("3 rows: ") && run.stderr.contains("1 invalid"), "{}", run.stderr);
    assert_eq!(site.run_with(&[&args[..], &["--strict"]].concat(), &input).code, 1);

    let ndjson = site.run_with(&[&args[..], &["--format", "ndjson"]].concat(), &input);
    let objects: Vec<serde_json::Value> =
        ndjson.text().lines().map(|line| serde_json::from_str(line).expect("an object")).collect();
    assert_eq!((objects.len(), &objects[1]["reason"]), (3, &reason.as_str().into()));
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(fields.as_bytes());
    let given = reader.records().next().expect("a record").expect("whole");
    for (column, field) in HEADER.split(',').zip(&given) {
        assert_eq!((&objects[1][column], run.rows()[1].get(column)), (&field.into(), field), "{column}");
    }
    let geojson = site.run_with(&[&args[..], &["--format", "geojson"]].concat(), &input);
    let collection: geojson::FeatureCollection = geojson.text().parse().expect("a collection");
    assert_eq!((collection.features.len(), &collection.features[1].geometry), (3, &None));
}

/// Ever new damage to a good file, the same in each run.
pub struct Mutations<'a> {
    good: &'a [u8],
    rng: ChaCha8Rng,
}

impl<'a> Mutations<'a> {
    pub fn of(good: &'a [u8]) -> Self {
        Self { good, rng: ChaCha8Rng::seed_from_u64(1) }
    }

    pub fn next_one(&mut self) -> Vec<u8> {
        /// The characters on which the formats hang.
        const JOINTS: &[u8] = b"\"\\,;{}[]\n\r\t\0 -.0e9=";
        let mut bytes = self.good.to_vec();
        for _ in 0..=self.below(8) {
            let at = self.below(bytes.len());
            let piece = at..bytes.len().min(at + 1 + self.below(40));
            match self.below(16) {
                0 => bytes.truncate(at),
                1..4 => bytes[at] ^= 1 << self.below(8),
                4..11 => bytes[at] = JOINTS[self.below(JOINTS.len())],
                11..13 => drop(bytes.drain(piece)),
                13 => bytes.insert(at, self.rng.next_u32() as u8),
                _ => drop(bytes.splice(at..at, bytes[piece].to_vec())),
            }
            if bytes.is_empty() {
                break;
            }
        }
        bytes
    }

    fn below(&mut self, n: usize) -> usize {
        self.rng.next_u32() as usize % n
    }
}

#[test]
fn no_mutation_of_rows_makes_assign_panic_or_write_a_table_that_is_none() {
    let good =
        format!("{HEADER}\n{}", format!("{GOOD}\n2,110.001,40.001,5,2026-03-04 09:05,0101,\"two\nlines\"\n").repeat(5));
    let mut mutations = Mutations::of(good.as_bytes());
    let site = site();
    for case in 0..60 {
        let run = site.run_with(&["assign"], mutations.next_one());
        if run.code == 0 {
            // The header may be damaged, the rows under it must still be as long as it is.
            let mut reader = csv::Reader::from_reader(&run.stdout[..]);
            assert!(reader.byte_records().all(|record| record.is_ok()), "mutation {case}");
        } else {
            assert!(run.code == 2 && run.stderr.starts_with("gridwatch: standard input"), "{case}: {}", run.stderr);
        }
    }
}
