//! Heat for screens: the cases behind it, read once for all the tiles of a map.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use jiff::Timestamp;

use crate::{
    domain::{
        analysis::heat::{Domain, Frame, HeatPoint, Ramp, Spread, density, peak},
        duty::Visibility,
    },
    io::{
        picture::palette_png,
        store::{HeatFilter, Store, StoreError},
    },
};

/// What heat is asked for, apart from the part of the map.
#[derive(Debug, Clone, PartialEq)]
pub struct HeatRequest {
    pub period: Period,
    pub category: Option<String>,
    pub department: Option<String>,
    pub source: Option<String>,
    pub visible: Vec<Visibility>,
    pub spread: Spread,
    pub ramp: Ramp,
    /// What the colours stand for, where the client says so.
    pub domain: Option<Domain>,
}

/// When the cases were opened.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Period {
    /// From, inclusive, to, exclusive.
    Fixed(Option<Timestamp>, Option<Timestamp>),
    /// The last so many milliseconds.
    Last(i64),
}

/// The cases of one request, as they were a moment ago.
pub struct HeatLayer {
    points: Vec<HeatPoint>,
    /// Cases that the reader may only count.
    pub hidden: u64,
    pub seq: i64,
    read_at: Instant,
    /// Peaks by zoom, in bits: all tiles of a zoom share one.
    peaks: Mutex<HashMap<u64, f32>>,
}

/// Layers in memory: a few walls and planners at once; each holds 20 bytes a case.
const LAYERS: usize = 16;
/// A layer is read anew when something has changed, and no more often than this.
const FRESH: Duration = Duration::from_secs(1);
/// The window of "last 24 h" moves by itself; after this it is read anew even if nothing has happened.
const STALE: Duration = Duration::from_mins(1);

type Known = (HeatRequest, Arc<HeatLayer>);

/// The layers that screens look at now.
#[derive(Clone)]
pub struct Heat {
    site: Arc<str>,
    store: Store,
    layers: Arc<Mutex<Vec<Known>>>,
}

impl Heat {
    #[must_use]
    pub fn new(site: Arc<str>, store: Store) -> Self {
        Self { site, store, layers: Arc::default() }
    }

    /// The cases of a request. Blocks: call it where blocking is allowed.
    ///
    /// # Errors
    /// What the store suffers.
    pub fn layer(&self, request: &HeatRequest, now: Timestamp) -> Result<Arc<HeatLayer>, StoreError> {
        // One reader at a time: the tiles of a map come together, and the second finds what the first has read.
        let mut layers = self.layers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(index) = layers.iter().position(|(known, _)| known == request) {
            let known = layers.remove(index);
            let age = known.1.read_at.elapsed();
            if age < FRESH || (age < STALE && self.store.last_seq()? == known.1.seq) {
                let layer = Arc::clone(&known.1);
                layers.push(known);
                return Ok(layer);
            }
        }
        let layer = Arc::new(self.read(request, now)?);
        if layers.len() == LAYERS {
            layers.remove(0);
        }
        layers.push((request.clone(), Arc::clone(&layer)));
        Ok(layer)
    }

    fn read(&self, request: &HeatRequest, now: Timestamp) -> Result<HeatLayer, StoreError> {
        let (from, to) = match request.period {
            Period::Fixed(from, to) => (from, to),
            Period::Last(ms) => (Timestamp::from_millisecond(now.as_millisecond() - ms).ok(), None),
        };
        let filter = HeatFilter {
            from,
            to,
            category: request.category.clone(),
            department: request.department.clone(),
            source: request.source.clone(),
            visible: request.visible.clone(),
        };
        let cases = self.store.heat_cases(&self.site, &filter)?;
        Ok(HeatLayer {
            points: cases.positions.into_iter().map(HeatPoint::at).collect(),
            hidden: cases.hidden,
            seq: cases.seq,
            read_at: Instant::now(),
            peaks: Mutex::default(),
        })
    }
}

impl HeatLayer {
    /// Cases that are shown.
    #[must_use]
    pub fn len(&self) -> usize {
        self.points.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// The height of the plane where the cases are, on average.
    #[must_use]
    pub fn middle(&self) -> Option<f64> {
        let sum: f64 = self.points.iter().map(|point| point.at.y).sum();
        (!self.points.is_empty()).then(|| sum / self.points.len() as f64)
    }

    /// What the colours stand for in pictures of that zoom.
    #[must_use]
    pub fn domain(&self, request: &HeatRequest, zoom: f64) -> Domain {
        request.domain.unwrap_or_else(|| {
            let mut peaks = self.peaks.lock().unwrap_or_else(PoisonError::into_inner);
            let found = peaks.entry(zoom.to_bits()).or_insert_with(|| peak(&self.points, zoom, request.spread));
            Domain::holding(*found)
        })
    }

    /// The picture of a frame as PNG.
    ///
    /// # Errors
    /// If it cannot be encoded.
    pub fn png(&self, request: &HeatRequest, frame: &Frame) -> anyhow::Result<Vec<u8>> {
        let domain = self.domain(request, frame.zoom());
        picture(&self.points, frame, request.spread, domain, request.ramp)
    }
}

/// A heat picture as PNG: the one way from points to pixels, for screens and for files.
///
/// # Errors
/// If it cannot be encoded.
pub fn picture(
    points: &[HeatPoint],
    frame: &Frame,
    spread: Spread,
    domain: Domain,
    ramp: Ramp,
) -> anyhow::Result<Vec<u8>> {
    let values = density(points, frame, spread);
    let levels: Vec<u8> = values.into_iter().map(|value| domain.level(value)).collect();
    Ok(palette_png(frame.width(), frame.height(), &levels, &ramp.palette())?)
}
