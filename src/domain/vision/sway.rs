//! How far the pole has moved the picture.

use super::{
    background::{Background, SHIFT},
    shrink::{SMALL_SIDE, Small},
};

/// Pixels of the small picture that are looked for, each way.
const REACH: u8 = 3;

/// What stands at `(x, y)` of the street is seen at `(x + sway.x, y + sway.y)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Sway {
    pub x: i16,
    pub y: i16,
}

/// Sums of a picture's columns and of its rows. They move as the picture moves, and what walks through changes few of
/// them: two short searches along a line instead of one over an area.
#[derive(Debug, Clone)]
pub(super) struct Profile {
    columns: [i32; SMALL_SIDE],
    rows: [i32; SMALL_SIDE],
    width: usize,
    height: usize,
}

impl Profile {
    pub fn of_small(small: &Small) -> Self {
        Self::new(small.width, small.luma.chunks_exact(small.width.max(1)), |luma| i16::from(*luma))
    }

    pub fn of_street(background: &Background) -> Self {
        Self::new(background.width, background.mean.chunks_exact(background.width.max(1)), |mean| mean >> SHIFT)
    }

    fn new<'a, T: 'a>(width: usize, rows: impl Iterator<Item = &'a [T]>, level: impl Fn(&T) -> i16) -> Self {
        let mut profile = Self { columns: [0; SMALL_SIDE], rows: [0; SMALL_SIDE], width, height: 0 };
        // Columns of up to 128 rows fit 16 bits, which is twice as many at once.
        let mut columns = [0i16; SMALL_SIDE];
        for (y, row) in rows.enumerate().take(SMALL_SIDE) {
            let mut sum = 0;
            for (column, value) in columns.iter_mut().zip(row) {
                let level = level(value);
                *column += level;
                sum += i32::from(level);
            }
            profile.rows[y] = sum;
            profile.height = y + 1;
            if y % 64 == 63 {
                profile.take_over(&mut columns);
            }
        }
        profile.take_over(&mut columns);
        profile
    }

    fn take_over(&mut self, columns: &mut [i16; SMALL_SIDE]) {
        for (sum, column) in self.columns.iter_mut().zip(columns) {
            *sum += i32::from(std::mem::take(column));
        }
    }

    /// How far this picture is from where the `street` was learned.
    pub fn sway_from(&self, street: &Self) -> Sway {
        let (width, height) = (self.width.min(street.width), self.height.min(street.height));
        Sway {
            x: shift(&self.columns[..width], &street.columns[..width]),
            y: shift(&self.rows[..height], &street.rows[..height]),
        }
    }
}

/// By how many places `seen` is behind `street`. The steps between neighbours are compared, which light changes little.
fn shift(seen: &[i32], street: &[i32]) -> i16 {
    let reach = usize::from(REACH);
    let length = seen.len().saturating_sub(2 * reach + 1);
    if length < 4 * reach {
        return 0;
    }
    let steps = |line: &[i32], at: usize| line[at + 1] - line[at];
    let mismatch = |by: u8| -> i64 {
        // `by` is the shift plus REACH.
        (0..length).map(|i| i64::from((steps(seen, i + usize::from(by)) - steps(street, i + reach)).abs())).sum()
    };
    let still = mismatch(REACH);
    let best = (0..=2 * REACH).min_by_key(|by| (mismatch(*by), by.abs_diff(REACH)));
    // Only what is clearly better: noise and passers-by shift nothing.
    match best {
        Some(by) if mismatch(by) * 10 < still * 7 => i16::from(by) - i16::from(REACH),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small(dx: usize, dy: usize) -> Small {
        let luma = |x: usize, y: usize| ((x * x * 7 + y * 13 + x * y) % 97 + (x / 9 * 31 + y / 7 * 17) % 90) as u8;
        Small::of(100, (0..100 * 80).map(|i| luma(i % 100 + dx, i / 100 + dy)).collect())
    }

    #[test]
    fn the_shift_is_found_in_both_directions() {
        let mut background = Background::new(100, 80, 12);
        background.start(&small(3, 3));
        let street = Profile::of_street(&background);
        for (x, y) in [(0, 0), (2, 0), (-1, 2), (1, -3), (-2, -2)] {
            let seen = small((3 - x) as usize, (3 - y) as usize);
            let expected = Sway { x: x as i16, y: y as i16 };
            assert_eq!(Profile::of_small(&seen).sway_from(&street), expected);
        }
    }
}
