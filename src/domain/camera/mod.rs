//! Cameras: where they stand, what ground they see, and which of them sees a place.
//!
//! A finding is a pixel; a case needs a position. [`Camera::locate`] is the one way from one to the other, and
//! [`CameraIndex`] the way back: from a position to the cameras around it.

mod footprint;
mod ground;
mod homography;
mod index;
mod link;
mod outage;
mod pose;
mod ration;
mod rule;
mod seen;
mod stream;
mod timeline;
mod upkeep;
mod view;

use super::geo::{ErrorEllipse, Position};

pub use footprint::Footprint;
pub use ground::{Aspect, GroundPoint, NoGround, PIXEL_SIGMA, Pixel};
pub use homography::{ControlPoint, Homography, HomographyError, MIN_CONTROL_POINTS};
pub use index::{CameraIndex, Covering, Nearby};
pub use link::{Link, LinkCause, LinkEvent, LinkStatus, Pauses};
pub use outage::{Incident, Losses, Outage};
pub use pose::{Pose, PoseError};
pub use ration::{Claim, Sampling, turns};
pub use rule::{Raise, Rule};
pub use seen::Lookout;
pub use stream::{Reader, StreamFacts, StreamKind, StreamUri, StreamUriError};
pub use timeline::Timeline;
pub use upkeep::{CameraTime, Trouble};
pub use view::View;

/// Metres above ground of a camera whose height nobody measured: a lamp pole's arm.
pub const DEFAULT_HEIGHT_M: f64 = 6.0;
/// Metres to which a camera is taken to recognise something when nobody said: a person is then about 40 px tall in
/// a 1080p frame 52° wide (6 mm lens).
pub const DEFAULT_RANGE_M: f64 = 80.0;

/// One camera of a site.
///
/// Everything but `id` and `name` may be unknown. What is known decides how good a finding's position is: a measured
/// [`Homography`] beats a [`Pose`], a pose beats the bare [`Position`], and without that the camera is unplaced.
#[derive(Debug, Clone, PartialEq)]
pub struct Camera {
    pub id: String,
    pub name: String,
    /// The stream in full resolution.
    pub main: Option<StreamUri>,
    /// The small stream for walls of many pictures and for analysis.
    pub sub: Option<StreamUri>,
    pub position: Option<Position>,
    height_m: f64,
    range_m: f64,
    /// Where it looks; for a dome, its home position.
    pub pose: Option<Pose>,
    /// The 20 digits of GB/T 28181.
    pub gb_code: Option<String>,
    /// Name of the credential kept in the environment or in the secrets file; never the credential.
    pub secret: Option<String>,
    /// From the ground control points, which hold for the home position.
    pub homography: Option<Homography>,
    pub presets: Vec<Preset>,
    /// What is to become of what it sees. One with a rule is watched all the time.
    pub rules: Vec<Rule>,
    /// Who is to read its `rtsp://` streams.
    pub preferred_reader: Reader,
    /// Whether it is looked through at all.
    pub enabled: bool,
}

/// A direction that a dome can be sent to.
#[derive(Debug, Clone, PartialEq)]
pub struct Preset {
    /// The dome's own name for it, as in ONVIF.
    pub token: String,
    /// Unknown for presets that nobody measured.
    pub pose: Option<Pose>,
}

/// The best that is known of the ground in front of a camera.
enum Sight<'a> {
    Measured(&'a Homography),
    Posed(View),
    /// Only where the camera itself is.
    Point(Position),
}

impl Camera {
    /// A camera of which nothing more is known: no stream, no position, default height and range.
    #[must_use]
    pub fn new(id: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            main: None,
            sub: None,
            position: None,
            height_m: DEFAULT_HEIGHT_M,
            range_m: DEFAULT_RANGE_M,
            pose: None,
            gb_code: None,
            secret: None,
            homography: None,
            presets: Vec::new(),
            rules: Vec::new(),
            preferred_reader: Reader::default(),
            enabled: true,
        }
    }

    /// The stream that is looked at: the small one where there are two.
    #[must_use]
    pub fn analysed(&self) -> Option<&StreamUri> {
        self.stream(self.analysed_kind())
    }

    #[must_use]
    pub fn analysed_kind(&self) -> StreamKind {
        if self.sub.is_some() { StreamKind::Sub } else { StreamKind::Main }
    }

    #[must_use]
    pub fn stream(&self, kind: StreamKind) -> Option<&StreamUri> {
        match kind {
            StreamKind::Main => self.main.as_ref(),
            StreamKind::Sub => self.sub.as_ref(),
        }
    }

    /// Who reads that one.
    #[must_use]
    pub fn reader(&self) -> Reader {
        self.analysed().map_or(self.preferred_reader, |uri| self.reader_of(uri))
    }

    /// Who reads that one of its streams: only plain RTSP is not GStreamer's anyway.
    #[must_use]
    pub fn reader_of(&self, uri: &StreamUri) -> Reader {
        if uri.scheme() == "rtsp" { self.preferred_reader } else { Reader::Gstreamer }
    }

    /// Metres of the lens above the ground; always above 0.
    #[must_use]
    pub fn height_m(&self) -> f64 {
        self.height_m
    }

    /// Metres on the ground up to which what it sees counts; always above 0.
    #[must_use]
    pub fn range_m(&self) -> f64 {
        self.range_m
    }

    /// # Errors
    /// A height that is not a finite number above 0.
    pub fn set_height_m(&mut self, height_m: f64) -> Result<(), PoseError> {
        self.height_m = pose::above_zero("height_m", height_m)?;
        Ok(())
    }

    /// # Errors
    /// A range that is not a finite number above 0.
    pub fn set_range_m(&mut self, range_m: f64) -> Result<(), PoseError> {
        self.range_m = pose::above_zero("range_m", range_m)?;
        Ok(())
    }

    /// Where on the ground the thing stands whose foot is at `pixel`, and how sure that is.
    ///
    /// `preset` is the token of the preset that a dome stands at, `None` at home. With control points (home only) the
    /// answer is measured, with a pose it is computed, and with neither it is the camera's own point with
    /// [`range_m`](Self::range_m) as error.
    ///
    /// # Errors
    /// Says why there is no such point: no position known, sky, beyond the range, …
    pub fn locate(&self, pixel: Pixel, aspect: Aspect, preset: Option<&str>) -> Result<GroundPoint, NoGround> {
        if !pixel.in_frame() {
            return Err(NoGround::OutOfFrame { x: pixel.x, y: pixel.y });
        }
        match self.sight(aspect, preset)? {
            Sight::Measured(homography) => {
                let point = homography.locate(pixel)?;
                let distance_m = self.position.map_or(0.0, |camera| camera.distance_m(point.position));
                if distance_m > self.range_m {
                    return Err(NoGround::BeyondRange { distance_m, range_m: self.range_m });
                }
                Ok(point)
            }
            Sight::Posed(view) => view.locate(pixel),
            Sight::Point(position) => Ok(GroundPoint { position, error: ErrorEllipse::circle(self.range_m) }),
        }
    }

    /// Where in the frame the ground at `position` appears; `None` when it does not, or nobody knows.
    #[must_use]
    pub fn project(&self, position: Position, aspect: Aspect, preset: Option<&str>) -> Option<Pixel> {
        match self.sight(aspect, preset).ok()? {
            Sight::Measured(homography) => homography.project(position),
            Sight::Posed(view) => view.project(position),
            Sight::Point(_) => None,
        }
    }

    /// How it sees by its pose, at home; `None` without one.
    #[must_use]
    pub fn view(&self, aspect: Aspect) -> Option<View> {
        let (position, pose) = (self.position?, self.pose?);
        Some(View::new(position, self.height_m, pose, self.range_m, aspect))
    }

    /// The ground that it sees up to its range: exact where control points or a pose say so, else the disc around it.
    ///
    /// `None` when it is unplaced, the preset is unknown, or it sees no ground within its range.
    #[must_use]
    pub fn footprint(&self, aspect: Aspect, preset: Option<&str>) -> Option<Footprint> {
        let position = self.position?;
        match self.sight(aspect, preset).ok()? {
            Sight::Measured(homography) => Footprint::of_homography(homography, position, self.range_m),
            Sight::Posed(view) => Footprint::of_view(&view),
            Sight::Point(position) => Some(Footprint::disc(position, self.range_m)),
        }
    }

    fn sight(&self, aspect: Aspect, preset: Option<&str>) -> Result<Sight<'_>, NoGround> {
        let pose = match preset {
            Some(token) => {
                let known = self.presets.iter().find(|preset| preset.token == token);
                known.ok_or_else(|| NoGround::UnknownPreset { preset: token.to_owned() })?.pose
            }
            None => match &self.homography {
                Some(homography) => return Ok(Sight::Measured(homography)),
                None => self.pose,
            },
        };
        let position = self.position.ok_or(NoGround::Unplaced)?;
        Ok(match pose {
            Some(pose) => Sight::Posed(View::new(position, self.height_m, pose, self.range_m, aspect)),
            None => Sight::Point(position),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CENTRE: Pixel = Pixel { x: 0.5, y: 0.5 };

    fn camera() -> Camera {
        let mut camera = Camera::new("c1", "Gate");
        camera.position = Some(Position::new(110.03, 40.41).expect("valid"));
        camera
    }

    #[test]
    fn an_unplaced_camera_locates_nothing() {
        let camera = Camera::new("c1", "Gate");
        assert_eq!(camera.locate(CENTRE, Aspect::default(), None), Err(NoGround::Unplaced));
        assert_eq!(camera.footprint(Aspect::default(), None), None);
    }

    #[test]
    fn a_camera_without_pose_gives_its_own_point_with_its_range_as_error() {
        let camera = camera();
        let found = camera.locate(CENTRE, Aspect::default(), None).expect("ground");
        assert_eq!(Some(found.position), camera.position);
        assert!((found.error_m() - DEFAULT_RANGE_M).abs() < 1e-12);
        assert!(camera.footprint(Aspect::default(), None).expect("a disc").approximate);
    }

    #[test]
    fn a_preset_looks_its_own_way_and_an_unknown_one_is_named() {
        let mut camera = camera();
        camera.pose = Pose::new(0.0, 30.0, 60.0).ok();
        camera.presets = vec![
            Preset { token: "east".into(), pose: Pose::new(90.0, 30.0, 60.0).ok() },
            Preset { token: "unmeasured".into(), pose: None },
        ];
        let home = camera.locate(CENTRE, Aspect::default(), None).expect("ground").position;
        let east = camera.locate(CENTRE, Aspect::default(), Some("east")).expect("ground").position;
        assert!(home.lat() > 40.41 && (home.lon() - 110.03).abs() < 1e-9);
        assert!(east.lon() > 110.03 && (east.lat() - 40.41).abs() < 1e-9);
        let bare = camera.locate(CENTRE, Aspect::default(), Some("unmeasured")).expect("its own point");
        assert_eq!(Some(bare.position), camera.position);
        let unknown = camera.locate(CENTRE, Aspect::default(), Some("west")).expect_err("no such preset");
        assert_eq!(
            serde_json::to_string(&unknown).expect("JSON"),
            r#"{"code":"unknown_preset","params":{"preset":"west"}}"#
        );
    }

    #[test]
    fn pixels_outside_the_frame_are_refused() {
        for (x, y) in [(1.1, 0.5), (0.5, -0.1), (f64::NAN, 0.5)] {
            let refused = camera().locate(Pixel { x, y }, Aspect::default(), None);
            assert!(matches!(refused, Err(NoGround::OutOfFrame { .. })), "{x} {y}");
        }
    }

    #[test]
    fn control_points_count_before_the_pose_and_the_range_still_holds() {
        let mut camera = camera();
        let pose = Pose::new(0.0, 20.0, 60.0).expect("valid");
        let view = View::new(camera.position.expect("placed"), DEFAULT_HEIGHT_M, pose, 1000.0, Aspect::default());
        let points = [(0.1, 0.9), (0.9, 0.9), (0.8, 0.4), (0.2, 0.4), (0.5, 0.6)].map(|(x, y)| {
            let pixel = Pixel { x, y };
            ControlPoint { pixel, position: view.locate(pixel).expect("ground").position }
        });
        camera.homography = Homography::fit(&points).ok();
        // A wrong pose on purpose: it must not be used.
        camera.pose = Pose::new(180.0, 20.0, 60.0).ok();
        let found = camera.locate(CENTRE, Aspect::default(), None).expect("ground").position;
        assert!(found.distance_m(view.locate(CENTRE).expect("ground").position) < 1e-3);
        camera.set_range_m(10.0).expect("positive");
        assert!(matches!(camera.locate(CENTRE, Aspect::default(), None), Err(NoGround::BeyondRange { .. })));
    }

    #[test]
    fn heights_and_ranges_are_above_zero() {
        let mut camera = camera();
        assert!(camera.set_height_m(0.0).is_err());
        assert!(camera.set_range_m(f64::INFINITY).is_err());
        assert_eq!(camera.set_height_m(-1.0).expect_err("negative").field, "height_m");
    }
}
