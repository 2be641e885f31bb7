//! The whole way from a picture to sightings.

use std::time::Duration;

use super::{
    Frame, Kind, Perspective, Sighting, TrackView,
    background::Background,
    blob::{Blob, Flood, MOST_BLOBS},
    cells::Cells,
    kinds::Look,
    light::Light,
    plume::{Plume, Smoke},
    shrink::Small,
    still::is_hole,
    sway::Profile,
    track::Track,
    tracker::{MOST_TRACKS, Tracker},
};

/// How a detector judges. The defaults are for a street camera.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// With it, sizes are judged in metres; without it, by shape. Default: none.
    pub perspective: Option<Perspective>,
    /// How long a vehicle or a thing must stand to be parked or left. Default: 20 s.
    pub dwell: Duration,
    /// How long something must be followed to be told of. Default: 0.6 s.
    pub confirm: Duration,
    /// Grey levels by which something must differ from the street at least. Default: 12.
    pub contrast: u8,
    /// A larger share of the picture cannot change by things coming: it is learned anew. Default: 0.6.
    pub recalibrate: f32,
    /// A longer pause between pictures starts afresh: what came meanwhile was not seen coming. Default: 60 s.
    pub longest_gap: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            perspective: None,
            dwell: Duration::from_secs(20),
            confirm: Duration::from_millis(600),
            contrast: 12,
            recalibrate: 0.6,
            longest_gap: Duration::from_mins(1),
        }
    }
}

/// Seconds of learning before anything is told.
const WARM_UP_S: f32 = 3.0;

/// Watches the pictures of one camera.
///
/// It holds less than 1 MB: six bytes a pixel of a picture of at most 320 × 320, and room for 64 tracks and 96 blobs. All
/// of it is taken with the first picture of a size; after that [`look`](Self::look) allocates nothing.
#[derive(Debug)]
pub struct Detector {
    settings: Settings,
    /// What depends on the size of the pictures; `None` before the first.
    eye: Option<Eye>,
    tracker: Tracker,
    sightings: Vec<Sighting>,
}

#[derive(Debug)]
struct Eye {
    size: (u32, u32),
    at: Duration,
    small: Small,
    background: Background,
    /// Of the street, taken anew every second.
    profile: Profile,
    profile_age_s: f32,
    cells: Cells,
    flood: Flood,
    blobs: Vec<Blob>,
    plume: Plume,
    /// Smoke that this picture showed.
    smoke: Option<Smoke>,
}

impl Detector {
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        // A track can become a vehicle and parked with the same picture.
        Self { settings, eye: None, tracker: Tracker::new(), sightings: Vec::with_capacity(2 * MOST_TRACKS) }
    }

    /// Looks at the next picture, taken at stream time `at`, and returns what became a finding with it: every track at
    /// most once for each kind.
    ///
    /// Any rate from 1 to 25 pictures a second will do. A step back in time, a gap of more than
    /// [`Settings::longest_gap`] or another size starts afresh; so does a picture of which most has changed, apart from
    /// the light, which is evened out.
    pub fn look(&mut self, frame: &Frame<'_>, at: Duration) -> &[Sighting] {
        self.sightings.clear();
        let size = (frame.width(), frame.height());
        let gap = self.settings.longest_gap;
        let elapsed = self.eye.as_ref().and_then(|eye| at.checked_sub(eye.at)).filter(|elapsed| *elapsed <= gap);
        match &mut self.eye {
            Some(eye) if eye.size == size && elapsed.is_some() => {
                let elapsed_s = elapsed.unwrap_or_default().as_secs_f32();
                eye.at = at;
                eye.small.take(frame);
                if elapsed_s > 0.0 {
                    self.see(elapsed_s);
                }
            }
            Some(eye) if eye.size == size => {
                eye.small.take(frame);
                eye.start(at);
                self.tracker.tracks.clear();
            }
            _ => {
                self.eye = Some(Eye::new(frame, at, self.settings.contrast));
                self.tracker.tracks.clear();
            }
        }
        &self.sightings
    }

    /// Everything followed right now, for drawing boxes; also what is not worth telling yet.
    pub fn tracks(&self) -> impl Iterator<Item = TrackView> {
        let factor = self.eye.as_ref().map_or(1.0, |eye| eye.small.factor as f32);
        let at = self.eye.as_ref().map_or(Duration::ZERO, |eye| eye.at);
        let in_sight = self.tracker.tracks.iter().filter(move |track| track.seen == at);
        in_sight.map(move |track| TrackView {
            id: track.id,
            bbox: track.bbox().scaled(factor),
            kind: kind_of(track),
            score: track.evidence.score(),
        })
    }

    fn see(&mut self, elapsed_s: f32) {
        let Some(eye) = &mut self.eye else { return };
        let changed = eye.find_blobs(elapsed_s);
        if changed > self.settings.recalibrate {
            eye.start(eye.at);
            self.tracker.tracks.clear();
            return;
        }
        if eye.background.age_s().is_some_and(|age_s| age_s < WARM_UP_S) {
            return;
        }
        self.tracker.update(&eye.blobs, &eye.small, elapsed_s, eye.at);
        self.tell();
        self.tell_smoke();
    }

    fn tell_smoke(&mut self) {
        let Some(eye) = &mut self.eye else { return };
        let Some(Smoke { bbox, score, since }) = eye.smoke.take() else { return };
        let bbox = bbox.scaled(eye.small.factor as f32);
        let track = self.tracker.new_id();
        self.sightings.push(Sighting { kind: Kind::Smoke, score, bbox, track, since, at: eye.at });
    }

    fn tell(&mut self) {
        let Some(eye) = &mut self.eye else { return };
        let (at, settings) = (eye.at, &self.settings);
        let factor = eye.small.factor as f32;
        self.tracker.tracks.retain_mut(|track| {
            // When it has come to rest, and below before anything is told.
            let in_doubt = track.anchor.as_ref().is_some_and(|anchor| anchor.is_new(at));
            if in_doubt && is_hole(&eye.small, &eye.background, &track.bbox()) {
                eye.background.accept(&eye.small, &track.bbox());
                return false;
            }
            if let Some(anchor) = &track.anchor {
                eye.plume.mistrust(&anchor.bbox);
            }
            let look = Look {
                bbox: track.bbox(),
                speed: track.speed(),
                height: eye.small.height as f32,
                perspective: settings.perspective.as_ref(),
            };
            if track.seen == at && track.anchor.is_none() && look.is_whole(eye.small.width as f32) {
                track.judge(&look);
            }
            if let Some((kind, score)) = finding(track, &look, settings, at)
                && !track.was_told(kind)
            {
                if is_hole(&eye.small, &eye.background, &track.bbox()) {
                    eye.background.accept(&eye.small, &track.bbox());
                    return false;
                }
                track.tell(kind);
                self.sightings.push(Sighting {
                    kind,
                    score,
                    bbox: track.bbox().scaled(factor),
                    track: track.id,
                    since: track.began,
                    at,
                });
            }
            true
        });
    }
}

impl Eye {
    fn new(frame: &Frame<'_>, at: Duration, contrast: u8) -> Self {
        let mut small = Small::for_size(frame.width(), frame.height());
        small.take(frame);
        let mut background = Background::new(small.width, small.height, contrast);
        background.start(&small);
        let cells = Cells::new(small.width, small.height);
        Self {
            size: (frame.width(), frame.height()),
            at,
            profile: Profile::of_street(&background),
            profile_age_s: 0.0,
            flood: Flood::new(&cells),
            blobs: Vec::with_capacity(MOST_BLOBS),
            plume: Plume::new(small.width, small.height),
            smoke: None,
            small,
            background,
            cells,
        }
    }

    fn start(&mut self, at: Duration) {
        self.at = at;
        self.background.start(&self.small);
        self.profile = Profile::of_street(&self.background);
        self.profile_age_s = 0.0;
        self.plume.start();
    }

    /// Compares the picture with the street. Returns the share of it that has changed.
    fn find_blobs(&mut self, elapsed_s: f32) -> f32 {
        self.profile_age_s += elapsed_s;
        if self.profile_age_s > 1.0 {
            self.profile = Profile::of_street(&self.background);
            self.profile_age_s = 0.0;
        }
        let sway = Profile::of_small(&self.small).sway_from(&self.profile);
        let light = Light::of(&self.small, &self.background);
        let changed = self.background.compare(&self.small, light, sway, elapsed_s);
        self.smoke = self.plume.look(&self.small, &self.background, light, sway, (elapsed_s, self.at));
        self.cells.count(&self.background);
        self.cells.decide(&self.small, &self.background, light, sway);
        self.flood.collect(&mut self.cells, &self.background, &mut self.blobs);
        changed
    }
}

fn kind_of(track: &Track) -> Kind {
    let told = [Kind::ParkedVehicle, Kind::LeftObject].into_iter().find(|kind| track.was_told(*kind));
    match told {
        Some(kind) if track.anchor.is_some() => kind,
        _ => track.evidence.kind(),
    }
}

/// What a track is worth telling as, now.
fn finding(track: &Track, look: &Look<'_>, settings: &Settings, at: Duration) -> Option<(Kind, f32)> {
    let age = at.saturating_sub(track.began);
    // At one picture a second two looks must do.
    if age < settings.confirm || track.looks < 3 && age < Duration::from_secs(1) {
        return None;
    }
    if let Some(anchor) = &track.anchor {
        if anchor.age(at) < settings.dwell || !anchor.is_in_sight(at) {
            return None;
        }
        return if track.has_driven_here() {
            (look.odds() > 0.0).then(|| (Kind::ParkedVehicle, track.arrival.vehicle()))
        } else {
            // What walked here and stands may still be somebody who waits.
            look.could_be_left().then(|| (Kind::LeftObject, if track.has_gone_somewhere() { 0.6 } else { 0.8 }))
        };
    }
    let moves = track.seen == at && track.has_gone_somewhere() && track.evidence.is_plausible();
    moves.then(|| (track.evidence.kind(), track.evidence.score()))
}

#[cfg(test)]
mod tests {
    use super::{super::Plane, *};
    use proptest::prelude::*;

    const WIDTH: usize = 320;
    const HEIGHT: usize = 180;

    /// Noise of ±`strength` that depends on nothing but its arguments.
    fn noise(i: usize, picture: u64, strength: u64) -> i32 {
        let mut hash = (i as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ picture.wrapping_mul(0xD1B5_4A32_D192_ED03);
        hash = (hash ^ (hash >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        ((hash >> 32) % (2 * strength + 1)) as i32 - strength as i32
    }

    /// A street of stones, brightened by `light`, and what `thing` paints upon it.
    fn picture(picture: u64, light: f32, thing: impl Fn(usize, usize) -> Option<u8>) -> Vec<u8> {
        let luma = |i: usize| {
            let (x, y) = (i % WIDTH, i / WIDTH);
            let street = 90 + (x / 7 * 13 + y / 5 * 29) % 40;
            let luma = thing(x, y).map_or(street as f32, f32::from) * light;
            (luma as i32 + noise(i, picture, 4)).clamp(0, 255) as u8
        };
        (0..WIDTH * HEIGHT).map(luma).collect()
    }

    fn look(detector: &mut Detector, luma: &[u8], at_s: f64) -> Vec<Sighting> {
        let plane = Plane { data: luma, stride: WIDTH };
        let frame = Frame::new(WIDTH as u32, HEIGHT as u32, plane, None).expect("a frame");
        detector.look(&frame, Duration::from_secs_f64(at_s)).to_vec()
    }

    /// Pictures of `seconds` at a rate, of which `thing` says what is where at a time.
    fn watch(
        detector: &mut Detector,
        fps: f64,
        seconds: f64,
        light: impl Fn(f64) -> f32,
        thing: impl Fn(f64, usize, usize) -> Option<u8>,
    ) -> Vec<Sighting> {
        let at = |i: u64| i as f64 / fps;
        let pictures = (0..).take_while(|i| at(*i) < seconds);
        pictures.flat_map(|i| look(detector, &picture(i, light(at(i)), |x, y| thing(at(i), x, y)), at(i))).collect()
    }

    fn square(left: f64, top: f64, side: f64, x: usize, y: usize) -> Option<u8> {
        let within = |value: usize, from: f64| (from..from + side).contains(&(value as f64));
        (within(x, left) && within(y, top)).then_some(210)
    }

    #[test]
    fn an_empty_street_with_noise_is_never_told_of() {
        let found = watch(&mut Detector::new(Settings::default()), 10.0, 40.0, |_| 1.0, |_, _, _| None);
        assert_eq!(found, []);
    }

    #[test]
    fn a_lamp_a_cloud_and_an_exposure_are_no_findings() {
        let step = |t: f64| if t > 8.0 { 1.45f32 } else { 1.0 };
        let cloud = |t: f64| 1.0 + 0.3 * (t / 5.0).sin() as f32;
        let dark = |t: f64| if t > 8.0 { 0.4f32 } else { 1.0 };
        for light in [&step as &dyn Fn(f64) -> f32, &cloud, &dark] {
            let found = watch(&mut Detector::new(Settings::default()), 5.0, 40.0, light, |_, _, _| None);
            assert_eq!(found, []);
        }
    }

    #[test]
    fn who_walks_through_is_told_of_once_at_any_rate() {
        for fps in [2.0, 5.0, 12.5, 25.0] {
            let walker = |t: f64, x: usize, y: usize| {
                let left = 22.0 * (t - 4.0);
                let within = (left..left + 12.0).contains(&(x as f64)) && (80..112).contains(&y);
                (t > 4.0 && within).then_some(30 + (y % 9 * 4) as u8)
            };
            let found = watch(&mut Detector::new(Settings::default()), fps, 15.0, |_| 1.0, walker);
            let kinds: Vec<Kind> = found.iter().map(|sighting| sighting.kind).collect();
            assert_eq!(kinds, [Kind::Person], "{fps} fps: {found:?}");
        }
    }

    #[test]
    fn what_is_put_down_is_told_of_after_the_dwell_and_what_is_taken_away_is_not() {
        let heap = |t: f64, x: usize, y: usize| if t > 5.0 { square(120.0, 90.0, 24.0, x, y) } else { None };
        let found = watch(&mut Detector::new(Settings::default()), 5.0, 45.0, |_| 1.0, heap);
        assert!(matches!(found[..], [Sighting { kind: Kind::LeftObject, .. }]), "{found:?}");
        let told_s = found[0].at.as_secs_f64();
        assert!((25.0..29.0).contains(&told_s), "{told_s}");

        let taken = |t: f64, x: usize, y: usize| if t < 9.0 { square(120.0, 90.0, 24.0, x, y) } else { None };
        assert_eq!(watch(&mut Detector::new(Settings::default()), 5.0, 45.0, |_| 1.0, taken), []);
    }

    #[test]
    fn a_step_back_in_time_another_size_and_a_long_gap_start_afresh() {
        let mut detector = Detector::new(Settings::default());
        look(&mut detector, &picture(0, 1.0, |_, _| None), 100.0);
        let changed = picture(1, 1.0, |x, y| square(50.0, 50.0, 40.0, x, y));
        for at_s in [3.0, 500.0] {
            look(&mut detector, &changed, at_s);
            let found = (1..100).flat_map(|i| look(&mut detector, &changed, at_s + f64::from(i) * 0.4));
            assert_eq!(found.count(), 0);
        }
        let plane = Plane { data: &changed, stride: WIDTH };
        let smaller = Frame::new(160, 90, plane, None).expect("a frame");
        assert_eq!(detector.look(&smaller, Duration::from_mins(10)), []);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

        #[test]
        fn a_moving_square_is_one_track(
            left in 0.0..60.0, top in 10.0..120.0, speed in 20.0..45.0, side in 14.0..40.0, fps in 5.0..25.0,
        ) {
            let thing = |t: f64, x: usize, y: usize| (t > 4.0).then(|| square(left + speed * (t - 4.0), top, side, x, y))?;
            let found = watch(&mut Detector::new(Settings::default()), fps, 9.5, |_| 1.0, thing);
            prop_assert_eq!(found.iter().map(|sighting| sighting.track).collect::<std::collections::BTreeSet<_>>().len(), 1);
        }

        #[test]
        fn no_picture_is_too_odd(
            width in 0u32..90, height in 0u32..90, stride in 0usize..120, length in 0usize..9000,
            seed in 0u64..1000, times in prop::collection::vec(0u64..4_000_000, 1..12),
        ) {
            let mut detector = Detector::new(Settings::default());
            for (i, at) in times.into_iter().enumerate() {
                let data: Vec<u8> = (0..length).map(|p| (128 + noise(p, seed + i as u64, 127)) as u8).collect();
                let plane = Plane { data: &data, stride };
                if let Ok(frame) = Frame::new(width, height, plane, Some([plane, plane])) {
                    detector.look(&frame, Duration::from_micros(at));
                }
            }
        }
    }
}
