//! Photos: kept as they came, shown as copies, refused where they are none.

use std::io::Cursor;

use gridwatch::domain::people::ActorKind;
use image::{ImageFormat, Rgb, RgbImage};
use reqwest::{
    RequestBuilder, StatusCode,
    multipart::{Form, Part},
};
use serde_json::{Value, json};

use crate::harness::service::{Service, answer};

/// What a phone writes into its photos, and what must not leave.
const SECRET: &[u8] = b"GPS 40.4109N 110.0331E";

/// A JPEG whose metadata tell where it was taken.
fn photo(shade: u8) -> Vec<u8> {
    let mut jpeg = Cursor::new(Vec::new());
    RgbImage::from_fn(640, 480, |x, y| Rgb([x as u8, y as u8, shade]))
        .write_to(&mut jpeg, ImageFormat::Jpeg)
        .expect("encoded");
    let mut exif = b"\xff\xe1\0\0Exif\0\0".to_vec();
    exif.extend_from_slice(SECRET);
    let length = (exif.len() - 2) as u16;
    exif[2..4].copy_from_slice(&length.to_be_bytes());
    let jpeg = jpeg.into_inner();
    [&jpeg[..2], &exif, &jpeg[2..]].concat()
}

fn form(photos: impl IntoIterator<Item = Vec<u8>>) -> Form {
    let form = Form::new()
        .text("lon", "110.0331")
        .text("lat", "40.4109")
        .text("category", "020120")
        .text("description", "垃圾箱满溢")
        .text("contact", "");
    photos.into_iter().fold(form, |form, photo| form.part("photo", Part::bytes(photo).file_name("../x.php")))
}

fn post(service: &Service, form: Form) -> RequestBuilder {
    service.client.post(service.url("/api/reports")).multipart(form)
}

fn holds(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}

#[tokio::test]
async fn a_photo_is_kept_as_it_came_and_shown_without_what_it_would_tell() {
    let service = Service::start().await;
    let sent = photo(1);
    let (status, told) = answer(post(&service, form([sent.clone(), photo(2)]))).await;
    assert_eq!(status, StatusCode::CREATED, "{told}");
    let (_, case) = answer(service.get(&format!("/api/cases/{}", told["case_id"].as_str().expect("an id")))).await;
    let evidence = case["told"][0]["evidence"].as_array().expect("a list").clone();
    assert_eq!(evidence.len(), 2);
    assert_eq!(evidence[0]["media_type"], "image/jpeg");
    let path = format!("/api/evidence/{}", evidence[0]["hash"].as_str().expect("a hash"));

    let fetch = async |path: String, token: &str| {
        let response = service.client.get(service.url(&path)).bearer_auth(token).send().await.expect("an answer");
        (response.status(), response.bytes().await.expect("bytes").to_vec())
    };
    let program = service.token(ActorKind::Program).await;
    for (path, size) in [(path.clone(), (640, 480)), (format!("{path}/thumbnail"), (320, 240))] {
        let (status, bytes) = fetch(path, &program).await;
        assert_eq!(status, StatusCode::OK);
        let shown = image::load_from_memory_with_format(&bytes, ImageFormat::Jpeg).expect("a JPEG");
        assert_eq!((shown.width(), shown.height()), size);
        assert!(!holds(&bytes, SECRET));
    }
    let original = format!("{path}/original");
    let (status, bytes) = fetch(original.clone(), &service.administrator).await;
    assert_eq!((status, bytes == sent, holds(&bytes, SECRET)), (StatusCode::OK, true, true));
    assert_eq!(fetch(original, &program).await.0, StatusCode::FORBIDDEN);
    assert_eq!(answer(service.client.get(service.url(&path))).await.0, StatusCode::UNAUTHORIZED);
    let made_up = format!("/api/evidence/{}", "0".repeat(64));
    assert_eq!(fetch(made_up, &program).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_photo_of_a_restricted_case_is_not_there_for_others() {
    let service = Service::start().await;
    let dispute = Form::new()
        .text("lon", "110.04")
        .text("lat", "40.41")
        .text("category", "020702")
        .part("photo", Part::bytes(photo(3)));
    let (status, told) = answer(post(&service, dispute).bearer_auth(&service.administrator)).await;
    assert_eq!(status, StatusCode::CREATED, "{told}");
    let path = format!("/api/evidence/{}", blake3::hash(&photo(3)).to_hex());
    let program = service.token(ActorKind::Program).await;
    let as_program = service.client.get(service.url(&path)).bearer_auth(program);
    assert_eq!(answer(as_program).await.0, StatusCode::NOT_FOUND);
    assert_eq!(service.get(&path).send().await.expect("an answer").status(), StatusCode::OK);
}

#[tokio::test]
async fn what_is_no_photo_is_refused_and_leaves_nothing() {
    let service = Service::start().await;
    let refused: [(Form, StatusCode, &str, Value); 6] = [
        (form([vec![0xff; 20 << 20]]), StatusCode::PAYLOAD_TOO_LARGE, "photo_too_large", json!("photo")),
        (form([b"<svg/>".to_vec()]), StatusCode::UNPROCESSABLE_ENTITY, "no_photo", json!("photo")),
        (form((0..10).map(photo)), StatusCode::UNPROCESSABLE_ENTITY, "too_many_photos", json!("photo")),
        (form([]).text("lon", "1"), StatusCode::BAD_REQUEST, "unreadable_value", json!("lon")),
        (Form::new().text("lat", "x"), StatusCode::BAD_REQUEST, "unreadable_value", json!("lat")),
        (form([]).text("colour", "red"), StatusCode::BAD_REQUEST, "unknown_name", json!("colour")),
    ];
    for (form, status, code, field) in refused {
        let (got, told) = answer(post(&service, form)).await;
        assert_eq!((got, &told["error"]["code"], &told["error"]["field"]), (status, &json!(code), &field), "{told}");
    }
    let (got, told) = answer(post(&service, form((0..4).map(|_| vec![0xff; 15 << 20])))).await;
    assert_eq!((got, &told["error"]["code"]), (StatusCode::PAYLOAD_TOO_LARGE, &json!("body_too_large")));
    let broken = service.client.post(service.url("/api/reports")).header("Content-Type", "multipart/form-data");
    assert_eq!(answer(broken.body("--x")).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(answer(service.get("/api/cases")).await.1["cases"], json!([]));
}

#[tokio::test]
async fn a_refused_report_leaves_no_photo() {
    let service = Service::start().await;
    let good = || Part::bytes(photo(1));
    let refused = [
        (Form::new().text("lon", "110.03").part("photo", good()), "missing_value"),
        (Form::new().text("lon", "0").text("lat", "0").part("photo", good()), "zero_position"),
        (form([photo(1)]).text("source", "hotline"), "foreign_source"),
        (form([photo(1), b"<svg/>".to_vec()]), "no_photo"),
    ];
    for (form, code) in refused {
        assert_eq!(answer(post(&service, form)).await.1["error"]["code"], code);
    }
    answer(post(&service, form([])).header("Idempotency-Key", "a".repeat(32))).await;
    let reused = post(&service, form([photo(1)])).header("Idempotency-Key", "a".repeat(32));
    assert_eq!(answer(reused).await.1["error"]["code"], "key_reused");
    let kept = std::fs::read_dir(service.data().join("evidence")).expect("a folder");
    let kept: Vec<_> = kept.map(|entry| entry.expect("an entry").file_name()).collect();
    assert_eq!(kept, ["unfinished"]);
}

#[tokio::test]
async fn a_repeated_form_is_one_report_and_another_photo_under_its_key_a_conflict() {
    let service = Service::start().await;
    let keyed = |photos: Vec<Vec<u8>>| post(&service, form(photos)).header("Idempotency-Key", "a".repeat(32));
    let (_, first) = answer(keyed(vec![photo(1)])).await;
    let (status, again) = answer(keyed(vec![photo(1)])).await;
    assert_eq!((status, &again["report_id"]), (StatusCode::OK, &first["report_id"]));
    assert_eq!(answer(keyed(vec![photo(2)])).await.0, StatusCode::CONFLICT);
}
