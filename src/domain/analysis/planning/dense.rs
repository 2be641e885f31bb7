//! Kernel density of the incidents over the cells of the ground.

use geo::Centroid;

use super::{Dense, QuestionError, Said, study::Inquiry};
use crate::domain::{
    analysis::hotspot::{Kde, bandwidth_m},
    geo::{LocalPlane, Position},
};

/// What the core of a density holds.
const CORE_SHARE: f64 = 0.5;
/// Cells and what lies in reach of each: a second of work. What takes longer goes by way of bins.
const MOST_PAIRS: f64 = 2e8;

impl Inquiry<'_> {
    /// Metres around the middle of the ground.
    fn plane(&self) -> Option<LocalPlane> {
        let first = self.division.places.first()?.area.centroid()?;
        Position::new(first.x(), first.y()).ok().map(LocalPlane::at)
    }

    fn points_m(&self) -> Vec<[f64; 2]> {
        let Some(plane) = self.plane() else { return Vec::new() };
        self.now.iter().map(|located| plane.meters(self.incident(located).position.coord())).collect()
    }

    /// As it was asked for, or by the rule.
    pub(super) fn bandwidth_m(&self) -> Option<f64> {
        self.question.bandwidth_m.or_else(|| bandwidth_m(&self.points_m()))
    }

    /// The density of each cell that is observed, and which of them are the smallest ground that holds half of all.
    pub(super) fn dense(&self, observed: &[usize]) -> Result<Vec<Option<Said>>, QuestionError> {
        let (Some(plane), Some(bandwidth_m)) = (self.plane(), self.bandwidth_m()) else {
            return Ok(vec![None; observed.len()]);
        };
        let places = &self.division.places;
        let middle = |area: &usize| places[*area].area.centroid().map_or([f64::NAN; 2], |at| plane.meters(at.into()));
        let cells_m: Vec<[f64; 2]> = observed.iter().map(middle).collect();
        let cell_m2 = observed.first().map_or(1.0, |area| places[*area].m2);
        let kernel = self.question.kernel;
        let kde = Kde {
            points_m: &self.points_m(),
            cells_m: &cells_m,
            cell_m2,
            kernel,
            bandwidth_m,
            edge: self.question.edge,
        };
        let ground_m2 = cell_m2 * cells_m.len() as f64;
        let share = (std::f64::consts::PI * kernel.reach_of(bandwidth_m).powi(2) / ground_m2).min(1.0);
        let pairs = cells_m.len() as f64 * (self.now.len() + cells_m.len()) as f64 * share;
        let too_wide = QuestionError::KernelTooWide { bandwidth_m, cells: cells_m.len() };
        let density = if pairs > MOST_PAIRS { kde.binned().ok_or(too_wide)? } else { kde.exact() };
        let mut ranked: Vec<usize> = (0..density.len()).collect();
        ranked.sort_by(|a, b| density[*b].total_cmp(&density[*a]));
        let (mut held, whole) = (0.0, density.iter().sum::<f64>());
        let mut core = vec![false; density.len()];
        for cell in ranked.into_iter().take_while(|cell| density[*cell] > 0.0) {
            core[cell] = held < whole * CORE_SHARE;
            held += density[cell];
        }
        let said = |(per_m2, core): (f64, bool)| Some(Said::Dense(Dense { per_km2: per_m2 * 1e6, core }));
        Ok(density.into_iter().zip(core).map(said).collect())
    }
}
