//! From densities to colours.

/// The densities that the colours stand for: 0 to `max` events per square kilometre, on a logarithmic scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Domain {
    max: f32,
}

impl Domain {
    /// How much more than its share the lower end gets: a street with one event is still seen beside one with fifty.
    const STRETCH: f32 = 9.0;

    /// Up to `max` events per square kilometre; `None` if that is no positive number.
    #[must_use]
    pub fn up_to(max: f32) -> Option<Self> {
        (max.is_finite() && max > 0.0).then_some(Self { max })
    }

    /// The next of 1, 2, 5, 10, 20, … that holds the peak: a few events more do not change what a colour means.
    #[must_use]
    pub fn holding(peak: f32) -> Self {
        let peak = if peak.is_finite() { f64::from(peak.max(1.0)) } else { 1.0 };
        let decade = 10f64.powf(peak.log10().floor());
        let max = [1.0, 2.0, 5.0, 10.0].map(|step| step * decade).into_iter().find(|max| peak <= *max);
        Self { max: max.unwrap_or(peak) as f32 }
    }

    #[must_use]
    pub fn max(self) -> f32 {
        self.max
    }

    /// The place of a density among the 256 colours; 0 is nothing.
    #[must_use]
    pub fn level(self, density: f32) -> u8 {
        let share = (Self::STRETCH * density / self.max).ln_1p() / Self::STRETCH.ln_1p();
        (share * 255.0).round().clamp(0.0, 255.0) as u8
    }

    /// The density that a colour stands for.
    #[must_use]
    pub fn value(self, level: u8) -> f32 {
        (f32::from(level) / 255.0 * Self::STRETCH.ln_1p()).exp_m1() / Self::STRETCH * self.max
    }
}

/// Colours that people with any eyes can put in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, strum::EnumString, strum::VariantNames, strum::Display)]
#[strum(serialize_all = "lowercase")]
pub enum Ramp {
    #[default]
    Inferno,
    Cividis,
    Viridis,
}

impl Ramp {
    /// Red, green, blue, alpha by level. Nothing is transparent, little is faint, so that the map stays readable.
    #[must_use]
    pub fn palette(self) -> [[u8; 4]; 256] {
        /// The darkest colours would be holes in a dark map.
        const DARKEST: f64 = 0.2;
        const MOST_OPAQUE: f64 = 225.0;
        /// Where the colours reach their full strength.
        const FULL: f64 = 0.45;
        let gradient = match self {
            Self::Inferno => colorous::INFERNO,
            Self::Cividis => colorous::CIVIDIS,
            Self::Viridis => colorous::VIRIDIS,
        };
        std::array::from_fn(|level| {
            let share = level as f64 / 255.0;
            let color = gradient.eval_continuous(DARKEST + (1.0 - DARKEST) * share);
            let strength = (share / FULL).min(1.0);
            let alpha = MOST_OPAQUE * strength * strength * (3.0 - 2.0 * strength);
            [color.r, color.g, color.b, alpha.round() as u8]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_are_round_numbers_that_hold_the_peak() {
        let held = [(0.0, 1.0), (1.0, 1.0), (1.1, 2.0), (15.9, 20.0), (20.1, 50.0), (51.0, 100.0), (7_000.0, 10_000.0)];
        for (peak, max) in held {
            assert_eq!(Domain::holding(peak).max(), max, "{peak}");
        }
        assert_eq!(Domain::up_to(0.0), None);
        assert_eq!(Domain::up_to(f32::NAN), None);
    }

    #[test]
    fn levels_undo_values_and_keep_within_the_colours() {
        let domain = Domain::holding(50.0);
        for level in 0..=255 {
            assert_eq!(domain.level(domain.value(level)), level);
        }
        assert_eq!((domain.level(0.0), domain.level(50.0), domain.level(5_000.0)), (0, 255, 255));
    }

    #[test]
    fn nothing_is_transparent_and_more_is_never_fainter() {
        for ramp in [Ramp::Inferno, Ramp::Cividis, Ramp::Viridis] {
            let palette = ramp.palette();
            assert_eq!(palette[0][3], 0);
            assert!(palette.windows(2).all(|pair| pair[0][3] <= pair[1][3]), "{ramp}");
        }
    }
}
