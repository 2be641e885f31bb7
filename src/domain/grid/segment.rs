//! Plane geometry of one straight piece of border, in metres around the origin.

/// Metres from the origin to the nearest point of the segment `a`–`b`.
pub(super) fn distance_from_origin(a: [f64; 2], b: [f64; 2]) -> f64 {
    let d = [b[0] - a[0], b[1] - a[1]];
    let length2 = d[0] * d[0] + d[1] * d[1];
    let t = if length2 > 0.0 { (-(a[0] * d[0] + a[1] * d[1]) / length2).clamp(0.0, 1.0) } else { 0.0 };
    // The end itself, so that two edges that share it are equally far from it.
    let nearest = if t >= 1.0 { b } else { [a[0] + t * d[0], a[1] + t * d[1]] };
    (nearest[0] * nearest[0] + nearest[1] * nearest[1]).sqrt()
}

/// Signed area that the triangle origin–`a`–`b` shares with the disc of radius `r` around the origin; the sum over the
/// edges of a polygon (outer rings counter-clockwise, holes clockwise) is the area that polygon and disc share.
///
/// Inside the disc the edge spans a triangle, outside it a sector; the two crossings of line and circle part them.
pub(super) fn shared_with_disc(a: [f64; 2], b: [f64; 2], r: f64) -> f64 {
    let cross = |p: [f64; 2], q: [f64; 2]| p[0] * q[1] - p[1] * q[0];
    let dot = |p: [f64; 2], q: [f64; 2]| p[0] * q[0] + p[1] * q[1];
    let sector = |p, q| f64::atan2(cross(p, q), dot(p, q)) * r * r / 2.0;

    let d = [b[0] - a[0], b[1] - a[1]];
    let (dd, half_b, c) = (dot(d, d), dot(a, d), dot(a, a) - r * r);
    let discriminant = half_b * half_b - dd * c;
    if dd == 0.0 || discriminant <= 0.0 {
        return sector(a, b);
    }
    let root = discriminant.sqrt();
    let enter = ((-half_b - root) / dd).max(0.0);
    let leave = ((-half_b + root) / dd).min(1.0);
    if enter >= leave {
        return sector(a, b);
    }
    let at = |t: f64| [a[0] + t * d[0], a[1] + t * d[1]];
    let (p, q) = (at(enter), at(leave));
    let before = if enter > 0.0 { sector(a, p) } else { 0.0 };
    let after = if leave < 1.0 { sector(q, b) } else { 0.0 };
    before + cross(p, q) / 2.0 + after
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    #[test]
    fn distance_is_to_the_segment_and_not_to_its_line() {
        assert_eq!(distance_from_origin([3.0, -1.0], [3.0, 1.0]), 3.0);
        assert_eq!(distance_from_origin([3.0, 4.0], [9.0, 12.0]), 5.0);
        assert_eq!(distance_from_origin([3.0, 4.0], [3.0, 4.0]), 5.0);
    }

    #[test]
    fn a_square_shares_with_a_disc_what_it_must() {
        let shared = |corners: [[f64; 2]; 4], r: f64| -> f64 {
            (0..4).map(|i| shared_with_disc(corners[i], corners[(i + 1) % 4], r)).sum()
        };
        let square = |x0: f64, y0: f64, x1: f64, y1: f64| [[x0, y0], [x1, y0], [x1, y1], [x0, y1]];
        assert!((shared(square(-9.0, -9.0, 9.0, 9.0), 1.0) - PI).abs() < 1e-12, "disc inside");
        assert!((shared(square(-1.0, -1.0, 1.0, 1.0), 9.0) - 4.0).abs() < 1e-12, "square inside");
        assert!((shared(square(0.0, -9.0, 9.0, 9.0), 2.0) - 2.0 * PI).abs() < 1e-12, "half");
        assert!((shared(square(0.0, 0.0, 9.0, 9.0), 2.0) - PI).abs() < 1e-12, "quarter");
        assert!(shared(square(5.0, 5.0, 9.0, 9.0), 2.0).abs() < 1e-12, "apart");
        // A circular segment: r²·acos(h/r) − h·√(r² − h²).
        let expected = 4.0 * (0.5f64).acos() - 3f64.sqrt();
        assert!((shared(square(1.0, -9.0, 9.0, 9.0), 2.0) - expected).abs() < 1e-12, "segment");
    }
}
