//! Reports without end, for a street that lives.

use std::collections::{BTreeSet, VecDeque};

use super::{Dice, Plan, Report, Town};
use crate::demo::{
    buildings::{self, Building},
    duties::categories,
    places::{self, Place},
};

/// What somebody tells, but for the time, which is now.
#[derive(Debug, Clone, PartialEq)]
pub struct DemoReport {
    /// Degrees, WGS84, with the accuracy in metres.
    pub at: Option<([f64; 2], f64)>,
    /// Some people do not know what to call it.
    pub category: Option<&'static str>,
    pub description: &'static str,
    /// A name of the register, from those who give no position.
    pub place: Option<String>,
}

/// Believable reports of the demo site, the same ones for the same seed.
pub struct Stream {
    plan: Plan,
    buildings: Vec<Building>,
    places: Vec<Place>,
    dice: Dice,
    /// Codes of the categories that residents see nothing of: they have no name for such a matter.
    hidden: BTreeSet<String>,
    /// What others may report again.
    recent: VecDeque<DemoReport>,
}

/// How many reports people remember.
const RECENT: usize = 20;

impl Stream {
    #[must_use]
    pub fn of(seed: u64) -> Self {
        let plan = Plan::new();
        let buildings = buildings::buildings(&plan);
        let places = places::places(&plan, &buildings);
        let dice = Dice::of(&format!("stream {seed}"));
        let hidden = categories().into_iter().filter(|category| !category.is_public());
        let hidden = hidden.map(|category| category.code).collect();
        Self { plan, buildings, places, dice, hidden, recent: VecDeque::new() }
    }

    /// Seconds to the next report where there are so many in a minute on average: people do not keep to a beat.
    pub fn pause_s(&mut self, per_minute: f64) -> f64 {
        60.0 / per_minute * self.dice.between(0.3, 1.7)
    }

    fn told(&mut self) -> DemoReport {
        let chance = self.dice.unit();
        if chance < 0.12 && !self.recent.is_empty() {
            return self.again();
        }
        let report = self.new_matter(chance);
        let Report { at, category, words, .. } = report;
        let known = Some(category).filter(|category| !self.hidden.contains(*category));
        let at = at.map(|(point, accuracy_m)| (self.plan.degrees(point), (accuracy_m * 10.0).round() / 10.0));
        if self.dice.chance(0.05) {
            let place = Some(self.dice.pick(&self.places).name.clone());
            return DemoReport { at: None, category: known, description: words, place };
        }
        let category = known.filter(|_| !self.dice.chance(0.04));
        DemoReport { at, category, description: words, place: None }
    }

    /// Somebody else sees the same a few steps away.
    fn again(&mut self) -> DemoReport {
        /// About three metres, as degrees.
        const STEPS_DEG: f64 = 0.000_03;
        let index = self.dice.below(self.recent.len());
        let mut report = self.recent[index].clone();
        if let Some(([lon, lat], _)) = &mut report.at {
            *lon += STEPS_DEG * self.dice.bell();
            *lat += STEPS_DEG * self.dice.bell();
        }
        report
    }

    fn new_matter(&mut self, chance: f64) -> Report {
        let mut town =
            Town { plan: &self.plan, buildings: &self.buildings, places: &self.places, dice: &mut self.dice };
        if chance < 0.40 {
            let spots = town.spots();
            let spot = town.dice.below(spots.len());
            return town.around(&spots[spot]);
        }
        if chance < 0.45
            && let Some(report) = town.near_borders(1).pop()
        {
            return report;
        }
        loop {
            let report = if chance < 0.75 { town.in_a_street() } else { town.at_home() };
            if let Some(report) = report {
                return report;
            }
        }
    }
}

impl Iterator for Stream {
    type Item = DemoReport;

    fn next(&mut self) -> Option<DemoReport> {
        let report = self.told();
        self.recent.push_back(report.clone());
        if self.recent.len() > RECENT {
            self.recent.pop_front();
        }
        Some(report)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_tells_the_same_story_each_time_and_another_seed_another() {
        let story = |seed| Stream::of(seed).take(60).collect::<Vec<_>>();
        assert_eq!(story(1), story(1));
        assert_ne!(story(1), story(2));
    }

    #[test]
    fn most_reports_have_a_position_and_a_category_of_the_list_and_some_tell_again() {
        let known = categories();
        let reports: Vec<DemoReport> = Stream::of(7).take(600).collect();
        let may_say = |code| known.iter().any(|known| known.code == code && known.is_public());
        assert!(reports.iter().filter_map(|report| report.category).all(may_say));
        assert!((450..600).contains(&reports.iter().filter(|report| report.at.is_some()).count()));
        assert!(reports.iter().any(|report| report.category.is_none()));
        assert!(reports.iter().filter(|report| report.place.is_some()).count() > 10);
    }
}
