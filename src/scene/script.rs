//! Who comes when, and what they do.

use std::time::Duration;

use super::{
    SceneKind,
    dice::Dice,
    figure::{Figure, Look},
    street::{KERB_M, PARKING_M, Place, Street},
};

/// Everything that comes, over a period that repeats without a seam.
#[derive(Debug)]
pub(super) struct Script {
    pub period: Duration,
    parts: Vec<Part>,
}

/// One thing's way. Its time runs from when it comes, so a way may lead over the seam.
#[derive(Debug)]
struct Part {
    id: u32,
    look: Look,
    comes_s: f64,
    way: Vec<Step>,
}

/// To be somewhere at a time of the way.
#[derive(Debug, Clone, Copy)]
struct Step {
    s: f64,
    place: Place,
    /// Whether it comes here to stand: it brakes before.
    stops: bool,
}

/// Something at one moment.
#[derive(Debug)]
pub(super) struct Thing {
    pub id: u32,
    pub look: Look,
    pub place: Place,
    /// Metres a second, along and across.
    pub velocity: Place,
    /// How long it has been what it is now.
    pub for_s: f64,
    /// How far it has come, for its legs.
    pub way_m: f64,
    pub stands: bool,
}

/// On the pavements.
const FAR_WALK_M: [f64; 2] = [7.2, 9.4];
const NEAR_WALK_M: [f64; 2] = [-6.4, -4.2];
const LANE_M: f64 = 1.75;
/// Out of sight, beyond the edges.
const BEYOND_M: f64 = 6.0;

impl Script {
    pub fn new(kind: SceneKind, street: &Street, dice: &mut Dice) -> Self {
        let seconds = match kind {
            SceneKind::People => 48,
            SceneKind::Street => 60,
            SceneKind::Smoke => 72,
            SceneKind::Parking | SceneKind::Stall => 96,
        };
        let mut script = Self { period: Duration::from_secs(seconds), parts: Vec::new() };
        let (people, cars) = match kind {
            SceneKind::People => (5, 0),
            SceneKind::Street => (3, 5),
            SceneKind::Parking | SceneKind::Smoke => (1, 2),
            SceneKind::Stall => (1, 1),
        };
        for i in 0..people {
            // Some cross the road where no cars are.
            let crosses = cars == 0 && i % 3 == 2;
            let share = (f64::from(i) + dice.between(0.0, 0.8)) / f64::from(people);
            script.walk(street, dice, share, crosses);
        }
        for i in 0..cars {
            let share = (f64::from(i) + dice.between(0.0, 0.4)) / f64::from(cars);
            script.drive(street, dice, share);
        }
        match kind {
            SceneKind::Parking => script.park(street, dice),
            SceneKind::Stall => script.set_up(street, dice),
            SceneKind::Smoke => {
                if let Some(bin) = street.bin {
                    script.smoke(bin);
                }
            }
            SceneKind::People | SceneKind::Street => {}
        }
        script
    }

    /// What is there, the farthest first.
    pub fn things(&self, street: &Street, s: f64) -> Vec<Thing> {
        let period_s = self.period.as_secs_f64();
        let mut things: Vec<Thing> = self.parts.iter().filter_map(|part| part.at(s, period_s)).collect();
        things.extend(street.trees.iter().enumerate().map(|(i, place)| Thing::fixed(Look::Tree(i as u32), *place)));
        things.extend(street.bin.map(|place| Thing::fixed(Look::Bin, place)));
        let far = |thing: &Thing| street.ground(thing.place)[0] - if thing.look == Look::Smoke { 1.0 } else { 0.0 };
        things.sort_by(|a, b| far(b).total_cmp(&far(a)));
        things
    }

    fn add(&mut self, look: Look, comes_s: f64, way: Vec<Step>) {
        let id = self.parts.len() as u32 + 1;
        self.parts.push(Part { id, look, comes_s, way });
    }

    fn period_share(&self, share: f64) -> f64 {
        share * self.period.as_secs_f64()
    }

    /// The ends of the road for who goes one way or the other.
    fn ends(street: &Street, forth: bool) -> [f64; 2] {
        let [from, to] = street.seen_m;
        let ends = [from - BEYOND_M, to + BEYOND_M];
        if forth { ends } else { [ends[1], ends[0]] }
    }

    fn walk(&mut self, street: &Street, dice: &mut Dice, share: f64, crosses: bool) {
        let speed = dice.between(1.1, 1.6);
        let is_far = dice.below(2) == 0;
        let across = if is_far {
            dice.between(FAR_WALK_M[0], FAR_WALK_M[1])
        } else {
            dice.between(NEAR_WALK_M[0], NEAR_WALK_M[1])
        };
        let [from, to] = Self::ends(street, dice.below(2) == 0);
        let mut places = vec![[from, across]];
        if crosses {
            let middle = from + (to - from) * dice.between(0.35, 0.65);
            let other = if is_far { NEAR_WALK_M } else { FAR_WALK_M };
            let across_then = dice.between(other[0], other[1]);
            places.extend([[middle, across], [middle + 2.0, across_then], [to, across_then]]);
        } else {
            places.push([to, across]);
        }
        // Nobody needs longer than there is time.
        let most_s = self.period.as_secs_f64() - 2.0;
        let length: f64 = places.windows(2).map(|pair| distance(pair[0], pair[1])).sum();
        let steps = steps(&places, speed.max(length / most_s));
        self.add(Look::person(dice), self.period_share(share), steps);
    }

    fn drive(&mut self, street: &Street, dice: &mut Dice, share: f64) {
        // Right-hand traffic; the houses are on the left of who drives forth.
        let forth = dice.below(2) == 0;
        let [from, to] = Self::ends(street, forth);
        let lane = if forth { -LANE_M } else { LANE_M };
        let way = steps(&[[from, lane], [to, lane]], 9.0);
        self.add(Look::car(dice), self.period_share(share), way);
    }

    /// Comes along the houses' side, stands in the bays, leaves the same way.
    fn park(&mut self, street: &Street, dice: &mut Dice) {
        let [from, to] = Self::ends(street, false);
        let bay = [from + (to - from) * dice.between(0.45, 0.6), PARKING_M];
        let (before, after) = ([bay[0] + 9.0, LANE_M], [bay[0] - 9.0, LANE_M]);
        let arrives_s = distance([from, LANE_M], before) / 7.0;
        let stands_s = arrives_s + 4.5;
        let leaves_s = stands_s + dice.between(48.0, 56.0);
        let gone_s = leaves_s + 4.5 + distance(after, [to, LANE_M]) / 7.0;
        let step = |s: f64, place: Place, stops: bool| Step { s, place, stops };
        let way = vec![
            step(0.0, [from, LANE_M], false),
            step(arrives_s, before, false),
            step(stands_s, bay, true),
            step(leaves_s, bay, true),
            step(leaves_s + 4.5, after, false),
            step(gone_s, [to, LANE_M], false),
        ];
        self.add(Look::car(dice), 8.0 + dice.between(0.0, 4.0), way);
    }

    /// Somebody brings it, sets it up, goes; and fetches it in the end.
    fn set_up(&mut self, street: &Street, dice: &mut Dice) {
        let [from, to] = Self::ends(street, dice.below(2) == 0);
        let across = if dice.below(2) == 0 { KERB_M + 5.0 } else { -KERB_M - 2.0 };
        let spot = [from + (to - from) * dice.between(0.45, 0.6), across];
        let beside = [spot[0] - 1.6 * (to - from).signum(), across];
        let seller = Look::person(dice);
        let reaches_s = distance([from, across], beside) / 1.5;
        let step = |s: f64, place: Place, stops: bool| Step { s, place, stops };
        let visit = |work_s: f64| {
            vec![
                step(0.0, [from, across], false),
                step(reaches_s, beside, true),
                step(reaches_s + work_s, beside, true),
                step(reaches_s + work_s + reaches_s, [from, across], false),
            ]
        };
        let (comes_s, fetches_s) = (6.0, 84.0 - reaches_s);
        self.add(seller, comes_s, visit(6.0));
        self.add(seller, fetches_s, visit(5.0));
        let stands_s = fetches_s + reaches_s + 3.0 - (comes_s + reaches_s + 3.0);
        let stall = vec![step(0.0, spot, true), step(stands_s, spot, true)];
        self.add(Look::stall(dice), comes_s + reaches_s + 3.0, stall);
    }

    fn smoke(&mut self, bin: Place) {
        let way = vec![Step { s: 0.0, place: bin, stops: true }, Step { s: 48.0, place: bin, stops: true }];
        self.add(Look::Smoke, 14.0, way);
    }
}

fn distance(a: Place, b: Place) -> f64 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

/// Along places at one speed.
fn steps(places: &[Place], speed: f64) -> Vec<Step> {
    let mut s = 0.0;
    let mut before: Option<Place> = None;
    let step = |place: &Place| {
        s += before.map_or(0.0, |before| distance(before, *place)) / speed;
        before = Some(*place);
        Step { s, place: *place, stops: false }
    };
    places.iter().map(step).collect()
}

impl Part {
    fn at(&self, s: f64, period_s: f64) -> Option<Thing> {
        let own_s = (s - self.comes_s).rem_euclid(period_s);
        let i = self.way.windows(2).position(|pair| (pair[0].s..pair[1].s).contains(&own_s))?;
        let (from, to) = (self.way[i], self.way[i + 1]);
        let lasts_s = to.s - from.s;
        let share = (own_s - from.s) / lasts_s;
        // Off from standing, or down to it: as the square of time.
        let (share, pace) = match (from.stops, to.stops) {
            (false, true) => (share * (2.0 - share), 2.0 * (1.0 - share)),
            (true, false) => (share * share, 2.0 * share),
            _ => (share, 1.0),
        };
        let way = [0, 1].map(|axis| to.place[axis] - from.place[axis]);
        let stands = distance(from.place, to.place) < 0.01;
        let before_m: f64 = self.way[..=i].windows(2).map(|pair| distance(pair[0].place, pair[1].place)).sum();
        Some(Thing {
            id: self.id,
            look: self.look,
            place: [0, 1].map(|axis| from.place[axis] + way[axis] * share),
            velocity: way.map(|way| way / lasts_s * pace),
            for_s: if stands { own_s - from.s } else { own_s },
            way_m: before_m + distance(from.place, to.place) * share,
            stands,
        })
    }
}

impl Thing {
    fn fixed(look: Look, place: Place) -> Self {
        Self { id: 0, look, place, velocity: [0.0, 0.0], for_s: 0.0, way_m: 0.0, stands: true }
    }

    /// What it is in the truth; trees and bins are none.
    pub fn figure(&self) -> Option<Figure> {
        Some(match self.look {
            Look::Person { .. } => Figure::Person,
            Look::Car { .. } if self.stands => Figure::ParkedVehicle,
            Look::Car { .. } => Figure::Vehicle,
            Look::Stall { .. } => Figure::LeftObject,
            Look::Smoke => Figure::Smoke,
            Look::Tree(_) | Look::Bin => return None,
        })
    }
}
