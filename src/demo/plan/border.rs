//! Borders: each is drawn once and used by the grids on both of its sides, which is why neighbours agree to the digit.

use super::super::dice::Dice;
use super::super::shape::{Point, add, distance, left_of, minus, times, unit};
use super::Way;

/// A piece of street, river or wall from one junction to the next.
pub struct Border {
    /// Junctions at its two ends; the same one for a border that runs in a circle.
    pub from: usize,
    pub to: usize,
    /// From junction to junction, both included.
    pub line: Vec<Point>,
    /// The block on the left of the direction of travel, and that on the right; `None` outside the street.
    pub left: Option<usize>,
    pub right: Option<usize>,
    pub way: Way,
    /// Which street it is a piece of.
    pub street: Option<Street>,
}

/// One of the lines of the sketch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Street {
    /// The n-th from the south.
    EastWest(usize),
    /// The n-th from the west.
    NorthSouth(usize),
}

impl Border {
    pub fn is_inside_the_street(&self) -> bool {
        self.left.is_some() || self.right.is_some()
    }
}

/// A street's course through its junctions, one piece for each pair of neighbours.
///
/// Cubic Hermite pieces run smoothly through the junctions as streets do; a few metres of waver are added as a
/// survey would find them, and more for a river.
pub fn course(junctions: &[Point], way: Way, dice: &mut Dice) -> Vec<Vec<Point>> {
    let last = junctions.len() - 1;
    let tangent = |at: usize| {
        let span = minus(junctions[(at + 1).min(last)], junctions[at.saturating_sub(1)]);
        if at == 0 || at == last { span } else { times(span, 0.5) }
    };
    (0..last)
        .map(|at| {
            let (start, end) = (junctions[at], junctions[at + 1]);
            piece((start, tangent(at)), (end, tangent(at + 1)), if way == Way::River { 2.6 } else { 1.0 }, dice)
        })
        .collect()
}

fn piece((start, out): (Point, Point), (end, into): (Point, Point), waver: f64, dice: &mut Dice) -> Vec<Point> {
    let steps = ((distance(start, end) / 26.0) as usize).clamp(8, 22);
    let sideways = left_of(unit(minus(end, start)));
    let (bow_m, swing_m) = (dice.between(-8.0, 8.0) * waver, dice.between(-5.0, 5.0) * waver);
    (0..=steps)
        .map(|step| {
            let t = step as f64 / steps as f64;
            let (t2, t3) = (t * t, t * t * t);
            let blend = [2.0 * t3 - 3.0 * t2 + 1.0, t3 - 2.0 * t2 + t, 3.0 * t2 - 2.0 * t3, t3 - t2];
            let smooth = [(start, blend[0]), (out, blend[1]), (end, blend[2]), (into, blend[3])]
                .into_iter()
                .fold([0.0, 0.0], |sum, (p, weight)| add(sum, times(p, weight)));
            // Both swings vanish at the junctions; so does the roughness.
            let swing = bow_m * 4.0 * t * (1.0 - t) + swing_m * 10.0 * t * (1.0 - t) * (0.5 - t);
            let rough_m = if step == 0 || step == steps { 0.0 } else { dice.between(-1.2, 1.2) * waver };
            add(smooth, times(sideways, swing + rough_m))
        })
        .collect()
}

/// The wall around an inset grid: a rounded rectangle, a little out of true, counter-clockwise; first point repeated.
pub fn wall(middle: Point, [half_east_m, half_north_m]: [f64; 2], dice: &mut Dice) -> Vec<Point> {
    // A rectangle with its corners cut, in shares of its half-widths.
    const OUTLINE: [[f64; 2]; 16] = [
        [1.0, 0.0],
        [0.99, 0.45],
        [0.95, 0.78],
        [0.78, 0.95],
        [0.45, 0.99],
        [0.0, 1.0],
        [-0.45, 0.99],
        [-0.78, 0.95],
        [-0.95, 0.78],
        [-1.0, 0.3],
        [-0.99, -0.35],
        [-0.93, -0.8],
        [-0.7, -0.96],
        [0.0, -1.0],
        [0.75, -0.96],
        [0.96, -0.7],
    ];
    let mut ring: Vec<Point> = OUTLINE
        .iter()
        .map(|[east, north]| {
            let rough = [dice.between(-2.0, 2.0), dice.between(-2.0, 2.0)];
            add(add(middle, [east * half_east_m, north * half_north_m]), rough)
        })
        .collect();
    ring.extend(ring.first().copied());
    ring
}
