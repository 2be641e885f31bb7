//! Whether something moves, by keyframes alone: so that the pictures between them are looked at where it pays.

use super::{Frame, shrink::Small};

/// Compares each keyframe of a camera with the one before, cell by cell.
///
/// A cell is stirred where its mean has changed by more than its neighbours' noise explains; what all cells share, as when a
/// lamp is switched on, is no movement. A few cells that are never at rest are the clock in the picture, and do not count;
/// where many are, it is a busy street, and they do. Holds about 60 KB.
#[derive(Debug, Default)]
pub struct Stir {
    before: Option<Before>,
}

#[derive(Debug)]
struct Before {
    size: [u32; 2],
    small: Small,
    means: Vec<f32>,
    /// How often each cell has been stirred of late, 0..=1.
    restless: Vec<f32>,
}

/// Side of a cell in pixels of the small picture: a person far away fills an eighth of it.
const CELL: usize = 10;
/// Levels by which the mean of a cell must have changed at the least.
const LEAST: f32 = 4.0;
/// … and how many times what half of the cells have.
const TIMES_NOISE: f32 = 8.0;
/// How much the last comparison says of how restless a cell is.
const NEW: f32 = 0.1;
/// A cell that is stirred so often is never at rest.
const NEVER_AT_REST: f32 = 0.8;
/// So many of those are a clock.
const CLOCK_CELLS: usize = 12;

impl Stir {
    /// Looks at the next keyframe; whether something has moved since the last. The first of its size stirs.
    pub fn look(&mut self, frame: &Frame<'_>) -> bool {
        let size = [frame.width(), frame.height()];
        let Some(before) = self.before.as_mut().filter(|before| before.size == size) else {
            let mut small = Small::for_size(frame.width(), frame.height());
            small.take(frame);
            let means = means(&small);
            let restless = vec![0.0; means.len()];
            self.before = Some(Before { size, small, means, restless });
            return true;
        };
        before.small.take(frame);
        let now = means(&before.small);
        let changes: Vec<f32> = now.iter().zip(&before.means).map(|(now, was)| now - was).collect();
        before.means = now;
        let shared = median(changes.clone());
        let noise = median(changes.iter().map(|change| (change - shared).abs()).collect());
        let limit = LEAST.max(TIMES_NOISE * noise);
        let stirred: Vec<bool> = changes.iter().map(|change| (change - shared).abs() > limit).collect();
        let never_at_rest = before.restless.iter().filter(|restless| **restless > NEVER_AT_REST).count();
        let is_clock = never_at_rest <= CLOCK_CELLS;
        let counts = |restless: f32| !(is_clock && restless > NEVER_AT_REST);
        let stirs = stirred.iter().zip(&before.restless).any(|(stirred, restless)| *stirred && counts(*restless));
        for (restless, stirred) in before.restless.iter_mut().zip(stirred) {
            *restless += NEW * (f32::from(u8::from(stirred)) - *restless);
        }
        stirs
    }
}

/// Of each cell, row by row; what is left over at the right and at the bottom is part of none.
fn means(small: &Small) -> Vec<f32> {
    let (columns, rows) = ((small.width / CELL).max(1), (small.height / CELL).max(1));
    let (width, height) = (CELL.min(small.width), CELL.min(small.height));
    let mut sums = vec![0_u32; columns * rows];
    for (y, row) in small.luma.chunks_exact(small.width).take(rows * height).enumerate() {
        let sums = &mut sums[y / height * columns..][..columns];
        for (sum, cell) in sums.iter_mut().zip(row.chunks_exact(width)) {
            *sum += cell.iter().map(|luma| u32::from(*luma)).sum::<u32>();
        }
    }
    sums.into_iter().map(|sum| sum as f32 / (width * height) as f32).collect()
}

fn median(mut values: Vec<f32>) -> f32 {
    let middle = values.len() / 2;
    *values.select_nth_unstable_by(middle, f32::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::vision::Plane;

    /// A picture with noise of σ 6 on a slope of grey.
    struct Street {
        seed: u32,
        luma: Vec<u8>,
    }

    const SIZE: [u32; 2] = [640, 360];

    impl Street {
        fn new() -> Self {
            Self { seed: 1, luma: Vec::new() }
        }

        fn noise(&mut self) -> f32 {
            let mut next = || {
                self.seed = self.seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (self.seed >> 16) as f32 / 65_536.0
            };
            (next() + next() + next() - 1.5) * 12.0
        }

        /// `brighter` by so many levels, with dark patches at these corners, 8 × 24 px each.
        fn looks(&mut self, stir: &mut Stir, brighter: f32, patches: &[[u32; 2]]) -> bool {
            self.luma.clear();
            for y in 0..SIZE[1] {
                for x in 0..SIZE[0] {
                    let is_in =
                        |[left, top]: &[u32; 2]| (*left..left + 8).contains(&x) && (*top..top + 24).contains(&y);
                    let dark = if patches.iter().any(is_in) { 60.0 } else { 0.0 };
                    let luma = 80.0 + y as f32 / 4.0 + brighter - dark + self.noise();
                    self.luma.push(luma.clamp(0.0, 255.0) as u8);
                }
            }
            let plane = Plane { data: &self.luma, stride: SIZE[0] as usize };
            stir.look(&Frame::new(SIZE[0], SIZE[1], plane, None).expect("whole"))
        }
    }

    #[test]
    fn who_comes_far_away_stirs_and_noise_and_a_lamp_do_not() {
        let (mut street, mut stir) = (Street::new(), Stir::default());
        assert!(street.looks(&mut stir, 0.0, &[]), "nothing is known of the first");
        for _ in 0..20 {
            assert!(!street.looks(&mut stir, 0.0, &[]), "noise");
        }
        assert!(street.looks(&mut stir, 0.0, &[[300, 200]]), "somebody comes");
        assert!(!street.looks(&mut stir, 0.0, &[[300, 200]]), "and stands");
        assert!(street.looks(&mut stir, 0.0, &[]), "and goes");
        assert!(!street.looks(&mut stir, 40.0, &[]), "a lamp");
    }

    #[test]
    fn a_clock_in_the_picture_is_soon_nothing_and_a_busy_street_never() {
        let (mut street, mut stir) = (Street::new(), Stir::default());
        let clock = |second: u32| [8 + 8 * (second % 2), 8];
        let busy = |second: u32| (0..16).map(|n| [40 * n + 16 * (second % 2), 200]).collect::<Vec<_>>();
        for second in 0..40 {
            street.looks(&mut stir, 0.0, &[clock(second)]);
        }
        assert!(!street.looks(&mut stir, 0.0, &[clock(40)]), "the clock alone");
        assert!(street.looks(&mut stir, 0.0, &[clock(41), [300, 200]]), "somebody beside it");
        for second in 0..40 {
            let mut patches = busy(second);
            patches.push(clock(second));
            assert!(second == 0 || street.looks(&mut stir, 0.0, &patches), "{second}");
        }
    }
}
