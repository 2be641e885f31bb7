//! From a question and incidents to a report.

use jiff::{Timestamp, tz::TimeZone};

use super::{
    Division, Findings, Grain, Incident, Incidents, Method, Numbers, Question, QuestionError, Report, Warning, spot,
    spots::Spot,
};
use crate::domain::{
    analysis::hotspot::{Band, Foresight, Pile, Shape, Sides, knox, moran::Global, piles},
    geo::Position,
    grid::{Coverage, NodeId},
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
pub(super) struct Located {
    /// Its place among all.
    pub number: usize,
    /// Its grid; `None` outside all of them, where only methods count it that need no areas.
    pub node: Option<NodeId>,
    pub area: Option<usize>,
}

/// What a method found, its hotspots not yet ranked.
pub(super) struct Answer {
    pub findings: Findings,
    pub spots: Vec<Spot>,
    pub global: Option<Global>,
    pub foresight: Option<Foresight>,
}

impl Question {
    /// Answers it.
    ///
    /// # Errors
    /// Why there is no answer.
    pub fn study(&self, incidents: &Incidents, ground: Ground<'_>) -> Result<Report, QuestionError> {
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
            let told = all.iter().filter(|incident| counts(incident) && !incident.surveyed);
            piles(&told.map(|incident| incident.position).collect::<Vec<_>>())
        };
        let is_piled =
            |incident: &Incident| !incident.surveyed && piles.iter().any(|pile| pile.holds(incident.position));
        let kept = || all.iter().enumerate().filter(|(_, incident)| counts(incident) && !is_piled(incident));
        let cells = |shape: Shape| {
            let positions: Vec<Position> = kept().map(|(_, incident)| incident.position).collect();
            Division::cells(ground.coverage, ground.nearest_m, shape, &positions)
        };
        let division = match self.grain {
            Grain::Cells(shape) => cells(shape)?,
            // A density is of cells: grids of different size would tell more of their borders.
            Grain::Grids if self.method == Method::Kde => cells(Shape { sides: Sides::Hex, width_m: None })?,
            Grain::Grids => Division::grids(ground.coverage, ground.nearest_m),
        };
        let mut numbers = Numbers { areas: division.places.len(), ..Numbers::default() };
        (numbers.from, numbers.to) = (self.period.from, self.period.to);
        numbers.piled = all.iter().filter(|incident| counts(incident) && is_piled(incident)).count();
        numbers.other_times = all.iter().filter(|incident| !counts(incident)).count();
        let (mut now, mut before) = (Vec::new(), Vec::new());
        for (number, incident) in kept() {
            let found = division.locate(incident.position);
            numbers.elsewhere += usize::from(found.is_none());
            if found.is_none() && self.method.asks_of_areas() {
                continue;
            }
            let (node, area) = found.map_or((None, None), |(node, area)| (Some(node), area));
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
pub(super) struct Inquiry<'a> {
    pub question: &'a Question,
    pub incidents: &'a Incidents,
    pub ground: Ground<'a>,
    pub division: &'a Division<'a>,
    pub now: Vec<Located>,
    pub before: Vec<Located>,
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
        let Answer { mut findings, spots, global, foresight } = match self.question.method {
            Method::Dbscan | Method::Hdbscan => self.clusters()?,
            Method::NearRepeat => {
                let findings = Findings::Bands(self.repeats()?);
                Answer { findings, spots: Vec::new(), global: None, foresight: None }
            }
            Method::GiStar | Method::Gi | Method::Moran | Method::Kde | Method::Emerging => {
                self.areas(&mut numbers, &mut warnings)?
            }
        };
        let (hotspots, rank) = self.ranked(spots);
        let ranked = |spot: Option<usize>| spot.and_then(|spot| rank[spot]);
        match &mut findings {
            Findings::Areas(rows) => rows.iter_mut().for_each(|row| row.hotspot = ranked(row.hotspot)),
            Findings::Incidents(rows) => rows.iter_mut().for_each(|row| row.hotspot = ranked(row.hotspot)),
            Findings::Bands(_) => {}
        }
        let here: Vec<&Incident> = self.now.iter().map(|located| self.incident(located)).collect();
        Ok(Report {
            method: self.question.method,
            grain: self.division.name(),
            numbers,
            warnings,
            piles,
            sources: spot::most(self.incidents, &here, |incident| incident.source),
            findings,
            hotspots,
            global,
            bandwidth_m: (self.question.method == Method::Kde).then(|| self.bandwidth_m()).flatten(),
            foresight,
        })
    }

    pub(super) fn incident(&self, located: &Located) -> &Incident {
        &self.incidents.all[located.number]
    }

    pub(super) fn counts(&self, of: &[Located]) -> Vec<usize> {
        let mut counts = vec![0; self.division.places.len()];
        of.iter().filter_map(|located| located.area).for_each(|area| counts[area] += 1);
        counts
    }

    fn repeats(&self) -> Result<Vec<Band>, QuestionError> {
        let event = |located: &Located| {
            let incident = self.incident(located);
            incident.at.map(|at| (incident.position, at))
        };
        let events: Option<Vec<(Position, Timestamp)>> = self.now.iter().map(event).collect();
        let events = events.ok_or(QuestionError::NoTimes)?;
        Ok(knox(&events, &self.question.knox, self.question.permutations)?)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::{
        analysis::{
            figures::Period,
            hotspot::{Density, Shape},
            planning::{Exposure, Findings, Per},
        },
        grid::{Grid, GridCode, Level},
    };

    const SIDE: usize = 6;

    /// A board of squares of a thousandth of a degree: `x/y`.
    fn board() -> Coverage {
        let square = |i: usize| {
            let (x, y) = (i % SIDE, i / SIDE);
            let [w, s] = [110.0 + x as f64 / 1_000.0, 40.0 + y as f64 / 1_000.0];
            let [e, n] = [w + 0.001, s + 0.001];
            let ring = vec![(w, s), (e, s), (e, n), (w, n), (w, s)];
            let area = geo::MultiPolygon::new(vec![geo::Polygon::new(ring.into(), Vec::new())]);
            Arc::new(Grid::new(GridCode::new(format!("{x}/{y}")), format!("{x}/{y}"), Level::Grid, &area))
        };
        Coverage::new((0..SIDE * SIDE).map(square).collect()).expect("grids")
    }

    fn day(day: i64) -> Timestamp {
        Timestamp::from_second(1_772_600_000 + day * 86_400).expect("a time")
    }

    fn incident(incidents: &mut Incidents, lon: f64, lat: f64, at: Timestamp) {
        let category = Some(incidents.label("litter"));
        let position = Position::new(lon, lat).expect("a position");
        let row = incidents.all.len() as u64 + 1;
        incidents.all.push(Incident {
            row,
            position,
            at: Some(at),
            category,
            department: None,
            source: None,
            surveyed: false,
        });
    }

    /// So many in each square, scattered over it, in the four weeks from a day on.
    fn scatter(incidents: &mut Incidents, from: i64, in_square: impl Fn(usize, usize) -> usize) {
        for i in 0..SIDE * SIDE {
            let (x, y) = (i % SIDE, i / SIDE);
            for k in 0..in_square(x, y) {
                let inside = |step: usize| (0.1 + 0.8 * ((k * step + i) % 97) as f64 / 97.0) / 1_000.0;
                let (lon, lat) = (110.0 + x as f64 / 1_000.0 + inside(31), 40.0 + y as f64 / 1_000.0 + inside(57));
                incident(incidents, lon, lat, day(from + i64::from(k as u32 % 28)));
            }
        }
    }

    fn period() -> Period {
        Period { from: Some(day(0)), to: Some(day(28)) }
    }

    fn ask(question: &Question, incidents: &Incidents) -> Result<Report, QuestionError> {
        question.study(incidents, Ground { coverage: &board(), nearest_m: 0.0, zone: &TimeZone::UTC })
    }

    fn areas(report: &Report) -> &[super::super::AreaRow] {
        let Findings::Areas(rows) = &report.findings else { panic!("no areas") };
        rows
    }

    #[test]
    fn hot_areas_that_touch_are_one_hotspot_held_against_the_period_before() {
        let mut incidents = Incidents::default();
        let in_corner = |x, y| x < 2 && y < 2;
        scatter(&mut incidents, 0, |x, y| if in_corner(x, y) { 40 } else { 2 });
        scatter(&mut incidents, -28, |x, y| if in_corner(x, y) { 10 } else { 2 });
        let question = Question { compare: Some((day(-28), day(0))), ..Question::of(period()) };
        let report = ask(&question, &incidents).expect("an answer");
        assert_eq!((report.numbers.incidents, report.numbers.before, report.numbers.areas), (224, 104, 36));
        assert_eq!(report.hotspots.len(), 1);
        let spot = &report.hotspots[0];
        assert_eq!((spot.rank, spot.outline.0.len(), spot.categories[0].code.as_str()), (1, 1, "litter"));
        let hot: Vec<&str> =
            areas(&report).iter().filter(|row| row.hotspot == Some(1)).map(|row| row.id.as_str()).collect();
        assert!(["0/0", "1/0", "0/1", "1/1"].iter().all(|id| hot.contains(id)) && hot.len() < 9, "{hot:?}");
        let surprise = spot.surprise.expect("a period before");
        assert!(surprise.before >= 40 && surprise.expected < 90.0 && surprise.p < 0.001, "{surprise:?}");
        assert!(report.foresight.expect("a period before").pai.expect("hits") > 2.0);
        let again = ask(&question, &incidents).expect("an answer");
        assert_eq!(format!("{:?}", again.findings), format!("{:?}", report.findings), "the same dice give the same");
    }

    #[test]
    fn what_nobody_looked_at_is_not_zero() {
        let mut incidents = Incidents::default();
        scatter(&mut incidents, 0, |x, _| if x == 0 { 30 } else { 3 });
        let watched = |x: usize, y: usize| (GridCode::new(format!("{x}/{y}")), if x == 0 { 3_000.0 } else { 300.0 });
        let of_grid = (0..36).map(|i| watched(i % SIDE, i / SIDE)).filter(|(code, _)| code.as_str() != "5/5").collect();
        let exposure = Some(Exposure { per: Per::Given, of_grid, floor: 10.0 });
        let question = Question { exposure, ..Question::of(period()) };
        let report = ask(&question, &incidents).expect("an answer");
        assert!(report.hotspots.is_empty(), "where ten times as much is looked at, ten times as much is found");
        let unobserved = areas(&report).iter().find(|row| row.id == "5/5").expect("there");
        assert_eq!((report.numbers.unobserved, unobserved.rate, unobserved.said.is_none()), (1, None, true));
        assert_eq!(areas(&report)[0].rate, Some(30.0 / 3_000.0));
        assert!(report.warnings.contains(&Warning::Unobserved { areas: 1, floor: 10.0 }), "{:?}", report.warnings);
        let cells = Question { grain: Grain::Cells("hex:100".parse::<Shape>().expect("a shape")), ..question };
        assert_eq!(ask(&cells, &incidents).err(), Some(QuestionError::ExposureOfCells));
    }

    #[test]
    fn what_a_geocoder_piles_up_is_left_out_and_counted_but_not_what_a_camera_saw() {
        let mut incidents = Incidents::default();
        scatter(&mut incidents, 0, |_, _| 5);
        (0..400).for_each(|_| incident(&mut incidents, 110.0025, 40.0025, day(3)));
        let question = Question::of(period());
        let report = ask(&question, &incidents).expect("an answer");
        assert_eq!((report.piles.len(), report.numbers.piled, report.numbers.incidents), (1, 400, 180));
        assert!(
            report.hotspots.is_empty() && report.warnings.contains(&Warning::PiledUp { places: 1, incidents: 400 })
        );
        let kept = ask(&Question { keep_piles: true, ..question.clone() }, &incidents).expect("an answer");
        assert_eq!((kept.numbers.piled, kept.numbers.incidents), (0, 580));
        incidents.all.iter_mut().for_each(|incident| incident.surveyed = true);
        assert_eq!(ask(&question, &incidents).expect("an answer").numbers.incidents, 580);
    }

    #[test]
    fn clusters_are_of_the_ground_and_of_no_grid() {
        let mut incidents = Incidents::default();
        scatter(&mut incidents, 0, |_, _| 1);
        // A kilometre east of the last grid.
        (0..20).for_each(|i| incident(&mut incidents, 110.018 + f64::from(i) * 1e-5, 40.003, day(i64::from(i))));
        let density = Density { eps_m: 20.0, min_points: 5 };
        let report = ask(&Question { method: Method::Dbscan, density, ..Question::of(period()) }, &incidents);
        let report = report.expect("an answer");
        let Findings::Incidents(rows) = &report.findings else { panic!("no incidents") };
        assert_eq!((rows.len(), report.hotspots.len(), report.numbers.elsewhere), (56, 1, 20));
        assert_eq!((report.hotspots[0].incidents, report.hotspots[0].grids.len()), (20, 0));
        assert!(rows[36..].iter().all(|row| row.cluster == Some(0) && row.hotspot == Some(1)));
    }

    #[test]
    fn a_question_that_cannot_be_answered_says_why_and_an_empty_period_is_an_answer() {
        let mut incidents = Incidents::default();
        let empty = ask(&Question::of(period()), &incidents).expect("an answer");
        assert!(empty.hotspots.is_empty() && empty.warnings.contains(&Warning::NothingHappened));
        scatter(&mut incidents, 0, |_, _| 1);
        let emerging = Question { method: Method::Emerging, step_days: 20, ..Question::of(period()) };
        assert_eq!(ask(&emerging, &incidents).err(), Some(QuestionError::TooFewSteps { step_days: 20 }));
        incidents.all[0].at = None;
        let repeats = Question { method: Method::NearRepeat, ..Question::of(Period::default()) };
        assert_eq!(ask(&repeats, &incidents).err(), Some(QuestionError::NoTimes));
        let mut one = incidents.clone();
        one.all.truncate(2);
        one.all.remove(0);
        let alone = ask(&Question::of(period()), &one).expect("an answer");
        assert_eq!(alone.numbers.incidents, 1, "one incident is no failure");
    }
}
