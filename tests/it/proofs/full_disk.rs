//! Full disks: refused in words, nothing lost, and on it goes when there is room.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

use super::{form, ledger::Ledger, photo};
use crate::harness::{
    binary::Binary,
    served_site,
    service::{Service, answer},
};

/// Reports that fill a store soon: a case each, with much to say.
fn report(number: usize) -> Value {
    json!({"lon": 110.02 + number as f64 * 1e-4, "lat": 40.41, "nature": "appeal", "external_id": format!("R{number}"),
           "source": "hotline", "description": "长".repeat(2_000)})
}

#[tokio::test]
async fn a_full_store_refuses_as_disk_full_and_loses_nothing() {
    let service = Service::start().await;
    let post = async |number: usize| {
        let request = service.client.post(service.url("/api/reports")).bearer_auth(&service.administrator);
        answer(request.header("Idempotency-Key", format!("{number:0>32}")).json(&report(number))).await
    };
    let mut acknowledged = vec![post(0).await.1];
    service.running.store.limit_pages(1).await.expect("what it has now");
    let refused = loop {
        let (status, told) = post(acknowledged.len()).await;
        if status != StatusCode::CREATED {
            break (status, told);
        }
        acknowledged.push(told);
    };
    assert_eq!((refused.0, &refused.1["error"]["code"]), (StatusCode::INSUFFICIENT_STORAGE, &json!("disk_full")));
    assert_eq!(answer(service.get("/readyz")).await.0, StatusCode::OK, "what is there can still be read");
    for told in &acknowledged {
        let path = format!("/api/cases/{}", told["case_id"].as_str().expect("an id"));
        assert_eq!(answer(service.get(&path)).await.1["number"], told["number"]);
    }
    // What was acknowledged before is answered from memory even now.
    assert_eq!(post(0).await, (StatusCode::OK, acknowledged[0].clone()));
    service.running.store.limit_pages(1_000_000).await.expect("room");
    let (status, told) = post(acknowledged.len()).await;
    assert_eq!(status, StatusCode::CREATED, "the one that was refused, again: {told}");
    assert_eq!(told["number"], format!("2026-{:06}", acknowledged.len() + 1), "and no number was skipped");
}

#[tokio::test]
async fn a_full_file_system_refuses_reports_and_photos_and_goes_on_when_there_is_room() {
    let Some((service, data)) = serve_on_a_small_disk(6) else {
        println!("skipped: this machine lets nobody mount a file system of their own");
        return;
    };
    let client = service.client().await;
    let filler = data.join("filler");
    fs::write(&filler, vec![1; 3 << 20]).expect("room so far");

    let (mut plain, mut with_photo) = (Vec::new(), Vec::new());
    let (mut plain_full, mut photos_full) = (false, false);
    while !(plain_full && photos_full) {
        let number = plain.len() + with_photo.len();
        if photos_full {
            let (status, told) = post(&client, &service, number, None).await;
            plain_full = is_full(status, &told);
            plain.extend((!plain_full).then_some((number, told)));
        } else {
            let (status, told) = post(&client, &service, number, Some(noise(number))).await;
            photos_full = is_full(status, &told);
            with_photo.extend((!photos_full).then_some((number, told)));
        }
    }
    let refused = plain.len() + with_photo.len();
    for photo in [None, Some(noise(refused))] {
        let (status, told) = post(&client, &service, refused, photo).await;
        assert!(is_full(status, &told), "full is full");
    }
    fs::remove_file(&filler).expect("room again");
    let (status, told) = post(&client, &service, refused, Some(noise(refused))).await;
    assert_eq!(status, StatusCode::CREATED, "the refused one, again: {told}");
    with_photo.push((refused, told));
    for (number, told) in plain.iter().chain(&with_photo) {
        let url = service.url(&format!("/api/cases/{}", told["case_id"].as_str().expect("an id")));
        let (_, case) = answer(client.get(url)).await;
        assert_eq!(case["told"][0]["id"], told["report_id"], "{number}");
    }
    let (_, told) = &with_photo[with_photo.len() - 2];
    let url = service.url(&format!("/api/cases/{}", told["case_id"].as_str().expect("an id")));
    let (_, case) = answer(client.get(url)).await;
    let hash = case["told"][0]["evidence"][0]["hash"].as_str().expect("a hash").to_owned();
    let copy = client.get(service.url(&format!("/api/evidence/{hash}"))).send().await.expect("an answer");
    image::load_from_memory(&copy.bytes().await.expect("bytes")).expect("a whole copy");
    // Nothing is written now, and SQLite cannot look into another's namespace.
    let copied = tempfile::tempdir().expect("a folder");
    for file in ["gridwatch.db", "gridwatch.db-wal"] {
        fs::copy(data.join(file), copied.path().join(file)).expect("copied");
    }
    let ledger = Ledger::open(copied.path());
    ledger.assert_whole();
    ledger.assert_evidence(&data);
    assert_eq!(ledger.count("SELECT count(*) FROM report"), plain.len() + with_photo.len());
    drop(ledger);
    let said = service.stop();
    assert!(!said.contains("panicked") && !said.contains("the store failed"), "{said}");
}

/// A photo that does not get smaller: 100 KB.
fn noise(number: usize) -> Vec<u8> {
    let mut random = crate::lattice::Random::of(&[number as u64]);
    let mut png = photo(number);
    // Behind the picture's end, where readers stop.
    png.extend((0..100_000).map(|_| random.next() as u8));
    png
}

fn is_full(status: StatusCode, told: &Value) -> bool {
    let is_full = status == StatusCode::INSUFFICIENT_STORAGE;
    assert!(is_full || status == StatusCode::CREATED, "{status} {told}");
    assert_eq!(is_full, told["error"]["code"] == "disk_full", "{told}");
    is_full
}

async fn post(client: &Client, service: &Binary, number: usize, photo: Option<Vec<u8>>) -> (StatusCode, Value) {
    let request = client.post(service.url("/api/reports"));
    answer(match photo {
        None => request.json(&report(number)),
        Some(photo) => request.multipart(form(&report(number), [photo])),
    })
    .await
}

/// The binary in a mount namespace of its own, its data on a file system of so many MiB; and the data as seen from here.
fn serve_on_a_small_disk(mib: usize) -> Option<(Binary, PathBuf)> {
    let mount_point = Path::new("/mnt");
    let script = format!(
        "mount -t tmpfs -o size={mib}m none {0} && exec {1} serve --site {2} --data {0}/data --listen 127.0.0.1:0",
        mount_point.display(),
        env!("CARGO_BIN_EXE_gridwatch"),
        served_site().display(),
    );
    let mut command = Command::new("unshare");
    let service = Binary::run(command.args(["--user", "--map-root-user", "--mount", "sh", "-c", &script]))?;
    let data = PathBuf::from(format!("/proc/{}/root/mnt/data", service.pid()));
    Some((service, data))
}
