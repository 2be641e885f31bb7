//! Heat of a city of 19.2 × 10.8 km: a wall's frame, a map tile, an event that comes in, all of them at a restart.
//!
//! The baseline is what one would write first: every event counted on its pixel, a Gaussian over rows and columns, a
//! logarithm for each pixel. `GRIDWATCH_EVENTS` for another number than ten million at most.
#![expect(clippy::expect_used, reason = "a bench stops where it errs")]

mod measure;

use std::{collections::HashMap, fs, time::Instant};

use gridwatch::{
    domain::{
        analysis::heat::{Cell, Coloring, Domain, Entry, Frame, Kernel, Layer, Period, Pyramid, Ramp, Scale},
        geo::{Position, mercator::ground_m_per_px},
    },
    io::picture::palette_png,
    service::heat::picture,
};
use jiff::Timestamp;
use measure::{Contestant, compare, tell};

/// West, south, east, north: 19.2 × 10.8 km.
const CITY: [f64; 4] = [110.0, 40.36, 110.2266, 40.4571];
const NOW: Timestamp = Timestamp::UNIX_EPOCH;
const KERNEL: Kernel = Kernel::DEFAULT;
const SCALE: Scale = Scale::Log1p;
const RAMP: Ramp = Ramp::Inferno;

fn main() {
    let most = std::env::var("GRIDWATCH_EVENTS").ok().and_then(|text| text.parse().ok()).unwrap_or(10_000_000);
    let events = events(most);
    for count in [most / 10, most] {
        let name = if count >= 1_000_000 { format!("{}m", count / 1_000_000) } else { count.to_string() };
        drawing(&name, &events[..count]);
    }
    coming_in(&events);
}

/// Half of them anywhere, half around 64 busy places.
fn events(count: usize) -> Vec<Cell> {
    let mut dice = 5u64;
    let mut next = || {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (dice >> 33) as f64 / (1u64 << 31) as f64
    };
    let [w, s, e, n] = CITY;
    let busy: Vec<[f64; 2]> = (0..64).map(|_| [next(), next()]).collect();
    let mut event = |i: usize| {
        let [x, y] = if i.is_multiple_of(2) {
            [next(), next()]
        } else {
            let [x, y] = busy[(next() * 64.0) as usize];
            let around = |at: f64, next: f64| (at + (next - 0.5) * 0.02).clamp(0.0, 1.0);
            [around(x, next() * next()), around(y, next() * next())]
        };
        Cell::of(Position::new(w + (e - w) * x, s + (n - s) * y).expect("in the city"))
    };
    (0..count).map(&mut event).collect()
}

fn drawing(name: &str, events: &[Cell]) {
    let before = resident_bytes();
    let layer = Layer::of(Period::Between(None, None), events.iter().map(|cell| (NOW, *cell)), NOW);
    tell(&format!("heat.bytes_per_event.{name}"), (resident_bytes() - before) / events.len() as f64, "B");
    let domain = Domain::holding(layer.peak(13.0, KERNEL, NOW));
    let frame = Frame::of_box(CITY, 1920, 1080).expect("a frame");
    let middle = events[0].point();
    let [x, y] = [middle.x, middle.y].map(|share| (share * 16_384.0) as u32);
    let tile = Frame::of_tile(14, x, y, 256).expect("a tile");
    for (what, frame) in [("frame_1080p", frame), ("tile_256", tile)] {
        let coloring = Coloring::of_densities(SCALE, domain, RAMP);
        let ours = || picture(&layer, &frame, KERNEL, &coloring, NOW).expect("a picture").len() as u64;
        let plain = || pixel_by_pixel(events, &frame, domain);
        let contestants = vec![Contestant::new("gridwatch", 1, ours), Contestant::new("scatter_and_blur", 1, plain)];
        compare(&format!("heat.{what}.{name}"), ("ms", 1e3), contestants);
    }
}

/// One by one into what is there, and all at once.
fn coming_in(events: &[Cell]) {
    let entries = |cells: &[Cell]| cells.iter().map(|cell| Entry { cell: *cell, amount: 1u32 }).collect::<Vec<_>>();
    let given = entries(events);
    let begun = Instant::now();
    let mut pyramid = Pyramid::of(given);
    tell("heat.restart", events.len() as f64 / begun.elapsed().as_secs_f64(), "events/s");
    let some = &events[..events.len() / 10];
    let level = |cell: &Cell| (cell.x >> 6, cell.y >> 6);
    let mut counts: HashMap<(u32, u32), u32> = HashMap::new();
    for cell in events {
        *counts.entry(level(cell)).or_default() += 1;
    }
    let ours = || {
        for cell in some {
            pyramid.add(*cell, 1);
        }
        for cell in some {
            pyramid.remove(*cell);
        }
        pyramid.mark()
    };
    let map = || {
        for cell in some {
            *counts.entry(level(cell)).or_default() += 1;
        }
        for cell in some {
            *counts.entry(level(cell)).or_default() -= 1;
        }
        counts.len() as u64
    };
    let contestants =
        vec![Contestant::new("gridwatch", 2 * some.len(), ours), Contestant::new("one_level", 2 * some.len(), map)];
    compare("heat.event", ("ns", 1e9), contestants);
}

fn pixel_by_pixel(events: &[Cell], frame: &Frame, domain: Domain) -> u64 {
    let ([left, top], [step_x, step_y]) = (frame.north_west(), frame.step());
    let (width, height) = (frame.width() as usize, frame.height() as usize);
    let middle = top + step_y * height as f64 / 2.0;
    let m_per_px = ground_m_per_px(frame.zoom(), middle);
    let sigma = KERNEL.spread.radius_m(frame.zoom(), middle) / 3.0 / m_per_px;
    let reach = (4.0 * sigma).ceil() as usize;
    let (wide, high) = (width + 2 * reach, height + 2 * reach);
    let mut counts = vec![0.0f32; wide * high];
    for cell in events {
        let at = cell.point();
        let (x, y) = ((at.x - left) / step_x + reach as f64, (at.y - top) / step_y + reach as f64);
        if x >= 0.0 && y >= 0.0 && x < wide as f64 && y < high as f64 {
            counts[y as usize * wide + x as usize] += 1.0;
        }
    }
    let bell: Vec<f32> =
        (0..=2 * reach).map(|i| (-0.5 * ((i as f64 - reach as f64) / sigma).powi(2)).exp() as f32).collect();
    let sum: f32 = bell.iter().sum();
    let mut across = vec![0.0f32; width * high];
    for row in 0..high {
        for x in 0..width {
            let window = &counts[row * wide + x..][..bell.len()];
            across[row * width + x] = window.iter().zip(&bell).map(|(count, weight)| count * weight).sum::<f32>() / sum;
        }
    }
    let km = (m_per_px / 1000.0) as f32;
    let mut levels = vec![0u8; width * height];
    for y in 0..height {
        for x in 0..width {
            let column = bell.iter().enumerate().map(|(i, weight)| across[(y + i) * width + x] * weight);
            levels[y * width + x] = SCALE.level(column.sum::<f32>() / sum / (km * km), domain);
        }
    }
    palette_png(frame.width(), frame.height(), &levels, &RAMP.palette()).expect("a picture").len() as u64
}

/// What the system has in memory of this process.
fn resident_bytes() -> f64 {
    let status = fs::read_to_string("/proc/self/statm").expect("Linux");
    let pages: f64 = status.split(' ').nth(1).and_then(|pages| pages.parse().ok()).expect("pages");
    pages * 4096.0
}
