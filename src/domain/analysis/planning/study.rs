//! From a question and incidents to a report.

use geo::{Centroid, ConvexHull};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::{
    AreaRow, Counted, Division, Findings, Grain, Hotspot, Incident, Incidents, Membership, Method, Numbers, Question,
    QuestionError, Report, Said, Warning, spot,
};
use crate::domain::{
    analysis::hotspot::{
        Cube, Foresight, Pile, Season, Study, Surprise, Weights, dbscan, foresight, groups::Groups, knox,
        moran::Global, piles,
    },
    geo::{Area, Position},
    grid::{Coverage, NodeId, area_m2},
};

/// Where the ground is taken from, and how far from the grids it still counts.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    pub coverage: &'a Coverage,
    pub nearest_m: f64,
    /// Whose days and hours count.
    pub zone: &'a TimeZone,
}

/// An incident that counts.
#[derive(Clone, Copy)]
struct Located {
    /// Its place among all.
    number: usize,
    node: NodeId,
    area: Option<usize>,
}

/// What is hot: areas, or a hull around incidents, and the incidents of now and before in it.
struct Spot {
    outline: Area,
    z: Option<f64>,
    now: Vec<usize>,
    before: Vec<usize>,
}

/// What a method says of areas, one by one and together.
struct Judged {
    said: Vec<Option<Said>>,
    global: Option<Global>,
}

/// Most areas × steps of a cube: 48 bytes each.
const MOST_BINS: usize = 20_000_000;
/// From so many days on the hours of the week are learned; before it, as much is expected as of any time.
const LEARNING: SignedDuration = SignedDuration::from_hours(14 * 24);

impl Question {
    /// Answers it. `unpiled` says which incidents stand where a camera or a person's phone stood, so that many on one point
    /// are no geocoder's pile.
    ///
    /// # Errors
    /// Why there is no answer.
    pub fn study(
        &self,
        incidents: &Incidents,
        ground: Ground<'_>,
        unpiled: impl Fn(&Incident) -> bool,
    ) -> Result<Report, QuestionError> {
        let in_before = |at: Timestamp| self.compare.is_some_and(|(from, to)| (from..to).contains(&at));
        let all = &incidents.all;
        let is_now = |incident: &Incident| match incident.at {
            Some(at) => self.period.holds(at),
            None => self.period.from.is_none() && self.period.to.is_none(),
        };
        let is_before = |incident: &Incident| incident.at.is_some_and(in_before);
        let counts = |incident: &Incident| is_now(incident) || is_before(incident);
        let piles = if self.keep_piles {
            Vec::new()
        } else {
            let told = all.iter().filter(|incident| counts(incident) && !unpiled(incident));
            piles(&told.map(|incident| incident.position).collect::<Vec<_>>())
        };
        let is_piled =
            |incident: &Incident| !unpiled(incident) && piles.iter().any(|pile| pile.holds(incident.position));
        let kept = || all.iter().enumerate().filter(|(_, incident)| counts(incident) && !is_piled(incident));
        let division = match self.grain {
            Grain::Grids => Division::grids(ground.coverage, ground.nearest_m),
            Grain::Cells(shape) => {
                let positions: Vec<Position> = kept().map(|(_, incident)| incident.position).collect();
                Division::cells(ground.coverage, ground.nearest_m, shape, &positions)?
            }
        };
        let mut numbers = Numbers { areas: division.places.len(), ..Numbers::default() };
        (numbers.from, numbers.to) = (self.period.from, self.period.to);
        numbers.piled = all.iter().filter(|incident| counts(incident) && is_piled(incident)).count();
        numbers.other_times = all.iter().filter(|incident| !counts(incident)).count();
        let (mut now, mut before) = (Vec::new(), Vec::new());
        for (number, incident) in kept() {
            let Some((node, area)) = division.locate(incident.position) else {
                numbers.elsewhere += 1;
                continue;
            };
            let located = Located { number, node, area };
            if is_now(incident) {
                now.push(located);
            }
            if is_before(incident) {
                before.push(located);
            }
        }
        (numbers.incidents, numbers.before) = (now.len(), before.len());
        Inquiry { question: self, incidents, ground, division: &division, now, before }.answer(numbers, piles)
    }
}

/// A question with all that is needed to answer it.
struct Inquiry<'a> {
    question: &'a Question,
    incidents: &'a Incidents,
    ground: Ground<'a>,
    division: &'a Division<'a>,
    now: Vec<Located>,
    before: Vec<Located>,
}

impl Inquiry<'_> {
    fn answer(&self, mut numbers: Numbers, piles: Vec<Pile>) -> Result<Report, QuestionError> {
        let mut warnings = Vec::new();
        if self.now.is_empty() {
            warnings.push(Warning::NothingHappened);
        }
        if !piles.is_empty() {
            warnings.push(Warning::PiledUp { places: piles.len(), incidents: numbers.piled });
        }
        let (findings, spots, global, foresight) = match self.question.method {
            Method::Dbscan => {
                let (memberships, spots) = self.clusters();
                (Findings::Incidents(memberships), spots, None, None)
            }
            Method::NearRepeat => (Findings::Bands(self.repeats()?), Vec::new(), None, None),
            Method::GiStar | Method::Moran | Method::Emerging => {
                let (rows, spots, global, foresight) = self.areas(&mut numbers, &mut warnings)?;
                (Findings::Areas(rows), spots, global, foresight)
            }
        };
        let (hotspots, order) = self.ranked(spots);
        let findings = match findings {
            Findings::Areas(mut rows) => {
                for row in &mut rows {
                    row.hotspot = row.hotspot.map(|spot| order[spot]);
                }
                Findings::Areas(rows)
            }
            other => other,
        };
        Ok(Report {
            method: self.question.method,
            grain: self.division.name(),
            numbers,
            warnings,
            piles,
            findings,
            hotspots,
            global,
            foresight,
        })
    }

    fn incident(&self, located: &Located) -> &Incident {
        &self.incidents.all[located.number]
    }

    fn counts(&self, of: &[Located]) -> Vec<usize> {
        let mut counts = vec![0; self.division.places.len()];
        of.iter().filter_map(|located| located.area).for_each(|area| counts[area] += 1);
        counts
    }

    /// Methods that ask of areas.
    #[expect(clippy::type_complexity, reason = "the parts of one answer, taken apart at once")]
    fn areas(
        &self,
        numbers: &mut Numbers,
        warnings: &mut Vec<Warning>,
    ) -> Result<(Vec<AreaRow>, Vec<Spot>, Option<Global>, Option<Foresight>), QuestionError> {
        let places = &self.division.places;
        let floor = self.question.exposure.map(|exposure| exposure.floor.max(1));
        let is_observed = |area: &usize| floor.is_none_or(|floor| places[*area].households >= Some(floor));
        let observed: Vec<usize> = (0..places.len()).filter(is_observed).collect();
        numbers.unobserved = places.len() - observed.len();
        if let Some(floor) = floor.filter(|_| numbers.unobserved > 0) {
            warnings.push(Warning::Unobserved { areas: numbers.unobserved, floor });
        }
        let (counts, counts_before) = (self.counts(&self.now), self.counts(&self.before));
        let value = |counts: &[usize], area: usize| match (floor, places[area].households) {
            (Some(_), Some(households)) => counts[area] as f64 * 1_000.0 / f64::from(households),
            _ => counts[area] as f64,
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
        warnings.extend(Warning::of_areas(observed.len(), weights.islands().count()));
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
                rate: floor.filter(|_| is_observed(&area)).map(|_| value(&counts, area)),
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
        Ok((rows, spots, judged.global, foresight))
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
            Method::Moran => {
                let (like, global) = study.like(weights)?;
                Judged { said: like.into_iter().map(Said::Like).map(Some).collect(), global }
            }
            Method::Emerging => {
                let cube = self.cube(observed)?;
                if cube.steps() < super::report::FEW_STEPS {
                    warnings.push(Warning::FewSteps { steps: cube.steps() });
                }
                let said = cube.emerging(weights).into_iter().map(Said::Emerging).map(Some).collect();
                Judged { said, global: None }
            }
            _ => Judged { said: study.hot(weights)?.into_iter().map(Said::Hot).map(Some).collect(), global: None },
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
        if self.question.method != Method::GiStar || self.before.is_empty() || self.question.exposure.is_some() {
            return Ok(None);
        }
        let values: Vec<f64> = observed.iter().map(|area| before[*area] as f64).collect();
        let hot = Study { values: &values, ..study.clone() }.hot(weights)?;
        let hot: Vec<bool> = hot.iter().map(|hot| hot.bin > 0).collect();
        let m2: Vec<f64> = observed.iter().map(|area| self.division.places[*area].m2).collect();
        Ok(Some(foresight(&hot, &m2, now)))
    }

    /// Hot areas that touch are one spot.
    fn spots(&self, rows: &mut [AreaRow], observed: &[usize], hot: &[bool], weights: &Weights) -> Vec<Spot> {
        let mut groups = Groups::of(observed.len());
        for area in (0..observed.len()).filter(|area| hot[*area]) {
            for near in weights.neighbors(area).iter().filter(|near| hot[**near as usize]) {
                groups.join(area, *near as usize);
            }
        }
        let (mut numbers, mut spots) = (vec![None; observed.len()], Vec::<Spot>::new());
        for area in (0..observed.len()).filter(|area| hot[*area]) {
            let number = *numbers[groups.root(area)].get_or_insert_with(|| {
                spots.push(Spot { outline: Area::new(Vec::new()), z: None, now: Vec::new(), before: Vec::new() });
                spots.len() - 1
            });
            let row = &mut rows[observed[area]];
            row.hotspot = Some(number);
            spots[number].outline.0.extend(row.area.0.iter().cloned());
            let z = row.said.as_ref().and_then(Said::z);
            spots[number].z = [spots[number].z, z].into_iter().flatten().reduce(f64::max);
        }
        let spot_of = |located: &Located| located.area.and_then(|area| rows[area].hotspot);
        for (at, located) in self.now.iter().enumerate() {
            if let Some(spot) = spot_of(located) {
                spots[spot].now.push(at);
            }
        }
        for (at, located) in self.before.iter().enumerate() {
            if let Some(spot) = spot_of(located) {
                spots[spot].before.push(at);
            }
        }
        spots
    }

    fn clusters(&self) -> (Vec<Membership>, Vec<Spot>) {
        let positions: Vec<Position> = self.now.iter().map(|located| self.incident(located).position).collect();
        let clusters = dbscan(&positions, self.question.density);
        let mut members: Vec<Vec<usize>> = Vec::new();
        for (at, cluster) in clusters.cluster.iter().enumerate() {
            let Some(cluster) = cluster else { continue };
            members.resize_with(members.len().max(*cluster as usize + 1), Vec::new);
            members[*cluster as usize].push(at);
        }
        let spot = |now: Vec<usize>| {
            let points: geo::MultiPoint<f64> = now.iter().map(|at| positions[*at].coord()).collect();
            let hull = points.convex_hull();
            let inside =
                |located: &Located| geo::Intersects::intersects(&hull, &self.incident(located).position.coord());
            let before = (0..self.before.len()).filter(|at| inside(&self.before[*at])).collect();
            Spot { outline: Area::new(vec![hull.clone()]), z: None, now, before }
        };
        let spots = members.into_iter().map(spot).collect();
        let membership = |(at, located): (usize, &Located)| Membership {
            incident: located.number,
            cluster: clusters.cluster[at],
            core: clusters.core[at],
        };
        (self.now.iter().enumerate().map(membership).collect(), spots)
    }

    fn repeats(&self) -> Result<Vec<crate::domain::analysis::hotspot::Band>, QuestionError> {
        let event = |located: &Located| {
            let incident = self.incident(located);
            incident.at.map(|at| (incident.position, at))
        };
        let events: Option<Vec<(Position, Timestamp)>> = self.now.iter().map(event).collect();
        let events = events.ok_or(QuestionError::NoTimes)?;
        Ok(knox(&events, &self.question.knox, self.question.permutations)?)
    }

    /// Hotspots with their ranks, and the rank of each spot as it came.
    fn ranked(&self, spots: Vec<Spot>) -> (Vec<Hotspot>, Vec<usize>) {
        let all_m2: f64 = self.division.places.iter().map(|place| place.m2).sum();
        let ratio = self.ratio();
        let mut hotspots: Vec<(usize, Hotspot)> = spots
            .into_iter()
            .map(|spot| self.hotspot(&spot, all_m2, ratio))
            .enumerate()
            .filter_map(|(at, hotspot)| hotspot.map(|hotspot| (at, hotspot)))
            .collect();
        hotspots.sort_by(|(_, a), (_, b)| b.excess.total_cmp(&a.excess));
        let mut order = vec![0; hotspots.len()];
        for (rank, (at, hotspot)) in hotspots.iter_mut().enumerate() {
            hotspot.rank = rank + 1;
            order[*at] = rank + 1;
        }
        (hotspots.into_iter().map(|(_, hotspot)| hotspot).collect(), order)
    }

    fn hotspot(&self, spot: &Spot, all_m2: f64, ratio: Option<f64>) -> Option<Hotspot> {
        let now: Vec<&Located> = spot.now.iter().map(|at| &self.now[*at]).collect();
        let here: Vec<&Incident> = now.iter().map(|located| self.incident(located)).collect();
        let m2 = area_m2(&spot.outline);
        let share = if all_m2 > 0.0 { (m2 / all_m2).min(1.0) } else { 0.0 };
        // A hull around one point, or around points in a line, has no ground.
        let middle = spot.outline.centroid().or_else(|| Some(here.first()?.position.coord().into()))?;
        let surprise = ratio.map(|ratio| Surprise::of(here.len(), spot.before.len(), ratio));
        Some(Hotspot {
            rank: 0,
            incidents: here.len(),
            excess: here.len() as f64 - self.now.len() as f64 * share,
            km2: m2 / 1e6,
            z: spot.z,
            middle: Position::new(middle.x(), middle.y()).ok()?,
            outline: spot.outline.clone(),
            grids: Counted::most(now.iter().map(|located| self.division.code(located.node).clone())),
            departments: spot::most(self.incidents, &here, |incident| incident.department),
            categories: spot::most(self.incidents, &here, |incident| incident.category),
            sources: spot::most(self.incidents, &here, |incident| incident.source),
            hours: spot::hours(&here, self.ground.zone),
            surprise,
        })
    }

    /// How many there should be now for each one before: by the hours of the week where there is enough to learn them from,
    /// else by how long both periods are.
    fn ratio(&self) -> Option<f64> {
        let (from, to) = self.question.compare?;
        let (now_from, now_to) = (self.question.period.from?, self.question.period.to?);
        let length = |from: Timestamp, to: Timestamp| to.duration_since(from);
        if length(from, to) < LEARNING || self.before.is_empty() {
            return Some(length(now_from, now_to).as_secs_f64() / length(from, to).as_secs_f64());
        }
        let times = self.before.iter().filter_map(|located| self.incident(located).at);
        let season = Season::learn(times, from, to, self.ground.zone);
        Some(season.expected(now_from, now_to) / self.before.len() as f64)
    }
}
