//! Where things are: WGS84 positions, the datums that Chinese maps and phones use instead, and metres around a place.

mod datum;
mod ellipse;
pub mod mercator;
mod plane;
mod position;

pub use datum::Datum;
pub use ellipse::ErrorEllipse;
pub use mercator::MercatorPoint;
pub use plane::LocalPlane;
pub use position::{Position, PositionError};

/// A closed area on the ground in WGS84 degrees, x = lon, y = lat. Rings follow the even-odd rule.
pub type Area = geo::MultiPolygon<f64>;
