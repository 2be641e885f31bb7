//! A service with people of the demo site's staff signed in.

use std::collections::HashMap;

use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::Value;

use super::service::{Service, answer};

/// Of grid 15062100100107: who looks at the spot on post A and on post B, and who reports from it.
pub const SPECIALIST: &str = "staff-07";
pub const STAND_IN: &str = "staff-30";
pub const INFORMANT: &str = "informant-024";
/// The room.
pub const INTAKE: &str = "office-02";
pub const HEAD: &str = "office-01";
pub const DISPATCHER: &str = "office-05";

pub struct People {
    pub service: Service,
    tokens: HashMap<&'static str, String>,
}

impl People {
    pub async fn come() -> Self {
        Self::to(Service::start().await)
    }

    pub fn to(service: Service) -> Self {
        Self { service, tokens: HashMap::new() }
    }

    pub fn at(&self, time: &str) {
        self.service.clock.set(format!("{time}+08:00").parse().expect("an instant"));
    }

    pub async fn ask(&mut self, who: &'static str, method: Method, path: &str) -> RequestBuilder {
        if !self.tokens.contains_key(who) {
            let token = self.service.person(who).await;
            self.tokens.insert(who, token);
        }
        self.service.client.request(method, self.service.url(path)).bearer_auth(&self.tokens[who])
    }

    /// What must go well.
    pub async fn get(&mut self, who: &'static str, path: &str) -> Value {
        let (status, found) = answer(self.ask(who, Method::GET, path).await).await;
        assert_eq!(status, StatusCode::OK, "{who} {path}: {found}");
        found
    }

    pub async fn post(&mut self, who: &'static str, path: &str, body: Value) -> (StatusCode, Value) {
        answer(self.ask(who, Method::POST, path).await.json(&body)).await
    }

    /// What must go well.
    pub async fn does(&mut self, who: &'static str, path: &str, body: Value) -> Value {
        let (status, done) = self.post(who, path, body.clone()).await;
        assert!(status.is_success(), "{who} {path} {body}: {done}");
        done
    }

    /// Tells of something, and gives the case's id.
    pub async fn report(&mut self, who: &'static str, body: Value) -> String {
        self.does(who, "/api/reports", body).await["case_id"].as_str().expect("an id").to_owned()
    }

    pub async fn step(&mut self, who: &'static str, case: &str, body: Value) -> Value {
        self.does(who, &format!("/api/cases/{case}/actions"), body).await
    }

    pub async fn case(&mut self, who: &'static str, case: &str) -> Value {
        self.get(who, &format!("/api/cases/{case}")).await
    }
}

/// Status, code and field of a refusal.
pub fn refusal(answer: &(StatusCode, Value)) -> (u16, &str, &str) {
    let error = &answer.1["error"];
    let text = |name: &str| error[name].as_str().unwrap_or_default();
    (answer.0.as_u16(), text("code"), text("field"))
}

/// The texts of one member of all in a list.
pub fn each<'a>(list: &'a Value, member: &str) -> Vec<&'a str> {
    list.as_array().expect("a list").iter().map(|one| one[member].as_str().unwrap_or_default()).collect()
}
