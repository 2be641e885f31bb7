//! Smoke: what veils the street, softly, and rises.
//!
//! Smoke has no outline, so the way by blobs and tracks does not find it. What it does is take contrast away: light
//! mixes in, so the street's own pattern stays and becomes weaker, brighter where it was dark. Shadows leave the
//! contrast relative to the light as it is, and things bring edges of their own. So each block of the picture is asked
//! whether it is veiled, and a group of veiled blocks must last, grow upwards and flicker before it is told of.

use std::time::Duration;

use super::{
    PixelBox,
    background::{Background, SHIFT},
    light::Light,
    shrink::Small,
    sway::Sway,
};

/// Pixels of a block, across and down.
const SIDE: usize = 8;
/// The street must have a pattern for a veil to be seen: deviation in grey levels.
const LEAST_PATTERN: f32 = 5.0;
/// The share of the pattern that is left, at most; and how well it must still be the street's own, at least.
const MOST_LEFT: f32 = 0.88;
const LEAST_LIKENESS: f32 = 0.75;
/// Blocks of the smallest plume.
const LEAST_BLOCKS: u32 = 3;
/// Between two looks: smoke is slow.
const EVERY_S: f32 = 0.4;
/// How long a block must have been veiled, nearly always.
const LASTING_S: f32 = 5.0;
/// How long the street takes to be itself again where something has stood.
const MISTRUST_S: f32 = 45.0;

#[derive(Debug)]
pub(super) struct Plume {
    width: usize,
    /// Seconds for which each block has been veiled, less what it was not. Below 0 it is not to be trusted yet.
    veiled_s: Vec<f32>,
    /// What was left of the pattern at the last look, and how much that changes from look to look.
    left: Vec<f32>,
    flicker: Vec<f32>,
    owed_s: f32,
    /// Of the smoke that is there: its track, and since when.
    known: Option<(PixelBox, Duration)>,
    /// When something was last veiled long enough.
    seen: Duration,
}

/// A plume that has become one with this picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Smoke {
    pub bbox: PixelBox,
    pub score: f32,
    pub since: Duration,
}

impl Plume {
    pub fn new(width: usize, height: usize) -> Self {
        let blocks = (width / SIDE) * (height / SIDE);
        Self {
            width: width / SIDE,
            veiled_s: vec![0.0; blocks],
            left: vec![1.0; blocks],
            flicker: vec![0.0; blocks],
            owed_s: 0.0,
            known: None,
            seen: Duration::ZERO,
        }
    }

    pub fn start(&mut self) {
        self.veiled_s.fill(0.0);
        self.flicker.fill(0.0);
        self.left.fill(1.0);
        self.known = None;
    }

    /// Something stands here: the street as it was learned is not to be trusted for a while after it has left.
    pub fn mistrust(&mut self, place: &PixelBox) {
        for (block, veiled_s) in self.veiled_s.iter_mut().enumerate() {
            let (x, y) = ((block % self.width * SIDE) as f32, (block / self.width * SIDE) as f32);
            if (PixelBox { x, y, w: SIDE as f32, h: SIDE as f32 }).overlap(place) > 0.0 {
                *veiled_s = -MISTRUST_S;
            }
        }
    }

    pub fn look(
        &mut self,
        small: &Small,
        background: &Background,
        light: Light,
        sway: Sway,
        (elapsed_s, at): (f32, Duration),
    ) -> Option<Smoke> {
        self.owed_s += elapsed_s;
        if self.owed_s < EVERY_S || self.width == 0 {
            return None;
        }
        let step_s = std::mem::take(&mut self.owed_s).min(2.0);
        for block in 0..self.veiled_s.len() {
            let (left, top) = (block % self.width * SIDE, block / self.width * SIDE);
            let remains = remains(small, background, light, sway, left, top);
            let is_veiled = remains.is_some_and(|remains| remains < MOST_LEFT);
            let veiled_s = &mut self.veiled_s[block];
            *veiled_s = if *veiled_s < 0.0 {
                (*veiled_s + step_s).min(0.0)
            } else if is_veiled {
                (*veiled_s + step_s).min(2.0 * LASTING_S)
            } else {
                (*veiled_s - 1.5 * step_s).max(0.0)
            };
            let remains = remains.unwrap_or(1.0);
            self.flicker[block] += 0.2 * ((remains - self.left[block]).abs() - self.flicker[block]);
            self.left[block] = remains;
        }
        self.judge(at)
    }

    /// The largest group is enough: two fires at a time are told of as one.
    fn judge(&mut self, at: Duration) -> Option<Smoke> {
        let mut blocks = 0u32;
        let mut flicker = 0.0;
        let mut bounds: Option<[usize; 4]> = None;
        let seed = (0..self.veiled_s.len()).max_by(|a, b| self.veiled_s[*a].total_cmp(&self.veiled_s[*b]))?;
        if self.veiled_s[seed] >= LASTING_S {
            // Grows from the longest veiled block over neighbours, row by row up and down, without a queue.
            let mut grown = [seed % self.width, seed / self.width, seed % self.width, seed / self.width];
            loop {
                let wider = self.grown(grown);
                if wider == grown {
                    break;
                }
                grown = wider;
            }
            let [x0, y0, x1, y1] = grown;
            for (x, y) in (y0..=y1).flat_map(|y| (x0..=x1).map(move |x| (x, y))) {
                let block = y * self.width + x;
                if self.veiled_s[block] > LASTING_S / 2.0 {
                    blocks += 1;
                    flicker += self.flicker[block];
                }
            }
            bounds = Some(grown);
        }
        let flicker = flicker / blocks.max(1) as f32;
        let [x0, y0, x1, y1] = match bounds {
            Some(bounds) if blocks >= LEAST_BLOCKS => bounds,
            _ => {
                if at.saturating_sub(self.seen) > Duration::from_secs(10) {
                    self.known = None;
                }
                return None;
            }
        };
        self.seen = at;
        let [x, y, right, bottom] = [x0, y0, x1 + 1, y1 + 1].map(|edge| (edge * SIDE) as f32);
        let bbox = PixelBox { x, y, w: right - x, h: bottom - y };
        // Plumes stand; haze lies.
        let stands = bbox.h > 0.6 * bbox.w;
        if self.known.is_some() || !stands || !(0.012..0.4).contains(&flicker) {
            return None;
        }
        let since = at.saturating_sub(Duration::from_secs_f32(LASTING_S));
        self.known = Some((bbox, since));
        let score = (0.45 + 0.03 * blocks as f32 + 4.0 * flicker).min(0.95);
        Some(Smoke { bbox, score, since })
    }

    /// A rectangle of blocks, widened by each side beyond which something is veiled.
    fn grown(&self, [x0, y0, x1, y1]: [usize; 4]) -> [usize; 4] {
        let rows = self.veiled_s.len() / self.width;
        let veiled = |x: usize, y: usize| self.veiled_s[y * self.width + x] > LASTING_S / 2.0;
        let column = |x: usize| (y0..=y1).any(|y| veiled(x, y));
        let row = |y: usize| (x0..=x1).any(|x| veiled(x, y));
        [
            x0 - usize::from(x0 > 0 && column(x0 - 1)),
            y0 - usize::from(y0 > 0 && row(y0 - 1)),
            x1 + usize::from(x1 + 1 < self.width && column(x1 + 1)),
            y1 + usize::from(y1 + 1 < rows && row(y1 + 1)),
        ]
    }
}

/// What remains of the street's pattern in a block, 1 for all. `None` where there is no pattern, or another.
fn remains(small: &Small, background: &Background, light: Light, sway: Sway, left: usize, top: usize) -> Option<f32> {
    let (mut street_sum, mut seen_sum, mut street_2, mut seen_2, mut both) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for y in top..top + SIDE {
        let seen_y = y.checked_add_signed(sway.y.into())?;
        for x in left..left + SIDE {
            let seen_x = x.checked_add_signed(sway.x.into())?;
            let mean = *background.mean.get(y * small.width + x)?;
            let street = f32::from(mean + light.on(mean)) / f32::from(1u8 << SHIFT);
            let seen = f32::from(*small.luma.get(seen_y * small.width + seen_x)?);
            street_sum += street;
            seen_sum += seen;
            street_2 += street * street;
            seen_2 += seen * seen;
            both += street * seen;
        }
    }
    let count = (SIDE * SIDE) as f32;
    let (street_mean, seen_mean) = (street_sum / count, seen_sum / count);
    let street_2 = street_2 / count - street_mean * street_mean;
    let seen_2 = seen_2 / count - seen_mean * seen_mean;
    let both = both / count - street_mean * seen_mean;
    if street_2 < LEAST_PATTERN * LEAST_PATTERN || seen_2 <= 0.0 {
        return None;
    }
    let likeness = both / (street_2 * seen_2).sqrt();
    // Darker with less contrast is a shadow: only what is beyond the light's own share counts.
    let shade = (seen_mean / street_mean.max(8.0)).min(1.0);
    (likeness > LEAST_LIKENESS).then(|| both / street_2 / shade)
}
