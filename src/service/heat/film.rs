//! Heat as it changes: a picture of each stretch of a period, in the same colours.

use jiff::Timestamp;

use super::{Heat, HeatOf, Look, Meaning, view::levels};
use crate::{
    domain::analysis::heat::{Cell, Coloring, Domain, Frame, Kernel, Layer, Period, Stretches},
    io::{
        picture::animated_png,
        store::{HeatCase, StoreError},
    },
};

/// The layers of the stretches of one question: read for one film, and kept for none.
pub struct Film {
    layers: Vec<Layer>,
    period: Period,
    hidden: u64,
    seq: i64,
}

impl Heat {
    /// Reads it. Blocks: call it where blocking is allowed.
    ///
    /// # Errors
    /// What the store suffers.
    pub fn film(&self, of: &HeatOf, stretches: &Stretches, now: Timestamp) -> Result<Film, StoreError> {
        let of = HeatOf { period: stretches.period(), ..of.clone() };
        let mut events = vec![Vec::new(); stretches.periods().len()];
        let mut hidden = 0;
        let known = self.store.heat_cases(&self.site, &of.filter(now), |HeatCase { opened_at, position }| {
            match (position, stretches.index(opened_at)) {
                (Some(position), Some(index)) => events[index].push((opened_at, Cell::of(position))),
                (None, Some(_)) => hidden += 1,
                (_, None) => {}
            }
        })?;
        let layers = stretches.periods().zip(events).map(|(period, events)| Layer::of(period, events, now));
        Ok(Film { layers: layers.collect(), period: of.period, hidden, seq: known.seq })
    }
}

impl Film {
    /// As one animated PNG.
    ///
    /// # Errors
    /// If it cannot be encoded.
    pub fn picture(&self, look: &Look, frame: &Frame, now: Timestamp) -> anyhow::Result<Vec<u8>> {
        film(&self.layers, frame, look.kernel, &self.coloring(look, frame.zoom(), now), now)
    }

    /// What the colours of all its pictures mean.
    #[must_use]
    pub fn meaning(&self, look: &Look, zoom: f64, now: Timestamp) -> Meaning {
        let fullest = self.layers.iter().max_by_key(|layer| layer.len());
        Meaning {
            coloring: self.coloring(look, zoom, now),
            unit: self.period.unit(),
            radius_m: look.kernel.spread.radius_m(zoom, fullest.and_then(Layer::middle).unwrap_or(0.5)),
            shown: self.layers.iter().map(Layer::len).sum(),
            hidden: self.hidden,
            seq: self.seq,
        }
    }

    fn coloring(&self, look: &Look, zoom: f64, now: Timestamp) -> Coloring {
        let domain = look.domain.unwrap_or_else(|| domain_of_all(&self.layers, zoom, look.kernel, now));
        Coloring::of_densities(look.scale, domain, look.ramp)
    }
}

/// What holds the highest density of all layers at a zoom.
#[must_use]
pub fn domain_of_all<'a>(
    layers: impl IntoIterator<Item = &'a Layer>,
    zoom: f64,
    kernel: Kernel,
    now: Timestamp,
) -> Domain {
    Domain::holding(layers.into_iter().map(|layer| layer.peak(zoom, kernel, now)).fold(0.0, f32::max))
}

/// Layers one after the other as an animated PNG.
///
/// # Errors
/// If it cannot be encoded.
pub fn film(
    layers: &[Layer],
    frame: &Frame,
    kernel: Kernel,
    coloring: &Coloring,
    now: Timestamp,
) -> anyhow::Result<Vec<u8>> {
    /// How long each is shown.
    const SHOWN_MS: u16 = 500;
    let pictures = layers.iter().map(|layer| levels(layer, frame, kernel, coloring, now));
    Ok(animated_png(frame.width(), frame.height(), pictures, coloring.palette(), SHOWN_MS)?)
}
