//! What photos are worth: by what they say of themselves, held against the case. It stops nothing.

use std::io::Cursor;

use exif::{Field, In, Rational, Tag, Value as Exif, experimental::Writer};
use gridwatch::domain::geo::{Datum, Position};
use reqwest::{
    StatusCode,
    multipart::{Form, Part},
};
use serde_json::{Value, json};

use crate::harness::{
    people::{DISPATCHER, HEAD, INTAKE, People, SPECIALIST, each},
    service::answer,
};

/// A JPEG that says when and where it was taken.
fn photo(shade: u8, taken: Option<(&str, [f64; 2], &str)>) -> Vec<u8> {
    let mut jpeg = Cursor::new(Vec::new());
    let image = image::RgbImage::from_pixel(16, 16, image::Rgb([shade; 3]));
    image.write_to(&mut jpeg, image::ImageFormat::Jpeg).expect("encoded");
    let jpeg = jpeg.into_inner();
    let Some((at, [lon, lat], datum)) = taken else { return jpeg };
    let text = |tag, text: &str| Field { tag, ifd_num: In::PRIMARY, value: Exif::Ascii(vec![text.into()]) };
    let degrees = |tag, degrees: f64| {
        let whole = Rational { num: (degrees * 1e7).round() as u32, denom: 10_000_000 };
        let zero = Rational { num: 0, denom: 1 };
        Field { tag, ifd_num: In::PRIMARY, value: Exif::Rational(vec![whole, zero, zero]) }
    };
    let fields = [
        text(Tag::DateTimeOriginal, at),
        text(Tag::GPSLatitudeRef, "N"),
        degrees(Tag::GPSLatitude, lat),
        text(Tag::GPSLongitudeRef, "E"),
        degrees(Tag::GPSLongitude, lon),
        text(Tag::GPSMapDatum, datum),
    ];
    let mut writer = Writer::new();
    for field in &fields {
        writer.push_field(field);
    }
    let mut tiff = Cursor::new(Vec::new());
    writer.write(&mut tiff, false).expect("written");
    let tiff = tiff.into_inner();
    let length = u16::try_from(tiff.len() + 8).expect("short").to_be_bytes();
    [&jpeg[..2], b"\xff\xe1", &length, b"Exif\0\0", &tiff, &jpeg[2..]].concat()
}

const SPOT: [f64; 2] = [110.0331, 40.4109];

/// What is said of each photo, by the codes.
fn judged(case: &Value) -> Vec<Vec<&str>> {
    case["photos"].as_array().expect("photos").iter().map(|photo| each(&photo["judged"], "code")).collect()
}

#[tokio::test]
async fn photos_are_held_against_time_and_place_and_after_against_before() {
    let mut people = People::come().await;
    let spot = Position::new(SPOT[0], SPOT[1]).expect("a position");
    let shifted = Datum::Gcj02.from_wgs84(spot);
    let form = Form::new().text("lon", SPOT[0].to_string()).text("lat", SPOT[1].to_string());
    let form = form.text("category", "010301").part("photo", Part::bytes(photo(1, None)));
    let form = form.part("photo", Part::bytes(photo(2, Some(("2026:03:04 08:50:00", SPOT, "WGS-84")))));
    let gcj = [shifted.lon(), shifted.lat()];
    let form = form.part("photo", Part::bytes(photo(3, Some(("2026:03:04 10:00:00", gcj, "GCJ-02")))));
    let request = people.service.client.post(people.service.url("/api/reports")).multipart(form);
    let (status, told) = answer(request).await;
    assert_eq!(status, StatusCode::CREATED, "{told}");
    let case = told["case_id"].as_str().expect("an id").to_owned();
    for (who, step) in [
        (SPECIALIST, json!({"action": "verify"})),
        (INTAKE, json!({"action": "accept"})),
        (HEAD, json!({"action": "file"})),
        (DISPATCHER, json!({"action": "dispatch", "lead": "HWJ"})),
        ("clerk-03", json!({"action": "sign"})),
    ] {
        people.step(who, &case, step).await;
    }
    let path = format!("/api/cases/{case}/actions");
    let old = photo(4, Some(("2026:03:01 08:50:00", [110.0361, 40.4109], "")));
    let step = json!({"action": "handle", "note": "已修补", "lon": SPOT[0], "lat": SPOT[1]});
    let form = Form::new()
        .text("step", step.to_string())
        .part("photo", Part::bytes(old))
        .part("photo", Part::bytes(photo(5, None)));
    let request = people.ask("clerk-03", reqwest::Method::POST, &path).await.multipart(form);
    let (status, handled) = answer(request).await;
    assert_eq!((status, &handled["status"]), (StatusCode::OK, &json!("to_check")), "it stops nothing");

    let detail = people.case(HEAD, &case).await;
    let expected: [&[&str]; 5] = [
        &["not_judged"],
        &["taken_in_time", "at_the_spot"],
        &["taken_afterwards", "at_the_spot"],
        &["taken_long_before", "far_from_the_spot", "other_spot_than_before"],
        // It says nothing of itself, and whoever took it says where they were.
        &["not_judged", "same_spot_as_before"],
    ];
    assert_eq!(judged(&detail), expected, "{}", detail["photos"]);
    let [.., late, old, _] = &detail["photos"].as_array().expect("photos")[..] else { panic!("five photos") };
    assert_eq!(late["judged"][0]["in_doubt"], json!(true));
    assert_eq!(late["judged"][0]["params"], json!({"minutes": 60, "limit": 10}));
    assert_eq!(late["judged"][1]["text"], "taken about 10 m from the case");
    assert_eq!((&old["step"], &old["judged"][0]["params"]["hours"]), (&detail["version"], &json!(72)));
    // Where a photo was taken may tell where somebody lives: it is judged, and not told.
    assert!(!detail.to_string().contains("110.0361"), "{detail}");
}
