//! Metres around a place.

use super::Position;

/// WGS84 ellipsoid: equatorial radius in metres and first eccentricity squared (NIMA TR8350.2).
const A_M: f64 = 6_378_137.0;
const E2: f64 = 6.694_379_990_141_316e-3;

/// A flat plane that touches the ellipsoid at `origin`: x east, y north, in metres.
///
/// Scales by the ellipsoid's radii of curvature at the origin. Distances from the origin are within 0.1 % up to
/// 10 km below 60° latitude; straight lines in degrees stay straight, so borders mean the same in both.
///
/// ```
/// use gridwatch::domain::geo::{LocalPlane, Position};
/// let origin = Position::new(110.03, 40.41).unwrap();
/// let [x, y] = LocalPlane::at(origin).meters(Position::new(110.03, 40.42).unwrap().coord());
/// assert!(x.abs() < 1e-9 && (y - 1110.4).abs() < 0.5);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct LocalPlane {
    origin: geo::Coord<f64>,
    east_m_per_deg: f64,
    north_m_per_deg: f64,
}

impl LocalPlane {
    #[must_use]
    pub fn at(origin: Position) -> Self {
        let (sin, cos) = origin.lat().to_radians().sin_cos();
        let w2 = 1.0 - E2 * sin * sin;
        let prime_vertical = A_M / w2.sqrt();
        let meridian = A_M * (1.0 - E2) / (w2 * w2.sqrt());
        Self {
            origin: origin.coord(),
            // A pole has no east; a millionth of a degree off keeps the division in `degrees` harmless.
            east_m_per_deg: prime_vertical * cos.max(1e-8) * 1f64.to_radians(),
            north_m_per_deg: meridian * 1f64.to_radians(),
        }
    }

    /// Degrees to metres east and north of the origin.
    #[must_use]
    pub fn meters(&self, at: geo::Coord<f64>) -> [f64; 2] {
        [(at.x - self.origin.x) * self.east_m_per_deg, (at.y - self.origin.y) * self.north_m_per_deg]
    }

    /// Metres east and north of the origin to degrees, not checked against the limits of longitude and latitude.
    #[must_use]
    pub fn degrees(&self, [east_m, north_m]: [f64; 2]) -> geo::Coord<f64> {
        geo::Coord {
            x: self.origin.x + east_m / self.east_m_per_deg,
            y: self.origin.y + north_m / self.north_m_per_deg,
        }
    }

    /// The position that many metres east and north of the origin; `None` beyond a pole or the 180th meridian.
    #[must_use]
    pub fn position(&self, offset_m: [f64; 2]) -> Option<Position> {
        let at = self.degrees(offset_m);
        Position::new(at.x, at.y).ok()
    }

    /// Corners in degrees, south-west and north-east, of the box that holds a circle of `radius_m` around the origin.
    #[must_use]
    pub fn envelope(&self, radius_m: f64) -> [[f64; 2]; 2] {
        let (dx, dy) = (radius_m / self.east_m_per_deg, radius_m / self.north_m_per_deg);
        let geo::Coord { x, y } = self.origin;
        [[x - dx, y - dy], [x + dx, y + dy]]
    }

    /// Square metres of one square degree here.
    #[must_use]
    pub fn m2_per_deg2(&self) -> f64 {
        self.east_m_per_deg * self.north_m_per_deg
    }
}

impl Position {
    /// Metres to `other` in the plane that touches here: for distances of a city, not of a continent.
    #[must_use]
    pub fn distance_m(self, other: Position) -> f64 {
        let [x, y] = LocalPlane::at(self).meters(other.coord());
        x.hypot(y)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::{Distance, Geodesic};

    #[test]
    fn distances_agree_with_the_geodesic_within_a_tenth_of_a_percent_over_ten_kilometres() {
        for lat in [-59.0, -20.0, 0.0, 22.5, 40.41, 59.0] {
            let origin = Position::new(110.03, lat).expect("valid");
            let plane = LocalPlane::at(origin);
            for offset in [[10_000.0, 0.0], [0.0, 10_000.0], [-7_000.0, 7_000.0], [30.0, -40.0]] {
                let there = plane.position(offset).expect("near");
                let true_m = Geodesic.distance(geo::Point(origin.coord()), geo::Point(there.coord()));
                let flat_m = f64::hypot(offset[0], offset[1]);
                assert!((true_m / flat_m - 1.0).abs() < 1.5e-3, "{lat} {offset:?}: {true_m} against {flat_m}");
            }
        }
    }

    #[test]
    fn degrees_undo_meters() {
        let plane = LocalPlane::at(Position::new(110.03, 40.41).expect("valid"));
        let [x, y] = plane.meters(plane.degrees([123.4, -567.8]));
        assert!((x - 123.4).abs() < 1e-6 && (y + 567.8).abs() < 1e-6);
    }
}
