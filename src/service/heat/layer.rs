//! The cases of one question, kept as changes come in.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError, RwLock, RwLockReadGuard},
    time::{Duration, Instant},
};

use jiff::Timestamp;

use super::{HeatOf, Look};
use crate::domain::{
    analysis::heat::{Cell, Domain, Kernel, Layer, greatest_difference},
    case::{Action, Case, Status},
    duty::{CategoryCode, DepartmentCode},
    update::{Change, Update},
};

/// The cases of one question, as they are now.
pub struct HeatLayer {
    pub(super) of: HeatOf,
    state: RwLock<State>,
    /// What the colours stand for by zoom and kernel, and for which events they were found.
    domains: Mutex<HashMap<String, (Domain, u64, Instant)>>,
}

pub struct State {
    pub layer: Layer,
    /// The change up to which it is true.
    pub seq: i64,
    read_at: Instant,
    /// Something has changed that it cannot follow: it is read anew.
    is_stale: bool,
}

/// A layer is read anew, and its highest density looked for, no more often than this.
const FRESH: Duration = Duration::from_secs(1);
/// Zooms and kernels of a layer whose domains are remembered.
const DOMAINS: usize = 256;

impl HeatLayer {
    pub fn new(of: HeatOf, layer: Layer, seq: i64) -> Self {
        let state = State { layer, seq, read_at: Instant::now(), is_stale: false };
        Self { of, state: RwLock::new(state), domains: Mutex::default() }
    }

    /// As it is at an instant.
    pub fn at(&self, now: Timestamp) -> RwLockReadGuard<'_, State> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        if !state.layer.is_behind(now) {
            return state;
        }
        drop(state);
        self.state.write().unwrap_or_else(PoisonError::into_inner).layer.move_to(now);
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the colours stand for in pictures of that zoom, or in those of the difference from `before`: all tiles of a
    /// zoom share it, and a few events more or less do not change it.
    pub fn domain(&self, before: Option<&Self>, look: &Look, zoom: f64, now: Timestamp) -> Domain {
        if let Some(domain) = look.domain {
            return domain;
        }
        let mark_of = |layer: &Self| layer.at(now).layer.mark();
        let mark = mark_of(self).wrapping_add(before.map_or(0, mark_of).rotate_left(32));
        let key = format!("{zoom} {:?} {:?}", look.kernel, before.map(|before| before.of.period));
        let mut domains = self.domains.lock().unwrap_or_else(PoisonError::into_inner);
        match domains.get(&key) {
            Some((domain, of, found_at)) if *of == mark || found_at.elapsed() < FRESH => *domain,
            known => {
                let peak = self.peak(before, look.kernel, zoom, now);
                let domain = known.map_or_else(|| Domain::holding(peak), |(known, ..)| known.following(peak));
                if domains.len() == DOMAINS {
                    domains.clear();
                }
                domains.insert(key, (domain, mark, Instant::now()));
                domain
            }
        }
    }

    /// The highest density, or the greatest difference. One layer is read after the other: whoever held both could wait
    /// for somebody who holds them the other way round.
    fn peak(&self, before: Option<&Self>, kernel: Kernel, zoom: f64, now: Timestamp) -> f32 {
        let Some(before) = before else { return self.at(now).layer.peak(zoom, kernel, now) };
        let squares = [self, before].map(|layer| layer.at(now).layer.crowded(zoom, kernel)).concat();
        let [of, before] = [self, before].map(|layer| layer.at(now).layer.within(&squares, zoom, kernel, now));
        greatest_difference(&of, &before)
    }

    pub fn needs_reading(&self, now: Timestamp) -> bool {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        state.layer.is_worn(now) || (state.is_stale && state.read_at.elapsed() > FRESH)
    }

    pub fn go_stale(&self) {
        self.state.write().unwrap_or_else(PoisonError::into_inner).is_stale = true;
    }

    pub fn hear(&self, update: &Update) {
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
                // It may be another's now, lie elsewhere, or be no incident any more.
                let has_moved = matches!(step.deed.action, Action::Correct { .. });
                let is_none = Status::NO_INCIDENT.contains(&step.status);
                state.is_stale |= has_moved || is_none || self.of.department.is_some();
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
