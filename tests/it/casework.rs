//! Cases, from the report to the stars, by the people whose turn it is.

use std::collections::HashMap;

use gridwatch::{
    domain::case::{Case, Light, Stage, Step, diagram},
    service::clock::Clock,
};
use jiff::Timestamp;
use reqwest::{
    StatusCode,
    multipart::{Form, Part},
};
use serde_json::{Value, json};

use crate::harness::service::{Service, answer};

/// The service with people signed in.
pub struct Room {
    pub service: Service,
    tokens: HashMap<&'static str, String>,
}

/// Of grid 15062100100107: who looks at the spot, and who reports from it; then the room, and two departments.
pub const SPECIALIST: &str = "staff-07";
pub const INFORMANT: &str = "informant-024";
pub const INTAKE: &str = "office-02";
pub const HEAD: &str = "office-01";
pub const DISPATCHER: &str = "office-05";

impl Room {
    pub async fn open() -> Self {
        Self { service: Service::start().await, tokens: HashMap::new() }
    }

    pub fn at(&self, time: &str) {
        self.service.clock.set(instant(time));
    }

    pub async fn token(&mut self, who: &'static str) -> String {
        if !self.tokens.contains_key(who) {
            let token = self.service.person(who).await;
            self.tokens.insert(who, token);
        }
        self.tokens[who].clone()
    }

    pub async fn get(&mut self, who: &'static str, path: &str) -> (StatusCode, Value) {
        let token = self.token(who).await;
        answer(self.service.client.get(self.service.url(path)).bearer_auth(token)).await
    }

    pub async fn post(&mut self, who: &'static str, path: &str, body: Value) -> (StatusCode, Value) {
        let token = self.token(who).await;
        answer(self.service.client.post(self.service.url(path)).bearer_auth(token).json(&body)).await
    }

    pub async fn report(&mut self, who: &'static str, category: &str) -> String {
        let told = json!({"lon": 110.0331, "lat": 40.4109, "category": category, "description": "厕所墙体开裂"});
        let (status, told) = self.post(who, "/api/reports", told).await;
        assert_eq!(status, StatusCode::CREATED, "{told}");
        told["case_id"].as_str().expect("an id").to_owned()
    }

    pub async fn step(&mut self, who: &'static str, case: &str, body: Value) -> (StatusCode, Value) {
        self.post(who, &format!("/api/cases/{case}/actions"), body).await
    }

    /// The case once lateness was told so often, or as it is after half a minute.
    pub async fn until_told(&mut self, case: &str, rungs: usize) -> Value {
        let mut detail = Value::Null;
        for _ in 0..300 {
            detail = self.get(HEAD, case).await.1;
            if detail["trail"].as_array().expect("steps").iter().filter(|step| step["action"] == "escalate").count()
                >= rungs
            {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        detail
    }

    /// A step that must go well.
    pub async fn takes(&mut self, who: &'static str, case: &str, body: Value) -> Case {
        let (status, answer) = self.step(who, case, body.clone()).await;
        assert_eq!(status, StatusCode::OK, "{who} {body}: {answer}");
        serde_json::from_value(answer).expect("a case")
    }

    /// With a photo of the work.
    pub async fn shows(&mut self, who: &'static str, case: &str, body: Value) -> Case {
        let token = self.token(who).await;
        let form = Form::new().text("step", body.to_string()).part("photo", Part::bytes(photo()));
        let request = self.service.client.post(self.service.url(&format!("/api/cases/{case}/actions")));
        let (status, answer) = answer(request.bearer_auth(token).multipart(form)).await;
        assert_eq!(status, StatusCode::OK, "{who} {body}: {answer}");
        serde_json::from_value(answer).expect("a case")
    }

    /// As far as the departments.
    pub async fn dispatched(&mut self, category: &str, order: Value) -> String {
        let case = self.report(INFORMANT, category).await;
        self.takes(SPECIALIST, &case, json!({"action": "verify"})).await;
        self.takes(INTAKE, &case, json!({"action": "accept"})).await;
        self.takes(HEAD, &case, json!({"action": "file"})).await;
        let who = if order["action"] == "whistle" { HEAD } else { DISPATCHER };
        self.takes(who, &case, order).await;
        case
    }
}

fn instant(time: &str) -> Timestamp {
    format!("{time}+08:00").parse().expect("an instant")
}

fn photo() -> Vec<u8> {
    let mut jpeg = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(16, 16).write_to(&mut jpeg, image::ImageFormat::Jpeg).expect("encoded");
    jpeg.into_inner()
}

fn code(answer: &(StatusCode, Value)) -> (u16, &str) {
    (answer.0.as_u16(), answer.1["error"]["code"].as_str().unwrap_or_default())
}

/// The stages of the straight way.
const STRAIGHT: [Stage; 8] = {
    use Stage::{Accept, Check, Close, Dispatch, File, Handle, Sign, Verify};
    [Verify, Accept, File, Dispatch, Sign, Handle, Check, Close]
};

/// The case that the source of this product tells of, with its times: reported on 24 December 2018 at 15:05, checked on
/// the 27th, two stars of three. The public toilet's limits are those of the demo site's list.
#[tokio::test]
async fn the_case_of_the_cracked_wall_is_green_at_every_step() {
    let mut room = Room::open().await;
    room.at("2018-12-24T15:05");
    let case = room.report(INFORMANT, "010301").await;
    room.at("2018-12-24T15:15");
    room.takes(SPECIALIST, &case, json!({"action": "verify", "lon": 110.0331, "lat": 40.4109})).await;
    room.at("2018-12-24T15:25");
    room.takes(INTAKE, &case, json!({"action": "accept"})).await;
    room.at("2018-12-24T15:30");
    room.takes(HEAD, &case, json!({"action": "file"})).await;
    room.at("2018-12-24T15:40");
    let dispatched = room.takes(DISPATCHER, &case, json!({"action": "dispatch", "lead": "HWJ"})).await;
    assert_eq!(dispatched.due_at, Some(instant("2018-12-26T15:40")), "two days to sign");
    room.at("2018-12-25T15:12");
    room.takes("clerk-03", &case, json!({"action": "sign"})).await;
    room.at("2018-12-26T15:18");
    room.shows("clerk-03", &case, json!({"action": "handle", "note": "已修补"})).await;
    room.at("2018-12-27T10:00");
    room.takes(SPECIALIST, &case, json!({"action": "pass", "stars": 2})).await;
    room.at("2018-12-27T11:00");
    let closed = room.takes(HEAD, &case, json!({"action": "close"})).await;

    let stages: Vec<_> = closed.clocks.iter().map(|clock| (clock.stage, clock.light)).collect();
    let green = |stage| (stage, Some(Light::Green));
    assert_eq!(stages, STRAIGHT.map(green));
    let (_, detail) = room.get(HEAD, &format!("/api/cases/{case}")).await;
    let trail: Vec<Step> = serde_json::from_value(detail["trail"].clone()).expect("steps");
    let by: Vec<_> = trail.iter().map(|step| step.by.name.as_str()).collect();
    assert_eq!(by, [INFORMANT, SPECIALIST, INTAKE, HEAD, DISPATCHER, "clerk-03", "clerk-03", SPECIALIST, HEAD]);
    assert_eq!(trail[6].deed.evidence.len(), 1, "the photo of the finished work");
    let catalog = gridwatch::io::catalog::read(crate::harness::served_site()).catalog.expect("the site");
    assert_eq!(Case::replay(&trail, |_| Some(&catalog.terms)), Ok(closed), "the trail is all there is to it");
    let (status, _) = room.get(HEAD, &format!("/api/evidence/{}", trail[6].deed.evidence[0].hash)).await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn what_is_out_of_turn_is_refused_and_said_to_whom_it_belongs() {
    let mut room = Room::open().await;
    let case = room.report(INFORMANT, "010301").await;
    let early = room.step(DISPATCHER, &case, json!({"action": "dispatch", "lead": "HWJ"})).await;
    assert_eq!(code(&early), (409, "not_now"));
    assert_eq!(early.1["error"]["field"], "action");
    let others = room.step(INTAKE, &case, json!({"action": "verify"})).await;
    assert_eq!(code(&others), (403, "not_yours"));
    assert_eq!(others.1["error"]["message"], "verify is for: grid specialist, shift head");
    // The specialist of another grid does not even see it.
    let elsewhere = room.step("staff-20", &case, json!({"action": "verify"})).await;
    assert_eq!(code(&elsewhere), (404, "not_found"));
    for (body, field) in [
        (json!({"action": "verify", "stars": 2}), "stars"),
        (json!({"action": "dispatch"}), "lead"),
        (json!({"action": "fly"}), "action"),
        (json!({"note": "?"}), "action"),
        (json!({"action": "verify", "lon": 110.0}), "lat"),
        (json!({"action": "verify", "version": -1}), "version"),
    ] {
        let (status, refused) = room.step(SPECIALIST, &case, body.clone()).await;
        assert!(status.is_client_error(), "{body}: {refused}");
        assert_eq!(refused["error"]["field"], field, "{body}: {refused}");
    }
    let (_, detail) = room.get(SPECIALIST, &format!("/api/cases/{case}")).await;
    assert_eq!(detail["version"], 1, "nothing of it left a trace");
    let next: Vec<_> = detail["next"].as_array().expect("steps").iter().map(|next| next["action"].clone()).collect();
    assert!(next.contains(&json!("verify")) && next.contains(&json!("disprove")), "{next:?}");
    room.takes(SPECIALIST, &case, json!({"action": "disprove", "note": "没有"})).await;
    let over = room.step(HEAD, &case, json!({"action": "remark", "note": "?"})).await;
    assert_eq!(code(&over), (409, "not_now"));
}

#[tokio::test]
async fn of_two_who_act_at_once_one_is_told_that_the_other_was_faster() {
    let mut room = Room::open().await;
    let case = room.report(INFORMANT, "010301").await;
    let body = json!({"action": "verify", "version": 1});
    let tokens = [room.token(SPECIALIST).await, room.token(HEAD).await];
    let url = room.service.url(&format!("/api/cases/{case}/actions"));
    let client = room.service.client.clone();
    let both = tokens.map(|token| answer(client.post(&url).bearer_auth(token).json(&body)));
    let [one, other] = both;
    let (one, other) = tokio::join!(one, other);
    let mut codes = [one.0.as_u16(), other.0.as_u16()];
    codes.sort_unstable();
    assert_eq!(codes, [200, 409], "{one:?} {other:?}");
    // The same key again is the same step.
    let token = room.token(INTAKE).await;
    for _ in 0..2 {
        let accept =
            client.post(&url).bearer_auth(&token).header("Idempotency-Key", "k").json(&json!({"action": "accept"}));
        let (status, case) = answer(accept).await;
        assert_eq!((status.as_u16(), &case["version"]), (200, &json!(3)));
    }
}

#[tokio::test]
async fn one_who_holds_several_posts_takes_their_steps_with_one_tap() {
    let mut room = Room::open().await;
    let case = room.report(INFORMANT, "010301").await;
    room.takes(SPECIALIST, &case, json!({"action": "verify"})).await;
    // The cadre of this site heads the shift; it does not accept, so nothing of the tap is done.
    let steps = json!({"action": "accept", "then": [{"action": "file"}, {"action": "dispatch", "lead": "HWJ"}]});
    let refused = room.step("cadre-01", &case, steps).await;
    assert_eq!(code(&refused), (403, "not_yours"));
    room.takes(INTAKE, &case, json!({"action": "accept"})).await;
    let steps = json!({"action": "file", "version": 3,
        "then": [{"action": "whistle", "kind": "hard", "lead": "HWJ", "with": ["CGJ"]}]});
    let case = room.takes("cadre-01", &case, steps).await;
    assert_eq!((case.version, case.orders.len()), (5, 2));
}

#[tokio::test]
async fn a_whistle_is_over_when_every_department_has_passed() {
    let mut room = Room::open().await;
    let whistle = json!({"action": "whistle", "kind": "daily", "lead": "HWJ", "with": ["CGJ", "JJDD"]});
    let case = room.dispatched("010301", whistle).await;
    let clerks = [("clerk-03", "HWJ"), ("clerk-06", "CGJ"), ("clerk-36", "JJDD")];
    for (clerk, department) in clerks {
        let (_, me) = room.get(clerk, "/api/session").await;
        assert_eq!(me["reach"]["department"], department, "{clerk}");
        room.takes(clerk, &case, json!({"action": "sign"})).await;
        let early = room.step(clerk, &case, json!({"action": "handle"})).await;
        assert_eq!(code(&early), (422, "needs_photo"));
        room.takes(clerk, &case, json!({"action": "report_in"})).await;
    }
    for (clerk, department) in clerks {
        room.shows(clerk, &case, json!({"action": "handle"})).await;
        let passed =
            room.takes(SPECIALIST, &case, json!({"action": "pass", "stars": 3, "department": department})).await;
        assert_eq!(passed.status.to_string(), if department == "JJDD" { "to_close" } else { "handling" });
    }
    let closed = room.takes(HEAD, &case, json!({"action": "close"})).await;
    assert!(!closed.status.is_open());
}

#[tokio::test]
async fn post_b_acts_while_post_a_is_away() {
    let mut room = Room::open().await;
    let case = room.report(INFORMANT, "010301").await;
    let refused = room.step("staff-30", &case, json!({"action": "verify"})).await;
    assert_eq!(code(&refused), (403, "post_a_is_there"));
    let (status, state) =
        room.post(SPECIALIST, "/api/me/state", json!({"on_duty": false, "lon": 110.03, "lat": 40.41})).await;
    assert_eq!((status.as_u16(), &state["on_duty"], &state["position"]), (200, &json!(false), &Value::Null));
    room.takes("staff-30", &case, json!({"action": "verify"})).await;
    let (_, detail) = room.get(HEAD, &format!("/api/cases/{case}")).await;
    assert_eq!(
        detail["trail"][1]["by"],
        json!({"name": "staff-30", "role": "specialist", "stands_in_for": SPECIALIST})
    );
}

#[tokio::test]
async fn lateness_climbs_the_ladder_once_through_a_holiday_and_a_restart() {
    let mut room = Room::open().await;
    // The day before the Spring Festival: two days to sign end when it is over.
    room.at("2026-02-13T16:00");
    let case = room.dispatched("010301", json!({"action": "dispatch", "lead": "HWJ"})).await;
    let path = format!("/api/cases/{case}");
    let escalations = |detail: &Value| {
        let trail = detail["trail"].as_array().expect("steps").iter();
        trail.filter(|step| step["action"] == "escalate").map(|step| step["rung"].clone()).collect::<Vec<_>>()
    };
    let (_, detail) = room.get(HEAD, &path).await;
    assert_eq!(detail["due_at"], "2026-02-24T08:00:00Z", "{detail}");
    for (time, rungs) in [("2026-02-24T16:01", 1), ("2026-02-25T11:00", 2)] {
        room.at(time);
        assert_eq!(escalations(&room.until_told(&path, rungs).await).len(), rungs, "{time}");
    }
    // The last step falls due while nobody is there to tell it.
    room.service = room.service.restarted().await;
    assert!(room.service.clock.now() > instant("2026-02-25T16:05"));
    room.until_told(&path, 3).await;
    room.at("2026-03-25T16:05");
    let (_, late) = room.get(DISPATCHER, "/api/cases?overdue=true").await;
    assert_eq!(late["cases"].as_array().map(Vec::len), Some(1));
    let (_, detail) = room.get(HEAD, &path).await;
    assert_eq!(escalations(&detail), [json!(0), json!(1), json!(2)], "the top is the end of it");
}

#[tokio::test]
async fn each_sees_what_lies_within_the_own_reach() {
    let mut room = Room::open().await;
    let case = room.report(INFORMANT, "010301").await;
    let path = format!("/api/cases/{case}");
    for (who, sees) in [(SPECIALIST, true), ("staff-20", false), (HEAD, true), ("clerk-03", false), ("leader-01", true)]
    {
        let (status, _) = room.get(who, &path).await;
        let (_, list) = room.get(who, "/api/cases").await;
        let listed = list["cases"].as_array().map_or(0, Vec::len) == 1;
        assert_eq!((status == StatusCode::OK, listed), (sees, sees), "{who}");
    }
    room.takes(SPECIALIST, &case, json!({"action": "verify"})).await;
    room.takes(INTAKE, &case, json!({"action": "accept"})).await;
    room.takes(HEAD, &case, json!({"action": "file"})).await;
    room.takes(DISPATCHER, &case, json!({"action": "dispatch", "lead": "HWJ"})).await;
    for (who, sees) in [("clerk-03", true), ("clerk-06", false)] {
        let (status, _) = room.get(who, &path).await;
        let (_, list) = room.get(who, "/api/cases").await;
        assert_eq!(
            (status == StatusCode::OK, list["cases"].as_array().map_or(0, Vec::len) == 1),
            (sees, sees),
            "{who}"
        );
    }
}

#[tokio::test]
async fn one_matter_told_twice_is_merged_and_both_told_of() {
    let mut room = Room::open().await;
    let first = room.report(INFORMANT, "010301").await;
    let told = json!({"lon": 110.0335, "lat": 40.4112, "category": "020120"});
    let (_, second) = room.post(INFORMANT, "/api/reports", told).await;
    let second = second["case_id"].as_str().expect("an id").to_owned();
    let itself = room.step(INTAKE, &second, json!({"action": "merge", "into": second})).await;
    assert_eq!(code(&itself), (422, "into_itself"));
    room.takes(INTAKE, &second, json!({"action": "merge", "into": first})).await;
    let (_, merged) = room.get(INTAKE, &format!("/api/cases/{first}")).await;
    assert_eq!((merged["reports"].clone(), merged["told"].as_array().map(Vec::len)), (json!(2), Some(2)));
    let (_, gone) = room.get(INTAKE, &format!("/api/cases/{second}")).await;
    assert_eq!((gone["status"].clone(), gone["merged_into"].clone()), (json!("merged"), json!(first)));
}

/// `GRIDWATCH_WRITE=1 cargo test diagram` draws it anew.
#[test]
fn the_diagram_in_the_documents_is_drawn_from_the_table() {
    const BEGIN: &str = "<!-- drawn from the table: GRIDWATCH_WRITE=1 cargo test diagram -->\n";
    const END: &str = "<!-- end -->\n";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/case.md");
    let text = std::fs::read_to_string(path).expect("docs/case.md");
    let (head, rest) = text.split_once(BEGIN).expect("where it begins");
    let (drawn, tail) = rest.split_once(END).expect("where it ends");
    if std::env::var_os("GRIDWATCH_WRITE").is_some() {
        std::fs::write(path, format!("{head}{BEGIN}{}{END}{tail}", diagram())).expect("written");
    } else {
        assert!(drawn == diagram(), "docs/case.md is not what the table says: GRIDWATCH_WRITE=1 cargo test diagram");
    }
}

/// `docs/seed-case.sh` against the real binary, as its first lines say.
#[tokio::test(flavor = "multi_thread")]
async fn the_script_of_the_seeds_case_plays_it_to_its_end() {
    let service = Service::start().await;
    service.clock.set(Timestamp::now());
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/seed-case.sh");
    let (url, data) = (service.url(""), service.data().to_owned());
    let run = tokio::task::spawn_blocking(move || {
        let mut run = std::process::Command::new("sh");
        run.arg(script).arg(url).arg(crate::harness::served_site()).arg(data);
        run.env("GRIDWATCH", env!("CARGO_BIN_EXE_gridwatch")).output().expect("it runs")
    });
    let run = run.await.expect("no panic");
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success(), "{said}{}", String::from_utf8_lossy(&run.stderr));
    assert!(said.contains(" closed\n") && said.matches(" green").count() == 8, "{said}");
}

#[tokio::test]
async fn a_token_reaches_as_far_and_lasts_as_long_as_it_was_made_for() {
    let mut room = Room::open().await;
    let case = room.report(INFORMANT, "010301").await;
    let site = crate::harness::served_site();
    let data = room.service.data().to_str().expect("UTF-8").to_owned();
    let create = |name: &'static str, options: &[&str]| {
        let base = ["token", "create", name, "--data", data.as_str()];
        crate::harness::run_in(site, &[&base, options].concat(), "")
    };
    let token = |name: &'static str, options: &[&str]| create(name, options).text().trim().to_owned();
    let near = token("near", &["--role", "display", "--grid", "15062100100107"]);
    let far = token("far", &["--role", "display", "--grid", "15062100100401", "--days", "30"]);
    let path = room.service.url(&format!("/api/cases/{case}"));
    let client = room.service.client.clone();
    let status = async |token: &str| answer(client.get(&path).bearer_auth(token)).await.0.as_u16();
    room.service.clock.set(Timestamp::now());
    assert_eq!((status(&near).await, status(&far).await), (200, 404));
    let step = client.post(format!("{path}/actions")).bearer_auth(&near).json(&json!({"action": "verify"}));
    assert_eq!(code(&answer(step).await), (403, "not_allowed"));
    room.service.clock.advance(31 * 86_400_000);
    assert_eq!((status(&near).await, status(&far).await), (200, 401));
    let nowhere = create("nowhere", &["--grid", "999"]);
    assert!(nowhere.code == 2 && nowhere.stderr.contains("the site has no grid 999"), "{}", nowhere.stderr);
    let nobody = create("nobody", &["--role", "king"]);
    assert!(nobody.code == 2 && nobody.stderr.contains("shift_head"), "{}", nobody.stderr);
}

#[tokio::test]
async fn a_resident_follows_the_own_report_rates_it_and_has_it_done_again() {
    let mut room = Room::open().await;
    let told = json!({"lon": 110.0331, "lat": 40.4109, "category": "010301", "description": "厕所墙体开裂"});
    let (_, told) = room.service.report(&told).await;
    let (number, secret) = (told["number"].clone(), told["secret"].as_str().expect("a secret").to_owned());
    let case = told["case_id"].as_str().expect("an id").to_owned();
    let client = room.service.client.clone();
    let url = room.service.url("/api/follow");
    let follow =
        async |secret: &str| answer(client.post(&url).json(&json!({"number": number, "secret": secret}))).await;
    assert_eq!(follow("0000-0000-0000").await.0, StatusCode::NOT_FOUND);
    let (status, followed) = follow(&secret.to_lowercase()).await;
    assert_eq!(
        (status, &followed["status"], &followed["may_rate"]),
        (StatusCode::OK, &json!("to_verify"), &json!(false))
    );

    let rate = async |body: Value| {
        let mut body = body;
        (body["number"], body["secret"]) = (number.clone(), json!(secret));
        answer(client.post(format!("{url}/rate")).json(&body)).await
    };
    assert_eq!(code(&rate(json!({"stars": 3})).await), (409, "not_now"));
    room.takes(SPECIALIST, &case, json!({"action": "verify", "note": "住户电话 13900000000"})).await;
    room.takes(INTAKE, &case, json!({"action": "accept"})).await;
    room.takes(HEAD, &case, json!({"action": "file"})).await;
    room.takes(DISPATCHER, &case, json!({"action": "dispatch", "lead": "HWJ"})).await;
    room.takes("clerk-03", &case, json!({"action": "sign"})).await;
    room.shows("clerk-03", &case, json!({"action": "handle"})).await;
    room.takes(SPECIALIST, &case, json!({"action": "pass", "stars": 2})).await;
    room.takes(HEAD, &case, json!({"action": "close"})).await;

    let (_, followed) = follow(&secret).await;
    assert_eq!((&followed["may_rate"], &followed["department"]), (&json!(true), &json!("HWJ")));
    let public = followed.to_string();
    assert!(!public.contains("13900000000") && !public.contains(SPECIALIST), "{public}");
    assert_eq!(code(&rate(json!({"stars": 4})).await), (422, "bad_stars"));
    assert_eq!(code(&rate(json!({"stars": 1, "reopen": true})).await), (422, "needs_reason"));
    let (status, again) = rate(json!({"stars": 1, "reopen": true, "note": "裂缝还在"})).await;
    assert_eq!((status, &again["status"], &again["rating"]["stars"]), (StatusCode::OK, &json!("to_sign"), &json!(1)));
    let (_, detail) = room.get(HEAD, &format!("/api/cases/{case}")).await;
    assert_eq!((&detail["reopened"], &detail["orders"][0]["reworks"]), (&json!(1), &json!(1)));
}

#[tokio::test]
async fn a_resident_tells_of_what_is_for_everybody_alone() {
    let mut room = Room::open().await;
    let list = async |room: &Room| {
        let (_, listed) = answer(room.service.client.get(room.service.url("/api/categories"))).await;
        listed["categories"].as_array().expect("a list").clone()
    };
    assert!(list(&room).await.iter().all(|category| category["visibility"] == "public"));
    let (_, all) = room.get(HEAD, "/api/categories").await;
    let restricted = all["categories"].as_array().expect("a list").iter().find(|one| one["visibility"] == "restricted");
    let told = json!({"lon": 110.0331, "lat": 40.4109, "category": restricted.expect("there are some")["code"]});
    let (status, refused) = room.service.report(&told).await;
    assert_eq!((status.as_u16(), &refused["error"]["code"]), (422, &json!("unlisted_category")));
    let (status, _) = room.post(SPECIALIST, "/api/reports", told).await;
    assert_eq!(status, StatusCode::CREATED);
}

#[tokio::test]
async fn what_the_specialist_of_the_grid_tells_is_verified() {
    let mut room = Room::open().await;
    for (who, status) in [(SPECIALIST, "to_accept"), ("staff-20", "to_verify"), ("staff-30", "to_verify")] {
        let told = json!({"lon": 110.0331, "lat": 40.4109, "description": who});
        let (_, told) = room.post(who, "/api/reports", told).await;
        let (_, case) = room.get(HEAD, &format!("/api/cases/{}", told["case_id"].as_str().expect("an id"))).await;
        assert_eq!(case["status"], status, "{who}");
    }
}

#[tokio::test]
async fn what_the_head_rules_becomes_a_rule_with_one_tap() {
    let mut room = Room::open().await;
    let case = room.dispatched("010301", json!({"action": "dispatch", "lead": "HWJ"})).await;
    let path = format!("/api/cases/{case}/ruling");
    let early = room.post(HEAD, &path, json!({})).await;
    assert_eq!(code(&early), (409, "no_ruling"));
    room.takes("clerk-03", &case, json!({"action": "ask", "wish": "return", "owner": "CGJ", "note": "墙归城管"})).await;
    room.takes(HEAD, &case, json!({"action": "rule", "owner": "CGJ", "note": "城管"})).await;
    assert_eq!(code(&room.post(DISPATCHER, &path, json!({})).await), (403, "not_yours"));
    let elsewhere = room.post(HEAD, &path, json!({"grid": "15062100100201"})).await;
    assert_eq!(code(&elsewhere), (422, "not_on_its_way"));
    let (status, ruling) = room.post(HEAD, &path, json!({})).await;
    assert_eq!(status, StatusCode::CREATED, "{ruling}");
    assert_eq!((&ruling["department"], &ruling["category"]), (&json!("CGJ"), &json!("010301")));
    let (number, grid) = (ruling["case"].as_str().expect("a number"), ruling["grid"].as_str().expect("a code"));

    let locate = "/api/locate?lon=110.0331&lat=40.4109&category=010301";
    let (_, placed) = room.get(HEAD, locate).await;
    assert_eq!(
        (&placed["department"], &placed["rule"]),
        (&json!("CGJ"), &json!(format!("ruling:{number}"))),
        "{placed}"
    );
    assert!(placed.to_string().contains(&format!("it was ruled on case {number} that")), "{placed}");
    // Next door, and of another category, all is as it was.
    let (_, other) = room.get(HEAD, "/api/locate?lon=110.0331&lat=40.4109&category=010101").await;
    assert_ne!(other["department"], "CGJ", "{other}");
    // It outlives the service, and its version is no less true than the files.
    room.service = room.service.restarted().await;
    let (_, placed) = room.get(HEAD, locate).await;
    assert_eq!(placed["department"], "CGJ");
    let (_, list) = room.get(HEAD, "/api/rulings").await;
    assert_eq!(list["rulings"].as_array().map(Vec::len), Some(1));
    let token = room.token(HEAD).await;
    for expected in [StatusCode::NO_CONTENT, StatusCode::NOT_FOUND] {
        let url = room.service.url(&format!("/api/rulings/010301/{grid}"));
        let (status, said) = answer(room.service.client.delete(url).bearer_auth(&token)).await;
        assert_eq!(status, expected, "{said}");
    }
    let (_, placed) = room.get(HEAD, locate).await;
    assert_eq!(placed["department"], "HWJ");
}

#[tokio::test]
async fn what_cannot_be_done_as_a_whole_leaves_nothing_and_a_key_is_of_one_case() {
    let mut room = Room::open().await;
    let secret = room.report(HEAD, "020710").await;
    let open = room.report(HEAD, "020108").await;
    for case in [&secret, &open] {
        room.takes(SPECIALIST, case, json!({"action": "verify"})).await;
    }
    // What few may know of does not get out by merging.
    let merging = room.step(INTAKE, &secret, json!({"action": "merge", "into": open})).await;
    assert_eq!(code(&merging), (422, "more_would_see"), "{}", merging.1);
    let unknown = json!({"action": "merge", "into": "01a20452-96c7-75ab-aab9-b0ed9c02e21f"});
    let steps = json!({"action": "correct", "category": "020107", "note": "n", "then": [unknown]});
    let refused = room.step(INTAKE, &open, steps).await;
    assert_eq!(code(&refused), (422, "other_unknown"), "{}", refused.1);
    let (_, detail) = room.get(INTAKE, &format!("/api/cases/{open}")).await;
    assert_eq!((&detail["category"], &detail["version"]), (&json!("020108"), &json!(2)), "all of it, or nothing");

    let token = room.token(INTAKE).await;
    let (client, service) = (&room.service.client, &room.service);
    let keyed = async |case: &str| {
        let url = service.url(&format!("/api/cases/{case}/actions"));
        answer(client.post(url).bearer_auth(&token).header("Idempotency-Key", "k").json(&json!({"action": "accept"})))
            .await
    };
    assert_eq!(keyed(&secret).await.0, StatusCode::OK);
    assert_eq!(code(&keyed(&open).await), (409, "key_reused"));
    assert_eq!(keyed(&secret).await.1["status"], "to_file", "the same again is answered the same");
}

#[tokio::test]
async fn what_a_partner_gives_back_goes_to_whom_it_named_and_a_ruling_is_the_heads_to_undo() {
    let mut room = Room::open().await;
    let case = room.dispatched("010301", json!({"action": "dispatch", "lead": "HWJ", "with": ["CGJ"]})).await;
    room.takes("clerk-06", &case, json!({"action": "ask", "wish": "return", "owner": "SWJ", "note": "管道"})).await;
    let back = room.takes(DISPATCHER, &case, json!({"action": "grant", "department": "CGJ"})).await;
    let orders: Vec<_> =
        back.orders.iter().map(|order| (order.department.as_str(), order.lead, order.status.counts())).collect();
    assert_eq!(orders, [("HWJ", true, true), ("CGJ", false, false), ("SWJ", false, true)]);

    room.takes("clerk-03", &case, json!({"action": "ask", "wish": "return", "owner": "CGJ", "note": "墙"})).await;
    room.takes(HEAD, &case, json!({"action": "rule", "owner": "CGJ", "note": "城管", "department": "HWJ"})).await;
    let undone = room.step(DISPATCHER, &case, json!({"action": "recall", "department": "CGJ", "note": "n"})).await;
    assert_eq!(code(&undone), (422, "ruled"));
}

#[tokio::test]
async fn post_b_acts_in_the_grids_of_the_one_who_is_away_and_in_no_other() {
    let mut room = Room::open().await;
    let case = room.report(INFORMANT, "010301").await;
    // Of grid 105; the case lies in 107, whose post A is there.
    room.post("staff-05", "/api/me/state", json!({"on_duty": false})).await;
    let refused = room.step("staff-30", &case, json!({"action": "verify"})).await;
    assert_eq!(code(&refused), (403, "post_a_is_there"));
}

#[tokio::test]
async fn how_to_reach_a_reporter_is_for_those_who_handle_the_case() {
    let mut room = Room::open().await;
    let told = json!({"lon": 110.0331, "lat": 40.4109, "category": "010301", "contact": "13900000000"});
    let (_, told) = room.service.report(&told).await;
    let case = format!("/api/cases/{}", told["case_id"].as_str().expect("an id"));
    for (who, contact) in [(HEAD, json!("13900000000")), (INFORMANT, Value::Null)] {
        assert_eq!(room.get(who, &case).await.1["told"][0]["contact"], contact, "{who}");
    }
    // What nobody has placed yet is for those who will.
    let (_, lost) = room.service.report(&json!({"description": "救命", "contact": "13900000000"})).await;
    let case = format!("/api/cases/{}", lost["case_id"].as_str().expect("an id"));
    for (who, status) in [(SPECIALIST, 200), (INFORMANT, 404)] {
        assert_eq!(room.get(who, &case).await.0.as_u16(), status, "{who}");
    }
}

#[tokio::test]
async fn what_the_staff_adds_takes_no_name_from_a_place_of_the_register() {
    let mut room = Room::open().await;
    let place = json!({"kind": "shop", "name": "福来商城", "lon": 110.0331, "lat": 40.4109, "another": true});
    assert_eq!(room.post(INFORMANT, "/api/places", place.clone()).await.0, StatusCode::FORBIDDEN);
    assert_eq!(room.post(SPECIALIST, "/api/places", place).await.0, StatusCode::CREATED);
    let (_, told) = room.service.report(&json!({"place": "福来商城", "category": "010301"})).await;
    assert_eq!(told["placement"]["outcome"], "inside", "{told}");
}
