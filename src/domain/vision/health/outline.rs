//! Where the edges of a picture are, to tell whether the camera still looks the same way.

use crate::domain::vision::shrink::Small;

/// How strong edges are, cell by cell, with their mean taken off.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Outline {
    width: usize,
    height: usize,
    strength: Vec<f32>,
}

/// Pixels of a cell's side.
const CELL: usize = 5;
/// The part of the picture by which it may have moved, in each direction.
const REACH: usize = 4;

/// How well two outlines lie on each other, -1..=1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Fit {
    pub in_place: f32,
    /// At the shift where they fit best.
    pub best: f32,
}

impl Outline {
    pub fn of(small: &Small) -> Self {
        let (width, height) = ((small.width / CELL).max(1), (small.height / CELL).max(1));
        let mut strength = vec![0.0_f32; width * height];
        for (y, pair) in
            small.luma.chunks_exact(small.width).zip(small.luma.chunks_exact(small.width).skip(1)).enumerate()
        {
            let (row, below) = pair;
            for x in 0..small.width.saturating_sub(1) {
                let across = row[x].abs_diff(row[x + 1]);
                let down = row[x].abs_diff(below[x]);
                let (cell_x, cell_y) = ((x / CELL).min(width - 1), (y / CELL).min(height - 1));
                // One bright thing is not to outweigh the street.
                strength[cell_y * width + cell_x] += f32::from(across.max(down).min(60));
            }
        }
        let mean = strength.iter().sum::<f32>() / strength.len() as f32;
        for value in &mut strength {
            *value -= mean;
        }
        Self { width, height, strength }
    }

    /// Becomes a part more like the other.
    pub fn follow(&mut self, other: &Self, part: f32) {
        if (self.width, self.height) != (other.width, other.height) {
            self.clone_from(other);
        }
        self.strength.iter_mut().zip(&other.strength).for_each(|(value, new)| *value += part * (new - *value));
    }

    pub fn fit(&self, seen: &Self) -> Fit {
        if (self.width, self.height) != (seen.width, seen.height) {
            return Fit { in_place: 0.0, best: 0.0 };
        }
        let reach = |side: usize| (side / REACH).cast_signed();
        let (across, down) = (reach(self.width), reach(self.height));
        let in_place = self.at(seen, 0, 0);
        let shifts = (-down..=down).flat_map(|y| (-across..=across).map(move |x| (x, y)));
        let best = shifts.map(|(x, y)| self.at(seen, x, y)).fold(in_place, f32::max);
        Fit { in_place, best }
    }

    /// Only where they fit no more it is worth to look for where they do.
    pub fn fit_in_place(&self, seen: &Self) -> f32 {
        if (self.width, self.height) == (seen.width, seen.height) { self.at(seen, 0, 0) } else { 0.0 }
    }

    /// The normalised correlation of what both have where the other is moved by so many cells.
    fn at(&self, seen: &Self, x: isize, y: isize) -> f32 {
        let overlap = |side: usize, shift: isize| {
            let from = shift.max(0).cast_unsigned();
            from..(side.cast_signed() + shift.min(0)).max(0).cast_unsigned()
        };
        let (mut both, mut own, mut other) = (0.0, 0.0, 0.0);
        for row in overlap(self.height, y) {
            let from = (row.cast_signed() - y).cast_unsigned() * self.width;
            for column in overlap(self.width, x) {
                let a = self.strength[row * self.width + column];
                let b = seen.strength[from + (column.cast_signed() - x).cast_unsigned()];
                both += a * b;
                own += a * a;
                other += b * b;
            }
        }
        both / (own * other).sqrt().max(f32::EPSILON)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A street of its own for each seed, seen from `x`, `y`.
    fn street(seed: usize, x: usize, y: usize) -> Outline {
        let luma = |x: usize, y: usize| {
            let block = (x / 13 * 31 + y / 11 * 17 + seed * 101) % 7;
            (60 + block * 20) as u8
        };
        let small = Small::of(320, (0..320 * 180).map(|at| luma(at % 320 + x, at / 320 + y)).collect());
        Outline::of(&small)
    }

    #[test]
    fn the_same_street_moved_fits_where_it_was_moved_to() {
        let known = street(1, 0, 0);
        assert!(known.fit_in_place(&known) > 0.99);
        let moved = known.fit(&street(1, 30, 20));
        assert!(moved.in_place < 0.5 && moved.best > 0.9, "{moved:?}");
    }
}
