//! A store of a million cases: starting on it, listing it, writing to it, its figures and its heat.
//!
//! Lists and starting go by the wall clock, since somebody waits for them; drawing by CPU time. The baseline of the lists
//! is the same question in plain SQL, for which SQLite chooses its own way among the same indexes; that of the drawing is
//! what one would write first, every event's bell added to the picture pixel by pixel.
#![expect(clippy::expect_used, clippy::cast_possible_wrap, reason = "a bench stops where it errs, and counts millions")]

#[path = "../tests/it/harness/binary.rs"]
mod binary;
mod bulk;
mod measure;
#[path = "million/figures.rs"]
mod million_figures;
#[path = "million/heat.rs"]
mod million_heat;
#[path = "million/lists.rs"]
mod million_lists;

use std::{fs, path::Path, time::Instant};

use binary::Binary;
use measure::{budget, median, tell};

fn served_site() -> &'static Path {
    bulk::site()
}

fn main() {
    let folder = tempfile::tempdir().expect("a place to write");
    let count = bulk::cases();
    let begun = Instant::now();
    bulk::fill(folder.path(), count);
    tell("million.cases", count as f64, "cases");
    tell("million.filled", begun.elapsed().as_secs_f64(), "s");
    let bytes = fs::metadata(folder.path().join("gridwatch.db")).expect("a file").len();
    tell("million.bytes_per_case", bytes as f64 / count as f64, "B");

    million_lists::measure(folder.path());
    million_lists::measure_writing(folder.path());
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(million_figures::steps(folder.path()));
    runtime.block_on(million_figures::tallies(folder.path()));
    runtime.block_on(start(folder.path()));
    runtime.block_on(million_heat::over_http(folder.path()));
    million_heat::drawing(folder.path());
}

/// From the start of the process to its readiness. The system has the file in memory, as after a restart of the service.
async fn start(data: &Path) {
    let (mut full, mut empty) = (Vec::new(), Vec::new());
    let nothing = tempfile::tempdir().expect("a place to write");
    let begun = Instant::now();
    while full.len() < 5 || begun.elapsed() < 2 * budget() {
        for (data, times) in [(data, &mut full), (nothing.path(), &mut empty)] {
            let begun = Instant::now();
            let service = Binary::serve(data);
            let ready = reqwest::get(service.url("/readyz")).await.expect("an answer");
            assert!(ready.status().is_success());
            times.push(begun.elapsed().as_secs_f64() * 1e3);
            service.stop();
        }
    }
    tell("start.million", median(full), "ms");
    tell("start.empty", median(empty), "ms");
}
