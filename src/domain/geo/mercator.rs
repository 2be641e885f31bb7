//! Web Mercator: the plane of map tiles.

use super::Position;

/// Half the edge of the plane's square, in metres of the plane: π times the sphere's radius (EPSG:3857).
const HALF_EDGE_M: f64 = std::f64::consts::PI * 6_378_137.0;
/// Edge of a map tile in pixels; a zoom level's plane has `TILE_PX << zoom` of them.
pub const TILE_PX: u32 = 256;
/// Deepest zoom level that anybody asks for.
pub const DEEPEST_ZOOM: u8 = 22;

/// A point of the plane: x from the 180th meridian eastward, y from 85.05° north southward, both 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MercatorPoint {
    pub x: f64,
    pub y: f64,
}

impl MercatorPoint {
    /// Latitudes beyond the plane are taken to its edge.
    #[must_use]
    pub fn of(position: Position) -> Self {
        // ±85.051129°, where y reaches 0 and 1.
        let limit = std::f64::consts::PI.sinh().atan();
        let lat = position.lat().to_radians().clamp(-limit, limit);
        let north = lat.tan().asinh() / std::f64::consts::PI;
        Self { x: (position.lon() + 180.0) / 360.0, y: (1.0 - north) / 2.0 }
    }
}

impl MercatorPoint {
    /// Longitude and latitude.
    #[must_use]
    pub fn degrees(self) -> [f64; 2] {
        let north = (1.0 - 2.0 * self.y) * std::f64::consts::PI;
        [self.x * 360.0 - 180.0, north.sinh().atan().to_degrees()]
    }

    /// Metres of the plane east and north of its middle (EPSG:3857).
    #[must_use]
    pub fn meters(self) -> [f64; 2] {
        [(2.0 * self.x - 1.0) * HALF_EDGE_M, (1.0 - 2.0 * self.y) * HALF_EDGE_M]
    }
}

/// Metres on the ground of one pixel of a zoom level, at a height of the plane (0 at the north). `zoom` may lie between
/// two levels. The scale of Mercator grows with latitude: the ground shrinks by its cosine.
#[must_use]
pub fn ground_m_per_px(zoom: f64, y: f64) -> f64 {
    // The cosine of the latitude whose tangent is sinh(northing).
    let cos_lat = ((1.0 - 2.0 * y) * std::f64::consts::PI).cosh().recip();
    2.0 * HALF_EDGE_M * cos_lat / px_of_plane(zoom)
}

/// Pixels of the whole plane's edge at a zoom level.
#[must_use]
pub fn px_of_plane(zoom: f64) -> f64 {
    f64::from(TILE_PX) * zoom.exp2()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plane_is_that_of_the_tile_scheme() {
        let at = |lon, lat| MercatorPoint::of(Position::new(lon, lat).expect("valid"));
        assert_eq!(at(0.0, 0.0), MercatorPoint { x: 0.5, y: 0.5 });
        assert!(at(180.0, 90.0).y.abs() < 1e-12 && (at(-180.0, -90.0).y - 1.0).abs() < 1e-12);
        // The demo site lies in tile 14/13199/6178.
        let here = at(110.03, 40.41);
        assert_eq!(((here.x * 16384.0).floor(), (here.y * 16384.0).floor()), (13199.0, 6178.0));
    }

    #[test]
    fn a_point_knows_its_degrees_and_its_metres() {
        let [lon, lat] = MercatorPoint::of(Position::new(110.03, 40.41).expect("valid")).degrees();
        assert!((lon - 110.03).abs() < 1e-12 && (lat - 40.41).abs() < 1e-12);
        let [east, north] = MercatorPoint { x: 1.0, y: 0.0 }.meters();
        assert!((east - 20_037_508.342_789).abs() < 1e-3 && (north - east).abs() < 1e-9);
    }

    #[test]
    fn a_pixel_of_zoom_0_is_156_km_at_the_equator_and_half_of_it_at_60_degrees() {
        assert!((ground_m_per_px(0.0, 0.5) - 156_543.034).abs() < 0.001);
        let north = MercatorPoint::of(Position::new(0.0, 60.0).expect("valid"));
        assert!((ground_m_per_px(1.0, north.y) - 156_543.034 / 4.0).abs() < 0.001);
    }
}
