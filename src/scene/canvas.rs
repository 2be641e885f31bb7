//! Painting with soft edges into I420.

use super::lens::Pixel;

/// A picture in I420, rows without gaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    pub width: usize,
    pub height: usize,
    /// `width * height` samples.
    pub y: Vec<u8>,
    /// Half of both sides, rounded up; `v` likewise.
    pub u: Vec<u8>,
    pub v: Vec<u8>,
}

/// Luma, blue and red difference.
#[derive(Debug, Clone, Copy)]
pub(super) struct Colour(pub [u8; 3]);

impl Colour {
    /// ITU-R BT.601, limited range.
    pub fn rgb(red: u8, green: u8, blue: u8) -> Self {
        let [r, g, b] = [red, green, blue].map(f64::from);
        let y = 16.0 + 0.257 * r + 0.504 * g + 0.098 * b;
        let u = 128.0 - 0.148 * r - 0.291 * g + 0.439 * b;
        let v = 128.0 + 0.439 * r - 0.368 * g - 0.071 * b;
        Self([y, u, v].map(|value| value.round() as u8))
    }

    /// Brighter or darker.
    pub fn lit(self, by: f64) -> Self {
        let [y, u, v] = self.0;
        Self([(f64::from(y) * by).clamp(16.0, 235.0) as u8, u, v])
    }
}

/// Lines of a pixel's height, for edges that are not jagged.
const SLICES: usize = 3;

impl Picture {
    #[must_use]
    pub fn new(width: usize, height: usize) -> Self {
        let half = width.div_ceil(2) * height.div_ceil(2);
        Self { width, height, y: vec![0; width * height], u: vec![128; half], v: vec![128; half] }
    }

    /// Takes this size, whatever it was.
    pub(super) fn fit(&mut self, width: usize, height: usize) {
        if (self.width, self.height) != (width, height) {
            *self = Self::new(width, height);
        }
    }

    /// Fills a convex polygon. `cover` is 1 for what nothing shines through.
    pub(super) fn fill(&mut self, corners: &[Pixel], Colour([y, u, v]): Colour, cover: f64) {
        let (width, half) = (self.width, self.width.div_ceil(2));
        fill(&mut self.y, width, corners, 1.0, (y, cover));
        fill(&mut self.u, half, corners, 0.5, (u, cover));
        fill(&mut self.v, half, corners, 0.5, (v, cover));
    }

    /// Takes light away, and leaves the colour.
    pub(super) fn shade(&mut self, corners: &[Pixel], cover: f64) {
        fill(&mut self.y, self.width, corners, 1.0, (16, cover));
    }

    pub(super) fn ellipse(&mut self, [x, y]: Pixel, [across, down]: [f64; 2], colour: Colour, cover: f64) {
        let corner = |i: usize| {
            let (sin, cos) = (i as f64 * std::f64::consts::TAU / 14.0).sin_cos();
            [x + across * cos, y + down * sin]
        };
        self.fill(&std::array::from_fn::<_, 14, _>(corner), colour, cover);
    }

    /// A disc that fades towards its edge.
    pub(super) fn haze(&mut self, [x, y]: Pixel, radius: f64, Colour([luma, u, v]): Colour, cover: f64) {
        let (width, half) = (self.width, self.width.div_ceil(2));
        haze(&mut self.y, width, [x, y], radius, (luma, cover));
        haze(&mut self.u, half, [x / 2.0, y / 2.0], radius / 2.0, (u, cover));
        haze(&mut self.v, half, [x / 2.0, y / 2.0], radius / 2.0, (v, cover));
    }
}

fn mix(sample: &mut u8, value: u8, cover: f32) {
    *sample = (f32::from(*sample) + (f32::from(value) - f32::from(*sample)) * cover + 0.5) as u8;
}

/// Pixels that a length along a side touches.
fn touched(from: f64, to: f64, side: usize) -> std::ops::Range<usize> {
    (from.max(0.0) as usize).min(side)..(to.ceil().max(0.0) as usize).min(side)
}

fn fill(plane: &mut [u8], width: usize, corners: &[Pixel], scale: f64, (value, cover): (u8, f64)) {
    let rows = plane.len() / width.max(1);
    let bounds = |axis: usize| {
        let values = corners.iter().map(move |corner| corner[axis] * scale);
        (values.clone().fold(f64::INFINITY, f64::min), values.fold(f64::NEG_INFINITY, f64::max))
    };
    let (top, bottom) = bounds(1);
    for row in touched(top, bottom, rows) {
        let line = &mut plane[row * width..(row + 1) * width];
        for slice in 0..SLICES {
            let at = row as f64 + (slice as f64 + 0.5) / SLICES as f64;
            let Some((from, to)) = span(corners, scale, at) else { continue };
            let cover = cover / SLICES as f64;
            let pixels = touched(from, to, width);
            let first = pixels.start;
            // What slices before have covered is covered again: the share that is left must be taken of it.
            let cover = cover / (1.0 - cover * slice as f64);
            for (i, sample) in line[pixels].iter_mut().enumerate() {
                let left = (first + i) as f64;
                let share = (to.min(left + 1.0) - from.max(left)).clamp(0.0, 1.0);
                mix(sample, value, (cover * share) as f32);
            }
        }
    }
}

/// Where a horizontal line enters and leaves a convex polygon.
fn span(corners: &[Pixel], scale: f64, at: f64) -> Option<(f64, f64)> {
    let mut found: Option<(f64, f64)> = None;
    let mut before = *corners.last()?;
    for corner in corners {
        let ([x0, y0], [x1, y1]) = (before.map(|c| c * scale), corner.map(|c| c * scale));
        if (y0 <= at) != (y1 <= at) {
            let x = x0 + (at - y0) / (y1 - y0) * (x1 - x0);
            found = Some(found.map_or((x, x), |(from, to)| (from.min(x), to.max(x))));
        }
        before = *corner;
    }
    found
}

fn haze(plane: &mut [u8], width: usize, [x, y]: Pixel, radius: f64, (value, cover): (u8, f64)) {
    let rows = plane.len() / width.max(1);
    for row in touched(y - radius, y + radius, rows) {
        let line = &mut plane[row * width..(row + 1) * width];
        let dy = (row as f64 + 0.5 - y) / radius;
        let pixels = touched(x - radius, x + radius, width);
        let first = pixels.start;
        for (i, sample) in line[pixels].iter_mut().enumerate() {
            let dx = ((first + i) as f64 + 0.5 - x) / radius;
            let inside = (1.0 - dx * dx - dy * dy).max(0.0);
            mix(sample, value, (cover * inside * inside) as f32);
        }
    }
}

/// The corners of the smallest convex polygon around points, in order.
pub(super) fn hull(mut points: Vec<Pixel>) -> Vec<Pixel> {
    points.sort_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
    let turns = |a: &Pixel, b: &Pixel, c: &Pixel| (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
    let mut corners: Vec<Pixel> = Vec::with_capacity(points.len() + 1);
    let half = |points: &mut dyn Iterator<Item = &Pixel>, corners: &mut Vec<Pixel>| {
        let start = corners.len();
        for point in points {
            while corners.len() >= start + 2
                && turns(&corners[corners.len() - 2], &corners[corners.len() - 1], point) <= 0.0
            {
                corners.pop();
            }
            corners.push(*point);
        }
        corners.pop();
    };
    half(&mut points.iter(), &mut corners);
    half(&mut points.iter().rev(), &mut corners);
    corners
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_polygon_covers_a_pixel_by_the_share_that_lies_in_it() {
        let mut picture = Picture::new(8, 8);
        let square = [[1.0, 1.0], [4.5, 1.0], [4.5, 3.0], [1.0, 3.0]];
        picture.fill(&square, Colour([200, 50, 90]), 1.0);
        let row = |y: usize| picture.y[y * 8..y * 8 + 8].to_vec();
        assert_eq!(row(0), [0; 8]);
        let inside = row(1);
        assert_eq!(inside[0], 0);
        assert!(inside[1..4].iter().all(|luma| *luma > 197), "{inside:?}");
        assert!((85..160).contains(&inside[4]), "{inside:?}");
        assert_eq!(row(3), [0; 8]);
    }

    #[test]
    fn painting_beyond_the_edges_paints_what_is_within() {
        let mut picture = Picture::new(5, 5);
        picture.fill(&[[-90.0, -90.0], [90.0, -90.0], [90.0, 90.0], [-90.0, 90.0]], Colour([90, 1, 2]), 1.0);
        assert!(picture.y.iter().all(|luma| *luma >= 89) && picture.u.iter().all(|u| *u <= 3));
        picture.haze([1e9, -1e9], 3.0, Colour([1, 1, 1]), 1.0);
    }

    #[test]
    fn a_hull_leaves_out_what_is_inside() {
        let square = vec![[0.0, 0.0], [2.0, 0.0], [1.0, 1.0], [2.0, 2.0], [0.0, 2.0], [1.0, 0.5]];
        assert_eq!(hull(square), [[0.0, 0.0], [2.0, 0.0], [2.0, 2.0], [0.0, 2.0]]);
    }
}
