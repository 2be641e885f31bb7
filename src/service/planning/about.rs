//! What a report was made of: enough to judge it, and to ask it again.

use serde::Serialize;

use super::Paper;
use crate::domain::analysis::{
    hotspot::{Edge, Foresight, Pile, moran::Global},
    planning::{Counted, Method, Numbers, Per},
};

/// What a report says of itself.
#[derive(Debug, Serialize)]
pub struct About<'a> {
    method: Method,
    /// What incidents were counted by.
    cells: &'a str,
    #[serde(flatten)]
    numbers: Numbers,
    #[serde(skip_serializing_if = "Option::is_none")]
    compare: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<&'a str>,
    #[serde(flatten)]
    parameters: Parameters,
    sources: &'a [Counted<String>],
    piles: &'a [Pile],
    warnings: Vec<Said>,
    #[serde(skip_serializing_if = "Option::is_none")]
    global: Option<Global>,
    #[serde(skip_serializing_if = "Option::is_none")]
    foresight: Option<Foresight>,
    /// A file, or the cases of the service.
    source: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<&'a str>,
    hidden: u64,
    zone: Option<&'a str>,
    grid_version: &'a str,
    made_at: jiff::Timestamp,
    gridwatch: &'static str,
}

/// What the method was told.
#[derive(Debug, Default, Serialize)]
#[serde(default)]
struct Parameters {
    #[serde(skip_serializing_if = "Option::is_none")]
    weights: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    permutations: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    eps_m: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_points: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kernel: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bandwidth_m: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    edge: Option<Edge>,
    #[serde(skip_serializing_if = "Option::is_none")]
    step_days: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    per: Option<Per>,
    #[serde(skip_serializing_if = "Option::is_none")]
    floor: Option<f64>,
    keep_piles: bool,
}

/// A warning with its words.
#[derive(Debug, Serialize)]
struct Said {
    #[serde(flatten)]
    code: serde_json::Value,
    message: String,
}

impl Paper<'_> {
    pub(super) fn about(&self) -> About<'_> {
        let (report, question) = (self.report, self.question);
        let said = |warning| Said {
            code: serde_json::to_value(warning).unwrap_or_default(),
            message: self.language.say(warning),
        };
        About {
            method: report.method,
            cells: &report.grain,
            numbers: report.numbers,
            compare: question.compare.map(|(from, to)| format!("{from}/{to}")),
            category: self.origin.category.as_deref(),
            parameters: self.parameters(),
            sources: &report.sources,
            piles: &report.piles,
            warnings: report.warnings.iter().map(said).collect(),
            global: report.global,
            foresight: report.foresight,
            source: &self.origin.of,
            as_of: self.origin.as_of.as_deref(),
            hidden: self.origin.hidden,
            zone: self.origin.zone.iana_name(),
            grid_version: self.catalog.version.as_str(),
            made_at: self.origin.made_at,
            gridwatch: env!("CARGO_PKG_VERSION"),
        }
    }

    fn parameters(&self) -> Parameters {
        let question = self.question;
        let is_density = question.method == Method::Kde;
        let has_areas = question.method.asks_of_areas() && !is_density;
        let has_dice = matches!(question.method, Method::GiStar | Method::Gi | Method::Moran | Method::NearRepeat);
        let is_dense = question.method == Method::Dbscan;
        let exposure = question.exposure.as_ref();
        Parameters {
            weights: has_areas.then(|| question.neighbors.to_string()),
            permutations: has_dice.then_some(question.permutations.count),
            seed: has_dice.then_some(question.permutations.seed),
            eps_m: is_dense.then_some(question.density.eps_m),
            min_points: (is_dense || question.method == Method::Hdbscan).then_some(question.density.min_points),
            kernel: is_density.then(|| question.kernel.to_string()),
            bandwidth_m: self.report.bandwidth_m,
            edge: is_density.then_some(question.edge),
            step_days: (question.method == Method::Emerging).then_some(question.step_days),
            per: exposure.map(|exposure| exposure.per),
            floor: exposure.map(|exposure| exposure.floor),
            keep_piles: question.keep_piles,
        }
    }
}
