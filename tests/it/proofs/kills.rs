//! Power cuts: the service is killed at random moments while reports come in, again and again.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::{form, ledger::Ledger, next, photo, scale, screen};
use crate::{
    harness::binary::{Binary, assert_quiet, client_with, until},
    lattice::Random,
};

const CLIENTS: usize = 6;
/// One report in so many has photos.
const WITH_PHOTOS: usize = 4;

/// Where the service is now, and whether new reports are still to be told.
#[derive(Clone)]
struct Life {
    number: usize,
    url: String,
    cookie: String,
    goes_on: bool,
}

/// What the clients and the screen share with the one who kills.
#[derive(Clone)]
struct Shared {
    lives: watch::Receiver<Life>,
    acknowledged: Arc<AtomicUsize>,
    seen: Arc<AtomicUsize>,
}

/// A report that was acknowledged, by its sender's own id.
struct Kept {
    external_id: String,
    answer: Value,
    photos: usize,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_or_doubled_by_kill_9_at_any_moment() {
    let kills = scale("GRIDWATCH_KILLS", 8);
    let folder = tempfile::tempdir().expect("a folder");
    let mut random = Random::of(&[9]);
    let mut service = Binary::serve(folder.path());
    let cookie = service.sign_in().await;
    let life = |number: usize, service: &Binary, goes_on: bool| Life {
        number,
        url: service.url(""),
        cookie: cookie.clone(),
        goes_on,
    };
    let (tell, lives) = watch::channel(life(0, &service, true));
    let shared = Shared { lives, acknowledged: Arc::default(), seen: Arc::default() };
    let clients: Vec<_> = (0..CLIENTS).map(|id| tokio::spawn(client(id, shared.clone()))).collect();
    let watching = tokio::spawn(watch_live(shared.clone()));

    for number in 1..=kills {
        let before = shared.acknowledged.load(Ordering::SeqCst);
        let more = random.below(40);
        until(async || shared.acknowledged.load(Ordering::SeqCst) >= before + more).await;
        // Anywhere within a request, a commit, a photo's way to disk.
        tokio::time::sleep(Duration::from_micros(random.below(8_000) as u64)).await;
        assert_quiet(&service.kill());
        service = Binary::serve(folder.path());
        tell.send_replace(life(number, &service, number < kills));
    }
    let mut kept = Vec::new();
    for client in clients {
        kept.extend(client.await.expect("no panic"));
    }
    let signed_in = client_with(&cookie);
    for report in &kept {
        let url = service.url(&format!("/api/cases/{}", report.answer["case_id"].as_str().expect("an id")));
        let case: Value = signed_in.get(url).send().await.expect("an answer").json().await.expect("JSON");
        assert_eq!(case["number"], report.answer["number"]);
        let told = case["told"].as_array().expect("a list");
        let own: Vec<_> = told.iter().filter(|told| told["id"] == report.answer["report_id"]).collect();
        assert_eq!(own.len(), 1, "{}", report.external_id);
        assert_eq!(own[0]["evidence"].as_array().map(Vec::len), Some(report.photos));
    }
    let ledger = Ledger::open(folder.path());
    let last = ledger.count("SELECT max(seq) FROM log");
    until(async || shared.seen.load(Ordering::SeqCst) == last).await;
    watching.abort();
    assert_quiet(&service.stop());
    ledger.assert_whole();
    ledger.assert_evidence(folder.path());
    let ids: BTreeMap<_, _> = kept.iter().map(|report| (&report.external_id, &report.answer["report_id"])).collect();
    assert_eq!(ids.len(), kept.len(), "each was acknowledged once");
    assert_eq!(ledger.count("SELECT count(*) FROM report"), kept.len(), "and nothing else is there");
    assert_eq!(ledger.count("SELECT count(*) FROM idempotency"), kept.len());
    println!("{kills} kills, {} reports, {} photos", kept.len(), ledger.count("SELECT count(*) FROM evidence"));
}

/// Tells report after report, each until it is acknowledged, whatever becomes of the service meanwhile.
async fn client(id: usize, shared: Shared) -> Vec<Kept> {
    let mut lives = shared.lives.clone();
    let (mut kept, mut random, http) = (Vec::new(), Random::of(&[id as u64, 4]), Client::new());
    loop {
        let life = lives.borrow_and_update().clone();
        // One more in the last life, so that whoever was cut off then is heard too.
        let is_last = !life.goes_on;
        let number = id * 1_000_000 + kept.len();
        let external_id = format!("R{number}");
        // On a few spots some join a case; elsewhere each opens its own.
        let (lon, lat) = (110.02 + random.below(20) as f64 * 0.001, 40.405 + random.below(10) as f64 * 0.001);
        let category = ["020120", "020104", "010301"][random.below(3)];
        let report = json!({"lon": lon, "lat": lat, "category": category, "source": "hotline",
                            "external_id": external_id, "description": "垃圾箱满溢"});
        let photos = if random.below(WITH_PHOTOS) == 0 { 1 + random.below(2) } else { 0 };
        let answer = loop {
            let life = lives.borrow_and_update().clone();
            match tell(&http, &life, &report, number, photos).await {
                Ok((status, answer)) => {
                    assert!(matches!(status, StatusCode::CREATED | StatusCode::OK), "{status} {answer}");
                    break answer;
                }
                // Cut off: nobody knows whether it was taken. It is told again to the next life.
                Err(error) => {
                    assert!(life.goes_on, "{error}");
                    lives.wait_for(|next| next.number > life.number).await.map(drop).expect("there is a next");
                }
            }
        };
        shared.acknowledged.fetch_add(1, Ordering::SeqCst);
        kept.push(Kept { external_id, answer, photos });
        if is_last {
            return kept;
        }
    }
}

async fn tell(
    http: &Client,
    life: &Life,
    report: &Value,
    number: usize,
    photos: usize,
) -> reqwest::Result<(StatusCode, Value)> {
    let request = http.post(format!("{}/api/reports", life.url)).header("Cookie", &life.cookie);
    let request = request.header("Idempotency-Key", format!("{number:0>32}"));
    let request = match photos {
        0 => request.json(report),
        _ => request.multipart(form(report, (0..photos).map(|i| photo(2 * number + i)))),
    };
    let response = request.send().await?;
    Ok((response.status(), response.json().await?))
}

/// A screen that resumes behind what it has seen, and misses nothing, across all lives.
async fn watch_live(shared: Shared) {
    let mut lives = shared.lives.clone();
    loop {
        let life = lives.borrow_and_update().clone();
        let address = life.url.trim_start_matches("http://").parse().expect("an address");
        let since = format!("?since={}", shared.seen.load(Ordering::SeqCst));
        if let Ok(mut screen) = screen(address, &life.cookie, &since, None).await {
            while let Some(message) = next(&mut screen).await {
                let seq = message["seq"].as_u64().expect("a number") as usize;
                assert_eq!(message["type"], "update", "it was away for little");
                assert_eq!(seq, shared.seen.load(Ordering::SeqCst) + 1, "in order, and none missing");
                shared.seen.store(seq, Ordering::SeqCst);
            }
        }
        lives.wait_for(|next| next.number > life.number).await.map(drop).expect("there is a next");
    }
}
