//! Between the detector's pixels and the ground.

use std::time::Duration;

use super::{Aspect, Camera, GroundPoint, Pixel, Rule};
use crate::domain::{
    geo::ErrorEllipse,
    vision::{Detector, Frame, Perspective, PixelBox, Settings, Sighting, TrackView},
};

/// A detector that judges in metres where a camera's pose says how tall things appear.
#[derive(Debug, Default)]
pub struct Lookout {
    /// For the size of picture that came last.
    detector: Option<([u32; 2], Detector)>,
}

impl Lookout {
    /// Looks at the next picture of the camera; see [`Detector::look`]. Without a camera it judges by shape.
    pub fn look(&mut self, camera: Option<&Camera>, frame: &Frame<'_>, at: Duration) -> &[Sighting] {
        let size = [frame.width(), frame.height()];
        let known = self.detector.take().filter(|(of, _)| *of == size);
        let (_, detector) = self.detector.insert(known.unwrap_or_else(|| {
            let perspective = camera.and_then(|camera| camera.perspective(size));
            (size, Detector::new(Settings { perspective, ..Settings::default() }))
        }));
        detector.look(frame, at)
    }

    /// Everything followed right now, for drawing boxes.
    pub fn tracks(&self) -> impl Iterator<Item = TrackView> {
        self.detector.iter().flat_map(|(_, detector)| detector.tracks())
    }
}

impl Camera {
    /// How tall things appear to it in a picture of that size; `None` where its pose is not known.
    fn perspective(&self, [width, height]: [u32; 2]) -> Option<Perspective> {
        let view = self.view(Aspect::of_frame(width, height)?)?;
        Some(Perspective::new(|row| view.meter_at(f64::from(row)).map(|part| part as f32)))
    }

    /// The rule that is for what it saw.
    #[must_use]
    pub fn rule_for(&self, sighting: &Sighting) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.sees == sighting.kind && sighting.score >= rule.min_score)
    }

    /// Where a thing stands that is seen in that box of a picture of that size: by its foot. What shows no ground, such
    /// as smoke before the sky, is somewhere in the camera's range; `None` for a camera without a position.
    #[must_use]
    pub fn ground_of(&self, bbox: &PixelBox, [width, height]: [u32; 2]) -> Option<GroundPoint> {
        let (x, y) = bbox.foot();
        let part = |value: f32, size: u32| (f64::from(value) / f64::from(size.max(1))).clamp(0.0, 1.0);
        let foot = Pixel { x: part(x, width), y: part(y, height) };
        let found = self.locate(foot, Aspect::of_frame(width, height)?, None).ok();
        let around = || {
            let position = self.position?;
            Some(GroundPoint { position, error: ErrorEllipse::circle(self.range_m) })
        };
        found.or_else(around)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{camera::Pose, geo::Position};

    fn camera() -> Camera {
        let mut camera = Camera::new("c1", "a pole");
        camera.position = Position::new(110.03, 40.41).ok();
        camera.pose = Pose::new(0.0, 20.0, 60.0).ok();
        camera
    }

    #[test]
    fn a_thing_stands_where_its_lower_edge_is() {
        let bbox = PixelBox { x: 300.0, y: 180.0, w: 40.0, h: 90.0 };
        let ground = camera().ground_of(&bbox, [640, 360]).expect("ground");
        let foot = Pixel { x: 0.5, y: 0.75 };
        assert_eq!(ground, camera().locate(foot, Aspect::default(), None).expect("ground"));
    }

    #[test]
    fn what_shows_no_ground_is_somewhere_in_range_and_nowhere_without_a_camera_position() {
        let sky = PixelBox { x: 0.0, y: 0.0, w: 10.0, h: 10.0 };
        let mut camera = camera();
        let ground = camera.ground_of(&sky, [640, 360]).expect("somewhere");
        assert_eq!((Some(ground.position), ground.error_m()), (camera.position, camera.range_m()));
        camera.position = None;
        assert_eq!(camera.ground_of(&sky, [640, 360]), None);
    }

    #[test]
    fn a_metre_is_as_tall_as_its_two_ends_are_apart() {
        // Level, a camera 2 m high: the horizon cuts everything at 2 m, so a metre is half of what lies below it.
        let mut camera = camera();
        camera.pose = Pose::new(0.0, 0.0, 60.0).ok();
        camera.set_height_m(2.0).expect("valid");
        let view = camera.view(Aspect::default()).expect("a pose");
        assert!((view.meter_at(0.9).expect("ground") - 0.2).abs() < 1e-9);
        assert_eq!(view.meter_at(0.4), None, "sky");
    }
}
