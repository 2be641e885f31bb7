//! The cameras near a place, and those that see it, among ten thousand of a city.
//!
//! The baseline asks camera after camera: the haversine distance to each, the footprint of each. Footprints are
//! computed beforehand for both.
#![expect(clippy::expect_used, reason = "a bench stops where it errs")]

#[path = "../tests/it/lattice.rs"]
mod lattice;
mod measure;

use geo::{Coord, Distance, Haversine, Intersects, Point, Polygon, Rect};
use gridwatch::domain::{
    camera::{Aspect, Camera, CameraIndex, Pose},
    geo::Position,
};
use lattice::Random;
use measure::{Contestant, compare};

const CAMERAS: usize = 10_000;

fn main() {
    // 25 km × 33 km.
    let city = Rect::new(Coord { x: 109.88, y: 40.26 }, Coord { x: 110.18, y: 40.56 });
    let cameras = cameras(city);
    let index = CameraIndex::new(cameras.clone());
    let positions = lattice::points(city, 20_000, 3);
    // What asks every camera takes so long that it gets the first few positions only.
    let few = &positions[..50];

    let points: Vec<Point> = cameras.iter().filter_map(|camera| camera.position).map(|p| Point(p.coord())).collect();
    let nearest_by_scan = |position: &Position| {
        let here = Point(position.coord());
        let distances = points.iter().map(|point| Haversine.distance(here, *point));
        distances.min_by(f64::total_cmp).is_some_and(|distance_m| distance_m < 100.0)
    };
    let nearest = |position: &Position| index.nearest(*position, 1).iter().any(|near| near.distance_m < 100.0);
    let contestants = vec![
        Contestant::new("gridwatch", positions.len(), || positions.iter().filter(|p| nearest(p)).count() as u64),
        Contestant::new("linear_haversine", few.len(), || few.iter().filter(|p| nearest_by_scan(p)).count() as u64),
    ];
    compare("cameras.nearest.10000", ("us", 1e6), contestants);

    let seen = cameras.iter().filter_map(|camera| camera.footprint(Aspect::default(), None));
    let footprints: Vec<Polygon> = seen.map(|footprint| footprint.area).collect();
    let covering_by_scan =
        |position: &Position| footprints.iter().filter(|area| area.intersects(&Point(position.coord()))).count();
    for position in few {
        assert_eq!(index.covering(*position).len(), covering_by_scan(position), "the contestants disagree");
    }
    let contestants = vec![
        Contestant::new("gridwatch", positions.len(), || {
            positions.iter().map(|position| index.covering(*position).len() as u64).sum()
        }),
        Contestant::new("linear_footprints", few.len(), || {
            few.iter().map(|position| covering_by_scan(position) as u64).sum()
        }),
    ];
    compare("cameras.covering.10000", ("us", 1e6), contestants);
}

/// Half of them stand in busy places. One in five was never measured: it counts as seeing the disc around it.
fn cameras(city: Rect<f64>) -> Vec<Camera> {
    let mut random = Random::of(&[2]);
    let camera = |(i, position)| {
        let mut camera = Camera::new(format!("c{i:05}"), format!("Camera {i}"));
        camera.position = Some(position);
        if i % 5 > 0 {
            let (heading_deg, tilt_deg) = (random.between(0.0, 360.0), random.between(10.0, 45.0));
            camera.pose = Some(Pose::new(heading_deg, tilt_deg, 60.0).expect("within the limits"));
        }
        camera
    };
    lattice::points(city, CAMERAS, 2).into_iter().enumerate().map(camera).collect()
}
