//! Bodies that are no reports: refused in words, whatever they hold.

use reqwest::StatusCode;
use serde_json::json;

use crate::harness::{
    binary::{Binary, assert_quiet},
    service::answer,
};

#[tokio::test]
async fn bodies_that_are_no_reports_are_refused_in_words_and_leave_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let service = Binary::serve(folder.path());
    let client = service.client().await;
    let mebi = 1 << 20;
    let json = "application/json";
    let bodies: [(&str, &str, Vec<u8>); 15] = [
        ("a MiB of brackets", json, vec![b'['; mebi]),
        ("a MiB of objects in objects", json, b"{\"lon\":".repeat(mebi / 7)),
        ("nothing", json, Vec::new()),
        ("a number that is none", json, b"{\"lon\": NaN, \"lat\": 40.4}".to_vec()),
        ("a number beyond all numbers", json, b"{\"lon\": 1e999999, \"lat\": 40.4}".to_vec()),
        ("a number without end", json, [b"{\"lon\": ".to_vec(), vec![b'1'; mebi - 100], b"}".to_vec()].concat()),
        ("a member twice", json, b"{\"lon\": 110.03, \"lon\": 110.04, \"lat\": 40.41}".to_vec()),
        ("no UTF-8", json, b"{\"description\": \"\xff\xfe\"}".to_vec()),
        ("half a surrogate", json, b"{\"description\": \"\\ud800\"}".to_vec()),
        ("two reports", json, b"{\"description\": \"a\"}{\"description\": \"b\"}".to_vec()),
        (
            "a year that no calendar has",
            json,
            b"{\"description\": \"a\", \"captured_at\": \"99999-01-01T00:00:00Z\"}".to_vec(),
        ),
        (
            "a day that no calendar has",
            json,
            b"{\"description\": \"a\", \"captured_at\": \"2026-02-30T00:00:00Z\"}".to_vec(),
        ),
        (
            "a form without end",
            "multipart/form-data; boundary=x",
            b"--x\r\nContent-Disposition: form-data; name=\"lon\"\r\n\r\n110".to_vec(),
        ),
        ("a form of nothing but borders", "multipart/form-data; boundary=x", b"--x\r\n".repeat(10_000)),
        ("a form without a border", "multipart/form-data", b"lon=110.03".to_vec()),
    ];
    for (what, kind, body) in bodies {
        let request = client.post(service.url("/api/reports")).header("Content-Type", kind).body(body);
        let (status, told) = answer(request).await;
        assert_eq!((status, &told["error"]["code"]), (StatusCode::BAD_REQUEST, &json!("unreadable_value")), "{what}");
        assert!(told["error"]["message"].as_str().is_some_and(|words| words.len() < 1_000), "{what}: {told}");
    }
    for list in ["[{\"lon\": 110.03, \"lat\": 40.41}]", "[110.03, 40.41, \"wgs84\"]", "7", " null "] {
        let (status, told) = answer(client.post(service.url("/api/reports")).body(list)).await;
        assert_eq!((status.as_u16(), &told["error"]["code"]), (422, &json!("no_object")), "{list}");
    }
    // Text that is odd but text is taken as it is: it may be all that somebody has to say.
    let odd = "\u{0}\u{202e}'; DROP TABLE cases; -- <script>alert(1)</script> \u{feff}🕳️";
    let (status, told) = answer(client.post(service.url("/api/reports")).json(&json!({"description": odd}))).await;
    assert_eq!(status, StatusCode::CREATED, "{told}");
    let case = client.get(service.url(&format!("/api/cases/{}", told["case_id"].as_str().expect("an id"))));
    assert_eq!(answer(case).await.1["told"][0]["description"], odd);
    assert_eq!(answer(client.get(service.url("/api/cases"))).await.1["cases"].as_array().map(Vec::len), Some(1));
    assert_quiet(&service.stop());
}
