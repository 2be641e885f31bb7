//! The service under load, over loopback: durable reports a second, and how long a report takes to the screens.
//!
//! The service is the real binary in a process of its own; the clients share the machine with it. All figures are of the
//! wall clock. The baseline of the reports is the least that keeps anything: one row for each transaction of plain
//! SQLite, flushed like ours, on the same disk; and beside it how often that disk flushes at all.
#![expect(clippy::expect_used, reason = "a bench stops where it errs")]

#[path = "../tests/it/harness/binary.rs"]
mod binary;
#[path = "../tests/it/lattice.rs"]
mod lattice;
mod measure;
#[path = "service/screens.rs"]
mod screens;
#[path = "service/wire.rs"]
mod wire;

use std::{
    fs::File,
    io::Write as _,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use binary::Binary;
use lattice::Random;
use measure::{budget, median, tell};
use rusqlite::Connection;
use serde_json::json;
use wire::Wire;

fn served_site() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Clients at once.
const CLIENTS: [usize; 3] = [1, 16, 128];
const ROUNDS: usize = 3;

fn main() {
    // On the disk where builds are, not where temporary files may be memory.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a place to write");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(reports(folder.path()));
    runtime.block_on(screens::measure(folder.path()));
}

async fn reports(folder: &Path) {
    let service = Binary::serve(&folder.join("reports"));
    let cookie = service.sign_in().await;
    let mut rates = CLIENTS.map(|_| Vec::new());
    let (mut plain, mut flushes) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        for (clients, rates) in CLIENTS.into_iter().zip(&mut rates) {
            rates.push(reports_per_s(&service, &cookie, clients).await);
        }
        plain.push(plain_rows_per_s(&folder.join("plain.db")));
        flushes.push(flushes_per_s(&folder.join("flushed")));
    }
    service.stop();
    for (clients, rates) in CLIENTS.into_iter().zip(&rates) {
        tell(&format!("reports.clients_{clients}"), median(rates.clone()), "reports/s");
    }
    tell("reports.plain_sqlite", median(plain.clone()), "rows/s");
    tell("reports.disk_flushes", median(flushes), "flushes/s");
    for (clients, rates) in CLIENTS.into_iter().zip(&rates) {
        let ratios = rates.iter().zip(&plain).map(|(ours, plain)| ours / plain).collect();
        tell(&format!("reports.clients_{clients}_over_plain_sqlite"), median(ratios), "x");
    }
}

/// Each client sends its next report when the last is acknowledged.
async fn reports_per_s(service: &Binary, cookie: &str, clients: usize) -> f64 {
    let done = Arc::new(AtomicUsize::new(0));
    let (begun, end) = (Instant::now(), Instant::now() + budget());
    let tasks: Vec<_> = (0..clients)
        .map(|id| {
            let (done, address, cookie) = (Arc::clone(&done), service.address, cookie.to_owned());
            tokio::spawn(async move {
                let (mut wire, mut random) = (Wire::connect(address, &cookie).await, Random::of(&[id as u64]));
                while Instant::now() < end {
                    wire.report(&report(&mut random)).await;
                    done.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("no panic");
    }
    done.load(Ordering::Relaxed) as f64 / begun.elapsed().as_secs_f64()
}

/// Somewhere in town, so that most open a case of their own and some join one.
fn report(random: &mut Random) -> String {
    let (lon, lat) = (random.between(110.015, 110.055), random.between(40.395, 40.420));
    let category = ["020120", "020104", "010301", "010101"][random.below(4)];
    json!({"lon": lon, "lat": lat, "accuracy_m": 8, "category": category, "description": "垃圾箱满溢，请尽快处理"})
        .to_string()
}

/// One row for each transaction, durable like ours.
fn plain_rows_per_s(file: &Path) -> f64 {
    let connection = Connection::open(file).expect("a database");
    connection.pragma_update(None, "journal_mode", "WAL").expect("set");
    connection.pragma_update(None, "synchronous", "FULL").expect("set");
    connection.execute_batch("CREATE TABLE IF NOT EXISTS report (id INTEGER PRIMARY KEY, told TEXT)").expect("made");
    let mut insert = connection.prepare("INSERT INTO report (told) VALUES (?)").expect("sound SQL");
    let (mut random, begun, mut rows) = (Random::of(&[1]), Instant::now(), 0);
    while begun.elapsed() < budget() {
        rows += insert.execute([report(&mut random)]).expect("kept");
    }
    rows as f64 / begun.elapsed().as_secs_f64()
}

fn flushes_per_s(file: &Path) -> f64 {
    let mut file = File::create(file).expect("a file");
    let (begun, mut flushes) = (Instant::now(), 0);
    while begun.elapsed() < budget() {
        file.write_all(&[7; 4096]).expect("written");
        file.sync_data().expect("flushed");
        flushes += 1;
    }
    f64::from(flushes) / begun.elapsed().as_secs_f64()
}
