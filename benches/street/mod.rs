//! A street of cameras in a process of its own, so that threads, memory and time of who watches them are its alone.
#![allow(
    dead_code,
    clippy::print_stdout,
    clippy::expect_used,
    reason = "benches each use a part, print, and stop where they err"
)]

use std::{
    env, fs,
    io::{self, BufRead, BufReader, Write},
    process::{Child, ChildStdin, Command, Stdio},
    str::FromStr,
    sync::Arc,
    thread,
};

use gridwatch::{
    demo::farm::{Farm, Footage, Order},
    scene::{Lens, Scene, SceneKind},
};
use strum::IntoEnumIterator;

/// What of this program a process is to be.
pub fn role() -> Option<String> {
    env::var("FARM_ROLE").ok()
}

pub fn number<T: FromStr>(name: &str, default: T) -> T {
    env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

/// This program again, as something else.
pub fn role_of(role: &str) -> Command {
    let mut command = Command::new(env::current_exe().expect("itself"));
    command.env("FARM_ROLE", role);
    command
}

/// The farm's process; ends with this.
pub struct Street {
    child: Child,
    orders: ChildStdin,
    pub address: String,
}

impl Street {
    pub fn start() -> Self {
        let mut child = role_of("farm").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("an address");
        let orders = child.stdin.take().expect("piped");
        Self { child, orders, address: line.trim().to_owned() }
    }

    /// `freeze 1-50`, and the like.
    pub fn order(&mut self, order: &str) {
        writeln!(self.orders, "{order}").expect("it listens");
    }
}

impl Drop for Street {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the farm's process does.
pub fn farm() {
    let _ = rlimit::increase_nofile_limit(u64::MAX);
    let film = |(kind, seed)| {
        let scene = Scene::new(kind, Lens::default(), 640, 360, seed);
        Arc::new(Footage::film(&scene, 20).expect("an encoder"))
    };
    let footage: Vec<_> = SceneKind::iter().zip(1..).map(film).collect();
    let farm = Farm::start(&footage, number("CAMERAS", 309), ([127, 0, 0, 1], 0).into(), None).expect("a port");
    println!("{}", farm.address());
    for line in io::stdin().lock().lines() {
        farm.obey(&line.expect("a line").parse::<Order>().expect("an order"));
    }
    loop {
        thread::park();
    }
}

/// Threads of this process.
pub fn threads() -> f64 {
    fs::read_dir("/proc/self/task").expect("Linux").count() as f64
}

pub fn descriptors() -> f64 {
    fs::read_dir("/proc/self/fd").expect("Linux").count() as f64
}

pub fn rss_mb() -> f64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("a line");
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<f64>().ok()).expect("a number") / 1024.0
}
