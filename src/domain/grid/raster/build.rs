//! From edges to cells, by one sweep over each row.

use super::{
    Entry, LIMIT_BYTES, Raster,
    drawing::{self, Clipped, Stroke},
    edges::{Edge, Ranks},
    exact::ExactLists,
    frame::{Cell, Frame, LEVEL_BITS, UNIT_BITS, cells_near},
    leaf::{self, Line, MOST_STROKES},
};

/// Cells of the top for each edge: more make more positions end at once, and cost memory.
const CELLS_PER_EDGE: f64 = 1.5;
/// The same for few edges, where memory is no matter, up to as many cells.
const CELLS_PER_EDGE_OF_FEW: (f64, f64) = (24.0, 65_536.0);
const MOST_CELLS: f64 = 4_194_304.0;
/// A cell is parted no further once so many levels have not taken a quarter of its edges away: they meet in one
/// vertex, or lie upon each other.
const PATIENCE: u32 = 2;
/// Parts to a side of a cell.
const SIDE: u32 = 1 << LEVEL_BITS;

/// The raster of these edges; `None` if they are not on Earth or it would be larger than [`LIMIT_BYTES`].
pub fn raster(edges: Vec<Edge>) -> Option<Raster> {
    let corners = || edges.iter().flat_map(|edge| [edge.lo, edge.hi]);
    let low = corners().reduce(|a, b| geo::Coord { x: a.x.min(b.x), y: a.y.min(b.y) })?;
    let high = corners().reduce(|a, b| geo::Coord { x: a.x.max(b.x), y: a.y.max(b.y) })?;
    let (generous, few) = CELLS_PER_EDGE_OF_FEW;
    let count = edges.len() as f64;
    let cells = (generous * count).min(few).max(CELLS_PER_EDGE * count).min(MOST_CELLS);
    let frame = Frame::around(low, high, cells)?;

    let lists = Lists::new(frame.columns * frame.rows, |add| {
        for (number, edge) in edges.iter().enumerate() {
            let (lo, hi) = (frame.in_cells(edge.lo), frame.in_cells(edge.hi));
            cells_near(lo, hi, frame.columns, frame.rows, |column, row| {
                add(row * frame.columns + column, number as u32);
            });
        }
    });
    let mut builder = Builder { edges: &edges, max_depth: frame.max_depth, ..Builder::default() };
    let mut top = Vec::with_capacity((frame.columns * frame.rows) as usize);
    let mut around = Ranks::default();
    for row in 0..frame.rows {
        for column in 0..frame.columns {
            let cell = frame.top_cell(column, row);
            let near = lists.of(row * frame.columns + column);
            top.push(builder.entry(&cell, near, &around, 0));
            builder.go_east(&cell, near, &mut around);
        }
        if builder.bytes() > LIMIT_BYTES {
            return None;
        }
    }
    let Builder { mut parts, mut lines, mut exact, .. } = builder;
    parts.shrink_to_fit();
    lines.shrink_to_fit();
    exact.shrink();
    Some(Raster { frame, top, parts, lines, exact, edges })
}

/// Which edges come near which cell: `of[starts[i]..starts[i + 1]]`.
#[derive(Default)]
struct Lists {
    starts: Vec<u32>,
    edges: Vec<u32>,
}

impl Lists {
    /// Counts, then fills: `visit_all` is called twice and must add the same.
    fn new(cells: u32, visit_all: impl Fn(&mut dyn FnMut(u32, u32))) -> Self {
        let mut starts = vec![0u32; cells as usize + 1];
        visit_all(&mut |cell, _| starts[cell as usize] += 1);
        let mut total = 0;
        for start in &mut starts {
            total += *start;
            *start = total;
        }
        // Filled from the end, each start moves down to where it belongs.
        let mut edges = vec![0; total as usize];
        visit_all(&mut |cell, edge| {
            starts[cell as usize] -= 1;
            edges[starts[cell as usize] as usize] = edge;
        });
        Self { starts, edges }
    }

    fn of(&self, cell: u32) -> &[u32] {
        &self.edges[self.starts[cell as usize] as usize..self.starts[cell as usize + 1] as usize]
    }
}

#[derive(Default)]
struct Builder<'a> {
    edges: &'a [Edge],
    max_depth: u32,
    parts: Vec<Entry>,
    lines: Vec<Line>,
    exact: ExactLists,
    /// Room that is used again from cell to cell.
    room: Vec<Vec<Clipped>>,
    strokes: Vec<Stroke>,
}

impl Builder<'_> {
    /// The entry of a cell, with all that it refers to. `near` are all edges in reach and perhaps more, `around` the
    /// grids around its south-western corner.
    fn entry(&mut self, cell: &Cell, near: &[u32], around: &Ranks, waited: u32) -> Entry {
        if near.is_empty() {
            return Entry::of_rank(around.least());
        }
        let mut clipped = self.room.pop().unwrap_or_default();
        clipped.clear();
        clipped.extend(near.iter().filter_map(|number| drawing::clip(cell, *number, &self.edges[*number as usize])));
        let entry = if clipped.is_empty() {
            Entry::of_rank(around.least())
        } else if let Some(leaf) = self.leaf(cell, &clipped, around) {
            leaf
        } else if cell.depth >= self.max_depth || waited >= PATIENCE {
            let list = Entry::exact(self.exact.next());
            self.exact.push(&clipped, around.as_slice(), cell.depth);
            list
        } else {
            self.parted(cell, &clipped, around, waited)
        };
        self.room.push(clipped);
        entry
    }

    fn leaf(&mut self, cell: &Cell, clipped: &[Clipped], around: &Ranks) -> Option<Entry> {
        if clipped.len() > MOST_STROKES {
            return None;
        }
        self.strokes.clear();
        for part in clipped {
            drawing::draw(cell, &self.edges[part.edge as usize], part, |stroke| self.strokes.push(stroke));
        }
        let (head, tail) = leaf::lines(&self.strokes, around.as_slice(), self.exact.next())?;
        self.exact.push(clipped, around.as_slice(), cell.depth);
        let entry = Entry::leaf(self.lines.len(), tail.is_some());
        self.lines.push(head);
        self.lines.extend(tail);
        Some(entry)
    }

    /// Parts a cell into 4 × 4.
    fn parted(&mut self, cell: &Cell, clipped: &[Clipped], around: &Ranks, waited: u32) -> Entry {
        let parts_per_unit = f64::from(SIDE) / f64::from(1u32 << UNIT_BITS);
        let lists = Lists::new(SIDE * SIDE, |add| {
            for part in clipped {
                let (lo, hi) = (part.lo * parts_per_unit, part.hi * parts_per_unit);
                cells_near(lo, hi, SIDE, SIDE, |column, row| add(row * SIDE + column, part.edge));
            }
        });
        let begin = self.parts.len();
        self.parts.resize(begin + (SIDE * SIDE) as usize, Entry::default());
        let (mut western, mut here) = (around.clone(), Ranks::default());
        for row in 0..SIDE {
            here.copy_from(&western);
            for column in 0..SIDE {
                let part = cell.part(column, row);
                let near = lists.of(row * SIDE + column);
                let is_stuck = 4 * near.len() > 3 * clipped.len();
                let entry = self.entry(&part, near, &here, if is_stuck { waited + 1 } else { 0 });
                self.parts[begin + (row * SIDE + column) as usize] = entry;
                self.go_east(&part, near, &mut here);
            }
            self.go_north(&cell.part(0, row), lists.of(row * SIDE), &mut western);
        }
        Entry::parted(begin)
    }

    /// From the corner of a cell to that of its eastern neighbour.
    fn go_east(&self, cell: &Cell, near: &[u32], around: &mut Ranks) {
        for edge in near.iter().map(|number| &self.edges[*number as usize]) {
            if edge.crosses_eastward(cell.corner, cell.far_corner().x) {
                around.cross(edge);
            }
        }
    }

    fn go_north(&self, cell: &Cell, near: &[u32], around: &mut Ranks) {
        for edge in near.iter().map(|number| &self.edges[*number as usize]) {
            if edge.crosses_northward(cell.corner, cell.far_corner().y) {
                around.cross(edge);
            }
        }
    }

    fn bytes(&self) -> usize {
        4 * self.parts.capacity() + size_of::<Line>() * self.lines.capacity() + self.exact.bytes()
    }
}
