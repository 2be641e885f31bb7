//! `geodata/sample_reports.csv`: 240 reports of eleven months, for trying `assign`, `heatmap` and `hotspots`.
//!
//! Every outcome of placing occurs: inside, ambiguous near a border, just outside, far outside, without a position;
//! on a territory, and at an asset.

mod matters;
mod stream;

use std::fmt::Write as _;

use super::basemap::park;
use super::buildings::Building;
use super::dice::Dice;
use super::places::{MALL, Place};
use super::plan::{Border, Plan, Use, Way};
use super::shape::{Point, add, along, centroid, distance_to_ring, left_of, line_length, minus, times};
use super::territories::{Asset, highway};
use matters::{HOT, Matter, OF_HOMES, OF_STREETS, OF_THE_PARK};
pub use stream::{DemoReport, Stream};

const REPORTS: usize = 240;

struct Report {
    captured_at: String,
    /// With the accuracy in metres.
    at: Option<(Point, f64)>,
    category: &'static str,
    words: &'static str,
}

/// Where people report more than elsewhere.
struct Spot {
    middle: Point,
    /// How many, and how far they scatter.
    reports: usize,
    scatter_m: f64,
    matters: &'static [Matter],
}

/// What the reports are drawn from.
struct Town<'a> {
    plan: &'a Plan,
    buildings: &'a [Building],
    places: &'a [Place],
    dice: &'a mut Dice,
}

pub fn csv(plan: &Plan, buildings: &[Building], places: &[Place], assets: &[Asset]) -> String {
    let mut dice = Dice::of("reports");
    let mut town = Town { plan, buildings, places, dice: &mut dice };
    let mut reports = town.hot();
    reports.extend(town.near_borders(24));
    reports.extend(town.outside());
    reports.extend(town.on_territories());
    reports.extend(town.at_assets(assets, 14));
    while reports.len() < REPORTS {
        let report = if town.dice.chance(0.55) { town.in_a_street() } else { town.at_home() };
        reports.extend(report);
    }
    reports.sort_by(|a, b| (&a.captured_at, a.words).cmp(&(&b.captured_at, b.words)));
    let mut text = String::from("report_id,captured_at,lon,lat,accuracy_m,category,description\n");
    for (at, report) in reports.iter().enumerate() {
        let place = report.at.map_or(",,".to_owned(), |(point, accuracy_m)| {
            let [lon, lat] = plan.lon_lat(point);
            format!("{lon},{lat},{accuracy_m:.1}")
        });
        let Report { captured_at, category, words, .. } = report;
        // Chinese commas need no quotes. Writing to a String cannot fail.
        let _ = writeln!(text, "R2026-{:04},{captured_at},{place},{category},{words}", at + 1);
    }
    text
}

impl Town<'_> {
    fn report(&mut self, matter: &Matter, at: Option<(Point, f64)>) -> Report {
        let dice = &mut *self.dice;
        let (month, day) = (dice.whole(matter.months[0], matter.months[1]), dice.whole(1, 28));
        let hour = dice.whole(matter.hours[0], matter.hours[1] - 1);
        let captured_at =
            format!("2026-{month:02}-{day:02}T{hour:02}:{:02}:{:02}+08:00", dice.whole(0, 59), dice.whole(0, 59));
        Report { captured_at, at, category: matter.category, words: dice.pick::<&str>(matter.words) }
    }

    /// Metres that a telephone claims: mostly good, at times poor between houses.
    fn accuracy_m(&mut self) -> f64 {
        if self.dice.chance(0.85) { self.dice.between(3.5, 14.0) } else { self.dice.between(15.0, 45.0) }
    }

    fn spots(&self) -> Vec<Spot> {
        let place = |name: &str| self.places.iter().find(|place| place.name == name).map(|place| place.at);
        let middle_of =
            |grid: char| self.plan.blocks.iter().find(|block| block.grid == grid).map(|block| centroid(&block.ring));
        let low_crossing = highway(self.plan).get(60).copied();
        let spots = [
            (place(MALL), 28, 42.0),
            (place("北苑实验学校"), 18, 35.0),
            (middle_of('A'), 20, 55.0),
            (low_crossing, 10, 22.0),
            (middle_of('X'), 16, 45.0),
        ];
        let spot = |((middle, reports, scatter_m), matters): ((Option<Point>, _, _), _)| {
            Some(Spot { middle: middle?, reports, scatter_m, matters })
        };
        spots.into_iter().zip(HOT.iter().copied()).filter_map(spot).collect()
    }

    /// Crowds of reports around five places.
    fn hot(&mut self) -> Vec<Report> {
        let spots = self.spots();
        spots.iter().flat_map(|spot| vec![spot; spot.reports]).map(|spot| self.around(spot)).collect()
    }

    fn around(&mut self, spot: &Spot) -> Report {
        let at = add(spot.middle, times([self.dice.bell(), self.dice.bell()], spot.scatter_m));
        let accuracy_m = self.accuracy_m();
        let matter = self.dice.pick(spot.matters);
        self.report(matter, Some((at, accuracy_m)))
    }

    /// Within a few metres of a border between two grids, with an accuracy that reaches over it.
    fn near_borders(&mut self, count: usize) -> Vec<Report> {
        let grid = |block: Option<usize>| block.map(|number| self.plan.blocks[number].grid);
        let borders: Vec<&Border> = self
            .plan
            .borders
            .iter()
            .filter(|border| border.left.is_some() && border.right.is_some() && border.way != Way::River)
            .filter(|border| grid(border.left) != grid(border.right))
            .collect();
        (0..count)
            .map(|_| {
                let border = *self.dice.pick(&borders);
                let offset_m = self.dice.between(-6.0, 6.0);
                let at = self.beside(border, offset_m);
                let accuracy_m = self.plan.border_distance_m(at) + self.dice.between(3.0, 18.0);
                let matter = self.dice.pick(OF_STREETS);
                self.report(matter, Some((at, accuracy_m)))
            })
            .collect()
    }

    fn beside(&mut self, border: &Border, left_m: f64) -> Point {
        let (at, direction) = along(&border.line, line_length(&border.line) * self.dice.between(0.15, 0.85));
        add(at, times(left_of(direction), left_m))
    }

    /// Four just beyond the edge of the street, three far away, four that give no position.
    fn outside(&mut self) -> Vec<Report> {
        let edges: Vec<&Border> =
            self.plan.borders.iter().filter(|border| border.left.is_some() != border.right.is_some()).collect();
        let outline = self.plan.outline(|_| true);
        let mut points: Vec<Option<(Point, f64)>> = Vec::new();
        while points.len() < 4 {
            let border = *self.dice.pick(&edges);
            let outward_m = self.dice.between(12.0, 36.0);
            let at = self.beside(border, if border.left.is_none() { outward_m } else { -outward_m });
            let edge_m = distance_to_ring(at, &outline[0][0]);
            if self.plan.block_at(at).is_none() && (10.0..40.0).contains(&edge_m) {
                points.push(Some((at, 5.0)));
            }
        }
        points.extend([[5200.0, 1400.0], [-3900.0, -2600.0], [900.0, 7400.0]].map(|at| Some((at, 8.0))));
        points.extend([None; 4]);
        points
            .into_iter()
            .map(|at| {
                let matter = self.dice.pick(OF_STREETS);
                self.report(matter, at)
            })
            .collect()
    }

    /// On the highway's land and in the park.
    fn on_territories(&mut self) -> Vec<Report> {
        const OF_ROADS: [&str; 6] = ["010103", "010209", "010211", "020110", "020112", "020407"];
        let line = highway(self.plan);
        let roads: Vec<&Matter> = OF_STREETS.iter().filter(|matter| OF_ROADS.contains(&matter.category)).collect();
        let mut reports = Vec::new();
        for _ in 0..10 {
            let (at, direction) = along(&line, line_length(&line) * self.dice.between(0.04, 0.96));
            let at = add(at, times(left_of(direction), self.dice.between(-14.0, 14.0)));
            let (matter, accuracy_m) = (*self.dice.pick(&roads), self.dice.between(3.0, 8.0));
            reports.push(self.report(matter, Some((at, accuracy_m))));
        }
        let Some(park) = park(self.plan) else { return reports };
        for _ in 0..7 {
            let towards = minus(*self.dice.pick(&park), centroid(&park));
            let at = add(centroid(&park), times(towards, self.dice.between(0.15, 0.85)));
            let (matter, accuracy_m) = (self.dice.pick(OF_THE_PARK), self.dice.between(3.0, 10.0));
            reports.push(self.report(matter, Some((at, accuracy_m))));
        }
        reports
    }

    /// A few steps from an asset, of that asset's category.
    fn at_assets(&mut self, assets: &[Asset], count: usize) -> Vec<Report> {
        let fitting = |asset: &Asset| {
            OF_STREETS.iter().chain(OF_HOMES).chain(HOT[0]).find(|matter| matter.category == asset.category)
        };
        let mut pairs: Vec<(&Asset, &Matter)> =
            assets.iter().filter_map(|asset| Some((asset, fitting(asset)?))).collect();
        self.dice.shuffle(&mut pairs);
        pairs.truncate(count);
        let near = |town: &mut Self, at: Point| add(at, times([town.dice.bell(), town.dice.bell()], 2.0));
        pairs
            .into_iter()
            .map(|(asset, matter)| {
                let at = near(self, asset.at);
                let accuracy_m = self.dice.between(3.0, 7.0);
                self.report(matter, Some((at, accuracy_m)))
            })
            .collect()
    }

    fn in_a_street(&mut self) -> Option<Report> {
        let border = self.dice.pick(&self.plan.borders);
        if !border.is_inside_the_street() || border.way == Way::River {
            return None;
        }
        let side = if border.left.is_some() { 1.0 } else { -1.0 };
        let offset_m = side * self.dice.between(5.0, 12.0);
        let at = self.beside(border, offset_m);
        let (matter, accuracy_m) = (self.dice.pick(OF_STREETS), self.accuracy_m());
        Some(self.report(matter, Some((at, accuracy_m))))
    }

    /// In front of a house.
    fn at_home(&mut self) -> Option<Report> {
        let house = self.dice.pick(self.buildings);
        if !matches!(house.land_use, Use::Estate | Use::Bungalows) {
            return None;
        }
        let [left, right, ..] = house.corners;
        let front = add(left, times(minus(right, left), self.dice.unit()));
        let at = add(front, times(left_of(minus(right, left)), -0.05));
        let (matter, accuracy_m) = (self.dice.pick(OF_HOMES), self.accuracy_m());
        Some(self.report(matter, Some((at, accuracy_m))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::duties::categories;
    use crate::demo::{buildings, places, territories};

    #[test]
    fn there_are_240_reports_in_order_of_time_with_categories_of_the_list() {
        let plan = Plan::new();
        let houses = buildings::buildings(&plan);
        let text = csv(&plan, &houses, &places::places(&plan, &houses), &territories::assets(&plan));
        let rows: Vec<Vec<&str>> = text.lines().skip(1).map(|row| row.splitn(7, ',').collect()).collect();
        assert_eq!(rows.len(), REPORTS);
        assert!(rows.is_sorted_by_key(|row| row[1]));
        assert_eq!(rows.iter().filter(|row| row[2].is_empty()).count(), 4);
        let known = categories();
        for row in &rows {
            assert!(known.iter().any(|category| category.code == row[5]), "{row:?}");
        }
    }

    #[test]
    fn some_reports_lie_outside_and_many_so_near_a_border_that_their_grid_is_in_doubt() {
        let plan = Plan::new();
        let houses = buildings::buildings(&plan);
        let places = places::places(&plan, &houses);
        let mut dice = Dice::of("test");
        let mut town = Town { plan: &plan, buildings: &houses, places: &places, dice: &mut dice };
        let doubtful = town.near_borders(24);
        assert!(
            doubtful
                .iter()
                .all(|report| { report.at.is_some_and(|(at, accuracy_m)| plan.border_distance_m(at) < accuracy_m) })
        );
        let outside = town.outside();
        assert!(outside.iter().all(|report| report.at.is_none_or(|(at, _)| plan.block_at(at).is_none())));
    }
}
