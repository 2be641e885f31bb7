//! The service over real HTTP: a report becomes a case, live.

use futures_util::StreamExt;
use gridwatch::{
    domain::people::{Actor, ActorKind, Permission, Role},
    service::http::ROUTES,
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use strum::IntoEnumIterator;
use tokio_tungstenite::tungstenite::{self, Message, client::IntoClientRequest};

use crate::harness::{
    Site, Square,
    service::{Service, answer},
};

fn bin_overflows() -> Value {
    json!({"lon": 110.0331, "lat": 40.4109, "accuracy_m": 8, "category": "020120", "description": "垃圾箱满溢"})
}

#[tokio::test]
async fn a_report_becomes_a_case_on_the_right_grid_with_its_reasons() {
    let service = Service::start().await;
    let (status, told) = service.report(&bin_overflows()).await;
    assert_eq!(status, StatusCode::CREATED, "{told}");
    assert_eq!(told["number"], "2026-000001");
    assert_eq!(told["placement"]["path"][0]["code"], "15062100100107");
    assert_eq!(told["placement"]["department"], "HWJ");
    assert_eq!(told["placement"]["why"][0], "lies in grid Xingshengyuan Grid 7");

    let id = told["case_id"].as_str().expect("an id");
    let (status, case) = answer(service.get(&format!("/api/cases/{id}"))).await;
    assert_eq!(status, StatusCode::OK, "{case}");
    assert_eq!((&case["status"], &case["told"][0]["description"]), (&json!("to_verify"), &json!("垃圾箱满溢")));
    let (_, list) = answer(service.get("/api/cases?grid=150621001001&status=to_verify")).await;
    assert_eq!(list["cases"][0]["id"], id, "the community holds the grid");
    let (_, list) = answer(service.get("/api/cases?grid=150621001002")).await;
    assert_eq!(list["cases"], json!([]));
}

#[tokio::test]
async fn the_same_thing_again_joins_and_a_repeated_key_is_answered_the_same() {
    let service = Service::start().await;
    let (_, first) = service.report(&bin_overflows()).await;
    service.clock.advance(60_000);
    let (status, second) = service.report(&bin_overflows()).await;
    assert_eq!((status, &second["joined"]), (StatusCode::CREATED, &json!(true)));
    assert_eq!(second["case_id"], first["case_id"]);

    let with_key = |body: &Value| {
        service.client.post(service.url("/api/reports")).header("Idempotency-Key", "k".repeat(32)).json(body)
    };
    let (created, third) = answer(with_key(&bin_overflows())).await;
    let (repeated, again) = answer(with_key(&bin_overflows())).await;
    assert_eq!((created, repeated), (StatusCode::CREATED, StatusCode::OK));
    assert_eq!(third["report_id"], again["report_id"]);
    let (conflict, why) = answer(with_key(&json!({"description": "something else"}))).await;
    assert_eq!((conflict, &why["error"]["code"]), (StatusCode::CONFLICT, &json!("key_reused")));
}

#[tokio::test]
async fn a_place_or_an_address_alone_is_enough_and_nothing_known_goes_to_triage() {
    let service = Service::start().await;
    let (_, named) = service.report(&json!({"address": "福来商城西侧旱厕旁", "category": "010301"})).await;
    assert_eq!(named["placement"]["path"][0]["code"], "15062100100107", "{named}");
    let (_, lost) = service.report(&json!({"address": "月球背面", "category": "010301"})).await;
    assert_eq!(lost["placement"]["outcome"], "unplaced");
    let (_, triage) = answer(service.get("/api/cases?status=triage")).await;
    assert_eq!(triage["cases"][0]["id"], lost["case_id"]);
}

#[tokio::test]
async fn what_cannot_be_taken_says_which_field_and_why_in_the_clients_language() {
    let service = Service::start().await;
    let cases = [
        (json!({}), 422, "nothing_told", Value::Null),
        (json!({"lon": 110.03, "lat": 40.41, "category": "999999"}), 422, "unlisted_category", json!("category")),
        (json!({"lon": 40.41, "lat": 110.03}), 422, "swapped_position", json!("lon")),
        (json!({"lon": 110.03}), 422, "missing_value", json!("lat")),
        (json!({"lon": 110.03, "lat": 40.41, "accuracy_m": 3e7}), 422, "out_of_range", json!("accuracy_m")),
        (
            json!({"lon": 110.03, "lat": 40.41, "captured_at": "2027-01-01T00:00:00Z"}),
            422,
            "from_the_future",
            json!("captured_at"),
        ),
        (json!({"description": "长".repeat(4_001)}), 422, "text_too_long", Value::Null),
        (
            json!({"lon": 110.03, "lat": 40.41, "captured_at": "1999-12-31T23:59:59Z"}),
            422,
            "too_long_ago",
            json!("captured_at"),
        ),
        (json!({"lat": 40.4}), 422, "missing_value", json!("lon")),
        (json!({"description": "x", "source": "hotline"}), 422, "foreign_source", json!("source")),
        (json!([110.03, 40.41]), 422, "no_object", json!("body")),
        (json!({"lon": "110.03", "lat": 40.41}), 400, "unreadable_value", json!("lon")),
        (json!({"description": "x", "captured_at": "yesterday"}), 400, "unreadable_value", json!("captured_at")),
        (json!({"lon": 110.03, "lat": 40.41, "desciption": "typing error"}), 400, "unknown_name", json!("desciption")),
    ];
    for (body, status, code, field) in cases {
        let (got, told) = service.report(&body).await;
        assert_eq!(
            (got.as_u16(), &told["error"]["code"], &told["error"]["field"]),
            (status, &json!(code), &field),
            "{body}"
        );
        assert_ne!(told["error"]["message"], json!(code), "has words");
    }
    let bomb = "[".repeat(100_000);
    let (got, _) = answer(service.client.post(service.url("/api/reports")).body(bomb)).await;
    assert_eq!(got, StatusCode::BAD_REQUEST);
    let (got, told) = answer(service.client.post(service.url("/api/reports")).body(vec![b' '; 2 << 20])).await;
    assert_eq!(got, StatusCode::PAYLOAD_TOO_LARGE, "{told}");
    let zh =
        service.client.post(service.url("/api/reports")).header("Accept-Language", "zh-CN,en;q=0.5").json(&json!({}));
    assert_eq!(answer(zh).await.1["error"]["message"], "请说明地点或内容：位置、地址、地点或描述");
    let (got, told) = answer(service.client.get(service.url("/api/locate?lon=x&lat=1"))).await;
    assert_eq!((got, &told["error"]["code"]), (StatusCode::BAD_REQUEST, &json!("unreadable_value")));
    let late = json!({"description": "x", "captured_at": "2027-01-01T00:00:00.123456789Z"});
    let (_, told) = service.report(&late).await;
    assert_eq!(told["error"]["message"], "2027-01-01T00:00:00Z is still to come; it is 2026-03-04T01:00:00Z now");
}

#[tokio::test]
async fn a_query_that_is_not_understood_is_refused_by_name_in_the_clients_language() {
    let service = Service::start().await;
    let cases = [
        ("/api/cases?statsu=triage", 400, "unknown_name", "statsu"),
        ("/api/cases?status=lost", 400, "bad_choice", "status"),
        ("/api/cases?limit=0", 400, "unreadable_value", "limit"),
        ("/api/cases?limit=many", 400, "unreadable_value", "limit"),
        ("/api/cases?overdue=perhaps", 400, "unreadable_value", "overdue"),
        ("/api/cases?bbox=111,40,110,41", 400, "unreadable_value", "bbox"),
        ("/api/cases?grid=a&grid=b", 400, "unreadable_value", "grid"),
        ("/api/locate?lon=110.03&lat=40.41&acuracy_m=5", 400, "unknown_name", "acuracy_m"),
        ("/api/locate?lon=110.03", 422, "missing_value", "lat"),
        ("/api/locate?lon=110.03&lat=40.41&accuracy_m=3e7", 422, "out_of_range", "accuracy_m"),
        ("/api/locate?lon=110.03&lat=40.41&accuracy_m=inf", 422, "out_of_range", "accuracy_m"),
        ("/api/places?nmae=x", 400, "unknown_name", "nmae"),
        ("/heat.png", 422, "missing_value", "bbox"),
        ("/heat.png?bbox=110,40,111,41&category=999999", 422, "unlisted_category", "category"),
        ("/heat.png?bbox=110,40,111,41&last=24h&from=2026-01-01", 400, "not_together", "last"),
        ("/heat.png?bbox=110,40,111,41&width=wide", 400, "unreadable_value", "width"),
    ];
    for (path, status, code, field) in cases {
        let zh = service.get(path).header("Accept-Language", "zh");
        let (got, told) = answer(zh).await;
        let error = &told["error"];
        assert_eq!((got.as_u16(), &error["code"], &error["field"]), (status, &json!(code), &json!(field)), "{path}");
        let words = error["message"].as_str().expect("words");
        assert!(words.chars().any(|c| c >= '一') && !words.contains("deserialize"), "{path}: {words}");
    }
    let (_, told) = answer(service.get("/heat.png")).await;
    assert_eq!(told["error"]["message"], "bbox: is missing");
    assert_eq!(answer(service.get("/api/cases/no-id")).await.0, StatusCode::NOT_FOUND);
    assert_eq!(answer(service.get("/api/cases?limit=5000")).await.0, StatusCode::OK, "as many as there may be");
    let sign_in = service.client.post(service.url("/api/session")).json(&json!({"cod": "x"}));
    assert_eq!(answer(sign_in).await.1["error"]["field"], "cod");
}

#[tokio::test]
async fn nobody_takes_the_place_of_another_sender() {
    let service = Service::start().await;
    let program = service.token(ActorKind::Program).await;
    let told = |token: Option<&str>, source: Value| {
        let body = json!({"description": "x", "nature": "appeal", "source": source, "external_id": "A-1"});
        let request = service.client.post(service.url("/api/reports")).json(&body);
        token.map_or(request.try_clone().expect("plain"), |token| request.bearer_auth(token))
    };
    // All residents are one actor: nobody is answered with what another was told.
    let (refused, why) = answer(told(None, json!("informant"))).await;
    assert_eq!((refused, &why["error"]["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("external_id")));
    let guessed =
        service.client.post(service.url("/api/reports")).header("Idempotency-Key", "1").json(&bin_overflows());
    assert_eq!(answer(guessed).await.1["error"]["code"], "short_key");
    let (created, own) = answer(told(Some(&program), json!("informant"))).await;
    assert_eq!(created, StatusCode::CREATED, "the id is the program's own");
    let (repeated, again) = answer(told(Some(&program), json!("informant"))).await;
    assert_eq!((repeated, &again["report_id"]), (StatusCode::OK, &own["report_id"]));
    assert_eq!(answer(told(Some(&program), json!("hotline"))).await.0, StatusCode::CREATED);
    assert_eq!(answer(told(None, json!("hotline"))).await.0, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn what_was_left_empty_was_not_told() {
    let service = Service::start().await;
    let body = json!({"description": "x", "nature": "appeal", "contact": "", "source": " ", "external_id": ""});
    let (_, first) = service.report(&body).await;
    let (status, second) = service.report(&body).await;
    assert_eq!(status, StatusCode::CREATED, "no id, so no repetition: {second}");
    assert_ne!(first["report_id"], second["report_id"]);
    let (_, case) = answer(service.get(&format!("/api/cases/{}", first["case_id"].as_str().expect("an id")))).await;
    assert_eq!((&case["told"][0]["source"], &case["told"][0]["contact"]), (&json!("resident"), &Value::Null));
}

#[tokio::test]
async fn every_route_lets_in_just_those_who_may() {
    let staff: Vec<_> = Role::iter().map(|role| format!("of-{role},王建军,{role},G")).collect();
    let site = Site::of(&[Square::grid("G", [0, 0, 2, 2])])
        .with("geodata/staff.csv", format!("id,name,roles,grids\n{}\n", staff.join("\n")));
    let service = Service::of(site.path()).await;
    let program = service.token(ActorKind::Program).await;
    let who = [
        (Actor::resident(), None),
        (Actor::of(ActorKind::Program, ""), Some(program)),
        (Actor::of(ActorKind::Administrator, ""), Some(service.administrator.clone())),
    ];
    let mut who = who.to_vec();
    for role in Role::iter() {
        let actor = Actor { roles: vec![role], ..Actor::of(ActorKind::Program, &role.to_string()) };
        who.push((actor.clone(), Some(service.token_of(actor).await)));
        let member = Actor { roles: vec![role], ..Actor::of(ActorKind::Person, &format!("of-{role}")) };
        who.push((member, Some(service.person(&format!("of-{role}")).await)));
    }
    for (path, ..) in ROUTES {
        let rows: Vec<_> = ROUTES.iter().filter(|(other, ..)| other == path).map(|(_, needs, _)| *needs).collect();
        let path = path.replace("{id}", "01a20452-96c7-75ab-aab9-b0ed9c02e21f");
        for (actor, token) in &who {
            for method in [Method::GET, Method::POST, Method::DELETE] {
                // Of two rows of a path the first is for reading.
                let permission = if method == Method::GET { rows[0] } else { rows[rows.len() - 1] };
                let mut request = service.client.request(method.clone(), service.url(&path));
                if let Some(token) = token {
                    request = request.bearer_auth(token);
                }
                let status = request.send().await.expect("an answer").status();
                if status == StatusCode::METHOD_NOT_ALLOWED {
                    continue;
                }
                let kept_out = matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
                // Signing in with nothing is refused for its own reason.
                let own_reason = path == "/api/session";
                assert!(
                    own_reason || kept_out != actor.may(permission),
                    "{method} {path} by {} {:?}: {status}",
                    actor.kind,
                    actor.roles
                );
            }
        }
    }
    assert!(ROUTES.iter().any(|(_, permission, _)| *permission == Permission::ReadCases));
    let unknown = service.client.get(service.url("/api/cases")).bearer_auth("made-up");
    assert_eq!(answer(unknown).await.1["error"]["code"], "unknown_token");
    let small = service.client.get(service.url("/api/cases"));
    let small = small.header("Authorization", format!("bearer {}", service.administrator));
    assert_eq!(answer(small).await.0, StatusCode::OK, "a scheme is the same in small letters");
}

#[tokio::test]
async fn the_sign_in_link_is_good_once_and_its_cookie_for_a_session() {
    let service = Service::start().await;
    let link = service.running.sign_in_link(&service.clock).await.expect("a link");
    let code = link.split_once("#code=").expect("in the fragment").1;
    let sign_in = |code: &str| service.client.post(service.url("/api/session")).json(&json!({"code": code}));
    let response = sign_in(code).send().await.expect("an answer");
    let cookie = response.headers()["set-cookie"].to_str().expect("ASCII").to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    let pair = cookie.split(';').next().expect("a pair").to_owned();
    let cases = || service.client.get(service.url("/api/cases")).header("Cookie", &pair);
    assert_eq!(answer(cases()).await.0, StatusCode::OK);
    assert_eq!(answer(sign_in(code)).await.1["error"]["code"], "unknown_sign_in_code");
    service.clock.advance(13 * 3_600_000);
    assert_eq!(answer(cases()).await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn whoever_signs_out_is_nobody_with_the_same_cookie_too() {
    let service = Service::start().await;
    let sign_in = async || {
        let link = service.running.sign_in_link(&service.clock).await.expect("a link");
        let code = json!({"code": link.split_once("#code=").expect("in the fragment").1});
        let response = service.client.post(service.url("/api/session")).json(&code).send().await.expect("an answer");
        let cookie = response.headers()["set-cookie"].to_str().expect("ASCII").to_owned();
        cookie.split(';').next().expect("a pair").to_owned()
    };
    let (one, other) = (sign_in().await, sign_in().await);
    let cases = |cookie: &str| service.client.get(service.url("/api/cases")).header("Cookie", cookie);
    assert_eq!(answer(cases(&one)).await.0, StatusCode::OK);
    let out = service.client.delete(service.url("/api/session")).header("Cookie", &one);
    assert_eq!(answer(out).await.0, StatusCode::NO_CONTENT);
    assert_eq!(answer(cases(&one)).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(answer(cases(&other)).await.0, StatusCode::OK, "another session of the same name goes on");
}

#[tokio::test]
async fn other_names_and_other_pages_are_refused_on_loopback_too() {
    let service = Service::start().await;
    let rebound = service.client.get(service.url("/api/grids")).header("Host", "evil.example:8080");
    assert_eq!(answer(rebound).await.1["error"]["code"], "unknown_host");
    let foreign =
        service.client.post(service.url("/api/reports")).header("Origin", "http://evil.example").json(&bin_overflows());
    assert_eq!(answer(foreign).await.1["error"]["code"], "foreign_page");
}

/// The next message of a screen.
async fn next(screen: &mut (impl StreamExt<Item = Result<Message, tungstenite::Error>> + Unpin)) -> Value {
    let message = screen.next().await.expect("a message").expect("sound");
    serde_json::from_str(message.to_text().expect("text")).expect("JSON")
}

#[tokio::test]
async fn a_screen_begins_with_a_snapshot_hears_every_change_and_resumes() {
    let service = Service::start().await;
    service.report(&bin_overflows()).await;
    let connect = async |query: &str| {
        let url = format!("ws://{}/api/live{query}", service.running.address);
        let mut request = url.into_client_request().expect("a request");
        let token = format!("Bearer {}", service.administrator).parse().expect("ASCII");
        request.headers_mut().insert("Authorization", token);
        tokio_tungstenite::connect_async(request).await.expect("connected").0
    };
    let mut screen = connect("").await;
    let snapshot = next(&mut screen).await;
    assert_eq!((&snapshot["type"], snapshot["cases"].as_array().map(Vec::len)), (&json!("snapshot"), Some(1)));
    let (_, told) = service.report(&json!({"lon": 110.0202, "lat": 40.4051, "category": "020104"})).await;
    let update = next(&mut screen).await;
    assert_eq!((&update["change"], &update["case"]["id"]), (&json!("case_opened"), &told["case_id"]));
    drop(screen);

    service.report(&bin_overflows()).await;
    let mut again = connect(&format!("?since={}", update["seq"])).await;
    let missed = next(&mut again).await;
    assert_eq!((&missed["change"], &missed["case"]["reports"]), (&json!("case_joined"), &json!(2)));
}

#[tokio::test]
async fn a_case_that_one_may_see_no_longer_leaves_the_screen_and_its_past_is_not_told() {
    let service = Service::start().await;
    let informant = service.person("informant-024").await;
    let connect = async |query: &str| {
        let url = format!("ws://{}/api/live{query}", service.running.address);
        let mut request = url.into_client_request().expect("a request");
        request.headers_mut().insert("Authorization", format!("Bearer {informant}").parse().expect("ASCII"));
        tokio_tungstenite::connect_async(request).await.expect("connected").0
    };
    let mut screen = connect("").await;
    assert_eq!(next(&mut screen).await["type"], "snapshot");
    let (_, told) = service.report(&json!({"lon": 110.0331, "lat": 40.4109, "category": "020107"})).await;
    let opened = next(&mut screen).await;
    assert_eq!(opened["case"]["id"], told["case_id"]);
    let intake = service.person("office-02").await;
    let specialist = service.person("staff-07").await;
    let step = async |token: &str, step: Value| {
        let path = service.url(&format!("/api/cases/{}/actions", told["case_id"].as_str().expect("an id")));
        let (status, said) = answer(service.client.post(path).bearer_auth(token).json(&step)).await;
        assert_eq!(status, StatusCode::OK, "{said}");
    };
    step(&specialist, json!({"action": "verify"})).await;
    assert_eq!(next(&mut screen).await["change"], "case_moved");
    step(&intake, json!({"action": "correct", "category": "020710", "note": "重点人员"})).await;
    let gone = next(&mut screen).await;
    assert_eq!((&gone["type"], &gone["case"]), (&json!("gone"), &told["case_id"]), "{gone}");
    drop(screen);
    let before = opened["seq"].as_i64().expect("a number") - 1;
    let mut again = connect(&format!("?since={before}")).await;
    assert_eq!(next(&mut again).await, gone, "of what it was nothing more is told");
    // What became of it is not told to whoever reported it either.
    let follow = service.client.post(service.url("/api/follow"));
    let follow = follow.json(&json!({"number": told["number"], "secret": told["secret"]}));
    assert_eq!(answer(follow).await.1["category"], Value::Null);
}

#[tokio::test]
async fn the_site_is_there_as_geojson_and_no_stream_address_leaves() {
    let service = Service::start().await;
    for (path, count) in [("/api/grids", 33), ("/api/places", 159), ("/api/cameras", 309)] {
        let (status, collection) = answer(service.get(path)).await;
        assert_eq!((status, collection["features"].as_array().map(Vec::len)), (StatusCode::OK, Some(count)), "{path}");
        assert!(!collection.to_string().contains("://"), "{path}");
    }
    assert_eq!(answer(service.get("/api/departments")).await.1["departments"].as_array().map(Vec::len), Some(39));
    assert_eq!(answer(service.get("/api/categories")).await.1["categories"].as_array().map(Vec::len), Some(145));
    let (_, located) = answer(service.get("/api/locate?lon=110.0331&lat=40.4109&category=020120&accuracy_m=5")).await;
    assert_eq!((&located["outcome"], &located["rule"]), (&json!("inside"), &json!("category:020120")));
    assert_eq!(answer(service.get("/readyz")).await.0, StatusCode::OK);
    service.running.stop().await.expect("stops");
}
