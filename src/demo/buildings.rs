//! `geodata/basemap/buildings.geojson`: houses in rows along the streets of their block.
//!
//! Rows run as the block's southern and northern streets do, so that houses face south with a little turn, as they do
//! in the north of China. A house stands only where its whole ground is clear of every border and lane.

use serde_json::Value;

use super::collection::Collection;
use super::dice::Dice;
use super::plan::{Block, GRIDS, Plan, Street, Use};
use super::shape::{Point, add, contains, dot, left_of, minus, times, unit};

/// How a block is built up; lengths in metres.
struct Manner {
    kind: &'static str,
    /// Shortest and longest house along its row.
    frontage: [f64; 2],
    depth: f64,
    /// From the front of one row to the front of the next.
    pitch: f64,
    /// Between neighbours in a row.
    gap: f64,
    /// The share of the places where a house does stand.
    share: f64,
    /// What a house is called after its number.
    noun: &'static str,
    noun_en: &'static str,
}

fn manner(land_use: Use) -> Option<Manner> {
    let of = |kind, frontage, [depth, pitch, gap]: [f64; 3], share, (noun, noun_en)| Manner {
        kind,
        frontage,
        depth,
        pitch,
        gap,
        share,
        noun,
        noun_en,
    };
    Some(match land_use {
        Use::Estate => of("estate", [56.0, 82.0], [14.0, 52.0, 14.0], 0.95, ("号楼", "Building")),
        Use::Bungalows => of("bungalow", [46.0, 84.0], [11.0, 33.0, 8.0], 0.9, ("排", "Row")),
        Use::Commerce => of("commerce", [44.0, 72.0], [28.0, 58.0, 12.0], 0.9, ("号商铺", "Shops")),
        Use::School => of("school", [52.0, 74.0], [16.0, 62.0, 26.0], 0.62, ("号教学楼", "School Building")),
        Use::Hospital => of("hospital", [56.0, 78.0], [20.0, 56.0, 20.0], 0.75, ("号医疗楼", "Ward")),
        Use::Works => of("works", [58.0, 92.0], [34.0, 62.0, 18.0], 0.8, ("号厂房", "Workshop")),
        Use::Park | Use::Gardens => return None,
    })
}

/// A house: its corners, counter-clockwise, and the letter of its grid.
pub struct Building {
    pub grid: char,
    pub land_use: Use,
    pub corners: [Point; 4],
    /// Counted from 1 within its grid and use.
    pub number: usize,
    kind: &'static str,
    noun: &'static str,
    noun_en: &'static str,
}

impl Building {
    pub fn middle(&self) -> Point {
        times(add(self.corners[0], self.corners[2]), 0.5)
    }

    fn place(&self) -> (&'static str, &'static str) {
        GRIDS.iter().find(|grid| grid.letter == self.grid).map_or(("", ""), |grid| (grid.place, grid.place_en))
    }

    pub fn name(&self) -> String {
        format!("{}{}{}", self.place().0, self.number, self.noun)
    }

    pub fn name_en(&self) -> String {
        format!("{}, {} {}", self.place().1, self.noun_en, self.number)
    }
}

/// All houses of the town, block by block.
pub fn buildings(plan: &Plan) -> Vec<Building> {
    let mut dice = Dice::of("buildings");
    let mut all: Vec<Building> = Vec::new();
    for (number, block) in plan.blocks.iter().enumerate() {
        let Some(manner) = manner(block.land_use) else { continue };
        let frame = Frame::of(plan, number, block);
        for corners in frame.rows(&manner, &mut dice) {
            let number = 1 + all.iter().filter(|one| one.grid == block.grid && one.land_use == block.land_use).count();
            let Manner { kind, noun, noun_en, .. } = manner;
            all.push(Building { grid: block.grid, land_use: block.land_use, corners, number, kind, noun, noun_en });
        }
    }
    all
}

pub fn geojson(plan: &Plan, buildings: &[Building]) -> String {
    let mut file = Collection::new(plan, "buildings", "houses of an invented town");
    for house in buildings {
        file.area(
            &[vec![house.corners.to_vec()]],
            &[("name", house.name().into()), ("name_en", house.name_en().into()), ("kind", Value::from(house.kind))],
        );
    }
    file.finish()
}

/// A block seen along its rows: `u` runs with the rows, `v` across them to the north.
struct Frame {
    along: Point,
    /// The block's ring, then what no house may lie in: its hole, its green.
    rings: Vec<Vec<Point>>,
    /// Every piece of border and lane with the clearance that it wants.
    kept_clear: Vec<(Point, Point, f64)>,
}

impl Frame {
    fn of(plan: &Plan, number: usize, block: &Block) -> Self {
        let rows: Vec<Point> = plan
            .borders_of(number)
            .filter(|border| matches!(border.street, Some(Street::EastWest(_))))
            .filter_map(|border| Some(unit(minus(*border.line.last()?, *border.line.first()?))))
            .collect();
        let along = unit(rows.iter().fold([0.0, 0.0], |sum, row| add(sum, *row)));
        let turned =
            |line: &[Point]| line.iter().map(|p| [dot(*p, along), dot(*p, left_of(along))]).collect::<Vec<_>>();
        let clearances = plan.borders_of(number).map(|border| (&border.line, border.way.setback_m()));
        let inside = block.lanes.iter().chain(&block.green).map(|line| (line, 5.0));
        let kept_clear = clearances
            .chain(inside)
            .flat_map(|(line, clear)| turned(line).windows(2).map(|pair| (pair[0], pair[1], clear)).collect::<Vec<_>>())
            .collect();
        let rings = [Some(&block.ring), block.hole.as_ref(), block.green.as_ref()]
            .into_iter()
            .flatten()
            .map(|ring| turned(ring))
            .collect();
        Self { along, rings, kept_clear }
    }

    /// The corners of the houses, row by row from the south.
    fn rows(&self, manner: &Manner, dice: &mut Dice) -> Vec<[Point; 4]> {
        /// How far to move on where no house fits.
        const STEP_M: f64 = 4.0;
        let mut houses = Vec::new();
        let Some([low, high]) = self.extent() else { return houses };
        let mut v = low[1] + dice.between(4.0, 12.0);
        while v + manner.depth < high[1] {
            let (mut u, mut built) = (low[0], false);
            while u < high[0] {
                let frontage = dice.between(manner.frontage[0], manner.frontage[1]);
                if self.is_clear([u, v], [u + frontage, v + manner.depth]) {
                    if dice.chance(manner.share) {
                        houses.push(self.corners([u, v], [u + frontage, v + manner.depth]));
                    }
                    u += frontage + manner.gap;
                    built = true;
                } else {
                    u += STEP_M;
                }
            }
            // The first row moves up until it finds room, the others keep their distance.
            v += if built { manner.pitch } else { STEP_M };
        }
        houses
    }

    fn extent(&self) -> Option<[Point; 2]> {
        let ring = self.rings.first()?;
        let start = [*ring.first()?; 2];
        Some(ring.iter().fold(start, |[low, high], p| {
            [[low[0].min(p[0]), low[1].min(p[1])], [high[0].max(p[0]), high[1].max(p[1])]]
        }))
    }

    /// Whether the rectangle lies in the block and off everything that is kept clear.
    fn is_clear(&self, low: Point, high: Point) -> bool {
        let in_block = self.rings.iter().enumerate().all(|(at, ring)| contains(ring, low) == (at == 0));
        in_block
            && self.kept_clear.iter().all(|(a, b, clear)| {
                !touches(*a, *b, [low[0] - clear, low[1] - clear], [high[0] + clear, high[1] + clear])
            })
    }

    fn corners(&self, low: Point, high: Point) -> [Point; 4] {
        [[low[0], low[1]], [high[0], low[1]], [high[0], high[1]], [low[0], high[1]]]
            .map(|[u, v]| add(times(self.along, u), times(left_of(self.along), v)))
    }
}

/// Whether the piece from `a` to `b` meets an upright rectangle (Liang and Barsky's clipping).
fn touches(a: Point, b: Point, low: Point, high: Point) -> bool {
    let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
    for axis in 0..2 {
        let run = b[axis] - a[axis];
        if run == 0.0 {
            if a[axis] < low[axis] || a[axis] > high[axis] {
                return false;
            }
        } else {
            let (first, second) = ((low[axis] - a[axis]) / run, (high[axis] - a[axis]) / run);
            enter = enter.max(first.min(second));
            leave = leave.min(first.max(second));
        }
    }
    enter <= leave
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::shape::distance_to_ring;

    #[test]
    fn houses_stand_within_one_block_and_off_its_borders() {
        let plan = Plan::new();
        let houses = buildings(&plan);
        assert!((1000..=1600).contains(&houses.len()), "{}", houses.len());
        for house in &houses {
            let block = plan.block_at(house.middle()).expect("a house has a block");
            assert_eq!(block.grid, house.grid);
            for corner in house.corners {
                assert!(block.contains(corner), "{} crosses a border", house.name());
                assert!(distance_to_ring(corner, &block.ring) > 4.9, "{} is too near", house.name());
            }
        }
    }
}
