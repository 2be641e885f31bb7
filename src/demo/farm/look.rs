//! What a camera's picture may look like.

use crate::scene::Picture;

/// What stands before or happens to a lens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, strum::EnumIter)]
pub enum Look {
    Clear,
    /// The same picture, over and over.
    Frozen,
    Black,
    /// Something dark and without a pattern right before the lens.
    Covered,
    Blurred,
    /// The camera looks another way.
    Turned,
    /// A quarter of the size: the stream's parameters change.
    Small,
}

impl Look {
    /// The picture as it looks then. What changes from one picture to the next is the scene's.
    #[must_use]
    pub fn of(self, clear: &Picture) -> Picture {
        let mut seen = clear.clone();
        match self {
            Self::Clear | Self::Frozen => {}
            Self::Black => veil(&mut seen, 16, 0),
            Self::Covered => veil(&mut seen, 42, 12),
            Self::Blurred => (0..3).for_each(|_| blur(&mut seen, 6)),
            Self::Turned => turn(&mut seen, clear),
            Self::Small => seen = quarter(clear),
        }
        seen
    }
}

/// Only a trace of the scene is left: one part of `parts`, none where that is 0.
fn veil(picture: &mut Picture, luma: u8, parts: u8) {
    for sample in &mut picture.y {
        *sample = luma + sample.checked_div(parts.saturating_mul(4)).unwrap_or(0);
    }
    picture.u.fill(128);
    picture.v.fill(128);
}

/// Each sample becomes the mean of those around it in its row, then in its column.
fn blur(picture: &mut Picture, radius: usize) {
    let (width, height) = (picture.width, picture.height);
    let window = 2 * radius + 1;
    let mean = |line: &[u8]| -> Vec<u8> {
        let at = |i: usize| usize::from(line[i.saturating_sub(radius).min(line.len() - 1)]);
        let mut sum: usize = (0..window).map(at).sum();
        (0..line.len())
            .map(|i| {
                let value = (sum / window) as u8;
                sum = sum + at(i + window) - at(i);
                value
            })
            .collect()
    };
    for row in picture.y.chunks_exact_mut(width) {
        let smooth = mean(row);
        row.copy_from_slice(&smooth);
    }
    for column in 0..width {
        let line: Vec<u8> = (0..height).map(|row| picture.y[row * width + column]).collect();
        mean(&line).into_iter().enumerate().for_each(|(row, value)| picture.y[row * width + column] = value);
    }
}

/// A tenth of the picture to the right and down; its edge goes on where there was nothing.
fn turn(picture: &mut Picture, clear: &Picture) {
    let (width, height) = (clear.width, clear.height);
    for y in 0..height {
        for x in 0..width {
            let from = (y + height / 10).min(height - 1) * width + (x + width / 10).min(width - 1);
            picture.y[y * width + x] = clear.y[from];
        }
    }
}

fn quarter(clear: &Picture) -> Picture {
    let mut small = Picture::new(clear.width / 2, clear.height / 2);
    let rows = small.y.chunks_exact_mut(clear.width / 2).enumerate();
    rows.for_each(|(y, row)| {
        row.iter_mut().enumerate().for_each(|(x, sample)| *sample = clear.y[2 * y * clear.width + 2 * x]);
    });
    small
}

#[cfg(test)]
mod tests {
    use super::*;
    use strum::IntoEnumIterator;

    #[test]
    fn every_look_but_the_small_one_has_the_size_of_the_scene() {
        let mut clear = Picture::new(64, 48);
        clear.y.iter_mut().enumerate().for_each(|(at, sample)| *sample = (at * 7 % 200) as u8);
        for look in Look::iter() {
            let seen = look.of(&clear);
            let size = if look == Look::Small { (32, 24) } else { (64, 48) };
            assert_eq!((seen.width, seen.height), size, "{look:?}");
            let is_as_clear = matches!(look, Look::Clear | Look::Frozen);
            assert_eq!(seen == clear, is_as_clear, "{look:?}");
        }
        assert!(Look::Black.of(&clear).y.iter().all(|sample| *sample == 16));
    }
}
