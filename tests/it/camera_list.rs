//! Many cameras at once: lists of them, tests of them, and changes while the service looks through them.

use std::{fs, time::Duration};

use gridwatch::demo::farm::Farm;
use serde_json::Value;

use crate::{
    cameras::{farm, until},
    harness::{
        Site, Square,
        service::{Service, answer},
    },
};

fn entry(id: &str, uri: &str) -> String {
    format!("[[camera]]\nid = \"{id}\"\nname = \"{id}\"\nsub = \"{uri}\"\n")
}

fn site(cameras: &str) -> Site {
    Site::of(&[Square::grid("G1", [0, 0, 10, 10])]).with("cameras.toml", cameras)
}

#[test]
fn a_list_is_reported_first_and_taken_whole_or_not_at_all() {
    let before = format!("# Ours.\n{}", entry("a", "rtsp://10.0.0.1/1"));
    let list = "id,name,sub,lon,lat\na,gate,,110.005,40.005\nb,corner,rtsp://10.0.0.2/1,,\n";
    let site =
        site(&before).with("list.csv", list).with("bad.csv", "id,name,sub,lon,lat\nb,corner,rtsp://h/1,,40\nc,,,,\n");
    let kept = || fs::read_to_string(site.file("cameras.toml")).expect("there");
    let run = site.run(&["cameras", "import", "list.csv"]);
    assert_eq!(run.code, 0, "{}", run.said());
    for line in ["new: b", "changed: a", "1 new, 1 changed, 0 as they were"] {
        assert!(run.text().contains(line), "{line}: {}", run.text());
    }
    assert_eq!(kept(), before);
    let run = site.run(&["import", "cameras", "bad.csv", "--write"]);
    assert_eq!(run.code, 1, "{}", run.said());
    for told in ["bad.csv:2: b: lon", "bad.csv:3: c: name"] {
        assert!(run.text().contains(told), "{told}: {}", run.text());
    }
    assert_eq!(kept(), before);
    let run = site.run(&["import", "cameras", "list.csv", "--write"]);
    assert_eq!(run.code, 0, "{}", run.said());
    assert!(kept().starts_with("# Ours.\n[[camera]]\nid = \"a\"\nname = \"gate\"\n"), "{}", kept());

    let rows = site.run(&["cameras", "list"]).rows();
    let told: Vec<[&str; 4]> =
        rows.iter().map(|row| ["id", "name", "lon", "sub"].map(|column| row.get(column))).collect();
    let expected = [["a", "gate", "110.0050000", "rtsp://10.0.0.1/1"], ["b", "corner", "", "rtsp://10.0.0.2/1"]];
    assert_eq!(told, expected);
}

#[test]
fn a_test_says_what_each_camera_gives_or_why_it_gives_nothing() {
    let farm = farm(1);
    let nothing = farm.uri(7);
    let site = site(&(entry("a", &farm.uri(1)) + &entry("b", &nothing)));
    let run = site.run(&["cameras", "test", "--seconds", "5"]);
    assert_eq!(run.code, 1, "{}", run.said());
    let rows = run.rows();
    let [good, bad] = &rows[..] else { panic!("{}", run.text()) };
    assert_eq!(
        ["id", "width", "height", "per_second", "cause"].map(|column| good.get(column)),
        ["a", "320", "180", "10", ""]
    );
    assert!(good.get("codec").starts_with("avc1."), "{}", run.text());
    assert_eq!(
        ["id", "codec", "cause", "why"].map(|column| bad.get(column)),
        ["b", "", "nothing_there", "there is nothing at that address"]
    );
    let run = site.run(&["cameras", "test", "a", "--seconds", "2"]);
    assert_eq!((run.code, run.rows().len()), (0, 1), "{}", run.said());
}

/// Until so many watch each of the farm's cameras.
async fn until_watched(farm: &Farm, wanted: [usize; 3]) {
    for _ in 0..1_200 {
        if [1, 2, 3].map(|camera| farm.watching(camera)) == wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("never {wanted:?}, but {:?}", [1, 2, 3].map(|camera| farm.watching(camera)));
}

async fn ids(service: &Service) -> Vec<String> {
    let (_, answer) = answer(service.get("/api/cameras")).await;
    let cameras = answer["features"].as_array().expect("a list").iter();
    cameras.map(|camera| camera["properties"]["id"].as_str().expect("text").to_owned()).collect()
}

#[tokio::test]
async fn cameras_come_change_and_go_while_the_service_runs_and_the_others_are_left_alone() {
    let farm = farm(3);
    let [one, two, three] = [1, 2, 3].map(|camera| farm.uri(camera));
    let site = site(&(entry("a", &one) + &entry("b", &two)));
    let service = Service::of(site.path()).await;
    let is_live = |camera: &Value| camera["link"]["status"] == "live";
    let before = until(&service, 0, is_live).await;
    until(&service, 1, is_live).await;

    let write = |cameras: String| fs::write(site.file("cameras.toml"), cameras).expect("written");
    write(entry("a", &one) + &entry("b", &three) + &entry("c", &two));
    until_watched(&farm, [1, 1, 1]).await;
    until(&service, 2, is_live).await;
    assert_eq!(ids(&service).await, ["a", "b", "c"]);
    let goodbyes = farm.torn_down();
    assert_eq!(goodbyes, 1, "only the one that changed was closed");

    // A slip of the pen changes nothing.
    write(entry("a", &one) + "[[camera]]\nid = \"b\"\n");
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert_eq!(ids(&service).await, ["a", "b", "c"]);
    write(entry("a", &one));
    until_watched(&farm, [1, 0, 0]).await;
    assert_eq!(farm.torn_down(), goodbyes + 2);
    assert_eq!(ids(&service).await, ["a"]);
    let after = until(&service, 0, is_live).await;
    assert_eq!(after["link"]["since"], before["link"]["since"], "never closed");
    service.running.stop().await.expect("stops");
}
