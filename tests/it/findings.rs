//! What cameras see, from the recorded picture to the case.

use std::{path::Path, time::Duration};

use gridwatch::{
    io::video::{ClipWriter, Still, frame_of},
    scene::{Lens, Picture, Scene, SceneKind},
};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::{
    Site, Square,
    service::{Service, answer},
};

const LENS: Lens = Lens { height_m: 6.0, tilt_deg: 18.0, hfov_deg: 60.0 };

/// A site whose one camera plays people who walk, with that rule; a second one's video is not there.
pub fn watched(rule: &str, merge: &str) -> Site {
    let Lens { height_m, tilt_deg, hfov_deg } = LENS;
    let camera = format!(
        "[[camera]]\nid = \"c1\"\nname = \"yard\"\nmain = \"file://people.mp4\"\nlon = 110.005\nlat = 40.005\nrange_m = 120\n\
         height_m = {height_m:.1}\ntilt_deg = {tilt_deg:.1}\nhfov_deg = {hfov_deg:.1}\nheading_deg = 0\n{rule}\n\
         [[camera]]\nid = \"c2\"\nname = \"gate\"\nmain = \"file://missing.mp4\"\n{rule}\n"
    );
    let site = Site::of(&[Square::grid("G1", [0, 0, 10, 10])])
        .with("geodata/departments.toml", "[[department]]\ncode = \"D\"\nname = \"D\"\n")
        .with(
            "geodata/categories.csv",
            format!(
                "code,kind,list,class,name,department,urgency,visibility,merge_radius_m,merge_window,merge\n\
                 020501,event,governance,street,vendor,D,normal,public,25,4H,{merge}\n"
            ),
        )
        .with("cameras.toml", camera);
    film(&site.file("people.mp4"));
    site
}

fn film(file: &Path) {
    let scene = Scene::new(SceneKind::People, LENS, 640, 360, 3);
    let mut clip = ClipWriter::create(file, [640, 360], 10, 2_000_000).expect("an encoder");
    let (mut picture, mut still) = (Picture::new(640, 360), Still::default());
    for number in 0..200 {
        let at = Duration::from_millis(number * 100);
        scene.draw(at, &mut picture);
        still.copy(&frame_of(&picture).expect("whole"));
        clip.write(&still, at).expect("written");
    }
    clip.finish().expect("finished");
}

/// Asks again until that holds of the answer.
async fn until(service: &Service, path: &str, holds: impl Fn(&Value) -> bool) -> Value {
    let mut last = Value::Null;
    for _ in 0..600 {
        last = answer(service.get(path)).await.1;
        if holds(&last) {
            return last;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{path} never became so: {last}")
}

async fn bytes(request: reqwest::RequestBuilder) -> (StatusCode, Vec<u8>) {
    let response = request.send().await.expect("an answer");
    (response.status(), response.bytes().await.expect("a body").to_vec())
}

fn count(list: &Value) -> usize {
    list["findings"].as_array().map_or(0, Vec::len)
}

#[tokio::test]
async fn a_person_in_the_picture_becomes_a_finding_at_its_place_and_one_tap_makes_it_a_case() {
    let site = watched("[[camera.rule]]\nsees = \"person\"\ncategory = \"020501\"\nagain_after_s = 2\n", "");
    let service = Service::of(site.path()).await;
    let list = until(&service, "/api/findings?status=queued", |list| count(list) >= 2).await;
    let finding = &list["findings"][0];
    assert_eq!((&finding["camera"], &finding["kind"]), (&json!("c1"), &json!("person")));
    assert_eq!((&finding["placed"]["path"][0]["code"], &finding["placed"]["department"]), (&json!("G1"), &json!("D")));
    // It looks north: people are north of it, and not beyond its range.
    let lat = finding["position"]["lat"].as_f64().expect("a place");
    assert!((40.005..40.0062).contains(&lat), "{finding}");
    assert!(finding["error"]["along_m"].as_f64().is_some_and(|meters| meters > 0.1 && meters < 60.0), "{finding}");
    let hash = finding["snapshot"]["hash"].as_str().expect("a picture");
    let (status, picture) = bytes(service.get(&format!("/api/evidence/{hash}"))).await;
    assert_eq!((status, image::load_from_memory(&picture).expect("a JPEG").width()), (StatusCode::OK, 640));

    // Somebody told of it, too.
    let [lon, lat] = ["lon", "lat"].map(|name| finding["position"][name].as_f64().expect("a number"));
    let told = json!({"lon": lon, "lat": lat, "category": "020501", "captured_at": finding["seen_at"]});
    let (_, told) = answer(service.post("/api/reports").json(&told)).await;
    let id = finding["id"].as_str().expect("an id");
    let (status, confirmed) = answer(service.post(&format!("/api/findings/{id}/confirm"))).await;
    assert_eq!((status, &confirmed["status"]), (StatusCode::OK, &json!("confirmed")), "{confirmed}");
    let (_, case) = answer(service.get(&format!("/api/cases/{}", confirmed["case"].as_str().expect("a case")))).await;
    assert_ne!(confirmed["case"], told["case_id"], "merging is for people");
    assert_eq!(confirmed["perhaps_same"][0]["id"], told["case_id"], "{confirmed}");
    assert_eq!(case["nearby"][0]["report"], told["report_id"], "{case}");
    assert_eq!((&case["category"], &case["told"][0]["source"]), (&json!("020501"), &json!("camera")));
    assert_eq!(case["told"][0]["evidence"][0]["hash"], json!(hash));
    assert_eq!(case["told"][0]["evidence"][0]["camera"], json!("c1"));
    assert_eq!(case["cameras"][0]["id"], json!("c1"));
    let (status, again) = answer(service.post(&format!("/api/findings/{id}/confirm"))).await;
    assert_eq!((status, &again["case"]), (StatusCode::OK, &confirmed["case"]));

    let other = list["findings"][1]["id"].as_str().expect("an id");
    let dismiss =
        |reason: &str| service.post(&format!("/api/findings/{other}/dismiss")).json(&json!({"reason": reason}));
    let (status, refused) = answer(dismiss("  ")).await;
    assert_eq!((status, &refused["error"]["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("no_reason")));
    let (status, dismissed) = answer(dismiss("a neighbour")).await;
    assert_eq!((status, &dismissed["reason"]), (StatusCode::OK, &json!("a neighbour")));
    let (status, repeated) = answer(dismiss(" a neighbour ")).await;
    assert_eq!((status, &repeated), (StatusCode::OK, &dismissed));
    let (status, otherwise) = answer(dismiss("a dog")).await;
    assert_eq!((status, &otherwise["error"]["code"]), (StatusCode::CONFLICT, &json!("decided_before")));
    let (status, late) = answer(service.post(&format!("/api/findings/{other}/confirm"))).await;
    assert_eq!((status, &late["error"]["code"]), (StatusCode::CONFLICT, &json!("decided_before")));
    let (_, figures) = answer(service.get("/metrics")).await;
    let figures = figures.as_str().unwrap_or_default();
    assert!(figures.contains("gridwatch_findings_total{kind=\"person\"} "), "{figures}");
    assert!(figures.contains("gridwatch_cameras{status=\"live\"} 1"), "{figures}");
    service.running.stop().await.expect("stops");
}

#[tokio::test]
async fn a_rule_may_raise_by_itself_and_a_camera_without_a_picture_says_why() {
    let rule = "[[camera.rule]]\nsees = \"person\"\ncategory = \"020501\"\nraise = \"auto\"\nagain_after_s = 0\n";
    let site = watched(rule, "auto");
    let service = Service::of(site.path()).await;
    let list = until(&service, "/api/findings?status=confirmed", |list| count(list) >= 2).await;
    // All of them are one matter: the same category at the same place.
    let cases = until(&service, "/api/cases", |list| list["cases"][0]["reports"].as_u64() >= Some(2)).await;
    assert!(list["findings"][0]["case"].is_string() && cases["cases"].as_array().is_some_and(|cases| cases.len() < 4));

    let (status, frame) = bytes(service.get("/api/cameras/c1/frame.jpg")).await;
    assert_eq!((status, image::load_from_memory(&frame).expect("a JPEG").height()), (StatusCode::OK, 360));
    let (status, none) = answer(service.get("/api/cameras/c2/frame.jpg")).await;
    assert_eq!((status, &none["error"]["code"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("nothing_there")));
    let (status, _) = answer(service.get("/api/cameras/c9/frame.jpg")).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let (_, cameras) = answer(service.get("/api/cameras")).await;
    let link = |camera: usize| cameras["features"][camera]["properties"]["link"]["status"].clone();
    assert_eq!((link(0), link(1)), (json!("live"), json!("never_connected")));
    service.running.stop().await.expect("stops");
}

#[tokio::test]
async fn a_report_gets_a_frame_of_the_nearest_camera_that_sees_its_place() {
    let site = watched("", "");
    let service = Service::of(site.path()).await;
    let told = json!({"lon": 110.005, "lat": 40.0052, "category": "020501", "description": "a stall"});
    let (status, report) = answer(service.post("/api/reports").json(&told)).await;
    assert_eq!(status, StatusCode::CREATED, "{report}");
    let path = format!("/api/cases/{}", report["case_id"].as_str().expect("a case"));
    let case = until(&service, &path, |case| !case["told"][0]["evidence"][0].is_null()).await;
    assert_eq!(case["told"][0]["evidence"][0]["camera"], json!("c1"));
    service.running.stop().await.expect("stops");
}
