//! The map of a report, drawn as shapes of a page.

use std::fmt::Write;

use geo::BoundingRect;
use serde::Serialize;

use super::Paper;
use crate::domain::{
    analysis::{
        hotspot::{Side, moran::Quadrant},
        planning::{Findings, Said, Warning},
    },
    geo::{Area, Position},
};

/// A map as the page draws it.
#[derive(Serialize)]
pub struct Map {
    width: f64,
    height: f64,
    shapes: Vec<Drawn>,
    numbers: Vec<Number>,
    piles: Vec<Number>,
    /// What the colours mean that occur.
    pub legend: Vec<(&'static str, serde_json::Value)>,
    /// Metres, and how long they are on the map.
    scale: Option<(u32, f64)>,
}

#[derive(Serialize)]
struct Drawn {
    d: String,
    fill: &'static str,
    is_hotspot: bool,
}

#[derive(Serialize)]
struct Number {
    x: f64,
    y: f64,
    text: usize,
}

const WIDTH: f64 = 1_000.0;
const MOST_HEIGHT: f64 = 820.0;
/// More areas make a page that no printer likes: those where nothing happened are left out then.
const MOST_AREAS: usize = 20_000;
/// Hotspots whose numbers fit on a map.
const NUMBERED: usize = 20;

/// Diverging, without red beside green; the steps of ColorBrewer's `RdBu`.
const HOT: [&str; 3] = ["#fddbc7", "#ef8a62", "#b2182b"];
const COLD: [&str; 3] = ["#d1e5f0", "#67a9cf", "#2166ac"];
const PLAIN: &str = "#f4f4f1";
const UNKNOWN: &str = "#ffffff";

impl Map {
    pub fn of(paper: &Paper<'_>) -> Option<Self> {
        let hierarchy = &paper.coverage.hierarchy;
        let borders: Vec<&Area> = hierarchy.leaves().iter().map(|leaf| hierarchy.grid(*leaf).border.area()).collect();
        let counted = match &paper.report.findings {
            Findings::Areas(rows) => rows.as_slice(),
            _ => &[],
        };
        // Cells reach over the borders.
        let drawn = borders.iter().copied().chain(counted.iter().map(|row| &row.area));
        let around = drawn.filter_map(BoundingRect::bounding_rect).reduce(|a, b| {
            geo::Rect::new(
                geo::coord! {x: a.min().x.min(b.min().x), y: a.min().y.min(b.min().y)},
                geo::coord! {x: a.max().x.max(b.max().x), y: a.max().y.max(b.max().y)},
            )
        })?;
        let sheet = Sheet::of(around);
        let mut map = Self {
            width: WIDTH,
            height: sheet.height,
            shapes: Vec::new(),
            numbers: Vec::new(),
            piles: Vec::new(),
            legend: Vec::new(),
            scale: sheet.scale(),
        };
        match &paper.report.findings {
            Findings::Areas(rows) => {
                let alone = paper.report.warnings.contains(&Warning::NoneAmongMany);
                for row in rows.iter().filter(|row| rows.len() <= MOST_AREAS || row.count > 0) {
                    let (fill, meaning) = colour(row.said.as_ref(), alone);
                    if let Some(meaning) = meaning.filter(|meaning| !map.legend.contains(&(fill, meaning.clone()))) {
                        map.legend.push((fill, meaning));
                    }
                    map.shapes.push(sheet.drawn(&row.area, fill, false));
                }
            }
            _ => map.shapes.extend(borders.iter().take(MOST_AREAS).map(|area| sheet.drawn(area, PLAIN, false))),
        }
        map.legend.sort_by_key(|(colour, _)| order(colour));
        for hotspot in paper.report.hotspots.iter().take(NUMBERED) {
            map.shapes.push(sheet.drawn(&hotspot.outline, "none", true));
            map.numbers.push(sheet.number(hotspot.middle, hotspot.rank));
        }
        map.piles = paper.report.piles.iter().map(|pile| sheet.number(pile.position, pile.events)).collect();
        Some(map)
    }
}

/// The strongest first.
fn order(colour: &str) -> usize {
    let all = HOT.iter().rev().chain([&PLAIN, &UNKNOWN]).chain(&COLD);
    all.into_iter().position(|one| *one == colour).unwrap_or(usize::MAX)
}

/// How an area is drawn, and what that means.
fn colour(said: Option<&Said>, alone: bool) -> (&'static str, Option<serde_json::Value>) {
    let sure = |bin: i8| [90, 95, 99][usize::from(bin.unsigned_abs().clamp(1, 3)) - 1];
    let step = |bin: i8| usize::from(bin.unsigned_abs().clamp(1, 3)) - 1;
    match said {
        None => (UNKNOWN, Some("legend_unobserved".into())),
        Some(Said::Hot(hot)) => match if alone { hot.bin } else { hot.bin_fdr } {
            0 => (PLAIN, None),
            bin => {
                let (colours, code) = if bin > 0 { (HOT, "legend_hot") } else { (COLD, "legend_cold") };
                (colours[step(bin)], Some(serde_json::json!({"code": code, "params": {"percent": sure(bin)}})))
            }
        },
        Some(Said::Like(like)) => match like.quadrant.filter(|_| like.is_sure()) {
            Some(Quadrant::HighHigh) => (HOT[2], Some("legend_high_high".into())),
            Some(Quadrant::HighLow) => (HOT[1], Some("legend_high_low".into())),
            Some(Quadrant::LowHigh) => (COLD[1], Some("legend_low_high".into())),
            Some(Quadrant::LowLow) => (COLD[2], Some("legend_low_low".into())),
            None => (PLAIN, None),
        },
        Some(Said::Dense(dense)) if dense.core => (HOT[2], Some("legend_core".into())),
        Some(Said::Dense(_)) => (PLAIN, None),
        Some(Said::Emerging(emerging)) => match emerging.pattern {
            None => (PLAIN, None),
            Some(pattern) => {
                use crate::domain::analysis::hotspot::Kind;
                let colours = if pattern.side == Side::Hot { HOT } else { COLD };
                let colour = match pattern.kind {
                    Kind::New | Kind::Consecutive | Kind::Intensifying | Kind::Persistent => colours[2],
                    Kind::Diminishing | Kind::Sporadic => colours[1],
                    Kind::Oscillating | Kind::Historical => colours[0],
                };
                (colour, Some(format!("pattern_{pattern}").into()))
            }
        },
    }
}

/// Where degrees lie on the sheet.
struct Sheet {
    west: f64,
    north: f64,
    /// Of the sheet in a degree of longitude, and of latitude.
    x: f64,
    y: f64,
    height: f64,
    left: f64,
}

impl Sheet {
    fn of(around: geo::Rect<f64>) -> Self {
        let (width, height) = (around.width().max(1e-6), around.height().max(1e-6));
        let narrow = around.center().y.to_radians().cos();
        let margin = 0.02;
        let scale = (WIDTH / (width * narrow)).min(MOST_HEIGHT / height) * (1.0 - 2.0 * margin);
        let left = (WIDTH - width * narrow * scale) / 2.0;
        let height = height * scale / (1.0 - 2.0 * margin);
        Self { west: around.min().x, north: around.max().y, x: narrow * scale, y: scale, height, left }
    }

    fn at(&self, lon: f64, lat: f64) -> (f64, f64) {
        (self.left + (lon - self.west) * self.x, self.height * 0.02 + (self.north - lat) * self.y)
    }

    fn drawn(&self, area: &Area, fill: &'static str, is_hotspot: bool) -> Drawn {
        let mut d = String::new();
        for ring in area.0.iter().flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors())) {
            for (at, point) in ring.0.iter().enumerate() {
                let (x, y) = self.at(point.x, point.y);
                let _ = write!(d, "{}{x:.1} {y:.1}", if at == 0 { 'M' } else { 'L' });
            }
            d.push('Z');
        }
        Drawn { d, fill, is_hotspot }
    }

    fn number(&self, position: Position, text: usize) -> Number {
        let (x, y) = self.at(position.lon(), position.lat());
        Number { x, y, text }
    }

    /// A round length that takes about a sixth of the sheet.
    fn scale(&self) -> Option<(u32, f64)> {
        /// Metres in a degree of latitude.
        const DEGREE_M: f64 = 111_195.0;
        let of_m = self.y / DEGREE_M;
        let lengths = (0..7).rev().flat_map(|power| [5, 2, 1].map(|digit| digit * 10_u32.pow(power)));
        lengths.map(|m| (m, f64::from(m) * of_m)).find(|(_, length)| *length <= WIDTH / 6.0)
    }
}
