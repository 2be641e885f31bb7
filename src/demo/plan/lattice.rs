//! The lattice under the town: where its junctions lie, which blocks are between them, how a street is laid along it.

use super::super::dice::Dice;
use super::super::shape::{Point, add, centroid};
use super::border::{Border, Street, course};
use super::sketch::{COLUMNS, EAST_M, EAST_WEST, GRID_OF_BLOCK, NORTH_M, NORTH_SOUTH, ROWS, USE_OF_BLOCK};
use super::{Use, Way};

pub fn junction_number(column: usize, row: usize) -> usize {
    row * (COLUMNS + 1) + column
}

/// A junction of the lattice, bent along two slow waves, shaken, and turned by eight degrees.
pub fn junction((column, row): (usize, usize), dice: &mut Dice) -> Point {
    let (east, north) = (EAST_M[column], NORTH_M[row]);
    let bent = [east + 85.0 * (north / 620.0 + 0.4).sin(), north + 95.0 * (east / 820.0 + 1.1).sin()];
    turned(add(bent, [dice.between(-46.0, 46.0), dice.between(-42.0, 42.0)]))
}

/// Column, row, grid and use of every block of the sketch, from the south-west.
pub fn sketched_blocks() -> Vec<(usize, usize, char, Use)> {
    let mut blocks = Vec::new();
    for (row, (grids, uses)) in GRID_OF_BLOCK.iter().zip(USE_OF_BLOCK).rev().enumerate() {
        for (column, (grid, land_use)) in grids.chars().zip(uses.chars()).enumerate() {
            let land_use = match land_use {
                '.' => continue,
                'b' => Use::Bungalows,
                'c' => Use::Commerce,
                's' => Use::School,
                'h' => Use::Hospital,
                'w' => Use::Works,
                'p' => Use::Park,
                'o' => Use::Gardens,
                _ => Use::Estate,
            };
            blocks.push((column, row, grid, land_use));
        }
    }
    blocks
}

/// The number of each block by row from the south, then column; `None` outside the street.
pub fn block_numbers() -> [[Option<usize>; COLUMNS]; ROWS] {
    let mut numbers = [[None; COLUMNS]; ROWS];
    for (number, (column, row, ..)) in sketched_blocks().into_iter().enumerate() {
        numbers[row][column] = Some(number);
    }
    numbers
}

/// The pieces of one street between its junctions, with no blocks beside them yet.
pub fn lay(street: Street, junctions: &[usize], places: &[Point], dice: &mut Dice) -> Vec<Border> {
    let way = match street {
        Street::EastWest(at) => EAST_WEST[at].way,
        Street::NorthSouth(at) => NORTH_SOUTH[at].way,
    };
    let points: Vec<Point> = junctions.iter().map(|number| places[*number]).collect();
    course(&points, way, dice)
        .into_iter()
        .zip(junctions.windows(2))
        .map(|(line, ends)| Border {
            from: ends[0],
            to: ends[1],
            line,
            left: None,
            right: None,
            way,
            street: Some(street),
        })
        .collect()
}

/// A minor street between two blocks of the same grid is only an alley.
pub fn quieten(borders: &mut [Border], blocks: &[(char, Use)]) {
    for border in borders {
        let grid = |block: Option<usize>| block.map(|number| blocks[number].0);
        if border.way == Way::Secondary && border.left.is_some() && grid(border.left) == grid(border.right) {
            border.way = Way::Alley;
        }
    }
}

/// A playing field for each school, a garden for every third block of an estate.
pub fn green_amid(number: usize, land_use: Use, ring: &[Point]) -> Option<Vec<Point>> {
    const CORNERS: usize = 20;
    let (offset, half_east_m, half_north_m) = match land_use {
        Use::School => ([10.0, -40.0], 74.0, 44.0),
        Use::Estate if number % 3 == 1 => ([0.0, 56.0], 44.0, 27.0),
        _ => return None,
    };
    let middle = add(centroid(ring), offset);
    let oval = (0..CORNERS).map(|at| {
        let (sin, cos) = (at as f64 * 360.0 / CORNERS as f64).to_radians().sin_cos();
        add(middle, turned([half_east_m * cos, half_north_m * sin]))
    });
    Some(oval.collect())
}

/// By the eight degrees by which the whole town is turned.
fn turned(p: Point) -> Point {
    let (sin, cos) = 8f64.to_radians().sin_cos();
    [p[0] * cos - p[1] * sin, p[0] * sin + p[1] * cos]
}
