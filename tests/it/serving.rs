//! How the service is reached: settings, TLS, pace, figures.

use std::{net::IpAddr, process::Command};

use reqwest::{Certificate, Client, StatusCode};
use serde_json::json;

use crate::harness::{
    Site, Square,
    binary::Binary,
    service::{Service, answer},
};

fn site(settings: &str) -> Site {
    Site::of(&[Square::grid("A", [0, 0, 10, 10])])
        .with("gridwatch.toml", format!("time_zone = \"Asia/Shanghai\"\n{settings}"))
}

#[tokio::test]
async fn with_certificates_it_speaks_tls_alone_and_its_cookie_is_for_tls() {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let site = site(
        "public_url = \"https://grid.example.org\"\n[tls]\ncertificate = \"tls/cert.pem\"\nkey = \"tls/key.pem\"\n",
    )
    .with("tls/cert.pem", made.cert.pem())
    .with("tls/key.pem", made.signing_key.serialize_pem());
    let service = Service::of(site.path()).await;
    let link = service.running.sign_in_link(&service.clock).await.expect("a link");
    assert!(link.starts_with("https://grid.example.org/#code="), "{link}");

    let root = Certificate::from_pem(made.cert.pem().as_bytes()).expect("a certificate");
    let client = Client::builder().add_root_certificate(root).build().expect("a client");
    let url = format!("https://localhost:{}", service.running.address.port());
    assert_eq!(client.get(format!("{url}/healthz")).send().await.expect("an answer").status(), StatusCode::OK);
    let code = link.split_once("#code=").expect("in the fragment").1;
    let signed_in = client.post(format!("{url}/api/session")).json(&json!({"code": code})).send().await;
    let cookie = signed_in.expect("an answer").headers()["set-cookie"].to_str().expect("ASCII").to_owned();
    assert!(cookie.contains("; Secure"), "{cookie}");
    let plain = Client::new().get(format!("http://localhost:{}/healthz", service.running.address.port())).send().await;
    assert!(plain.is_err(), "no plain HTTP on this port");
    service.running.stop().await.expect("stops");
}

#[test]
fn certificates_that_cannot_be_used_are_named() {
    let site =
        site("[tls]\ncertificate = \"cert.pem\"\nkey = \"key.pem\"\n").with("cert.pem", "x").with("key.pem", "y");
    let run = site.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(run.code == 2 && run.stderr.contains("cert.pem and"), "{}", run.stderr);
}

#[test]
fn settings_of_the_service_are_checked_by_name() {
    let site = site(
        "listen = \"8080\"\npublic_url = \"grid.example.org\"\ntrusted_proxies = [\"10.0.0.0/8\"]\n[tls]\nkey = \"k\"\n",
    );
    let said = site.run(&["check"]).text().to_owned();
    for expected in [
        "gridwatch.toml: listen: \"8080\" is not an address with a port",
        "gridwatch.toml: public_url: \"grid.example.org\" is not a scheme and a host",
        "gridwatch.toml: trusted_proxies: \"10.0.0.0/8\" is not an IP address",
        "gridwatch.toml: tls.certificate: ",
    ] {
        assert!(said.contains(expected), "{expected}\n{said}");
    }
}

#[tokio::test]
async fn somebody_who_asks_without_end_is_told_to_wait_and_others_are_not() {
    let service = Service::start().await;
    let mut told_to_wait = 0;
    for _ in 0..400 {
        let response = service.client.get(service.url("/api/session")).send().await.expect("an answer");
        if response.status() == StatusCode::TOO_MANY_REQUESTS {
            told_to_wait += 1;
            assert_eq!(response.headers()["retry-after"], "1");
        }
    }
    assert!(told_to_wait > 0);
    assert_eq!(service.get("/api/session").send().await.expect("an answer").status(), StatusCode::OK);
}

#[tokio::test]
async fn who_tries_out_tokens_is_told_to_wait_and_who_watches_over_the_service_is_not() {
    let service = Service::start().await;
    let mut told_to_wait = false;
    for number in 0..400 {
        let guess = service.client.get(service.url("/api/cases")).bearer_auth(format!("guess {number}"));
        told_to_wait |= answer(guess).await.0 == StatusCode::TOO_MANY_REQUESTS;
    }
    assert!(told_to_wait);
    for _ in 0..300 {
        for path in ["/healthz", "/readyz"] {
            assert_eq!(answer(service.client.get(service.url(path))).await.0, StatusCode::OK, "{path}");
        }
    }
    assert_eq!(answer(service.get("/api/cases")).await.0, StatusCode::OK, "a good token from there");
}

#[tokio::test]
async fn behind_a_trusted_proxy_each_client_has_its_own_pace() {
    let site = site("trusted_proxies = [\"127.0.0.1\"]\n");
    let service = Service::of(site.path()).await;
    for i in 0..400u16 {
        let client = IpAddr::from([203, 0, 113, (i % 200) as u8]).to_string();
        let request = service.client.get(service.url("/api/session")).header("X-Forwarded-For", client);
        assert_eq!(request.send().await.expect("an answer").status(), StatusCode::OK, "{i}");
    }
}

#[tokio::test]
async fn figures_count_by_route_and_outcome_and_are_not_for_everybody() {
    let service = Service::start().await;
    for _ in 0..2 {
        service.report(&json!({"lon": 110.0331, "lat": 40.4109, "category": "020120"})).await;
    }
    answer(service.get("/api/cases/01a20452-96c7-75ab-aab9-b0ed9c02e21f")).await;
    let (status, text) = answer(service.get("/metrics")).await;
    assert_eq!(status, StatusCode::OK);
    let text = text.as_str().expect("text");
    for line in [
        "gridwatch_reports_total{outcome=\"opened\"} 1",
        "gridwatch_reports_total{outcome=\"joined\"} 1",
        "gridwatch_http_requests_total{route=\"/api/cases/{id}\",method=\"GET\",status=\"404\"} 1",
        "gridwatch_http_request_duration_seconds_count{route=\"/api/reports\"} 2",
        "gridwatch_log_seq 2.0",
        "# EOF",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert_eq!(answer(service.client.get(service.url("/metrics"))).await.0, StatusCode::UNAUTHORIZED);
}

#[test]
fn two_services_do_not_share_a_data_folder_and_other_commands_go_on_beside_one() {
    let site = site("");
    let data = site.file("data");
    let serve = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gridwatch"));
        command.arg("serve").arg("--site").arg(site.path()).args(["--listen", "127.0.0.1:0"]);
        command
    };
    let first = Binary::run(&mut serve()).expect("serves");
    let second = site.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(second.code, 2);
    assert!(second.stderr.contains("another gridwatch serves from ./data"), "{}", second.stderr);
    assert_eq!(site.run(&["token", "create", "a"]).code, 0);
    assert_eq!(site.run(&["backup", "--output", "out.tar.gz"]).code, 0);
    assert!(data.join("serve.lock").exists());
    assert!(!first.kill().contains('\u{1b}'), "no colours where nobody sees them");
    Binary::run(&mut serve()).expect("free again, however the first one ended").stop();
}

#[test]
fn a_damaged_site_is_refused_with_its_first_error_and_the_command_that_names_all() {
    let site = site("listen = \"8080\"\ncolour = \"red\"\n");
    let run = site.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(run.code, 2);
    for expected in [
        "the site's files have 1 error:",
        "error: gridwatch.toml: listen: \"8080\" is not an address with a port",
        "gridwatch check --site .",
    ] {
        assert!(run.stderr.contains(expected), "{expected}\n{}", run.stderr);
    }
}

#[test]
fn a_site_that_is_not_there_is_refused_and_nothing_is_made() {
    let folder = Site::empty();
    for args in [
        &["serve", "--listen", "127.0.0.1:0"][..],
        &["token", "create", "a"],
        &["token", "list"],
        &["check"],
        &["backup", "--output", "x.tar.gz"],
        &["import", "site"],
        &["export", "site"],
        &["assign"],
    ] {
        let run = folder.run(&[args, &["--site", "slip"]].concat());
        assert!(run.code == 2 && run.stderr.contains("there is no folder slip"), "{args:?}: {}", run.said());
    }
    let run = folder.run(&["token", "create", "a"]);
    assert!(run.code == 2 && run.stderr.contains("holds no site"), "{}", run.said());
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
    let site = site("");
    assert_eq!(site.run(&["token", "create", "resident"]).code, 2, "it would be taken for everybody");
}
