//! Foreground in cells of 4 × 4 pixels: speckles fall out, shadows are seen through, gaps in a coat close.

use super::{
    background::{Background, SHIFT},
    light::Light,
    shrink::Small,
    sway::Sway,
};

pub(super) const SIDE: usize = 4;
/// Of a cell's 16 pixels, for it to count on its own.
const VOTES: u8 = 5;
/// And beside one that does.
const VOTES_BESIDE: u8 = 2;
/// What a cell is: enough to begin a blob, or only to belong to one.
pub(super) const STRONG: u8 = 2;
pub(super) const WEAK: u8 = 1;
/// A shadow leaves of the street's light a share between these, the same for all of a cell to within a spread.
const SHADE: [f32; 2] = [0.45, 0.93];
const SHADE_SPREAD: f32 = 0.055;

#[derive(Debug)]
pub(super) struct Cells {
    pub width: usize,
    pub height: usize,
    /// Pixels of foreground.
    votes: Vec<u8>,
    /// [`STRONG`], [`WEAK`] or nothing. Flooding clears it.
    pub on: Vec<u8>,
}

impl Cells {
    pub fn new(width: usize, height: usize) -> Self {
        let (width, height) = (width.div_ceil(SIDE), height.div_ceil(SIDE));
        Self { width, height, votes: vec![0; width * height], on: vec![0; width * height] }
    }

    pub fn count(&mut self, background: &Background) {
        self.votes.fill(0);
        for (row, mask) in background.mask.chunks_exact(background.width).enumerate() {
            let votes = &mut self.votes[row / SIDE * self.width..][..self.width];
            let whole = mask.len() / SIDE;
            for (votes, pixels) in votes.iter_mut().zip(mask.chunks_exact(SIDE)) {
                *votes += pixels[0] + pixels[1] + pixels[2] + pixels[3];
            }
            if let Some(votes) = votes.get_mut(whole) {
                *votes += mask[whole * SIDE..].iter().sum::<u8>();
            }
        }
    }

    /// Decides cell by cell. A cell with few votes will count if a neighbour has many.
    pub fn decide(&mut self, small: &Small, background: &Background, light: Light, sway: Sway) {
        self.on.fill(0);
        for y in 0..self.height {
            for x in 0..self.width {
                let cell = y * self.width + x;
                let votes = self.votes[cell];
                if votes >= VOTES_BESIDE && !is_shade(small, background, light, sway, x * SIDE, y * SIDE) {
                    self.on[cell] = if votes >= VOTES { STRONG } else { WEAK };
                }
            }
        }
    }
}

/// The street's own pattern, only darker: each foreground pixel of the cell is the same share of what the street has
/// there.
fn is_shade(small: &Small, background: &Background, light: Light, sway: Sway, left: usize, top: usize) -> bool {
    let (mut count, mut sum, mut squares) = (0.0, 0.0, 0.0);
    for y in top..(top + SIDE).min(small.height) {
        for x in left..(left + SIDE).min(small.width) {
            let street = y * small.width + x;
            if background.mask[street] == 0 {
                continue;
            }
            let seen = (y.checked_add_signed(sway.y.into()), x.checked_add_signed(sway.x.into()));
            let (Some(seen_y), Some(seen_x)) = seen else { continue };
            let Some(luma) = small.luma.get(seen_y * small.width + seen_x) else { continue };
            let mean = background.mean[street];
            let expected = f32::from(mean + light.on(mean)) / f32::from(1u8 << SHIFT);
            let share = f32::from(*luma) / expected.max(8.0);
            count += 1.0;
            sum += share;
            squares += share * share;
        }
    }
    let mean: f32 = sum / f32::max(count, 1.0);
    let spread = (squares / f32::max(count, 1.0) - mean * mean).max(0.0).sqrt();
    (SHADE[0]..SHADE[1]).contains(&mean) && spread < SHADE_SPREAD
}
