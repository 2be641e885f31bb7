//! How members of staff come in: codes, passwords, and what keeps others out.

use reqwest::{RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::harness::{
    Site, Square,
    service::{Service, answer},
};

const PASSWORD: &str = "四个网格 and a horse";

/// A street of one grid, with an administrator and a specialist.
fn site() -> Site {
    Site::of(&[Square::grid("G", [0, 0, 2, 2])]).with(
        "geodata/staff.csv",
        "id,name,phone,roles,post,grids,department\nadmin-01,王建军,,administrator,,G,\nstaff-01,李海燕,,specialist,A,G,\n",
    )
}

/// Of a member of staff at a screen.
struct Door {
    service: Service,
}

impl Door {
    async fn open(site: &Site) -> Self {
        Self { service: Service::of(site.path()).await }
    }

    fn sign_in(&self, body: &Value) -> RequestBuilder {
        self.service.client.post(self.service.url("/api/session")).json(body)
    }

    /// By name and password: the status, and the code of the refusal.
    async fn tries(&self, name: &str, password: &str) -> (u16, Value) {
        let (status, told) = answer(self.sign_in(&json!({"name": name, "password": password}))).await;
        (status.as_u16(), told["error"]["code"].clone())
    }

    /// A cookie, for whoever is let in.
    async fn cookie(&self, body: &Value) -> String {
        let response = self.sign_in(body).send().await.expect("an answer");
        assert_eq!(response.status(), StatusCode::OK, "{body}");
        let cookie = response.headers()["set-cookie"].to_str().expect("ASCII").to_owned();
        cookie.split(';').next().expect("a pair").to_owned()
    }

    async fn choose(&self, cookie: &str, body: Value) -> (u16, Value) {
        let request = self.service.client.post(self.service.url("/api/me/password")).header("Cookie", cookie);
        let (status, told) = answer(request.json(&body)).await;
        (status.as_u16(), told["error"]["code"].clone())
    }

    async fn sees(&self, cookie: &str, path: &str) -> u16 {
        answer(self.service.client.get(self.service.url(path)).header("Cookie", cookie)).await.0.as_u16()
    }

    /// Signed in by a code, as `gridwatch user code` gives it.
    async fn by_code(&self, site: &Site, id: &str) -> String {
        let data = self.service.data().to_str().expect("UTF-8");
        let run = site.run(&["user", "--data", data, "code", id]);
        let code = run.text().trim().rsplit(',').next().expect("a code").to_owned();
        self.cookie(&json!({"code": code})).await
    }

    fn minutes_pass(&self, minutes: i64) {
        self.service.clock.advance(minutes * 60_000);
    }
}

#[tokio::test]
async fn who_came_in_by_a_code_chooses_a_password_and_comes_in_by_that() {
    let site = site();
    let door = Door::open(&site).await;
    let (one, other) = (door.by_code(&site, "staff-01").await, door.by_code(&site, "staff-01").await);
    let refused = [
        (json!({"password": "short"}), "password_too_short"),
        (json!({"password": "长".repeat(129)}), "password_too_long"),
        (json!({}), "missing_value"),
        (json!({"password": PASSWORD, "pasword": ""}), "unknown_name"),
    ];
    for (body, code) in refused {
        assert_eq!(door.choose(&one, body).await.1, json!(code));
    }
    assert_eq!(door.choose(&one, json!({"password": PASSWORD})).await.0, 204);
    assert_eq!(door.sees(&one, "/api/cases").await, 200);
    assert_eq!(door.sees(&other, "/api/cases").await, 401, "the other session has ended");

    let third = door.cookie(&json!({"name": "staff-01", "password": PASSWORD})).await;
    assert_eq!(door.sees(&third, "/api/cases").await, 200);
    let next = json!({"password": "another password"});
    assert_eq!(door.choose(&third, next.clone()).await, (422, json!("wrong_old_password")));
    let with_old = json!({"password": "another password", "old": PASSWORD});
    assert_eq!(door.choose(&third, with_old).await.0, 204);
    assert_eq!(door.tries("staff-01", PASSWORD).await, (401, json!("not_let_in")));
    assert_eq!(door.tries("staff-01", "another password").await.0, 200);

    let data = door.service.data().to_str().expect("UTF-8").to_owned();
    assert_eq!(site.run(&["user", "--data", &data, "sign-out", "staff-01"]).code, 0);
    assert_eq!(door.sees(&third, "/api/cases").await, 401);
    assert_eq!(site.run(&["user", "--data", &data, "unlock", "--forget", "staff-01"]).code, 0);
    assert_eq!(door.tries("staff-01", "another password").await.0, 401);
    let anew = door.by_code(&site, "staff-01").await;
    assert_eq!(door.choose(&anew, next).await.0, 204, "no old one is asked for");
}

#[tokio::test]
async fn five_wrong_passwords_lock_the_account_and_no_answer_tells_whether_there_is_one() {
    let site = site();
    let door = Door::open(&site).await;
    let cookie = door.by_code(&site, "staff-01").await;
    assert_eq!(door.choose(&cookie, json!({"password": PASSWORD})).await.0, 204);
    for name in ["staff-01", "nobody-01", "admin-01"] {
        for _ in 0..5 {
            assert_eq!(door.tries(name, "a wrong password").await, (401, json!("not_let_in")), "{name}");
        }
    }
    assert_eq!(door.tries("staff-01", PASSWORD).await, (401, json!("not_let_in")), "locked, and it is not said");
    assert_eq!(door.sees(&cookie, "/api/cases").await, 200, "whoever is in stays in");
    door.minutes_pass(16);
    assert_eq!(door.tries("staff-01", "a wrong password").await.0, 401);
    door.minutes_pass(16);
    assert_eq!(door.tries("staff-01", PASSWORD).await.0, 401, "twice as long");

    // What was counted stands in the store.
    let data = door.service.data().to_str().expect("UTF-8").to_owned();
    assert_eq!(site.run(&["user", "--data", &data, "unlock", "staff-01"]).code, 0);
    assert_eq!(door.tries("staff-01", PASSWORD).await.0, 200);
    let store = rusqlite::Connection::open(door.service.data().join("gridwatch.db")).expect("a store");
    let mut lines =
        store.prepare("SELECT actor || ' ' || action FROM audit WHERE object = 'account staff-01' ORDER BY id");
    let lines: Vec<String> = lines
        .as_mut()
        .expect("SQL")
        .query_map([], |row| row.get(0))
        .expect("rows")
        .collect::<Result<_, _>>()
        .expect("text");
    assert_eq!(lines, ["staff-01 set password", "staff-01 lock", "staff-01 lock", "command line unlock"]);
    let kept: String =
        store.query_row("SELECT group_concat(password) FROM account", [], |row| row.get(0)).expect("text");
    assert!(kept.starts_with("$argon2id$") && !kept.contains(PASSWORD));
}

#[tokio::test]
async fn a_member_of_staff_with_the_role_administers_and_a_body_that_says_both_is_refused() {
    let site = site();
    let door = Door::open(&site).await;
    let cookie = door.by_code(&site, "admin-01").await;
    assert_eq!(door.choose(&cookie, json!({"password": "ADMIN-01"})).await.1, json!("password_too_short"));
    assert_eq!(door.choose(&cookie, json!({"password": PASSWORD})).await.0, 204);
    let cookie = door.cookie(&json!({"name": "admin-01", "password": PASSWORD})).await;
    for (path, status) in [("/metrics", 200), ("/api/cases", 200), ("/api/me/state", 403)] {
        assert_eq!(door.sees(&cookie, path).await, status, "{path}");
    }
    let bodies = [
        (json!({"code": "x", "name": "admin-01"}), "not_together", "code"),
        (json!({"name": "admin-01"}), "missing_value", "password"),
        (json!({"password": "x"}), "missing_value", "name"),
        (json!({}), "missing_value", "code"),
    ];
    for (body, code, field) in bodies {
        let (_, told) = answer(door.sign_in(&body)).await;
        assert_eq!((&told["error"]["code"], &told["error"]["field"]), (&json!(code), &json!(field)), "{body}");
    }
    let (_, told) = answer(door.sign_in(&json!({"name": "admin-01", "password": 1_234_567_890}))).await;
    assert!(!told.to_string().contains("1234567890"), "not said again: {told}");
}
