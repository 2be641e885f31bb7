//! What clouds, lamps and the camera's own exposure do to all of a picture at once.

use super::{
    background::{Background, SHIFT, share},
    shrink::Small,
};

/// One pixel in so many, across and down, is asked.
const STEP: usize = 4;

/// The picture is the street's mean, plus `offset`, plus `gain` times the mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Light {
    /// In 64ths of grey levels.
    pub offset: i16,
    /// In shares of 65,536.
    pub gain: i16,
}

/// How grey levels differ from the street's, among the dark or the bright half of it.
struct Half {
    /// By difference, −255..=255.
    counts: [u16; 511],
    count: u32,
    level_sum: u32,
}

impl Light {
    /// What it adds to a mean, both in 64ths of grey levels.
    pub fn on(self, mean: i16) -> i16 {
        self.offset + share(mean, self.gain)
    }

    /// By the median difference of the dark and that of the bright half of the street. Medians do not care about
    /// things in the picture as long as they cover less than half of either.
    pub fn of(small: &Small, background: &Background) -> Self {
        let level = |i: usize| background.mean[i] >> SHIFT;
        let pixels = || {
            let rows = (STEP / 2..small.height).step_by(STEP);
            rows.flat_map(|y| (STEP / 2..small.width).step_by(STEP).map(move |x| y * small.width + x))
        };
        let (count, sum) = pixels().fold((0, 0), |(n, sum), i| (n + 1, sum + i32::from(level(i))));
        if count == 0 {
            return Self::default();
        }
        let middle = (sum / count) as i16;
        let mut halves = [Half::new(), Half::new()];
        for i in pixels() {
            halves[usize::from(level(i) > middle)].count(level(i), i16::from(small.luma[i]));
        }
        let [dark, bright] = halves.map(|half| half.typical());
        let (gain, offset) = match (dark, bright) {
            (Some((x0, y0)), Some((x1, y1))) if x1 - x0 > 16.0 => {
                let gain = ((y1 - y0) / (x1 - x0)).clamp(-0.45, 0.45);
                (gain, y0 - gain * x0)
            }
            (Some((_, y0)), Some((_, y1))) => (0.0, f32::midpoint(y0, y1)),
            (Some((_, y)), None) | (None, Some((_, y))) => (0.0, y),
            (None, None) => (0.0, 0.0),
        };
        // Together with the gain's part this stays within what 16 bits hold.
        let offset = offset.clamp(-120.0, 120.0);
        Self { offset: (offset * 64.0) as i16, gain: (gain * 65_536.0) as i16 }
    }
}

impl Half {
    fn new() -> Self {
        Self { counts: [0; 511], count: 0, level_sum: 0 }
    }

    fn count(&mut self, level: i16, luma: i16) {
        let level = level.clamp(0, 255);
        self.counts[(luma - level + 255) as usize] += 1;
        self.count += 1;
        self.level_sum += level as u32;
    }

    /// The mean level and the median difference, between two grey levels where the count says so.
    fn typical(&self) -> Option<(f32, f32)> {
        const ENOUGH: u32 = 8;
        if self.count < ENOUGH {
            return None;
        }
        let half = self.count as f32 / 2.0;
        let mut below = 0.0;
        for (i, count) in self.counts.iter().enumerate() {
            let count = f32::from(*count);
            if below + count >= half {
                let median = i as f32 - 255.5 + (half - below) / count.max(1.0);
                // Half a grey level is what rounding does.
                let median = if median.abs() < 0.5 { 0.0 } else { median };
                return Some((self.level_sum as f32 / self.count as f32, median));
            }
            below += count;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn street() -> (Small, Background) {
        let luma: Vec<u8> = (0..80 * 60).map(|i| if i % 80 < 40 { 60 } else { 160 }).collect();
        let small = Small::of(80, luma);
        let mut background = Background::new(80, 60, 12);
        background.start(&small);
        (small, background)
    }

    #[test]
    fn an_unchanged_street_has_unchanged_light() {
        let (small, background) = street();
        assert_eq!(Light::of(&small, &background), Light::default());
    }

    #[test]
    fn gain_and_offset_are_found_although_a_bus_stands_in_the_picture() {
        let (mut small, background) = street();
        for (i, luma) in small.luma.iter_mut().enumerate() {
            *luma =
                if (10..30).contains(&(i % 80)) && i / 80 > 30 { 250 } else { (f32::from(*luma) * 1.2 + 8.0) as u8 };
        }
        let light = Light::of(&small, &background);
        assert!((f32::from(light.gain) / 65_536.0 - 0.2).abs() < 0.02, "{light:?}");
        assert!((f32::from(light.offset) / 64.0 - 8.0).abs() < 1.5, "{light:?}");
    }
}
