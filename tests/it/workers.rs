//! Processes that look through cameras for the service: whichever of them is killed, and whenever, nothing is lost.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

use gridwatch::{
    demo::farm::{Farm, Footage},
    scene::{Lens, Scene, SceneKind},
};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use reqwest::StatusCode;
use serde_json::Value;

use crate::{
    findings::watched,
    harness::{
        Site, Square,
        binary::{Binary, until},
        service::{Service, answer},
    },
};

fn program() -> PathBuf {
    env!("CARGO_BIN_EXE_gridwatch").into()
}

/// The processes that have that folder of posts, by the number of their post.
fn workers(posts: &Path) -> Vec<(String, Pid)> {
    let mut found = Vec::new();
    for process in fs::read_dir("/proc").expect("Linux").flatten() {
        let Some(pid) = process.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        let line = fs::read(process.path().join("cmdline")).unwrap_or_default();
        let words: Vec<_> = line.split(|byte| *byte == 0).map(String::from_utf8_lossy).collect();
        let post = words.iter().find_map(|word| Path::new(&**word).strip_prefix(posts).ok());
        found.extend(post.map(|post| (post.display().to_string(), Pid::from_raw(pid))));
    }
    found.sort();
    found
}

/// How the cameras stand, by their id.
async fn standings(service: &Service) -> Vec<(String, String)> {
    let (_, cameras) = answer(service.get("/api/cameras")).await;
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let of = |camera: &Value| (text(&camera["properties"]["id"]), text(&camera["properties"]["link"]["status"]));
    cameras["features"].as_array().expect("a list").iter().map(of).collect()
}

async fn until_live(service: &Service, count: usize) {
    until(async || standings(service).await.iter().filter(|(_, status)| status == "live").count() == count).await;
}

#[tokio::test]
async fn cameras_are_looked_through_by_processes_and_one_that_is_killed_costs_its_own_some_seconds() {
    let scene = Scene::new(SceneKind::Street, Lens::default(), 320, 180, 1);
    let footage = [Arc::new(Footage::film(&scene, 2).expect("an encoder"))];
    let farm = Farm::start(&footage, 6, ([127, 0, 0, 1], 0).into(), None).expect("a port");
    let camera =
        |number| format!("[[camera]]\nid = \"c{number}\"\nname = \"{number}\"\nsub = \"{}\"\n", farm.uri(number));
    let site = Site::of(&[Square::grid("G1", [0, 0, 10, 10])])
        .with("gridwatch.toml", "time_zone = \"Asia/Shanghai\"\n[watch]\ncameras_each = 3\n")
        .with("cameras.toml", (1..=6).map(camera).collect::<String>());
    let data = tempfile::tempdir().expect("a folder");
    let posts = data.path().join("watch");
    let service = Service::with_program(site.path(), data, Some(program())).await;
    until_live(&service, 6).await;
    let before = workers(&posts);
    assert_eq!(before.iter().map(|(post, _)| post.as_str()).collect::<Vec<_>>(), ["0", "1"]);

    for camera in ["c1", "c6"] {
        let picture = service.get(&format!("/api/cameras/{camera}/frame.jpg")).send().await.expect("an answer");
        assert_eq!(picture.status(), StatusCode::OK);
        assert!(picture.bytes().await.expect("a body").starts_with(&[0xff, 0xd8]), "a JPEG");
    }
    let (status, told) = answer(service.get("/api/cameras/c9/frame.jpg")).await;
    assert_eq!((status, &told["error"]["code"]), (StatusCode::NOT_FOUND, &Value::from("not_found")), "{told}");

    kill(before[0].1, Signal::SIGKILL).expect("it runs");
    until(async || standings(&service).await.iter().filter(|(_, status)| status == "down").count() == 3).await;
    let others = standings(&service).await.into_iter().filter(|(id, _)| ["c4", "c5", "c6"].contains(&id.as_str()));
    assert!(others.into_iter().all(|(_, status)| status == "live"), "the others lose nothing");
    until_live(&service, 6).await;
    let after = workers(&posts);
    assert!(after.len() == 2 && after[0] != before[0] && after[1] == before[1], "{before:?} {after:?}");

    service.running.stop().await.expect("stops");
    assert!(workers(&posts).is_empty(), "who looked has ended");
    assert!((1..=6).all(|camera| farm.watching(camera) == 0), "and closed its streams");
}

/// What waits in the spools.
fn spooled(posts: &Path) -> BTreeSet<String> {
    let spools = fs::read_dir(posts).into_iter().flatten().flatten().map(|post| post.path().join("spool"));
    let files = spools.flat_map(|spool| fs::read_dir(spool).into_iter().flatten().flatten());
    let name = |path: PathBuf| Some(path.file_stem()?.to_str()?.to_owned());
    let is_whole = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "seen");
    files.map(|file| file.path()).filter(is_whole).filter_map(name).collect()
}

#[tokio::test]
async fn what_was_seen_is_kept_once_although_the_service_was_killed_before_it_could() {
    let site = watched("[[camera.rule]]\nsees = \"person\"\ncategory = \"020501\"\nagain_after_s = 1\n", "");
    let data = tempfile::tempdir().expect("a folder");
    let (posts, store) = (data.path().join("watch"), data.path().join("gridwatch.db"));
    let serve = || {
        let mut command = Command::new(program());
        command.arg("serve").arg("--site").arg(site.path()).arg("--data").arg(data.path());
        Binary::run(command.args(["--listen", "127.0.0.1:0"])).expect("serves")
    };
    let service = serve();
    // The store takes nothing, as on a disk that is busy; the cameras go on.
    let busy = rusqlite::Connection::open(&store).expect("a store");
    busy.execute_batch("BEGIN IMMEDIATE").expect("it waits for others");
    until(async || spooled(&posts).len() >= 3).await;
    let seen = spooled(&posts);
    // Waits until the processes have gone, too: they hold the same standard error.
    service.kill();
    assert!(workers(&posts).is_empty(), "who looked goes with the service");
    drop(busy);

    let service = serve();
    let ids = || {
        let store = rusqlite::Connection::open(&store).expect("a store");
        let mut findings = store.prepare("SELECT json_extract(finding, '$.id') FROM finding").expect("SQL");
        let ids = findings.query_map([], |row| row.get::<_, String>(0)).expect("rows");
        ids.map(|id| id.expect("text")).collect::<Vec<_>>()
    };
    until(async || ids().iter().filter(|id| seen.contains(*id)).count() >= seen.len()).await;
    until(async || spooled(&posts).is_disjoint(&seen)).await;
    service.stop();
    let kept = ids();
    assert_eq!(kept.iter().collect::<BTreeSet<_>>().len(), kept.len(), "none twice");
}
