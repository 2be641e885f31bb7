//! People who watch a camera live.

use std::{ops::ControlFlow, sync::Arc, time::Duration};

use futures_util::StreamExt as _;
use gridwatch::{
    demo::farm::{Farm, Footage},
    io::video::{Source, read},
    scene::{Lens, Scene, SceneKind},
};
use mp4_atom::{Any, DecodeMaybe as _, Moof, Moov};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Error, Message, client::IntoClientRequest as _},
};

use crate::{
    harness::{
        Site, Square,
        service::{Service, answer},
    },
    video::server::Server,
};

fn farm(size: [u32; 2], count: usize) -> Farm {
    let scene = Scene::new(SceneKind::Street, Lens::default(), size[0], size[1], 1);
    let footage = [Arc::new(Footage::film(&scene, 2).expect("an encoder"))];
    Farm::start(&footage, count, ([127, 0, 0, 1], 0).into(), None).expect("a port")
}

async fn service(cameras: &str) -> Service {
    let site = Site::of(&[Square::grid("G1", [0, 0, 10, 10])]).with("cameras.toml", cameras);
    Service::of(site.path()).await
}

type Line = WebSocketStream<TcpStream>;

/// Opens a line to a camera; `buffer` bounds what the system takes for one that does not read.
async fn line(service: &Service, camera: &str, buffer: Option<u32>) -> Result<Line, Error> {
    let socket = TcpSocket::new_v4()?;
    if let Some(bytes) = buffer {
        socket.set_recv_buffer_size(bytes)?;
    }
    let address = service.running.address;
    let mut request = format!("ws://{address}/api/cameras/{camera}").into_client_request()?;
    let token = format!("Bearer {}", service.administrator).parse().expect("ASCII");
    request.headers_mut().insert("Authorization", token);
    Ok(tokio_tungstenite::client_async(request, socket.connect(address).await?).await?.0)
}

/// What a line gives.
#[derive(Debug)]
enum Given {
    Said(Value),
    Shown(Vec<u8>),
    Closed,
}

async fn next(line: &mut Line) -> Given {
    loop {
        let message = tokio::time::timeout(Duration::from_mins(1), line.next()).await.expect("a message in time");
        match message {
            Some(Ok(Message::Text(text))) => return Given::Said(serde_json::from_str(&text).expect("JSON")),
            Some(Ok(Message::Binary(bytes))) => return Given::Shown(bytes.to_vec()),
            Some(Ok(Message::Close(_)) | Err(_)) | None => return Given::Closed,
            Some(Ok(_)) => {}
        }
    }
}

/// The next that is said, whatever is shown before it.
async fn said(line: &mut Line) -> Value {
    loop {
        match next(line).await {
            Given::Said(said) => return said,
            Given::Shown(_) => {}
            Given::Closed => panic!("closed"),
        }
    }
}

async fn shown(line: &mut Line) -> Vec<u8> {
    match next(line).await {
        Given::Shown(shown) => shown,
        other => panic!("{other:?}"),
    }
}

/// The one box of that kind.
fn boxed<T: TryFrom<Any>>(mut bytes: &[u8]) -> T {
    let mut boxes = std::iter::from_fn(|| Any::decode_maybe(&mut bytes).expect("sound"));
    boxes.find_map(|found| T::try_from(found).ok()).expect("a box of that kind")
}

/// Whether a fragment's picture needs no other, and when it is shown, in ticks.
fn sample(fragment: &[u8]) -> (bool, u64, u64) {
    let moof: Moof = boxed(fragment);
    let track = &moof.traf[0];
    let picture = track.trun[0].samples.get(0).expect("a picture");
    let depends_on_none = picture.flags.expect("flags") >> 24 & 3 == 2;
    let at = track.tfdt.as_ref().expect("a time").base_media_decode_time;
    (depends_on_none, at, u64::from(picture.duration.expect("a duration")))
}

/// Asks for the figures until that line stands in them.
async fn until_figure(service: &Service, wanted: &str) {
    loop {
        let (_, figures) = answer(service.get("/metrics")).await;
        if figures.as_str().is_some_and(|figures| figures.lines().any(|line| line == wanted)) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn until(holds: impl Fn() -> bool) {
    while !holds() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_viewer_gets_what_the_camera_sends_from_the_newest_keyframe_on_without_gaps() {
    let farm = farm([320, 180], 1);
    let service = service(&format!("[[camera]]\nid = \"c1\"\nname = \"1\"\nsub = \"{}\"\n", farm.uri(1))).await;
    until_figure(&service, "gridwatch_cameras{status=\"live\"} 1").await;
    let mut line = line(&service, "c1/live", None).await.expect("a line");
    let begin = said(&mut line).await;
    let codec = begin["codec"].as_str().expect("a codec");
    assert!(codec.len() == 11 && codec.starts_with("avc1."), "{begin}");
    let size = (&begin["width"], &begin["height"], &begin["stream"]);
    assert_eq!(size, (&json!(320), &json!(180), &json!("sub")), "{begin}");

    let mut file = shown(&mut line).await;
    let movie: Moov = boxed(&file);
    assert!(movie.mvex.is_some(), "a header of fragments");
    let mut due = 0;
    for number in 0..45 {
        let fragment = shown(&mut line).await;
        let (is_key, at, duration) = sample(&fragment);
        assert!(is_key || number > 0, "a keyframe comes first");
        assert!(at.abs_diff(due) <= 1, "{number}: {at} {due}");
        due = at + duration;
        file.extend(fragment);
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("live.mp4");
    std::fs::write(&path, file).expect("kept");
    let mut pictures = 0;
    tokio::task::spawn_blocking(move || {
        read(&Source::File(path), |frame, _| {
            assert_eq!([frame.width(), frame.height()], [320, 180]);
            pictures += 1;
            ControlFlow::Continue(())
        })
        .expect("it plays");
        assert_eq!(pictures, 45);
    })
    .await
    .expect("no panic");

    until_figure(&service, "gridwatch_camera_viewers 1").await;
    drop(line);
    until_figure(&service, "gridwatch_camera_viewers 0").await;
    let store = service.data().join("gridwatch.db");
    service.running.stop().await.expect("stops");
    let store = rusqlite::Connection::open(store).expect("a store");
    let mut trail =
        store.prepare("SELECT action || ' ' || object FROM audit WHERE action LIKE 'look%' ORDER BY id").expect("SQL");
    let looks: Vec<String> =
        trail.query_map([], |row| row.get(0)).expect("rows").map(|row| row.expect("text")).collect();
    assert_eq!(looks, ["look camera c1", "look away camera c1"]);
}

#[tokio::test]
async fn a_stream_that_nothing_else_needs_is_open_while_somebody_watches() {
    let farm = farm([160, 96], 2);
    let [sub, main] = [1, 2].map(|camera| farm.uri(camera));
    let camera = format!("[[camera]]\nid = \"c1\"\nname = \"1\"\nsub = \"{sub}\"\nmain = \"{main}\"\n");
    let service = service(&camera).await;
    until_figure(&service, "gridwatch_cameras{status=\"live\"} 1").await;
    assert_eq!(farm.watching(2), 0);
    let mut viewers = Vec::new();
    for _ in 0..2 {
        let mut line = line(&service, "c1/live?stream=main", None).await.expect("a line");
        while said(&mut line).await["stream"] != "main" {}
        viewers.push(line);
    }
    assert_eq!([1, 2].map(|camera| farm.watching(camera)), [1, 1]);
    viewers.pop();
    until_figure(&service, "gridwatch_camera_viewers 1").await;
    shown(&mut viewers[0]).await;
    viewers.clear();
    until(|| farm.watching(2) == 0).await;
    assert_eq!(farm.watching(1), 1);
    service.running.stop().await.expect("stops");
}

#[tokio::test]
async fn a_viewer_that_is_too_slow_goes_on_at_a_keyframe_and_is_told() {
    let farm = farm([640, 360], 1);
    let service = service(&format!("[[camera]]\nid = \"c1\"\nname = \"1\"\nmain = \"{}\"\n", farm.uri(1))).await;
    let mut slow = line(&service, "c1/live", Some(4096)).await.expect("a line");
    let mut quick = line(&service, "c1/live", None).await.expect("a line");
    let reading = tokio::spawn(async move {
        let mut told = Vec::new();
        loop {
            match next(&mut quick).await {
                Given::Said(said) => told.push(said),
                Given::Shown(_) => {}
                Given::Closed => return told,
            }
        }
    });
    let mut told = json!({});
    while told["type"] != "skipped" {
        match next(&mut slow).await {
            Given::Said(said) => told = said,
            Given::Shown(_) => tokio::time::sleep(Duration::from_millis(400)).await,
            Given::Closed => panic!("cut off"),
        }
    }
    assert!(told["pictures"].as_u64() > Some(0), "{told}");
    assert!(sample(&shown(&mut slow).await).0, "a keyframe");
    service.running.stop().await.expect("stops");
    let told = reading.await.expect("no panic");
    assert!(told.iter().all(|said| said["type"] != "skipped"), "{told:?}");
}

#[tokio::test]
async fn what_a_browser_cannot_play_is_the_other_stream_or_stills_and_nobody_watches_unasked() {
    let (farm, new) = (farm([160, 96], 1), Server::h265());
    let h265 = format!("rtsp://127.0.0.1:{}/live", new.port);
    let cameras = format!(
        "[[camera]]\nid = \"both\"\nname = \"both\"\nsub = \"{h265}\"\nmain = \"{}\"\n\
         [[camera]]\nid = \"new\"\nname = \"new\"\nmain = \"{h265}\"\n\
         [[camera]]\nid = \"drawn\"\nname = \"drawn\"\nmain = \"test://street?width=160&height=96\"\n\
         [[camera]]\nid = \"off\"\nname = \"off\"\nmain = \"{h265}\"\nenabled = false\n",
        farm.uri(1)
    );
    let service = service(&cameras).await;
    let told = async |camera: &str, wanted: &str| {
        let mut line = line(&service, camera, None).await.expect("a line");
        loop {
            let said = said(&mut line).await;
            if said["type"] == wanted {
                return (said, next(&mut line).await);
            }
            assert_eq!(said["type"], "camera", "{said}");
        }
    };
    let (begin, header) = told("new/live?hevc=true", "begin").await;
    assert!(begin["codec"].as_str().is_some_and(|codec| codec.starts_with("hvc1.")), "{begin}");
    assert!(matches!(header, Given::Shown(_)));
    let (stills, closed) = told("new/live", "stills").await;
    assert_eq!(stills["cause"]["code"], "h265", "{stills}");
    assert!(matches!(closed, Given::Closed), "{closed:?}");
    let (begin, _) = told("both/live", "begin").await;
    assert_eq!(begin["stream"], "main", "{begin}");
    let (stills, _) = told("drawn/live", "stills").await;
    assert_eq!(stills["cause"]["code"], "not_passed_on", "{stills}");

    for (camera, status) in [("none/live", StatusCode::NOT_FOUND), ("off/live", StatusCode::SERVICE_UNAVAILABLE)] {
        let Err(Error::Http(refused)) = line(&service, camera, None).await else { panic!("{camera}") };
        assert_eq!(refused.status(), status, "{camera}");
    }
    let url = format!("ws://{}/api/cameras/new/live", service.running.address);
    let Err(Error::Http(refused)) = tokio_tungstenite::connect_async(url).await else { panic!("let in") };
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    service.running.stop().await.expect("stops");
}
