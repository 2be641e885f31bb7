//! What goes out of the house: to real receivers on this machine, signed, and until it was taken.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU32, Ordering},
};

use axum::{Router, extract::State, http::HeaderMap, routing::post};
use reqwest::StatusCode;
use ring::hmac;
use serde_json::{Value, json};

use crate::harness::{
    Site, Square,
    binary::until,
    service::{Service, answer},
};

/// A receiver that answers so for so many times, and takes what comes then.
#[derive(Clone)]
struct Receiver {
    heard: Arc<Mutex<Vec<(HeaderMap, String)>>>,
    refuses: Arc<AtomicU32>,
    refusal: (StatusCode, &'static str),
    address: String,
}

impl Receiver {
    async fn open(refuses: u32, refusal: (StatusCode, &'static str)) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}/hook?key=hidden-1", listener.local_addr().expect("an address"));
        let refuses = Arc::new(AtomicU32::new(refuses));
        let receiver = Self { heard: Arc::default(), refuses, refusal, address };
        let router = Router::new().route("/hook", post(hear)).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        receiver
    }

    fn heard(&self) -> Vec<(HeaderMap, String)> {
        self.heard.lock().expect("no panic").clone()
    }

    fn body(&self, at: usize) -> Value {
        serde_json::from_str(&self.heard()[at].1).expect("JSON")
    }

    async fn until_heard(&self, times: usize) {
        until(async || self.heard().len() >= times).await;
    }
}

async fn hear(State(receiver): State<Receiver>, headers: HeaderMap, body: String) -> (StatusCode, &'static str) {
    receiver.heard.lock().expect("no panic").push((headers, body));
    let less = |left: u32| left.checked_sub(1);
    match receiver.refuses.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less) {
        Ok(_) => receiver.refusal,
        Err(_) => (StatusCode::OK, "{\"errcode\": 0}"),
    }
}

const DOWN: (StatusCode, &str) = (StatusCode::INTERNAL_SERVER_ERROR, "");

/// A street of one grid with a specialist and a receiver.
fn site(receiver: &Receiver, settings: &str) -> Site {
    let staff = "id,name,phone,roles,post,grids,department\nstaff-01,李海燕,19000000001,specialist,A,G,\n";
    let categories = "code,kind,list,class,name,visibility\n01,event,governance,街面,垃圾箱满溢,public\n02,event,governance,平安,涉毒涉黄,restricted\n";
    Site::of(&[Square::grid("G", [0, 0, 2, 2])])
        .with("gridwatch.toml", format!("time_zone = \"Asia/Shanghai\"\n{settings}"))
        .with("geodata/staff.csv", staff)
        .with("geodata/categories.csv", categories)
        .with("secrets.toml", format!("[notify]\nroom = \"{}\"\nroom-key = \"SEC-1\"\n", receiver.address))
}

/// With the secrets where they belong.
async fn serve(site: &Site) -> Service {
    let data = tempfile::tempdir().expect("a folder");
    std::fs::copy(site.file("secrets.toml"), data.path().join("secrets.toml")).expect("copied");
    Service::with_data(site.path(), data).await
}

async fn report(service: &Service, category: &str) {
    let told = json!({"lon": 110.001, "lat": 40.001, "category": category, "description": "东门外"});
    let program = service.token(gridwatch::domain::people::ActorKind::Administrator).await;
    let asked = service.client.post(service.url("/api/reports")).bearer_auth(program).json(&told);
    let (status, told) = answer(asked).await;
    assert_eq!(status, StatusCode::CREATED, "{told}");
}

/// Whether the header's signature is that of the body, by the key of the site.
fn is_signed(headers: &HeaderMap, body: &str) -> bool {
    let signature = headers["x-gridwatch-signature"].to_str().expect("ASCII");
    let (time, hex) = signature.strip_prefix("t=").and_then(|rest| rest.split_once(",v1=")).expect("its form");
    let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal");
    let tag: Vec<u8> = (0..hex.len()).step_by(2).map(byte).collect();
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"SEC-1");
    hmac::verify(&key, format!("{time}.{body}").as_bytes(), &tag).is_ok()
}

const SIGNED: &str = "[[notify.webhook]]\nname = \"room\"\nsecret = \"room\"\nkey = \"room-key\"\n";

#[tokio::test]
async fn a_receiver_that_fails_twice_has_it_after_the_third_time_signed_and_with_one_id() {
    let receiver = Receiver::open(2, DOWN).await;
    let site = site(&receiver, SIGNED);
    let mut service = serve(&site).await;
    report(&service, "01").await;
    receiver.until_heard(1).await;
    service.clock.advance(15_000);
    receiver.until_heard(2).await;
    // What was not taken is not lost with the service.
    service = service.restarted_at(site.path()).await;
    service.clock.advance(120_000);
    receiver.until_heard(3).await;
    let heard = receiver.heard();
    assert!(heard.iter().all(|(headers, body)| is_signed(headers, body)));
    assert!(heard.iter().all(|(headers, _)| headers["x-gridwatch-id"] == heard[0].0["x-gridwatch-id"]));
    let body = receiver.body(2);
    assert_eq!(
        (&body["kind"], &body["params"]["stage"], &body["to"]),
        (&json!("turn"), &json!("verify"), &json!(["staff-01"]))
    );
    assert_eq!((&body["case"]["description"], &body["case"]["grid"]), (&json!("东门外"), &json!("G")));
    service.clock.advance(86_400_000);
    report(&service, "02").await;
    receiver.until_heard(4).await;
    let body = receiver.body(3);
    assert_eq!(body["text"], "案件 2026-000002：待核实", "of what is restricted nothing else, and the first not again");
    assert!(body["params"].is_null() && body["case"]["description"].is_null() && body["case"]["grid"].is_null());
}

#[tokio::test]
async fn what_is_never_taken_is_a_dead_letter_until_the_administrator_sends_it_again() {
    // 企业微信 answers 200 to what it refuses.
    let receiver = Receiver::open(2, (StatusCode::OK, "{\"errcode\": 93000}")).await;
    let hook = "[notify]\nattempts = 2\n[[notify.webhook]]\nname = \"room\"\nsecret = \"room\"\nform = \"wecom\"\nkinds = [\"turn\"]\n";
    let site = site(&receiver, hook);
    let service = serve(&site).await;
    report(&service, "01").await;
    receiver.until_heard(1).await;
    assert_eq!(dead(&service).await, json!([]));
    service.clock.advance(15_000);
    until(async || dead(&service).await != json!([])).await;
    let letters = dead(&service).await;
    assert_eq!((&letters[0]["why"]["params"]["errcode"], &letters[0]["failures"]), (&json!(93_000), &json!(2)));
    assert!(!letters.to_string().contains("hidden-1"), "the address is nobody's business");

    let again = format!("/api/notices/dead/{}/again", letters[0]["id"].as_str().expect("an id"));
    let again = || service.client.post(service.url(&again)).bearer_auth(&service.administrator);
    assert_eq!(answer(again()).await.0, StatusCode::NO_CONTENT);
    receiver.until_heard(3).await;
    assert_eq!(receiver.body(2)["msgtype"], "text");
    until(async || dead(&service).await == json!([])).await;
    assert_eq!(answer(again()).await.0, StatusCode::NOT_FOUND);
}

async fn dead(service: &Service) -> Value {
    answer(service.get("/api/notices/dead")).await.1["letters"].take()
}

#[tokio::test]
async fn a_gateway_of_text_messages_and_a_template_get_what_they_read() {
    let receiver = Receiver::open(0, DOWN).await;
    let hooks = "[[notify.webhook]]\nname = \"sms\"\nsecret = \"room\"\nform = \"sms\"\n\
                 [[notify.webhook]]\nname = \"own\"\nsecret = \"room\"\ntemplate = \"own.json\"\n";
    let site = site(&receiver, hooks).with("own.json", "{\"headline\": {{ case.number }}, \"numbers\": {{ phones }}}");
    let service = serve(&site).await;
    report(&service, "01").await;
    receiver.until_heard(2).await;
    let bodies = [receiver.body(0), receiver.body(1)];
    let own = bodies.iter().find(|body| body["headline"] == "2026-000001").expect("by the template");
    assert_eq!(own["numbers"], json!(["19000000001"]));
    let sms = bodies.iter().find(|body| body["text"].is_string()).expect("as a text message");
    assert_eq!(sms["phones"], json!(["19000000001"]));
}
