//! Figures on the plane of the town, in metres east and north of its middle.
//!
//! A ring is open (its first point is not repeated) and runs counter-clockwise unless it is a hole.

pub type Point = [f64; 2];

pub fn add(a: Point, b: Point) -> Point {
    [a[0] + b[0], a[1] + b[1]]
}

pub fn minus(a: Point, b: Point) -> Point {
    [a[0] - b[0], a[1] - b[1]]
}

pub fn times(a: Point, factor: f64) -> Point {
    [a[0] * factor, a[1] * factor]
}

pub fn length(a: Point) -> f64 {
    (a[0] * a[0] + a[1] * a[1]).sqrt()
}

pub fn distance(a: Point, b: Point) -> f64 {
    length(minus(a, b))
}

/// `a` with length 1; due east for a point that has no direction.
pub fn unit(a: Point) -> Point {
    let length = length(a);
    if length > 0.0 { times(a, 1.0 / length) } else { [1.0, 0.0] }
}

/// A quarter turn to the left.
pub fn left_of(direction: Point) -> Point {
    [-direction[1], direction[0]]
}

pub fn dot(a: Point, b: Point) -> f64 {
    a[0] * b[0] + a[1] * b[1]
}

/// Degrees clockwise from north, 0 to 360.
pub fn heading_deg(direction: Point) -> f64 {
    direction[0].atan2(direction[1]).to_degrees().rem_euclid(360.0)
}

/// The unit vector that looks along a heading.
pub fn toward(heading_deg: f64) -> Point {
    let (sin, cos) = heading_deg.to_radians().sin_cos();
    [sin, cos]
}

/// Consecutive pairs of a ring's points, the closing pair included.
pub fn sides(ring: &[Point]) -> impl Iterator<Item = (Point, Point)> + '_ {
    ring.iter().zip(ring.iter().cycle().skip(1)).map(|(a, b)| (*a, *b))
}

/// Positive for counter-clockwise rings.
pub fn area_m2(ring: &[Point]) -> f64 {
    sides(ring).map(|(a, b)| a[0] * b[1] - b[0] * a[1]).sum::<f64>() / 2.0
}

pub fn centroid(ring: &[Point]) -> Point {
    let mut sum = [0.0, 0.0];
    for (a, b) in sides(ring) {
        let cross = a[0] * b[1] - b[0] * a[1];
        sum = add(sum, times(add(a, b), cross));
    }
    times(sum, 1.0 / (6.0 * area_m2(ring)))
}

/// Whether `p` lies in the ring, by the even-odd rule.
pub fn contains(ring: &[Point], p: Point) -> bool {
    sides(ring).fold(false, |inside, (a, b)| {
        let crosses = (a[1] > p[1]) != (b[1] > p[1]) && p[0] < (b[0] - a[0]) * (p[1] - a[1]) / (b[1] - a[1]) + a[0];
        inside ^ crosses
    })
}

fn distance_to_side(p: Point, (a, b): (Point, Point)) -> f64 {
    let along = minus(b, a);
    let share = (dot(minus(p, a), along) / dot(along, along)).clamp(0.0, 1.0);
    distance(p, add(a, times(along, share)))
}

/// Metres from `p` to the nearest side of the ring.
pub fn distance_to_ring(p: Point, ring: &[Point]) -> f64 {
    sides(ring).map(|side| distance_to_side(p, side)).fold(f64::INFINITY, f64::min)
}

/// Metres from `p` to the nearest piece of the line.
pub fn distance_to_line(p: Point, line: &[Point]) -> f64 {
    line.windows(2).map(|pair| distance_to_side(p, (pair[0], pair[1]))).fold(f64::INFINITY, f64::min)
}

pub fn line_length(line: &[Point]) -> f64 {
    line.windows(2).map(|pair| distance(pair[0], pair[1])).sum()
}

/// The point that far along the line, and the direction of travel there; the ends beyond it.
pub fn along(line: &[Point], metres: f64) -> (Point, Point) {
    let mut left = metres.max(0.0);
    for (index, pair) in line.windows(2).enumerate() {
        let (piece, direction) = (distance(pair[0], pair[1]), unit(minus(pair[1], pair[0])));
        if left <= piece || index + 2 == line.len() {
            return (add(pair[0], times(direction, left.min(piece))), direction);
        }
        left -= piece;
    }
    (line.first().copied().unwrap_or_default(), [1.0, 0.0])
}

/// The line widened to both sides.
pub fn strip(line: &[Point], half_width_m: f64) -> Vec<Point> {
    let offset = |side: f64| {
        (0..line.len()).map(move |at| {
            let (before, after) = (line[at.saturating_sub(1)], line[(at + 1).min(line.len() - 1)]);
            add(line[at], times(left_of(unit(minus(after, before))), side * half_width_m))
        })
    };
    let mut ring: Vec<Point> = offset(-1.0).collect();
    ring.extend(offset(1.0).rev());
    ring
}

/// The line with a straight piece added at both ends.
pub fn prolonged(line: &[Point], metres: f64) -> Vec<Point> {
    let mut longer = line.to_vec();
    if let [first, second, .., before_last, last] = line {
        longer.insert(0, add(*first, times(unit(minus(*first, *second)), metres)));
        longer.push(add(*last, times(unit(minus(*last, *before_last)), metres)));
    }
    longer
}

/// The ring drawn smaller around its middle.
pub fn shrunk(ring: &[Point], factor: f64) -> Vec<Point> {
    let middle = centroid(ring);
    ring.iter().map(|p| add(middle, times(minus(*p, middle), factor))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQUARE: [Point; 4] = [[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [0.0, 10.0]];

    #[test]
    fn a_square_has_its_area_middle_and_inside() {
        assert!((area_m2(&SQUARE) - 100.0).abs() < 1e-9);
        assert!(distance(centroid(&SQUARE), [5.0, 5.0]) < 1e-9);
        assert!(contains(&SQUARE, [9.0, 1.0]) && !contains(&SQUARE, [11.0, 1.0]));
        assert!((distance_to_ring([5.0, 3.0], &SQUARE) - 3.0).abs() < 1e-9);
    }

    #[test]
    fn a_strip_runs_counter_clockwise() {
        assert!((area_m2(&strip(&[[0.0, 0.0], [50.0, 0.0], [100.0, 0.0]], 5.0)) - 1000.0).abs() < 1e-9);
    }

    #[test]
    fn headings_turn_clockwise_from_north() {
        for (direction, heading) in [([0.0, 1.0], 0.0), ([1.0, 0.0], 90.0), ([0.0, -1.0], 180.0), ([-1.0, 0.0], 270.0)]
        {
            assert!((heading_deg(direction) - heading).abs() < 1e-9);
            assert!(distance(toward(heading), direction) < 1e-9);
        }
    }
}
