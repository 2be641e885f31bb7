//! How things stand between a camera and the service.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Whether pictures come, and why not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Link {
    pub status: LinkStatus,
    /// Why it is down.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<LinkCause>,
    /// When it came to be so.
    pub since: Timestamp,
    /// Attempts in a row that failed.
    pub failures: u32,
    /// Whether it has ever given a picture, as far as anybody remembers.
    #[serde(skip)]
    was_live: bool,
    /// When it last got less than it wants.
    #[serde(skip)]
    rationed: Option<Timestamp>,
    /// By how much its clock is wrong, in seconds, as long as that is too much.
    #[serde(skip)]
    wrong_by_s: Option<i64>,
}

#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    strum::Display,
    strum::VariantNames,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum LinkStatus {
    /// Nobody looks through it: it is opened when somebody asks.
    Idle,
    Connecting,
    Live,
    /// It is live, and less is looked at than its rules want: the machine has too much to do.
    Degraded,
    /// It is live, and its own clock is wrong: what it writes into its pictures, and what its recorder keeps, is of another
    /// time.
    WrongClock,
    /// It was live, and no picture has come for a while.
    Stalled,
    /// It has never given a picture since the service began.
    NeverConnected,
    /// It wants a credential, or refuses the one that it got.
    AuthFailed,
    /// It was live, and does not answer any more.
    Unreachable,
    /// It was live, and cannot be opened or read for any other reason; it is tried again.
    Down,
    /// Its entry in `cameras.toml` says that nobody looks through it.
    Disabled,
}

/// Why a stream is down.
#[derive(
    Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error, strum::VariantNames, utoipa::ToSchema,
)]
#[serde(tag = "code", content = "params", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum LinkCause {
    #[error("the camera has no stream")]
    NoStreamGiven,
    #[error("there is no credential named {secret}")]
    NoSecret { secret: String },
    #[error("there is no scene {scene}")]
    NoSuchScene { scene: String },
    /// No such file, or nothing of that path at the camera.
    #[error("there is nothing at that address")]
    NothingThere,
    /// No answer, or none that is RTSP.
    #[error("the camera cannot be reached")]
    Unreachable,
    #[error("the camera refuses the credential")]
    AuthFailed,
    #[error("the camera asks for a credential, and none is named")]
    AuthWanted,
    /// Not a video, cut short, or of a kind that nothing here decodes.
    #[error("what comes is no video that can be read")]
    Unreadable,
    #[error("a picture of {width} × {height} px is too large")]
    TooLarge { width: u32, height: u32 },
    #[error("no pictures come")]
    NoPictures,
    /// While the stream played.
    #[error("the connection broke")]
    LineBroken,
    #[error("as many streams are open at that recorder as may be: {limit}")]
    RecorderFull { limit: usize },
    /// Other than 8-bit 4:2:0, which GStreamer can read.
    #[error("its pictures are of a kind that only GStreamer reads")]
    OtherPixels,
    #[error("keyframes alone are looked at: the machine has too much to do")]
    KeyframesOnly,
    /// Ahead of this machine's, or behind it.
    #[error("the camera's clock is wrong by {off_s} s")]
    ClockOff { off_s: i64 },
    #[error("the camera is switched off")]
    Disabled,
    #[error("the stream has ended")]
    Ended,
    /// It is begun again.
    #[error("the process that reads the camera ended")]
    WorkerEnded,
    /// GStreamer, or one of its elements.
    #[error("this machine lacks {element}")]
    Missing { element: String },
}

/// How long to wait before another attempt: first, and at the longest. From one to the other it doubles each time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pauses {
    pub first: Duration,
    pub longest: Duration,
}

impl Pauses {
    /// Many cameras lock an account that has had a few wrong passwords within some minutes, and people out with it.
    const REFUSED: Self = Self { first: Duration::from_mins(1), longest: Duration::from_mins(30) };

    /// After a failure by that cause, where `last` was the pause before it, if there was one.
    #[must_use]
    pub fn next(self, cause: &LinkCause, last: Option<Duration>) -> Duration {
        let Self { first, longest } = match cause {
            LinkCause::AuthFailed | LinkCause::AuthWanted => Self::REFUSED,
            _ => self,
        };
        last.map_or(first, |last| (last * 2).clamp(first, longest))
    }
}

/// What happens between a camera and the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkEvent {
    /// An attempt begins.
    Opening,
    /// A picture came.
    Picture,
    /// A picture came, and those that follow it are not looked at, though somebody wants them.
    Keyframe,
    /// The camera says what its clock says: so far is that ahead of this machine's.
    Clock(SignedDuration),
    /// None came for longer than they should take.
    Silence,
    Failed(LinkCause),
}

impl Link {
    /// How long a camera must have had all that it wants before it counts as whole: turns go round.
    const WHOLE_AFTER: SignedDuration = SignedDuration::from_mins(1);
    /// A clock that is off by so many seconds is wrong, and right again below the second.
    const WRONG_S: i64 = 10;
    const RIGHT_S: i64 = 5;

    #[must_use]
    pub fn idle(now: Timestamp) -> Self {
        Self {
            status: LinkStatus::Idle,
            cause: None,
            since: now,
            failures: 0,
            was_live: false,
            rationed: None,
            wrong_by_s: None,
        }
    }

    #[must_use]
    pub fn disabled(now: Timestamp) -> Self {
        Self { status: LinkStatus::Disabled, cause: Some(LinkCause::Disabled), ..Self::idle(now) }
    }

    /// How things stand after that. What stays as it is keeps its `since`, and an attempt after a failure stays down until
    /// a picture comes: a camera that is away does not flicker.
    #[must_use]
    pub fn after(&self, event: &LinkEvent, now: Timestamp) -> Self {
        let rationed = if *event == LinkEvent::Keyframe { Some(now) } else { self.rationed };
        let is_whole = rationed.is_none_or(|last| now.duration_since(last) >= Self::WHOLE_AFTER);
        let wrong_by_s = match event {
            LinkEvent::Clock(off) => self.wrong_by_s(off.as_secs()),
            _ => self.wrong_by_s,
        };
        let given = || match wrong_by_s {
            Some(off_s) => (LinkStatus::WrongClock, Some(LinkCause::ClockOff { off_s }), 0),
            None if is_whole => (LinkStatus::Live, None, 0),
            None => (LinkStatus::Degraded, Some(LinkCause::KeyframesOnly), 0),
        };
        let (status, cause, failures) = match event {
            LinkEvent::Opening if self.failures > 0 => return self.clone(),
            LinkEvent::Opening => (LinkStatus::Connecting, None, 0),
            LinkEvent::Picture | LinkEvent::Keyframe => given(),
            LinkEvent::Clock(_) if self.is_giving() => given(),
            LinkEvent::Clock(_) => return Self { wrong_by_s, ..self.clone() },
            LinkEvent::Silence if self.is_giving() => (LinkStatus::Stalled, None, 0),
            LinkEvent::Silence => return self.clone(),
            LinkEvent::Failed(cause) => (self.fallen(cause), Some(cause.clone()), self.failures + 1),
        };
        let since = if status == self.status { self.since } else { now };
        let was_live = self.was_live || matches!(event, LinkEvent::Picture | LinkEvent::Keyframe);
        Self { status, cause, since, failures, was_live, rationed, wrong_by_s }
    }

    /// How things stand while nobody reads it who should: it is no fault of the camera's.
    #[must_use]
    pub fn unread(&self, now: Timestamp) -> Self {
        match self.status {
            LinkStatus::Idle | LinkStatus::Disabled => self.clone(),
            _ => Self {
                status: LinkStatus::Down,
                cause: Some(LinkCause::WorkerEnded),
                failures: self.failures + 1,
                ..Self::idle(now)
            },
        }
    }

    /// By how much its clock is wrong that is now said to be off by `off_s`. What it was told to be stays so while the difference
    /// is no matter.
    fn wrong_by_s(&self, off_s: i64) -> Option<i64> {
        match self.wrong_by_s {
            _ if off_s.abs() < Self::RIGHT_S => None,
            Some(told) if (told - off_s).abs() < Self::RIGHT_S => Some(told),
            None if off_s.abs() < Self::WRONG_S => None,
            _ => Some(off_s),
        }
    }

    /// What becomes of it by that cause.
    fn fallen(&self, cause: &LinkCause) -> LinkStatus {
        match cause {
            LinkCause::AuthFailed | LinkCause::AuthWanted => LinkStatus::AuthFailed,
            _ if !self.was_live => LinkStatus::NeverConnected,
            LinkCause::NoPictures => LinkStatus::Stalled,
            LinkCause::Unreachable | LinkCause::LineBroken => LinkStatus::Unreachable,
            _ => LinkStatus::Down,
        }
    }

    /// Whether pictures come.
    #[must_use]
    pub fn is_giving(&self) -> bool {
        matches!(self.status, LinkStatus::Live | LinkStatus::Degraded | LinkStatus::WrongClock)
    }

    /// Whether it was tried, and nothing came of it.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.failures > 0 || self.status == LinkStatus::Disabled
    }

    /// Whether somebody who sees the one has to be told of the other.
    #[must_use]
    pub fn looks_like(&self, other: &Self) -> bool {
        self.status == other.status && self.cause == other.cause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("an instant")
    }

    #[test]
    fn a_refused_credential_is_not_tried_until_the_account_is_locked() {
        let pauses = Pauses { first: Duration::from_secs(1), longest: Duration::from_mins(1) };
        let mut last = None;
        let mut after = |cause: &LinkCause| {
            let pause = pauses.next(cause, last);
            last = Some(pause);
            pause.as_secs()
        };
        assert_eq!([0; 8].map(|_| after(&LinkCause::Unreachable)), [1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!([0; 6].map(|_| after(&LinkCause::AuthFailed)), [120, 240, 480, 960, 1800, 1800]);
        assert_eq!(after(&LinkCause::Unreachable), 60);
        assert_eq!(pauses.next(&LinkCause::AuthFailed, None), Duration::from_mins(1));
    }

    #[test]
    fn a_camera_that_is_away_stays_down_until_a_picture_comes() {
        let unreachable = LinkEvent::Failed(LinkCause::Unreachable);
        let link = Link::idle(at(0)).after(&LinkEvent::Opening, at(1));
        assert_eq!((link.status, link.since), (LinkStatus::Connecting, at(1)));
        let down = link.after(&unreachable, at(2)).after(&LinkEvent::Opening, at(3)).after(&unreachable, at(4));
        assert_eq!((down.status, down.since, down.failures), (LinkStatus::NeverConnected, at(2), 2));
        let live = down.after(&LinkEvent::Opening, at(5)).after(&LinkEvent::Picture, at(6));
        assert_eq!((live.status, &live.cause, live.since, live.failures), (LinkStatus::Live, &None, at(6), 0));
        assert_eq!(live.after(&LinkEvent::Silence, at(20)).status, LinkStatus::Stalled);
        let fallen = |cause| live.after(&LinkEvent::Failed(cause), at(21)).status;
        assert_eq!(fallen(LinkCause::Unreachable), LinkStatus::Unreachable);
        assert_eq!(fallen(LinkCause::AuthFailed), LinkStatus::AuthFailed);
        assert_eq!(fallen(LinkCause::NoPictures), LinkStatus::Stalled);
        assert_eq!(fallen(LinkCause::Ended), LinkStatus::Down);
    }

    #[test]
    fn a_clock_that_is_wrong_is_told_once_and_as_long_as_it_is() {
        let clock = |off_s| LinkEvent::Clock(SignedDuration::from_secs(off_s));
        let live = Link::idle(at(0)).after(&clock(9), at(1)).after(&LinkEvent::Picture, at(2));
        assert_eq!(live.status, LinkStatus::Live);
        let wrong = live.after(&clock(-3_600), at(3));
        let told = (LinkStatus::WrongClock, Some(LinkCause::ClockOff { off_s: -3_600 }));
        assert_eq!((wrong.status, wrong.cause.clone()), told);
        let still = wrong.after(&clock(-3_599), at(8)).after(&LinkEvent::Picture, at(9));
        assert!(still.looks_like(&wrong) && still.is_giving() && still.since == at(3));
        let back = still.after(&LinkEvent::Failed(LinkCause::Ended), at(10)).after(&LinkEvent::Picture, at(20));
        assert_eq!(back.status, LinkStatus::WrongClock, "nobody has put it right");
        assert_eq!(back.after(&clock(7), at(21)).status, LinkStatus::WrongClock);
        assert_eq!(back.after(&clock(1), at(22)).status, LinkStatus::Live);
    }

    #[test]
    fn a_camera_whose_turn_comes_and_goes_stays_degraded_until_it_has_long_had_all() {
        let live = Link::idle(at(0)).after(&LinkEvent::Picture, at(1));
        let degraded = live.after(&LinkEvent::Keyframe, at(2));
        assert_eq!((degraded.status, &degraded.cause), (LinkStatus::Degraded, &Some(LinkCause::KeyframesOnly)));
        let in_turn = degraded.after(&LinkEvent::Picture, at(30)).after(&LinkEvent::Keyframe, at(40));
        assert_eq!((in_turn.status, in_turn.since), (LinkStatus::Degraded, at(2)));
        assert_eq!(in_turn.after(&LinkEvent::Picture, at(101)).status, LinkStatus::Live);
    }
}
