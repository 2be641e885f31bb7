//! Heat of all the cases: the whole way over HTTP, and the drawing alone.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use gridwatch::{
    domain::{
        analysis::heat::{Cell, Coloring, Domain, Frame, Kernel, Layer, Period, Ramp, Scale, Spread},
        duty::Visibility,
        geo::mercator::ground_m_per_px,
    },
    io::store::{HeatCase, HeatFilter, Store},
    service::heat::picture,
};
use jiff::Timestamp;

use crate::{
    binary::Binary,
    bulk,
    measure::{Contestant, budget, compare, median, tell},
};

const SIZE: (u32, u32) = (1024, 768);

/// The first picture, for which the cases are read, and those that follow.
pub async fn over_http(data: &Path) {
    let (mut first, mut next) = (Vec::new(), Vec::new());
    let [west, south, east, north] = bulk::TOWN;
    let begun = Instant::now();
    while first.len() < 3 || begun.elapsed() < 2 * budget() {
        let service = Binary::serve(data);
        let client = service.client().await;
        let url =
            service.url(&format!("/heat.png?bbox={west},{south},{east},{north}&width={}&height={}", SIZE.0, SIZE.1));
        for i in 0..8 {
            let begun = Instant::now();
            let response = client.get(&url).send().await.expect("an answer");
            assert!(response.status().is_success());
            assert!(response.bytes().await.expect("a picture").starts_with(b"\x89PNG"));
            let ms = begun.elapsed().as_secs_f64() * 1e3;
            if i == 0 {
                first.push(ms);
            } else {
                next.push(ms);
            }
        }
        service.stop();
    }
    tell("heat.http.first", median(first), "ms");
    tell("heat.http.next", median(next), "ms");
    steadily(data).await;
}

/// So many pictures a second, of which the client knows none; each counts from when it was due.
async fn steadily(data: &Path) {
    const RATE: u32 = 50;
    let service = Binary::serve(data);
    let client = service.client().await;
    let [west, south, east, north] = bulk::TOWN;
    let url = service.url(&format!("/heat.png?bbox={west},{south},{east},{north}&width={}&height={}", SIZE.0, SIZE.1));
    let picture = async move |client: reqwest::Client, url: String| {
        let response = client.get(&url).send().await.expect("an answer");
        assert!(response.bytes().await.expect("a picture").starts_with(b"\x89PNG"));
    };
    picture(client.clone(), url.clone()).await;
    let count = (f64::from(RATE) * budget().as_secs_f64().max(4.0)) as u32;
    let begin = Instant::now();
    let pictures: Vec<_> = (0..count)
        .map(|number| {
            let (due, client, url) = (begin + number * Duration::from_secs(1) / RATE, client.clone(), url.clone());
            tokio::spawn(async move {
                tokio::time::sleep_until(due.into()).await;
                picture(client, url).await;
                due.elapsed().as_secs_f64() * 1e3
            })
        })
        .collect();
    let mut times = Vec::new();
    for picture in pictures {
        times.push(picture.await.expect("no panic"));
    }
    service.stop();
    times.sort_by(f64::total_cmp);
    tell("heat.http.at_50_a_second.p50", times[times.len() / 2], "ms");
    tell("heat.http.at_50_a_second.p99", times[times.len() * 99 / 100], "ms");
}

/// Points in memory → PNG.
pub fn drawing(data: &Path) {
    let store = Store::open(&data.join("gridwatch.db")).expect("a store");
    let filter = HeatFilter {
        visible: vec![Visibility::Public, Visibility::Staff, Visibility::Restricted],
        ..HeatFilter::default()
    };
    let begun = Instant::now();
    let mut cases = Vec::new();
    let each = |case: HeatCase| cases.extend(case.position.map(|at| (case.opened_at, Cell::of(at))));
    store.heat_cases("main", &filter, each).expect("read");
    tell("heat.read", begun.elapsed().as_secs_f64() * 1e3, "ms");
    let points: Vec<Cell> = cases.iter().map(|(_, cell)| *cell).collect();
    let begun = Instant::now();
    let now = Timestamp::now();
    let layer = Layer::of(Period::Between(None, None), cases, now);
    tell("heat.built", begun.elapsed().as_secs_f64() * 1e3, "ms");
    let frame = Frame::of_box(bulk::TOWN, SIZE.0, SIZE.1).expect("a frame");
    let coloring = Coloring::of_densities(Scale::Log1p, Domain::holding(100_000.0), Ramp::default());
    let contestants = vec![
        Contestant::new("gridwatch", 1, || {
            picture(&layer, &frame, Kernel::DEFAULT, &coloring, now).expect("a picture").len() as u64
        }),
        // All events would take minutes, so it draws a hundredth of them.
        Contestant::new("bells_of_a_hundredth", 1, || bell_by_bell(&points[..points.len() / 100], &frame)),
    ];
    compare("heat.drawing", ("ms", 1e3), contestants);
}

/// Every event's bell, three standard deviations around it, added to the picture.
fn bell_by_bell(points: &[Cell], frame: &Frame) -> u64 {
    let ([left, top], [step_x, step_y]) = (frame.north_west(), frame.step());
    let (width, height) = (i64::from(frame.width()), i64::from(frame.height()));
    let mut values = vec![0.0f32; (width * height) as usize];
    for point in points {
        let at = point.point();
        let (x, y) = ((at.x - left) / step_x, (at.y - top) / step_y);
        let sigma_m = Spread::DEFAULT.radius_m(frame.zoom(), at.y) / 3.0;
        let sigma_px = sigma_m / ground_m_per_px(frame.zoom(), at.y);
        let reach = (3.0 * sigma_px).ceil() as i64;
        for row in (y as i64 - reach).max(0)..(y as i64 + reach).min(height) {
            for column in (x as i64 - reach).max(0)..(x as i64 + reach).min(width) {
                let (dx, dy) = (column as f64 + 0.5 - x, row as f64 + 0.5 - y);
                let bell = (-0.5 * (dx * dx + dy * dy) / (sigma_px * sigma_px)).exp();
                values[(row * width + column) as usize] += bell as f32;
            }
        }
    }
    values.iter().map(|value| u64::from(value.to_bits())).sum()
}
