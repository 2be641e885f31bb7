//! The screens: what `scripts/build-web` made of `web/`, inside the binary.
//!
//! A debug build reads the folder at run time, so that a change of a page needs no new binary.

use axum::{
    extract::{MatchedPath, Path},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::error::{ApiError, Refusal};

#[derive(RustEmbed)]
#[folder = "web/dist/"]
#[allow_missing = true]
struct Dist;

/// Names under `assets/` hold a hash of what is in them.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// Asked again each time, answered by 304 while nothing changed.
const ASK_AGAIN: &str = "no-cache";

/// The pages by their addresses: one for each audience.
pub const PAGES: &[(&str, &str)] = &[
    ("/", "index.html"),
    ("/wall", "wall.html"),
    ("/desk", "desk.html"),
    ("/department", "department.html"),
    ("/phone", "phone.html"),
    ("/report", "report.html"),
    // Beside the pages, where the phone's own worker and its manifest have to be.
    ("/phone.js", "phone.js"),
    ("/phone.webmanifest", "phone.webmanifest"),
];

/// One of them.
pub async fn page(path: MatchedPath, headers: HeaderMap) -> Response {
    let page = PAGES.iter().find(|(at, _)| *at == path.as_str());
    page.and_then(|(_, file)| serve(file, ASK_AGAIN, &headers)).unwrap_or_else(not_built)
}

/// `/assets/{file}`: scripts, styles, pictures.
pub async fn asset(Path(file): Path<String>, headers: HeaderMap) -> Response {
    // All lie in one folder: a name with a way in it comes from no page of ours.
    let found = Some(file).filter(|file| !file.contains(['/', '\\']));
    let found = found.and_then(|file| serve(&format!("assets/{file}"), FOR_EVER, &headers));
    found.unwrap_or_else(|| ApiError::of(Refusal::NotFound).into_response())
}

/// A file of the build, packed as the client takes it: packing is done once, by the build.
fn serve(name: &str, caching: &'static str, headers: &HeaderMap) -> Option<Response> {
    let plain = || Dist::get(name).map(|file| (file, None));
    let packed =
        |(encoding, ending): &(&'static str, &str)| Some((Dist::get(&format!("{name}.{ending}"))?, Some(*encoding)));
    let accepted = [("br", "br"), ("gzip", "gz")].into_iter().filter(|(encoding, _)| accepts(headers, encoding));
    let (file, encoding) = accepted.collect::<Vec<_>>().iter().find_map(packed).or_else(plain)?;
    let tag = tag(&file);
    let mut response = if headers.get(header::IF_NONE_MATCH).is_some_and(|had| had == tag.as_str()) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, media_type(name))], file.data).into_response()
    };
    let said = response.headers_mut();
    said.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    said.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        said.insert(header::ETAG, tag);
    }
    if let Some(encoding) = encoding {
        said.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    Some(response)
}

/// Of the bytes as sent, so that each packing has its own.
fn tag(file: &EmbeddedFile) -> String {
    let hash = file.metadata.sha256_hash();
    let number = hash.first_chunk().map_or(0, |half| u128::from_be_bytes(*half));
    format!("\"{number:032x}\"")
}

fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    let said = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    said.split(',').any(|offer| {
        let (name, weight) = offer.split_once(';').unwrap_or((offer, ""));
        let refused = weight.trim().strip_prefix("q=").and_then(|q| q.parse::<f32>().ok()) == Some(0.0);
        name.trim().eq_ignore_ascii_case(encoding) && !refused
    })
}

/// Of what the build makes, and nothing else.
fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("json") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    }
}

fn not_built() -> Response {
    const PAGE: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>gridwatch</title>\
        <body style=\"font:16px/1.6 sans-serif;margin:4em\"><h1>gridwatch</h1>\
        <p>The service runs; its screens are not built yet. 服务已启动，界面尚未构建。</p>\
        <p>Run <code>scripts/build-web</code> (needs Node 20.19 or newer), then build and start the service again. \
        请运行 <code>scripts/build-web</code>（需要 Node 20.19 以上），再重新构建并启动服务。</p>";
    (StatusCode::OK, [(header::CACHE_CONTROL, ASK_AGAIN)], axum::response::Html(PAGE)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offering(value: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_str(value).expect("ASCII"))])
    }

    #[test]
    fn a_packing_is_used_only_where_the_client_takes_it() {
        assert!(accepts(&offering("gzip, deflate, br"), "br"));
        assert!(accepts(&offering("GZIP;q=0.5"), "gzip"));
        assert!(!accepts(&offering("br;q=0, gzip"), "br"));
        assert!(!accepts(&offering("brotli"), "br"));
        assert!(!accepts(&HeaderMap::new(), "gzip"));
    }

    #[tokio::test]
    async fn what_is_not_in_the_build_is_not_there_and_a_missing_page_says_what_to_do() {
        for name in ["../index.html", "nothing.js", "../../Cargo.toml"] {
            assert_eq!(asset(Path(name.to_owned()), HeaderMap::new()).await.status(), StatusCode::NOT_FOUND, "{name}");
        }
        assert!(not_built().headers()[header::CONTENT_TYPE].to_str().is_ok_and(|kind| kind.starts_with("text/html")));
    }
}
