//! The colours themselves.

use super::{
    Domain, Scale,
    scale::{Levels, MOST_DIFFERENCE, NO_DIFFERENCE},
};

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

/// Colours of a difference: purple for less, orange for more, which no eyes take for each other. None is transparent.
fn difference_palette() -> [[u8; 4]; 256] {
    const MOST_OPAQUE: f64 = 225.0;
    /// Of the way to the end, where the colours reach their full strength.
    const FULL: f64 = 0.5;
    /// Of the gradient, from its middle: its ends are too dark to be seen on a dark map.
    const REACH: f64 = 0.36;
    std::array::from_fn(|level| {
        let share = (level as f64 - f64::from(NO_DIFFERENCE)) / f64::from(MOST_DIFFERENCE);
        let color = colorous::PURPLE_ORANGE.eval_continuous(0.5 + REACH * share);
        let strength = (share.abs() / FULL).min(1.0);
        [color.r, color.g, color.b, (MOST_OPAQUE * strength).round() as u8]
    })
}

/// From the values of a picture to its colours.
#[derive(Debug, Clone)]
pub struct Coloring {
    scale: Scale,
    domain: Domain,
    palette: [[u8; 4]; 256],
    /// Of differences, which may be below zero.
    is_signed: bool,
}

impl Coloring {
    /// Stops of a legend.
    const STOPS: u16 = 9;

    #[must_use]
    pub fn of_densities(scale: Scale, domain: Domain, ramp: Ramp) -> Self {
        Self { scale, domain, palette: ramp.palette(), is_signed: false }
    }

    #[must_use]
    pub fn of_differences(scale: Scale, domain: Domain) -> Self {
        Self { scale, domain, palette: difference_palette(), is_signed: true }
    }

    /// The lowest and the highest value that have a colour of their own.
    #[must_use]
    pub fn range(&self) -> [f32; 2] {
        let max = self.domain.max();
        [if self.is_signed { -max } else { 0.0 }, max]
    }

    /// Red, green, blue, opacity by level.
    #[must_use]
    pub fn palette(&self) -> &[[u8; 4]; 256] {
        &self.palette
    }

    /// The levels of many values.
    #[must_use]
    pub fn levels(&self) -> Levels {
        if self.is_signed { self.scale.signed_levels(self.domain) } else { self.scale.levels(self.domain) }
    }

    /// Red, green, blue, opacity of one value.
    #[must_use]
    pub fn color(&self, value: f32) -> [u8; 4] {
        let level = if self.is_signed { Scale::signed_level } else { Scale::level };
        self.palette[usize::from(level(self.scale, value, self.domain))]
    }

    /// Values from the lowest to the highest, with as many colours between each and the next.
    pub fn stops(&self) -> impl Iterator<Item = (f32, [u8; 4])> {
        let value = if self.is_signed { Scale::signed_value } else { Scale::value };
        let lowest = u8::from(self.is_signed);
        (0..Self::STOPS).map(move |i| {
            let level = ((i * 32).min(255) as u8).max(lowest);
            (value(self.scale, level, self.domain), self.palette[usize::from(level)])
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_transparent_and_more_is_never_fainter() {
        for ramp in [Ramp::Inferno, Ramp::Cividis, Ramp::Viridis] {
            let palette = ramp.palette();
            assert_eq!(palette[0][3], 0);
            assert!(palette.windows(2).all(|pair| pair[0][3] <= pair[1][3]), "{ramp}");
        }
    }

    #[test]
    fn less_is_purple_and_more_orange() {
        let coloring = Coloring::of_differences(Scale::Log1p, Domain::holding(50.0));
        let [less, none, more] = [-50.0, 0.0, 50.0].map(|value| coloring.color(value));
        assert!(less[2] > less[0] && more[0] > more[2], "{less:?} {more:?}");
        assert_eq!((none[3], coloring.range()), (0, [-50.0, 50.0]));
        let stops: Vec<f32> = coloring.stops().map(|(value, _)| value).collect();
        assert_eq!((stops[0], stops[4], stops[8]), (-50.0, 0.0, 50.0));
        assert!(stops.is_sorted(), "{stops:?}");
    }
}
