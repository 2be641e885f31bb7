//! What a moving thing is, by its size, its shape and its speed.

use super::{Kind, Perspective, PixelBox};

/// One look at a thing.
pub(super) struct Look<'a> {
    pub bbox: PixelBox,
    /// Pixels a second.
    pub speed: f32,
    /// Height of the picture in the same pixels.
    pub height: f32,
    pub perspective: Option<&'a Perspective>,
}

/// What all looks together say.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Evidence {
    /// Log odds of a vehicle against a person, within ±[`MOST`]: so that a thing may turn out otherwise.
    odds: f32,
    /// Looks at which the size was one that people or vehicles have, and others.
    plausible: f32,
    implausible: f32,
}

const MOST: f32 = 6.0;

impl Look<'_> {
    /// Pixels of a metre where it stands.
    fn metre(&self) -> Option<f32> {
        let (_, foot) = self.bbox.foot();
        self.perspective?.at(foot / self.height).map(|share| share * self.height)
    }

    /// Log odds of this look: above 0 for a vehicle.
    ///
    /// A person is about 0.6 m × 1.7 m, a car from 1.8 m × 1.6 m (from the front) to 4.5 m × 2 m; people walk at
    /// 1.4 m/s. The edges lie between them, on a logarithmic scale, as sizes err by factors. Without a perspective
    /// width to height is left, and speed in heights a second: about 0.8 for who walks.
    pub fn odds(&self) -> f32 {
        let PixelBox { w, h, .. } = self.bbox;
        let odds = if let Some(metre) = self.metre() {
            let (w, h, speed) = (w / metre, h / metre, self.speed / metre);
            2.5 * (w / 1.3).ln() + 1.2 * (w * h / 2.4).ln() + ((speed - 3.0) * 0.6).clamp(-0.5, 1.5)
        } else {
            2.2 * (1.1 * w / h).ln() + ((self.speed / h - 1.8) * 0.6).clamp(-0.5, 1.5)
        };
        odds.clamp(-2.0, 2.0)
    }

    /// Not cut off by a side of the picture: half a car is as slim as a person.
    pub fn is_whole(&self, width: f32) -> bool {
        self.bbox.x > 1.5 && self.bbox.x + self.bbox.w < width - 1.5
    }

    /// Large enough to be in somebody's way, and no streak of a shadow.
    pub fn could_be_left(&self) -> bool {
        let PixelBox { w, h, .. } = self.bbox;
        let large = self.metre().is_none_or(|metre| w.max(h) > 0.5 * metre && w.max(h) < 8.0 * metre);
        large && w.min(h) > 4.5 && w * h > 50.0 && w < 5.0 * h && h < 5.0 * w
    }

    fn is_plausible(&self) -> bool {
        let PixelBox { w, h, .. } = self.bbox;
        if let Some(metre) = self.metre() {
            let (w, h) = (w / metre, h / metre);
            // A pixel of the small picture more or less.
            let slack = 1.0 / metre;
            h > 0.9 - slack && h < 5.0 + slack && w < 14.0 && w > 0.25 - slack
        } else {
            self.perspective.is_none() && h < 0.9 * self.height && w < 5.0 * h && h < 6.0 * w
        }
    }
}

impl Evidence {
    pub fn add(&mut self, look: &Look<'_>) {
        if look.is_plausible() {
            self.plausible += 1.0;
            self.odds = (self.odds + 0.5 * look.odds()).clamp(-MOST, MOST);
        } else {
            self.implausible += 1.0;
        }
    }

    pub fn kind(&self) -> Kind {
        if self.odds > 0.0 { Kind::Vehicle } else { Kind::Person }
    }

    pub fn is_plausible(&self) -> bool {
        self.plausible > 2.0 * self.implausible
    }

    /// 0..=1: how clear the kind is, times how often the size was plausible.
    pub fn score(&self) -> f32 {
        let clear = 1.0 / (1.0 + (-self.odds.abs()).exp());
        clear * self.plausible / (self.plausible + self.implausible).max(1.0)
    }

    /// How clearly it is a vehicle, 0..=1.
    pub fn vehicle(&self) -> f32 {
        1.0 / (1.0 + (-self.odds).exp())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(w: f32, h: f32, speed: f32, perspective: Option<&Perspective>) -> (Kind, bool) {
        let mut evidence = Evidence::default();
        for _ in 0..8 {
            evidence.add(&Look { bbox: PixelBox { x: 50.0, y: 100.0, w, h }, speed, height: 180.0, perspective });
        }
        (evidence.kind(), evidence.is_plausible())
    }

    #[test]
    fn in_metres_a_walker_is_a_person_and_a_car_a_vehicle_from_every_side() {
        // A metre takes 18 px.
        let perspective = Perspective::new(|_| Some(0.1));
        let kind = |w: f32, h: f32, speed: f32| kind(w * 18.0, h * 18.0, speed * 18.0, Some(&perspective));
        assert_eq!(kind(0.6, 1.7, 1.4), (Kind::Person, true));
        assert_eq!(kind(0.9, 1.2, 1.0), (Kind::Person, true), "a child with a bag");
        assert_eq!(kind(1.8, 1.7, 8.0), (Kind::Vehicle, true));
        assert_eq!(kind(4.4, 1.6, 1.0), (Kind::Vehicle, true), "looking for a place to park");
        assert_eq!(kind(8.0, 3.2, 6.0), (Kind::Vehicle, true));
        assert!(!kind(0.3, 0.3, 1.0).1, "a cat");
        assert!(!kind(20.0, 9.0, 1.0).1, "a cloud's shadow");
    }

    #[test]
    fn without_a_perspective_shape_and_speed_decide() {
        assert_eq!(kind(12.0, 32.0, 25.0, None), (Kind::Person, true));
        assert_eq!(kind(60.0, 28.0, 90.0, None), (Kind::Vehicle, true));
    }
}
