//! Clients that stall, drip, talk nonsense or do nothing at all: let go in the end, and nobody else is held up.

use std::time::Duration;

use reqwest::StatusCode;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};

use crate::{
    harness::binary::{Binary, assert_quiet, until},
    lattice::Random,
};

const POST: &str = "POST /api/reports HTTP/1.1\r\nHost: localhost:PORT\r\nContent-Type: application/json\r\n";

/// What a client sends at once, what it sends on byte by byte, and whether it then closes its half.
struct Client {
    what: &'static str,
    first: Vec<u8>,
    drips: Vec<u8>,
    hangs_up: bool,
    /// How the answer begins; nothing at all is an answer to what is not HTTP.
    hears: &'static [&'static str],
}

fn client(what: &'static str, first: impl Into<Vec<u8>>, hears: &'static [&'static str]) -> Client {
    Client { what, first: first.into(), drips: Vec::new(), hangs_up: false, hears }
}

fn clients(port: u16) -> Vec<Client> {
    let post = POST.replace("PORT", &port.to_string());
    let half = format!("{post}Content-Length: 1000\r\n\r\n{{\"description\": \"");
    let mut random = Random::of(&[3]);
    let garbage: Vec<u8> = (0..4096).map(|_| random.next() as u8).collect();
    let header: Vec<u8> = format!("GET /healthz HTTP/1.1\r\nHost: localhost:{port}\r\nX-Slow: ").into_bytes();
    vec![
        client("stalls before its first byte", "", &[""]),
        client("stalls in the header", "GET /healthz HTTP/1.1\r\nHost: loc", &["", "HTTP/1.1 408"]),
        Client { drips: vec![b'x'; 100], ..client("drips its header", header, &["", "HTTP/1.1 408"]) },
        client("stalls in the body", half.clone(), &["HTTP/1.1 408"]),
        Client { drips: vec![b'x'; 900], ..client("drips its body", half.clone(), &["HTTP/1.1 408"]) },
        Client { hangs_up: true, ..client("announced more than it sends", half, &["", "HTTP/1.1 400"]) },
        client(
            "announces more than there may be",
            format!("{post}Content-Length: 99999999999\r\n\r\n"),
            &["HTTP/1.1 4"],
        ),
        client(
            "announces two lengths",
            format!("{post}Content-Length: 1\r\nContent-Length: 2\r\n\r\nx"),
            &["HTTP/1.1 400"],
        ),
        client(
            "sends chunks of nonsense",
            format!("{post}Transfer-Encoding: chunked\r\n\r\nzz\r\n"),
            &["", "HTTP/1.1 400"],
        ),
        client("sends garbage", garbage, &["", "HTTP/1.1 400"]),
        client("speaks TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".repeat(40), &["", "HTTP/1.1 400"]),
        client(
            "has a header without end",
            [post.as_bytes(), b"X: ", &vec![b'x'; 2 << 20]].concat(),
            &["", "HTTP/1.1 431"],
        ),
        client(
            "has headers without end",
            [post.as_bytes(), &b"X: x\r\n".repeat(1_000)].concat(),
            &["", "HTTP/1.1 431"],
        ),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_that_stall_or_talk_nonsense_are_let_go_and_hold_nobody_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let service = Binary::serve(folder.path());
    let good = service.client().await;
    let mut bad = JoinSet::new();
    for one in (0..5).flat_map(|_| clients(service.address.port())) {
        let address = service.address;
        bad.spawn(async move {
            let stream = TcpStream::connect(address).await.expect("connected");
            let heard = talk(stream, &one).await;
            let (what, begins) = (one.what, heard.get(..12).unwrap_or(&heard));
            let is_expected =
                one.hears.iter().any(|hears| begins.starts_with(hears) && (hears.is_empty() == begins.is_empty()));
            assert!(is_expected, "{what}: {heard}");
        });
    }
    // Others are answered, as long as it takes until all of those are let go.
    let mut answered = 0;
    while !bad.is_empty() {
        let response = good.get(service.url("/api/cases")).send().await.expect("an answer");
        assert_eq!(response.status(), StatusCode::OK);
        answered += 1;
        while let Some(ended) = bad.try_join_next() {
            ended.expect("let go as expected");
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(answered > 10);
    assert_quiet(&service.stop());
}

/// Says all that the client has to say; gives what it hears until the service hangs up.
async fn talk(mut stream: TcpStream, client: &Client) -> String {
    // The service may have hung up before the last byte.
    let _ = stream.write_all(&client.first).await;
    if client.hangs_up {
        let _ = stream.shutdown().await;
    }
    let (mut read, mut write) = stream.into_split();
    let drips = client.drips.clone();
    let dripping = tokio::spawn(async move {
        for byte in drips {
            tokio::time::sleep(Duration::from_secs(1)).await;
            if write.write_all(&[byte]).await.is_err() {
                return;
            }
        }
        // Keeps its half open.
        std::future::pending::<()>().await;
    });
    let mut heard = Vec::new();
    // A reset is a way to hang up.
    let _ = read.read_to_end(&mut heard).await;
    dripping.abort();
    String::from_utf8_lossy(&heard).into_owned()
}

#[tokio::test]
async fn two_thousand_idle_sockets_keep_nobody_out_and_are_closed_in_the_end() {
    const SOCKETS: usize = 2_000;
    let may_open = rlimit::increase_nofile_limit(3 * SOCKETS as u64).expect("a limit");
    if may_open < 2 * SOCKETS as u64 {
        println!("skipped: this process may open {may_open} files");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let service = Binary::serve(folder.path());
    let good = service.client().await;
    let answers = async || good.get(service.url("/api/cases")).send().await.is_ok_and(|answer| answer.status() == 200);
    assert!(answers().await);
    let before = service.descriptors();
    let mut idle = Vec::new();
    for _ in 0..SOCKETS {
        idle.push(TcpStream::connect(service.address).await.expect("connected"));
    }
    until(async || service.descriptors() >= before + SOCKETS).await;
    assert!(answers().await);
    // Half of them go away without a word, the other half stays until it is sent away.
    idle.truncate(SOCKETS / 2);
    until(async || answers().await && service.descriptors() <= before + SOCKETS / 2 + 10).await;
    until(async || answers().await && service.descriptors() <= before + 10).await;
    assert_quiet(&service.stop());
}
