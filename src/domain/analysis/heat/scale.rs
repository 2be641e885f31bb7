//! From densities to places among 256 colours.

/// How densities are shared out among the colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, strum::EnumString, strum::VariantNames, strum::Display)]
#[strum(serialize_all = "lowercase")]
pub enum Scale {
    /// The lower end gets more than its share: a street with one event is still seen beside one with fifty.
    #[default]
    Log1p,
    Linear,
}

/// The densities that the colours stand for: 0 to `max`, in the unit of the legend.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Domain {
    max: f32,
}

impl Domain {
    /// Of what fits, a density falls below this before the domain shrinks: one event more or less changes no colour.
    const SLACK: f32 = 0.8;

    /// Up to `max`; `None` if that is no positive number.
    #[must_use]
    pub fn up_to(max: f32) -> Option<Self> {
        (max.is_finite() && max > 0.0).then_some(Self { max })
    }

    /// The next of 1, 2, 5, 10, 20, … that holds the peak: a few events more do not change what a colour means.
    #[must_use]
    pub fn holding(peak: f32) -> Self {
        /// Where there is nothing, and less than which nobody tells apart.
        const LEAST: f64 = 1e-6;
        let peak = if peak > 0.0 && peak.is_finite() { f64::from(peak).max(LEAST) } else { 1.0 };
        let decade = 10f64.powf(peak.log10().floor());
        let steps = [1.0, 2.0, 5.0, 10.0].map(|step| (step * decade) as f32);
        let max = steps.into_iter().find(|max| peak as f32 <= *max);
        Self { max: max.unwrap_or(peak as f32) }
    }

    /// The domain for another peak: wider at once where the peak needs it, narrower only where it has fallen well below.
    #[must_use]
    pub fn following(self, peak: f32) -> Self {
        let next = Self::holding(peak);
        let has_fallen = peak < next.max * Self::SLACK;
        if next.max > self.max || has_fallen { next } else { self }
    }

    #[must_use]
    pub fn max(self) -> f32 {
        self.max
    }
}

impl Scale {
    /// How much more than its share the lower end gets.
    const STRETCH: f32 = 9.0;

    /// The place of a density among the 256 colours; 0 is nothing.
    #[must_use]
    pub fn level(self, density: f32, domain: Domain) -> u8 {
        (self.strength(density, domain) * 255.0).round().clamp(0.0, 255.0) as u8
    }

    /// The density that a colour stands for.
    #[must_use]
    pub fn value(self, level: u8, domain: Domain) -> f32 {
        self.density(f32::from(level) / 255.0, domain)
    }

    /// How far a density is on the way to the strongest colour.
    fn strength(self, density: f32, domain: Domain) -> f32 {
        let share = density / domain.max;
        match self {
            Self::Log1p => (Self::STRETCH * share).ln_1p() / Self::STRETCH.ln_1p(),
            Self::Linear => share,
        }
    }

    fn density(self, strength: f32, domain: Domain) -> f32 {
        let share = match self {
            Self::Log1p => (strength * Self::STRETCH.ln_1p()).exp_m1() / Self::STRETCH,
            Self::Linear => strength,
        };
        share * domain.max
    }

    /// The levels of many densities: looked up, since logarithms of two million pixels take longer than all the rest.
    #[must_use]
    pub fn levels(self, domain: Domain) -> Levels {
        let step = domain.max / Levels::STEPS as f32;
        let table = (0..=Levels::STEPS).map(|i| self.level(i as f32 * step, domain)).collect();
        Levels { table, per_density: step.recip(), zero: 0.5 }
    }

    /// The place of a difference among the 256 colours: 128 is none, above it is more.
    #[must_use]
    pub fn signed_level(self, difference: f32, domain: Domain) -> u8 {
        let strength = (self.strength(difference.abs(), domain) * MOST_DIFFERENCE).round().min(MOST_DIFFERENCE) as u8;
        if difference < 0.0 { NO_DIFFERENCE - strength } else { NO_DIFFERENCE + strength }
    }

    /// The difference that a colour stands for.
    #[must_use]
    pub fn signed_value(self, level: u8, domain: Domain) -> f32 {
        let strength = (f32::from(level) - f32::from(NO_DIFFERENCE)) / MOST_DIFFERENCE;
        self.density(strength.abs().min(1.0), domain).copysign(strength)
    }

    /// The same, looked up.
    #[must_use]
    pub fn signed_levels(self, domain: Domain) -> Levels {
        let step = domain.max / Levels::STEPS as f32;
        let value = |i: usize| (i as f32 - Levels::STEPS as f32) * step;
        let table = (0..=2 * Levels::STEPS).map(|i| self.signed_level(value(i), domain)).collect();
        Levels { table, per_density: step.recip(), zero: Levels::STEPS as f32 + 0.5 }
    }
}

/// The colours of a domain, by density.
pub struct Levels {
    table: Vec<u8>,
    per_density: f32,
    /// Where the table has nothing, and half a step.
    zero: f32,
}

/// The colour of no difference.
pub const NO_DIFFERENCE: u8 = 128;
/// Colours on either side of it.
pub const MOST_DIFFERENCE: f32 = 127.0;

impl Levels {
    /// A quarter of a colour to a step at the lower end.
    const STEPS: usize = 4096;

    #[must_use]
    pub fn of(&self, density: f32) -> u8 {
        let last = (self.table.len() - 1) as f32;
        self.table[(density * self.per_density + self.zero).clamp(0.0, last) as i32 as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_are_round_numbers_that_hold_the_peak() {
        let held = [(0.0, 1.0), (1.0, 1.0), (1.1, 2.0), (15.9, 20.0), (20.1, 50.0), (51.0, 100.0), (7_000.0, 10_000.0)];
        assert!((Domain::holding(0.03).max() - 0.05).abs() < 1e-6, "rates by the hour are small");
        for (peak, max) in held {
            assert_eq!(Domain::holding(peak).max(), max, "{peak}");
        }
        assert_eq!(Domain::up_to(0.0), None);
        assert_eq!(Domain::up_to(f32::NAN), None);
    }

    #[test]
    fn a_domain_grows_at_once_and_shrinks_late() {
        let domain = Domain::holding(50.0);
        assert_eq!(domain.following(51.0).max(), 100.0);
        assert_eq!(domain.following(19.0).max(), 50.0, "near the next step down");
        assert_eq!(domain.following(15.0).max(), 20.0);
        assert_eq!(Domain::holding(100.0).following(45.0).max(), 100.0);
    }

    #[test]
    fn levels_undo_values_and_keep_within_the_colours() {
        let domain = Domain::holding(50.0);
        for scale in [Scale::Log1p, Scale::Linear] {
            let levels = scale.levels(domain);
            for level in 0..=255 {
                let value = scale.value(level, domain);
                assert_eq!(scale.level(value, domain), level, "{scale}");
                assert!(levels.of(value).abs_diff(level) <= 1, "{scale}");
            }
            assert_eq!([0.0, 50.0, 5_000.0].map(|value| scale.level(value, domain)), [0, 255, 255]);
            assert_eq!([0.0, 50.0, 5_000.0].map(|value| levels.of(value)), [0, 255, 255]);
        }
    }

    #[test]
    fn a_difference_is_as_strong_below_zero_as_above() {
        let domain = Domain::holding(50.0);
        let levels = Scale::Log1p.signed_levels(domain);
        assert_eq!([-60.0, -50.0, 0.0, 50.0, 60.0].map(|value| levels.of(value)), [1, 1, 128, 255, 255]);
        assert_eq!([1, 128, 255].map(|level| Scale::Linear.signed_value(level, domain)), [-50.0, 0.0, 50.0]);
    }
}
