//! Screens that do not read: dropped in the end, while the others hear everything.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use reqwest::StatusCode;
use serde_json::json;

use super::{next, scale, screen};
use crate::harness::{
    binary::{Binary, assert_quiet, client_with, until},
    service::answer,
};

const DEAF: usize = 20;
/// Clients that report at once.
const CLIENTS: usize = 8;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn screens_that_never_read_are_dropped_and_the_others_hear_every_change() {
    let least = scale("GRIDWATCH_CHANGES", 1_000);
    let folder = tempfile::tempdir().expect("a folder");
    let service = Binary::serve(folder.path());
    let cookie = service.sign_in().await;
    let client = client_with(&cookie);
    let mut deaf = Vec::new();
    for _ in 0..DEAF {
        deaf.push(screen(service.address, &cookie, "", Some(4096)).await.expect("connected"));
    }
    let mut listening = screen(service.address, &cookie, "", None).await.expect("connected");
    let heard = Arc::new(AtomicUsize::new(0));
    let hears = Arc::clone(&heard);
    let listener = tokio::spawn(async move {
        while let Some(message) = next(&mut listening).await {
            let seq = message["seq"].as_u64().expect("a number") as usize;
            if message["type"] == "update" {
                assert_eq!(seq, hears.load(Ordering::SeqCst) + 1, "in order, and none missing");
            }
            hears.store(seq, Ordering::SeqCst);
        }
    });
    let screens = async || {
        let (_, figures) = answer(client.get(service.url("/metrics"))).await;
        let figures = figures.as_str().expect("text").to_owned();
        let line = figures.lines().find_map(|line| line.strip_prefix("gridwatch_screens "));
        line.expect("a figure").parse::<usize>().expect("a number")
    };
    until(async || screens().await == DEAF + 1).await;
    let before_mib = service.memory_mib();

    // Changes, until so many were made and the system's buffers took no more in the name of those that do not read.
    let (changes, posts) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let report = async |id: usize| {
        while changes.load(Ordering::SeqCst) < least || screens().await > 1 {
            for _ in 0..100 {
                let number = posts.fetch_add(1, Ordering::SeqCst);
                let report = json!({"lon": 110.02 + (number % 200) as f64 * 1e-4, "lat": 40.405 + id as f64 * 1e-4,
                                    "category": "020120"});
                let (status, told) = answer(client.post(service.url("/api/reports")).json(&report)).await;
                assert_eq!(status, StatusCode::CREATED, "{told}");
                changes.fetch_add(1, Ordering::SeqCst);
            }
        }
    };
    futures_util::future::join_all((0..CLIENTS).map(report)).await;
    let changes = changes.into_inner();
    until(async || heard.load(Ordering::SeqCst) == changes).await;
    let grown_mib = service.memory_mib().saturating_sub(before_mib);
    assert!(grown_mib < 150, "{changes} changes took {grown_mib} MiB");
    println!("{changes} changes, {grown_mib} MiB more");
    drop(deaf);
    assert!(!listener.is_finished());
    listener.abort();
    assert_quiet(&service.stop());
}
