//! The last so many minutes: events come in at one end and leave at the other.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Cell, Entry, Pyramid};

const MINUTE_MS: i64 = 60_000;

/// Events of a stretch of time that moves on with the clock, minute by minute. Whole numbers come and go, so the sums are
/// those of the events that are in it, however long it has moved.
pub struct Window {
    length_minutes: i64,
    /// The first minute that is in it.
    begins: i64,
    minutes: BTreeMap<i64, Minute>,
    hidden: u64,
    pyramid: Pyramid<u32>,
}

#[derive(Default)]
struct Minute {
    cells: Vec<Cell>,
    hidden: u64,
}

impl Window {
    /// Minutes that a stretch of that many milliseconds has, at least one.
    #[must_use]
    pub fn new(length_ms: i64, now: Timestamp) -> Self {
        let length_minutes = (length_ms / MINUTE_MS).max(1);
        let begins = minute(now) - length_minutes;
        Self { length_minutes, begins, minutes: BTreeMap::new(), hidden: 0, pyramid: Pyramid::default() }
    }

    /// What is earlier is not in it.
    #[must_use]
    pub fn begins(&self) -> Timestamp {
        Timestamp::from_millisecond(self.begins * MINUTE_MS).unwrap_or(Timestamp::MIN)
    }

    /// Takes many events in at once; it has to be empty.
    pub fn fill(&mut self, events: impl IntoIterator<Item = (Timestamp, Cell)>) {
        for (at, cell) in events {
            if minute(at) >= self.begins {
                self.minutes.entry(minute(at)).or_default().cells.push(cell);
            }
        }
        let cells = self.minutes.values().flat_map(|minute| &minute.cells);
        self.pyramid = Pyramid::of(cells.map(|cell| Entry { cell: *cell, amount: 1 }).collect());
    }

    /// An event that came in now, maybe late: one that has left already stays out.
    pub fn add(&mut self, at: Timestamp, cell: Cell) {
        if minute(at) >= self.begins {
            self.minutes.entry(minute(at)).or_default().cells.push(cell);
            self.pyramid.add(cell, 1);
        }
    }

    #[must_use]
    pub fn is_behind(&self, now: Timestamp) -> bool {
        self.begins < minute(now) - self.length_minutes
    }

    /// Moves it on; it never moves back.
    pub fn move_to(&mut self, now: Timestamp) {
        self.begins = self.begins.max(minute(now) - self.length_minutes);
        while let Some(entry) = self.minutes.first_entry().filter(|entry| *entry.key() < self.begins) {
            let Minute { cells, hidden } = entry.remove();
            for cell in cells {
                self.pyramid.remove(cell);
            }
            self.hidden -= hidden;
        }
    }

    /// An event that is counted and not shown.
    pub fn hide(&mut self, at: Timestamp) {
        if minute(at) >= self.begins {
            self.minutes.entry(minute(at)).or_default().hidden += 1;
            self.hidden += 1;
        }
    }

    #[must_use]
    pub fn hidden(&self) -> u64 {
        self.hidden
    }

    #[must_use]
    pub fn pyramid(&self) -> &Pyramid<u32> {
        &self.pyramid
    }
}

fn minute(at: Timestamp) -> i64 {
    at.as_millisecond().div_euclid(MINUTE_MS)
}
