//! Cameras on the network, as the service tells of them.

use std::{sync::Arc, time::Duration};

use futures_util::StreamExt as _;
use gridwatch::{
    demo::farm::{Farm, Fault, Footage},
    scene::{Lens, Scene, SceneKind},
};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

use crate::harness::{
    Site, Square,
    service::{Service, answer},
};

pub fn farm(count: usize) -> Farm {
    let scene = Scene::new(SceneKind::Street, Lens::default(), 320, 180, 1);
    let footage = [Arc::new(Footage::film(&scene, 20).expect("an encoder"))];
    Farm::start(&footage, count, ([127, 0, 0, 1], 0).into(), None).expect("a port")
}

fn site(farm: &Farm, count: usize, more: &str) -> Site {
    let camera = |number: usize| {
        format!("[[camera]]\nid = \"c{number}\"\nname = \"{number}\"\nsub = \"{}\"\n", farm.uri(number))
    };
    let cameras: String = (1..=count).map(camera).collect();
    Site::of(&[Square::grid("G1", [0, 0, 10, 10])]).with("cameras.toml", cameras + more)
}

/// Asks for a camera again until that holds of it, while the clock goes on.
pub async fn until(service: &Service, camera: usize, holds: impl Fn(&Value) -> bool) -> Value {
    let mut last = Value::Null;
    for _ in 0..600 {
        last = answer(service.get("/api/cameras")).await.1["features"][camera]["properties"].take();
        if holds(&last) {
            return last;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        service.clock.advance(100);
    }
    panic!("camera {camera} never became so: {last}")
}

/// What a screen hears first that comes back and has missed no change of the log.
async fn after_a_break(service: &Service) -> Value {
    let url = format!("ws://{}/api/live?since=0", service.running.address);
    let mut request = url.into_client_request().expect("a request");
    let token = format!("Bearer {}", service.administrator).parse().expect("ASCII");
    request.headers_mut().insert("Authorization", token);
    let mut screen = tokio_tungstenite::connect_async(request).await.expect("connected").0;
    let message = screen.next().await.expect("a message").expect("sound");
    serde_json::from_str(message.to_text().expect("text")).expect("JSON")
}

#[tokio::test]
async fn each_camera_has_a_state_with_its_reason_and_tells_how_often_it_is_looked_at() {
    let farm = farm(2);
    let more = "[[camera]]\nid = \"off\"\nname = \"off\"\nmain = \"rtsp://127.0.0.1:9/1\"\nenabled = false\n\
                [[camera]]\nid = \"away\"\nname = \"away\"\nmain = \"rtsp://127.0.0.1:9/1\"\n\
                [[camera]]\nid = \"own\"\nname = \"own\"\nmain = \"rtsp://127.0.0.1:9/1\"\nreader = \"gstreamer\"\n";
    let service = Service::of(site(&farm, 2, more).path()).await;
    let live = until(&service, 0, |camera| camera["sampling"]["interval_s"].as_f64() > Some(1.5)).await;
    assert_eq!((&live["link"]["status"], &live["watched"]), (&json!("live"), &json!(true)), "{live}");
    assert_eq!(live["sampling"]["keyframes_only"], json!(true), "{live}");
    let away = until(&service, 3, |camera| camera["link"]["failures"].as_u64() > Some(0)).await;
    assert_eq!(
        (&away["link"]["status"], &away["link"]["cause"]["code"]),
        (&json!("never_connected"), &json!("unreachable"))
    );
    let off = until(&service, 2, |_| true).await;
    assert_eq!((&off["link"]["status"], &off["watched"]), (&json!("disabled"), &json!(false)));
    let own = until(&service, 4, |_| true).await;
    assert_eq!((&own["link"]["status"], &own["watched"]), (&json!("idle"), &json!(false)));
    let (status, none) = answer(service.get("/api/cameras/off/frame.jpg")).await;
    assert_eq!((status, &none["error"]["code"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("disabled")));
    until(&service, 2, |camera| camera["link"]["status"] == "disabled").await;

    farm.set_fault(2, Some(Fault::Hang));
    until(&service, 1, |camera| camera["link"]["status"] == "stalled").await;
    farm.set_fault(2, None);
    until(&service, 1, |camera| camera["link"]["status"] == "live").await;
    let back = after_a_break(&service).await;
    assert_eq!((&back["type"], &back["cameras"]["c2"]["status"]), (&json!("cameras"), &json!("live")), "{back}");
    service.running.stop().await.expect("stops");
    assert_eq!((1..=2).map(|camera| farm.watching(camera)).sum::<usize>(), 0);
}

#[tokio::test]
async fn a_picture_that_is_none_is_told_and_counted_and_the_last_seconds_can_be_had() {
    let farm = farm(1);
    let service = Service::of(site(&farm, 1, "").path()).await;
    let ailing = |ailment: &'static str| move |camera: &Value| camera["health"]["ailment"] == ailment;
    until(&service, 0, |camera| camera["link"]["status"] == "live").await;
    for (fault, ailment) in [(Fault::Black, "black"), (Fault::Freeze, "frozen")] {
        farm.set_fault(1, Some(fault));
        let ill = until(&service, 0, ailing(ailment)).await;
        assert_eq!(ill["link"]["status"], json!("live"), "{ill}");
        let (_, figures) = answer(service.get("/metrics")).await;
        let counted = format!("gridwatch_cameras_ailing{{ailment=\"{ailment}\"}} 1");
        assert!(figures.as_str().is_some_and(|figures| figures.contains(&counted)), "{figures}");
        farm.set_fault(1, None);
        until(&service, 0, |camera| camera.get("health").is_none()).await;
    }

    let clip = service.get("/api/cameras/c1/clip.mp4").send().await.expect("an answer");
    assert_eq!(clip.status(), StatusCode::OK);
    assert_eq!(clip.headers()["content-type"], "video/mp4");
    let clip = clip.bytes().await.expect("a body");
    assert!(clip.len() > 10_000 && &clip[4..8] == b"ftyp", "{} bytes", clip.len());
    let get = |path: &str| answer(service.get(path));
    let (status, none) = get("/api/cameras/c1/clip.mp4?from=2020-01-01T00:00:00Z&to=2020-01-01T00:00:09Z").await;
    assert_eq!((status, &none["error"]["code"]), (StatusCode::NOT_FOUND, &json!("nothing_kept")), "{none}");
    let (status, turned) = get("/api/cameras/c1/clip.mp4?from=2026-03-04T09:00:05Z&to=2026-03-04T09:00:01Z").await;
    assert_eq!((status, &turned["error"]["field"]), (StatusCode::BAD_REQUEST, &json!("to")), "{turned}");
    let (status, _) = get("/api/cameras/c9/clip.mp4").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    service.running.stop().await.expect("stops");
}

#[tokio::test]
async fn a_clock_that_is_wrong_is_told_with_what_the_camera_sends() {
    let farm = farm(1);
    let service = Service::of(site(&farm, 1, "").path()).await;
    let right = until(&service, 0, |camera| camera["stream"]["clock_off_s"].is_number()).await;
    assert!(right["stream"]["clock_off_s"].as_f64().is_some_and(|off| off.abs() < 5.0), "{right}");
    assert!(right["stream"]["codec"].as_str().is_some_and(|codec| codec.starts_with("avc1.")), "{right}");
    assert_eq!(right["stream"]["size"], json!([320, 180]));
    farm.set_fault(1, Some(Fault::ClockOff));
    let wrong = until(&service, 0, |camera| camera["link"]["status"] == "wrong_clock").await;
    let off_s = wrong["link"]["cause"]["params"]["off_s"].as_f64().expect("seconds");
    assert!((off_s - 3_600.0).abs() < 5.0, "{wrong}");
    farm.set_fault(1, None);
    until(&service, 0, |camera| camera["link"]["status"] == "live").await;
    service.running.stop().await.expect("stops");
}

#[tokio::test]
async fn a_camera_that_is_ill_for_long_is_one_case_and_how_long_it_gave_pictures_is_a_figure() {
    let farm = farm(2);
    let categories = "code,kind,list,class,name,department,urgency,visibility,merge_radius_m,merge_window\n\
                      0107,component,governance,c,camera,D,normal,public,25,4H\n";
    let more = "lon = 110.005\nlat = 40.005\n";
    let site = site(&farm, 2, more)
        .with("gridwatch.toml", "time_zone = \"Asia/Shanghai\"\n[upkeep]\ncategory = \"0107\"\nafter_min = 1\n")
        .with("geodata/departments.toml", "[[department]]\ncode = \"D\"\nname = \"D\"\n")
        .with("geodata/categories.csv", categories);
    let service = Service::of(site.path()).await;
    for camera in [0, 1] {
        until(&service, camera, |camera| camera["link"]["status"] == "live").await;
    }
    farm.set_fault(2, Some(Fault::Black));
    until(&service, 1, |camera| camera["health"]["ailment"] == "black").await;
    farm.set_fault(1, Some(Fault::Reset));
    until(&service, 0, |camera| camera["link"]["status"] == "unreachable").await;
    let passes = async |minutes: u64| {
        for _ in 0..6 * minutes {
            service.clock.advance(10_000);
            tokio::time::sleep(Duration::from_millis(1_200)).await;
        }
    };
    passes(2).await;
    let (_, cases) = answer(service.get("/api/cases")).await;
    let cases = cases["cases"].as_array().expect("a list");
    let mut told = Vec::new();
    for case in cases {
        let (_, case) = answer(service.get(&format!("/api/cases/{}", case["id"].as_str().expect("an id")))).await;
        told.push(case["told"][0]["description"].as_str().expect("text").to_owned());
    }
    told.sort();
    assert_eq!(told.len(), 2, "one for each: {told:?}");
    assert!(told[0].starts_with("1 (c1): ") && told[0].contains("the camera cannot be reached"), "{told:?}");
    assert_eq!(told[1], "2 (c2): 画面黑屏 / its picture is black");
    passes(2).await;
    let (_, cases) = answer(service.get("/api/cases")).await;
    assert_eq!(cases["cases"].as_array().map(Vec::len), Some(2), "none more while these are open");

    let figure = async |query: &str| answer(service.get(&format!("/api/cameras/availability{query}"))).await.1;
    let by_camera = figure("?by=camera").await;
    let share = |row: usize| by_camera["rows"][row]["availability"].as_f64().expect("a share");
    assert!(share(0) < 0.5 && share(1) > 0.9, "{by_camera}");
    let by_day = figure("").await;
    assert_eq!(by_day["rows"][0]["of"], json!("2026-03-04"), "{by_day}");
    let by_grid = figure("?by=grid&format=csv").await;
    let by_grid = by_grid.as_str().expect("text");
    assert!(by_grid.contains("of,given_h\n") && by_grid.contains("\nG1,0."), "{by_grid}");
    let (status, wrong) = answer(service.get("/api/cameras/availability?from=2026-03-05&to=2026-03-04")).await;
    assert_eq!((status, &wrong["error"]["field"]), (StatusCode::BAD_REQUEST, &json!("to")));
    service.running.stop().await.expect("stops");
}
