//! What stands: road, pavements, houses, sky. Painted once, by asking for every pixel what its ray meets first.

use super::{
    SceneKind,
    canvas::{Colour, Picture},
    dice::Dice,
    lens::{Point, View},
};

/// Along the road and across it, in metres from where the camera looks. Across is positive towards the houses.
pub(super) type Place = [f64; 2];

/// From the middle of the road, across.
pub(super) const KERB_M: f64 = 3.5;
pub(super) const PARKING_M: f64 = 4.7;
const FAR_PAVEMENT_M: f64 = 6.0;
const HOUSES_M: f64 = 10.5;
const NEAR_PAVEMENT_M: f64 = -7.0;
/// What sways may show this many pixels beyond each edge.
const MARGIN: usize = 8;
/// Farther away nobody comes.
const FARTHEST_M: f64 = 70.0;

#[derive(Debug)]
pub(super) struct Street {
    sin: f64,
    cos: f64,
    /// Where the camera looks: ahead of it.
    middle_m: f64,
    /// With [`MARGIN`] on every side.
    painted: Picture,
    /// From where to where things are seen, along the road.
    pub seen_m: [f64; 2],
    /// Where shadows of a metre end, from its foot.
    pub shadow: Place,
    pub trees: Vec<Place>,
    pub bin: Option<Place>,
}

impl Street {
    pub fn new(view: &View, kind: SceneKind, dice: &mut Dice) -> Self {
        let (sin, cos) = dice.between(0.15, 0.6).sin_cos();
        let (sin, cos) = if dice.below(2) == 0 { (sin, cos) } else { (-sin, cos) };
        let mut street = Self {
            sin,
            cos,
            middle_m: view.middle_m().clamp(9.0, 24.0),
            painted: Picture::new(1, 1),
            seen_m: [0.0, 0.0],
            shadow: [dice.between(-0.7, 0.7), dice.between(0.1, 0.5)],
            trees: Vec::new(),
            bin: None,
        };
        street.seen_m = street.seen(view);
        let [from, to] = street.seen_m;
        street.trees = [0.2, 0.55, 0.9].iter().map(|share| [from + share * (to - from), 6.8]).collect();
        if kind == SceneKind::Smoke {
            street.bin = Some([dice.between(0.35, 0.6) * (to - from) + from, 7.6]);
        }
        street.painted = street.paint(view, dice);
        street
    }

    /// Ahead and right of the camera.
    pub fn ground(&self, [along, across]: Place) -> [f64; 2] {
        [self.middle_m + along * self.sin + across * self.cos, along * self.cos - across * self.sin]
    }

    pub fn point(&self, place: Place, up: f64) -> Point {
        let [ahead, right] = self.ground(place);
        [ahead, right, up]
    }

    fn place(&self, [ahead, right]: [f64; 2]) -> Place {
        let ahead = ahead - self.middle_m;
        [ahead * self.sin + right * self.cos, ahead * self.cos - right * self.sin]
    }

    fn seen(&self, view: &View) -> [f64; 2] {
        let is_seen = |along: &f64| {
            let point = self.point([*along, 0.0], 0.0);
            let within =
                |[x, y]: [f64; 2]| (0.0..view.width as f64).contains(&x) && (0.0..view.height as f64).contains(&y);
            view.depth_m(point) < FARTHEST_M && view.pixel(point).is_some_and(within)
        };
        let seen = (-160..160).map(|half| f64::from(half) / 2.0).filter(is_seen);
        let range = seen.fold([f64::INFINITY, f64::NEG_INFINITY], |[a, b], along| [a.min(along), b.max(along)]);
        if range[0] < range[1] { range } else { [-8.0, 8.0] }
    }

    pub fn copy_to(&self, picture: &mut Picture, sway_x: f64, sway_y: f64) {
        let from = |sway: f64, scale: usize| ((MARGIN as f64 - sway) / scale as f64) as usize;
        let painted = &self.painted;
        let planes = [
            (&mut picture.y, &painted.y, picture.width, painted.width, 1),
            (&mut picture.u, &painted.u, picture.width.div_ceil(2), painted.width.div_ceil(2), 2),
            (&mut picture.v, &painted.v, picture.width.div_ceil(2), painted.width.div_ceil(2), 2),
        ];
        for (to, plane, width, stride, scale) in planes {
            let (left, top) = (from(sway_x, scale), from(sway_y, scale));
            let rows = plane.chunks_exact(stride).skip(top);
            for (to, row) in to.chunks_exact_mut(width).zip(rows) {
                if let Some(row) = row.get(left..left + width) {
                    to.copy_from_slice(row);
                }
            }
        }
    }

    fn paint(&self, view: &View, dice: &mut Dice) -> Picture {
        let paint = Paint::new(dice);
        let (width, height) = (view.width + 2 * MARGIN, view.height + 2 * MARGIN);
        let mut picture = Picture::new(width, height);
        for y in 0..height {
            for x in 0..width {
                // The mean of four rays.
                let mut sums = [0u32; 3];
                for (dx, dy) in [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)] {
                    let pixel = [x as f64 + dx - MARGIN as f64, y as f64 + dy - MARGIN as f64];
                    let Colour(colour) = self.met_by(view.ray(pixel), view.height_m, &paint);
                    sums.iter_mut().zip(colour).for_each(|(sum, part)| *sum += u32::from(part));
                }
                let [luma, u, v] = sums.map(|sum| (sum / 4) as u8);
                picture.y[y * width + x] = luma;
                let half = y / 2 * width.div_ceil(2) + x / 2;
                (picture.u[half], picture.v[half]) = (u, v);
            }
        }
        picture
    }

    /// The colour that a ray from the lens meets first: wall, ground or sky.
    fn met_by(&self, [ahead, right, up]: Point, height_m: f64, paint: &Paint) -> Colour {
        // From the lens across to the houses, in lengths of the ray.
        let across = ahead * self.cos - right * self.sin;
        let to_houses = HOUSES_M + self.middle_m * self.cos;
        let to_wall = if across > 1e-6 { to_houses / across } else { f64::INFINITY };
        let to_ground = if up < -1e-6 { height_m / -up } else { f64::INFINITY };
        if to_ground < to_wall {
            let place = self.place([ahead * to_ground, right * to_ground]);
            return paint.ground(place, to_ground);
        }
        if to_wall < 400.0 {
            let [along, _] = self.place([ahead * to_wall, right * to_wall]);
            if let Some(colour) = paint.house(along, height_m + up * to_wall) {
                return colour;
            }
        }
        // Paler towards the horizon.
        Colour::rgb(165, 195, 225).lit(1.12 - 0.5 * up.clamp(0.0, 0.6))
    }
}

/// Colours of a street, and its chance.
struct Paint {
    houses: [(Colour, f64); 5],
    house_m: f64,
    grain: u64,
}

impl Paint {
    fn new(dice: &mut Dice) -> Self {
        const WALLS: [[u8; 3]; 7] = [
            [196, 178, 150],
            [172, 112, 92],
            [208, 204, 192],
            [150, 158, 160],
            [214, 190, 140],
            [178, 150, 130],
            [160, 172, 150],
        ];
        let mut house = || {
            let [r, g, b] = WALLS[dice.below(WALLS.len() as u64) as usize];
            (Colour::rgb(r, g, b), 3.2 * (2 + dice.below(4)) as f64 + 0.6)
        };
        Self { houses: std::array::from_fn(|_| house()), house_m: dice.between(11.0, 17.0), grain: dice.next() }
    }

    /// A value of 0..1 for a cell of the ground or of a wall.
    fn chance(&self, a: f64, b: f64) -> f64 {
        let mut hash = self.grain ^ (a.floor() as i64 as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        hash ^= (b.floor() as i64 as u64).wrapping_mul(0xC2B2_AE3D_27D4_EB4F);
        hash = (hash ^ (hash >> 31)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        ((hash ^ (hash >> 29)) >> 40) as f64 / f64::from(1 << 24)
    }

    fn ground(&self, [along, across]: Place, far_m: f64) -> Colour {
        // Grain of what is near enough to be seen.
        let fine = (1.0 - far_m / 60.0).clamp(0.0, 1.0);
        let grain =
            |cell_m: f64, strength: f64| 1.0 + (self.chance(along / cell_m, across / cell_m) - 0.5) * strength * fine;
        let joint = |value: f64, every: f64| (value / every).rem_euclid(1.0) < 0.04 && far_m < 45.0;
        let colour = if across.abs() < KERB_M {
            let dashed = across.abs() < 0.08 && (along / 6.0).rem_euclid(1.0) < 0.5;
            let edge = (across.abs() - KERB_M + 0.25).abs() < 0.06;
            if dashed || edge {
                Colour::rgb(215, 215, 205)
            } else {
                Colour::rgb(92, 94, 98).lit(grain(0.15, 0.16) * grain(2.3, 0.06))
            }
        } else if (KERB_M..FAR_PAVEMENT_M).contains(&across) {
            let bay = (along / 6.0).rem_euclid(1.0) < 0.016;
            if bay { Colour::rgb(210, 210, 200) } else { Colour::rgb(104, 102, 104).lit(grain(0.2, 0.14)) }
        } else if across > 0.0 || across > NEAR_PAVEMENT_M {
            let kerb = (across - FAR_PAVEMENT_M).abs() < 0.12 || (across + KERB_M).abs() < 0.12;
            if kerb {
                Colour::rgb(190, 188, 182)
            } else if joint(along, 0.8) || joint(across, 0.8) {
                Colour::rgb(128, 124, 118)
            } else {
                Colour::rgb(162, 156, 147).lit(0.96 + 0.08 * self.chance(along / 0.8, across / 0.8))
            }
        } else {
            Colour::rgb(98, 128, 72).lit(grain(0.12, 0.34) * grain(1.4, 0.18))
        };
        // Distance is hazy.
        let Colour([y, u, v]) = colour;
        let haze = (far_m / 400.0).min(0.35);
        let fade = |part: u8, to: f64| (f64::from(part) + (to - f64::from(part)) * haze) as u8;
        Colour([fade(y, 175.0), fade(u, 130.0), fade(v, 126.0)])
    }

    /// `None` above the roof.
    fn house(&self, along: f64, up: f64) -> Option<Colour> {
        let number = (along / self.house_m).floor();
        let (wall, roof_m) = self.houses[number.rem_euclid(self.houses.len() as f64) as usize];
        if up > roof_m {
            return None;
        }
        let within = (along / self.house_m).rem_euclid(1.0) * self.house_m;
        let (column, storey) = ((within - 0.9) / 2.4, (up - 0.3) / 3.2);
        let in_window = (0.2..0.75).contains(&column.rem_euclid(1.0)) && (0.28..0.8).contains(&storey.rem_euclid(1.0));
        let is_ground_floor = storey < 1.0;
        let colour = if up > roof_m - 0.35 || within < 0.12 {
            wall.lit(0.7)
        } else if is_ground_floor && (0.12..0.9).contains(&column.rem_euclid(1.0)) && (0.05..0.8).contains(&storey) {
            // Shops.
            let bright = 0.7 + 0.6 * self.chance(number * 9.0 + column, 3.0);
            Colour::rgb(74, 82, 90).lit(bright)
        } else if is_ground_floor && (0.8..0.98).contains(&storey) {
            let [r, g] = [3.0, 4.0].map(|salt| (90.0 + 120.0 * self.chance(number, salt)) as u8);
            Colour::rgb(r, g, 90)
        } else if in_window {
            let lit = self.chance(number * 9.0 + column, storey) > 0.85;
            if lit { Colour::rgb(200, 190, 150) } else { Colour::rgb(70, 84, 98) }
        } else {
            wall.lit(0.97 + 0.06 * self.chance(along / 0.5, up / 0.25))
        };
        Some(colour)
    }
}
