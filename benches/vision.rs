//! Looking at a picture of a street: the whole detector and its first stages' obvious baseline.
//!
//! The baseline does what is written in every textbook: a running Gaussian in floats for each pixel, a threshold at 2.5
//! deviations, and a flood over the foreground's pixels. It knows no light, no sway, no shadows and no tracks. It gets
//! the same small luma as the detector works on, shrunk beforehand.
#![expect(clippy::expect_used, reason = "a bench stops where it errs")]

mod measure;

use std::time::Duration;

use gridwatch::{
    domain::vision::{Detector, Frame, Plane, Settings},
    scene::{Lens, Picture, Scene, SceneKind},
};
use measure::{Contestant, compare};

const PICTURES: u64 = 200;
const EVERY: Duration = Duration::from_millis(100);

fn main() {
    for (width, height) in [(320, 180), (640, 360), (1920, 1080)] {
        let scene = Scene::new(SceneKind::Street, Lens::default(), width, height, 1);
        // A 1080p picture is 3 MB: fewer of them.
        let count = if width > 1000 { 20 } else { PICTURES };
        let pictures: Vec<Picture> = (0..count).map(|i| drawn(&scene, EVERY * i as u32)).collect();
        let factor = width as usize / 320;
        let small: Vec<Vec<f32>> = pictures.iter().map(|picture| shrunk(picture, factor)).collect();

        let mut detector = Detector::new(Settings::default());
        let mut at = Duration::ZERO;
        let mut gaussian = Gaussian::new(320, height as usize / factor);
        let contestants = vec![
            Contestant::new("gridwatch", pictures.len(), || {
                let look = |picture: &Picture| {
                    at += EVERY;
                    detector.look(&frame(picture), at).len() as u64
                };
                pictures.iter().map(look).sum()
            }),
            Contestant::new("running_gaussian_and_flood", small.len(), || {
                small.iter().map(|luma| gaussian.blobs(luma)).sum()
            }),
            Contestant::new("drawing_it", 10, || {
                let mut picture = Picture::new(width as usize, height as usize);
                (0..10)
                    .map(|i| {
                        scene.draw(EVERY * i, &mut picture);
                        u64::from(picture.y[0])
                    })
                    .sum()
            }),
        ];
        compare(&format!("vision.look.{width}x{height}"), ("us", 1e6), contestants);
    }
}

fn drawn(scene: &Scene, at: Duration) -> Picture {
    let mut picture = Picture::new(16, 16);
    scene.draw(at, &mut picture);
    picture
}

fn frame(picture: &Picture) -> Frame<'_> {
    let luma = Plane { data: &picture.y, stride: picture.width };
    let half = picture.width.div_ceil(2);
    let chroma = [Plane { data: &picture.u, stride: half }, Plane { data: &picture.v, stride: half }];
    Frame::new(picture.width as u32, picture.height as u32, luma, Some(chroma)).expect("a frame")
}

fn shrunk(picture: &Picture, factor: usize) -> Vec<f32> {
    let (width, height) = (picture.width / factor, picture.height / factor);
    let luma = |i: usize| {
        let (x, y) = (i % width * factor, i / width * factor);
        let square = (0..factor * factor).map(|k| (y + k / factor) * picture.width + x + k % factor);
        square.map(|at| f32::from(picture.y[at])).sum::<f32>() / (factor * factor) as f32
    };
    (0..width * height).map(luma).collect()
}

struct Gaussian {
    width: usize,
    mean: Vec<f32>,
    variance: Vec<f32>,
    foreground: Vec<bool>,
}

impl Gaussian {
    fn new(width: usize, height: usize) -> Self {
        let size = width * height;
        Self { width, mean: vec![100.0; size], variance: vec![225.0; size], foreground: vec![false; size] }
    }

    /// How many regions of ten pixels and more differ from the mean.
    fn blobs(&mut self, luma: &[f32]) -> u64 {
        for (i, luma) in luma.iter().enumerate() {
            let difference = luma - self.mean[i];
            self.foreground[i] = difference * difference > 6.25 * self.variance[i].max(16.0);
            let rate = if self.foreground[i] { 0.0005 } else { 0.005 };
            self.mean[i] += rate * difference;
            self.variance[i] += rate * (difference * difference - self.variance[i]);
        }
        let mut blobs = 0;
        let mut open = Vec::new();
        for start in 0..self.foreground.len() {
            let mut size = 0;
            open.push(start);
            while let Some(at) = open.pop() {
                if !std::mem::take(&mut self.foreground[at]) {
                    continue;
                }
                size += 1;
                let x = at % self.width;
                open.extend([(x > 0).then(|| at - 1), (x + 1 < self.width).then_some(at + 1)].into_iter().flatten());
                open.extend(at.checked_sub(self.width));
                open.extend(Some(at + self.width).filter(|below| *below < self.foreground.len()));
            }
            blobs += u64::from(size >= 10);
        }
        blobs
    }
}
