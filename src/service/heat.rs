//! Heat for screens: the cases behind it, read once, then kept as changes come in.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock, PoisonError, RwLock, RwLockReadGuard},
    time::{Duration, Instant},
};

use jiff::Timestamp;
use tokio::sync::broadcast::{Receiver, error::TryRecvError};

use crate::{
    domain::{
        analysis::heat::{Cell, Domain, Frame, Kernel, Layer, Period, Ramp, Scale, Unit},
        case::{Action, Case},
        duty::{CategoryCode, DepartmentCode, Visibility},
        update::{Change, Update},
    },
    io::{
        picture::palette_png,
        store::{HeatCase, HeatFilter, Known, Store, StoreError},
    },
};

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

/// How it is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    pub kernel: Kernel,
    pub scale: Scale,
    pub ramp: Ramp,
    /// What the colours stand for, where the client says so.
    pub domain: Option<Domain>,
}

/// The cases of one question, as they are now.
pub struct HeatLayer {
    of: HeatOf,
    state: RwLock<State>,
    /// What the colours stand for by zoom and kernel, and for which events they were found.
    domains: Mutex<HashMap<String, (Domain, u64, Instant)>>,
}

struct State {
    layer: Layer,
    /// The change up to which it is true.
    seq: i64,
    read_at: Instant,
    /// Something has changed that it cannot follow: it is read anew.
    is_stale: bool,
}

/// Layers in memory: a few walls and planners at once. Each takes some 20 bytes a case.
const LAYERS: usize = 16;
/// A layer is read anew, and its highest density looked for, no more often than this.
const FRESH: Duration = Duration::from_secs(1);
/// How often to look whether the store has changed without a word: by another program.
const CHECKED: Duration = Duration::from_mins(1);
/// Zooms and kernels of a layer whose domains are remembered.
const DOMAINS: usize = 256;
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

    /// The cases of a question. Blocks: call it where blocking is allowed.
    ///
    /// # Errors
    /// What the store suffers.
    pub fn layer(&self, of: &HeatOf, now: Timestamp) -> Result<Arc<HeatLayer>, StoreError> {
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
        let (from, to) = of.period.bounds(now);
        let filter = HeatFilter {
            from,
            to,
            category: of.category.clone(),
            department: of.department.clone(),
            source: of.source.clone(),
            visible: of.visible.clone(),
        };
        let begun = Instant::now();
        let (mut shown, mut hidden) = (Vec::new(), Vec::new());
        let known = self.store.heat_cases(&self.site, &filter, |HeatCase { opened_at, position }| {
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
        let state = State { layer, seq: known.seq, read_at: Instant::now(), is_stale: false };
        Ok((HeatLayer { of: of.clone(), state: RwLock::new(state), domains: Mutex::default() }, known))
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

/// A picture, or that the one that is known is still right.
pub enum Picture {
    Known(String),
    New { tag: String, png: Arc<[u8]> },
}

/// What the colours of a zoom mean, and what is behind them.
pub struct Meaning {
    pub domain: Domain,
    pub unit: Unit,
    /// At the height of the map where most events are.
    pub radius_m: f64,
    pub shown: usize,
    pub hidden: u64,
    pub seq: i64,
}

impl HeatLayer {
    /// The picture of a frame as PNG, with a tag that is the same as long as the picture is; nothing is drawn for whoever
    /// knows it.
    ///
    /// # Errors
    /// If it cannot be encoded.
    pub fn picture(&self, look: &Look, frame: &Frame, now: Timestamp, known: Option<&[u8]>) -> anyhow::Result<Picture> {
        let state = self.at(now);
        let layer = &state.layer;
        let mark = layer.mark_in(frame, look.kernel, now);
        let domain = self.domain(layer, look, frame.zoom(), now);
        let what = match mark {
            // All empty pictures of a size are one, whatever they are empty of.
            None => format!("{}x{}", frame.width(), frame.height()),
            Some(mark) => format!("{mark:x} {frame:?} {look:?} {domain:?} {:?}", self.of.period),
        };
        let tag = format!("\"{}\"", blake3::hash(what.as_bytes()).to_hex());
        if known.is_some_and(|known| known == tag.as_bytes()) {
            return Ok(Picture::Known(tag));
        }
        let png = match mark {
            None => empty_png(frame)?,
            Some(_) => picture(layer, frame, look, domain, now)?.into(),
        };
        Ok(Picture::New { tag, png })
    }

    #[must_use]
    pub fn meaning(&self, look: &Look, zoom: f64, now: Timestamp) -> Meaning {
        let state = self.at(now);
        let layer = &state.layer;
        Meaning {
            domain: self.domain(layer, look, zoom, now),
            unit: layer.unit(),
            radius_m: look.kernel.spread.radius_m(zoom, layer.middle().unwrap_or(0.5)),
            shown: layer.len(),
            hidden: layer.hidden(),
            seq: state.seq,
        }
    }

    /// As it is at an instant.
    fn at(&self, now: Timestamp) -> RwLockReadGuard<'_, State> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        if !state.layer.is_behind(now) {
            return state;
        }
        drop(state);
        self.state.write().unwrap_or_else(PoisonError::into_inner).layer.move_to(now);
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the colours stand for in pictures of that zoom: all tiles of a zoom share it, and a few events more or less do
    /// not change it.
    fn domain(&self, layer: &Layer, look: &Look, zoom: f64, now: Timestamp) -> Domain {
        if let Some(domain) = look.domain {
            return domain;
        }
        let mut domains = self.domains.lock().unwrap_or_else(PoisonError::into_inner);
        let (key, mark) = (format!("{zoom} {:?}", look.kernel), layer.mark());
        match domains.get(&key) {
            Some((domain, of, found_at)) if *of == mark || found_at.elapsed() < FRESH => *domain,
            before => {
                let peak = layer.peak(zoom, look.kernel, now);
                let domain = before.map_or_else(|| Domain::holding(peak), |(before, ..)| before.following(peak));
                if domains.len() == DOMAINS {
                    domains.clear();
                }
                domains.insert(key, (domain, mark, Instant::now()));
                domain
            }
        }
    }

    fn needs_reading(&self, now: Timestamp) -> bool {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        state.layer.is_worn(now) || (state.is_stale && state.read_at.elapsed() > FRESH)
    }

    fn go_stale(&self) {
        self.state.write().unwrap_or_else(PoisonError::into_inner).is_stale = true;
    }

    fn hear(&self, update: &Update) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        if update.seq <= state.seq {
            return;
        }
        state.seq = update.seq;
        match &update.change {
            // A case does not say where its reports came from.
            Change::CaseOpened { .. } | Change::CaseJoined { .. } if self.of.source.is_some() => state.is_stale = true,
            Change::CaseOpened { case } if self.asks_for(case) => match case.position {
                Some(position) if self.of.visible.contains(&case.visibility) => {
                    state.layer.add(case.opened_at, Cell::of(position));
                }
                Some(_) => state.layer.hide(case.opened_at),
                None => {}
            },
            Change::CaseMoved { step, .. } => {
                // It may be another's now, lie elsewhere, or be no case of its own any more.
                let has_moved = matches!(step.deed.action, Action::Correct { .. } | Action::Merge { .. });
                state.is_stale |= has_moved || self.of.department.is_some();
            }
            _ => {}
        }
    }

    fn asks_for(&self, case: &Case) -> bool {
        let is =
            |wanted: &Option<String>, found: Option<&str>| wanted.as_deref().is_none_or(|wanted| found == Some(wanted));
        is(&self.of.category, case.category.as_ref().map(CategoryCode::as_str))
            && is(&self.of.department, case.department().map(DepartmentCode::as_str))
    }
}

/// A heat picture as PNG: the one way from events to pixels, for screens and for files.
///
/// # Errors
/// If it cannot be encoded.
pub fn picture(layer: &Layer, frame: &Frame, look: &Look, domain: Domain, now: Timestamp) -> anyhow::Result<Vec<u8>> {
    let colors = look.scale.levels(domain);
    let mut levels = Vec::with_capacity(frame.width() as usize * frame.height() as usize);
    layer.rows(frame, look.kernel, now, |row| levels.extend(row.iter().map(|value| colors.of(*value))));
    Ok(palette_png(frame.width(), frame.height(), &levels, &look.ramp.palette())?)
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
