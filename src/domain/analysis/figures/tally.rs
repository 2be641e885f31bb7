//! Adding up.

use std::collections::BTreeMap;

use serde::Serialize;
use strum::EnumCount;

use super::{Counted, Dimension, Fact, Lists, Measure, Period, Rate};

/// The values of a row's dimensions, in the order in which they were asked for.
pub type Key = Vec<Option<String>>;

/// What cases count for, added up.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    pub by: Vec<Dimension>,
    /// Only what has these values; an empty one is of what has none.
    pub only: Vec<(Dimension, String)>,
    pub period: Period,
    rows: BTreeMap<Key, [Rate; Measure::COUNT]>,
}

/// Why there is no tally.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error, strum::VariantNames)]
#[serde(tag = "code", content = "params", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum TallyError {
    /// They are no answer for people.
    #[error("more than {limit} rows")]
    TooManyRows { limit: usize },
}

/// Most rows of a tally.
const MOST_ROWS: usize = 20_000;

impl Tally {
    #[must_use]
    pub fn new(by: Vec<Dimension>, only: Vec<(Dimension, String)>, period: Period) -> Self {
        Self { by, only, period, rows: BTreeMap::new() }
    }

    /// Whether a fact is one of those that are asked for.
    #[must_use]
    pub fn asks_for(&self, fact: &Fact<'_>, counted: &Counted, lists: Lists<'_>) -> bool {
        let fits = |(dimension, value): &(Dimension, String)| {
            dimension.of(fact, counted, lists).as_deref().unwrap_or_default() == value
        };
        self.period.holds(fact.at) && self.only.iter().all(fits)
    }

    /// # Errors
    /// Where there are too many rows.
    pub fn add(&mut self, fact: &Fact<'_>, counted: &Counted, lists: Lists<'_>) -> Result<(), TallyError> {
        if !self.asks_for(fact, counted, lists) {
            return Ok(());
        }
        let of = |dimension: &Dimension| dimension.of(fact, counted, lists).map(std::borrow::Cow::into_owned);
        let key: Key = self.by.iter().map(of).collect();
        if self.rows.len() == MOST_ROWS && !self.rows.contains_key(&key) {
            return Err(TallyError::TooManyRows { limit: MOST_ROWS });
        }
        self.rows.entry(key).or_default()[fact.measure as usize].count(fact.is_good);
        Ok(())
    }

    /// In the order of their values; what has none stands first.
    pub fn rows(&self) -> impl Iterator<Item = (&Key, Rates<'_>)> {
        self.rows.iter().map(|(key, rates)| (key, Rates(rates)))
    }
}

/// The rates of a row.
#[derive(Debug, Clone, Copy)]
pub struct Rates<'t>(&'t [Rate; Measure::COUNT]);

/// Of nothing.
impl Default for Rates<'_> {
    fn default() -> Self {
        Self(&[Rate { of: 0, good: 0 }; Measure::COUNT])
    }
}

impl Rates<'_> {
    #[must_use]
    pub fn of(&self, measure: Measure) -> Rate {
        self.0[measure as usize]
    }
}
