//! Methods that ask of areas.

use jiff::SignedDuration;

use super::{
    AreaRow, Findings, Method, Numbers, Place, QuestionError, Said, Warning,
    report::FEW_STEPS,
    study::{Answer, Inquiry},
};
use crate::domain::{
    analysis::hotspot::{Cube, Foresight, Study, Weights, foresight, moran::Global},
    geo::Area,
};

/// What a method says of areas, one by one and together.
struct Judged {
    said: Vec<Option<Said>>,
    global: Option<Global>,
}

/// Most areas × steps of a cube: 48 bytes each.
const MOST_BINS: usize = 20_000_000;
impl Inquiry<'_> {
    /// Methods that ask of areas.
    pub(super) fn areas(&self, numbers: &mut Numbers, warnings: &mut Vec<Warning>) -> Result<Answer, QuestionError> {
        let places = &self.division.places;
        let exposures = self.exposures()?;
        let is_observed = |area: &usize| exposures.as_ref().is_none_or(|exposures| exposures[*area].is_some());
        let observed: Vec<usize> = (0..places.len()).filter(is_observed).collect();
        numbers.unobserved = places.len() - observed.len();
        if let Some(exposure) = self.question.exposure.as_ref().filter(|_| numbers.unobserved > 0) {
            warnings.push(Warning::Unobserved { areas: numbers.unobserved, floor: exposure.floor });
        }
        let (counts, counts_before) = (self.counts(&self.now), self.counts(&self.before));
        let exposure_of = |area: usize| exposures.as_ref().and_then(|exposures| exposures[area]);
        let value = |counts: &[usize], area: usize| {
            exposure_of(area).map_or(counts[area] as f64, |units| counts[area] as f64 / units)
        };
        let grounds: Vec<Area> = observed.iter().map(|area| places[*area].area.clone()).collect();
        let values: Vec<f64> = observed.iter().map(|area| value(&counts, *area)).collect();
        let study = Study {
            areas: &grounds,
            values: &values,
            neighbors: self.question.neighbors,
            permutations: self.question.permutations,
        };
        let weights = study.weights();
        // A density asks nothing of neighbours.
        if self.question.method != Method::Kde {
            warnings.extend(Warning::of_areas(observed.len(), weights.islands().count()));
        }
        let judged = self.judge(&study, &weights, &observed, warnings)?;
        let mut rows: Vec<AreaRow> = places
            .iter()
            .zip(counts.iter().zip(&counts_before))
            .enumerate()
            .map(|(area, (place, (count, before)))| AreaRow {
                id: place.id.clone(),
                grid: self.division.code(place.grid).clone(),
                area: place.area.clone(),
                m2: place.m2,
                count: *count,
                before: self.question.compare.map(|_| *before),
                rate: exposure_of(area).map(|_| value(&counts, area)),
                said: None,
                hotspot: None,
            })
            .collect();
        let alone = !judged.said.iter().flatten().any(Said::is_hot);
        let is_hot = |said: &Option<Said>| {
            said.as_ref().is_some_and(|said| if alone { said.is_hot_alone() } else { said.is_hot() })
        };
        let hot: Vec<bool> = judged.said.iter().map(is_hot).collect();
        if alone && hot.contains(&true) {
            warnings.push(Warning::NoneAmongMany);
        }
        let foresight = self.foresight(&study, &weights, &observed, &counts_before, &values)?;
        for (area, said) in observed.iter().zip(judged.said) {
            rows[*area].said = said;
        }
        let spots = self.spots(&mut rows, &observed, &hot, &weights);
        Ok(Answer { findings: Findings::Areas(rows), spots, global: judged.global, foresight })
    }

    /// Of each area what counts are divided by, if by anything; `None` where it is unobserved.
    fn exposures(&self) -> Result<Option<Vec<Option<f64>>>, QuestionError> {
        let Some(exposure) = &self.question.exposure else { return Ok(None) };
        if !self.division.is_grids() {
            return Err(QuestionError::ExposureOfCells);
        }
        let of = |place: &Place| {
            let known = exposure.of_grid.get(self.division.code(place.grid)).copied();
            known.filter(|known| *known >= exposure.floor && *known > 0.0).map(|known| known / exposure.per.unit())
        };
        Ok(Some(self.division.places.iter().map(of).collect()))
    }

    /// What the method says of the areas that are observed.
    fn judge(
        &self,
        study: &Study<'_>,
        weights: &Weights,
        observed: &[usize],
        warnings: &mut Vec<Warning>,
    ) -> Result<Judged, QuestionError> {
        Ok(match self.question.method {
            Method::Kde => Judged { said: self.dense(observed)?, global: None },
            Method::Moran => {
                let (like, global) = study.like(weights)?;
                Judged { said: like.into_iter().map(Said::Like).map(Some).collect(), global }
            }
            Method::Emerging => {
                let cube = self.cube(observed)?;
                if cube.steps() < FEW_STEPS {
                    warnings.push(Warning::FewSteps { steps: cube.steps() });
                }
                let said = cube.emerging(weights).into_iter().map(Said::Emerging).map(Some).collect();
                Judged { said, global: None }
            }
            method => Judged {
                said: study.hot(weights, method.own())?.into_iter().map(Said::Hot).map(Some).collect(),
                global: None,
            },
        })
    }

    /// Counts of whole steps, the last of which ends with the period.
    fn cube(&self, observed: &[usize]) -> Result<Cube, QuestionError> {
        let step_days = self.question.step_days.max(1);
        let times = || self.now.iter().filter_map(|located| self.incident(located).at);
        let first = self.question.period.from.or_else(|| times().min()).ok_or(QuestionError::NoTimes)?;
        let last = match self.question.period.to {
            Some(to) => to,
            // The instant behind the last incident.
            None => {
                times().max().and_then(|at| at.saturating_add(SignedDuration::from_millis(1)).ok()).unwrap_or(first)
            }
        };
        let step_ms = i64::from(step_days) * 86_400_000;
        let steps = (last.as_millisecond() - first.as_millisecond()) / step_ms;
        if steps < 2 {
            return Err(QuestionError::TooFewSteps { step_days });
        }
        let bins = usize::try_from(steps).ok().and_then(|steps| steps.checked_mul(observed.len()));
        let Some(bins) = bins.filter(|bins| *bins <= MOST_BINS) else {
            return Err(QuestionError::TooManySteps { steps, areas: observed.len(), limit: MOST_BINS });
        };
        let mut rank = vec![None; self.division.places.len()];
        observed.iter().enumerate().for_each(|(at, area)| rank[*area] = Some(at));
        let begin = last.as_millisecond() - steps * step_ms;
        let mut counts = vec![0.0; bins];
        for located in &self.now {
            let area = located.area.and_then(|area| rank[area]);
            let into = self.incident(located).at.map(|at| at.as_millisecond() - begin);
            if let (Some(area), Some(into)) = (area, into.filter(|into| *into >= 0)) {
                let step = (into / step_ms).min(steps - 1) as usize;
                counts[step * observed.len() + area] += 1.0;
            }
        }
        Cube::new(observed.len(), counts).ok_or(QuestionError::TooFewSteps { step_days })
    }

    /// The hotspots of the period before, against the incidents of this one.
    fn foresight(
        &self,
        study: &Study<'_>,
        weights: &Weights,
        observed: &[usize],
        before: &[usize],
        now: &[f64],
    ) -> Result<Option<Foresight>, QuestionError> {
        if !matches!(self.question.method, Method::GiStar | Method::Gi)
            || self.before.is_empty()
            || self.question.exposure.is_some()
        {
            return Ok(None);
        }
        let values: Vec<f64> = observed.iter().map(|area| before[*area] as f64).collect();
        let hot = Study { values: &values, ..study.clone() }.hot(weights, self.question.method.own())?;
        let hot: Vec<bool> = hot.iter().map(|hot| hot.bin > 0).collect();
        let m2: Vec<f64> = observed.iter().map(|area| self.division.places[*area].m2).collect();
        Ok(Some(foresight(&hot, &m2, now)))
    }
}
