//! What heat promises, tried on the whole of it.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::{field::Field, *};
use crate::domain::geo::{MercatorPoint, Position, mercator::ground_m_per_px};

fn here(lon: f64, lat: f64) -> Cell {
    Cell::of(Position::new(lon, lat).expect("valid"))
}

fn counted(cells: impl IntoIterator<Item = Cell>) -> Pyramid<u32> {
    Pyramid::of(cells.into_iter().map(|cell| Entry { cell, amount: 1 }).collect())
}

/// Ten places around the demo site's middle, some twice.
fn street() -> Pyramid<u32> {
    counted((0..14).map(|i| here(110.02 + f64::from(i % 10) * 0.0021, 40.40 + f64::from(i * i % 11) * 0.0017)))
}

fn kernel(shape: Shape) -> Kernel {
    Kernel { shape, ..Kernel::DEFAULT }
}

/// More events than a block holds as they are, half of them around one place.
fn town(count: u32) -> Vec<Cell> {
    let mut dice = 7u64;
    let mut next = || {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (dice >> 40) as f64 / f64::from(1 << 24)
    };
    let mut around = |i: u32| {
        let spread = if i.is_multiple_of(2) { 0.004 } else { 0.1 };
        here(110.03 + (next() - 0.5) * spread, 40.41 + (next() - 0.5) * spread)
    };
    (0..count).map(&mut around).collect()
}

#[test]
fn one_event_has_the_density_of_its_kernel_at_every_zoom_and_latitude() {
    // h = 300 m: the heights of the kernels' middles, to a square kilometre.
    let area_km2 = std::f64::consts::PI * 0.09;
    let heights = [(Shape::Gaussian, 4.5), (Shape::Quartic, 3.0), (Shape::Epanechnikov, 2.0), (Shape::Triweight, 4.0)];
    for (shape, height) in heights {
        for lat in [0.0, 40.41, -60.0] {
            for degrees in [0.004, 0.01, 0.03] {
                let bounds = [110.0 - degrees, lat - degrees, 110.0 + degrees, lat + degrees];
                let frame = Frame::of_box(bounds, 401, 401).expect("a frame");
                let values = density(&counted([here(110.0, lat)]), &frame, kernel(shape));
                let highest = f64::from(values.iter().copied().fold(0.0, f32::max));
                let expected = height / area_km2;
                assert!((highest / expected - 1.0).abs() < 0.025, "{shape} {lat} {degrees}: {highest} {expected}");
            }
        }
    }
}

#[test]
fn heat_conserves_the_count() {
    for (points, allowed) in [(street(), 0.005), (counted(town(30_000)), 0.005)] {
        let frame = Frame::of_box([109.9, 40.3, 110.16, 40.52], 900, 900).expect("a frame");
        let values = density(&points, &frame, Kernel::DEFAULT);
        let row_km2 = |row: usize| {
            let y = frame.north_west()[1] + (row as f64 + 0.5) * frame.step()[1];
            let scale = ground_m_per_px(0.0, y) * 256.0 / 1000.0;
            frame.step()[0] * frame.step()[1] * scale * scale
        };
        let events: f64 = values.iter().enumerate().map(|(i, value)| f64::from(*value) * row_km2(i / 900)).sum();
        assert!((events / points.len() as f64 - 1.0).abs() < allowed, "{events}");
    }
}

#[test]
fn tiles_are_cut_from_one_whole() {
    for points in [street(), counted(town(60_000))] {
        for shape in [Shape::Gaussian, Shape::Quartic] {
            for (zoom, x, y) in [(13, 6599, 3089), (15, 26399, 12356), (18, 211_193, 98_851)] {
                // Two tiles by two, and the same in one: its pixels are as large.
                let edge = f64::from(1u32 << zoom);
                let [west, north] = [f64::from(x) / edge, f64::from(y) / edge];
                let whole = Frame::on_plane([west, north], [2.0 / edge; 2], 512, 512).expect("a frame");
                let whole = density(&points, &whole, kernel(shape));
                let highest = whole.iter().copied().fold(1e-3, f32::max);
                for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                    let tile = Frame::of_tile(zoom, x + dx, y + dy, 256).expect("a tile");
                    let tile = density(&points, &tile, kernel(shape));
                    for (i, value) in tile.iter().enumerate() {
                        let at = (i / 256 + 256 * dy as usize) * 512 + i % 256 + 256 * dx as usize;
                        let apart = (value - whole[at]).abs() / highest;
                        assert!(apart < 1e-5, "{shape} zoom {zoom}, tile {dx} {dy}, pixel {i}: {apart}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_picture_is_that_of_every_event_by_itself() {
    // Exact: each event's kernel at each pixel, in the metres of the event's latitude.
    let cells = town(20_000);
    let frame = Frame::of_box([110.024, 40.406, 110.036, 40.414], 120, 90).expect("a frame");
    let values = density(&counted(cells.iter().copied()), &frame, Kernel::DEFAULT);
    let ([west, north], [step_x, step_y]) = (frame.north_west(), frame.step());
    let sigma_m = 100.0;
    let (mut worst, mut highest) = (0.0f64, 0.0f64);
    for (i, value) in values.iter().enumerate().filter(|(i, _)| i % 37 == 0) {
        let x = west + ((i % 120) as f64 + 0.5) * step_x;
        let y = north + ((i / 120) as f64 + 0.5) * step_y;
        let m = ground_m_per_px(0.0, y) * 256.0;
        let bell = |cell: &Cell| {
            let MercatorPoint { x: ex, y: ey } = cell.point();
            let r2 = ((ex - x).powi(2) + (ey - y).powi(2)) * (m / sigma_m).powi(2);
            (-0.5 * r2).exp()
        };
        let exact = cells.iter().map(bell).sum::<f64>() / (2.0 * std::f64::consts::PI * 0.01);
        worst = worst.max((f64::from(*value) - exact).abs());
        highest = highest.max(exact);
    }
    assert!(worst / highest < 0.01, "{}", worst / highest);
}

#[test]
fn the_peak_is_the_highest_value_of_any_frame() {
    let around = Frame::of_box([110.01, 40.39, 110.05, 40.43], 900, 900).expect("a frame");
    for points in [street(), counted(town(60_000))] {
        let highest = density(&points, &around, Kernel::DEFAULT).into_iter().fold(0.0, f32::max);
        let squares = Field::crowded(&points, around.zoom(), Kernel::DEFAULT);
        let found = Field::within(&points, &squares, around.zoom(), Kernel::DEFAULT).into_iter().fold(0.0, f32::max);
        assert!((found / highest - 1.0).abs() < 0.05, "{found} {highest}");
    }
    assert!(Field::crowded(&Pyramid::<u32>::default(), 14.0, Kernel::DEFAULT).is_empty());
}

#[test]
fn what_is_as_much_as_before_does_not_hide_what_is_more() {
    let now = Timestamp::UNIX_EPOCH;
    let layer =
        |cells: Vec<Cell>| Layer::of(Period::Between(None, None), cells.into_iter().map(|cell| (now, cell)), now);
    let pile = vec![here(110.03, 40.41); 20_000];
    let of = layer([pile.clone(), vec![here(110.06, 40.41); 3]].concat());
    let [of, before] = {
        let before = layer(pile);
        let squares = [&of, &before].map(|layer| layer.crowded(14.0, Kernel::DEFAULT)).concat();
        [&of, &before].map(|layer| layer.within(&squares, 14.0, Kernel::DEFAULT, now))
    };
    let of_one = 4.5 / (std::f32::consts::PI * 0.09);
    let found = greatest_difference(&of, &before) / of_one;
    assert!((2.5..3.5).contains(&found), "{found} events make the difference");
}

#[test]
fn far_out_an_event_is_still_a_visible_spot() {
    let frame = Frame::of_tile(6, 51, 24, 256).expect("a tile");
    let values = density(&street(), &frame, Kernel::DEFAULT);
    assert!(values.iter().filter(|value| **value > 0.0).count() > 100);
}

#[test]
fn all_events_in_one_place_are_one_spot_at_any_depth() {
    let mut points = counted(std::iter::repeat_n(here(110.03, 40.41), 100_000));
    points.add(here(110.03, 40.41), 1);
    let frame = Frame::of_box([110.02, 40.40, 110.04, 40.42], 300, 300).expect("a frame");
    let highest = density(&points, &frame, Kernel::DEFAULT).into_iter().fold(0.0, f32::max);
    let expected = 100_001.0 * 4.5 / (std::f32::consts::PI * 0.09);
    assert!((highest / expected - 1.0).abs() < 0.03, "{highest} {expected}");
    for _ in 0..100_001 {
        points.remove(here(110.03, 40.41));
    }
    assert_eq!((points.is_empty(), points.mark()), (true, 0));
}

#[test]
fn an_event_marks_the_tiles_that_it_shines_into_and_no_others() {
    for count in [200, 30_000] {
        let mut points = counted(town(count));
        let tiles: Vec<Frame> =
            (0..64).map(|i| Frame::of_tile(16, 52_796 + i % 8, 24_710 + i / 8, 256).expect("a tile")).collect();
        let marks =
            |points: &Pyramid<u32>| tiles.iter().map(|tile| mark(points, tile, Kernel::DEFAULT)).collect::<Vec<_>>();
        let drawn =
            |points: &Pyramid<u32>| tiles.iter().map(|tile| density(points, tile, Kernel::DEFAULT)).collect::<Vec<_>>();
        let (before, drawn_before) = (marks(&points), drawn(&points));
        points.add(here(110.03, 40.41), 1);
        let (after, drawn_after) = (marks(&points), drawn(&points));
        let changed = before.iter().zip(&after).filter(|(before, after)| before != after).count();
        assert!((1..=16).contains(&changed), "{count}: {changed}");
        for i in 0..tiles.len() {
            assert!(drawn_before[i] == drawn_after[i] || before[i] != after[i], "{count}: tile {i} changed unmarked");
        }
    }
}

/// Both draw the same, here and far out.
fn are_the_same(one: &Pyramid<u32>, other: &Pyramid<u32>) -> Result<(), TestCaseError> {
    prop_assert_eq!((one.len(), one.mark()), (other.len(), other.mark()));
    for frame in [Frame::of_tile(12, 3299, 1544, 256), Frame::of_tile(17, 105_597, 49_425, 64)] {
        let frame = frame.expect("a tile");
        prop_assert_eq!(mark(one, &frame, Kernel::DEFAULT), mark(other, &frame, Kernel::DEFAULT));
        let (one, other) = (density(one, &frame, Kernel::DEFAULT), density(other, &frame, Kernel::DEFAULT));
        let highest = one.iter().copied().fold(1e-3, f32::max);
        prop_assert!(one.iter().zip(&other).all(|(one, other)| (one - other).abs() / highest < 1e-5));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn what_comes_and_goes_leaves_what_is_left(turns in prop::collection::vec(0..5usize, 1..14)) {
        // Crowds of various sizes, together more than a block holds as they are; each turn one comes, or goes again.
        let crowds: Vec<Vec<Cell>> = [1, 700, 3_000, 4_097, 9_000].map(town).into();
        let (mut points, mut is_there) = (Pyramid::default(), [false; 5]);
        for turn in turns {
            is_there[turn] = !is_there[turn];
            for cell in &crowds[turn] {
                if is_there[turn] { points.add(*cell, 1) } else { points.remove(*cell) }
            }
        }
        let left = crowds.iter().zip(is_there).filter(|(_, is_there)| *is_there).flat_map(|(crowd, _)| crowd.clone());
        are_the_same(&points, &counted(left))?;
    }

    #[test]
    fn a_window_holds_just_the_events_of_its_time(
        events in prop::collection::vec((-200..400i64, 0..60i64), 0..200), first in 0..100i64,
    ) {
        let zero: Timestamp = "2026-03-04T08:00:30Z".parse().expect("an instant");
        let at = |minutes: i64| zero + SignedDuration::from_mins(minutes);
        let cell = |i: usize| here(110.0 + i as f64 * 1e-3, 40.4);
        let mut window = Window::new(90 * 60_000, at(0));
        window.fill(events.iter().enumerate().filter(|(_, (opened, _))| *opened <= 0).map(|(i, (opened, _))| (at(*opened), cell(i))));
        let mut now = 0;
        for (i, (opened, late)) in events.iter().enumerate().filter(|(_, (opened, _))| *opened > 0) {
            now = now.max(opened + late);
            window.move_to(at(now));
            window.add(at(*opened), cell(i));
        }
        window.move_to(at(now + first));
        let begins = window.begins();
        prop_assert!(begins > at(now + first - 91) && begins <= at(now + first - 90));
        let inside = events.iter().enumerate().filter(|(_, (opened, _))| at(*opened) >= begins).map(|(i, _)| cell(i));
        are_the_same(window.pyramid(), &counted(inside))?;
    }
}
