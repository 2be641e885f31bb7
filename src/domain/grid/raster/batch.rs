//! Many positions at once.
//!
//! Where a raster is larger than the processor's caches, a lookup is nothing but waiting for memory, two or three times,
//! since each read says where the next one is. So positions go in blocks through three stages, and each stage asks for
//! what the next one reads: while one block is read at the top, the block before it goes down to its leaves, and the
//! one before that is decided.

use super::{Entry, OF_RANK, PARTED, Raster, frame::Place};
use crate::domain::geo::Position;

/// Positions of a block.
const BLOCK: usize = 64;

/// Positions on their way, each with what is known of it.
struct Block {
    places: [Place; BLOCK],
    tops: [u32; BLOCK],
    entries: [Entry; BLOCK],
    depths: [u8; BLOCK],
    /// Numbers of those that are not decided by an entry alone.
    undecided: [u8; BLOCK],
    undecided_count: usize,
}

impl Block {
    const NEW: Self = Self {
        places: [Place { x: 0, y: 0 }; BLOCK],
        tops: [0; BLOCK],
        entries: [Entry::of_rank(0); BLOCK],
        depths: [0; BLOCK],
        undecided: [0; BLOCK],
        undecided_count: 0,
    };

    /// Stage one: which cell of the top.
    fn begin(&mut self, raster: &Raster, positions: &[Position]) {
        for (at, position) in positions.iter().enumerate().take(BLOCK) {
            self.places[at] = raster.frame.place(position.coord());
            self.tops[at] = raster.frame.top(self.places[at]) as u32;
        }
        for top in &self.tops[..positions.len().min(BLOCK)] {
            fetch(&raster.top, *top as usize);
        }
    }

    /// Stage two: down to the leaf or to whatever else the cell is.
    fn descend(&mut self, raster: &Raster, count: usize) {
        // Gathered without a branch, which would be foreseen wrongly as often as not.
        let (mut parted, mut parted_count) = ([0u8; BLOCK], 0);
        for at in 0..count.min(BLOCK) {
            self.entries[at] = raster.top[self.tops[at] as usize];
            self.depths[at] = 0;
            parted[parted_count] = at as u8;
            parted_count += usize::from(self.entries[at].kind() == PARTED);
        }
        while parted_count > 0 {
            let mut still_parted = 0;
            for next in 0..parted_count {
                let at = usize::from(parted[next]);
                self.depths[at] += 1;
                let part = self.places[at].part(self.depths[at].into());
                self.entries[at] = raster.parts[self.entries[at].which() + part];
                parted[still_parted] = at as u8;
                still_parted += usize::from(self.entries[at].kind() == PARTED);
            }
            parted_count = still_parted;
        }
        self.undecided_count = 0;
        for at in 0..count.min(BLOCK) {
            self.undecided[self.undecided_count] = at as u8;
            self.undecided_count += usize::from(self.entries[at].kind() != OF_RANK);
        }
        for at in self.undecided() {
            if let Some((line, is_long)) = self.entries[at].line() {
                fetch(&raster.lines, line);
                if is_long {
                    fetch(&raster.lines, line + 1);
                }
            }
        }
    }

    /// Stage three: which side of its strokes, or of its edges.
    fn decide(&self, raster: &Raster, positions: &[Position], ranks: &mut [u32]) {
        for (rank, entry) in ranks.iter_mut().zip(&self.entries) {
            *rank = entry.0;
        }
        for at in self.undecided() {
            let entry = raster.read(self.entries[at], self.depths[at].into(), self.places[at]);
            ranks[at] = raster.rank(entry, self.places[at], positions[at]);
        }
    }

    fn undecided(&self) -> impl Iterator<Item = usize> + '_ {
        self.undecided[..self.undecided_count].iter().map(|at| usize::from(*at))
    }
}

pub fn locate(raster: &Raster, positions: &[Position], ranks: &mut [u32]) {
    const STAGES: usize = 3;
    let count = positions.len().min(ranks.len());
    let (positions, ranks) = (&positions[..count], &mut ranks[..count]);
    let mut blocks = [Block::NEW; STAGES];
    let block = |number: usize| (number * BLOCK).min(count)..((number + 1) * BLOCK).min(count);
    for step in 0..count.div_ceil(BLOCK) + STAGES - 1 {
        blocks[step % STAGES].begin(raster, &positions[block(step)]);
        if let Some(second) = step.checked_sub(1) {
            blocks[second % STAGES].descend(raster, block(second).len());
        }
        if let Some(third) = step.checked_sub(2) {
            blocks[third % STAGES].decide(raster, &positions[block(third)], &mut ranks[block(third)]);
        }
    }
}

/// Asks the processor to have this item at hand.
#[inline]
fn fetch<T>(items: &[T], at: usize) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        let item = items.as_ptr().wrapping_add(at);
        #[expect(unsafe_code, reason = "a hint takes a bare pointer")]
        // SAFETY: a prefetch reads nothing into the program and never faults, whatever the address.
        unsafe {
            _mm_prefetch::<_MM_HINT_T0>(item.cast());
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        let _ = (items, at);
    }
}
