//! Which cameras are near a place, and which see it.

use std::collections::BTreeSet;

use geo::{BoundingRect, Coord, Intersects, Point, Polygon};
use rstar::{
    AABB, RTree,
    primitives::{GeomWithData, Rectangle},
};

use super::{Aspect, Camera};
use crate::domain::geo::Position;

/// WGS84 ellipsoid (NIMA TR8350.2): equatorial radius in metres, first eccentricity squared, mean radius in metres.
const A_M: f64 = 6_378_137.0;
const E2: f64 = 6.694_379_990_141_316e-3;
const MEAN_RADIUS_M: f64 = 6_371_008.8;

/// The cameras of a site, findable by place. Unplaced cameras are not in it.
///
/// Points are kept as Cartesian metres from the Earth's centre: the straight line through the Earth orders as the way
/// along its surface does, at every latitude and across the 180th meridian. Both queries cost O(log n) and the answer.
#[derive(Debug, Clone, Default)]
pub struct CameraIndex {
    cameras: Vec<Camera>,
    points: RTree<GeomWithData<[f64; 3], usize>>,
    footprints: RTree<GeomWithData<Rectangle<[f64; 2]>, usize>>,
    seen: Vec<Seen>,
}

/// One footprint: of a camera at home or at a preset.
#[derive(Debug, Clone)]
struct Seen {
    camera: usize,
    preset: Option<usize>,
    area: Polygon<f64>,
    approximate: bool,
}

/// A camera and how far it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nearby<'a> {
    pub camera: &'a str,
    pub distance_m: f64,
}

/// A camera that sees the place, at home or from a preset.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Covering<'a> {
    pub camera: &'a str,
    /// Token of the preset from which it sees the place; `None` for its home position.
    pub preset: Option<&'a str>,
    pub distance_m: f64,
    /// True when its direction is not known: the place is in its range, more cannot be said.
    pub approximate: bool,
}

impl CameraIndex {
    /// Footprints are those of frames of 16:9.
    #[must_use]
    pub fn new(cameras: Vec<Camera>) -> Self {
        let mut points = Vec::new();
        let mut seen = Vec::new();
        for (camera, it) in cameras.iter().enumerate() {
            points.extend(it.position.map(|position| GeomWithData::new(cartesian_m(position), camera)));
            // A preset that nobody measured would only repeat the disc of a camera that nobody measured.
            let measured = it.presets.iter().enumerate().filter(|(_, preset)| preset.pose.is_some());
            let presets = measured.map(|(number, preset)| (Some(number), Some(preset.token.as_str())));
            for (preset, token) in std::iter::once((None, None)).chain(presets) {
                if let Some(footprint) = it.footprint(Aspect::default(), token) {
                    let (area, approximate) = (footprint.area, footprint.approximate);
                    seen.push(Seen { camera, preset, area, approximate });
                }
            }
        }
        let envelopes = seen.iter().enumerate().filter_map(|(number, seen)| {
            let bounds = seen.area.bounding_rect()?;
            let corner = |at: Coord<f64>| [at.x, at.y];
            Some(GeomWithData::new(Rectangle::from_corners(corner(bounds.min()), corner(bounds.max())), number))
        });
        Self { points: RTree::bulk_load(points), footprints: RTree::bulk_load(envelopes.collect()), seen, cameras }
    }

    /// All the cameras, those without a position too.
    #[must_use]
    pub fn cameras(&self) -> &[Camera] {
        &self.cameras
    }

    #[must_use]
    pub fn camera(&self, id: &str) -> Option<&Camera> {
        self.cameras.iter().find(|camera| camera.id == id)
    }

    /// The `k` nearest cameras, nearest first, equally near ones by id. Metres along the ellipsoid, within 0.01 % up
    /// to 1000 km.
    #[must_use]
    pub fn nearest(&self, position: Position, k: usize) -> Vec<Nearby<'_>> {
        let mut found: Vec<Nearby<'_>> = Vec::new();
        // Cameras on one pole are equally near: all that tie with the last one count before the ids decide.
        for (point, chord2) in self.points.nearest_neighbor_iter_with_distance_2(cartesian_m(position)) {
            let distance_m = arc_m(chord2);
            if found.len() >= k && found.last().is_none_or(|last| distance_m > last.distance_m) {
                break;
            }
            found.push(Nearby { camera: &self.cameras[point.data].id, distance_m });
        }
        found.sort_by(|a, b| a.distance_m.total_cmp(&b.distance_m).then_with(|| a.camera.cmp(b.camera)));
        found.truncate(k);
        found
    }

    /// The cameras and presets in whose footprint `position` is (its edge included), nearest first, equally near
    /// ones by id, home before presets.
    #[must_use]
    pub fn covering(&self, position: Position) -> Vec<Covering<'_>> {
        let at = position.coord();
        // Footprints beside the 180th meridian run on past it: ask there, too.
        let around = [at.x, at.x - 360.0, at.x + 360.0];
        let hits: BTreeSet<usize> = around
            .into_iter()
            .map(|x| Point::new(x, at.y))
            .flat_map(|point| {
                let under = self.footprints.locate_in_envelope_intersecting(AABB::from_point([point.x(), point.y()]));
                under.map(|entry| entry.data).filter(move |&number| self.seen[number].area.intersects(&point))
            })
            .collect();
        let mut found: Vec<Covering<'_>> = hits.into_iter().map(|number| self.covering_of(number, position)).collect();
        found.sort_by(|a, b| {
            let by_distance = a.distance_m.total_cmp(&b.distance_m);
            by_distance.then_with(|| (a.camera, a.preset).cmp(&(b.camera, b.preset)))
        });
        found
    }

    fn covering_of(&self, number: usize, position: Position) -> Covering<'_> {
        let seen = &self.seen[number];
        let camera = &self.cameras[seen.camera];
        Covering {
            camera: &camera.id,
            preset: seen.preset.map(|preset| camera.presets[preset].token.as_str()),
            distance_m: camera.position.map_or(0.0, |at| distance_m(at, position)),
            approximate: seen.approximate,
        }
    }
}

/// Metres from the Earth's centre on the ellipsoid's surface: x to 0° E, y to 90° E, z to the north pole.
fn cartesian_m(position: Position) -> [f64; 3] {
    let (sin_lat, cos_lat) = position.lat().to_radians().sin_cos();
    let (sin_lon, cos_lon) = position.lon().to_radians().sin_cos();
    let prime_vertical = A_M / (1.0 - E2 * sin_lat * sin_lat).sqrt();
    [prime_vertical * cos_lat * cos_lon, prime_vertical * cos_lat * sin_lon, prime_vertical * (1.0 - E2) * sin_lat]
}

/// Metres along the surface for a squared straight line in square metres.
fn arc_m(chord2: f64) -> f64 {
    2.0 * MEAN_RADIUS_M * (chord2.sqrt() / (2.0 * MEAN_RADIUS_M)).min(1.0).asin()
}

fn distance_m(from: Position, to: Position) -> f64 {
    let [a, b] = [from, to].map(cartesian_m);
    arc_m(a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::camera::{Pose, Preset};
    use geo::{Distance, Geodesic};
    use proptest::prelude::*;

    fn at(lon: f64, lat: f64) -> Position {
        Position::new(lon, lat).expect("valid")
    }

    fn camera(id: &str, position: Position) -> Camera {
        let mut camera = Camera::new(id, id);
        camera.position = Some(position);
        camera
    }

    #[test]
    fn an_empty_index_knows_no_camera() {
        let unplaced = CameraIndex::new(vec![Camera::new("c1", "nowhere")]);
        for index in [CameraIndex::default(), unplaced] {
            assert!(index.nearest(at(110.0, 40.0), 3).is_empty() && index.covering(at(110.0, 40.0)).is_empty());
        }
    }

    #[test]
    fn cameras_on_one_pole_come_in_the_order_of_their_ids() {
        let pole = at(110.03, 40.41);
        let cameras: Vec<Camera> = ["c", "a", "d", "b"].map(|id| camera(id, pole)).into();
        let index = CameraIndex::new(cameras.clone());
        let ids: Vec<&str> = index.nearest(at(110.031, 40.41), 2).iter().map(|near| near.camera).collect();
        assert_eq!(ids, ["a", "b"]);
        assert!(index.nearest(pole, 0).is_empty());
    }

    #[test]
    fn the_180th_meridian_is_no_border() {
        let index = CameraIndex::new(vec![camera("west", at(179.9999, -17.0)), camera("east", at(-179.99, -17.0))]);
        let here = at(-179.9999, -17.0);
        assert_eq!(index.nearest(here, 1)[0].camera, "west");
        assert_eq!(index.covering(here).len(), 1);
    }

    #[test]
    fn distances_agree_with_the_geodesic_over_a_thousand_kilometres() {
        let index = CameraIndex::new(vec![camera("c", at(110.03, 40.41))]);
        for there in [at(110.03, 31.4), at(121.7, 40.41), at(103.0, 46.0), at(110.04, 40.42)] {
            let true_m = Geodesic.distance(Point(at(110.03, 40.41).coord()), Point(there.coord()));
            assert!((index.nearest(there, 1)[0].distance_m / true_m - 1.0).abs() < 1e-4, "{there:?}");
        }
    }

    #[test]
    fn a_dome_tells_which_presets_see_the_place() {
        let mut dome = camera("dome", at(110.03, 40.41));
        let looking = |heading| Some(Pose::new(heading, 20.0, 60.0).expect("valid"));
        dome.pose = looking(180.0);
        dome.presets = [("n", looking(0.0)), ("ne", looking(20.0)), ("w", looking(270.0)), ("?", None)]
            .map(|(token, pose)| Preset { token: token.into(), pose })
            .into();
        let index = CameraIndex::new(vec![dome, camera("disc", at(110.03, 40.4105))]);
        let found = index.covering(at(110.03, 40.4103));
        let told: Vec<_> = found.iter().map(|hit| (hit.camera, hit.preset, hit.approximate)).collect();
        assert_eq!(told, [("disc", None, true), ("dome", Some("n"), false), ("dome", Some("ne"), false)]);
    }

    proptest! {
        #[test]
        fn the_index_finds_what_a_scan_finds(
            raw in prop::collection::vec((-0.01..0.01, -0.01..0.01, 0.0..360.0, 0.0..60.0, any::<bool>()), 0..40),
            lat in -75.0..75.0, lon in -180.0..180.0, k in 0usize..50,
        ) {
            let cameras: Vec<Camera> = raw.iter().enumerate().map(|(i, &(dx, dy, heading, tilt, posed))| {
                let lon: f64 = lon + dx;
                let mut camera = camera(&format!("c{i:02}"), at((lon + 540.0).rem_euclid(360.0) - 180.0, lat + dy));
                camera.set_range_m(500.0).expect("positive");
                camera.pose = posed.then(|| Pose::new(heading, tilt, 80.0).expect("valid"));
                camera
            }).collect();
            let index = CameraIndex::new(cameras.clone());
            let here = at(lon, lat);

            let mut scan: Vec<(f64, &str)> = cameras.iter().map(|camera| {
                let point = Point(camera.position.expect("placed").coord());
                (Geodesic.distance(Point(here.coord()), point), camera.id.as_str())
            }).collect();
            scan.sort_by(|a, b| a.0.total_cmp(&b.0));
            scan.truncate(k);
            let nearest = index.nearest(here, k);
            prop_assert_eq!(nearest.len(), scan.len());
            for (near, (true_m, id)) in nearest.iter().zip(scan) {
                prop_assert!((near.distance_m - true_m).abs() < 1e-3 + 1e-3 * true_m);
                prop_assert_eq!(near.camera, id);
            }

            let covering: BTreeSet<&str> = index.covering(here).iter().map(|hit| hit.camera).collect();
            let scan: BTreeSet<&str> = cameras.iter().filter(|camera| {
                camera.footprint(Aspect::default(), None).is_some_and(|footprint| {
                    [-360.0, 0.0, 360.0].iter().any(|turn| footprint.area.intersects(&Point::new(lon + turn, lat)))
                })
            }).map(|camera| camera.id.as_str()).collect();
            prop_assert_eq!(covering, scan);
        }
    }
}
