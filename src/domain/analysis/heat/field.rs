//! The density of events over a part of the plane.

use super::{HeatPoint, Spread, gaussian};
use crate::domain::geo::mercator::{ground_m_per_px, px_of_plane};

/// Events per square kilometre on the pixels of one zoom level. The pixels are those of the whole plane, so fields of
/// neighbouring parts have the same values where they meet.
pub struct Field {
    px_of_plane: f64,
    /// The field's first pixel, counted on the plane.
    left: f64,
    top: f64,
    width: usize,
    height: usize,
    values: Vec<f32>,
}

/// A Gaussian that is this many pixels wide is drawn faithfully; a wider one is worked out on a coarser level.
const ENOUGH_SIGMA_PX: f64 = 4.0;
/// The peak needs less.
const ENOUGH_FOR_PEAK_PX: f64 = 2.0;
/// Cells of a field at most, whatever is asked: 128 MiB of floats, twice.
const MOST_CELLS: f64 = 33_554_432.0;

impl Field {
    /// Over `bounds` (west, north, east, south on the plane) for a picture of that zoom.
    pub fn over(points: &[HeatPoint], bounds: [f64; 4], zoom: f64, spread: Spread) -> Self {
        Self::new(points, bounds, zoom, spread, ENOUGH_SIGMA_PX)
    }

    /// The highest density of all, in a picture of that zoom.
    pub fn peak(points: &[HeatPoint], zoom: f64, spread: Spread) -> f32 {
        let grown =
            |[w, n, e, s]: [f64; 4], p: &HeatPoint| [w.min(p.at.x), n.min(p.at.y), e.max(p.at.x), s.max(p.at.y)];
        let nothing = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
        let bounds = points.iter().fold(nothing, grown);
        if points.is_empty() {
            return 0.0;
        }
        let field = Self::new(points, bounds, zoom, spread, ENOUGH_FOR_PEAK_PX);
        field.values.iter().copied().fold(0.0, f32::max)
    }

    fn new(points: &[HeatPoint], bounds: [f64; 4], zoom: f64, spread: Spread, enough_sigma_px: f64) -> Self {
        let [west, north, east, south] = bounds;
        // By the width at the equator: the same level for every part of the plane.
        let sigma_px = spread.sigma_m(zoom, 0.5) / ground_m_per_px(zoom, 0.5);
        let coarser = (sigma_px / enough_sigma_px).log2().floor().max(0.0);
        let fits = (MOST_CELLS / ((east - west) * (south - north)).max(1e-18)).sqrt() / px_of_plane(0.0);
        let level = (zoom.ceil() - coarser).min(fits.log2().floor()).clamp(0.0, 30.0);
        let plane = px_of_plane(level);
        let sigma_px = |y: f64| spread.sigma_m(zoom, y.clamp(0.0, 1.0)) / ground_m_per_px(level, y.clamp(0.0, 1.0));

        // Events that far outside still shine in; one more pixel, because values are read between pixels.
        let widest_px = sigma_px(north).max(sigma_px(south));
        let margin = (gaussian::REACH_SIGMAS * widest_px).ceil() + 2.0;
        let (left, top) = ((west * plane).floor() - margin, (north * plane).floor() - margin);
        let width = ((east * plane).ceil() + margin - left) as usize;
        let height = ((south * plane).ceil() + margin - top) as usize;
        let mut field = Self { px_of_plane: plane, left, top, width, height, values: vec![0.0; width * height] };
        for point in points {
            field.count(point);
        }
        let y_of_row = |row: usize| (top + row as f64 + 0.5) / plane;
        gaussian::spread(&mut field.values, width, |row| sigma_px(y_of_row(row)));
        for (row, values) in field.values.chunks_exact_mut(width).enumerate() {
            let km = ground_m_per_px(level, y_of_row(row).clamp(0.0, 1.0)) / 1000.0;
            let per_km2 = (km * km).recip() as f32;
            for value in values {
                *value *= per_km2;
            }
        }
        field
    }

    /// Shares an event between the four pixels around it, so that where it lies within a pixel is not lost.
    fn count(&mut self, point: &HeatPoint) {
        let x = point.at.x * self.px_of_plane - self.left - 0.5;
        let y = point.at.y * self.px_of_plane - self.top - 0.5;
        if x < 0.0 || y < 0.0 || x >= (self.width - 1) as f64 || y >= (self.height - 1) as f64 {
            return;
        }
        let (fx, fy) = (x.fract() as f32, y.fract() as f32);
        let cell = y as usize * self.width + x as usize;
        self.values[cell] += point.weight * (1.0 - fx) * (1.0 - fy);
        self.values[cell + 1] += point.weight * fx * (1.0 - fy);
        self.values[cell + self.width] += point.weight * (1.0 - fx) * fy;
        self.values[cell + self.width + 1] += point.weight * fx * fy;
    }

    /// The density at a point of the plane inside the bounds, between the pixels around it.
    pub fn at(&self, x: f64, y: f64) -> f32 {
        let x = (x * self.px_of_plane - self.left - 0.5).clamp(0.0, (self.width - 2) as f64);
        let y = (y * self.px_of_plane - self.top - 0.5).clamp(0.0, (self.height - 2) as f64);
        let (fx, fy) = (x.fract() as f32, y.fract() as f32);
        let cell = y as usize * self.width + x as usize;
        let across = |cell: usize| self.values[cell] * (1.0 - fx) + self.values[cell + 1] * fx;
        across(cell) * (1.0 - fy) + across(cell + self.width) * fy
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        analysis::heat::{Frame, density, peak},
        geo::Position,
    };

    fn here(lon: f64, lat: f64) -> HeatPoint {
        HeatPoint::at(Position::new(lon, lat).expect("valid"))
    }

    /// Ten places around the demo site's middle, some twice.
    fn street() -> Vec<HeatPoint> {
        (0..14).map(|i| here(110.02 + f64::from(i % 10) * 0.0021, 40.40 + f64::from(i * i % 11) * 0.0017)).collect()
    }

    #[test]
    fn one_event_has_the_density_of_its_gaussian_at_every_zoom_and_latitude() {
        // σ = 100 m: 1 / (2π · 0.01 km²).
        let expected = 1.0 / (2.0 * std::f64::consts::PI * 0.01);
        for lat in [0.0, 40.41, -60.0] {
            for degrees in [0.004, 0.01, 0.03] {
                let bounds = [110.0 - degrees, lat - degrees, 110.0 + degrees, lat + degrees];
                let frame = Frame::of_box(bounds, 401, 401).expect("a frame");
                let values = density(&[here(110.0, lat)], &frame, Spread::Meters(300.0));
                let highest = values.iter().copied().fold(0.0, f32::max);
                assert!((f64::from(highest) / expected - 1.0).abs() < 0.02, "{lat} {degrees}: {highest} {expected}");
            }
        }
    }

    #[test]
    fn heat_conserves_the_count() {
        let points = street();
        let frame = Frame::of_box([109.99, 40.37, 110.07, 40.45], 700, 700).expect("a frame");
        let values = density(&points, &frame, Spread::Meters(300.0));
        let row_km2 = |row: usize| {
            let y = frame.north_west()[1] + (row as f64 + 0.5) * frame.step()[1];
            let scale = ground_m_per_px(0.0, y) * 256.0 / 1000.0;
            frame.step()[0] * frame.step()[1] * scale * scale
        };
        let events: f64 = values.iter().enumerate().map(|(i, value)| f64::from(*value) * row_km2(i / 700)).sum();
        assert!((events / points.len() as f64 - 1.0).abs() < 0.005, "{events}");
    }

    #[test]
    fn tiles_have_no_seams() {
        let points = street();
        for (zoom, x, y) in [(13, 6599, 3089), (15, 26399, 12356), (18, 211_193, 98_851)] {
            let tile = |dx: u32, dy: u32| {
                density(&points, &Frame::of_tile(zoom, x + dx, y + dy, 256).expect("a tile"), Spread::Meters(300.0))
            };
            let (a, right, below) = (tile(0, 0), tile(1, 0), tile(0, 1));
            let highest = a.iter().copied().fold(1.0, f32::max);
            for i in 0..256 {
                // A step over the border is no larger than the steps beside it.
                let (before, edge, over) = (a[i * 256 + 254], a[i * 256 + 255], right[i * 256]);
                let after = right[i * 256 + 1];
                let usual = (edge - before).abs().max((after - over).abs());
                assert!((over - edge).abs() <= usual * 1.5 + highest * 1e-4, "zoom {zoom} row {i}");
                let (before, edge, over, after) = (a[254 * 256 + i], a[255 * 256 + i], below[i], below[256 + i]);
                let usual = (edge - before).abs().max((after - over).abs());
                assert!((over - edge).abs() <= usual * 1.5 + highest * 1e-4, "zoom {zoom} column {i}");
            }
        }
    }

    #[test]
    fn the_peak_is_the_highest_value_of_any_frame() {
        let points = street();
        let frame = Frame::of_box([110.01, 40.39, 110.05, 40.43], 900, 900).expect("a frame");
        let highest = density(&points, &frame, Spread::DEFAULT).into_iter().fold(0.0, f32::max);
        let found = peak(&points, frame.zoom(), Spread::DEFAULT);
        assert!((found / highest - 1.0).abs() < 0.05, "{found} {highest}");
        assert_eq!(peak(&[], 14.0, Spread::DEFAULT), 0.0);
    }

    #[test]
    fn far_out_an_event_is_still_a_visible_spot() {
        let frame = Frame::of_tile(6, 51, 24, 256).expect("a tile");
        let values = density(&street(), &frame, Spread::Meters(300.0));
        assert!(values.iter().filter(|value| **value > 0.0).count() > 100);
    }
}
