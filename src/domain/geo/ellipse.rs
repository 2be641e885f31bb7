//! How sure a position is.

use nalgebra::{Matrix2, SymmetricEigen};
use serde::{Deserialize, Serialize};

/// Around a position, the ellipse on the ground that the true one lies in: of a phone the circle that it names, of a
/// camera's finding the one-sigma errors of its pose and pixel.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ErrorEllipse {
    /// The larger semi-axis in metres, along `bearing_deg`.
    pub along_m: f64,
    /// The smaller semi-axis in metres, at a right angle to it.
    pub across_m: f64,
    /// Bearing of the larger axis clockwise from true north, 0 or more and below 180.
    pub bearing_deg: f64,
}

impl ErrorEllipse {
    /// As unsure in all directions.
    #[must_use]
    pub fn circle(radius_m: f64) -> Self {
        Self { along_m: radius_m, across_m: radius_m, bearing_deg: 0.0 }
    }

    /// From the covariance of (east, north) in square metres.
    #[must_use]
    pub fn of_covariance(covariance: Matrix2<f64>) -> Self {
        let eigen = SymmetricEigen::new(covariance);
        let larger = usize::from(eigen.eigenvalues[1] > eigen.eigenvalues[0]);
        let axis = eigen.eigenvectors.column(larger);
        Self {
            along_m: eigen.eigenvalues[larger].max(0.0).sqrt(),
            across_m: eigen.eigenvalues[1 - larger].max(0.0).sqrt(),
            bearing_deg: axis[0].atan2(axis[1]).to_degrees().rem_euclid(180.0) % 180.0,
        }
    }

    /// Metres east and north of its centre, in a plane in which it is the disc of radius 1. Areas keep their proportions.
    pub fn to_unit_disc(self) -> impl Fn([f64; 2]) -> [f64; 2] {
        // What has no width at all would have none to divide by.
        let [along_m, across_m] = [self.along_m, self.across_m].map(|axis_m| axis_m.max(1e-3));
        let (sin, cos) = self.bearing_deg.to_radians().sin_cos();
        move |[east, north]| [(east * sin + north * cos) / along_m, (north * sin - east * cos) / across_m]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ellipse_lies_along_its_larger_axis() {
        let north = ErrorEllipse::of_covariance(Matrix2::new(4.0, 0.0, 0.0, 9.0));
        assert!((north.along_m - 3.0).abs() < 1e-12 && (north.across_m - 2.0).abs() < 1e-12);
        assert!(north.bearing_deg.min(180.0 - north.bearing_deg) < 1e-9);
        let north_east = ErrorEllipse::of_covariance(Matrix2::new(5.0, 4.0, 4.0, 5.0));
        assert!((north_east.bearing_deg - 45.0).abs() < 1e-9 && (north_east.along_m - 3.0).abs() < 1e-9);
        let south_east = ErrorEllipse::of_covariance(Matrix2::new(5.0, -4.0, -4.0, 5.0));
        assert!((south_east.bearing_deg - 135.0).abs() < 1e-9);
    }

    #[test]
    fn its_own_plane_makes_it_a_disc_and_mirrors_nothing() {
        let ellipse = ErrorEllipse { along_m: 20.0, across_m: 5.0, bearing_deg: 90.0 };
        let to_disc = ellipse.to_unit_disc();
        let near = |got: [f64; 2], to: [f64; 2]| assert!((got[0] - to[0]).hypot(got[1] - to[1]) < 1e-12, "{got:?}");
        near(to_disc([20.0, 0.0]), [1.0, 0.0]);
        near(to_disc([0.0, 5.0]), [0.0, 1.0]);
        near(to_disc([-20.0, -5.0]), [-1.0, -1.0]);
    }
}
