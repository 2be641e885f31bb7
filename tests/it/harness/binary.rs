//! The real binary, serving: started, killed, started again on the same data.
#![allow(
    dead_code,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "tests and benches each use a part; what errs must stop them"
)]

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    thread::{self, JoinHandle},
    time::Duration,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use reqwest::{
    Client,
    header::{COOKIE, HeaderMap},
};
use serde_json::json;

use super::served_site;

/// `gridwatch serve` as a process of its own.
pub struct Binary {
    child: Child,
    pub address: SocketAddr,
    /// The sign-in link's code.
    code: String,
    stderr: Option<JoinHandle<String>>,
}

impl Binary {
    /// Serves the demo site with this data on a free port.
    pub fn serve(data: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gridwatch"));
        command.arg("serve").arg("--site").arg(served_site()).arg("--data").arg(data);
        Self::run(command.args(["--listen", "127.0.0.1:0"])).expect("serves")
    }

    /// Runs a command that ends in serving; `None` if it does not get there.
    pub fn run(command: &mut Command) -> Option<Self> {
        let command = command.env("LC_ALL", "C").env("NO_COLOR", "1").env_remove("RUST_LOG");
        let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().ok()?;
        let mut stderr = child.stderr.take().expect("piped");
        let stderr = thread::spawn(move || {
            let mut said = String::new();
            stderr.read_to_string(&mut said).expect("UTF-8");
            said
        });
        let mut link = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut link).expect("UTF-8");
        let Some((url, code)) = link.trim().split_once("/#code=") else {
            child.wait().expect("ends");
            println!("{}", stderr.join().expect("no panic"));
            return None;
        };
        let address = url.strip_prefix("http://").expect("plain HTTP").parse().expect("an address");
        Some(Self { child, address, code: code.to_owned(), stderr: Some(stderr) })
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Signs in by the link: the cookie, good after a restart too.
    pub async fn sign_in(&self) -> String {
        let asked = Client::new().post(self.url("/api/session")).json(&json!({"code": self.code}));
        let response = asked.send().await.expect("an answer");
        let cookie = response.headers()["set-cookie"].to_str().expect("ASCII");
        cookie.split(';').next().expect("a pair").to_owned()
    }

    /// A client that is signed in.
    pub async fn client(&self) -> Client {
        client_with(&self.sign_in().await)
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Files and sockets that it has open.
    pub fn descriptors(&self) -> usize {
        fs::read_dir(format!("/proc/{}/fd", self.pid())).expect("it runs").count()
    }

    /// Memory that it holds, in MiB.
    pub fn memory_mib(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid())).expect("it runs");
        let kib = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("Linux tells it");
        kib.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") / 1024
    }

    /// Ends it as a power cut would; gives what it had said.
    pub fn kill(mut self) -> String {
        self.end(Signal::SIGKILL)
    }

    /// Ends it as the system does; gives what it had said.
    pub fn stop(mut self) -> String {
        self.end(Signal::SIGTERM)
    }

    fn end(&mut self, signal: Signal) -> String {
        kill(Pid::from_raw(self.pid().cast_signed()), signal).expect("it runs");
        let status = self.child.wait().expect("it ends");
        assert!(signal == Signal::SIGKILL || status.success(), "{status}");
        self.stderr.take().map(|stderr| stderr.join().expect("no panic")).unwrap_or_default()
    }
}

impl Drop for Binary {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A client with this cookie.
pub fn client_with(cookie: &str) -> Client {
    let headers = HeaderMap::from_iter([(COOKIE, cookie.parse().expect("ASCII"))]);
    Client::builder().default_headers(headers).build().expect("a client")
}

/// Nothing in the log that somebody would have to look at.
pub fn assert_quiet(stderr: &str) {
    let loud = ["WARN", "ERROR", "panicked"];
    let lines: Vec<_> = stderr.lines().filter(|line| loud.iter().any(|word| line.contains(word))).collect();
    assert!(lines.is_empty(), "{}", lines.join("\n"));
}

/// Waits for a state.
pub async fn until(mut is_so: impl AsyncFnMut() -> bool) {
    while !is_so().await {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
