//! Hotspots as planners read them: where, how many, of what, when, whose.

use std::{collections::HashMap, hash::Hash};

use jiff::tz::TimeZone;
use serde::Serialize;

use super::{Incident, Incidents, Label};
use crate::domain::{
    analysis::hotspot::Surprise,
    geo::{Area, Position},
    grid::GridCode,
};

#[derive(Debug, Clone, Serialize)]
pub struct Hotspot {
    /// From 1 on.
    pub rank: usize,
    pub incidents: usize,
    /// More than an even spread over all the ground would give.
    pub excess: f64,
    pub km2: f64,
    /// Of the area that is surest, where the method has one.
    pub z: Option<f64>,
    pub middle: Position,
    #[serde(skip)]
    pub outline: Area,
    /// Most incidents first, here and below.
    pub grids: Vec<Counted<GridCode>>,
    pub departments: Vec<Counted<String>>,
    pub categories: Vec<Counted<String>>,
    pub sources: Vec<Counted<String>>,
    /// Incidents by the hour of the day.
    pub hours: [u32; 24],
    /// Against the period before.
    pub surprise: Option<Surprise>,
}

/// What there is of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Counted<T> {
    pub code: T,
    pub incidents: usize,
}

/// Kinds that are named; the rest is not needed to know what a place suffers from.
const NAMED: usize = 5;

impl<T: Eq + Hash + Ord + Clone> Counted<T> {
    /// The most frequent ones; of equally frequent ones the first in order.
    pub(super) fn most(of: impl Iterator<Item = T>) -> Vec<Self> {
        let mut counts: HashMap<T, usize> = HashMap::new();
        of.for_each(|code| *counts.entry(code).or_default() += 1);
        let mut sorted: Vec<Self> = counts.into_iter().map(|(code, incidents)| Self { code, incidents }).collect();
        sorted.sort_by(|a, b| b.incidents.cmp(&a.incidents).then_with(|| a.code.cmp(&b.code)));
        sorted.truncate(NAMED);
        sorted
    }
}

/// The most frequent names of what incidents have.
pub(super) fn most(
    incidents: &Incidents,
    of: &[&Incident],
    label: impl Fn(&Incident) -> Option<Label>,
) -> Vec<Counted<String>> {
    Counted::most(of.iter().filter_map(|incident| label(incident)))
        .into_iter()
        .map(|Counted { code, incidents: count }| Counted { code: incidents.name(code).to_owned(), incidents: count })
        .collect()
}

/// Incidents by the hour of the day.
pub(super) fn hours(of: &[&Incident], zone: &TimeZone) -> [u32; 24] {
    let mut hours = [0; 24];
    for at in of.iter().filter_map(|incident| incident.at) {
        if let Some(hour) = hours.get_mut(zone.to_datetime(at).hour() as usize) {
            *hour += 1;
        }
    }
    hours
}
