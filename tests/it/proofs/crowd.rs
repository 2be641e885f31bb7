//! A crowd that says the same at once.

use std::{collections::BTreeMap, sync::Arc};

use reqwest::{Client, StatusCode};
use serde_json::json;

use super::{ledger::Ledger, scale};
use crate::harness::{
    binary::{Binary, assert_quiet, client_with},
    service::answer,
};

/// Connections at once.
const CONNECTIONS: usize = 200;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_requests_with_one_key_at_once_are_one_report_and_one_answer() {
    let requests = scale("GRIDWATCH_CROWD", 10_000);
    let folder = tempfile::tempdir().expect("a folder");
    let service = Binary::serve(folder.path());
    let cookie = service.sign_in().await;
    let url: Arc<str> = service.url("/api/reports").into();
    let connections: Vec<_> = (0..CONNECTIONS)
        .map(|connection| {
            let (client, url): (Client, _) = (client_with(&cookie), Arc::clone(&url));
            tokio::spawn(async move {
                let mut answers = BTreeMap::new();
                for _ in (connection..requests).step_by(CONNECTIONS) {
                    let report = json!({"lon": 110.0331, "lat": 40.4109, "category": "020120"});
                    let (status, told) = answer(client.post(&*url).header("Idempotency-Key", KEY).json(&report)).await;
                    *answers.entry((status, told.to_string())).or_insert(0) += 1;
                }
                answers
            })
        })
        .collect();
    let mut answers: BTreeMap<(StatusCode, String), usize> = BTreeMap::new();
    for connection in connections {
        for (answer, count) in connection.await.expect("no panic") {
            *answers.entry(answer).or_insert(0) += count;
        }
    }
    let counts: Vec<_> = answers.iter().map(|((status, _), count)| (*status, *count)).collect();
    assert_eq!(counts, [(StatusCode::OK, requests - 1), (StatusCode::CREATED, 1)], "{answers:?}");
    let bodies: Vec<_> = answers.keys().map(|(_, body)| body).collect();
    assert_eq!(bodies[0], bodies[1], "the same, whoever came first");
    assert_quiet(&service.stop());
    let ledger = Ledger::open(folder.path());
    ledger.assert_whole();
    let kept = ["cases", "report", "log", "trail"].map(|rows| ledger.count(&format!("SELECT count(*) FROM {rows}")));
    assert_eq!(kept, [1; 4]);
}

/// Of somebody who is not signed in: as long as a UUID.
const KEY: &str = "01a20452-96c7-75ab-aab9-b0ed9c02e21f";

#[tokio::test]
async fn a_repeated_key_is_answered_as_at_first_whatever_happened_since() {
    let folder = tempfile::tempdir().expect("a folder");
    let service = Binary::serve(folder.path());
    let client = service.client().await;
    let post = async |key: &str| {
        let report = json!({"lon": 110.0331, "lat": 40.4109, "category": "020120"});
        answer(client.post(service.url("/api/reports")).header("Idempotency-Key", key).json(&report)).await
    };
    let (_, opened) = post(KEY).await;
    let (_, joined) = post("another key of thirty-two letters").await;
    assert_eq!((&opened["joined"], &joined["joined"]), (&json!(false), &json!(true)));
    assert_eq!(post(KEY).await, (StatusCode::OK, opened), "it had opened the case");
    assert_eq!(post("another key of thirty-two letters").await, (StatusCode::OK, joined));
}
