//! Cameras over time: how much of it they give pictures, and when somebody has to see to one.

use std::{
    ops::{Add, AddAssign},
    time::Duration,
};

use serde::Serialize;

use super::{Link, LinkCause, LinkStatus};
use crate::domain::vision::Ailment;

/// How long a camera was to give pictures, and how long it gave them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CameraTime {
    pub wanted: Duration,
    pub given: Duration,
}

impl CameraTime {
    /// What it is worth that things stood so for a while; nothing where nobody wanted pictures.
    #[must_use]
    pub fn of(link: &Link, passed: Duration) -> Self {
        if matches!(link.status, LinkStatus::Idle | LinkStatus::Disabled) {
            return Self::default();
        }
        Self { wanted: passed, given: if link.is_giving() { passed } else { Duration::ZERO } }
    }

    /// 0..=1; `None` where it was not to give any.
    #[must_use]
    pub fn availability(&self) -> Option<f64> {
        (!self.wanted.is_zero()).then(|| self.given.as_secs_f64() / self.wanted.as_secs_f64())
    }
}

impl Add for CameraTime {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { wanted: self.wanted + other.wanted, given: self.given + other.given }
    }
}

impl AddAssign for CameraTime {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

/// What is wrong with a camera that whoever maintains it can put right.
#[derive(Debug, Clone, PartialEq, Serialize, strum::VariantNames)]
#[serde(tag = "code", content = "params", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Trouble {
    /// Its pictures come, and show nothing.
    PictureIll { ailment: Ailment },
    #[serde(untagged)]
    Link(LinkCause),
}

impl Trouble {
    /// How things stand with a camera; `None` where it is well, or it is our own machine that is not.
    #[must_use]
    pub fn of(link: &Link, ailment: Option<Ailment>) -> Option<Self> {
        match link.status {
            LinkStatus::Idle | LinkStatus::Connecting | LinkStatus::Disabled => None,
            LinkStatus::WrongClock if ailment.is_none() => link.cause.clone().map(Self::Link),
            _ if link.is_giving() => ailment.map(|ailment| Self::PictureIll { ailment }),
            _ => Some(Self::Link(link.cause.clone().unwrap_or(LinkCause::NoPictures))),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::*;
    use crate::domain::camera::LinkEvent;

    #[test]
    fn what_counts_is_the_time_in_which_pictures_were_wanted() {
        let (now, minute) = (Timestamp::UNIX_EPOCH, Duration::from_mins(1));
        let idle = Link::idle(now);
        let live = idle.after(&LinkEvent::Picture, now);
        let away = live.after(&LinkEvent::Failed(LinkCause::Unreachable), now);
        let day: CameraTime = [&idle, &live, &live, &live, &away]
            .into_iter()
            .fold(CameraTime::default(), |day, link| day + CameraTime::of(link, minute));
        assert_eq!((day.wanted, day.availability()), (4 * minute, Some(0.75)));
        assert_eq!(CameraTime::default().availability(), None);
    }

    #[test]
    fn trouble_is_what_somebody_can_put_right_at_the_camera() {
        let now = Timestamp::UNIX_EPOCH;
        let live = Link::idle(now).after(&LinkEvent::Picture, now);
        let black = Some(Ailment::Black);
        assert_eq!(Trouble::of(&live, None), None);
        assert_eq!(Trouble::of(&live, black), Some(Trouble::PictureIll { ailment: Ailment::Black }));
        assert_eq!(Trouble::of(&live.after(&LinkEvent::Keyframe, now), None), None, "it is our machine that is busy");
        let wrong = live.after(&LinkEvent::Clock(SignedDuration::from_hours(1)), now);
        assert_eq!(Trouble::of(&wrong, None), Some(Trouble::Link(LinkCause::ClockOff { off_s: 3_600 })));
        let stalled = live.after(&LinkEvent::Silence, now);
        assert_eq!(Trouble::of(&stalled, black), Some(Trouble::Link(LinkCause::NoPictures)));
    }
}
