//! The plan of the street: junctions, borders that wind, and the blocks between them.
//!
//! All else on the demo site stands on this plan. Its blocks come from a lattice that is bent, turned and shaken, so
//! that no two are alike; its borders are the streets between them and a river.

mod border;
mod lattice;
mod outline;
mod sketch;

pub use border::{Border, Street};
pub use sketch::{COMMUNITIES, GRIDS, GridSketch, StreetLine};

use super::dice::Dice;
use super::shape::{Point, add, centroid, contains, distance_to_line, times};
use crate::domain::geo::{LocalPlane, Position};
use lattice::{block_numbers, green_amid, junction, junction_number, lay, quieten, sketched_blocks};
use sketch::{COLUMNS, EAST_WEST, INSET, INSET_GRID, NORTH_SOUTH, ROWS};

/// What runs along a border.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    Trunk,
    Primary,
    Secondary,
    Alley,
    River,
}

impl Way {
    /// As it stands in the basemap's `class`.
    pub fn class(self) -> &'static str {
        match self {
            Self::Trunk => "trunk",
            Self::Primary => "primary",
            Self::Secondary => "secondary",
            Self::Alley => "alley",
            Self::River => "river",
        }
    }

    /// Metres from the middle of the way to the nearest wall of a house.
    pub fn setback_m(self) -> f64 {
        match self {
            Self::Trunk => 34.0,
            Self::Primary => 22.0,
            Self::Secondary => 15.0,
            Self::Alley => 7.0,
            Self::River => 46.0,
        }
    }
}

/// What stands on a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    Estate,
    Bungalows,
    Commerce,
    School,
    Hospital,
    Works,
    Park,
    Gardens,
}

/// The ground between four streets.
pub struct Block {
    /// The letter of its grid in the sketch.
    pub grid: char,
    pub land_use: Use,
    pub ring: Vec<Point>,
    /// The wall of an inset grid, not part of the block.
    pub hole: Option<Vec<Point>>,
    /// Lanes inside the block.
    pub lanes: Vec<Vec<Point>>,
    /// A garden or a playing field amid the houses.
    pub green: Option<Vec<Point>>,
}

impl Block {
    pub fn contains(&self, p: Point) -> bool {
        contains(&self.ring, p) && !self.hole.as_ref().is_some_and(|hole| contains(hole, p))
    }
}

pub struct Plan {
    plane: LocalPlane,
    pub junctions: Vec<Point>,
    pub borders: Vec<Border>,
    pub blocks: Vec<Block>,
}

impl Plan {
    /// The town; the same one each time.
    pub fn new() -> Self {
        let mut dice = Dice::of("plan");
        let mut junctions: Vec<Point> = (0..=ROWS)
            .flat_map(|row| (0..=COLUMNS).map(move |column| (column, row)))
            .map(|at| junction(at, &mut dice))
            .collect();
        let (mut borders, blocks_at) = (Vec::new(), block_numbers());
        for row in 0..=ROWS {
            let line: Vec<usize> = (0..=COLUMNS).map(|column| junction_number(column, row)).collect();
            let street = Street::EastWest(row);
            for (column, piece) in lay(street, &line, &junctions, &mut dice).into_iter().enumerate() {
                let south = row.checked_sub(1).and_then(|below| blocks_at[below][column]);
                let north = blocks_at.get(row).and_then(|blocks| blocks[column]);
                borders.push(Border { left: north, right: south, ..piece });
            }
        }
        for column in 0..=COLUMNS {
            let line: Vec<usize> = (0..=ROWS).map(|row| junction_number(column, row)).collect();
            let street = Street::NorthSouth(column);
            for (row, piece) in lay(street, &line, &junctions, &mut dice).into_iter().enumerate() {
                let west = column.checked_sub(1).and_then(|left| blocks_at[row][left]);
                let east = blocks_at[row].get(column).copied().flatten();
                borders.push(Border { left: west, right: east, ..piece });
            }
        }
        let letters: Vec<(char, Use)> =
            sketched_blocks().into_iter().map(|(_, _, grid, land_use)| (grid, land_use)).collect();
        quieten(&mut borders, &letters);
        let mut blocks: Vec<Block> = letters
            .iter()
            .enumerate()
            .map(|(number, (grid, land_use))| {
                let ring = outline::outline(&borders, |block| block == number).remove(0).remove(0);
                let green = green_amid(number, *land_use, &ring);
                Block { grid: *grid, land_use: *land_use, ring, hole: None, lanes: Vec::new(), green }
            })
            .collect();
        if let Some(host) = blocks_at[INSET.1][INSET.0] {
            let middle = centroid(&blocks[host].ring);
            let line = border::wall(add(middle, [12.0, 16.0]), [104.0, 88.0], &mut dice);
            let ring = line[..line.len() - 1].to_vec();
            let (number, gate) = (blocks.len(), junctions.len());
            junctions.push(line[0]);
            blocks[host].hole = Some(ring.clone());
            blocks.push(Block {
                grid: INSET_GRID,
                land_use: Use::Estate,
                ring,
                hole: None,
                lanes: Vec::new(),
                green: None,
            });
            borders.push(Border {
                from: gate,
                to: gate,
                line,
                left: Some(number),
                right: Some(host),
                way: Way::Alley,
                street: None,
            });
        }
        // The middle of the street's area, near the real town and not of it.
        let plane = LocalPlane::at(origin());
        let mut plan = Self { plane, junctions, borders, blocks };
        plan.lay_lanes();
        plan
    }

    /// Longitude and latitude as they stand in the files, with seven decimals.
    pub fn lon_lat(&self, p: Point) -> [String; 2] {
        self.degrees(p).map(|degrees| format!("{degrees:.7}"))
    }

    /// Longitude and latitude.
    pub fn degrees(&self, p: Point) -> [f64; 2] {
        let at = self.plane.degrees(p);
        [at.x, at.y]
    }

    /// The exact outline of the blocks whose grid passes; each part is its outer ring, then its holes.
    pub fn outline(&self, holds: impl Fn(char) -> bool) -> Vec<Vec<Vec<Point>>> {
        outline::outline(&self.borders, |block| holds(self.blocks[block].grid))
    }

    /// The block around `p`.
    pub fn block_at(&self, p: Point) -> Option<&Block> {
        self.blocks.iter().find(|block| block.contains(p))
    }

    /// Borders of a block, with lanes inside it not counted.
    pub fn borders_of(&self, number: usize) -> impl Iterator<Item = &Border> {
        self.borders.iter().filter(move |border| border.left == Some(number) || border.right == Some(number))
    }

    /// The pieces of a street that touch the area, in order along it.
    pub fn pieces(&self, street: Street) -> impl Iterator<Item = &Border> {
        self.borders.iter().filter(move |border| border.street == Some(street) && border.is_inside_the_street())
    }

    /// A whole street in one line, pieces outside the area included.
    pub fn whole_line(&self, street: Street) -> Vec<Point> {
        let mut line: Vec<Point> = Vec::new();
        for border in self.borders.iter().filter(|border| border.street == Some(street)) {
            line.pop();
            line.extend_from_slice(&border.line);
        }
        line
    }

    /// Every street and the river, from south to north, then from west to east.
    pub fn streets() -> impl Iterator<Item = (Street, &'static StreetLine)> {
        let east_west = EAST_WEST.iter().enumerate().map(|(at, line)| (Street::EastWest(at), line));
        east_west.chain(NORTH_SOUTH.iter().enumerate().map(|(at, line)| (Street::NorthSouth(at), line)))
    }

    /// The street of that name.
    pub fn street(name: &str) -> Option<Street> {
        Self::streets().find(|(_, line)| line.name == name).map(|(street, _)| street)
    }

    /// Metres from `p` to the nearest border between two grids, or to the edge of the street.
    pub fn border_distance_m(&self, p: Point) -> f64 {
        let letter = |block: Option<usize>| block.map(|number| self.blocks[number].grid);
        self.borders
            .iter()
            .filter(|border| letter(border.left) != letter(border.right))
            .map(|border| distance_to_line(p, &border.line))
            .fold(f64::INFINITY, f64::min)
    }

    /// Estates have one lane across, bungalow areas a lane each way; other blocks have none. A block around an inset
    /// grid has the lane to its gate.
    fn lay_lanes(&mut self) {
        for number in 0..self.blocks.len() {
            let block = &self.blocks[number];
            let lanes = match block.land_use {
                _ if block.hole.is_some() => self.lane_to_the_gate(number),
                Use::Estate => self.lanes_across(number, 1),
                Use::Bungalows => self.lanes_across(number, 2),
                _ => Vec::new(),
            };
            self.blocks[number].lanes = lanes;
        }
    }

    fn lanes_across(&self, number: usize, count: usize) -> Vec<Vec<Point>> {
        let middles: Vec<(bool, Point)> = self
            .borders_of(number)
            .filter(|border| border.way != Way::River)
            .filter_map(|border| {
                Some((matches!(border.street?, Street::EastWest(_)), border.line[border.line.len() / 2]))
            })
            .collect();
        let lane = |east_west: bool| {
            let ends: Vec<Point> = middles.iter().filter(|(side, _)| *side == east_west).map(|(_, p)| *p).collect();
            match ends.as_slice() {
                // A bend in the middle, for no lane is drawn with a ruler.
                [a, b] => Some(vec![*a, add(times(add(*a, *b), 0.5), [6.0, -5.0]), *b]),
                _ => None,
            }
        };
        [lane(false), lane(true)].into_iter().flatten().take(count).collect()
    }

    fn lane_to_the_gate(&self, number: usize) -> Vec<Vec<Point>> {
        let southern = self.borders_of(number).find(|border| border.left == Some(number) && border.street.is_some());
        let wall = self.blocks[number].hole.as_ref();
        let gate = wall.and_then(|wall| wall.iter().copied().min_by(|a, b| a[1].total_cmp(&b[1])));
        southern.zip(gate).map(|(street, gate)| vec![street.line[street.line.len() / 2], gate]).into_iter().collect()
    }
}

/// Where the plane touches the ground: the middle of the town.
fn origin() -> Position {
    #[expect(clippy::expect_used, reason = "two constants within the limits of longitude and latitude")]
    Position::new(110.03, 40.41).expect("a position")
}
