//! Somebody watches a camera.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    runtime::Handle,
    sync::OwnedSemaphorePermit,
    time::{Interval, interval},
};

use super::{
    NoPlay, View, Wish,
    eye::{Eye, locked},
    looking::Looking,
};
use crate::{
    domain::{
        camera::{Link, LinkEvent, StreamKind},
        vision::Frame,
    },
    io::video::{Following, Piece, Watch, Watcher},
    service::clock::Clock,
};

/// A camera's stream for one screen: the one that it asks for, else the other where it cannot play that.
pub struct Viewing {
    looking: Looking,
    eye: Arc<Eye>,
    plays_h265: bool,
    way: Option<Way>,
    /// The streams that have not been tried.
    others: VecDeque<StreamKind>,
    no_play: NoPlay,
    /// Whether the screen has been told that no pictures come.
    told_down: bool,
    tick: Interval,
    is_over: bool,
    _room: OwnedSemaphorePermit,
}

struct Way {
    stream: StreamKind,
    following: Following,
    borrowed: Option<Arc<Borrowed>>,
}

/// How often it is looked whether pictures still come.
const TICK: Duration = Duration::from_secs(1);

impl Viewing {
    pub(super) fn new(looking: Looking, eye: Arc<Eye>, wish: Wish, room: OwnedSemaphorePermit) -> Self {
        let first = wish.stream.unwrap_or(eye.camera.analysed_kind());
        let mut others: VecDeque<_> = [StreamKind::Sub, StreamKind::Main].into();
        others.retain(|kind| eye.camera.stream(*kind).is_some());
        others.make_contiguous().sort_by_key(|kind| *kind != first);
        Self {
            looking,
            eye,
            plays_h265: wish.plays_h265,
            way: None,
            others,
            no_play: NoPlay::NotPassedOn,
            told_down: false,
            tick: interval(TICK),
            is_over: false,
            _room: room,
        }
    }

    /// What comes next; `None` where nothing more does. Loses nothing when it is given up while it waits.
    pub async fn next(&mut self) -> Option<View> {
        while !self.is_over {
            let Some(way) = &mut self.way else {
                if !self.turn_to_next() {
                    self.is_over = true;
                    return Some(View::Stills(self.no_play));
                }
                continue;
            };
            let stream = way.stream;
            tokio::select! {
                piece = way.following.next() => match piece? {
                    Piece::Begin { is_h265: true, .. } if !self.plays_h265 => {
                        self.no_play = NoPlay::H265;
                        self.way = None;
                    }
                    Piece::Begin { codec, size, header, .. } => {
                        return Some(View::Begin { codec, size, stream, header });
                    }
                    Piece::Picture(fragment) => return Some(View::Picture(fragment)),
                    Piece::Skipped(count) => return Some(View::Skipped(count)),
                },
                _ = self.tick.tick() => {
                    // It is read otherwise now, or not at all: who comes again finds out.
                    if !self.looking.knows(&self.eye) {
                        return None;
                    }
                    let link = way.borrowed.as_ref().map_or_else(|| self.eye.link(), |stream| stream.link());
                    if link.is_giving() == self.told_down {
                        self.told_down = !self.told_down;
                        return Some(View::Link(link));
                    }
                }
            }
        }
        None
    }

    /// Whether there is another stream that could be played.
    fn turn_to_next(&mut self) -> bool {
        while let Some(stream) = self.others.pop_front() {
            if let Some((following, borrowed)) = self.looking.passing_on(&self.eye, stream) {
                self.way = Some(Way { stream, following, borrowed });
                return true;
            }
        }
        false
    }
}

/// A stream that is open for as long as somebody watches it.
pub(super) struct Borrowed {
    watch: Option<Watch>,
    link: Arc<Mutex<Link>>,
}

impl Borrowed {
    pub fn new(watch: Watch, link: Arc<Mutex<Link>>) -> Self {
        Self { watch: Some(watch), link }
    }

    pub fn follow(&self) -> Option<Following> {
        self.watch.as_ref()?.follow()
    }

    fn link(&self) -> Link {
        locked(&self.link).clone()
    }
}

impl Drop for Borrowed {
    fn drop(&mut self) {
        let Some(watch) = self.watch.take() else { return };
        watch.end();
        // To close waits for the stream's end, which nobody who has gone waits for.
        match Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn_blocking(move || drop(watch))),
            Err(_) => drop(watch),
        }
    }
}

/// Hears how things stand with such a stream.
pub(super) struct Borrowing {
    clock: Arc<dyn Clock>,
    link: Arc<Mutex<Link>>,
}

impl Borrowing {
    pub fn new(clock: Arc<dyn Clock>) -> (Self, Arc<Mutex<Link>>) {
        let link = Arc::new(Mutex::new(Link::idle(clock.now())));
        (Self { clock, link: Arc::clone(&link) }, link)
    }
}

impl Watcher for Borrowing {
    fn picture(&mut self, _: &Frame<'_>, _: Duration, _: bool) {}

    fn link(&mut self, event: LinkEvent) {
        let mut link = locked(&self.link);
        *link = link.after(&event, self.clock.now());
    }
}
