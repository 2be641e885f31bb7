//! Which blob is which thing.

use std::time::Duration;

use super::{
    PixelBox,
    blob::{Blob, MOST_BLOBS},
    shrink::Small,
    still::{Anchor, REST},
    track::Track,
};

/// Things followed at a time, at most.
pub(super) const MOST_TRACKS: usize = 64;
/// Pairs of a thing and a blob near it that are weighed, at most.
const MOST_PAIRS: usize = 1024;
/// How long a thing may be out of sight.
const LOST_S: f32 = 1.2;
/// For as long as people may stand before each other.
const HIDDEN_S: f32 = 6.0;
/// Costs above this are other things: two sizes away, or half that and of another size.
const WORST_COST: f32 = 1.5;

#[derive(Debug)]
pub(super) struct Tracker {
    pub tracks: Vec<Track>,
    next_id: u32,
    pairs: Vec<(f32, u8, u8)>,
    /// What became of each blob.
    owners: Vec<Owner>,
    /// Blob of each track in this picture.
    blob_of: Vec<Option<u8>>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Owner {
    Nobody,
    One,
    /// Several things in one blob, or a thing that stands and somebody before it.
    Several,
}

impl Tracker {
    pub fn new() -> Self {
        Self {
            tracks: Vec::with_capacity(MOST_TRACKS),
            next_id: 1,
            pairs: Vec::with_capacity(MOST_PAIRS),
            owners: Vec::with_capacity(MOST_BLOBS),
            blob_of: Vec::with_capacity(MOST_TRACKS),
        }
    }

    /// A number that no track had before.
    pub fn new_id(&mut self) -> u32 {
        let id = self.next_id;
        self.next_id = self.next_id.wrapping_add(1).max(1);
        id
    }

    pub fn update(&mut self, blobs: &[Blob], small: &Small, elapsed_s: f32, at: Duration) {
        self.owners.clear();
        self.owners.resize(blobs.len(), Owner::Nobody);
        self.blob_of.clear();
        self.blob_of.resize(self.tracks.len(), None);
        for track in &mut self.tracks {
            track.predict(elapsed_s);
        }
        self.hold_what_stands(blobs, small, at);
        self.pair(blobs, elapsed_s);
        self.measure(blobs, elapsed_s, at);
        self.forget(small, elapsed_s, at);
        self.begin(blobs, at);
        self.rest(small, at);
    }

    /// A thing with an anchor is there as long as it looks like itself, with or without a blob. Blobs upon it are its
    /// own; who walks past shares one with it.
    fn hold_what_stands(&mut self, blobs: &[Blob], small: &Small, at: Duration) {
        for (i, track) in self.tracks.iter_mut().enumerate() {
            let Some(anchor) = &mut track.anchor else { continue };
            if !anchor.holds(small, at) {
                track.anchor = None;
                continue;
            }
            let bbox = anchor.bbox;
            // Blobs of a thing that creeps away may still look like it: more than a third of it beside is no standing.
            for (b, blob) in blobs.iter().enumerate() {
                let both = blob.bbox.overlap(&bbox);
                if both > 0.5 * blob.bbox.area() {
                    self.owners[b] = Owner::One;
                    self.blob_of[i] = Some(b as u8);
                } else if both > 0.5 * bbox.area() {
                    self.owners[b] = Owner::Several;
                    self.blob_of[i] = Some(b as u8);
                }
            }
            if anchor.is_in_sight(at) || self.blob_of[i].is_some() {
                track.stand(bbox, at);
            }
        }
    }

    /// The nearest pairs first.
    fn pair(&mut self, blobs: &[Blob], elapsed_s: f32) {
        self.pairs.clear();
        for (i, track) in self.tracks.iter().enumerate().filter(|(_, track)| track.anchor.is_none()) {
            for (b, blob) in blobs.iter().enumerate() {
                let cost = cost(track, &blob.bbox, elapsed_s);
                if cost < WORST_COST && self.owners[b] == Owner::Nobody && self.pairs.len() < MOST_PAIRS {
                    self.pairs.push((cost, i as u8, b as u8));
                }
            }
        }
        self.pairs.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        for (_, i, b) in &self.pairs {
            let (track, owner) = (&mut self.blob_of[usize::from(*i)], &mut self.owners[usize::from(*b)]);
            if track.is_none() && *owner == Owner::Nobody {
                (*track, *owner) = (Some(*b), Owner::One);
            }
        }
        // Whoever is left may be behind somebody else.
        for (i, track) in self.tracks.iter().enumerate() {
            if self.blob_of[i].is_some() || track.anchor.is_some() || track.looks < 3 {
                continue;
            }
            let bbox = track.bbox();
            let covers = |b: usize| blobs[b].bbox.overlap(&bbox) / bbox.area().max(1.0);
            let best = (0..blobs.len()).max_by(|a, b| covers(*a).total_cmp(&covers(*b)));
            if let Some(b) = best.filter(|b| covers(*b) > 0.5 && self.owners[*b] != Owner::Nobody) {
                self.owners[b] = Owner::Several;
                self.blob_of[i] = Some(b as u8);
            }
        }
    }

    fn measure(&mut self, blobs: &[Blob], elapsed_s: f32, at: Duration) {
        for (track, b) in self.tracks.iter_mut().zip(&self.blob_of) {
            let Some(b) = b.map(usize::from).filter(|_| track.anchor.is_none()) else { continue };
            let mut bbox = blobs[b].bbox;
            let own = track.bbox();
            let is_shared = self.owners[b] == Owner::Several && bbox.area() > 1.3 * own.area();
            if is_shared && track.looks > 3 {
                track.hide_in(&bbox, at);
                continue;
            }
            // Pieces of it that nobody owns belong to it, as long as it does not swell.
            for (owner, piece) in self.owners.iter_mut().zip(blobs) {
                let whole = bbox.union(&piece.bbox);
                let is_piece = piece.bbox.overlap(&own) > 0.5 * piece.bbox.area();
                if *owner == Owner::Nobody && is_piece && whole.area() < 1.4 * own.area() {
                    *owner = Owner::One;
                    bbox = whole;
                }
            }
            track.measure(&bbox, elapsed_s, at);
        }
    }

    fn forget(&mut self, small: &Small, elapsed_s: f32, at: Duration) {
        self.tracks.retain(|track| {
            let (x, y) = track.bbox().foot();
            let is_out = x < 2.0 || y < 2.0 || x > small.width as f32 - 2.0 || y > small.height as f32 + 6.0;
            let patience_s = if is_out {
                0.3
            } else if track.anchor.is_some() {
                HIDDEN_S
            } else {
                // What was hardly seen is hardly missed.
                LOST_S.min(0.3 + 0.15 * track.looks as f32)
            };
            at.saturating_sub(track.seen).as_secs_f32() < patience_s + 1.5 * elapsed_s
        });
    }

    fn begin(&mut self, blobs: &[Blob], at: Duration) {
        for (b, blob) in blobs.iter().enumerate() {
            if self.owners[b] == Owner::Nobody && self.tracks.len() < MOST_TRACKS {
                let id = self.new_id();
                let mut track = Track::new(id, blob.bbox, at);
                let parent = |of: &&Track| of.before.overlap(&blob.bbox) > 0.4 * blob.bbox.area();
                track.is_heir = self.tracks.iter().find(parent).is_some_and(Track::has_driven_here);
                self.tracks.push(track);
            }
        }
    }

    /// Drops an anchor where something comes to rest, and lifts it when it moves on.
    fn rest(&mut self, small: &Small, at: Duration) {
        for track in self.tracks.iter_mut().filter(|track| track.anchor.is_none()) {
            let bbox = track.bbox();
            let slow = track.speed() < (0.08 * bbox.w.max(bbox.h)).max(1.2);
            match track.resting {
                Some((place, since)) if slow && is_there(&place, &bbox) => {
                    if at.saturating_sub(since) >= REST {
                        track.anchor = Some(Anchor::new(bbox, small, at, since));
                    }
                }
                _ => track.resting = slow.then_some((bbox, at)),
            }
        }
    }
}

fn is_there(place: &PixelBox, bbox: &PixelBox) -> bool {
    place.iou(bbox) > 0.6
}

/// Distance in sizes, plus what the sizes differ by. The gate opens with the time between pictures: people make a step
/// of their width in half a second, and the first speed of a car is not known.
fn cost(track: &Track, blob: &PixelBox, elapsed_s: f32) -> f32 {
    let own = track.bbox();
    let ((x, y), (to_x, to_y)) = (own.foot(), blob.foot());
    let size = own.w.max(own.h).max(4.0);
    let slack = if track.looks < 3 { 1.0 + 3.0 * elapsed_s } else { 1.0 + elapsed_s };
    let distance = (to_x - x).hypot(to_y - y) / (size * 0.6 + 2.0) / slack;
    let swell = (blob.area() / own.area().max(1.0)).ln().abs();
    distance + 0.4 * swell - 0.5 * own.iou(blob)
}
