//! What one picture says of the lens in front of it.

use crate::domain::vision::shrink::Small;

/// Figures of one picture, each 0..=1 except where it says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Measure {
    /// Share of pixels as dark as with the lens cap on.
    pub dark: f32,
    /// Share of pixels that are all light.
    pub bright: f32,
    /// Standard deviation of luma, in grey levels.
    pub contrast: f32,
    /// Share of pixels where something ends: neighbours two apart differ clearly. Noise does not, and what is out of focus
    /// has none.
    pub edges: f32,
}

/// Video's black is 16.
const DARK: u8 = 40;
/// Video's white is 235.
const BRIGHT: u8 = 228;
const EDGE: i16 = 20;

impl Measure {
    pub fn of(small: &Small) -> Self {
        let count = small.luma.len().max(1) as f32;
        let mut levels = [0_u32; 256];
        small.luma.iter().for_each(|luma| levels[usize::from(*luma)] += 1);
        let share = |levels: &[u32]| levels.iter().sum::<u32>() as f32 / count;
        let moment = |power: i32| {
            let each = levels.iter().enumerate().map(|(level, count)| (level as f32).powi(power) * *count as f32);
            each.sum::<f32>() / count
        };
        let mean = moment(1);
        Self {
            dark: share(&levels[..=usize::from(DARK)]),
            bright: share(&levels[usize::from(BRIGHT)..]),
            contrast: (moment(2) - mean * mean).max(0.0).sqrt(),
            edges: edges(small) as f32 / count,
        }
    }
}

fn edges(small: &Small) -> usize {
    let width = small.width;
    let rows = small.luma.chunks_exact(width);
    let pairs = rows.clone().zip(rows.skip(2));
    let differ = |a: u8, b: u8| (i16::from(a) - i16::from(b)).abs() >= EDGE;
    let of_rows = |(upper, lower): (&[u8], &[u8])| {
        let across = upper.iter().zip(&upper[2.min(width)..]);
        let down = upper.iter().zip(lower);
        across.zip(down).filter(|((a, b), (c, d))| differ(**a, **b) || differ(**c, **d)).count()
    };
    pairs.map(of_rows).sum()
}
