//! What is known of one camera that is being read, shared by those who read, decode and decide.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use jiff::SignedDuration;
use tokio::sync::broadcast;

use super::{
    following::{Following, Passed},
    ring::Ring,
    unit::{AccessUnit, Parameters},
};
use crate::{
    domain::camera::{Claim, LinkCause, Sampling, StreamFacts},
    io::video::pulse::Pulse,
};

pub(super) struct Seat {
    pub id: u64,
    /// Whether every picture is wanted, and not the keyframes alone.
    pub wants_every: bool,
    /// Until when, in time since `begun`, they are worth it: something moves, or somebody watches.
    awake_until_ms: AtomicU64,
    begun: Instant,
    /// Whether it is its turn to have them.
    has_turn: AtomicBool,
    turned: Mutex<Instant>,
    ring: Mutex<Ring>,
    /// For those who watch.
    passing: broadcast::Sender<Passed>,
    /// Keyframes in a row of which no picture came, and why, where that is known.
    undecoded: AtomicU32,
    why: Mutex<Option<LinkCause>>,
    /// Since the last account: units that came, units decoded, the time that it took, units for which there was no room.
    came: AtomicU32,
    decoded: AtomicU32,
    spent_ns: AtomicU64,
    dropped: AtomicU32,
    cost: Mutex<Cost>,
    pub pulse: Pulse,
    /// Pictures and keyframes as they come, how they are encoded, and what the camera's clock says.
    pictures: Pulse,
    keyframes: Pulse,
    encoded: Mutex<Option<Arc<Parameters>>>,
    clock_off: Mutex<Option<SignedDuration>>,
}

/// What its pictures take, of late.
#[derive(Default, Clone, Copy)]
struct Cost {
    seconds_each: f64,
    per_second: f64,
    decoded_per_second: f64,
}

/// What a camera took since the last account, in cores, and what was lost for want of room.
pub(super) struct Account {
    pub cores: f64,
    pub dropped: u32,
}

/// Pictures that somebody who watches may be behind; who is more goes on at a keyframe.
const BEHIND: usize = 32;
/// Bytes of a camera's last seconds.
const RING_BYTES: usize = 1024 * 1024;
/// Keyframes in a row that nobody can decode before the stream is given up.
const UNDECODED: u32 = 3;
/// What a picture takes until it was measured: small, of a camera of the street.
const SECONDS_EACH: f64 = 0.002;
/// How much a new figure says against what was known.
const NEW: f64 = 0.3;
/// How long one that was woken stays awake: who stands still for a moment is followed on.
const AWAKE: Duration = Duration::from_secs(20);

impl Seat {
    pub fn new(id: u64, wants_every: bool) -> Self {
        Self {
            id,
            wants_every,
            awake_until_ms: AtomicU64::new(AWAKE.as_millis() as u64),
            begun: Instant::now(),
            // Until it is known that there is no room.
            has_turn: AtomicBool::new(wants_every),
            turned: Mutex::new(Instant::now()),
            ring: Mutex::new(Ring::new(RING_BYTES)),
            passing: broadcast::Sender::new(BEHIND),
            undecoded: AtomicU32::new(0),
            why: Mutex::default(),
            came: AtomicU32::new(0),
            decoded: AtomicU32::new(0),
            spent_ns: AtomicU64::new(0),
            dropped: AtomicU32::new(0),
            cost: Mutex::new(Cost { seconds_each: SECONDS_EACH, ..Cost::default() }),
            pulse: Pulse::default(),
            pictures: Pulse::default(),
            keyframes: Pulse::default(),
            encoded: Mutex::default(),
            clock_off: Mutex::default(),
        }
    }

    pub fn ring(&self) -> MutexGuard<'_, Ring> {
        locked(&self.ring)
    }

    /// A unit has come.
    pub fn keep(&self, unit: &AccessUnit) {
        self.came.fetch_add(1, Relaxed);
        self.pictures.beat(unit.at);
        if unit.is_key {
            self.keyframes.beat(unit.at);
            *locked(&self.encoded) = Some(Arc::clone(&unit.parameters));
        }
        let mut ring = self.ring();
        ring.push(unit.clone());
        // Under the ring's lock: who begins to watch misses none, and has none twice. Nobody need be watching.
        if self.passing.receiver_count() > 0 {
            let _ = self.passing.send(Passed::Unit(unit.clone()));
        }
    }

    /// What comes next does not follow from what came.
    pub fn cut(&self) {
        let _ = self.passing.send(Passed::Cut);
    }

    /// From the newest keyframe on.
    pub fn follow(&self) -> Following {
        let ring = self.ring();
        Following::new(ring.newest(), self.passing.subscribe())
    }

    pub fn lose(&self) {
        self.dropped.fetch_add(1, Relaxed);
    }

    /// It took so long to decode a unit and to look at what came of it.
    pub fn charge(&self, took: Duration, is_key: bool, has_picture: bool) {
        self.decoded.fetch_add(1, Relaxed);
        self.spent_ns.fetch_add(took.as_nanos() as u64, Relaxed);
        if has_picture {
            self.undecoded.store(0, Relaxed);
        } else if is_key {
            self.undecoded.fetch_add(1, Relaxed);
        }
    }

    /// Why its keyframes are of no use, once that is certain.
    pub fn is_of_no_use(&self) -> Option<LinkCause> {
        let is_certain = self.undecoded.load(Relaxed) >= UNDECODED;
        is_certain.then(|| locked(&self.why).clone().unwrap_or(LinkCause::Unreadable))
    }

    pub fn blame(&self, cause: LinkCause) {
        *locked(&self.why) = Some(cause);
    }

    /// A new stream begins.
    pub fn begin(&self) {
        self.undecoded.store(0, Relaxed);
        *locked(&self.why) = None;
        self.wake();
        self.ring().clear();
        self.cut();
        self.pictures.rest();
        self.keyframes.rest();
    }

    /// Something moves, or somebody looks.
    pub fn wake(&self) {
        let until = self.begun.elapsed() + AWAKE;
        self.awake_until_ms.store(until.as_millis() as u64, Relaxed);
    }

    /// Whether every picture is worth looking at now.
    fn is_awake(&self) -> bool {
        let is_awake = self.begun.elapsed().as_millis() < u128::from(self.awake_until_ms.load(Relaxed));
        self.wants_every && (is_awake || self.passing.receiver_count() > 0)
    }

    /// Whether every picture is decoded now.
    pub fn has_every(&self) -> bool {
        self.has_turn.load(Relaxed) && self.is_awake()
    }

    /// It wants more than it has.
    pub fn is_rationed(&self) -> bool {
        !self.has_turn.load(Relaxed) && self.is_awake()
    }

    pub fn set_turn(&self, has_turn: bool) {
        if self.has_turn.swap(has_turn, Relaxed) != has_turn {
            *locked(&self.turned) = Instant::now();
        }
    }

    /// Closes the account of the last `seconds`.
    pub fn account(&self, seconds: f64) -> Account {
        let [came, decoded] = [&self.came, &self.decoded].map(|count| f64::from(count.swap(0, Relaxed)));
        let spent = self.spent_ns.swap(0, Relaxed) as f64 / 1e9;
        let mut cost = locked(&self.cost);
        if decoded > 0.0 {
            cost.seconds_each += NEW * (spent / decoded - cost.seconds_each);
        }
        cost.per_second += NEW * (came / seconds - cost.per_second);
        cost.decoded_per_second += NEW * (decoded / seconds - cost.decoded_per_second);
        Account { cores: spent / seconds, dropped: self.dropped.swap(0, Relaxed) }
    }

    /// Its claim to have every picture; `None` where it has none.
    pub fn claim(&self) -> Option<Claim> {
        let cost = *locked(&self.cost);
        let has_turn = self.has_turn.load(Relaxed);
        let claim =
            Claim { cost: cost.seconds_each * cost.per_second, has_turn, since: locked(&self.turned).elapsed() };
        let is_awake = self.is_awake();
        if !is_awake {
            // The next time that it wakes it need not wait until there is known to be room.
            self.has_turn.store(true, Relaxed);
        }
        is_awake.then_some(claim)
    }

    /// The camera has said what its clock says: so far is it ahead.
    pub fn note_clock(&self, off: SignedDuration) {
        *locked(&self.clock_off) = Some(off);
    }

    /// `None` before the first keyframe.
    pub fn facts(&self) -> Option<StreamFacts> {
        let encoded = locked(&self.encoded).clone()?;
        let clock_off_s = locked(&self.clock_off).map(|off| (off.as_secs_f64() * 10.0).round() / 10.0);
        Some(StreamFacts {
            codec: encoded.name.clone(),
            size: encoded.size,
            per_second: self.pictures.per_second(),
            keyframe_s: self.keyframes.interval_s(),
            clock_off_s,
        })
    }

    pub fn sampling(&self) -> Option<Sampling> {
        Some(Sampling { interval_s: self.pulse.interval_s()?, keyframes_only: !self.has_every() })
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
