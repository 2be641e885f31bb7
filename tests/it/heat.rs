//! Heat: the same picture over HTTP, as tiles and on the command line.

use std::fmt::Write;

use gridwatch::domain::people::ActorKind;
use image::AnimationDecoder as _;
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
    assert_eq!((&legend["unit"], &legend["events"], &legend["hidden"]), (&json!("events/km²/h"), &json!(4), &json!(0)));
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
        ("scale=sqrt", "scale"),
        ("from=then", "from"),
        ("radius_m=0", "radius_m"),
        ("radius_m=1000000", "radius_m"),
        ("radius_m=NaN", "radius_m"),
        ("radius_px=5000", "radius_px"),
        ("radius_m=9&radius_px=9", "radius_m"),
        ("domain=NaN", "domain"),
        ("from=2026-03-02&to=2026-03-01", "to"),
        ("from=2026-03-02&to=2026-03-02", "to"),
        ("last=-1h", "last"),
        ("last=1h&to=2026-03-02", "last"),
        ("half_life=1h&last=24h", "half_life"),
    ] {
        let (status, told) = answer(service.get(&format!("/heat/legend.json?{query}"))).await;
        assert_eq!((status, &told["error"]["field"]), (StatusCode::BAD_REQUEST, &json!(field)), "{query}: {told}");
    }
    for (query, field) in [
        (format!("bbox={BOX}&width=100000&height=100000"), "width"),
        (format!("bbox={BOX}&height=0"), "height"),
        ("width=10".to_owned(), "bbox"),
        ("bbox=179,0,-179,1".to_owned(), "bbox"),
        ("bbox=110,40,110,41".to_owned(), "bbox"),
        ("bbox=110,40,NaN,41".to_owned(), "bbox"),
        ("bbox=110,40,111".to_owned(), "bbox"),
    ] {
        let (status, told) = answer(service.get(&format!("/heat.png?{query}"))).await;
        assert!(status.is_client_error() && told["error"]["field"] == json!(field), "{query}: {told}");
    }
    let turned = service.get("/heat.png?bbox=179,0,-179,1").header("Accept-Language", "zh");
    let (_, told) = answer(turned).await;
    assert!(told["error"]["message"].as_str().is_some_and(|said| said.contains("180 度经线")), "{told}");
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
        (&["--size", "0x10"], "pixels wide"),
        (&["--only-category", "C"], "no event to draw"),
        (&["--radius-m", "0"], "--radius-m: 0 is not between"),
        (&["--size", "100000x100000"], "4096 pixels wide"),
        (&["--bbox", "179,0,-179,1"], "180th meridian"),
        (&["--from", "2026-03-06", "--to", "2026-03-05"], "is not before"),
    ] {
        let run = run(args);
        assert!(run.code == 2 && run.stderr.contains(said), "{args:?}: {}", run.stderr);
    }
}

#[tokio::test]
async fn a_new_event_changes_just_its_tiles_and_an_empty_one_is_everybodys() {
    let service = Service::start().await;
    let tile = async |path: &str| {
        let response = service.get(path).send().await.expect("an answer");
        let tag = response.headers()["etag"].to_str().expect("ASCII").to_owned();
        (tag, response.bytes().await.expect("bytes"))
    };
    let report = async |lon: f64, lat: f64| {
        service.report(&json!({"lon": lon, "lat": lat, "category": "020104"})).await;
    };
    // The tiles of the site's middle at zoom 17, and one of another continent; each also as the last day.
    report(110.03, 40.41).await;
    report(110.008, 40.41).await;
    let paths: Vec<String> = ["/heat/17/105597/49425.png", "/heat/17/105589/49425.png", "/heat/17/1/1.png"]
        .iter()
        .flat_map(|path| [format!("{path}?domain=100"), format!("{path}?domain=100&last=24h&ramp=viridis")])
        .collect();
    let mut before = Vec::new();
    for path in &paths {
        before.push(tile(path).await);
    }
    assert_eq!(before[4], before[5], "empty is empty");
    assert!(before[0].1 != before[4].1 && before[2].1 != before[4].1, "these are not");
    report(110.0331, 40.41).await;
    for (i, path) in paths.iter().enumerate() {
        let after = tile(path).await;
        assert_eq!(after == before[i], i > 1, "{path}");
    }
}

#[tokio::test]
async fn heat_follows_what_comes_in_and_what_time_does() {
    let service = Service::start().await;
    let report = async |lon: f64| {
        service.report(&json!({"lon": lon, "lat": 40.41, "category": "020104"})).await;
    };
    let shown = async |query: &str| {
        answer(service.get(&format!("/heat/legend.json?{query}"))).await.1["events"].as_u64().expect("a count")
    };
    let queries = ["last=24h", "half_life=6h", "category=020104", "category=020702", "source=resident", ""];
    report(110.02).await;
    for query in queries {
        assert_eq!(shown(query).await, u64::from(query != "category=020702"), "{query}");
    }
    report(110.03).await;
    for query in ["last=24h", "half_life=6h", "category=020104", ""] {
        assert_eq!(shown(query).await, 2, "{query}");
    }
    assert_eq!(shown("category=020702").await, 0);
    // Where reports came from has to be read again, which happens once in a while.
    while shown("source=resident").await != 2 {
        tokio::task::yield_now().await;
    }
    service.clock.advance(12 * 3_600_000);
    report(110.04).await;
    assert_eq!((shown("last=24h").await, shown("last=11h").await), (3, 1));
    service.clock.advance(13 * 3_600_000);
    assert_eq!((shown("last=24h").await, shown("").await), (1, 3), "what is older than a day has left");
}

#[tokio::test]
async fn the_numbers_behind_a_picture_its_contours_and_its_grids_are_handed_out() {
    let service = Service::start().await;
    for (lon, lat) in events() {
        service.report(&json!({"lon": lon, "lat": lat, "category": "020104"})).await;
    }
    let served = async |path: String| {
        let response = service.get(&path).send().await.expect("an answer");
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        response.bytes().await.expect("bytes")
    };
    let npy = served(format!("/heat.npy?bbox={BOX}&width=64&height=48")).await;
    assert!(npy.starts_with(b"\x93NUMPY") && npy.len() > 64 * 48 * 4, "{}", npy.len());
    let tif = served(format!("/heat.tif?bbox={BOX}&width=64&height=48")).await;
    assert!(tif.starts_with(b"II*\0"), "a TIFF");
    let (_, told) = answer(service.get(&format!("/heat/contours.geojson?bbox={BOX}&width=400&height=300"))).await;
    let contours = told["features"].as_array().expect("features");
    let at_least: Vec<f64> = contours.iter().filter_map(|contour| contour["properties"]["at_least"].as_f64()).collect();
    assert!(at_least.len() > 2 && at_least.is_sorted(), "{at_least:?}");
    assert_eq!(contours[0]["geometry"]["type"], "MultiPolygon");
    let (status, told) = answer(service.get(&format!("/heat/contours.geojson?bbox={BOX}&height=3000"))).await;
    assert_eq!((status, &told["error"]["field"]), (StatusCode::BAD_REQUEST, &json!("height")));

    let (_, told) = answer(service.get("/heat/grids.geojson?last=24h")).await;
    let grids = told["features"].as_array().expect("features");
    let counted: u64 = grids.iter().filter_map(|grid| grid["properties"]["events"].as_u64()).sum();
    let (_, tally) = answer(service.get("/heat/legend.json?last=24h")).await;
    assert!(counted > 0 && counted <= tally["events"].as_u64().expect("a count"), "{counted} of {tally}");
    assert_eq!((grids.len(), &grids[0]["properties"]["unit"]), (28, &json!("events/km²/h")));
    let (_, told) = answer(service.get("/heat/grids.geojson?half_life=6h")).await;
    assert_eq!(told["error"]["field"], json!("half_life"), "counts do not fade");
}

#[tokio::test]
async fn a_difference_shows_where_there_is_more_and_where_less() {
    let service = Service::start().await;
    let report = async |lon: f64| service.report(&json!({"lon": lon, "lat": 40.41, "category": "020104"})).await;
    report(110.02).await;
    service.clock.advance(24 * 3_600_000);
    report(110.05).await;
    let days = "from=2026-03-05&to=2026-03-06&compare=2026-03-04/2026-03-05";
    let png =
        service.get(&format!("/heat.png?bbox={BOX}&width=500&height=400&{days}")).send().await.expect("an answer");
    assert_eq!(png.status(), StatusCode::OK);
    let picture = image::load_from_memory(&png.bytes().await.expect("bytes")).expect("a PNG").to_rgba8();
    let [[less_red, _, less_blue, _], [more_red, _, more_blue, _]] = [100, 400].map(|x| picture.get_pixel(x, 200).0);
    assert!(less_blue > less_red && more_red > more_blue, "purple where there was more before, orange where now");
    let (_, legend) = answer(service.get(&format!("/heat/legend.json?{days}"))).await;
    let [least, most] = [0, 1].map(|i| legend["domain"][i].as_f64().expect("a number"));
    assert!(least < 0.0 && (least + most).abs() < 1e-9, "{legend}");
    let (_, told) = answer(service.get(&format!("/heat/contours.geojson?bbox={BOX}&{days}"))).await;
    let contours = told["features"].as_array().expect("features");
    let sides =
        ["at_most", "at_least"].map(|side| contours.iter().any(|contour| contour["properties"][side].is_number()));
    assert_eq!(sides, [true; 2], "{told}");
    let (_, told) = answer(service.get(&format!("/heat/grids.geojson?{days}"))).await;
    let grids = told["features"].as_array().expect("features").iter().map(|grid| &grid["properties"]);
    let (more, less): (Vec<_>, Vec<_>) =
        grids.filter(|grid| grid["density"] != json!(0.0)).partition(|grid| grid["density"].as_f64() > Some(0.0));
    assert_eq!((more.len(), less.len(), &more[0]["events"], &less[0]["events_before"]), (1, 1, &json!(1), &json!(1)));
    for (query, field) in [
        ("compare=2026-03-04/2026-03-05", "from"),
        ("from=2026-03-05&compare=2026-03-04/2026-03-05", "to"),
        ("bbox=110,40,111,41&z=3", "bbox"),
        ("last=24h&compare=2026-03-05", "compare"),
        ("last=24h&compare=2026-03-05/2026-03-04", "compare"),
    ] {
        let (status, told) = answer(service.get(&format!("/heat/legend.json?{query}"))).await;
        assert!(status.is_client_error() && told["error"]["field"] == json!(field), "{query}: {told}");
    }
}

#[tokio::test]
async fn a_film_shows_a_day_by_the_hour_in_the_same_colours() {
    let service = Service::start().await;
    let report = async |lon: f64| service.report(&json!({"lon": lon, "lat": 40.41, "category": "020104"})).await;
    report(110.05).await;
    service.clock.advance(3 * 3_600_000);
    // Too far from each other to be one matter, near enough to shine together.
    report(110.02).await;
    report(110.0215).await;
    let day = format!("bbox={BOX}&width=100&height=80&from=2026-03-04&to=2026-03-05");
    let film = service.get(&format!("/heat/film.png?{day}")).send().await.expect("an answer");
    let film = film.bytes().await.expect("bytes");
    let film = image::codecs::png::PngDecoder::new(std::io::Cursor::new(&film)).expect("a PNG").apng().expect("a film");
    let frames: Vec<_> = film.into_frames().map(|frame| frame.expect("a picture").into_buffer()).collect();
    assert_eq!(frames.len(), 24);
    let shown =
        |pixel: &image::Rgba<u8>| if pixel.0[3] > 0 { pixel.0[..3].iter().map(|c| u32::from(*c)).sum() } else { 0u32 };
    let strongest = |frame: &image::RgbaImage| frame.pixels().map(shown).max().expect("pixels");
    let busy: Vec<usize> = (0..24).filter(|hour| strongest(&frames[*hour]) > 0).collect();
    assert_eq!((busy.len(), busy[1] - busy[0]), (2, 3), "{busy:?}");
    assert!(strongest(&frames[busy[0]]) < strongest(&frames[busy[1]]), "two are more than one");
    let (_, legend) = answer(service.get(&format!("/heat/legend.json?every=1h&{day}"))).await;
    let (_, hour) = answer(service.get(&format!("/heat/legend.json?bbox={BOX}&width=100&height=80&last=1h"))).await;
    assert_eq!((&legend["events"], &legend["unit"], &legend["domain"]), (&json!(3), &hour["unit"], &hour["domain"]));
    for (query, field) in [
        ("from=2026-03-04", "to"),
        ("last=24h&every=1s", "every"),
        ("last=24h&every=2d", "every"),
        ("last=24h&every=soon", "every"),
        ("half_life=6h", "half_life"),
        ("last=24h&compare=2026-03-04/2026-03-05", "compare"),
        ("last=24h&width=4096&height=4096", "every"),
    ] {
        let (status, told) = answer(service.get(&format!("/heat/film.png?bbox={BOX}&{query}"))).await;
        assert!(status.is_client_error() && told["error"]["field"] == json!(field), "{query}: {told}");
    }
}

#[test]
fn the_command_writes_differences_numbers_and_contours() {
    let rows = (0..60).map(|i| format!("110.0{},40.41,2026-03-0{} 09:00\n", 2 + i % 3, 4 + i % 2));
    let site = Site::empty().with("e.csv", format!("lon,lat,time\n{}", rows.collect::<String>()));
    let run = |args: &[&str]| site.run(&[&["heatmap", "--input", "e.csv", "--output", "out.png"], args].concat());
    let drawn = run(&[
        "--from",
        "2026-03-05",
        "--to",
        "2026-03-06",
        "--compare",
        "2026-03-04/2026-03-05",
        "--size",
        "320x200",
        "--values",
        "out.npy",
        "--contours",
        "out.geojson",
    ]);
    assert!(drawn.code == 0 && drawn.stderr.contains("60 events drawn"), "{}", drawn.stderr);
    assert!(drawn.stderr.contains("events/km²/h"), "{}", drawn.stderr);
    let read = |name: &str| std::fs::read(site.file(name)).expect("a file");
    assert!(read("out.npy").starts_with(b"\x93NUMPY"));
    let contours: serde_json::Value = serde_json::from_slice(&read("out.geojson")).expect("GeoJSON");
    assert_eq!(contours["type"], "FeatureCollection");
    assert_eq!(run(&["--values", "out.tif", "--kernel", "quartic", "--scale", "linear"]).code, 0);
    assert!(read("out.tif").starts_with(b"II*\0"));
    let days = ["--from", "2026-03-04", "--to", "2026-03-06", "--size", "64x64", "--every"];
    let film = run(&[&days[..], &["12h"]].concat());
    assert!(film.code == 0 && film.stderr.contains("60 events drawn"), "{}", film.stderr);
    assert!(read("out.png").windows(4).any(|chunk| chunk == b"acTL"), "an animated PNG");
    for (args, said) in [
        (&[&days[..], &["soon"]].concat()[..], "--every"),
        (&[&days[..], &["1s"]].concat(), "1 to 96 pictures"),
        (&["--values", "out.csv"], ".tif (GeoTIFF)"),
        (&["--compare", "2026-03-04/2026-03-05"], "--from"),
        (&["--from", "2026-03-05", "--to", "2026-03-06", "--compare", "2026-03-04"], "is not FROM/TO"),
    ] {
        let run = run(args);
        assert!(run.code == 2 && run.stderr.contains(said), "{args:?}: {}", run.stderr);
    }
}
