//! A period cut into stretches of one length: a picture of each, one after the other, shows how heat moves.

use jiff::Timestamp;

use super::{Frame, FrameError, Period};

/// Stretches of one length, one after the other. What is left over at the end is none of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretches {
    from_ms: i64,
    each_ms: i64,
    count: u32,
}

/// Pictures of a film at most: a day by the quarter of an hour.
const MOST_PICTURES: u32 = 96;
/// Pixels of all its pictures together: a day by the hour on a wall, and some more.
const MOST_PX: u32 = 1 << 26;

impl Stretches {
    /// # Errors
    /// If there is none, or if there are too many of them.
    pub fn of(from: Timestamp, to: Timestamp, each_ms: i64) -> Result<Self, FrameError> {
        let from_ms = from.as_millisecond();
        let count = u32::try_from((to.as_millisecond() - from_ms) / each_ms.max(1)).unwrap_or(0);
        let fits = (1..=MOST_PICTURES).contains(&count);
        fits.then_some(Self { from_ms, each_ms, count }).ok_or(FrameError::FilmLength { most: MOST_PICTURES })
    }

    /// Whether pictures of that size are not too many pixels.
    ///
    /// # Errors
    /// If they are.
    pub fn fits(&self, frame: &Frame) -> Result<(), FrameError> {
        let most = MOST_PX / (frame.width() * frame.height());
        if self.count > most { Err(FrameError::FilmLength { most }) } else { Ok(()) }
    }

    /// The whole of them.
    #[must_use]
    pub fn period(&self) -> Period {
        Period::Between(self.begin(0), self.begin(self.count))
    }

    /// One after the other.
    #[must_use]
    pub fn periods(&self) -> impl ExactSizeIterator<Item = Period> {
        (0..self.count).map(|index| Period::Between(self.begin(index), self.begin(index + 1)))
    }

    /// In which of them an instant lies.
    #[must_use]
    pub fn index(&self, at: Timestamp) -> Option<usize> {
        let index = u32::try_from((at.as_millisecond() - self.from_ms).div_euclid(self.each_ms)).ok()?;
        (index < self.count).then_some(index as usize)
    }

    fn begin(&self, index: u32) -> Option<Timestamp> {
        Timestamp::from_millisecond(self.from_ms + self.each_ms * i64::from(index)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    const HOUR_MS: i64 = 3_600_000;

    #[test]
    fn every_instant_of_a_day_is_in_the_stretch_that_holds_it() {
        let (from, to) = (at("2026-03-04T00:00:00Z"), at("2026-03-05T00:30:00Z"));
        let hours = Stretches::of(from, to, HOUR_MS).expect("a day");
        let periods: Vec<Period> = hours.periods().collect();
        assert_eq!(periods.len(), 24, "the half hour that is left over is none");
        assert_eq!(hours.period().bounds(to), (Some(from), Some(at("2026-03-05T00:00:00Z"))));
        for (instant, index) in [
            ("2026-03-03T23:59:59.999Z", None),
            ("2026-03-04T00:00:00Z", Some(0)),
            ("2026-03-04T12:59:59.999Z", Some(12)),
            ("2026-03-04T13:00:00Z", Some(13)),
            ("2026-03-05T00:00:00Z", None),
        ] {
            assert_eq!(hours.index(at(instant)), index, "{instant}");
            assert!(index.is_none_or(|index| periods[index].holds(at(instant))), "{instant}");
        }
    }

    #[test]
    fn a_film_is_neither_nothing_nor_endless() {
        let (from, to) = (at("2026-03-04T00:00:00Z"), at("2026-03-05T00:00:00Z"));
        let of = |from, to, each_ms| Stretches::of(from, to, each_ms).map(|stretches| stretches.periods().len());
        let most = MOST_PICTURES;
        assert_eq!(of(from, to, HOUR_MS / 4), Ok(96));
        assert_eq!(of(from, to, HOUR_MS / 5), Err(FrameError::FilmLength { most }));
        assert_eq!(of(from, to, 25 * HOUR_MS), Err(FrameError::FilmLength { most }));
        assert_eq!(of(Timestamp::MIN, Timestamp::MAX, 1), Err(FrameError::FilmLength { most }));
        let day = Stretches::of(from, to, HOUR_MS).expect("a day");
        let frame = |side| Frame::of_box([110.0, 40.0, 111.0, 41.0], side, side).expect("a frame");
        assert_eq!(day.fits(&frame(1024)), Ok(()));
        assert_eq!(day.fits(&frame(4096)), Err(FrameError::FilmLength { most: 4 }));
    }
}
