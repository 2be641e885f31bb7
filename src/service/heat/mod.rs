//! Heat for screens: the cases behind it, read once, then kept as changes come in.

mod film;
mod grids;
mod layer;
mod view;

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use jiff::Timestamp;
use tokio::sync::broadcast::{Receiver, error::TryRecvError};

use crate::{
    domain::{
        analysis::heat::{Cell, Domain, Kernel, Layer, Period, Ramp, Scale},
        duty::Visibility,
        update::{Change, Update},
    },
    io::store::{HeatCase, HeatFilter, Known, Store, StoreError},
};
pub use film::{Film, domain_of_all, film};
pub use grids::GridHeat;
use layer::HeatLayer;
pub use view::{HeatView, Meaning, Picture, ValuesFormat, colored_contours, painted, picture, take_away, values_file};

/// Which cases make the heat.
#[derive(Debug, Clone, PartialEq)]
pub struct HeatOf {
    pub period: Period,
    pub category: Option<String>,
    pub department: Option<String>,
    pub source: Option<String>,
    /// The circles whose cases are shown; others are counted alone.
    pub visible: Vec<Visibility>,
}

impl HeatOf {
    fn filter(&self, now: Timestamp) -> HeatFilter {
        let (from, to) = self.period.bounds(now);
        HeatFilter {
            from,
            to,
            category: self.category.clone(),
            department: self.department.clone(),
            source: self.source.clone(),
            visible: self.visible.clone(),
        }
    }
}

/// How it is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    pub kernel: Kernel,
    pub scale: Scale,
    pub ramp: Ramp,
    /// What the colours stand for, where the client says so.
    pub domain: Option<Domain>,
}

/// Layers in memory: a few walls and planners at once. Each takes some 20 bytes a case.
const LAYERS: usize = 16;
/// How often to look whether the store has changed without a word: by another program.
const CHECKED: Duration = Duration::from_mins(1);
/// Cases after which reading them is worth a line in the log, again and again.
const TOLD: usize = 1_000_000;

/// The layers that screens look at now.
#[derive(Clone)]
pub struct Heat {
    site: Arc<str>,
    store: Store,
    kept: Arc<Mutex<Kept>>,
}

struct Kept {
    layers: Vec<Arc<HeatLayer>>,
    /// Changes behind those that the layers have: what falls out of it makes them stale.
    changes: Receiver<Arc<Update>>,
    /// What the store should look like by what was heard.
    known: Known,
    checked_at: Instant,
}

impl Heat {
    #[must_use]
    pub fn new(site: Arc<str>, store: Store) -> Self {
        let kept =
            Kept { layers: Vec::new(), changes: store.listen(), known: Known::default(), checked_at: Instant::now() };
        Self { site, store, kept: Arc::new(Mutex::new(kept)) }
    }

    /// The heat of a question, or how it differs from that of another. Blocks: call it where blocking is allowed.
    ///
    /// # Errors
    /// What the store suffers.
    pub fn view(&self, of: &HeatOf, before: Option<&HeatOf>, now: Timestamp) -> Result<HeatView, StoreError> {
        let before = before.map(|before| self.layer(before, now)).transpose()?;
        Ok(HeatView { of: self.layer(of, now)?, before })
    }

    fn layer(&self, of: &HeatOf, now: Timestamp) -> Result<Arc<HeatLayer>, StoreError> {
        // One reader at a time: the tiles of a map come together, and the second finds what the first has read.
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.hear();
        if kept.checked_at.elapsed() > CHECKED {
            kept.checked_at = Instant::now();
            let known = self.store.known()?;
            if std::mem::replace(&mut kept.known, known) != known {
                kept.layers.iter().for_each(|layer| layer.go_stale());
            }
        }
        if let Some(index) = kept.layers.iter().position(|layer| layer.of == *of) {
            let layer = kept.layers.remove(index);
            if !layer.needs_reading(now) {
                kept.layers.push(Arc::clone(&layer));
                return Ok(layer);
            }
        }
        let (layer, known) = self.read(of, now)?;
        let layer = Arc::new(layer);
        if kept.layers.is_empty() {
            kept.known = known;
        }
        if kept.layers.len() == LAYERS {
            kept.layers.remove(0);
        }
        kept.layers.push(Arc::clone(&layer));
        Ok(layer)
    }

    fn read(&self, of: &HeatOf, now: Timestamp) -> Result<(HeatLayer, Known), StoreError> {
        let begun = Instant::now();
        let (mut shown, mut hidden) = (Vec::new(), Vec::new());
        let known = self.store.heat_cases(&self.site, &of.filter(now), |HeatCase { opened_at, position }| {
            match position {
                Some(position) => shown.push((opened_at.as_millisecond(), Cell::of(position))),
                None => hidden.push(opened_at),
            }
            if shown.len() % TOLD == TOLD - 1 {
                tracing::info!(cases = shown.len(), "cases for heat are being read");
            }
        })?;
        let instant = |(ms, cell)| Some((Timestamp::from_millisecond(ms).ok()?, cell));
        let mut layer = Layer::of(of.period, shown.into_iter().filter_map(instant), now);
        for at in hidden {
            layer.hide(at);
        }
        if layer.len() >= TOLD {
            tracing::info!(cases = layer.len(), seconds = begun.elapsed().as_secs_f32(), "heat is ready");
        }
        Ok((HeatLayer::new(of.clone(), layer, known.seq), known))
    }
}

impl Kept {
    /// Passes on what was committed since.
    fn hear(&mut self) {
        loop {
            match self.changes.try_recv() {
                Ok(update) if update.seq <= self.known.seq => {}
                Ok(update) => {
                    self.known.seq = update.seq;
                    self.known.case += i64::from(matches!(update.change, Change::CaseOpened { .. }));
                    self.layers.iter().for_each(|layer| layer.hear(&update));
                }
                Err(TryRecvError::Lagged(_)) => self.layers.iter().for_each(|layer| layer.go_stale()),
                Err(TryRecvError::Empty | TryRecvError::Closed) => return,
            }
        }
    }
}
