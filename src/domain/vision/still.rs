//! Whether a thing still stands where it stood: an anchor of place and of appearance.

use std::time::Duration;

use super::{
    PixelBox,
    background::{Background, SHIFT},
    shrink::Small,
};

/// Samples of a patch, across and down.
const SIDE: usize = 16;
/// Correlation above which a patch is the same thing, whatever the light. Two different things seldom reach 0.5.
const SAME: f32 = 0.75;
/// How long somebody may stand in front of it.
const HIDDEN: Duration = Duration::from_secs(4);
/// How long something rests until it has an anchor.
pub(super) const REST: Duration = Duration::from_secs(2);
/// For how long it is asked whether it is a hole.
const DOUBT: Duration = Duration::from_secs(1);

/// Where something came to rest, and what it looked like.
#[derive(Debug, Clone)]
pub(super) struct Anchor {
    pub bbox: PixelBox,
    pub since: Duration,
    /// When it last looked like itself.
    seen: Duration,
    patch: [u8; SIDE * SIDE],
}

impl Anchor {
    /// `since` is when it came to rest.
    pub fn new(bbox: PixelBox, small: &Small, at: Duration, since: Duration) -> Self {
        Self { bbox, since, seen: at, patch: patch(small, &bbox) }
    }

    /// How long it has stood.
    pub fn age(&self, at: Duration) -> Duration {
        at.saturating_sub(self.since)
    }

    /// Looks again. `false` once it has looked different for longer than it takes to walk past.
    pub fn holds(&mut self, small: &Small, at: Duration) -> bool {
        if correlation(&self.patch, &patch(small, &self.bbox)) > SAME {
            self.seen = at;
        }
        at.saturating_sub(self.seen) < HIDDEN
    }

    /// Whether it has just come to rest, so that it may be a hole.
    pub fn is_new(&self, at: Duration) -> bool {
        self.age(at) < REST + DOUBT
    }

    /// Whether it looks like itself right now.
    pub fn is_in_sight(&self, at: Duration) -> bool {
        self.seen == at
    }
}

/// Samples of a rectangle and a margin around it: the outline is most of what tells a plain thing from the ground.
fn patch(small: &Small, bbox: &PixelBox) -> [u8; SIDE * SIDE] {
    let (w, h) = (bbox.w * 1.25, bbox.h * 1.25);
    let (x0, y0) = (bbox.x - bbox.w / 8.0, bbox.y - bbox.h / 8.0);
    std::array::from_fn(|i| {
        let x = x0 + ((i % SIDE) as f32 + 0.5) / SIDE as f32 * w;
        let y = y0 + ((i / SIDE) as f32 + 0.5) / SIDE as f32 * h;
        let (x, y) = ((x.max(0.0) as usize).min(small.width - 1), (y.max(0.0) as usize).min(small.height - 1));
        small.luma[y * small.width + x]
    })
}

/// Normalised cross-correlation, −1..=1: 1 for the same pattern, however bright and however strong.
fn correlation(a: &[u8], b: &[u8]) -> f32 {
    let count = a.len() as f32;
    let mean = |values: &[u8]| values.iter().map(|v| u32::from(*v)).sum::<u32>() as f32 / count;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let (mut both, mut own_a, mut own_b) = (0.0, 0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        let (a, b) = (f32::from(*a) - mean_a, f32::from(*b) - mean_b);
        both += a * b;
        own_a += a * a;
        own_b += b * b;
    }
    both / (own_a * own_b).sqrt().max(1.0)
}

/// Whether what is foreground here is a hole: something that was part of the street has gone. A thing has its outline
/// in the picture, a hole has it in the street as it was learned.
pub(super) fn is_hole(small: &Small, background: &Background, bbox: &PixelBox) -> bool {
    let (left, top) = (bbox.x.max(1.0) as usize, bbox.y.max(1.0) as usize);
    let right = ((bbox.x + bbox.w) as usize + 1).min(small.width.saturating_sub(1));
    let bottom = ((bbox.y + bbox.h) as usize + 1).min(small.height.saturating_sub(1));
    let (mut in_picture, mut in_street) = (0u32, 0u32);
    for y in top..bottom {
        for x in left..right {
            let i = y * small.width + x;
            for (before, after) in [(i - 1, i), (i - small.width, i)] {
                if background.mask[before] != background.mask[after] {
                    in_picture += u32::from(small.luma[before].abs_diff(small.luma[after]));
                    let step = background.mean[before].abs_diff(background.mean[after]);
                    in_street += u32::from(step >> SHIFT);
                }
            }
        }
    }
    in_street > 2 * in_picture
}

#[cfg(test)]
mod tests {
    use super::{
        super::{light::Light, sway::Sway},
        *,
    };

    fn picture(light: f32, has_box: bool) -> Small {
        let luma = |x: usize, y: usize| {
            let boxed = has_box && (20..40).contains(&x) && (10..30).contains(&y);
            let street = 80.0 + (x * 7 % 13 + y * 5 % 11) as f32;
            ((if boxed { 150.0 + (x % 5 * 4) as f32 } else { street }) * light) as u8
        };
        Small::of(64, (0..64 * 48).map(|i| luma(i % 64, i / 64)).collect())
    }

    const BOX: PixelBox = PixelBox { x: 20.0, y: 10.0, w: 20.0, h: 20.0 };

    #[test]
    fn a_thing_stays_itself_in_other_light_and_is_gone_when_it_has_gone() {
        let at = Duration::from_secs;
        let mut anchor = Anchor::new(BOX, &picture(1.0, true), at(0), at(0));
        assert!(anchor.holds(&picture(0.6, true), at(30)) && anchor.is_in_sight(at(30)));
        assert!(anchor.holds(&picture(0.6, false), at(32)), "somebody may stand before it");
        assert!(!anchor.holds(&picture(0.6, false), at(40)));
    }

    #[test]
    fn what_was_taken_away_leaves_a_hole_and_what_was_brought_does_not() {
        for (before, after) in [(true, false), (false, true)] {
            let mut background = Background::new(64, 48, 12);
            background.start(&picture(1.0, before));
            for _ in 0..100 {
                background.compare(&picture(1.0, before), Light::default(), Sway::default(), 0.1);
            }
            let seen = picture(1.0, after);
            background.compare(&seen, Light::default(), Sway::default(), 0.1);
            assert_eq!(is_hole(&seen, &background, &BOX), before);
        }
    }
}
