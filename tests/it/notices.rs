//! What people are told of cases: in the service, in their language, once.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::{
    binary::until,
    service::{Service, answer},
};

/// Of grid 15062100100107: who looks at the spot, who stands in for him, and who reports from it; then the room.
const SPECIALIST: &str = "staff-07";
const INFORMANT: &str = "informant-024";
const INTAKE: &str = "office-02";
const HEAD: &str = "office-01";
const DISPATCHERS: [&str; 3] = ["office-05", "office-06", "office-07"];

async fn post(service: &Service, who: &str, path: &str, body: Value) -> Value {
    let token = service.person(who).await;
    let (status, told) = answer(service.client.post(service.url(path)).bearer_auth(token).json(&body)).await;
    assert!(status.is_success(), "{who} {body}: {status} {told}");
    told
}

async fn report(service: &Service) -> String {
    let told = json!({"lon": 110.0331, "lat": 40.4109, "category": "010301", "description": "厕所墙体开裂"});
    let told = post(service, INFORMANT, "/api/reports", told).await;
    told["case_id"].as_str().expect("an id").to_owned()
}

async fn step(service: &Service, who: &str, case: &str, body: Value) {
    post(service, who, &format!("/api/cases/{case}/actions"), body).await;
}

async fn notices(service: &Service, who: &str, query: &str) -> Value {
    let token = service.person(who).await;
    let asked = service.client.get(service.url(&format!("/api/me/notices{query}"))).bearer_auth(token);
    let (status, list) = answer(asked.header("Accept-Language", "zh")).await;
    assert_eq!(status, StatusCode::OK, "{list}");
    list
}

/// As sentences, the newest first.
async fn told(service: &Service, who: &str) -> Vec<String> {
    let list = notices(service, who, "").await;
    let messages = list["notices"].as_array().expect("a list").iter();
    messages.map(|notice| notice["message"].as_str().expect("words").to_owned()).collect()
}

#[tokio::test]
async fn whose_turn_it_is_reads_it_and_the_reporter_hears_of_the_end() {
    let service = Service::start().await;
    let case = report(&service).await;
    assert_eq!(told(&service, SPECIALIST).await, ["案件 2026-000001 待您办理：核实"]);
    assert_eq!(told(&service, INTAKE).await, Vec::<String>::new());
    step(&service, SPECIALIST, &case, json!({"action": "verify"})).await;
    // Both steps at once: nobody else is called for what is done already.
    step(&service, INTAKE, &case, json!({"action": "accept"})).await;
    step(&service, HEAD, &case, json!({"action": "file"})).await;
    for dispatcher in DISPATCHERS {
        assert_eq!(told(&service, dispatcher).await, ["案件 2026-000001 待您办理：派遣"]);
    }
    let order = json!({"action": "dispatch", "lead": "HWJ", "with": ["CGJ"]});
    step(&service, DISPATCHERS[0], &case, order).await;
    let list = notices(&service, "clerk-03", "").await;
    assert_eq!((&list["notices"][0]["code"], &list["notices"][0]["params"]["stage"]), (&json!("turn"), &json!("sign")));
    assert_eq!(list["notices"][0]["case"], json!(case));
    assert_eq!(told(&service, INFORMANT).await, Vec::<String>::new());

    let again = report_elsewhere(&service).await;
    step(&service, INTAKE, &again, json!({"action": "merge", "into": case})).await;
    assert_eq!(told(&service, "informant-001").await, ["您上报的案件 2026-000002：已并案"]);
}

/// Another case, told by somebody else.
async fn report_elsewhere(service: &Service) -> String {
    let told = json!({"lon": 110.0331, "lat": 40.4109, "category": "020120", "description": "垃圾箱满溢"});
    let told = post(service, "informant-001", "/api/reports", told).await;
    told["case_id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn post_b_is_told_only_while_post_a_is_away() {
    let service = Service::start().await;
    let stand_in = "staff-30";
    report(&service).await;
    assert_eq!(told(&service, stand_in).await, Vec::<String>::new());
    post(&service, SPECIALIST, "/api/me/state", json!({"on_duty": false})).await;
    service.clock.advance(20 * 86_400_000);
    report(&service).await;
    assert_eq!(told(&service, stand_in).await.len(), 1, "of the second");
}

#[tokio::test]
async fn notices_are_read_page_by_page_and_noted_as_read_and_forgotten_after_a_while() {
    let service = Service::start().await;
    for _ in 0..3 {
        report(&service).await;
        service.clock.advance(20 * 86_400_000);
    }
    let is_turn = |notice: &&Value| notice["code"] == "turn";
    let list = notices(&service, SPECIALIST, "?limit=2").await;
    assert_eq!((list["notices"].as_array().map(Vec::len), &list["unread"]), (Some(2), &json!(3)));
    let next = list["next"].as_str().expect("more");
    let rest = notices(&service, SPECIALIST, &format!("?limit=2&cursor={next}")).await;
    assert_eq!((rest["notices"].as_array().map(Vec::len), &rest["next"]), (Some(1), &Value::Null));
    let all = notices(&service, SPECIALIST, "").await;
    assert_eq!(all["notices"].as_array().expect("a list").iter().filter(is_turn).count(), 3);

    let newest = &list["notices"][0]["id"];
    let left = post(&service, SPECIALIST, "/api/me/notices/read", json!({"ids": [newest]})).await;
    assert_eq!(left["unread"], 2);
    let unread = notices(&service, SPECIALIST, "?unread=true").await;
    assert_eq!(unread["notices"].as_array().map(Vec::len), Some(2));
    // Another's are not one's own.
    assert_eq!(post(&service, INTAKE, "/api/me/notices/read", json!({"all": true})).await["unread"], 0);
    assert_eq!(notices(&service, SPECIALIST, "").await["unread"], 2);
    assert_eq!(post(&service, SPECIALIST, "/api/me/notices/read", json!({"all": true})).await["unread"], 0);

    service.clock.advance(35 * 86_400_000);
    until(async || notices(&service, SPECIALIST, "").await["notices"].as_array().map(Vec::len) == Some(2)).await;
}

#[tokio::test]
async fn lateness_is_told_to_whom_the_ladder_names() {
    let service = Service::start().await;
    let case = report(&service).await;
    let late = "案件 2026-000001 已超时：核实";
    service.clock.advance(2 * 3_600_000);
    until(async || told(&service, DISPATCHERS[0]).await == [late]).await;
    assert_eq!(told(&service, HEAD).await, Vec::<String>::new());
    service.clock.advance(2 * 86_400_000);
    until(async || told(&service, HEAD).await == [late]).await;
    until(async || told(&service, "cadre-03").await == [late]).await;
    assert_eq!(told(&service, SPECIALIST).await.len(), 1, "{case}");
}
