//! Patrols: what there is to do, what was done, and the register on the way.

use std::process::Command;

use gridwatch::service::{app, clock::Clock};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::{
    people::{HEAD, INFORMANT, INTAKE, People, SPECIALIST, STAND_IN, each, refusal},
    served_site,
    service::answer,
};

const ROUND: &str = "2026-03-04:P01:15062100100107:1";

fn toilet() -> Value {
    json!({"lon": 110.0331, "lat": 40.4109, "category": "010301", "description": "厕所墙体开裂"})
}

#[tokio::test]
async fn the_work_list_has_the_days_rounds_the_visits_and_the_cases_that_wait_for_one() {
    let mut people = People::come().await;
    let list = people.get(SPECIALIST, "/api/me/tasks").await;
    let own = [ROUND, "2026-03-04:P01:15062100100107:2", "2026-03-04:P04:15062100100107:1"];
    assert_eq!(each(&list["tasks"], "id"), own, "of the own grid, on a Wednesday");
    assert_eq!(list["tasks"][2]["places"], json!(["P002"]));
    assert_eq!(list["tasks"][0]["status"], "open");
    let monday = people.get(SPECIALIST, "/api/me/tasks?date=2026-03-02").await;
    assert!(each(&monday["tasks"], "instruction").contains(&"P02"), "{monday}");
    assert_eq!(people.get(INFORMANT, "/api/me/tasks").await["tasks"], json!([]), "another role's");

    let case = people.report(INFORMANT, toilet()).await;
    let visit = json!({"place": "P001", "planned_for": "2026-03-04", "purpose": "看望"});
    let visit = people.does(SPECIALIST, "/api/visits", visit).await;
    let list = people.get(SPECIALIST, "/api/me/tasks").await;
    assert_eq!(each(&list["cases"], "id"), [case.as_str()]);
    assert_eq!(each(&list["cases"][0]["steps"], "action"), ["verify", "disprove", "solve"]);
    assert_eq!(list["visits"], json!([visit]));
    // Whose turn it is moves on with the case; the head could verify it too, and need not.
    for who in [INTAKE, HEAD, "staff-20"] {
        assert_eq!(people.get(who, "/api/me/tasks").await["cases"], json!([]), "{who}");
    }
    people.step(SPECIALIST, &case, json!({"action": "verify"})).await;
    assert_eq!(people.get(SPECIALIST, "/api/me/tasks").await["cases"], json!([]));
    let intake = people.get(INTAKE, "/api/me/tasks").await;
    assert_eq!(each(&intake["cases"][0]["steps"], "action"), ["accept", "refuse"]);
    people.step(INTAKE, &case, json!({"action": "accept"})).await;
    people.step(HEAD, &case, json!({"action": "file"})).await;
    people.step("office-05", &case, json!({"action": "dispatch", "lead": "HWJ"})).await;
    let clerk = people.get("clerk-03", "/api/me/tasks").await;
    assert_eq!(clerk["cases"][0]["steps"], json!([{"action": "sign", "department": "HWJ"}]));
    people.step("clerk-03", &case, json!({"action": "ask", "wish": "void", "note": "重复"})).await;
    let head = people.get(HEAD, "/api/me/tasks").await;
    assert_eq!(each(&head["cases"][0]["steps"], "action"), ["grant", "deny"], "a request waits for its answer");
}

#[tokio::test]
async fn a_round_is_begun_and_ended_once_by_whose_it_is() {
    let mut people = People::come().await;
    let path = format!("/api/me/tasks/{ROUND}");
    let there = json!({"deed": "start", "lon": 110.0331, "lat": 40.4109});
    let begun = people.does(SPECIALIST, &path, there.clone()).await;
    assert_eq!((&begun["status"], &begun["by"]), (&json!("started"), &json!(SPECIALIST)));
    people.at("2026-03-04T10:00");
    assert_eq!(people.does(SPECIALIST, &path, there).await, begun, "the same again is done once");
    let unsaid = people.post(SPECIALIST, &path, json!({"deed": "skip"})).await;
    assert_eq!(refusal(&unsaid), (422, "skipping_needs_reason", "note"));
    // Post B sees it too, and acts once A has gone.
    let finish = json!({"deed": "finish", "note": "无异常"});
    let early = people.post(STAND_IN, &path, finish.clone()).await;
    assert_eq!(refusal(&early).1, "post_a_is_there");
    people.does(SPECIALIST, "/api/me/state", json!({"on_duty": false})).await;
    let ended = people.does(STAND_IN, &path, finish.clone()).await;
    assert_eq!((&ended["status"], &ended["said"]), (&json!("done"), &json!("无异常")));
    assert_eq!(ended["started_at"], begun["started_at"]);
    let late = people.post(SPECIALIST, &path, finish.clone()).await;
    assert_eq!(refusal(&late), (409, "task_ended", "deed"));
    let others = people.post("staff-20", &path, finish.clone()).await;
    assert_eq!(refusal(&others).0, 404, "another grid's");
    let tomorrow = people.post(SPECIALIST, "/api/me/tasks/2026-03-05:P01:15062100100107:1", finish).await;
    assert_eq!(refusal(&tomorrow).1, "task_of_another_day");
    for unknown in ["2026-03-04:P01:15062100100107:3", "soon", "2026-99-04:P01:15062100100107:1"] {
        let unknown = people.post(SPECIALIST, &format!("/api/me/tasks/{unknown}"), json!({"deed": "start"})).await;
        assert_eq!(refusal(&unknown).1, "not_found");
    }
    let mut people = People::to(people.service.restarted().await);
    let list = people.get(SPECIALIST, "/api/me/tasks").await;
    assert_eq!(list["tasks"][0], ended, "the tasks follow from the day, and what was done is kept");
}

#[tokio::test]
async fn the_record_has_everything_that_one_did_page_by_page() {
    let mut people = People::come().await;
    let case = people.report(SPECIALIST, toilet()).await;
    people.at("2026-03-04T09:10");
    people.does(SPECIALIST, &format!("/api/me/tasks/{ROUND}"), json!({"deed": "start"})).await;
    people.does(SPECIALIST, &format!("/api/me/tasks/{ROUND}"), json!({"deed": "finish"})).await;
    let visit = json!({"name": "王大爷家", "lon": 110.0331, "lat": 40.4109, "planned_for": "2026-03-04"});
    let visit = people.does(SPECIALIST, "/api/visits", visit).await;
    people.at("2026-03-04T09:20");
    let done = format!("/api/visits/{}/done", visit["id"].as_str().expect("an id"));
    people.does(SPECIALIST, &done, json!({"note": "身体好"})).await;
    people
        .does(SPECIALIST, "/api/places", json!({"kind": "shop", "name": "老李修车", "lon": 110.0331, "lat": 40.4109}))
        .await;
    people.step(SPECIALIST, &case, json!({"action": "remark", "note": "已看"})).await;
    people.does(SPECIALIST, "/api/me/state", json!({"on_duty": false})).await;
    people.step(HEAD, &case, json!({"action": "remark", "note": "不是他"})).await;

    let whole = people.get(SPECIALIST, "/api/me/record").await;
    assert_eq!(whole["cursor"], Value::Null);
    let kinds = each(&whole["entries"], "kind");
    assert_eq!(kinds, ["attendance", "place", "visit", "step", "visit", "task", "task", "report"], "{whole}");
    let (mut paged, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = people.get(SPECIALIST, &format!("/api/me/record?limit=3{cursor}")).await;
        paged.extend(page["entries"].as_array().expect("entries").clone());
        match page["cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(json!(paged), whole["entries"]);
    let span = "/api/me/record?from=2026-03-04T09:10:00%2B08:00&to=2026-03-04T09:20:00%2B08:00";
    assert_eq!(each(&people.get(SPECIALIST, span).await["entries"], "kind"), ["visit", "task", "task"]);
    let bad = answer(people.ask(SPECIALIST, reqwest::Method::GET, "/api/me/record?cursor=x").await).await;
    assert_eq!(refusal(&bad), (400, "unreadable_value", "cursor"));
}

#[tokio::test]
async fn a_visit_is_planned_within_the_own_grids_and_done_once() {
    let mut people = People::come().await;
    let plan = json!({"place": "P001", "planned_for": "2026-03-03", "staff": STAND_IN});
    let visit = people.does(HEAD, "/api/visits", plan).await;
    assert_eq!((&visit["name"], &visit["path"][0]), (&json!("福来商城"), &json!("15062100100107")));
    assert_eq!(people.get(STAND_IN, "/api/me/tasks").await["visits"], json!([visit]), "due since yesterday");
    assert_eq!(people.get(SPECIALIST, "/api/me/tasks").await["visits"], json!([]), "another shall go");
    let path = format!("/api/visits/{}/done", visit["id"].as_str().expect("an id"));
    assert_eq!(refusal(&people.post("staff-20", &path, json!({})).await).0, 404);
    let report = people.does(INFORMANT, "/api/reports", toilet()).await["report_id"].clone();
    people.does(SPECIALIST, "/api/me/state", json!({"on_duty": false})).await;
    let unknown = json!({"report": "01a20452-96c7-75ab-aab9-b0ed9c02e21f"});
    assert_eq!(refusal(&people.post(STAND_IN, &path, unknown).await), (422, "unknown_report", "report"));
    let went = json!({"note": "见到店主", "found": "墙体开裂", "report": report});
    let done = people.does(STAND_IN, &path, went.clone()).await;
    assert_eq!((&done["done"]["by"], &done["done"]["report"]), (&json!(STAND_IN), &report));
    assert_eq!(people.does(STAND_IN, &path, went.clone()).await, done, "the same again");
    assert_eq!(refusal(&people.post(HEAD, &path, went).await), (409, "visited_before", ""));
    assert_eq!(people.get(STAND_IN, "/api/me/tasks").await["visits"], json!([]));
    let list = people.get(HEAD, "/api/visits?grid=150621001001&from=2026-03-03&to=2026-03-04&done=true").await;
    assert_eq!(list["visits"], json!([done]));
    assert_eq!(people.get(HEAD, "/api/visits?to=2026-03-03").await["visits"], json!([]));
    assert_eq!(people.get("staff-20", "/api/visits").await["visits"], json!([]), "another grid's");
    for (body, code, field) in [
        (json!({"place": "P999", "planned_for": "2026-03-04"}), "unknown_place", "place"),
        (json!({"name": "x", "planned_for": "2026-03-04"}), "unknown_place", "place"),
        (json!({"name": "x", "grid": "9", "planned_for": "2026-03-04"}), "unknown_grid", "grid"),
        (json!({"place": "P001", "planned_for": "2026-03-04", "staff": "nobody"}), "unknown_staff", "staff"),
        (json!({"place": "P001", "planned_for": "soon"}), "unreadable_value", "planned_for"),
        (json!({"place": "P001"}), "missing_value", "planned_for"),
    ] {
        let refused = people.post(HEAD, "/api/visits", body.clone()).await;
        assert_eq!((refusal(&refused).1, refusal(&refused).2), (code, field), "{body}");
    }
}

#[tokio::test]
async fn a_place_found_on_the_way_is_known_to_the_gazetteer_and_can_be_taken_over() {
    let mut people = People::come().await;
    let shop = json!({"kind": "shop", "name": "老李修车铺", "aliases": ["老李"], "lon": 110.0331, "lat": 40.4109, "note": "晚间营业"});
    let keyed = people.ask(SPECIALIST, reqwest::Method::POST, "/api/places").await.header("Idempotency-Key", "a");
    let again = keyed.try_clone().expect("no stream").json(&shop);
    let (status, added) = answer(keyed.json(&shop)).await;
    assert_eq!((status, &added["properties"]["code"]), (StatusCode::CREATED, &json!("NEW-0001")), "{added}");
    assert_eq!(added["properties"]["grid"], "15062100100107");
    assert_eq!(answer(again).await, (StatusCode::OK, added.clone()));
    let same = people.post(STAND_IN, "/api/places", shop.clone()).await;
    assert_eq!(refusal(&same), (409, "perhaps_the_same", "name"));
    assert_eq!(same.1["error"]["params"]["place"], "NEW-0001");
    let mut another = shop.clone();
    another["another"] = json!(true);
    another["code"] = json!("NEW-0001");
    assert_eq!(refusal(&people.post(STAND_IN, "/api/places", another).await), (409, "place_code_taken", "code"));
    let elsewhere = people.post("staff-20", "/api/places", shop.clone()).await;
    assert_eq!(refusal(&elsewhere), (403, "outside_reach", "lon"));

    let named = people.service.report(&json!({"place": "老李修车铺", "description": "占道"})).await.1;
    assert!(named["placement"].to_string().contains("15062100100107"), "{named}");
    let codes = |list: &Value| {
        let features = list["features"].as_array().expect("features").iter();
        features.map(|one| one["properties"]["code"].as_str().expect("a code").to_owned()).collect::<Vec<_>>()
    };
    let own = people.get(SPECIALIST, "/api/places?grid=15062100100107").await;
    assert!(codes(&own).contains(&"P001".to_owned()) && codes(&own).contains(&"NEW-0001".to_owned()), "{own}");
    assert_eq!(codes(&people.get(SPECIALIST, "/api/places?name=%E8%80%81%E6%9D%8E").await), ["NEW-0001"]);
    assert!(!codes(&people.get("staff-20", "/api/places").await).contains(&"NEW-0001".to_owned()), "another grid's");
    let open = answer(people.service.client.get(people.service.url("/api/places"))).await.1;
    assert!(!codes(&open).contains(&"NEW-0001".to_owned()), "not for everybody");

    let mut people = People::to(people.service.restarted().await);
    let named = people.get(SPECIALIST, "/api/places?name=%E8%80%81%E6%9D%8E%E4%BF%AE%E8%BD%A6%E9%93%BA").await;
    assert_eq!(codes(&named), ["NEW-0001"], "it is kept");
    let mut export = Command::new(env!("CARGO_BIN_EXE_gridwatch"));
    export.args(["export", "places", "--site"]).arg(served_site()).arg("--data").arg(people.service.data());
    let exported = export.output().expect("runs");
    let text = String::from_utf8(exported.stdout).expect("UTF-8");
    assert!(text.starts_with("code,kind,name,aliases,lon,lat\nP001,building,福来商城,福来城;福来,"), "{text}");
    assert!(text.ends_with("NEW-0001,shop,老李修车铺,老李,110.0331000,40.4109000\n"), "{text}");
}

#[tokio::test]
async fn where_somebody_was_is_forgotten_off_duty_and_after_a_day() {
    let mut people = People::come().await;
    let here = json!({"on_duty": true, "lon": 110.0331, "lat": 40.4109});
    people.does(SPECIALIST, "/api/me/state", here.clone()).await;
    people.does(STAND_IN, "/api/me/state", here).await;
    let off = people.does(SPECIALIST, "/api/me/state", json!({"on_duty": false, "lon": 110.0, "lat": 40.0})).await;
    assert_eq!(off["position"], Value::Null);
    let store = app::store_file(people.service.data());
    let kept = || {
        let store = rusqlite::Connection::open(&store).expect("the store");
        let sql = "SELECT group_concat(staff) FROM attendance WHERE coalesce(lon, lat, position_at) IS NOT NULL";
        store.query_row(sql, [], |row| row.get::<_, Option<String>>(0)).expect("read")
    };
    assert_eq!(kept().as_deref(), Some(STAND_IN));
    people.service.clock.set(people.service.clock.now() + jiff::SignedDuration::from_hours(24));
    for _ in 0..300 {
        if kept().is_none() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("{:?} is still kept", kept());
}
