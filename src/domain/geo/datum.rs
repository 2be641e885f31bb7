//! Datums: what the numbers of a coordinate pair mean.
//!
//! GPS, cameras and surveys give WGS84 or CGCS2000 (they differ by 0.1 mm and count as one here). Phones and map
//! services in China give GCJ-02 (AMap, Tencent) or BD-09 (Baidu). Taking one for the other moves a point by 400 m
//! on average, into the wrong grid; so every input says which it is, and everything inside is WGS84.

use std::f64::consts::PI;

use serde::{Deserialize, Serialize};

use super::Position;

/// What the numbers of a coordinate pair mean.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Default,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
    strum::VariantNames,
    utoipa::ToSchema,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase", ascii_case_insensitive)]
pub enum Datum {
    /// WGS84; CGCS2000 is taken as equal.
    #[default]
    Wgs84,
    /// 火星坐标: the shifted datum of AMap, Tencent and phones in China.
    Gcj02,
    /// 百度坐标: GCJ-02 shifted once more.
    Bd09,
}

/// The ellipsoid of the GCJ-02 formulas (Krasovsky 1940), in metres.
const A_M: f64 = 6_378_245.0;
const EE: f64 = 0.006_693_421_622_965_943;
/// Baidu's angular constant: π times 3000/180, not π (a known library errs here, by 92 m).
const BD: f64 = PI * 3000.0 / 180.0;

impl Datum {
    /// This datum's numbers for `p` as WGS84.
    ///
    /// The inverse is iterated until it moves by less than 1e-9° (at most 4 steps seen), which is below 0.1 mm;
    /// the one-pass inverse in common use errs by up to 4.7 m.
    #[must_use]
    pub fn to_wgs84(self, p: Position) -> Position {
        match self {
            Self::Wgs84 => p,
            Self::Gcj02 => invert(p, gcj02_of),
            Self::Bd09 => invert(p, |q| bd09_of_gcj02(gcj02_of(q))),
        }
    }

    /// The WGS84 position `p` in this datum's numbers.
    #[must_use]
    pub fn from_wgs84(self, p: Position) -> Position {
        let [lon, lat] = match self {
            Self::Wgs84 => return p,
            Self::Gcj02 => gcj02_of([p.lon(), p.lat()]),
            Self::Bd09 => bd09_of_gcj02(gcj02_of([p.lon(), p.lat()])),
        };
        // Only beside the 180th meridian can a shift leave the limits, and there neither datum is in use.
        Position::new(lon, lat).unwrap_or(p)
    }
}

impl Position {
    /// Inside the box in which GCJ-02 shifts positions: China and a wide margin.
    #[must_use]
    pub fn in_gcj02_area(self) -> bool {
        in_shifted_area([self.lon(), self.lat()])
    }
}

fn in_shifted_area([lon, lat]: [f64; 2]) -> bool {
    (72.004..=137.8347).contains(&lon) && (0.8293..=55.8271).contains(&lat)
}

/// Fixed-point iteration: the shift changes so slowly that each step gains three digits.
fn invert(p: Position, forward: impl Fn([f64; 2]) -> [f64; 2]) -> Position {
    let target = [p.lon(), p.lat()];
    let mut guess = target;
    for _ in 0..16 {
        let seen = forward(guess);
        let step = [target[0] - seen[0], target[1] - seen[1]];
        guess = [guess[0] + step[0], guess[1] + step[1]];
        if step[0].abs().max(step[1].abs()) < 1e-10 {
            break;
        }
    }
    Position::new(guess[0], guess[1]).unwrap_or(p)
}

fn gcj02_of([lon, lat]: [f64; 2]) -> [f64; 2] {
    if !in_shifted_area([lon, lat]) {
        return [lon, lat];
    }
    let (x, y) = (lon - 105.0, lat - 35.0);
    let wave = |amplitudes: [(f64, f64); 2], v: f64| {
        amplitudes.iter().map(|(a, period)| a * (v * PI / period).sin()).sum::<f64>() * 2.0 / 3.0
    };
    let common = wave([(20.0, 1.0 / 6.0), (20.0, 0.5)], x);
    let root = x.abs().sqrt();
    let d_lat = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * root
        + common
        + wave([(20.0, 1.0), (40.0, 3.0)], y)
        + wave([(160.0, 12.0), (320.0, 30.0)], y);
    let d_lon = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * root
        + common
        + wave([(20.0, 1.0), (40.0, 3.0)], x)
        + wave([(150.0, 12.0), (300.0, 30.0)], x);
    let (sin, cos) = lat.to_radians().sin_cos();
    let m = 1.0 - EE * sin * sin;
    let meridian_m = A_M * (1.0 - EE) / (m * m.sqrt());
    let parallel_m = A_M / m.sqrt() * cos;
    [lon + (d_lon / parallel_m).to_degrees(), lat + (d_lat / meridian_m).to_degrees()]
}

fn bd09_of_gcj02([x, y]: [f64; 2]) -> [f64; 2] {
    let z = x.hypot(y) + 2e-5 * (y * BD).sin();
    let theta = y.atan2(x) + 3e-6 * (x * BD).cos();
    [z * theta.cos() + 0.0065, z * theta.sin() + 0.006]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(lat: f64, lon: f64) -> Position {
        Position::new(lon, lat).expect("a position")
    }

    #[test]
    fn published_vectors_hold() {
        type LatLon = (f64, f64);
        let vectors: [(LatLon, LatLon, Option<LatLon>); 5] = [
            ((31.177_427_6, 121.527_210_6), (31.175_303_983_645_97, 121.531_541_859_215), None),
            ((22.543_847, 113.912_316), (22.540_796_131_694_766, 113.917_176_480_836_3), None),
            ((39.911_954, 116.377_817), (39.913_345_455_360_69, 116.384_047_224_556_57), None),
            (
                (39.915, 116.404),
                (39.916_404_281_501_64, 116.410_244_499_169_38),
                Some((39.922_699_552_216_216, 116.416_627_243_787_33)),
            ),
            ((40.4124, 110.0289), (40.413_628_044, 110.034_838_624), Some((40.419_939_396, 110.041_203_347))),
        ];
        for (wgs, gcj, bd) in vectors {
            let wgs = at(wgs.0, wgs.1);
            for (datum, expected) in [(Datum::Gcj02, Some(gcj)), (Datum::Bd09, bd)] {
                let Some((lat, lon)) = expected else { continue };
                let expected = at(lat, lon);
                assert!(datum.from_wgs84(wgs).distance_m(expected) < 2e-4, "{datum} of {wgs:?}");
                assert!(datum.to_wgs84(expected).distance_m(wgs) < 2e-4, "{datum} back to {wgs:?}");
            }
        }
    }

    #[test]
    fn nothing_is_shifted_outside_china() {
        let boston = at(42.3594, -71.0587);
        assert_eq!(Datum::Gcj02.from_wgs84(boston), boston);
        assert_eq!(Datum::Gcj02.to_wgs84(boston), boston);
    }

    proptest! {
        #[test]
        fn a_round_trip_stays_below_a_millimetre(lon in 73.0..136.0, lat in 3.0..54.0) {
            let p = at(lat, lon);
            for datum in [Datum::Wgs84, Datum::Gcj02, Datum::Bd09] {
                prop_assert!(datum.to_wgs84(datum.from_wgs84(p)).distance_m(p) < 1e-3, "{datum}");
            }
        }
    }
}
