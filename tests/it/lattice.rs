//! A made-up town for tests and benches: grids like the real ones, the same at every run.
//!
//! Bricks with shifted corners, three to a corner, their shared borders wiggly polylines. Some have a hole that an
//! enclave fills: a grid of its own, or an exclave of the neighbour. The result is a valid coverage by construction:
//! a border stays in a narrow wedge at either end, so no two cross, and both its grids get the very same numbers.
#![allow(
    dead_code,
    clippy::expect_used,
    reason = "tests and benches each use a part; a generator that errs must stop them"
)]

use std::{f64::consts::TAU, sync::Arc};

use geo::{BoundingRect, Coord, LineString, MultiPolygon, Polygon, Rect};
use gridwatch::domain::{
    geo::{Area, Position},
    grid::{Coverage, Grid, GridCode, Level},
};

const CENTER: Coord<f64> = Coord { x: 110.03, y: 40.41 };
/// Half the width of a brick and its height, in degrees: 408 m × 333 m.
const HALF_WIDTH: f64 = 0.0024;
const HEIGHT: f64 = 0.0030;
/// A corner strays so far from its place in the wall. The islands' radii leave room for that.
const STRAY: f64 = 0.15 * HALF_WIDTH;
const ISLAND_RADIUS: (f64, f64) = (0.0004, 0.0007);
/// A border strays from the straight line by this share of the way to its nearer end.
const WIGGLE: f64 = 0.2;

/// What the town is made of.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// How many grids, enclaves included.
    pub grids: usize,
    /// How many bricks have a hole: filled in turn by an enclave and an exclave. At most half of `grids`.
    pub islands: usize,
    pub seed: u64,
}

/// A place where borders meet: row of the wall and half bricks from its left end.
type Corner = (usize, usize);

impl Plan {
    /// As towns are: one grid in a hundred has a hole, and at least two.
    pub fn town(grids: usize) -> Self {
        Self { grids, islands: (grids / 100).max(2), seed: 1 }
    }

    pub fn areas(&self) -> Vec<Area> {
        let bricks = self.bricks();
        let mut areas: Vec<Area> = (0..bricks).map(|brick| MultiPolygon(vec![self.brick(brick)])).collect();
        for island in 0..self.islands {
            let host = island * bricks / self.islands;
            let ring = self.island_in(host);
            areas[host].0[0].interiors_push(ring.clone());
            let filling = Polygon::new(ring, Vec::new());
            match island % 2 {
                0 => areas.push(MultiPolygon(vec![filling])),
                _ => areas[(host + 1) % bricks].0.push(filling),
            }
        }
        areas
    }

    pub fn coverage(&self) -> Coverage {
        coverage(&self.areas())
    }

    /// A box without the ragged ends of the wall: almost every position in it lies in a grid.
    pub fn heart(&self) -> Rect<f64> {
        Rect::new(self.unmoved((0, 1)), self.unmoved((self.bricks() / self.columns(), 2 * self.columns())))
    }

    /// Every second island is a grid of its own, the first one too.
    fn bricks(&self) -> usize {
        self.grids - self.islands.div_ceil(2)
    }

    fn columns(&self) -> usize {
        (self.grids as f64).sqrt().ceil() as usize
    }

    fn brick(&self, brick: usize) -> Polygon<f64> {
        let (row, left) = self.lower_left(brick);
        let corners = [(row, 0), (row, 1), (row, 2), (row + 1, 2), (row + 1, 1), (row + 1, 0)];
        let corners = corners.map(|(row, half)| (row, left + half));
        let ring = (0..6).flat_map(|i| self.border(corners[i], corners[(i + 1) % 6])).collect();
        Polygon::new(LineString(ring), Vec::new())
    }

    /// Every second row begins half a brick further right.
    fn lower_left(&self, brick: usize) -> Corner {
        let row = brick / self.columns();
        (row, 2 * (brick % self.columns()) + row % 2)
    }

    fn unmoved(&self, (row, half): Corner) -> Coord<f64> {
        let middle = self.columns() as f64;
        CENTER + Coord { x: (half as f64 - middle) * HALF_WIDTH, y: (row as f64 - middle / 2.0) * HEIGHT }
    }

    fn corner(&self, corner: Corner) -> Coord<f64> {
        let mut random = Random::of(&[self.seed, corner.0 as u64, corner.1 as u64]);
        let mut stray = || random.between(-STRAY, STRAY);
        self.unmoved(corner) + Coord { x: stray(), y: stray() }
    }

    /// The border from corner to corner, without its last vertex. Depends on its corners only, not on who asks.
    fn border(&self, from: Corner, to: Corner) -> Vec<Coord<f64>> {
        let (a, b) = (from.min(to), from.max(to));
        let mut random = Random::of(&[self.seed, a.0 as u64, a.1 as u64, b.0 as u64, b.1 as u64]);
        let (start, end) = (self.corner(a), self.corner(b));
        let along = end - start;
        let across = Coord { x: -along.y, y: along.x };
        let (waves, phase) = (random.between(1.0, 4.0), random.between(0.0, TAU));
        let pieces = 24 + random.below(15);
        let mut line: Vec<Coord<f64>> = (0..pieces)
            .map(|piece| {
                let t = piece as f64 / pieces as f64;
                let noise = 0.6 * (TAU * waves * t + phase).sin() + random.between(-0.4, 0.4);
                start + along * t + across * (WIGGLE * t.min(1.0 - t) * noise)
            })
            .collect();
        line.push(end);
        if from > to {
            line.reverse();
        }
        line.pop();
        line
    }

    fn island_in(&self, host: usize) -> LineString<f64> {
        let mut random = Random::of(&[self.seed, host as u64]);
        let center = self.unmoved(self.lower_left(host)) + Coord { x: HALF_WIDTH, y: HEIGHT / 2.0 };
        let vertices = 50 + random.below(30);
        let ring = (0..vertices).map(|i| {
            let (sin, cos) = (TAU * i as f64 / vertices as f64).sin_cos();
            center + Coord { x: cos, y: sin } * random.between(ISLAND_RADIUS.0, ISLAND_RADIUS.1)
        });
        LineString(ring.collect())
    }
}

/// The code of the area of that number.
pub fn code(number: usize) -> String {
    format!("{number:05}")
}

/// The areas as grids without parents.
pub fn grids(areas: &[Area]) -> Vec<Arc<Grid>> {
    let grid = |(i, area)| Grid::new(GridCode::new(code(i)), format!("Grid {i}"), Level::Grid, area);
    areas.iter().enumerate().map(grid).map(Arc::new).collect()
}

pub fn coverage(areas: &[Area]) -> Coverage {
    Coverage::new(grids(areas)).expect("a hierarchy of one level")
}

/// The box around all areas.
pub fn envelope(areas: &[Area]) -> Rect<f64> {
    let boxes = areas.iter().filter_map(BoundingRect::bounding_rect);
    let join = |a: Rect<f64>, b: Rect<f64>| {
        let (low, high) = (a.min(), a.max());
        Rect::new(
            Coord { x: low.x.min(b.min().x), y: low.y.min(b.min().y) },
            Coord { x: high.x.max(b.max().x), y: high.y.max(b.max().y) },
        )
    };
    boxes.reduce(join).expect("an area with corners")
}

/// Half of them anywhere in the box, half around 64 busy places in it, in mixed order.
pub fn points(within: Rect<f64>, count: usize, seed: u64) -> Vec<Position> {
    let mut random = Random::of(&[seed]);
    let busy: Vec<_> = (0..64).map(|_| random.coord_in(within)).collect();
    let position = |_| {
        let mut at = random.coord_in(within);
        if random.below(2) == 0 {
            // The sum of three dice is near enough to a bell, about 200 m wide.
            let mut dice = || (0..3).map(|_| random.between(-0.002, 0.002)).sum::<f64>();
            let strayed = Coord { x: dice(), y: dice() };
            at = busy[random.below(busy.len())] + strayed;
        }
        Position::new(at.x, at.y).expect("far from the poles and from the 180th meridian")
    };
    (0..count).map(position).collect()
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers on every machine, and after every update of a crate.
pub struct Random(u64);

impl Random {
    pub fn of(seeds: &[u64]) -> Self {
        seeds.iter().fold(Self(0), |mut random, seed| Self(random.next() ^ seed))
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * ((self.next() >> 11) as f64 / (1u64 << 53) as f64)
    }

    pub fn coord_in(&mut self, within: Rect<f64>) -> Coord<f64> {
        let (low, high) = (within.min(), within.max());
        Coord { x: self.between(low.x, high.x), y: self.between(low.y, high.y) }
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }
}
