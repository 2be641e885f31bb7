//! Cells of one size over a town: squares (fishnet) or hexagons.

use std::{fmt, str::FromStr};

use serde::Serialize;

use crate::domain::geo::{Area, LocalPlane, Position};

/// How cells look: `hex:200`, `square:500`, `hex:auto`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shape {
    pub sides: Sides,
    /// From one side to the opposite one; `None` is chosen by the number of events.
    pub width_m: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::Display, strum::EnumString, strum::VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum Sides {
    Square,
    Hex,
}

/// Cells of a width around a middle.
#[derive(Debug, Clone, Copy)]
pub struct Lattice {
    sides: Sides,
    width_m: f64,
    plane: LocalPlane,
}

/// A cell by its numbers; neighbours differ by one.
pub type Cell = (i64, i64);

/// Why there are no cells.
#[derive(Debug, Clone, PartialEq, Serialize, thiserror::Error, strum::VariantNames)]
#[serde(tag = "code", content = "params", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum LatticeError {
    #[error("cells {width_m} m wide would be more than {limit}")]
    TooManyCells { width_m: f64, limit: usize },
}

/// Widths that make sense in a town.
const WIDTHS_M: std::ops::RangeInclusive<f64> = 10.0..=50_000.0;
/// What is chosen is no finer: what is told of places is seldom more exact.
const LEAST_CHOSEN_M: f64 = 100.0;
/// Most cells that a box may hold.
const MOST_CELLS: usize = 1_000_000;

impl Shape {
    /// Cells over an area of so many m² in which so many events happened. A width that is not given is that of cells which
    /// hold two events in the mean (the quadrat rule: Greig-Smith 1952), in whole tens of metres, 100 m at least.
    #[must_use]
    pub fn over(self, middle: Position, area_m2: f64, events: usize) -> Lattice {
        let chosen = || {
            let cell_m2 = 2.0 * area_m2 / events.max(1) as f64;
            let width_m = match self.sides {
                Sides::Square => cell_m2.sqrt(),
                Sides::Hex => (cell_m2 * 2.0 / 3f64.sqrt()).sqrt(),
            };
            ((width_m / 10.0).round() * 10.0).clamp(LEAST_CHOSEN_M, *WIDTHS_M.end())
        };
        Lattice { sides: self.sides, width_m: self.width_m.unwrap_or_else(chosen), plane: LocalPlane::at(middle) }
    }
}

impl FromStr for Shape {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("\"{text}\" is none of hex:200, hex:auto, square:500 (10 to 50000 m)");
        let (sides, width) = text.split_once(':').ok_or_else(wrong)?;
        let sides = sides.parse().map_err(|_| wrong())?;
        let width_m = match width {
            "auto" => None,
            number => Some(number.parse().ok().filter(|m| WIDTHS_M.contains(m)).ok_or_else(wrong)?),
        };
        Ok(Self { sides, width_m })
    }
}

impl fmt::Display for Lattice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.sides, self.width_m)
    }
}

impl Lattice {
    /// The cell that holds a position.
    #[must_use]
    pub fn cell(&self, position: Position) -> Cell {
        let [x, y] = self.plane.meters(position.coord()).map(|m| m / self.width_m);
        match self.sides {
            Sides::Square => (x.floor() as i64, y.floor() as i64),
            // Axial coordinates (column, row), the rows 3/4 of a height apart; rounded to the nearest middle.
            Sides::Hex => {
                let row = y * 2.0 / 3f64.sqrt();
                let column = x - row / 2.0;
                let third = -column - row;
                let [mut q, mut r, s] = [column, row, third].map(f64::round);
                let [dq, dr, ds] = [(q - column).abs(), (r - row).abs(), (s - third).abs()];
                if dq > dr && dq > ds {
                    q = -r - s;
                } else if dr > ds {
                    r = -q - s;
                }
                (q as i64, r as i64)
            }
        }
    }

    /// Its corners in whole steps of [`step`](Self::step_m), so that neighbours have the very same corners.
    fn corners(&self, (q, r): Cell) -> Vec<(i64, i64)> {
        match self.sides {
            Sides::Square => vec![(q, r), (q + 1, r), (q + 1, r + 1), (q, r + 1)],
            Sides::Hex => {
                let (x, y) = (2 * q + r, 3 * r);
                vec![(x + 1, y - 1), (x + 1, y + 1), (x, y + 2), (x - 1, y + 1), (x - 1, y - 1), (x, y - 2)]
            }
        }
    }

    /// Metres east and north of one step of the corners.
    fn step_m(&self) -> [f64; 2] {
        match self.sides {
            Sides::Square => [self.width_m; 2],
            // Half a width, and half a side.
            Sides::Hex => [self.width_m / 2.0, self.width_m / 3f64.sqrt() / 2.0],
        }
    }

    /// The ground of a cell.
    #[must_use]
    pub fn area(&self, cell: Cell) -> Area {
        let [east_m, north_m] = self.step_m();
        let corner = |(x, y): (i64, i64)| self.plane.degrees([x as f64 * east_m, y as f64 * north_m]);
        let ring = self.corners(cell).into_iter().map(corner).collect();
        Area::new(vec![geo::Polygon::new(ring, Vec::new())])
    }

    #[must_use]
    pub fn middle(&self, (q, r): Cell) -> Option<Position> {
        let [east_m, north_m] = self.step_m();
        let (x, y) = match self.sides {
            Sides::Square => (q as f64 + 0.5, r as f64 + 0.5),
            Sides::Hex => ((2 * q + r) as f64, (3 * r) as f64),
        };
        self.plane.position([x * east_m, y * north_m])
    }

    #[must_use]
    pub fn cell_m2(&self) -> f64 {
        let square = self.width_m * self.width_m;
        match self.sides {
            Sides::Square => square,
            Sides::Hex => square * 3f64.sqrt() / 2.0,
        }
    }

    /// Every cell that may touch a box of degrees, west, south, east, north.
    ///
    /// # Errors
    /// If they are too many.
    pub fn cells(&self, [west, south, east, north]: [f64; 4]) -> Result<Vec<Cell>, LatticeError> {
        let [left, low] = self.plane.meters(geo::Coord { x: west, y: south });
        let [right, high] = self.plane.meters(geo::Coord { x: east, y: north });
        let height_m = match self.sides {
            Sides::Square => self.width_m,
            Sides::Hex => self.width_m * 3f64.sqrt() / 2.0,
        };
        let steps = |from_m: f64, to_m: f64, step_m: f64| {
            ((from_m / step_m).floor() - 1.0) as i64..=((to_m / step_m).ceil() + 1.0) as i64
        };
        let (columns, rows) = (steps(left, right, self.width_m), steps(low, high, height_m));
        let count = |range: &std::ops::RangeInclusive<i64>| (range.end() - range.start() + 1).max(0) as f64;
        if count(&columns) * count(&rows) > MOST_CELLS as f64 {
            return Err(LatticeError::TooManyCells { width_m: self.width_m, limit: MOST_CELLS });
        }
        let slant = |row: i64| if self.sides == Sides::Hex { row.div_euclid(2) } else { 0 };
        Ok(rows.flat_map(|row| columns.clone().map(move |column| (column - slant(row), row))).collect())
    }
}

#[cfg(test)]
mod tests {
    use geo::{Area as _, Contains, Intersects};
    use proptest::prelude::*;

    use super::*;
    use crate::domain::analysis::hotspot::{Contiguity, Weights};

    fn lattice(sides: Sides) -> Lattice {
        Shape { sides, width_m: Some(200.0) }.over(Position::new(110.0, 40.0).expect("valid"), 0.0, 0)
    }

    proptest! {
        #[test]
        fn a_position_lies_in_its_cell(lon in 109.9..110.1f64, lat in 39.9..40.1f64, is_hex: bool) {
            let lattice = lattice(if is_hex { Sides::Hex } else { Sides::Square });
            let position = Position::new(lon, lat).expect("valid");
            let area = lattice.area(lattice.cell(position));
            // Within a thousandth of a millimetre of a side either may be said.
            let point = geo::Point(position.coord());
            prop_assert!(area.intersects(&point) || lattice.area(lattice.cell(
                Position::new(lon + 1e-11, lat + 1e-11).expect("valid"))).contains(&point));
            let middle = lattice.middle(lattice.cell(position)).expect("on the globe");
            prop_assert_eq!(lattice.cell(middle), lattice.cell(position));
        }
    }

    #[test]
    fn cells_have_the_width_that_was_asked_for_and_share_their_corners() {
        for (sides, neighbors) in [(Sides::Hex, 6), (Sides::Square, 8)] {
            let lattice = lattice(sides);
            let cells = lattice.cells([109.99, 39.99, 110.01, 40.01]).expect("few");
            let areas: Vec<Area> = cells.iter().map(|cell| lattice.area(*cell)).collect();
            let m2 = areas[0].unsigned_area() * lattice.plane.m2_per_deg2();
            assert!((m2 / lattice.cell_m2() - 1.0).abs() < 1e-9, "{sides} {m2}");
            let weights = Weights::contiguous(&areas, Contiguity::Queen);
            let most = (0..areas.len()).map(|area| weights.neighbors(area).len()).max();
            assert_eq!(most, Some(neighbors), "{sides}");
            let middle = cells.iter().position(|cell| *cell == (0, 0)).expect("the middle");
            assert_eq!(weights.neighbors(middle).len(), neighbors, "{sides}");
        }
    }

    #[test]
    fn a_box_is_covered_and_no_box_is_too_large_to_be_refused() {
        for sides in [Sides::Hex, Sides::Square] {
            let lattice = lattice(sides);
            let cells: std::collections::HashSet<Cell> =
                lattice.cells([109.98, 39.98, 110.02, 40.02]).expect("few").into_iter().collect();
            for step in 0..=40 {
                for (lon, lat) in
                    [(f64::from(step), 0.0), (0.0, f64::from(step)), (f64::from(step), 40.0), (40.0, f64::from(step))]
                {
                    let corner = Position::new(109.98 + lon * 1e-3, 39.98 + lat * 1e-3).expect("valid");
                    assert!(cells.contains(&lattice.cell(corner)), "{sides} {corner:?}");
                }
            }
            assert!(lattice.cells([-180.0, -80.0, 180.0, 80.0]).is_err());
        }
    }

    #[test]
    fn shapes_are_read_and_a_width_is_chosen_by_the_events() {
        for wrong in ["", "hex", "hex:0", "hex:-5", "hex:NaN", "circle:20", "hex:1e9", "square:"] {
            assert!(wrong.parse::<Shape>().is_err(), "{wrong}");
        }
        let hex: Shape = "hex:auto".parse().expect("a shape");
        let middle = Position::new(110.0, 40.0).expect("valid");
        assert_eq!(hex.over(middle, 100e6, 2_000).to_string(), "hex:340", "100,000 m² for two events");
        assert_eq!(hex.over(middle, 1e6, 1_000_000).to_string(), "hex:100");
        assert_eq!("square:250".parse::<Shape>().expect("a shape").over(middle, 1e6, 10).to_string(), "square:250");
    }
}
