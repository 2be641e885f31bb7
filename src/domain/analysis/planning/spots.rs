//! Hotspots out of what is hot: areas that touch, or incidents that lie close, ranked.

use geo::{Centroid, ConvexHull};
use jiff::{SignedDuration, Timestamp};

use super::{
    AreaRow, Counted, Findings, Hotspot, Incident, Membership, Method, QuestionError, Said, spot,
    study::{Answer, Inquiry, Located},
};
use crate::domain::{
    analysis::hotspot::{Season, Surprise, Weights, dbscan, groups::Groups, hdbscan},
    geo::{Area, Position},
    grid::area_m2,
};

/// What is hot: areas, or a hull around incidents, and the incidents of now and before in it.
pub(super) struct Spot {
    pub outline: Area,
    pub z: Option<f64>,
    pub now: Vec<usize>,
    pub before: Vec<usize>,
}

/// From so many days on the hours of the week are learned; before it, as much is expected as of any time.
const LEARNING: SignedDuration = SignedDuration::from_hours(14 * 24);

impl Inquiry<'_> {
    /// Hot areas that touch are one spot.
    pub(super) fn spots(&self, rows: &mut [AreaRow], observed: &[usize], hot: &[bool], weights: &Weights) -> Vec<Spot> {
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
        for spot in &mut spots {
            // One outline, without the borders of its areas.
            spot.outline = geo::unary_union(&spot.outline.0);
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

    /// Incidents that lie close are one spot.
    pub(super) fn clusters(&self) -> Result<Answer, QuestionError> {
        let positions: Vec<Position> = self.now.iter().map(|located| self.incident(located).position).collect();
        let density = self.question.density;
        let clusters = match self.question.method {
            Method::Hdbscan => hdbscan(&positions, density.min_points)?,
            _ => dbscan(&positions, density),
        };
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
            hotspot: clusters.cluster[at].map(|cluster| cluster as usize),
        };
        let findings = Findings::Incidents(self.now.iter().enumerate().map(membership).collect());
        Ok(Answer { findings, spots, global: None, foresight: None })
    }

    /// Hotspots, ranked, and the rank of each spot as it came; a spot without ground or incidents has none.
    pub(super) fn ranked(&self, spots: Vec<Spot>) -> (Vec<Hotspot>, Vec<Option<usize>>) {
        let all_m2: f64 = self.division.places.iter().map(|place| place.m2).sum();
        let ratio = self.ratio();
        let mut ranks = vec![None; spots.len()];
        let hotspot = |(at, spot): (usize, Spot)| Some((at, self.hotspot(spot, all_m2, ratio)?));
        let mut hotspots: Vec<(usize, Hotspot)> = spots.into_iter().enumerate().filter_map(hotspot).collect();
        hotspots.sort_by(|(_, a), (_, b)| b.excess.total_cmp(&a.excess));
        for (rank, (at, hotspot)) in (1..).zip(&mut hotspots) {
            hotspot.rank = rank;
            ranks[*at] = Some(rank);
        }
        (hotspots.into_iter().map(|(_, hotspot)| hotspot).collect(), ranks)
    }

    fn hotspot(&self, spot: Spot, all_m2: f64, ratio: Option<f64>) -> Option<Hotspot> {
        let now: Vec<&Located> = spot.now.iter().map(|at| &self.now[*at]).collect();
        let here: Vec<&Incident> = now.iter().map(|located| self.incident(located)).collect();
        let m2 = area_m2(&spot.outline);
        let share = if all_m2 > 0.0 { (m2 / all_m2).min(1.0) } else { 0.0 };
        // A hull around one point, or around points in a line, has no ground.
        let middle = spot.outline.centroid().or_else(|| Some(here.first()?.position.coord().into()))?;
        let nodes = now.iter().filter_map(|located| located.node);
        let surprise = ratio.map(|ratio| Surprise::of(here.len(), spot.before.len(), ratio));
        Some(Hotspot {
            rank: 0,
            incidents: here.len(),
            excess: here.len() as f64 - self.now.len() as f64 * share,
            km2: m2 / 1e6,
            z: spot.z,
            middle: Position::new(middle.x(), middle.y()).ok()?,
            outline: spot.outline,
            grids: Counted::most(nodes.map(|node| self.division.code(node).as_str().to_owned())),
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
