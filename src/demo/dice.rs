//! Chance that falls the same way on every machine.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// The one seed of the demo site.
const SEED: [u8; 32] = *b"gridwatch demo site, street 2026";

/// Random draws for one subject of the site.
///
/// Each subject has a stream of its own: a change to the cameras does not redraw the buildings, so a diff of the
/// site's files shows what was changed and nothing else. ChaCha8 and the arithmetic here are the same on every
/// platform and in every version of the crates; ready-made distributions do not promise that.
pub struct Dice(ChaCha8Rng);

impl Dice {
    /// The draws that belong to `subject`.
    pub fn of(subject: &str) -> Self {
        let mut rng = ChaCha8Rng::from_seed(SEED);
        // FNV-1a, because the hashers of std promise no stable values.
        let stream = subject
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        rng.set_stream(stream);
        Self(rng)
    }

    /// Evenly from `[0, 1)`.
    pub fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Evenly from `[low, high)`.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// Evenly from `0..count`; 0 when there is nothing to choose from.
    pub fn below(&mut self, count: usize) -> usize {
        ((self.unit() * count as f64) as usize).min(count.saturating_sub(1))
    }

    /// A whole number from `low` to `high`, both included.
    pub fn whole(&mut self, low: u32, high: u32) -> u32 {
        low + self.below((high - low + 1) as usize) as u32
    }

    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// Roughly normal around zero with standard deviation 1: the sum of twelve even draws needs no logarithm, whose
    /// last digit differs from platform to platform.
    pub fn bell(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }

    /// One of `choices`, which must not be empty.
    pub fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len())]
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_draw_apart_and_always_the_same() {
        let draw = |subject: &str| {
            let mut dice = Dice::of(subject);
            [dice.below(1_000_000), dice.below(1_000_000)]
        };
        assert_eq!(draw("cameras"), draw("cameras"));
        assert_ne!(draw("cameras"), draw("buildings"));
    }

    #[test]
    fn draws_keep_their_limits() {
        let mut dice = Dice::of("limits");
        for _ in 0..10_000 {
            assert!((3..=5).contains(&dice.whole(3, 5)));
            assert!(dice.below(7) < 7);
            assert!((2.0..4.0).contains(&dice.between(2.0, 4.0)));
        }
    }
}
