//! What things look like.

use serde::{Deserialize, Serialize};

use super::{
    canvas::{Colour, Picture, hull},
    dice::Dice,
    lens::{Pixel, View},
    script::Thing,
    street::{Place, Street},
};

/// What a thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, strum::Display)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Figure {
    Person,
    Vehicle,
    ParkedVehicle,
    LeftObject,
    Smoke,
}

/// A rectangle of the picture, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Area {
    pub x: f64,
    pub y: f64,
    pub w: f64,
    pub h: f64,
}

impl Area {
    fn around(points: &[Pixel]) -> Option<Self> {
        let bounds = |axis: usize| {
            let values = points.iter().map(move |point| point[axis]);
            (values.clone().fold(f64::INFINITY, f64::min), values.fold(f64::NEG_INFINITY, f64::max))
        };
        let ((left, right), (top, bottom)) = (bounds(0), bounds(1));
        (left < right && top < bottom).then_some(Self { x: left, y: top, w: right - left, h: bottom - top })
    }

    /// More than half of it is in a picture of that size.
    pub(super) fn is_mostly_within(&self, width: usize, height: usize) -> bool {
        let w = (self.x + self.w).min(width as f64) - self.x.max(0.0);
        let h = (self.y + self.h).min(height as f64) - self.y.max(0.0);
        w.max(0.0) * h.max(0.0) > 0.5 * self.w * self.h
    }
}

/// How one thing looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Look {
    Person { height_m: f64, coat: [u8; 3], trousers: [u8; 3] },
    Car { length_m: f64, height_m: f64, paint: [u8; 3] },
    Stall { cloth: [u8; 3] },
    Smoke,
    Tree(u32),
    Bin,
}

const COATS: [[u8; 3]; 8] = [
    [150, 40, 40],
    [40, 60, 110],
    [230, 225, 215],
    [40, 44, 48],
    [200, 160, 60],
    [60, 100, 70],
    [150, 90, 130],
    [206, 110, 50],
];
const PAINTS: [[u8; 3]; 7] =
    [[225, 228, 230], [38, 40, 44], [160, 30, 34], [40, 70, 130], [180, 184, 188], [214, 178, 60], [56, 96, 84]];
const TROUSERS: [[u8; 3]; 4] = [[44, 50, 70], [36, 36, 38], [58, 52, 46], [70, 76, 88]];

fn one_of<const N: usize>(colours: [[u8; 3]; N], dice: &mut Dice) -> [u8; 3] {
    colours[dice.below(N as u64) as usize]
}

fn colour([r, g, b]: [u8; 3]) -> Colour {
    Colour::rgb(r, g, b)
}

impl Look {
    pub fn person(dice: &mut Dice) -> Self {
        let height_m = dice.between(1.58, 1.86);
        Self::Person { height_m, coat: one_of(COATS, dice), trousers: one_of(TROUSERS, dice) }
    }

    pub fn car(dice: &mut Dice) -> Self {
        let is_van = dice.below(5) == 0;
        let (length_m, height_m) = if is_van { (5.0, 2.0) } else { (dice.between(3.9, 4.6), 1.46) };
        Self::Car { length_m, height_m, paint: one_of(PAINTS, dice) }
    }

    pub fn stall(dice: &mut Dice) -> Self {
        Self::Stall { cloth: one_of([[190, 50, 44], [40, 84, 150], [214, 170, 50], [60, 120, 76]], dice) }
    }
}

/// A brush for one moment.
struct Brush<'a> {
    view: &'a View,
    street: &'a Street,
    picture: &'a mut Picture,
}

/// Parts of a thing that has a front: along it, across it, above ground.
type Corner = [f64; 3];

impl Thing {
    pub fn draw(&self, view: &View, street: &Street, picture: &mut Picture, s: f64) {
        let mut brush = Brush { view, street, picture };
        match self.look {
            Look::Person { height_m, coat, trousers } => self.person(&mut brush, height_m, coat, trousers),
            Look::Car { length_m, height_m, paint } => self.car(&mut brush, length_m, height_m, colour(paint)),
            Look::Stall { cloth } => self.stall(&mut brush, colour(cloth)),
            Look::Smoke => {
                for (at, radius_m, cover) in puffs(self.for_s) {
                    brush.puff(self.place, at, radius_m, cover);
                }
            }
            Look::Tree(number) => self.tree(&mut brush, number, s),
            Look::Bin => brush.boxed(self.place, [1.0, 0.0], [0.3, 0.3], [0.0, 0.95], Colour::rgb(70, 96, 70)),
        }
    }

    /// Where it is in the picture.
    pub fn area(&self, view: &View, street: &Street, _s: f64) -> Option<Area> {
        let corners: Vec<Corner> = match self.look {
            Look::Person { height_m, .. } => cuboid([0.26, 0.26], &[0.0, height_m]),
            Look::Car { length_m, height_m, .. } => cuboid([length_m / 2.0, 0.88], &[0.0, height_m]),
            Look::Stall { .. } => cuboid([1.2, 0.9], &[0.0, 2.3]),
            Look::Smoke => {
                let seen = puffs(self.for_s).filter(|(_, _, cover)| *cover > 0.05);
                let around = |([along, up], radius_m, _): ([f64; 2], f64, f64)| {
                    let r = radius_m * 0.6;
                    [[along - r, 0.0, up - r], [along + r, 0.0, up + r]]
                };
                seen.flat_map(around).collect()
            }
            Look::Tree(_) | Look::Bin => return None,
        };
        let heading = if self.look == Look::Smoke { [1.0, 0.0] } else { self.heading() };
        let pixels: Option<Vec<Pixel>> =
            corners.iter().map(|corner| view.pixel(standing(street, self.place, heading, *corner))).collect();
        Area::around(&pixels?)
    }

    /// Which way its front points; along the road for what stands.
    fn heading(&self) -> Place {
        let speed = self.velocity[0].hypot(self.velocity[1]);
        if speed < 0.5 || matches!(self.look, Look::Stall { .. }) {
            return [-1.0, 0.0];
        }
        // Cars turn little while they slide into a bay.
        let turn = if matches!(self.look, Look::Car { .. }) { 0.6 } else { 1.0 };
        let (along, across) = (self.velocity[0], self.velocity[1] * turn);
        let length = along.hypot(across);
        [along / length, across / length]
    }

    fn person(&self, brush: &mut Brush<'_>, height_m: f64, coat: [u8; 3], trousers: [u8; 3]) {
        let Some([x, foot]) = brush.pixel(self.place, 0.0) else { return };
        let Some([_, head]) = brush.pixel(self.place, height_m) else { return };
        let m = (foot - head) / height_m;
        let [along, across] = brush.street.shadow;
        let tip = [self.place[0] + along * height_m, self.place[1] + across * height_m];
        if let Some([tip_x, tip_y]) = brush.pixel(tip, 0.0) {
            let half = 0.2 * m;
            brush.picture.shade(
                &hull(vec![[x - half, foot], [x + half, foot], [tip_x - half, tip_y], [tip_x + half, tip_y]]),
                0.3,
            );
        }
        let stride = (self.way_m * std::f64::consts::TAU / 1.4).sin() * if self.stands { 0.1 } else { 1.0 };
        let up = |z: f64| foot - z * m;
        let limb = |from: Pixel, to: Pixel, w: f64| {
            [[from[0] - w, from[1]], [from[0] + w, from[1]], [to[0] + w, to[1]], [to[0] - w, to[1]]]
        };
        let (hip, shoulder) = (up(0.5 * height_m), up(0.83 * height_m));
        let skin = Colour::rgb(196, 152, 124);
        let picture = &mut *brush.picture;
        for (side, shade) in [(-1.0, 0.85), (1.0, 1.0)] {
            let swing = side * stride * 0.26 * m;
            let lift = (side * stride).max(0.0) * 0.06 * m;
            let leg =
                limb([x + side * 0.07 * m, hip - 0.05 * m], [x + swing + side * 0.05 * m, foot - lift], 0.075 * m);
            picture.fill(&leg, colour(trousers).lit(shade), 1.0);
            let arm =
                limb([x + side * 0.22 * m, shoulder + 0.04 * m], [x + side * 0.2 * m - swing * 0.7, hip], 0.055 * m);
            picture.fill(&arm, colour(coat).lit(0.8 * shade), 1.0);
        }
        let body = [
            [x - 0.21 * m, shoulder],
            [x - 0.12 * m, shoulder - 0.07 * m],
            [x + 0.12 * m, shoulder - 0.07 * m],
            [x + 0.21 * m, shoulder],
            [x + 0.17 * m, hip + 0.08 * m],
            [x - 0.17 * m, hip + 0.08 * m],
        ];
        picture.fill(&body, colour(coat), 1.0);
        let middle = up(0.925 * height_m);
        picture.ellipse([x, middle], [0.1 * m, 0.13 * m], skin, 1.0);
        picture.ellipse([x, middle - 0.05 * m], [0.105 * m, 0.09 * m], Colour::rgb(50, 40, 34), 1.0);
    }

    fn car(&self, brush: &mut Brush<'_>, length_m: f64, height_m: f64, paint: Colour) {
        let (heading, half) = (self.heading(), length_m / 2.0);
        brush.shadow(self.place, heading, [half, 0.85], height_m);
        // The far side's wheels hide behind the body.
        let mut sides = [0.8, -0.8];
        let depth_m = |side: &f64| brush.view.depth_m(standing(brush.street, self.place, heading, [0.0, *side, 0.3]));
        sides.sort_by(|a, b| depth_m(b).total_cmp(&depth_m(a)));
        let wheels = |brush: &mut Brush<'_>, side: f64| {
            for along in [0.6 * half, -0.6 * half] {
                brush.upright_disc(self.place, heading, [along, side], 0.32, Colour::rgb(24, 24, 26));
            }
        };
        wheels(brush, sides[0]);
        let waist = height_m * 0.58;
        brush.boxed(self.place, heading, [half, 0.85], [0.22, waist], paint);
        let glass = Colour::rgb(52, 62, 70);
        let cabin =
            |z: f64, front: f64, back: f64, w: f64| [[front, w, z], [front, -w, z], [-back, -w, z], [-back, w, z]];
        let is_van = height_m > 1.8;
        let front = if is_van { 0.8 } else { 0.45 };
        let below = cabin(waist, half * front, half * 0.85, 0.78);
        let above = cabin(height_m, half * front * 0.5, half * if is_van { 0.84 } else { 0.55 }, 0.66);
        brush.solid(self.place, heading, &below, &above, if is_van { paint.lit(0.9) } else { glass }, paint.lit(1.06));
        wheels(brush, sides[1]);
        for side in [-0.62, 0.62] {
            brush.upright_disc(self.place, heading, [half * 0.99, side], 0.1, Colour::rgb(240, 236, 205));
            brush.upright_disc(self.place, heading, [-half * 0.99, side], 0.08, Colour::rgb(150, 30, 26));
        }
    }

    fn stall(&self, brush: &mut Brush<'_>, cloth: Colour) {
        let heading = self.heading();
        brush.shadow(self.place, heading, [1.2, 0.9], 2.1);
        brush.boxed(self.place, heading, [0.95, 0.4], [0.0, 0.82], Colour::rgb(172, 140, 96));
        for (i, at) in [-0.7, -0.35, 0.0, 0.35, 0.7].into_iter().enumerate() {
            let goods = [[200, 60, 40], [220, 180, 50], [90, 150, 60]][i % 3];
            brush.boxed(
                [self.place[0] + at * heading[0], self.place[1]],
                heading,
                [0.15, 0.25],
                [0.82, 1.0],
                colour(goods),
            );
        }
        for corner in [[1.1, 0.8], [1.1, -0.8], [-1.1, 0.8], [-1.1, -0.8]] {
            let place = turned(self.place, heading, corner);
            brush.boxed(place, heading, [0.035, 0.035], [0.0, 2.1], Colour::rgb(150, 150, 150));
        }
        // Awning, from a ridge down to both sides.
        let eaves = [[1.2, 0.9, 2.0], [1.2, -0.9, 2.0], [-1.2, -0.9, 2.0], [-1.2, 0.9, 2.0]];
        let ridge = [[1.2, 0.15, 2.35], [1.2, -0.15, 2.35], [-1.2, -0.15, 2.35], [-1.2, 0.15, 2.35]];
        brush.solid(self.place, heading, &eaves, &ridge, cloth, cloth.lit(1.15));
    }

    fn tree(&self, brush: &mut Brush<'_>, number: u32, s: f64) {
        brush.shadow(self.place, [1.0, 0.0], [0.9, 0.9], 4.0);
        brush.boxed(self.place, [1.0, 0.0], [0.11, 0.11], [0.0, 2.6], Colour::rgb(92, 74, 58));
        let Some([x0, y0]) = brush.pixel(self.place, 3.4) else { return };
        let Some([_, y1]) = brush.pixel(self.place, 2.4) else { return };
        let m = y1 - y0;
        for leaf in 0..22u32 {
            let turn = f64::from(leaf * 97 + number * 31);
            let (sin, cos) = turn.sin_cos();
            let out = 0.95 * (f64::from(leaf * 53 % 22) / 22.0).sqrt();
            // All scenes last for a whole number of twelve seconds.
            let wind = (std::f64::consts::TAU * s / 12.0 * f64::from(3 + leaf % 4) + turn).sin() * 0.07;
            let at = [x0 + (out * cos + wind) * m, y0 + (out * sin * 0.9 + wind * 0.3) * m];
            let green = Colour::rgb(66, 104, 52).lit(0.82 + 0.36 * (0.5 - 0.5 * sin) + 0.05 * f64::from(leaf % 3));
            brush.picture.ellipse(at, [0.46 * m, 0.38 * m], green, 0.92);
        }
    }
}

/// Puffs of a plume at a time after it began: along and up of the bin, their radius, how dense they are.
fn puffs(for_s: f64) -> impl Iterator<Item = ([f64; 2], f64, f64)> {
    const LIFE_S: f64 = 5.0;
    const EVERY_S: f64 = 0.22;
    let first = ((for_s - LIFE_S).max(0.0) / EVERY_S).ceil() as u32;
    let last = (for_s.clamp(0.0, 43.0) / EVERY_S) as u32;
    (first..=last).map(move |number| {
        let born_s = f64::from(number) * EVERY_S;
        let age_s = for_s - born_s;
        let share = age_s / LIFE_S;
        let own = f64::from(number * 37 % 11) / 11.0 - 0.5;
        // Thin at first, then more and more.
        let strength = ((born_s + 2.0) / 14.0).min(1.0);
        let along = 0.32 * age_s + own * 0.5 * share + 0.2 * (born_s * 1.9).sin() * share;
        let up = 1.0 + 0.75 * age_s + 0.1 * own;
        let radius_m = (0.35 + 1.3 * share) * (0.55 + 0.45 * strength);
        let fade = (1.0 - share) * (age_s / 0.4).min(1.0);
        ([along, up], radius_m, 0.5 * fade * strength * (0.8 + 0.4 * own))
    })
}

/// The eight corners of a box around a place.
fn cuboid([half_along, half_across]: [f64; 2], ups: &[f64]) -> Vec<Corner> {
    let sides = [[1.0, 1.0], [1.0, -1.0], [-1.0, -1.0], [-1.0, 1.0]];
    ups.iter().flat_map(|up| sides.map(|[along, across]| [along * half_along, across * half_across, *up])).collect()
}

fn turned(place: Place, [along, across]: Place, [x, y]: [f64; 2]) -> Place {
    [place[0] + along * x - across * y, place[1] + across * x + along * y]
}

fn standing(street: &Street, place: Place, heading: Place, [x, y, up]: Corner) -> [f64; 3] {
    street.point(turned(place, heading, [x, y]), up)
}

impl Brush<'_> {
    fn pixel(&self, place: Place, up: f64) -> Option<Pixel> {
        self.view.pixel(self.street.point(place, up))
    }

    fn corners(&self, place: Place, heading: Place, corners: &[Corner]) -> Option<Vec<Pixel>> {
        corners.iter().map(|corner| self.view.pixel(standing(self.street, place, heading, *corner))).collect()
    }

    fn boxed(&mut self, place: Place, heading: Place, [a, b]: [f64; 2], [low, high]: [f64; 2], colour: Colour) {
        let ring = |z: f64| [[a, b, z], [a, -b, z], [-a, -b, z], [-a, b, z]];
        self.solid(place, heading, &ring(low), &ring(high), colour, colour.lit(1.12));
    }

    /// Four walls between two rings, and a top. Walls that look away are hidden by those that do not.
    fn solid(
        &mut self,
        place: Place,
        heading: Place,
        low: &[Corner; 4],
        high: &[Corner; 4],
        wall: Colour,
        top: Colour,
    ) {
        let (Some(low_px), Some(high_px)) = (self.corners(place, heading, low), self.corners(place, heading, high))
        else {
            return;
        };
        for i in 0..4 {
            let next = (i + 1) % 4;
            let face = [low_px[i], low_px[next], high_px[next], high_px[i]];
            let area: f64 = (0..4).map(|k| face[k][0] * face[(k + 1) % 4][1] - face[(k + 1) % 4][0] * face[k][1]).sum();
            if area > 0.0 {
                // Ends are darker than sides.
                self.picture.fill(&face, wall.lit(if i % 2 == 0 { 0.78 } else { 0.92 }), 1.0);
            }
        }
        self.picture.fill(&high_px, top, 1.0);
    }

    fn shadow(&mut self, place: Place, heading: Place, half: [f64; 2], height_m: f64) {
        let [along, across] = self.street.shadow;
        let tip = [place[0] + along * height_m, place[1] + across * height_m];
        let Some(mut foot) = self.corners(place, heading, &cuboid(half, &[0.0])) else { return };
        let inner = half.map(|side| side * 0.85);
        let Some(cast) = self.corners(tip, heading, &cuboid(inner, &[0.0])) else { return };
        foot.extend(cast);
        self.picture.shade(&hull(foot), 0.32);
    }

    /// A wheel or a lamp on a wall of a thing.
    fn upright_disc(&mut self, place: Place, heading: Place, [x, y]: [f64; 2], radius_m: f64, colour: Colour) {
        let is_lamp = radius_m < 0.2;
        let corner = |i: u32| {
            let (sin, cos) = (f64::from(i) * std::f64::consts::TAU / 12.0).sin_cos();
            let up = if is_lamp { 0.62 } else { radius_m };
            if is_lamp {
                [x, y + radius_m * 1.6 * cos, up + radius_m * sin]
            } else {
                [x + radius_m * cos, y, up + radius_m * sin]
            }
        };
        let ring: Vec<Corner> = (0..12).map(corner).collect();
        if is_lamp {
            // Only on the side that is seen.
            let (near, inner) = (turned(place, heading, [x, y]), turned(place, heading, [x * 0.9, y]));
            if self.view.depth_m(self.street.point(near, 0.6)) > self.view.depth_m(self.street.point(inner, 0.6)) {
                return;
            }
        }
        if let Some(pixels) = self.corners(place, heading, &ring) {
            self.picture.fill(&pixels, colour, 1.0);
        }
    }

    fn puff(&mut self, place: Place, [along, up]: [f64; 2], radius_m: f64, cover: f64) {
        let at = [place[0] + along, place[1]];
        let (Some([x, y]), Some([_, above])) = (self.pixel(at, up), self.pixel(at, up + radius_m)) else { return };
        self.picture.haze([x, y], (y - above).max(0.5), Colour::rgb(186, 186, 188), cover);
    }
}
