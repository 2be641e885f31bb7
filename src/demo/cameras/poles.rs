//! Cameras on poles at the kerb, four to eight metres up, that look along a street.

use super::super::dice::Dice;
use super::super::plan::{Border, GRIDS, Plan, Street, Use, Way};
use super::super::shape::{Point, add, along, heading_deg, left_of, line_length, minus, times};
use super::{Camera, Pose, compass};

/// A pole: how far along its piece of street from the end where it begins, and to which side of the middle.
struct Pole<'a> {
    border: &'a Border,
    /// The piece in the direction in which the camera looks.
    line: Vec<Point>,
    /// Metres along `line`.
    from_m: f64,
    name: String,
}

/// Of every four poles one stands half-way between junctions.
const HALF_WAY_SHARE: usize = 4;

/// `count` cameras: most at a junction, looking along a street that leaves it; the rest half-way between junctions.
pub fn cameras(plan: &Plan, count: usize, dice: &mut Dice) -> Vec<Camera> {
    let mut poles: Vec<Pole> = Vec::new();
    let mut half_way: Vec<Pole> = Vec::new();
    for border in plan.borders.iter().filter(|border| border.is_inside_the_street() && border.way != Way::River) {
        let Some(street) = border.street else { continue };
        let name = name_of(street);
        let crossings = [border.from, border.to].map(|junction| crossing(plan, junction, street));
        for (reversed, cross) in [(false, crossings[0]), (true, crossings[1])] {
            let line = directed(border, reversed);
            let looks = compass(heading_deg(minus(along(&line, 60.0).0, line[0])));
            let name = format!("{name}{cross}路口{looks}向");
            poles.push(Pole { border, line, from_m: dice.between(8.0, 14.0), name });
        }
        let line = directed(border, dice.chance(0.5));
        let from_m = line_length(&line) * dice.between(0.35, 0.5);
        half_way.push(Pole { border, line, from_m, name: format!("{name}（{}至{}）", crossings[0], crossings[1]) });
    }
    dice.shuffle(&mut poles);
    dice.shuffle(&mut half_way);
    half_way.truncate(count / HALF_WAY_SHARE);
    poles.truncate(count - half_way.len());
    poles.append(&mut half_way);
    // Numbered street by street, as an installer would.
    poles.sort_by_key(|pole| (pole.border.street, pole.border.from));
    poles.into_iter().map(|pole| camera(plan, pole, dice)).collect()
}

fn camera(plan: &Plan, pole: Pole, dice: &mut Dice) -> Camera {
    let kerb_m = match pole.border.way {
        Way::Trunk => 15.0,
        Way::Primary => 11.0,
        _ => 7.0,
    };
    let (middle, direction) = along(&pole.line, pole.from_m);
    let side = left_of(direction);
    let right = add(middle, times(side, -kerb_m));
    // On the edge of the street only one kerb is the street's own.
    let at = if plan.block_at(right).is_some() { right } else { add(middle, times(side, kerb_m)) };
    let target = along(&pole.line, pole.from_m + dice.between(45.0, 65.0)).0;
    let pose = Pose {
        height_m: dice.between(4.0, 8.0),
        heading_deg: heading_deg(minus(target, at)),
        tilt_deg: dice.between(8.0, 20.0),
        hfov_deg: *dice.pick(&[46.0, 58.0, 72.0, 88.0]),
    };
    let range_m = f64::from(dice.whole(12, 26)) * 5.0;
    Camera { pose: Some(pose), ..Camera::at_point(pole.name, at, range_m) }
}

fn directed(border: &Border, reversed: bool) -> Vec<Point> {
    if reversed { border.line.iter().rev().copied().collect() } else { border.line.clone() }
}

pub fn name_of(street: Street) -> &'static str {
    Plan::streets().find(|(other, _)| *other == street).map_or("", |(_, line)| line.name)
}

/// The other street at that junction.
fn crossing(plan: &Plan, junction: usize, street: Street) -> &'static str {
    let meets = |border: &&Border| border.from == junction || border.to == junction;
    let others = plan.borders.iter().filter(meets).filter_map(|border| border.street);
    others.filter(|other| *other != street).map(name_of).next().unwrap_or_default()
}

/// Cameras of which only the place is known: at the lanes of bungalow areas.
pub fn points_only(plan: &Plan, count: usize, dice: &mut Dice) -> Vec<Camera> {
    let blocks = plan.blocks.iter().filter(|block| block.land_use == Use::Bungalows && !block.lanes.is_empty());
    let cameras = blocks.enumerate().map(|(number, block)| {
        let place = GRIDS.iter().find(|grid| grid.letter == block.grid).map_or("", |grid| grid.place);
        let lane = &block.lanes[0];
        let (at, direction) = along(lane, line_length(lane) * dice.between(0.2, 0.8));
        let range_m = f64::from(dice.whole(6, 12)) * 5.0;
        Camera::at_point(format!("{place}{}号巷口", number + 1), add(at, times(left_of(direction), 3.5)), range_m)
    });
    cameras.take(count).collect()
}
