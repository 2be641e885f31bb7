//! Where a camera looks.

use serde::Serialize;

/// Direction and width of a camera's view, in degrees. Values of this type are always within their limits.
///
/// ```
/// use gridwatch::domain::camera::Pose;
/// let pose = Pose::new(-90.0, 25.0, 60.0).unwrap();
/// assert_eq!(pose.heading_deg(), 270.0);
/// assert_eq!(Pose::new(0.0, 120.0, 60.0).unwrap_err().field, "tilt_deg");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, utoipa::ToSchema)]
#[expect(clippy::struct_field_names, reason = "the unit belongs to each name: these are the names in cameras.toml")]
pub struct Pose {
    heading_deg: f64,
    tilt_deg: f64,
    hfov_deg: f64,
}

/// A number that no camera can have.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("{field} is {value}, but must be {allowed}")]
pub struct PoseError {
    pub field: &'static str,
    pub value: f64,
    pub allowed: &'static str,
}

impl Pose {
    /// `heading_deg` clockwise from true north, any finite number; `tilt_deg` down from the horizontal, −90 (zenith)
    /// to 90 (straight down, with the heading at the top of the picture); `hfov_deg` the horizontal angle of view,
    /// between 0 and 180.
    ///
    /// # Errors
    /// Names the number that is out of its limits.
    pub fn new(heading_deg: f64, tilt_deg: f64, hfov_deg: f64) -> Result<Self, PoseError> {
        let wrong = |field, value, allowed| Err(PoseError { field, value, allowed });
        if !heading_deg.is_finite() {
            return wrong("heading_deg", heading_deg, "a finite number");
        }
        if !(-90.0..=90.0).contains(&tilt_deg) {
            return wrong("tilt_deg", tilt_deg, "between -90 and 90");
        }
        if !(hfov_deg > 0.0 && hfov_deg < 180.0) {
            return wrong("hfov_deg", hfov_deg, "above 0 and below 180");
        }
        // `rem_euclid` of a tiny negative number rounds to 360 itself; the second % brings that to 0.
        Ok(Self { heading_deg: heading_deg.rem_euclid(360.0) % 360.0, tilt_deg, hfov_deg })
    }

    /// Clockwise from true north, 0 or more and below 360.
    #[must_use]
    pub fn heading_deg(self) -> f64 {
        self.heading_deg
    }

    /// Down from the horizontal, −90 to 90.
    #[must_use]
    pub fn tilt_deg(self) -> f64 {
        self.tilt_deg
    }

    /// The horizontal angle of view, above 0 and below 180.
    #[must_use]
    pub fn hfov_deg(self) -> f64 {
        self.hfov_deg
    }
}

/// `value` if it is a finite number above zero.
pub(super) fn above_zero(field: &'static str, value: f64) -> Result<f64, PoseError> {
    if value.is_finite() && value > 0.0 { Ok(value) } else { Err(PoseError { field, value, allowed: "above 0" }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_brought_into_one_turn() {
        for (given, kept) in [(0.0, 0.0), (360.0, 0.0), (-90.0, 270.0), (725.0, 5.0), (-1e-20, 0.0)] {
            let heading = Pose::new(given, 0.0, 60.0).expect("valid").heading_deg();
            assert!((heading - kept).abs() < 1e-12, "{given}: {heading}");
        }
    }

    #[test]
    fn what_is_wrong_is_named_with_its_value() {
        for (heading, tilt, hfov, field) in [
            (f64::NAN, 0.0, 60.0, "heading_deg"),
            (f64::INFINITY, 0.0, 60.0, "heading_deg"),
            (0.0, 90.1, 60.0, "tilt_deg"),
            (0.0, f64::NAN, 60.0, "tilt_deg"),
            (0.0, 0.0, 0.0, "hfov_deg"),
            (0.0, 0.0, 180.0, "hfov_deg"),
            (0.0, 0.0, f64::NAN, "hfov_deg"),
        ] {
            assert_eq!(Pose::new(heading, tilt, hfov).expect_err("refused").field, field);
        }
        let told = Pose::new(0.0, 100.0, 60.0).expect_err("refused").to_string();
        assert_eq!(told, "tilt_deg is 100, but must be between -90 and 90");
    }
}
