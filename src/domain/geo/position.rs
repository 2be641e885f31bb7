//! A point on the ground.

use serde::{Deserialize, Serialize};

/// A WGS84 position in degrees. Always finite, always within ±180 and ±90: a value of this type needs no second check.
///
/// ```
/// use gridwatch::domain::geo::Position;
/// let station = Position::new(110.03, 40.41).unwrap();
/// assert_eq!(station.lon(), 110.03);
/// assert!(Position::new(40.41, 110.03).is_err(), "latitude 110 does not exist");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "Numbers")]
pub struct Position {
    lon: f64,
    lat: f64,
}

/// What a position is read from.
#[derive(Deserialize)]
struct Numbers {
    lon: f64,
    lat: f64,
}

impl TryFrom<Numbers> for Position {
    type Error = PositionError;

    fn try_from(Numbers { lon, lat }: Numbers) -> Result<Self, PositionError> {
        Self::new(lon, lat)
    }
}

/// Why two numbers are no position.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum PositionError {
    #[error("longitude or latitude is not a finite number")]
    NotFinite,
    #[error("longitude {lon} is outside ±180")]
    Longitude { lon: f64 },
    #[error("latitude {lat} is outside ±90")]
    Latitude { lat: f64 },
    /// The latitude is impossible, and exchanging the two numbers would make a position.
    #[error("longitude {lon} and latitude {lat} are swapped")]
    Swapped { lon: f64, lat: f64 },
}

impl Position {
    /// Longitude first, as in GeoJSON.
    ///
    /// # Errors
    /// Says which of the two numbers is impossible, and whether they look exchanged.
    pub fn new(lon: f64, lat: f64) -> Result<Self, PositionError> {
        if !lon.is_finite() || !lat.is_finite() {
            return Err(PositionError::NotFinite);
        }
        let lon_fits = (-180.0..=180.0).contains(&lon);
        let lat_fits = (-90.0..=90.0).contains(&lat);
        match (lon_fits, lat_fits) {
            (true, true) => Ok(Self { lon, lat }),
            (_, false) if (-180.0..=180.0).contains(&lat) && (-90.0..=90.0).contains(&lon) => {
                Err(PositionError::Swapped { lon, lat })
            }
            (_, false) => Err(PositionError::Latitude { lat }),
            (false, _) => Err(PositionError::Longitude { lon }),
        }
    }

    #[must_use]
    pub fn lon(self) -> f64 {
        self.lon
    }

    #[must_use]
    pub fn lat(self) -> f64 {
        self.lat
    }

    /// As `x = lon, y = lat` for planar geometry.
    #[must_use]
    pub fn coord(self) -> geo::Coord<f64> {
        geo::Coord { x: self.lon, y: self.lat }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn impossible_numbers_are_refused_by_name() {
        assert_eq!(Position::new(f64::NAN, 0.0), Err(PositionError::NotFinite));
        assert_eq!(Position::new(0.0, f64::INFINITY), Err(PositionError::NotFinite));
        assert_eq!(Position::new(181.0, 0.0), Err(PositionError::Longitude { lon: 181.0 }));
        assert_eq!(Position::new(500.0, 95.0), Err(PositionError::Latitude { lat: 95.0 }));
        assert_eq!(Position::new(40.4, 110.0), Err(PositionError::Swapped { lon: 40.4, lat: 110.0 }));
        assert!(Position::new(-180.0, -90.0).is_ok());
    }
}
