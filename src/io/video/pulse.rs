//! How often a camera is really looked at.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// The time from one picture that is looked at to the next, of late.
#[derive(Default)]
pub(super) struct Pulse(Mutex<Beats>);

#[derive(Default)]
struct Beats {
    last: Option<Duration>,
    interval: Option<Duration>,
}

impl Pulse {
    /// A picture is looked at; `at` is its stream time.
    pub fn beat(&self, at: Duration) {
        let mut beats = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(new) = beats.last.replace(at).map(|last| at.saturating_sub(last)) {
            beats.interval = Some(beats.interval.map_or(new, |known| (known * 3 + new) / 4));
        }
    }

    /// The stream broke off: how long it is away is no interval.
    pub fn rest(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).last = None;
    }

    /// In seconds, to the hundredth; `None` before there are two pictures.
    pub fn interval_s(&self) -> Option<f64> {
        Some((self.interval()?.as_secs_f64() * 100.0).round() / 100.0)
    }

    /// To the tenth.
    pub fn per_second(&self) -> Option<f64> {
        let interval = self.interval().filter(|interval| !interval.is_zero())?;
        Some((10.0 / interval.as_secs_f64()).round() / 10.0)
    }

    fn interval(&self) -> Option<Duration> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).interval
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_follows_how_far_pictures_are_apart_and_leaves_out_when_there_were_none() {
        let pulse = Pulse::default();
        let beat = |ms: u64| pulse.beat(Duration::from_millis(ms));
        beat(0);
        assert_eq!(pulse.interval_s(), None);
        beat(2_000);
        assert_eq!(pulse.interval_s(), Some(2.0));
        pulse.rest();
        beat(90_000);
        assert_eq!(pulse.interval_s(), Some(2.0));
        (1..40).for_each(|number| beat(90_000 + 100 * number));
        assert_eq!(pulse.interval_s(), Some(0.1));
    }
}
