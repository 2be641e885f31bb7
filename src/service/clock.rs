//! The clock, as something that is handed in.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use jiff::Timestamp;

/// What time it is. Tests drive their own; the shipped binary has no way to set one.
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
}

/// The machine's.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// One that stands until it is moved; clones move together.
#[derive(Debug, Clone)]
pub struct ManualClock {
    ms: Arc<AtomicI64>,
}

impl ManualClock {
    #[must_use]
    pub fn at(instant: Timestamp) -> Self {
        Self { ms: Arc::new(AtomicI64::new(instant.as_millisecond())) }
    }

    pub fn set(&self, instant: Timestamp) {
        self.ms.store(instant.as_millisecond(), Ordering::SeqCst);
    }

    pub fn advance(&self, ms: i64) {
        self.ms.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.ms.load(Ordering::SeqCst)).unwrap_or(Timestamp::MAX)
    }
}
