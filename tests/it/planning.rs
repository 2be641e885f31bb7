//! Planners' questions to the cases of a service.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::harness::{
    binary::until,
    people::{HEAD, INFORMANT, People, refusal},
    service::answer,
};

/// Streetlights and litter in grid 15062100100107, far enough from each other to be cases of their own.
async fn some_cases(people: &mut People) -> Vec<String> {
    let mut cases = Vec::new();
    for i in 0..6 {
        let lon = 110.0311 + f64::from(i) * 0.0009;
        let told = json!({"lon": lon, "lat": 40.4109, "category": "010301", "source": "informant",
            "external_id": format!("told {i}")});
        cases.push(people.report(INFORMANT, told).await);
    }
    cases
}

const ASKED: &str = "/api/hotspots?from=2026-03-01&to=2026-03-08";

/// What does not change with the hour of asking.
fn lasting(mut report: Value) -> Value {
    report["about"]["made_at"].take();
    report
}

#[tokio::test]
async fn a_report_asked_again_as_of_its_change_is_the_same_whatever_has_changed_since() {
    let mut people = People::come().await;
    let cases = some_cases(&mut people).await;
    let first = people.get(HEAD, ASKED).await;
    let about = &first["about"];
    assert_eq!((&about["incidents"], &about["hidden"], &about["source"]), (&json!(6), &json!(0), &json!("cases")));
    let again = format!(
        "{ASKED}&as_of={}&grid_version={}",
        about["as_of"].as_str().expect("a change"),
        about["grid_version"].as_str().expect("a version")
    );
    assert_eq!(lasting(people.get(HEAD, &again).await), lasting(first.clone()));
    // One turns out to be nothing, and another comes.
    let warm = async |people: &mut People| people.get(HEAD, "/heat/legend.json").await["events"].as_u64();
    assert_eq!(warm(&mut people).await, Some(6));
    people.step(HEAD, &cases[0], json!({"action": "disprove", "note": "nothing there"})).await;
    // It is read again once in a while.
    while warm(&mut people).await != Some(5) {
        tokio::task::yield_now().await;
    }
    people.step(HEAD, &cases[1], json!({"action": "verify"})).await;
    people.report(INFORMANT, json!({"lon": 110.0331, "lat": 40.4121, "category": "020604"})).await;
    let now = people.get(HEAD, ASKED).await;
    assert_eq!(now["about"]["incidents"], 6, "one less, and one more");
    assert_ne!(now["features"], first["features"]);
    assert_eq!(lasting(people.get(HEAD, &again).await), lasting(first));
}

#[tokio::test]
async fn reports_come_in_every_form_and_narrowed() {
    let mut people = People::come().await;
    some_cases(&mut people).await;
    for (format, media_type, begins) in [
        ("csv", "text/csv", "\u{feff}code,".as_bytes()),
        ("html", "text/html", b"<!doctype html>"),
        ("xlsx", "application/vnd.openxmlformats", b"PK"),
    ] {
        let asked = people.ask(HEAD, Method::GET, &format!("{ASKED}&format={format}")).await;
        let answer = asked.send().await.expect("an answer");
        let told = answer.headers()["content-type"].to_str().expect("text").to_owned();
        let body = answer.bytes().await.expect("a body");
        assert!(told.starts_with(media_type) && body.starts_with(begins), "{format}: {told}");
    }
    let narrowed = |name: &str| format!("{ASKED}&method=dbscan&eps_m=500&min_points=3&{name}");
    let incidents = |report: Value| report["about"]["incidents"].as_u64();
    for (name, found) in
        [("category=010301", 6), ("category=020604", 0), ("source=informant", 6), ("source=hotline", 0)]
    {
        assert_eq!(incidents(people.get(HEAD, &narrowed(name)).await), Some(found), "{name}");
    }
    let clusters = people.get(HEAD, &narrowed("rows=hotspots")).await;
    let spot = &clusters["features"][0]["properties"];
    assert_eq!((&spot["incidents"], &spot["categories"][0]["code"]), (&json!(6), &json!("010301")));
    let rated = people.get(HEAD, &format!("{ASKED}&per=patrols")).await;
    assert_eq!(rated["about"]["unobserved"], rated["about"]["areas"], "nobody has patrolled: nothing is known");
    let hours = people.get(HEAD, &format!("{ASKED}&per=camera-hours")).await;
    assert_eq!(
        (&hours["about"]["per"], &hours["about"]["unobserved"]),
        (&json!("camera-hours"), &rated["about"]["areas"])
    );
}

#[tokio::test]
async fn questions_that_make_no_sense_are_refused_by_name() {
    let mut people = People::come().await;
    for (query, field) in [
        ("method=kmeans", "method"),
        ("permutations=0", "permutations"),
        ("permutations=100000", "permutations"),
        ("cells=hex:1", "cells"),
        ("weights=king", "weights"),
        ("eps_m=NaN", "eps_m"),
        ("min_points=0", "min_points"),
        ("method=kde&kernel=box", "kernel"),
        ("method=kde&bandwidth_m=0", "bandwidth_m"),
        ("method=kde&edge=round", "edge"),
        ("step_days=400", "step_days"),
        ("from=2026-03-02&to=2026-03-01", "to"),
        ("period=2026-13", "period"),
        ("period=2026-03&from=2026-03-01", "period"),
        ("compare=yesterday", "compare"),
        ("as_of=later", "as_of"),
        ("grid_version=abc", "grid_version"),
        ("per=head", "per"),
        ("format=pdf", "format"),
        ("colour=red", "colour"),
        ("method=emerging&period=2026-03-04", ""),
        ("cells=hex:200&per=households", ""),
    ] {
        let refused = answer(people.ask(HEAD, Method::GET, &format!("/api/hotspots?{query}")).await).await;
        let (status, _, named) = refusal(&refused);
        assert!(status / 100 == 4 && named == field, "{query}: {refused:?}");
    }
    let (status, _) = answer(people.ask(INFORMANT, Method::GET, "/api/hotspots").await).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let empty = people.get(HEAD, "/api/hotspots?period=2020").await;
    assert_eq!((&empty["about"]["incidents"], &empty["hotspots"]), (&json!(0), &json!([])), "an honest empty answer");
}

#[tokio::test]
async fn the_report_of_a_week_is_kept_when_it_has_ended() {
    let mut people = People::come().await;
    some_cases(&mut people).await;
    assert_eq!(people.get(HEAD, "/api/hotspots/reports").await["reports"], json!([]));
    people.at("2026-03-09T08:00");
    let mut kept = Value::Null;
    until(async || {
        kept = people.get(HEAD, "/api/hotspots/reports").await["reports"].take();
        kept != json!([])
    })
    .await;
    assert_eq!((&kept[0]["period"], &kept[0]["summary"]["incidents"]), (&json!("2026-W10"), &json!(6)));
    people.report(INFORMANT, json!({"lon": 110.0331, "lat": 40.4121, "category": "020604"})).await;
    let url = kept[0]["url"].as_str().expect("an address");
    let again = people.get(HEAD, url).await;
    assert_eq!(again["about"]["incidents"], 6, "what came later is not in it");
}
