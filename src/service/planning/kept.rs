//! The reports of each week and each month, made when it has ended and kept, so that they can be compared.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::desk::{Ask, Made, Planning, PlanningError};
use crate::{
    domain::{
        analysis::{
            figures::{Period, Step},
            planning::Question,
        },
        duty::Visibility,
    },
    io::store::{IncidentFilter, KeptReport},
};

/// What a list of reports says of one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Summary {
    pub incidents: usize,
    pub before: usize,
    pub areas: usize,
    /// The first of them by rank.
    pub hotspots: Vec<Top>,
}

/// A hotspot, in short.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Top {
    pub rank: usize,
    pub incidents: usize,
    pub lon: f64,
    pub lat: f64,
    /// Codes of its grids, those with the most incidents first.
    pub grids: Vec<String>,
    /// Its rank in the report before, by the grids that both have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<usize>,
}

/// Hotspots that a summary names.
const NAMED: usize = 10;

impl Planning {
    /// Makes and keeps the reports of the last week and the last month that have ended, where they are not kept yet.
    ///
    /// # Errors
    /// Why one cannot be made.
    pub async fn keep_what_has_ended(&self) -> Result<(), PlanningError> {
        for step in [Step::Week, Step::Month] {
            let zone = self.catalog.load().settings.time_zone.clone();
            let Some((period, before, name)) = last_ended(step, self.clock.now(), &zone) else { continue };
            if self.store.kept_report(&self.site, &name)?.is_some() {
                continue;
            }
            let question = Question { compare: Some(before), ..Question::of(period) };
            let visible = vec![Visibility::Public, Visibility::Staff];
            let filter = IncidentFilter { visible, ..IncidentFilter::default() };
            let ask = Ask { question, rate: None, filter, version: None };
            let made = self.in_turn(move |own| own.make(ask)).await?;
            let numbers = made.report.numbers;
            // Before the first case there is nothing to compare.
            if numbers.incidents + numbers.before > 0 {
                let kept = KeptReport {
                    period: name,
                    made_at: self.clock.now(),
                    as_of: made.as_of,
                    catalog_version: made.catalog.version.as_str().to_owned(),
                    summary: serde_json::to_value(summary(&made)).map_err(anyhow::Error::from)?,
                };
                self.store.keep_report(&self.site, kept).await?;
            }
        }
        Ok(())
    }
}

/// The last week or month that has ended, the one before it, and its name.
fn last_ended(
    step: Step,
    now: Timestamp,
    zone: &jiff::tz::TimeZone,
) -> Option<(Period, (Timestamp, Timestamp), String)> {
    let running = Period::named(&step.holding(now, zone), zone)?.from?;
    let name_before = |at: Timestamp| Some(step.holding(at.checked_sub(SignedDuration::from_millis(1)).ok()?, zone));
    let name = name_before(running)?;
    let period = Period::named(&name, zone)?;
    let before = Period::named(&name_before(period.from?)?, zone)?;
    Some((period, (before.from?, before.to?), name))
}

fn summary(made: &Made) -> Summary {
    let top = |hotspot: &crate::domain::analysis::planning::Hotspot| Top {
        rank: hotspot.rank,
        incidents: hotspot.incidents,
        lon: hotspot.middle.lon(),
        lat: hotspot.middle.lat(),
        grids: hotspot.grids.iter().map(|grid| grid.code.clone()).collect(),
        was: None,
    };
    let numbers = made.report.numbers;
    Summary {
        incidents: numbers.incidents,
        before: numbers.before,
        areas: numbers.areas,
        hotspots: made.report.hotspots.iter().take(NAMED).map(top).collect(),
    }
}

impl Summary {
    /// With the ranks that its hotspots had in another.
    #[must_use]
    pub fn against(mut self, before: &Self) -> Self {
        for top in &mut self.hotspots {
            let same = |other: &&Top| other.grids.iter().any(|grid| top.grids.contains(grid));
            top.was = before.hotspots.iter().find(same).map(|other| other.rank);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    #[test]
    fn the_last_week_and_month_that_have_ended_follow_on_the_ones_before() {
        let zone = TimeZone::get("Asia/Shanghai").expect("a zone");
        // Monday morning in Shanghai, and still Sunday in London.
        let now: Timestamp = "2026-03-01T17:00:00Z".parse().expect("a time");
        let (period, before, name) = last_ended(Step::Week, now, &zone).expect("a week");
        assert_eq!((name.as_str(), period.from, Some(before.1)), ("2026-W09", Some(before.1), period.from));
        let (period, before, name) = last_ended(Step::Month, now, &zone).expect("a month");
        let from = |text: &str| Some(text.parse::<Timestamp>().expect("a time"));
        assert_eq!((name.as_str(), period.from), ("2026-02", from("2026-01-31T16:00:00Z")));
        assert_eq!(Some(before.0), from("2025-12-31T16:00:00Z"));
    }

    #[test]
    fn a_hotspot_is_known_again_by_its_grids() {
        let top = |rank, grids: &[&str]| Top {
            rank,
            incidents: 1,
            lon: 0.0,
            lat: 0.0,
            grids: grids.iter().map(|grid| (*grid).to_owned()).collect(),
            was: None,
        };
        let of = |hotspots| Summary { incidents: 0, before: 0, areas: 0, hotspots };
        let now = of(vec![top(1, &["A", "B"]), top(2, &["C"])]);
        let was = now
            .against(&of(vec![top(1, &["D"]), top(2, &["B"])]))
            .hotspots
            .iter()
            .map(|top| top.was)
            .collect::<Vec<_>>();
        assert_eq!(was, [Some(2), None]);
    }
}
