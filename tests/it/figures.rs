//! Figures: what cases tell of those who work on them, and the cases behind every number.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Read,
};

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::{
    casework::{DISPATCHER, HEAD, INFORMANT, INTAKE, Room, SPECIALIST},
    harness::{Site, service::Service},
    real_data::{boston, say},
};

const LEADER: &str = "leader-01";

/// `handled_on_time` of a row as `of, good`.
fn figure(row: &Value, measure: &str) -> (u64, u64) {
    let figure = &row["figures"][measure];
    (figure["of"].as_u64().expect("a count"), figure["good"].as_u64().expect("a count"))
}

impl Room {
    async fn figures(&mut self, path: &str) -> Value {
        let (status, answer) = self.get(HEAD, path).await;
        assert_eq!(status, StatusCode::OK, "{path}: {answer}");
        answer
    }

    /// From the report to the end, in time, each step at its hour of 5 March 2026.
    async fn closes(&mut self, nature: &str) -> String {
        self.at("2026-03-05T09:00");
        let told = json!({"lon": 110.0331, "lat": 40.4109, "category": "010301", "nature": nature,
            "external_id": nature});
        let (_, told) = self.post(INFORMANT, "/api/reports", told).await;
        let case = told["case_id"].as_str().expect("an id").to_owned();
        self.takes(SPECIALIST, &case, json!({"action": "verify"})).await;
        self.takes(INTAKE, &case, json!({"action": "accept"})).await;
        self.takes(HEAD, &case, json!({"action": "file"})).await;
        self.takes(DISPATCHER, &case, json!({"action": "dispatch", "lead": "HWJ"})).await;
        self.at("2026-03-05T11:00");
        self.takes("clerk-03", &case, json!({"action": "sign"})).await;
        self.shows("clerk-03", &case, json!({"action": "handle"})).await;
        self.takes(SPECIALIST, &case, json!({"action": "pass", "stars": 2})).await;
        self.takes(HEAD, &case, json!({"action": "close"})).await;
        case
    }
}

#[tokio::test]
async fn every_number_opens_to_its_cases() {
    let mut room = Room::open().await;
    let case = room.closes("appeal").await;
    // A second one comes back from the check, and is late the second time.
    let again = room.dispatched("010301", json!({"action": "dispatch", "lead": "HWJ"})).await;
    room.takes("clerk-03", &again, json!({"action": "sign"})).await;
    room.shows("clerk-03", &again, json!({"action": "handle"})).await;
    room.takes(SPECIALIST, &again, json!({"action": "rework", "note": "裂缝还在"})).await;
    room.takes("clerk-03", &again, json!({"action": "sign"})).await;
    room.at("2026-03-12T11:00");

    let tally = room.figures("/api/tally?by=department,month&period=2026-03").await;
    let row = tally["rows"].as_array().and_then(|rows| rows.iter().find(|row| row["key"]["department"] == "HWJ"));
    let row = row.unwrap_or_else(|| panic!("{tally}"));
    assert_eq!((&row["key"]["month"], &row["names"]["department"]), (&json!("2026-03"), &json!("Sanitation Bureau")));
    assert_eq!(figure(row, "signed_on_time"), (3, 3));
    assert_eq!(figure(row, "handled_on_time"), (3, 2), "the last one ran out and is not done");
    assert_eq!(figure(row, "reworked"), (2, 1));
    assert_eq!(figure(row, "closed"), (2, 1));
    assert_eq!(figure(row, "satisfied"), (1, 1));
    assert_eq!(row["figures"]["guarded_on_time"], json!({"of": 0, "good": 0, "rate": null}), "nothing of nothing");

    let behind = row["cases"].as_str().expect("an address");
    let bad = room.figures(&format!("{behind}&measure=handled_on_time&which=bad")).await;
    assert_eq!(bad["cases"][0]["id"], json!(again));
    assert_eq!(bad["cases"].as_array().map(Vec::len), Some(1));
    for measure in ["signed_on_time", "handled_on_time", "closed", "reworked", "verified_on_time"] {
        for (which, count) in [("all", figure(row, measure).0), ("good", figure(row, measure).1)] {
            let opened = room.figures(&format!("{behind}&measure={measure}&which={which}")).await;
            assert_eq!(opened["cases"].as_array().map(Vec::len), Some(count as usize), "{measure} {which}");
        }
    }
    let paged = room.figures(&format!("{behind}&measure=closed&limit=1")).await;
    assert_eq!(paged["cases"][0]["id"], json!(case));
    let cursor = paged["cursor"].as_i64().expect("more");
    let rest = room.figures(&format!("{behind}&measure=closed&limit=1&cursor={cursor}")).await;
    assert_eq!((&rest["cases"][0]["id"], &rest["cursor"]), (&json!(again), &Value::Null));

    let whole = room.figures("/api/tally").await;
    assert_eq!(figure(&whole["rows"][0], "appeals"), (1, 1), "collected, solved");
    assert_eq!(figure(&whole["rows"][0], "reported"), (1, 0));
    // What happened on one day counts on that day.
    let days = room.figures("/api/tally?by=day&measure=handled_on_time&department=HWJ").await;
    let days: Vec<_> = days["rows"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| (&row["key"]["day"], figure(row, "handled_on_time")))
        .collect();
    assert_eq!(days, [(&json!("2026-03-05"), (2, 2)), (&json!("2026-03-09"), (1, 0))]);
}

#[tokio::test]
async fn scores_weigh_what_was_verified_and_solved() {
    let mut room = Room::open().await;
    room.closes("event").await;
    let scores = room.figures("/api/scores?period=2026-W10").await;
    let first = &scores["rows"][0];
    assert_eq!((&first["code"], &first["points"], &first["grade"]), (&json!("HWJ"), &json!(100.0), &json!("A")));
    let unknown = &scores["rows"][1];
    assert_eq!((&unknown["points"], &unknown["grade"]), (&Value::Null, &Value::Null), "nothing to do is no merit");
    // A week later it comes back: the week's rework is told with the handling that it is of.
    let workers = room.figures("/api/scores?period=2026-W10&of=worker").await;
    let top: BTreeMap<&str, &Value> = workers["rows"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| (row["code"].as_str().expect("an id"), &row["figures"]))
        .collect();
    assert_eq!(top[INFORMANT]["valid"], json!({"of": 1, "good": 1, "rate": 1.0}));
    assert_eq!(top[SPECIALIST]["checked_on_time"], json!({"of": 1, "good": 1, "rate": 1.0}));
    assert!(!top.contains_key(HEAD), "who sits in the office walks no grid");
    let grids = room.figures("/api/scores?period=2026-W10&of=grid").await;
    assert_eq!(grids["rows"].as_array().map(Vec::len), Some(28));
    assert_eq!(grids["rows"][0]["figures"]["found"], json!({"of": 1, "good": 1, "rate": 1.0}));

    let token = room.token(HEAD).await;
    let fetch = |path: &str, language: &'static str| {
        let request = room.service.client.get(room.service.url(path)).bearer_auth(&token);
        async move {
            request.header("Accept-Language", language).send().await.expect("an answer").text().await.expect("text")
        }
    };
    let csv = fetch("/api/scores?period=2026-W10&format=csv", "zh").await;
    let mut lines = csv.trim_start_matches('\u{feff}').lines();
    assert!(
        lines.next().is_some_and(|header| header.starts_with("code,name,points,grade,filed_accurately_of")),
        "{csv}"
    );
    assert_eq!(lines.next(), Some("HWJ,环卫局,100.00,A,1,1,100.00%,1,1,100.00%,1,1,100.00%,1,0,0.00%"));
    assert!(lines.next().is_some_and(|line| line.ends_with("n/a,,0,0,n/a,0,0,n/a,0,0,n/a,0,0,n/a")), "{csv}");
    let page = fetch("/api/scores?period=2026-W10&format=html", "zh-CN").await;
    for words in
        ["<html lang=\"zh\">", "考核评价 2026-W10", "环卫局", "按时处置率", "2026-03-02 00:00 – 2026-03-09 00:00"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    if let Some(path) = std::env::var_os("GRIDWATCH_PAGE") {
        fs::write(path, page).expect("written");
    }
}

#[tokio::test]
async fn figures_are_for_those_who_may_and_as_far_as_they_see() {
    let mut room = Room::open().await;
    room.closes("event").await;
    for who in [INFORMANT, "staff-31"] {
        let (_, me) = room.get(who, "/api/session").await;
        let may = me["roles"]
            .as_array()
            .is_some_and(|roles| roles.iter().any(|role| role != "informant" && role != "grid_worker"));
        let (status, _) = room.get(who, "/api/tally").await;
        assert_eq!(status == StatusCode::OK, may, "{who} {me}");
    }
    // Another department's clerk counts the own cases alone.
    let (_, tally) = room.get("clerk-06", "/api/tally").await;
    assert_eq!(tally["rows"], json!([]));
    let (_, own) = room.get("clerk-03", "/api/tally").await;
    assert_eq!(figure(&own["rows"][0], "closed"), (1, 1));
    let (_, all) = room.get(LEADER, "/api/tally").await;
    assert_eq!(figure(&all["rows"][0], "closed"), (1, 1));
    for (query, field) in [
        ("by=colour", "by"),
        ("by=day,day", "by"),
        ("period=2026-13", "period"),
        ("period=2026&from=2026-01-01", "period"),
        ("measure=luck", "measure"),
        ("format=html", "format"),
        ("colour=red", "colour"),
    ] {
        let (status, refused) = room.get(HEAD, &format!("/api/tally?{query}")).await;
        assert!(status.is_client_error(), "{query}");
        assert_eq!(refused["error"]["field"], field, "{query}: {refused}");
    }
    let (status, refused) = room.get(HEAD, "/api/tally/cases").await;
    assert_eq!((status.as_u16(), &refused["error"]["field"]), (422, &json!("measure")));
}

/// The city says of each request with a target whether it was on time; the figures say it of each department.
#[tokio::test]
async fn past_years_of_a_city_are_on_time_as_often_as_the_city_says() {
    let Some(boston) = boston() else { return };
    let mut text = String::new();
    let file = fs::File::open(boston.join("reports.csv.gz")).expect("there");
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).expect("text");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let columns = reader.headers().expect("a header").clone();
    let at = |name: &str| columns.iter().position(|column| column == name).expect("a column");
    let (target, on_time, department, opened, closed) =
        (at("target"), at("on_time"), at("department"), at("opened"), at("closed"));
    let (mut said, mut backwards, mut unsaid) = (BTreeMap::<String, (u64, u64)>::new(), 0, 0);
    let mut departments = BTreeSet::new();
    for row in reader.records() {
        let row = row.expect("a row");
        departments.insert(row[department].to_owned());
        if !row[closed].is_empty() && row[closed] < row[opened] {
            backwards += 1;
            continue;
        }
        // What the city has not judged; and what was still in time when the data was taken is not settled yet.
        let is_pending = row[closed].is_empty() && &row[on_time] == "ONTIME";
        if row[target].is_empty() || row[on_time].is_empty() || is_pending {
            unsaid += u64::from(!row[target].is_empty() && row[on_time].is_empty());
            continue;
        }
        let (of, good) = said.entry(row[department].to_owned()).or_default();
        *of += 1;
        *good += u64::from(&row[on_time] == "ONTIME");
    }
    let toml = departments.iter().map(|code| format!("[[department]]\ncode = \"{code}\"\nname = \"{code}\"\n"));
    let site = Site::empty()
        .with("gridwatch.toml", "time_zone = \"America/New_York\"\n")
        .with("geodata/departments.toml", toml.collect::<String>());
    let reports = boston.join("reports.csv.gz");
    let reports = reports.to_str().expect("UTF-8");
    let rejected = site.file("rejected.csv");
    let data = tempfile::tempdir().expect("a folder");
    let folder = data.path().to_str().expect("UTF-8");
    let rejected_to = rejected.to_str().expect("UTF-8");
    let args = ["import", "cases", reports, "--rejected", rejected_to, "--data", folder, "--write"];
    let run = site.run(&args);
    assert_eq!(run.code, 0, "{}", run.said());
    assert_eq!(fs::read_to_string(&rejected).expect("there").lines().count(), 1 + backwards);
    let again = site.run(&args);
    assert!(again.stderr.contains("0 cases taken in, 120948 were there before"), "{}", again.stderr);

    let service = Service::with_data(site.path(), data).await;
    // Just after the last thing that the data tells of.
    service.clock.set("2016-01-12T22:53:54-05:00".parse().expect("an instant"));
    let url = "/api/tally?by=department&measure=handled_on_time,closed";
    let tally: Value = service.get(url).send().await.expect("an answer").json().await.expect("JSON");
    let mut differences = 0;
    for row in tally["rows"].as_array().expect("rows") {
        let code = row["key"]["department"].as_str().expect("a code");
        let (of, good) = figure(row, "handled_on_time");
        let (city_of, city_good) = said.get(code).copied().unwrap_or_default();
        if (of, good) != (city_of, city_good) {
            differences += of - city_of;
            say(&format!("{code}: {good} of {of} on time; the city says {city_good} of {city_of}"));
            assert_eq!(good, city_good, "{code}");
        }
    }
    say(&format!("{differences} judged here that the city has not judged; {backwards} closed before they were opened"));
    assert_eq!(differences, unsaid, "the only ones that differ are those of which the city says nothing");
}
