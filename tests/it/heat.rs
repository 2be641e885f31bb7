//! Heat: the same picture over HTTP, as tiles and on the command line.

use std::fmt::Write;

use gridwatch::domain::people::ActorKind;
use reqwest::StatusCode;
use serde_json::json;

use crate::harness::{
    Site,
    service::{Service, answer},
};

const BOX: &str = "110.01,40.39,110.06,40.43";

/// Bins that overflow, each far enough from the others to be a case of its own.
fn events() -> Vec<(f64, f64)> {
    (0..40).map(|i| (110.02 + f64::from(i % 8) * 0.0031, 40.40 + f64::from(i / 8) * 0.0043)).collect()
}

#[tokio::test]
async fn the_service_and_the_command_draw_the_same_picture() {
    let service = Service::start().await;
    let mut csv = "lon,lat,category\n".to_owned();
    for (lon, lat) in events() {
        service.report(&json!({"lon": lon, "lat": lat, "category": "020104"})).await;
        writeln!(csv, "{lon},{lat},020104").expect("a string takes it");
    }
    let site = Site::empty().with("events.csv", csv);
    let drawn = |args: &[&str]| {
        let run = site.run(&[&["heatmap", "--input", "events.csv", "--output", "out.png"], args].concat());
        assert_eq!(run.code, 0, "{}", run.stderr);
        std::fs::read(site.file("out.png")).expect("a picture")
    };
    let served = async |path: &str| {
        let response = service.get(path).send().await.expect("an answer");
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        assert_eq!(response.headers()["content-type"], "image/png");
        response.bytes().await.expect("bytes").to_vec()
    };
    let picture = served(&format!("/heat.png?bbox={BOX}&width=640&height=480")).await;
    assert_eq!(picture, drawn(&["--bbox", BOX, "--size", "640x480"]));
    let pixels = image::load_from_memory(&picture).expect("a PNG").to_rgba8();
    assert_eq!(pixels.dimensions(), (640, 480));
    let opaque = pixels.pixels().filter(|pixel| pixel.0[3] > 100).count();
    assert!((5_000..300_000).contains(&opaque), "{opaque} of 307,200 pixels are warm");
    assert_eq!(served("/heat/14/13199/6178.png").await, drawn(&["--tile", "14/13199/6178"]));
    let large = image::load_from_memory(&served("/heat/14/13199/6178@2x.png").await).expect("a PNG");
    assert_eq!(large.width(), 512);
}

#[tokio::test]
async fn heat_tells_what_its_colours_mean_and_hides_what_one_may_not_see() {
    let service = Service::start().await;
    for (lon, lat) in events().into_iter().take(3) {
        service.report(&json!({"lon": lon, "lat": lat, "category": "020104"})).await;
    }
    // A family dispute is nobody's business but that of those who handle it.
    let dispute = json!({"lon": 110.04, "lat": 40.41, "category": "020702"});
    answer(service.client.post(service.url("/api/reports")).bearer_auth(&service.administrator).json(&dispute)).await;
    let (_, legend) = answer(service.get("/heat/legend.json?last=24h&z=15")).await;
    assert_eq!((&legend["unit"], &legend["events"], &legend["hidden"]), (&json!("events/km²"), &json!(4), &json!(0)));
    let top = legend["stops"].as_array().and_then(|stops| stops.last()).expect("stops")["value"].as_f64();
    assert!((top.expect("a number") / legend["domain"][1].as_f64().expect("a number") - 1.0).abs() < 1e-6);

    let program = service.token(ActorKind::Program).await;
    let as_program = service.client.get(service.url("/heat/legend.json")).bearer_auth(&program);
    let (_, legend) = answer(as_program).await;
    assert_eq!((&legend["events"], &legend["hidden"]), (&json!(3), &json!(1)), "counted, not shown");

    let tile = service.get("/heat/14/13199/6178.png").send().await.expect("an answer");
    let tag = tile.headers()["etag"].to_str().expect("ASCII").to_owned();
    let again = service.get("/heat/14/13199/6178.png").header("If-None-Match", tag).send().await.expect("an answer");
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);

    // Another day has no heat; what cannot be is refused by field.
    let (_, legend) = answer(service.get("/heat/legend.json?to=2026-03-01")).await;
    assert_eq!(legend["events"], json!(0));
    for (query, field) in [
        ("radius_m=-1", "radius_m"),
        ("ramp=jet", "ramp"),
        ("domain=0", "domain"),
        ("last=soon", "last"),
        ("kernel=round", "kernel"),
        ("from=then", "from"),
    ] {
        let (status, told) = answer(service.get(&format!("/heat/legend.json?{query}"))).await;
        assert_eq!((status, &told["error"]["field"]), (StatusCode::BAD_REQUEST, &json!(field)), "{query}: {told}");
    }
    let (status, told) = answer(service.get(&format!("/heat.png?bbox={BOX}&width=9000"))).await;
    assert_eq!((status, &told["error"]["field"]), (StatusCode::BAD_REQUEST, &json!("width")));
    for path in ["/heat/14/99999999/1.png", "/heat/14/1/1.jpg", "/heat/40/1/1.png"] {
        assert_eq!(answer(service.get(path)).await.0, StatusCode::NOT_FOUND, "{path}");
    }
}

#[test]
fn a_heatmap_takes_weights_periods_and_categories_and_names_what_it_cannot_read() {
    let site = Site::empty().with(
        "e.csv",
        "lon,lat,time,category,n\n110.03,40.41,2026-03-04 09:00,A,5\n110.04,40.41,2026-03-05 09:00,B,1\n\
         x,40.41,2026-03-04 09:00,A,1\n",
    );
    let run = |args: &[&str]| site.run(&[&["heatmap", "--input", "e.csv", "--output", "out.png"], args].concat());
    let all = run(&["--weight", "n"]);
    assert!(all.stderr.contains("e.csv:4: lon: ") && all.stderr.contains("2 events drawn"), "{}", all.stderr);
    let some = run(&["--from", "2026-03-05", "--to", "2026-03-06"]);
    assert!(some.stderr.contains("1 event drawn, 1 left out"), "{}", some.stderr);
    assert!(run(&["--only-category", "A"]).stderr.contains("1 event drawn"), "by category");
    let offset = site.run(&["heatmap", "--input", "e.csv", "--output", "o.png", "--to", "2026-03-05T01:30Z"]);
    assert!(offset.stderr.contains("1 event drawn"), "read as UTC: {}", offset.stderr);
    let site = site.with("gridwatch.toml", "time_zone = \"Asia/Shanghai\"\n");
    let run = |args: &[&str]| site.run(&[&["heatmap", "--input", "e.csv", "--output", "out.png"], args].concat());
    let offset = run(&["--to", "2026-03-05T01:30Z"]);
    assert!(offset.stderr.contains("2 events drawn"), "9:00 there is 1:00 UTC: {}", offset.stderr);
    let jpeg = site.run(&["heatmap", "--input", "e.csv", "--output", "out.jpg"]);
    assert!(jpeg.code == 2 && jpeg.stderr.contains("ends in .png"), "{}", jpeg.stderr);
    for (args, said) in [
        (&["--weight", "m"][..], "has no column m"),
        (&["--tile", "3/9/1"], "there is no such tile"),
        (&["--bbox", "1,2,3"], "is not W,S,E,N"),
        (&["--size", "0x10"], "pixels a side"),
        (&["--only-category", "C"], "no event to draw"),
        (&["--radius-m", "0"], "radius"),
    ] {
        let run = run(args);
        assert!(run.code == 2 && run.stderr.contains(said), "{args:?}: {}", run.stderr);
    }
}
