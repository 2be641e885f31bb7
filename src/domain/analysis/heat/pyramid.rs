//! Events by their cells, summed for every level of the map: what a tile has to look at does not grow with their number.

use std::ops::AddAssign;

use super::{Cell, cell::DEEPEST};

/// Cells along the edge of a block.
const EDGE: u32 = 1 << EDGE_BITS;
const EDGE_BITS: u8 = 6;
const CELLS: usize = (EDGE * EDGE) as usize;
/// Where a block holds no more events than it has cells, they are kept as they are instead: exact, and smaller.
const FEW: usize = CELLS;

/// What an event adds: 1 where events are counted (floats would drift when events come and go), else its weight.
pub trait Amount: Copy + Default + AddAssign {
    fn value(self) -> f32;
    fn bits(self) -> u32;
}

impl Amount for u32 {
    fn value(self) -> f32 {
        self as f32
    }

    fn bits(self) -> u32 {
        self
    }
}

impl Amount for f32 {
    fn value(self) -> f32 {
        self
    }

    fn bits(self) -> u32 {
        self.to_bits()
    }
}

/// An event where it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Entry<A> {
    pub cell: Cell,
    pub amount: A,
}

/// A quarter tree of blocks of 64 × 64 cells; the first is the whole plane, each of the others a quarter of the one
/// above. A block's cells are the sums of those below. It holds sums exactly if more than `FEW` events are in it, so
/// the same events make the same pyramid, whatever was added and removed before. An event takes some 20 bytes, and adding
/// or removing one touches a cell of each level.
#[derive(Debug, Default)]
pub struct Pyramid<A> {
    root: Node<A>,
}

#[derive(Debug)]
struct Node<A> {
    events: u32,
    /// Sum of the marks of its events: the same for the same events.
    mark: u64,
    content: Content<A>,
}

#[derive(Debug)]
enum Content<A> {
    Few(Vec<Entry<A>>),
    Many {
        cells: Box<[A]>,
        /// North-west, north-east, south-west, south-east; `None` at the deepest level.
        quarters: Option<Box<[Node<A>; 4]>>,
    },
}

/// A rectangle of cells of one level; it may reach beyond the plane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CellBox {
    /// The plane's edge has 2 to the power of this many cells.
    pub bits: u8,
    pub left: i64,
    pub top: i64,
    pub width: u32,
    pub height: u32,
}

/// What a rectangle of cells finds in it.
enum Part<'a, A> {
    Few(&'a [Entry<A>]),
    /// A block of its level; its first cell.
    Block(&'a Node<A>, &'a [A], [i64; 2]),
}

impl<A> Default for Node<A> {
    fn default() -> Self {
        Self { events: 0, mark: 0, content: Content::Few(Vec::new()) }
    }
}

impl<A: Amount> Pyramid<A> {
    /// Of many events at once: ten times as fast as one by one.
    #[must_use]
    pub fn of(mut entries: Vec<Entry<A>>) -> Self {
        Self { root: Node::of(&mut entries, EDGE_BITS) }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.root.events as usize
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.root.events == 0
    }

    /// The same for the same events, whatever their order.
    #[must_use]
    pub fn mark(&self) -> u64 {
        self.root.mark
    }

    pub fn add(&mut self, cell: Cell, amount: A) {
        let entry = Entry { cell, amount };
        let (mut node, mut bits) = (&mut self.root, EDGE_BITS);
        loop {
            node.events += 1;
            node.mark = node.mark.wrapping_add(entry.mark());
            if let Content::Few(entries) = &mut node.content {
                if entries.len() == entries.capacity() {
                    // Doubling would leave half of it unused.
                    entries.reserve_exact(entries.len() / 8 + 4);
                }
                entries.push(entry);
                if entries.len() > FEW {
                    let mut entries = std::mem::take(entries);
                    *node = Node::of(&mut entries, bits);
                }
                return;
            }
            if let Content::Many { cells, .. } = &mut node.content {
                cells[cell.within_block(bits)] += amount;
            }
            let Content::Many { quarters: Some(quarters), .. } = &mut node.content else { return };
            bits += 1;
            node = &mut quarters[cell.quarter(bits)];
        }
    }

    /// How many events are in the rectangle, and a mark of them. Where there are many, those are included that share a
    /// block with it.
    #[must_use]
    pub fn tally(&self, area: CellBox) -> (u32, u64) {
        let (mut events, mut mark) = (0, 0u64);
        self.visit(area, &mut |part| match part {
            Part::Few(entries) => {
                for entry in entries.iter().filter(|entry| area.is_near(entry.cell)) {
                    events += 1;
                    mark = mark.wrapping_add(entry.mark());
                }
            }
            Part::Block(node, ..) => {
                events += node.events;
                mark = mark.wrapping_add(node.mark);
            }
        });
        (events, mark)
    }

    /// The sums of the rectangle's cells, row by row. Where events are few, each is shared between the four cells
    /// around it, so that where it lies within a cell is not lost.
    #[must_use]
    pub fn cells(&self, area: CellBox) -> Vec<f32> {
        let mut values = vec![0.0; area.width as usize * area.height as usize];
        self.visit(area, &mut |part| match part {
            Part::Few(entries) => entries.iter().for_each(|entry| area.share(entry, &mut values)),
            Part::Block(_, cells, corner) => area.add_block(cells, corner, &mut values),
        });
        values
    }

    fn visit<'a>(&'a self, area: CellBox, each: &mut impl FnMut(Part<'a, A>)) {
        self.root.visit([0, 0], EDGE_BITS, area, each);
    }

    /// Squares of `SQUARE` cells of a level of that many bits, those with the most in them: near one of them is the
    /// densest place. Only the fullest blocks of each level are looked into.
    #[must_use]
    pub fn fullest(&self, bits: u8, count: usize) -> Vec<CellBox> {
        /// Blocks of a level that are looked into.
        const BLOCKS: usize = 256;
        let mut blocks = vec![(&self.root, [0u32; 2])];
        for _ in EDGE_BITS..bits {
            blocks = blocks.into_iter().flat_map(|(node, at)| node.below(at)).collect();
            if blocks.len() > BLOCKS {
                blocks.select_nth_unstable_by_key(BLOCKS, |(node, _)| std::cmp::Reverse(node.events));
                blocks.truncate(BLOCKS);
            }
        }
        let mut squares: Vec<([u32; 2], f32)> = Vec::new();
        let squares_of_edge = EDGE / SQUARE;
        for (node, [x, y]) in blocks {
            match &node.content {
                Content::Few(entries) => {
                    let at = |entry: &Entry<A>| entry.cell.at(bits).map(|cell| cell / SQUARE);
                    let mut found: Vec<_> = entries.iter().map(|entry| (at(entry), entry.amount.value())).collect();
                    found.sort_unstable_by_key(|(at, _)| *at);
                    squares.extend(found.chunk_by(|(a, _), (b, _)| a == b).map(|same| {
                        let sum = same.iter().map(|(_, amount)| amount).sum();
                        (same[0].0, sum)
                    }));
                }
                Content::Many { cells, .. } => squares.extend((0..squares_of_edge * squares_of_edge).map(|i| {
                    let [column, row] = [i % squares_of_edge, i / squares_of_edge];
                    let rows = cells.chunks_exact(EDGE as usize).skip((row * SQUARE) as usize).take(SQUARE as usize);
                    let in_row = |row: &[A]| -> f32 {
                        row[(column * SQUARE) as usize..][..SQUARE as usize].iter().map(|amount| amount.value()).sum()
                    };
                    ([x * squares_of_edge + column, y * squares_of_edge + row], rows.map(in_row).sum())
                })),
            }
        }
        squares.sort_unstable_by(|(_, a), (_, b)| b.total_cmp(a));
        squares.truncate(count);
        let square = |[x, y]: [u32; 2]| CellBox {
            bits,
            left: i64::from(x * SQUARE),
            top: i64::from(y * SQUARE),
            width: SQUARE,
            height: SQUARE,
        };
        squares.into_iter().map(|(at, _)| square(at)).collect()
    }
}

/// Edge of a square that [`Pyramid::fullest`] weighs, in cells.
const SQUARE: u32 = 8;

impl Pyramid<u32> {
    /// Takes an event out that was put in.
    pub fn remove(&mut self, cell: Cell) {
        let (mut node, mut bits) = (&mut self.root, EDGE_BITS);
        let mark = Entry { cell, amount: 1u32 }.mark();
        loop {
            node.events -= 1;
            node.mark = node.mark.wrapping_sub(mark);
            if node.events as usize <= FEW && matches!(node.content, Content::Many { .. }) {
                let mut entries = Vec::with_capacity(FEW);
                node.gather(cell.block(bits), &mut entries);
                node.content = Content::Few(entries);
            }
            match &mut node.content {
                Content::Few(entries) => {
                    if let Some(found) = entries.iter().position(|entry| entry.cell == cell) {
                        entries.swap_remove(found);
                    }
                    return;
                }
                Content::Many { cells, quarters } => {
                    cells[cell.within_block(bits)] -= 1;
                    let Some(quarters) = quarters else { return };
                    bits += 1;
                    node = &mut quarters[cell.quarter(bits)];
                }
            }
        }
    }
}

impl Node<u32> {
    /// Every event below.
    fn gather(&self, [x, y]: [u32; 2], into: &mut Vec<Entry<u32>>) {
        match &self.content {
            Content::Few(entries) => into.extend(entries),
            Content::Many { quarters: Some(quarters), .. } => {
                for (i, quarter) in (0..).zip(quarters.iter()) {
                    quarter.gather([2 * x + (i & 1), 2 * y + (i >> 1)], into);
                }
            }
            Content::Many { cells, quarters: None } => {
                for (i, count) in (0..).zip(cells.iter()) {
                    let cell = Cell { x: x * EDGE + i % EDGE, y: y * EDGE + i / EDGE };
                    into.extend((0..*count).map(|_| Entry { cell, amount: 1 }));
                }
            }
        }
    }
}

impl<A: Amount> Node<A> {
    fn of(entries: &mut [Entry<A>], bits: u8) -> Self {
        let events = entries.len() as u32;
        let sum = |marks: &mut dyn Iterator<Item = u64>| marks.fold(0u64, u64::wrapping_add);
        if entries.len() <= FEW {
            let mark = sum(&mut entries.iter().map(Entry::mark));
            return Self { events, mark, content: Content::Few(entries.to_vec()) };
        }
        let mut cells = vec![A::default(); CELLS].into_boxed_slice();
        for entry in &*entries {
            cells[entry.cell.within_block(bits)] += entry.amount;
        }
        if bits == DEEPEST {
            let mark = sum(&mut entries.iter().map(Entry::mark));
            return Self { events, mark, content: Content::Many { cells, quarters: None } };
        }
        entries.sort_unstable_by_key(|entry| entry.cell.quarter(bits + 1));
        let mut rest = entries;
        let quarters = Box::new([0, 1, 2, 3].map(|quarter| {
            let size = rest.partition_point(|entry| entry.cell.quarter(bits + 1) <= quarter);
            let (these, behind) = std::mem::take(&mut rest).split_at_mut(size);
            rest = behind;
            Self::of(these, bits + 1)
        }));
        let mark = sum(&mut quarters.iter().map(|quarter| quarter.mark));
        Self { events, mark, content: Content::Many { cells, quarters: Some(quarters) } }
    }

    /// The quarters of a block that have something in them, or the block itself where it has none: it is not looked up by
    /// its place.
    fn below(&self, [x, y]: [u32; 2]) -> Vec<(&Self, [u32; 2])> {
        let Content::Many { quarters: Some(quarters), .. } = &self.content else { return vec![(self, [x, y])] };
        let quarter = |(i, quarter): (u32, _)| (quarter, [2 * x + (i & 1), 2 * y + (i >> 1)]);
        (0..).zip(quarters.iter()).map(quarter).filter(|(quarter, _)| quarter.events > 0).collect()
    }

    fn visit<'a>(&'a self, [x, y]: [i64; 2], bits: u8, area: CellBox, each: &mut impl FnMut(Part<'a, A>)) {
        let size = i64::from(EDGE) << (area.bits - bits);
        if self.events == 0 || !area.meets([x * size, y * size], size) {
            return;
        }
        match &self.content {
            Content::Few(entries) => each(Part::Few(entries)),
            Content::Many { cells, .. } if bits == area.bits => each(Part::Block(self, cells, [x * size, y * size])),
            Content::Many { quarters, .. } => {
                for (i, quarter) in (0..).zip(quarters.iter().flat_map(|quarters| quarters.iter())) {
                    quarter.visit([2 * x + (i & 1), 2 * y + (i >> 1)], bits + 1, area, each);
                }
            }
        }
    }
}

impl<A: Amount> Entry<A> {
    /// Spread over all bits, so that sums of different events differ.
    fn mark(&self) -> u64 {
        let mixed = |value: u64| {
            let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb)
        };
        let place = (u64::from(self.cell.x) << 32) | u64::from(self.cell.y);
        mixed(mixed(place.wrapping_add(0x9e37_79b9_7f4a_7c15)) ^ u64::from(self.amount.bits()))
    }
}

impl CellBox {
    fn right(self) -> i64 {
        self.left + i64::from(self.width)
    }

    fn bottom(self) -> i64 {
        self.top + i64::from(self.height)
    }

    /// Whether a square of cells meets it, or what its events share with the cells beside does.
    fn meets(self, [x, y]: [i64; 2], size: i64) -> bool {
        x <= self.right() && y <= self.bottom() && x + size >= self.left && y + size >= self.top
    }

    fn is_near(self, cell: Cell) -> bool {
        let [x, y] = cell.at(self.bits).map(i64::from);
        self.meets([x, y], 1)
    }

    fn share<A: Amount>(self, entry: &Entry<A>, values: &mut [f32]) {
        let [x, y] = entry.cell.between(self.bits);
        let [x, y] = [x - self.left as f64, y - self.top as f64];
        let (column, row) = (x.floor(), y.floor());
        let (fx, fy) = ((x - column) as f32, (y - row) as f32);
        let (column, row, amount) = (column as i64, row as i64, entry.amount.value());
        let (width, height) = (i64::from(self.width), i64::from(self.height));
        let upper = [amount * (1.0 - fx) * (1.0 - fy), amount * fx * (1.0 - fy)];
        let lower = [amount * (1.0 - fx) * fy, amount * fx * fy];
        for (row, shares) in [(row, upper), (row + 1, lower)] {
            if !(0..height).contains(&row) || column < -1 || column >= width {
                continue;
            }
            let cells = &mut values[(row * width) as usize..][..width as usize];
            if column >= 0 {
                cells[column as usize] += shares[0];
            }
            if column + 1 < width {
                cells[(column + 1) as usize] += shares[1];
            }
        }
    }

    fn add_block<A: Amount>(self, cells: &[A], [x, y]: [i64; 2], values: &mut [f32]) {
        let edge = i64::from(EDGE);
        let (west, east) = (x.max(self.left), (x + edge).min(self.right()));
        let (north, south) = (y.max(self.top), (y + edge).min(self.bottom()));
        if west >= east {
            return;
        }
        let size = (east - west) as usize;
        for row in north..south {
            let from = &cells[((row - y) * edge + west - x) as usize..][..size];
            let to =
                &mut values[(row - self.top) as usize * self.width as usize + (west - self.left) as usize..][..size];
            to.iter_mut().zip(from).for_each(|(to, from)| *to += from.value());
        }
    }
}
