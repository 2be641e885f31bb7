//! What the street looks like when nothing is there, pixel by pixel.
//!
//! Every pixel has a running mean and a running mean deviation. What differs from the mean by more than three
//! deviations, and by more than a floor, is foreground. Everything is 16-bit and free of branches, so that the compiler
//! makes vectors of it; rates follow from time, not from the number of pictures.

use super::{PixelBox, light::Light, shrink::Small, sway::Sway};

/// Grey levels are kept in 64ths, so that sums of three of them fit 16 bits.
pub(super) const SHIFT: u32 = 6;
/// Deviations count up to 20 grey levels: beyond that a pixel would see nothing any more.
const MOST_DEVIATION: i16 = 20 << SHIFT;
/// Seconds in which the mean follows the street (time constants).
const FOLLOW_S: f32 = 15.0;
/// Under foreground: a parked car is still in front after its dwell, and becomes street some minutes later.
const FOLLOW_UNDER_FOREGROUND_S: f32 = 150.0;
const DEVIATION_S: f32 = 8.0;
/// Between two lessons. In 16 bits a rate per picture at 25 fps would be too small to move anything.
const LESSON_S: f32 = 0.2;

#[derive(Debug)]
pub(super) struct Background {
    pub width: usize,
    /// In 64ths of grey levels.
    pub mean: Vec<i16>,
    deviation: Vec<i16>,
    /// 1 is foreground.
    pub mask: Vec<u8>,
    floor: i16,
    /// Seconds since the first picture; what is young learns fast. `None` before it.
    age_s: Option<f32>,
    /// Seconds not learned from yet.
    owed_s: f32,
}

/// Shares of 65,536 that a lesson moves by.
#[derive(Clone, Copy)]
struct Rates {
    street: i16,
    foreground: i16,
    deviation: i16,
}

impl Background {
    /// `contrast` is the floor in grey levels.
    pub fn new(width: usize, height: usize, contrast: u8) -> Self {
        let size = width * height;
        Self {
            width,
            mean: vec![0; size],
            deviation: vec![0; size],
            mask: vec![0; size],
            floor: i16::from(contrast) << SHIFT,
            age_s: None,
            owed_s: 0.0,
        }
    }

    /// `None` before the first picture.
    pub fn age_s(&self) -> Option<f32> {
        self.age_s
    }

    /// Takes the picture for the street as it is now.
    pub fn start(&mut self, small: &Small) {
        for (mean, luma) in self.mean.iter_mut().zip(&small.luma) {
            *mean = i16::from(*luma) << SHIFT;
        }
        self.deviation.fill(3 << SHIFT);
        self.mask.fill(0);
        (self.age_s, self.owed_s) = (Some(0.0), 0.0);
    }

    /// Tells foreground from street and learns. Returns the foreground's share of the picture.
    pub fn compare(&mut self, small: &Small, light: Light, sway: Sway, elapsed_s: f32) -> f32 {
        let rates = self.rates(elapsed_s);
        let (width, height) = (self.width, self.mask.len() / self.width);
        let [left, right] = [sway.x.min(0), sway.x.max(0)].map(|edge| usize::from(edge.unsigned_abs()));
        let inner = width.saturating_sub(left + right);
        let mut foreground = 0usize;
        for row in 0..height {
            let seen = row.checked_add_signed(sway.y.into()).filter(|seen| *seen < height && inner > 0);
            // What has swayed out of sight is street.
            let line = &mut self.mask[row * width..(row + 1) * width];
            let Some(seen) = seen else {
                line.fill(0);
                continue;
            };
            line[..left].fill(0);
            line[left + inner..].fill(0);
            let span = row * width + left..row * width + left + inner;
            let mask = &mut self.mask[span.clone()];
            let from = seen * width + right;
            let luma = &small.luma[from..from + inner];
            compare_row(luma, &mut self.mean[span.clone()], &mut self.deviation[span], mask, self.floor, light, rates);
            foreground += mask.chunks(255).map(|part| usize::from(part.iter().sum::<u8>())).sum::<usize>();
        }
        foreground as f32 / self.mask.len() as f32
    }

    /// Makes street of what is there now: something was taken away.
    pub fn accept(&mut self, small: &Small, place: &PixelBox) {
        let within = |value: f32, most: usize| (value.max(0.0) as usize).min(most);
        let (left, right) = (within(place.x - 2.0, self.width), within(place.x + place.w + 2.0, self.width));
        let (top, bottom) = (within(place.y - 2.0, small.height), within(place.y + place.h + 2.0, small.height));
        for row in top..bottom {
            let span = row * self.width + left..row * self.width + right;
            for (mean, luma) in self.mean[span.clone()].iter_mut().zip(&small.luma[span.clone()]) {
                *mean = i16::from(*luma) << SHIFT;
            }
            self.mask[span].fill(0);
        }
    }

    fn rates(&mut self, elapsed_s: f32) -> Rates {
        let age_s = self.age_s.unwrap_or(0.0) + elapsed_s;
        self.age_s = Some(age_s);
        self.owed_s += elapsed_s;
        if self.owed_s < LESSON_S {
            return Rates { street: 0, foreground: 0, deviation: 0 };
        }
        let owed_s = std::mem::take(&mut self.owed_s);
        // At first as fast as the age allows, so that who walked through the first picture soon leaves no trace.
        let rate = |constant_s: f32, youth_s: f32| {
            let constant_s = constant_s.min(youth_s).max(0.3);
            ((1.0 - (-owed_s / constant_s).exp()) * 65_536.0).min(32_767.0) as i16
        };
        Rates {
            street: rate(FOLLOW_S, age_s),
            foreground: rate(FOLLOW_UNDER_FOREGROUND_S, age_s * if age_s < 4.0 { 1.5 } else { 12.0 }),
            deviation: rate(DEVIATION_S, age_s),
        }
    }
}

/// The upper half of the product: `a` times a share of 65,536.
pub(super) fn share(a: i16, b: i16) -> i16 {
    ((i32::from(a) * i32::from(b)) >> 16) as i16
}

fn compare_row(
    luma: &[u8],
    mean: &mut [i16],
    deviation: &mut [i16],
    mask: &mut [u8],
    floor: i16,
    light: Light,
    rates: Rates,
) {
    let pixels = luma.iter().zip(mean).zip(deviation).zip(mask);
    for (((luma, mean), deviation), mask) in pixels {
        let lit = light.on(*mean);
        let difference = (i16::from(*luma) << SHIFT) - *mean - lit;
        let distance = difference.abs();
        let is_new = -i16::from(distance > (*deviation * 3).max(floor));
        let was_new = -i16::from(*mask);
        // What comes and goes again and again, like leaves, is noise: each coming raises the deviation.
        let arrival = (distance >> 3) & is_new & !was_new;
        let calm = share(distance - *deviation, rates.deviation) & !is_new;
        *deviation = (*deviation + calm + arrival).clamp(0, MOST_DEVIATION);
        // The light changes the street under foreground, too.
        let rate = (rates.foreground & is_new) | (rates.street & !is_new);
        *mean += share(lit, rates.street) + share(difference, rate);
        *mask = (is_new & 1) as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small(luma: Vec<u8>) -> Small {
        Small::of(16, luma)
    }

    fn seen(background: &mut Background, luma: u8, seconds: f32) -> f32 {
        background.compare(&small(vec![luma; 256]), Light::default(), Sway::default(), seconds)
    }

    fn empty_street() -> Background {
        let mut background = Background::new(16, 16, 12);
        background.start(&small(vec![100; 256]));
        for _ in 0..100 {
            assert_eq!(seen(&mut background, 100, 0.1), 0.0);
        }
        background
    }

    #[test]
    fn what_differs_clearly_is_foreground_and_stays_it_for_longer_than_a_dwell() {
        let mut background = empty_street();
        assert_eq!(seen(&mut background, 110, 0.1), 0.0);
        for _ in 0..300 {
            assert_eq!(seen(&mut background, 140, 0.1), 1.0);
        }
    }

    #[test]
    fn what_stays_for_minutes_becomes_street() {
        let mut background = empty_street();
        let share = (0..4000).map(|_| seen(&mut background, 140, 0.1)).last();
        assert_eq!(share, Some(0.0));
    }

    #[test]
    fn leaves_that_come_and_go_are_street() {
        let mut background = empty_street();
        let shares: Vec<f32> =
            (0..200).map(|i| seen(&mut background, if i % 4 < 2 { 100 } else { 125 }, 0.1)).collect();
        assert!(shares[100..].iter().all(|share| *share == 0.0));
    }

    #[test]
    fn learning_follows_time_and_not_the_number_of_pictures() {
        let brightness_after_ten_seconds = |fps: u16| {
            let mut background = empty_street();
            for _ in 0..10 * fps {
                seen(&mut background, 108, 1.0 / f32::from(fps));
            }
            f32::from(background.mean[0]) / 64.0
        };
        assert!((brightness_after_ten_seconds(1) - brightness_after_ten_seconds(25)).abs() < 0.5);
    }

    #[test]
    fn a_swayed_picture_is_compared_where_it_belongs() {
        let luma = |x: usize, y: usize| (60 + x * 9 + y * 3) as u8;
        let street = |dx: usize, dy: usize| small((0..256).map(|i| luma(i % 16 + dx, i / 16 + dy)).collect());
        for (x, y) in [(1, 0), (-2, 1), (2, -2), (0, 2)] {
            let mut background = Background::new(16, 16, 12);
            background.start(&street(2, 2));
            // Content that stood at (i + x, j + y) of the background is now seen at (i, j) of the picture.
            let swayed = street((2 - x) as usize, (2 - y) as usize);
            let sway = Sway { x: x as i16, y: y as i16 };
            assert_eq!(background.compare(&swayed, Light::default(), sway, 0.1), 0.0, "{x} {y}");
        }
    }
}
