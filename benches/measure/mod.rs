//! What the benches have in common: contestants that take turns, medians, lines that a script can read.
//!
//! On a shared machine one long run after another says more about the neighbours than about the code. So everything
//! to be compared runs in turn, round after round, counts CPU time, and is told by the median of the rounds.
#![allow(
    dead_code,
    clippy::print_stdout,
    clippy::expect_used,
    reason = "benches each use a part, print, and stop where they err"
)]

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use nix::sys::resource::{UsageWho, getrusage};

/// CPU seconds, user and system, of this process or of its children that have ended.
pub fn cpu_s(who: UsageWho) -> f64 {
    let usage = getrusage(who).expect("every system counts CPU time");
    let seconds = |tv: nix::sys::time::TimeVal| tv.tv_sec() as f64 + tv.tv_usec() as f64 / 1e6;
    seconds(usage.user_time()) + seconds(usage.system_time())
}

/// How long each contestant runs in all: `SECONDS` of the environment, else 1.
pub fn budget() -> Duration {
    let seconds = std::env::var("SECONDS").ok().and_then(|text| text.parse().ok());
    Duration::from_secs_f64(seconds.unwrap_or(1.0))
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// `name: value unit`, with three significant digits at least.
pub fn tell(name: &str, value: f64, unit: &str) {
    let decimals = (2.0 - value.abs().max(1e-3).log10().floor()).max(0.0) as usize;
    println!("{name}: {value:.decimals$} {unit}");
}

/// One way to do the work. `run` does it once, which is `operations`, and returns a number that depends on all of it.
pub struct Contestant<'a> {
    name: &'static str,
    operations: usize,
    run: Box<dyn FnMut() -> u64 + 'a>,
}

impl<'a> Contestant<'a> {
    pub fn new(name: &'static str, operations: usize, run: impl FnMut() -> u64 + 'a) -> Self {
        Self { name, operations, run: Box::new(run) }
    }

    fn seconds_per_operation(&mut self) -> f64 {
        let before_s = cpu_s(UsageWho::RUSAGE_SELF);
        black_box((self.run)());
        (cpu_s(UsageWho::RUSAGE_SELF) - before_s) / self.operations as f64
    }
}

/// Tells the CPU time of an operation for each contestant, in `unit`s of which a second has `per_second`; and for all
/// but the first, which is ours, how many times as long they take.
pub fn compare(name: &str, (unit, per_second): (&str, f64), mut contestants: Vec<Contestant>) {
    const LEAST_ROUNDS: usize = 3;
    // The first round warms up and does not count.
    for contestant in &mut contestants {
        contestant.seconds_per_operation();
    }
    let mut rounds: Vec<Vec<f64>> = Vec::new();
    let begun = Instant::now();
    while rounds.len() < LEAST_ROUNDS || begun.elapsed() < budget() * contestants.len() as u32 {
        rounds.push(contestants.iter_mut().map(Contestant::seconds_per_operation).collect());
    }
    for (i, contestant) in contestants.iter().enumerate() {
        let time_s = median(rounds.iter().map(|round| round[i]).collect());
        tell(&format!("{name}.{}", contestant.name), time_s * per_second, unit);
    }
    for (i, contestant) in contestants.iter().enumerate().skip(1) {
        let times = median(rounds.iter().map(|round| round[i] / round[0]).collect());
        tell(&format!("{name}.{}_over_gridwatch", contestant.name), times, "x");
    }
}
