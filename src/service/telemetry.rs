//! Figures of the running service, as Prometheus reads them.

use std::{sync::atomic::AtomicU64, time::Duration};

use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::{Registry, Unit},
};
use strum::VariantNames;

use super::eyes::Standing;
use crate::domain::{
    camera::LinkStatus,
    vision::{Ailment, Kind},
};

/// What is counted. Labels are few and fixed, so that the figures stay small: no label holds what a client chose.
pub struct Telemetry {
    registry: Registry,
    requests: Family<Request, Counter>,
    durations: Family<Route, Histogram, fn() -> Histogram>,
    reports: Family<Report, Counter>,
    findings: Family<Found, Counter>,
    cameras: Family<Camera, Gauge>,
    ailing: Family<Ill, Gauge>,
    /// Screens that listen.
    pub screens: Gauge,
    /// Screens that watch a camera.
    pub viewers: Gauge,
    /// Screens that had fallen behind and were brought up anew.
    pub resyncs: Counter,
    /// The log's last change.
    pub log_seq: Gauge<f64, AtomicU64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    route: String,
    method: &'static str,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Report {
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Found {
    kind: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Camera {
    status: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Ill {
    ailment: &'static str,
}

impl Default for Telemetry {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("gridwatch");
        let requests = Family::default();
        let buckets: fn() -> Histogram = || Histogram::new(exponential_buckets(0.001, 2.0, 14));
        let durations = Family::new_with_constructor(buckets);
        let (reports, findings) = (Family::default(), Family::default());
        let (cameras, ailing) = (Family::default(), Family::default());
        let (screens, viewers, resyncs, log_seq) =
            (Gauge::default(), Gauge::default(), Counter::default(), Gauge::default());
        registry.register("http_requests", "Requests answered", Family::clone(&requests));
        registry.register_with_unit(
            "http_request_duration",
            "From a request's header to its answer's",
            Unit::Seconds,
            Family::clone(&durations),
        );
        registry.register("reports", "Reports by what became of them", Family::clone(&reports));
        registry.register("findings", "Findings by what was seen", Family::clone(&findings));
        registry.register("cameras", "Cameras by how things stand with them", Family::clone(&cameras));
        registry.register(
            "cameras_ailing",
            "Cameras that give pictures, by what is wrong with these",
            Family::clone(&ailing),
        );
        registry.register("screens", "Live connections", Gauge::clone(&screens));
        registry.register("camera_viewers", "Screens that watch a camera", Gauge::clone(&viewers));
        registry.register(
            "screen_resyncs",
            "Screens that fell behind and were brought up anew",
            Counter::clone(&resyncs),
        );
        registry.register("log_seq", "Last committed change", Gauge::clone(&log_seq));
        Self { registry, requests, durations, reports, findings, cameras, ailing, screens, viewers, resyncs, log_seq }
    }
}

impl Telemetry {
    /// `route` is the pattern, not what stood in its place.
    pub fn answered(&self, route: &str, method: &'static str, status: u16, took: Duration) {
        self.requests.get_or_create(&Request { route: route.to_owned(), method, status }).inc();
        self.durations.get_or_create(&Route { route: route.to_owned() }).observe(took.as_secs_f64());
    }

    /// `outcome`: opened, joined or repeated.
    pub fn reported(&self, outcome: &'static str) {
        self.reports.get_or_create(&Report { outcome }).inc();
    }

    pub fn found(&self, kind: Kind) {
        self.findings.get_or_create(&Found { kind: kind.to_string() }).inc();
    }

    /// How many cameras are in each state now; a state without any is told as 0.
    pub fn cameras_stand<'a>(&self, standings: impl Iterator<Item = &'a Standing>) {
        let (states, ailments): (Vec<String>, Vec<Option<String>>) = standings
            .map(|standing| {
                let ailment = standing.health.map(|ailing| ailing.ailment.to_string());
                (standing.link.status.to_string(), ailment)
            })
            .unzip();
        let gauge = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        for &status in LinkStatus::VARIANTS {
            let count = states.iter().filter(|state| *state == status).count();
            self.cameras.get_or_create(&Camera { status }).set(gauge(count));
        }
        for &ailment in Ailment::VARIANTS {
            let count = ailments.iter().flatten().filter(|known| *known == ailment).count();
            self.ailing.get_or_create(&Ill { ailment }).set(gauge(count));
        }
    }

    /// All of it in the text form of OpenMetrics.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        // A string takes whatever is written to it.
        let _ = encode(&mut text, &self.registry);
        text
    }
}
