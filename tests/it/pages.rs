//! The screens and what they begin with, over real HTTP.

use std::{path::Path, sync::Arc};

use gridwatch::{
    domain::geo::{Datum, Position},
    service::{
        app::{self, Options, Running},
        clock::SystemClock,
    },
};
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::{Site, Square, demo_site};

async fn serve(site: &Path) -> (Running, TempDir) {
    let data = tempfile::tempdir().expect("a folder");
    let listen = Some("127.0.0.1:0".parse().expect("an address"));
    let options = Options { site: site.to_owned(), data: Some(data.path().to_owned()), listen, program: None };
    (app::start(&options, Arc::new(SystemClock)).await.expect("starts"), data)
}

async fn get(service: &Running, path: &str) -> Response {
    Client::new().get(format!("http://{}{path}", service.address)).send().await.expect("an answer")
}

#[tokio::test]
async fn a_basemap_comes_in_wgs84_whatever_datum_its_file_is_in() {
    let street = |at: [f64; 2]| {
        let line = json!({"type": "LineString", "coordinates": [at, [110.006, 40.004]]});
        let feature = json!({"type": "Feature", "properties": {"name": "北街"}, "geometry": line});
        json!({"type": "FeatureCollection", "datum": "gcj02", "features": [feature]}).to_string()
    };
    let site = Site::of(&[Square::grid("01", [0, 0, 10, 10])])
        .with("gridwatch.toml", "name = \"北城\"\ntime_zone = \"Asia/Shanghai\"\n")
        .with("geodata/basemap/streets.geojson", street([110.005, 40.005]));
    let (service, _data) = serve(site.path()).await;
    let told: Value = get(&service, "/api/site").await.json().await.expect("JSON");
    assert_eq!((&told["name"], &told["basemap"]), (&json!("北城"), &json!(["streets"])));
    assert_eq!(told["time_zone"], "Asia/Shanghai");

    let layer = get(&service, "/api/basemap/streets").await;
    let tag = layer.headers()["etag"].clone();
    let layer: Value = layer.json().await.expect("JSON");
    let at = Datum::Gcj02.to_wgs84(Position::new(110.005, 40.005).expect("a position"));
    assert_eq!(layer["features"][0]["geometry"]["coordinates"][0], json!([at.lon(), at.lat()]));
    assert_eq!((&layer["features"][0]["properties"]["name"], &layer["datum"]), (&json!("北街"), &Value::Null));

    let url = format!("http://{}/api/basemap/streets", service.address);
    let again = Client::new().get(url).header("If-None-Match", tag).send().await.expect("an answer");
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    for path in ["/api/basemap/rivers", "/api/basemap/..%2Fgrids", "/api/basemap/streets.geojson"] {
        assert_eq!(get(&service, path).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn the_page_is_there_for_everybody_and_may_load_nothing_from_elsewhere() {
    let (service, _data) = serve(demo_site()).await;
    let page = get(&service, "/").await;
    assert_eq!(page.status(), StatusCode::OK);
    let header = |name: &str| page.headers()[name].to_str().expect("ASCII").to_owned();
    assert_eq!(
        (header("content-type"), header("cache-control")),
        ("text/html; charset=utf-8".into(), "no-cache".into())
    );
    let policy = header("content-security-policy");
    assert!(policy.contains("default-src 'self'") && !policy.contains("http"), "{policy}");
    let text = page.text().await.expect("text");
    // Built or not: without the screens it says how to get them.
    assert!(text.contains("/assets/") || text.contains("scripts/build-web"), "{text}");

    for asset in text.split('"').filter(|part| part.starts_with("/assets/")) {
        let url = format!("http://{}{asset}", service.address);
        let packed = Client::new().get(url).header("Accept-Encoding", "gzip, br").send().await.expect("an answer");
        assert_eq!(packed.headers()["content-encoding"], "br", "{asset}");
        assert!(packed.headers()["cache-control"].to_str().is_ok_and(|said| said.contains("immutable")), "{asset}");
    }
    assert_eq!(get(&service, "/assets/..%2Findex.html").await.status(), StatusCode::NOT_FOUND);
}
