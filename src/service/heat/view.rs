//! What is looked at: the heat of a period, or how it differs from that of another.

use std::sync::{Arc, OnceLock};

use jiff::Timestamp;

use super::{Look, layer::HeatLayer};
use crate::{
    domain::{
        analysis::heat::{Coloring, Contour, Frame, Kernel, Layer, Period, Unit, contours},
        geo::MercatorPoint,
    },
    io::picture::{geotiff, npy, palette_png},
};

/// A layer, or what it has more and less than another.
pub struct HeatView {
    pub(super) of: Arc<HeatLayer>,
    pub(super) before: Option<Arc<HeatLayer>>,
}

/// A picture, or that the one that is known is still right.
pub enum Picture {
    Known(String),
    New { tag: String, png: Arc<[u8]> },
}

/// What the colours of a zoom mean, and what is behind them.
pub struct Meaning {
    pub coloring: Coloring,
    pub unit: Unit,
    /// At the height of the map where most events are.
    pub radius_m: f64,
    pub shown: usize,
    pub hidden: u64,
    pub seq: i64,
}

/// How the numbers behind a picture are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValuesFormat {
    Npy,
    GeoTiff,
}

impl HeatView {
    /// The picture of a frame as PNG, with a tag that is the same as long as the picture is; nothing is drawn for whoever
    /// knows it.
    ///
    /// # Errors
    /// If it cannot be encoded.
    pub fn picture(&self, look: &Look, frame: &Frame, now: Timestamp, known: Option<&[u8]>) -> anyhow::Result<Picture> {
        let mark = |layer: &HeatLayer| layer.at(now).layer.mark_in(frame, look.kernel, now);
        let marks = [Some(&self.of), self.before.as_ref()].map(|layer| mark(layer?));
        let coloring = self.coloring(look, frame.zoom(), now);
        let what = match marks {
            // All empty pictures of a size are one, whatever they are empty of.
            [None, None] => format!("{}x{}", frame.width(), frame.height()),
            marks => {
                let [least, most] = coloring.range();
                format!(
                    "{marks:x?} {frame:?} {look:?} {least} {most} {:?} {:?}",
                    self.of.of.period,
                    self.before_period()
                )
            }
        };
        let tag = format!("\"{}\"", blake3::hash(what.as_bytes()).to_hex());
        if known.is_some_and(|known| known == tag.as_bytes()) {
            return Ok(Picture::Known(tag));
        }
        let png = match (marks, &self.before) {
            ([None, None], _) => empty_png(frame)?,
            (_, None) => picture(&self.of.at(now).layer, frame, look.kernel, &coloring, now)?.into(),
            (_, Some(_)) => painted(&self.values(look, frame, now), frame, &coloring)?.into(),
        };
        Ok(Picture::New { tag, png })
    }

    #[must_use]
    pub fn meaning(&self, look: &Look, zoom: f64, now: Timestamp) -> Meaning {
        let coloring = self.coloring(look, zoom, now);
        let state = self.of.at(now);
        let layer = &state.layer;
        Meaning {
            coloring,
            unit: layer.unit(),
            radius_m: look.kernel.spread.radius_m(zoom, layer.middle().unwrap_or(0.5)),
            shown: layer.len(),
            hidden: layer.hidden(),
            seq: state.seq,
        }
    }

    /// The numbers behind the picture of a frame.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn values_file(
        &self,
        format: ValuesFormat,
        look: &Look,
        frame: &Frame,
        now: Timestamp,
    ) -> anyhow::Result<Vec<u8>> {
        values_file(format, frame, &self.values(look, frame, now))
    }

    /// The contours of a frame at the values of the legend, with their colours.
    #[must_use]
    pub fn contours(&self, look: &Look, frame: &Frame, now: Timestamp) -> Vec<(Contour, [u8; 4])> {
        colored_contours(&self.values(look, frame, now), frame, &self.coloring(look, frame.zoom(), now))
    }

    fn values(&self, look: &Look, frame: &Frame, now: Timestamp) -> Vec<f32> {
        let of = |layer: &HeatLayer| layer.at(now).layer.values(frame, look.kernel, now);
        let mut values = of(&self.of);
        if let Some(before) = &self.before {
            take_away(&mut values, &of(before));
        }
        values
    }

    fn coloring(&self, look: &Look, zoom: f64, now: Timestamp) -> Coloring {
        let domain = self.of.domain(self.before.as_deref(), look, zoom, now);
        match self.before {
            None => Coloring::of_densities(look.scale, domain, look.ramp),
            Some(_) => Coloring::of_differences(look.scale, domain),
        }
    }

    fn before_period(&self) -> Option<Period> {
        self.before.as_ref().map(|layer| layer.of.period)
    }
}

/// From the values of one period those of another.
pub fn take_away(values: &mut [f32], before: &[f32]) {
    values.iter_mut().zip(before).for_each(|(value, before)| *value -= before);
}

/// A heat picture as PNG: the one way from events to pixels, for screens and for files.
///
/// # Errors
/// If it cannot be encoded.
pub fn picture(
    layer: &Layer,
    frame: &Frame,
    kernel: Kernel,
    coloring: &Coloring,
    now: Timestamp,
) -> anyhow::Result<Vec<u8>> {
    let levels = levels(layer, frame, kernel, coloring, now);
    Ok(palette_png(frame.width(), frame.height(), &levels, coloring.palette())?)
}

/// The colours of its pixels.
pub fn levels(layer: &Layer, frame: &Frame, kernel: Kernel, coloring: &Coloring, now: Timestamp) -> Vec<u8> {
    let colors = coloring.levels();
    let mut levels = Vec::with_capacity(frame.width() as usize * frame.height() as usize);
    layer.rows(frame, kernel, now, |row| levels.extend(row.iter().map(|value| colors.of(*value))));
    levels
}

/// The same of values that are known.
///
/// # Errors
/// If it cannot be encoded.
pub fn painted(values: &[f32], frame: &Frame, coloring: &Coloring) -> anyhow::Result<Vec<u8>> {
    let colors = coloring.levels();
    let levels: Vec<u8> = values.iter().map(|value| colors.of(*value)).collect();
    Ok(palette_png(frame.width(), frame.height(), &levels, coloring.palette())?)
}

/// The numbers behind a picture.
///
/// # Errors
/// If they cannot be written.
pub fn values_file(format: ValuesFormat, frame: &Frame, values: &[f32]) -> anyhow::Result<Vec<u8>> {
    let (width, height) = (frame.width(), frame.height());
    match format {
        ValuesFormat::Npy => Ok(npy(width, height, values)),
        ValuesFormat::GeoTiff => {
            let [west, north, east, south] = frame.bounds();
            let corner = MercatorPoint { x: west, y: north }.meters();
            let far = MercatorPoint { x: east, y: south }.meters();
            let pixel = [(far[0] - corner[0]) / f64::from(width), (corner[1] - far[1]) / f64::from(height)];
            Ok(geotiff(width, height, values, corner, pixel)?)
        }
    }
}

/// Contours of a frame's values at those of a legend, with their colours (red, green, blue, opacity).
#[must_use]
pub fn colored_contours(values: &[f32], frame: &Frame, coloring: &Coloring) -> Vec<(Contour, [u8; 4])> {
    let [least, most] = coloring.range();
    // Nothing encloses everything, and what is beyond the ends has no colour of its own.
    let is_between = |value: &f32| *value != 0.0 && *value > least && *value < most;
    let at: Vec<f32> = coloring.stops().map(|(value, _)| value).filter(is_between).collect();
    let colored = |contour: Contour| {
        let color = coloring.color(contour.value);
        (contour, color)
    };
    contours(values, frame, &at).into_iter().map(colored).collect()
}

/// A picture of nothing; those of tiles are made once.
fn empty_png(frame: &Frame) -> anyhow::Result<Arc<[u8]>> {
    /// Of 256 and 512 pixels.
    static TILES: [OnceLock<Arc<[u8]>>; 2] = [const { OnceLock::new() }; 2];
    let (width, height) = (frame.width(), frame.height());
    let kept = match (width, height) {
        (256, 256) => Some(&TILES[0]),
        (512, 512) => Some(&TILES[1]),
        _ => None,
    };
    if let Some(png) = kept.and_then(OnceLock::get) {
        return Ok(Arc::clone(png));
    }
    let nothing = vec![0; width as usize * height as usize];
    let png: Arc<[u8]> = palette_png(width, height, &nothing, &[[0; 4]; 256])?.into();
    Ok(kept.map_or_else(|| Arc::clone(&png), |kept| Arc::clone(kept.get_or_init(|| Arc::clone(&png)))))
}
