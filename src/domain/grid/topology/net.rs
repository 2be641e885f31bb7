//! The border that is left when neighbours cancel.

use std::collections::HashMap;

use geo::Coord;

use super::super::{Grid, border::directed_edges};

type Key = [u64; 4];

/// Directed edges with their net count: +1 for each ring that runs along the edge from its lower end up, −1 for each
/// that runs down. Where two neighbours share an edge exactly nothing is left.
pub(super) struct NetBorder {
    counts: HashMap<Key, i32>,
}

impl NetBorder {
    pub fn of(grids: &[&Grid]) -> Self {
        let mut net = Self { counts: HashMap::new() };
        for grid in grids {
            net.add(grid, 1);
        }
        net
    }

    /// Takes an area away: inside it the winding number is one less.
    pub fn subtract(&mut self, grid: &Grid) {
        self.add(grid, -1);
    }

    fn add(&mut self, grid: &Grid, times: i32) {
        for [a, b] in directed_edges(grid.border.area()) {
            let (key, sign) = canonical(a, b);
            *self.counts.entry(key).or_default() += sign * times;
        }
    }

    /// The edges that no neighbour cancels, each with the grid (its place in `grids`) whose ring it is part of.
    pub fn leftover(&self, grids: &[&Grid]) -> Vec<(usize, [Coord<f64>; 2])> {
        let left = |a, b| self.counts.get(&canonical(a, b).0).is_some_and(|count| *count != 0);
        let of_grid = |(i, grid): (usize, &&Grid)| -> Vec<_> {
            directed_edges(grid.border.area()).filter(|[a, b]| left(*a, *b)).map(|edge| (i, edge)).collect()
        };
        grids.iter().enumerate().flat_map(of_grid).collect()
    }

    /// The net border as closed loops. Every corner has as many edges in as out (rings are closed, and taking two
    /// opposite edges away keeps the balance), so each walk ends where it began.
    pub fn loops(&self) -> Vec<Vec<[f64; 2]>> {
        let mut edges: Vec<(Key, i32)> =
            self.counts.iter().filter(|(_, n)| **n != 0).map(|(key, n)| (*key, *n)).collect();
        edges.sort_unstable();
        let mut onward: HashMap<[u64; 2], Vec<[u64; 2]>> = HashMap::new();
        let mut starts = Vec::new();
        for ([ax, ay, bx, by], count) in edges {
            let (from, to) = if count > 0 { ([ax, ay], [bx, by]) } else { ([bx, by], [ax, ay]) };
            for _ in 0..count.unsigned_abs() {
                onward.entry(from).or_default().push(to);
                starts.push(from);
            }
        }
        let mut loops = Vec::new();
        for start in starts {
            let mut walk = Vec::new();
            let mut at = start;
            while let Some(next) = onward.get_mut(&at).and_then(Vec::pop) {
                walk.push(at.map(f64::from_bits));
                at = next;
            }
            if walk.len() > 2 {
                loops.push(walk);
            }
        }
        loops
    }
}

/// The edge with its lower end first, and +1 if that is its direction.
fn canonical(a: Coord<f64>, b: Coord<f64>) -> (Key, i32) {
    // Adding zero turns −0 into +0, so that equal coordinates have equal bits.
    let bits = |c: Coord<f64>| [(c.x + 0.0).to_bits(), (c.y + 0.0).to_bits()];
    let ([ax, ay], [bx, by]) = (bits(a), bits(b));
    if (a.y, a.x) <= (b.y, b.x) { ([ax, ay, bx, by], 1) } else { ([bx, by, ax, ay], -1) }
}
