//! Lines of equal density, as the areas that they enclose.

use contour::ContourBuilder;
use geo::{MapCoordsInPlace, Orient, orient::Direction};

use super::Frame;
use crate::domain::geo::{Area, MercatorPoint};

/// Where values are at least so high; of a value below zero, where they are at least so low.
#[derive(Debug, Clone, PartialEq)]
pub struct Contour {
    pub value: f32,
    /// In degrees; it ends where the frame does.
    pub area: Area,
}

/// The areas of a frame's `values` (row by row) at each of `at`, those left out that enclose nothing.
#[must_use]
pub fn contours(values: &[f32], frame: &Frame, at: &[f32]) -> Vec<Contour> {
    let ([west, north], [step_x, step_y]) = (frame.north_west(), frame.step());
    let builder = ContourBuilder::new(frame.width() as usize, frame.height() as usize, true)
        .x_origin(west)
        .y_origin(north)
        .x_step(step_x)
        .y_step(step_y);
    let upright: Vec<f64> = values.iter().map(|value| f64::from(*value)).collect();
    let upside_down: Vec<f64> = upright.iter().map(|value| -value).collect();
    let contour = |value: &f32| {
        let values = if *value < 0.0 { &upside_down } else { &upright };
        // It refuses what does not have as many values as the frame has pixels.
        let found = builder.contours(values, &[f64::from(value.abs())]).ok()?.pop()?;
        let (mut area, _) = found.into_inner();
        area.map_coords_in_place(|at| MercatorPoint { x: at.x, y: at.y }.degrees().into());
        let area = area.orient(Direction::Default);
        (!area.0.is_empty()).then_some(Contour { value: *value, area })
    };
    at.iter().filter_map(contour).collect()
}

#[cfg(test)]
mod tests {
    use geo::{Area as _, BoundingRect};

    use super::*;

    #[test]
    fn a_contour_lies_where_the_values_cross_it() {
        let frame = Frame::of_box([110.0, 40.0, 110.1, 40.1], 100, 100).expect("a frame");
        // A cone around the middle.
        let value = |i: i32| (40.0 - f32::hypot((i % 100) as f32 - 49.5, (i / 100) as f32 - 49.5)).max(0.0);
        let values: Vec<f32> = (0..10_000).map(value).collect();
        let found = contours(&values, &frame, &[10.0, 30.0, 50.0]);
        assert_eq!(found.iter().map(|contour| contour.value).collect::<Vec<_>>(), [10.0, 30.0]);
        let around = found[1].area.bounding_rect().expect("it encloses something");
        assert!((around.width() - 0.02).abs() < 0.0005, "{around:?}");
        assert!((around.center().x - 110.05).abs() < 1e-4 && (around.center().y - 40.05).abs() < 1e-3);
        assert!(found[1].area.signed_area() > 0.0, "outlines go against the clock");
        let hollow: Vec<f32> = values.iter().map(|value| -value).collect();
        assert_eq!(contours(&hollow, &frame, &[10.0, -30.0])[..], [Contour { value: -30.0, ..found[1].clone() }]);
        assert!(contours(&[], &frame, &[1.0]).is_empty());
        let speck = Frame::of_box([110.0, 40.0, 110.1, 40.1], 1, 1).expect("a frame");
        assert_eq!(contours(&[5.0], &speck, &[1.0]).len(), 1);
    }
}
