//! Points of the globe in cells, so that what lies near another is found without looking at all.

use std::ops::Range;

use crate::domain::geo::Position;

/// Mean radius of the Earth in metres (IUGG), as haversine distances take it.
pub const RADIUS_M: f64 = 6_371_008.8;

/// Points sorted into cells in which any two are within the reach of each other.
pub struct Cells {
    /// Number that each point came with, in the order of the cells.
    came_as: Vec<u32>,
    /// Where they are on a globe of radius 1: near is what a short chord joins, exactly as by the haversine.
    at: Vec<[f64; 3]>,
    all: Vec<Cell>,
    /// Cells of a row lie together; row after row from the south.
    rows: Vec<Row>,
    /// Longest chord that is near, squared.
    chord2: f64,
    /// Angle of the reach.
    reach: f64,
}

struct Cell {
    /// West and east end, in radians.
    ends: [f64; 2],
    points: Range<u32>,
}

struct Row {
    number: u64,
    cells: Range<usize>,
    /// Of its border that is farther from the equator.
    least_cos: f64,
}

impl Cells {
    /// Of points, with a reach in metres.
    pub fn of(positions: &[Position], reach_m: f64) -> Self {
        let reach = reach_m / RADIUS_M;
        let sin_half = (reach / 2.0).sin();
        // Two corners of a square with this side are just within the reach.
        let side = std::f64::consts::SQRT_2 * sin_half * (1.0 - 1e-9);
        let south = |row: f64| row * side - std::f64::consts::FRAC_PI_2;
        let cos_at = |row: f64| [south(row), south(row + 1.0)].map(|lat| lat.cos().max(0.0));
        let shift = shift_deg(positions);
        let lon_of = |position: &Position| {
            let lon = position.lon().to_radians();
            if lon < 0.0 { lon + shift.to_radians() } else { lon }
        };
        let key = |(number, position): (usize, &Position)| {
            let row = ((position.lat().to_radians() + std::f64::consts::FRAC_PI_2) / side).floor();
            let [a, b] = cos_at(row);
            // A row that the equator crosses is widest there.
            let most_cos = if south(row) < 0.0 && south(row + 1.0) > 0.0 { 1.0 } else { a.max(b) };
            let width = side / most_cos.max(1e-9);
            let column = ((lon_of(position) + std::f64::consts::PI) / width).floor();
            ((row as u64, column as u64), number as u32, width)
        };
        let mut keys: Vec<((u64, u64), u32, f64)> = positions.iter().enumerate().map(key).collect();
        keys.sort_unstable_by_key(|(key, number, _)| (*key, *number));
        let (mut cells, mut rows): (Vec<Cell>, Vec<Row>) = (Vec::new(), Vec::new());
        let mut first = 0;
        for chunk in keys.chunk_by(|a, b| a.0 == b.0) {
            let ((row, column), _, width) = chunk[0];
            let west = column as f64 * width - std::f64::consts::PI;
            let points = first..first + chunk.len() as u32;
            first = points.end;
            if rows.last().is_none_or(|last| last.number != row) {
                let [a, b] = cos_at(row as f64);
                rows.push(Row { number: row, cells: cells.len()..cells.len(), least_cos: a.min(b) });
            }
            cells.push(Cell { ends: [west, west + width], points });
            if let Some(last) = rows.last_mut() {
                last.cells.end = cells.len();
            }
        }
        let came_as: Vec<u32> = keys.iter().map(|(_, number, _)| *number).collect();
        let at = came_as.iter().map(|number| on_globe(positions[*number as usize])).collect();
        Self { came_as, at, all: cells, rows, chord2: 4.0 * sin_half * sin_half, reach }
    }

    pub fn len(&self) -> usize {
        self.all.len()
    }

    pub fn points_len(&self) -> usize {
        self.at.len()
    }

    /// Points of a cell, by their place in the order of the cells.
    pub fn points(&self, cell: usize) -> Range<usize> {
        let Range { start, end } = self.all[cell].points;
        start as usize..end as usize
    }

    pub fn came_as(&self, at: usize) -> usize {
        self.came_as[at] as usize
    }

    pub fn are_near(&self, a: usize, b: usize) -> bool {
        self.chord2_between(a, b) <= self.chord2
    }

    fn chord2_between(&self, a: usize, b: usize) -> f64 {
        let ([ax, ay, az], [bx, by, bz]) = (self.at[a], self.at[b]);
        let (x, y, z) = (ax - bx, ay - by, az - bz);
        x * x + y * y + z * z
    }

    /// Metres of the great circle between two.
    pub fn distance_m(&self, a: usize, b: usize) -> f64 {
        2.0 * (self.chord2_between(a, b).sqrt() / 2.0).min(1.0).asin() * RADIUS_M
    }

    /// Calls once for each two different cells of which some points may be near each other.
    pub fn each_pair(&self, mut each: impl FnMut(usize, usize)) {
        for (index, row) in self.rows.iter().enumerate() {
            // The diagonal is the reach: what is near lies in this row, the next or the one after it.
            for other in self.rows[index..].iter().take_while(|other| other.number <= row.number + 2) {
                let across = across(self.reach, row.least_cos.min(other.least_cos));
                let mut first = other.cells.start;
                for cell in row.cells.clone() {
                    let [west, east] = self.all[cell].ends;
                    while first < other.cells.end && self.all[first].ends[1] < west - across {
                        first += 1;
                    }
                    let from = if other.number == row.number { cell + 1 } else { first };
                    let near = (from..other.cells.end).take_while(|near| self.all[*near].ends[0] <= east + across);
                    near.for_each(|near| each(cell, near));
                }
            }
        }
    }

    /// What is known of points in the order of the cells, in the order in which they came.
    pub fn in_order<T: Copy>(&self, of: &[T]) -> Vec<T> {
        let mut all = of.to_vec();
        for (at, number) in self.came_as.iter().enumerate() {
            all[*number as usize] = of[at];
        }
        all
    }
}

/// How many degrees western longitudes are moved by so that a place at the 180th meridian is not torn apart.
fn shift_deg(positions: &[Position]) -> f64 {
    let (west, east) = positions
        .iter()
        .fold((f64::MAX, f64::MIN), |(west, east), position| (west.min(position.lon()), east.max(position.lon())));
    if east - west > 180.0 { 360.0 } else { 0.0 }
}

/// How far east or west a reach goes at most, in radians of longitude.
fn across(reach: f64, cos: f64) -> f64 {
    let sin = reach.sin() / cos;
    if reach < std::f64::consts::FRAC_PI_2 && sin < 1.0 { sin.asin() * (1.0 + 1e-9) } else { std::f64::consts::TAU }
}

fn on_globe(position: Position) -> [f64; 3] {
    let (sin_lat, cos_lat) = position.lat().to_radians().sin_cos();
    let (sin_lon, cos_lon) = position.lon().to_radians().sin_cos();
    [cos_lat * cos_lon, cos_lat * sin_lon, sin_lat]
}
