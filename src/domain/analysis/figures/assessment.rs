//! Scores (评分): rates weighed, and the grade that comes of it.

use serde::{Deserialize, Serialize};

use super::{Dimension, Measure, tally::Rates};

/// Whose work is assessed.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
    strum::EnumIter,
    strum::VariantNames,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Subject {
    Department,
    Grid,
    Worker,
}

impl Subject {
    #[must_use]
    pub fn dimension(self) -> Dimension {
        match self {
            Self::Department => Dimension::Department,
            Self::Grid => Dimension::Grid,
            Self::Worker => Dimension::Worker,
        }
    }
}

/// What counts how much, and what is good enough for which grade.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessment {
    pub department: Vec<(Measure, u32)>,
    pub grid: Vec<(Measure, u32)>,
    pub worker: Vec<(Measure, u32)>,
    /// From the best on: its name, and the score from which it is given, in hundredths. Below all of them is `lowest`.
    pub grades: Vec<Grade>,
    pub lowest: String,
}

/// A grade.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grade {
    pub name: String,
    /// From 0 to 100.
    pub from: u8,
}

impl Default for Assessment {
    /// Departments, workers and grades as China Unicom's platform has them; that of grids is a proposal.
    fn default() -> Self {
        use Measure as M;
        let grade = |(name, from): (&str, u8)| Grade { name: name.to_owned(), from };
        Self {
            department: vec![(M::FiledAccurately, 10), (M::Closed, 30), (M::HandledOnTime, 30), (M::Reworked, 30)],
            grid: vec![(M::Found, 30), (M::VerifiedOnTime, 30), (M::Closed, 20), (M::ClosedOnTime, 20)],
            worker: vec![(M::Valid, 40), (M::Found, 20), (M::VerifiedOnTime, 20), (M::CheckedOnTime, 20)],
            grades: [("A", 90), ("B", 75), ("C", 60), ("D", 40)].map(grade).into(),
            lowest: "E".to_owned(),
        }
    }
}

/// What somebody's work came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// 0 to 100.
    pub points: f64,
    pub grade: String,
}

impl Assessment {
    #[must_use]
    pub fn weights(&self, subject: Subject) -> &[(Measure, u32)] {
        match subject {
            Subject::Department => &self.department,
            Subject::Grid => &self.grid,
            Subject::Worker => &self.worker,
        }
    }

    /// The mean of the rates by their weights. What nothing is known of counts for nothing, neither for nor against;
    /// `None` where nothing is known at all.
    #[must_use]
    pub fn score(&self, subject: Subject, rates: Rates<'_>) -> Option<Score> {
        let (mut sum, mut weights) = (0.0, 0.0);
        for (measure, weight) in self.weights(subject) {
            let Some(share) = rates.of(*measure).share() else { continue };
            let share = if measure.is_better_low() { 1.0 - share } else { share };
            sum += share * f64::from(*weight);
            weights += f64::from(*weight);
        }
        (weights > 0.0).then(|| {
            let points = 100.0 * sum / weights;
            let reached = self.grades.iter().find(|grade| points >= f64::from(grade.from));
            Score { points, grade: reached.map_or(&self.lowest, |grade| &grade.name).clone() }
        })
    }
}
