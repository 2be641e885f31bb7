//! One thing, followed from picture to picture.

use std::time::Duration;

use super::{
    Kind, PixelBox,
    kinds::{Evidence, Look},
    still::Anchor,
};

/// Where a thing is and how it moves: an alpha-beta filter on its foot and its size, in pixels of the small picture
/// and seconds. Feet keep their place on the ground where heads nod and arms swing.
#[derive(Debug, Clone)]
pub(super) struct Track {
    pub id: u32,
    pub began: Duration,
    /// The last picture with a blob for it.
    pub seen: Duration,
    pub looks: u32,
    foot: (f32, f32),
    velocity: (f32, f32),
    size: (f32, f32),
    /// Where it was in the picture before.
    pub before: PixelBox,
    /// Where it was first seen, how far it has been from there, and how long its way was.
    first: PixelBox,
    pub reach: f32,
    way: f32,
    /// Whether it came out of a blob in which a vehicle was: a car that parks while another one passes.
    pub is_heir: bool,
    pub evidence: Evidence,
    /// Evidence of the time in which it moved: how it arrived.
    pub arrival: Evidence,
    /// Where it seems to have come to rest, since when.
    pub resting: Option<(PixelBox, Duration)>,
    pub anchor: Option<Anchor>,
    told: u8,
}

impl Track {
    pub fn new(id: u32, bbox: PixelBox, at: Duration) -> Self {
        Self {
            id,
            began: at,
            seen: at,
            looks: 1,
            foot: bbox.foot(),
            velocity: (0.0, 0.0),
            size: (bbox.w, bbox.h),
            before: bbox,
            first: bbox,
            reach: 0.0,
            way: 0.0,
            is_heir: false,
            evidence: Evidence::default(),
            arrival: Evidence::default(),
            resting: None,
            anchor: None,
            told: 0,
        }
    }

    pub fn bbox(&self) -> PixelBox {
        let (w, h) = self.size;
        PixelBox { x: self.foot.0 - w / 2.0, y: self.foot.1 - h, w, h }
    }

    pub fn speed(&self) -> f32 {
        self.velocity.0.hypot(self.velocity.1)
    }

    /// Where it should be by now.
    pub fn predict(&mut self, elapsed_s: f32) {
        self.before = self.bbox();
        self.foot.0 += self.velocity.0 * elapsed_s;
        self.foot.1 += self.velocity.1 * elapsed_s;
    }

    /// Somebody else's blob hides it: its velocity is believed, as long as that keeps it inside.
    pub fn hide_in(&mut self, blob: &PixelBox, at: Duration) {
        self.seen = at;
        let (half_w, h) = (self.size.0 / 2.0, self.size.1);
        let inside =
            |value: f32, from: f32, to: f32| if from < to { value.clamp(from, to) } else { f32::midpoint(from, to) };
        self.foot.0 = inside(self.foot.0, blob.x + half_w, blob.x + blob.w - half_w);
        self.foot.1 = inside(self.foot.1, blob.y + h, blob.y + blob.h);
    }

    /// Takes over what was measured. The first looks count more, and so do looks after a pause.
    pub fn measure(&mut self, bbox: &PixelBox, elapsed_s: f32, at: Duration) {
        let before = self.foot;
        let pause_s = elapsed_s.max(0.02);
        let alpha = (1.0 - (-pause_s / 0.12).exp()).max(2.0 / (self.looks as f32 + 2.0)).min(0.95);
        let beta = alpha * alpha / (2.0 - alpha);
        let (x, y) = bbox.foot();
        let off = (x - self.foot.0, y - self.foot.1);
        self.foot = (self.foot.0 + alpha * off.0, self.foot.1 + alpha * off.1);
        let gain = if self.looks == 1 { 0.7 } else { beta } / pause_s;
        self.velocity = (self.velocity.0 + gain * off.0, self.velocity.1 + gain * off.1);
        let grow = (alpha * 0.6).min(0.6);
        self.size = (self.size.0 + grow * (bbox.w - self.size.0), self.size.1 + grow * (bbox.h - self.size.1));
        (self.looks, self.seen) = (self.looks + 1, at);
        self.way += (self.foot.0 - before.0).hypot(self.foot.1 - before.1);
        self.reach = self.reach.max(moved(&self.first, &self.bbox()));
    }

    /// Something that stands is where it stands, whatever the blob around it does.
    pub fn stand(&mut self, bbox: PixelBox, at: Duration) {
        (self.foot, self.size, self.velocity) = (bbox.foot(), (bbox.w, bbox.h), (0.0, 0.0));
        self.seen = at;
    }

    pub fn judge(&mut self, look: &Look<'_>) {
        self.evidence.add(look);
        if self.speed() > 0.35 * self.size.1.min(self.size.0) {
            self.arrival.add(look);
        }
    }

    /// Whether it went somewhere: as far as half its own size and not merely to and fro.
    pub fn has_gone_somewhere(&self) -> bool {
        let (w, h) = self.size;
        self.reach > (0.6 * w.min(h)).max(3.0) && self.reach > 0.12 * self.way
    }

    /// Whether it came as vehicles come: driving, for more than its own length.
    pub fn has_driven_here(&self) -> bool {
        self.is_heir || self.arrival.vehicle() > 0.6 && self.reach > 0.8 * self.size.0.min(self.size.1)
    }

    pub fn tell(&mut self, kind: Kind) {
        self.told |= 1 << kind as u8;
    }

    pub fn was_told(&self, kind: Kind) -> bool {
        self.told & (1 << kind as u8) != 0
    }
}

/// How far a box has moved: what opposite sides have in common. One that only grows has not moved.
fn moved(from: &PixelBox, to: &PixelBox) -> f32 {
    let common = |a: f32, b: f32| if a * b > 0.0 { a.abs().min(b.abs()) } else { 0.0 };
    let across = common(to.x - from.x, to.x + to.w - from.x - from.w);
    let down = common(to.y - from.y, to.y + to.h - from.y - from.h);
    across.hypot(down)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_grows_has_not_moved() {
        let from = PixelBox { x: 10.0, y: 10.0, w: 10.0, h: 20.0 };
        assert_eq!(moved(&from, &PixelBox { x: 5.0, y: 5.0, w: 30.0, h: 30.0 }), 0.0);
        assert_eq!(moved(&from, &PixelBox { x: 13.0, y: 14.0, ..from }), 5.0);
    }

    #[test]
    fn a_walker_is_where_its_velocity_takes_it() {
        let at = |i: u32| PixelBox { x: 10.0 + 2.0 * i as f32, y: 50.0, w: 8.0, h: 20.0 };
        let mut track = Track::new(1, at(0), Duration::ZERO);
        for i in 1..20 {
            track.predict(0.1);
            track.measure(&at(i), 0.1, Duration::from_millis(u64::from(i) * 100));
        }
        track.predict(0.5);
        assert!((track.bbox().x - (at(19).x + 10.0)).abs() < 1.5, "{:?}", track.bbox());
        assert!(track.has_gone_somewhere());
    }
}
