//! The same thing told twice: joined where it is always one, suggested elsewhere, and everybody who told of it follows it.

use serde_json::json;

use crate::harness::{
    people::{HEAD, INTAKE, People, SPECIALIST},
    service::answer,
};

#[tokio::test]
async fn what_is_always_one_joins_by_itself_and_what_may_be_another_is_suggested() {
    let mut people = People::come().await;
    let told = |category: &str, lon: f64| json!({"lon": lon, "lat": 40.4109, "category": category});
    // Overflowing bins: auto. Vendors without a permit: suggest.
    let bin = people.service.report(&told("020120", 110.0331)).await.1;
    let again = people.service.report(&told("020120", 110.03312)).await.1;
    assert_eq!((&again["joined"], &again["case_id"]), (&json!(true), &bin["case_id"]));
    let vendor = people.service.report(&told("020501", 110.0331)).await.1;
    people.at("2026-03-04T09:20");
    let other = people.service.report(&told("020501", 110.0332)).await.1;
    assert_eq!(other["joined"], json!(false));
    let (first, second) = (vendor["case_id"].as_str().expect("an id"), other["case_id"].as_str().expect("an id"));

    let detail = people.case(INTAKE, second).await;
    let likely = &detail["perhaps_same"][0];
    assert_eq!((&likely["id"], &likely["number"]), (&vendor["case_id"], &vendor["number"]));
    assert_eq!((&likely["apart_min"], likely["distance_m"].as_f64()), (&json!(20), Some(8.0)), "{likely}");
    assert_eq!(detail["perhaps_same"].as_array().map(Vec::len), Some(1), "and not the bins");
    assert!(people.case(SPECIALIST, second).await["perhaps_same"].is_null(), "who may not merge is not asked");

    people.step(INTAKE, second, json!({"action": "merge", "into": first})).await;
    assert!(people.case(HEAD, first).await["perhaps_same"].is_null(), "what is merged is not open");
    people.step(SPECIALIST, first, json!({"action": "verify"})).await;
    for report in [&vendor, &other] {
        let body = json!({"number": report["number"], "secret": report["secret"]});
        let request = people.service.client.post(people.service.url("/api/follow")).json(&body);
        let followed = answer(request).await.1;
        assert_eq!(followed["number"], vendor["number"], "each by the own secret: {followed}");
        let steps = followed["steps"].as_array().expect("steps");
        assert!(steps.iter().any(|step| step["action"] == "verify"), "{followed}");
    }
}
