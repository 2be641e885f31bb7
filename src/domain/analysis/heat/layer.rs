//! The events of a period, and what their density is called.

use jiff::Timestamp;

use super::{Amount, Cell, Entry, Frame, Kernel, Pyramid, Window, density_rows, field::Field, mark, pyramid::CellBox};

const HOUR_MS: f64 = 3_600_000.0;

/// Which events make the heat, by when they were.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// From, inclusive, to, exclusive.
    Between(Option<Timestamp>, Option<Timestamp>),
    /// The last so many milliseconds, moving on with the clock.
    Last(i64),
    /// All there were, each counting half as much after so many milliseconds.
    Fading(i64),
}

/// What densities are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Events per km² and hour, where the period has a length: then periods can be compared.
    Rate,
    /// Events per km².
    Count,
}

impl Unit {
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Rate => "events/km²/h",
            Self::Count => "events/km²",
        }
    }
}

/// Events of a period; they come in one by one, and leave where the period moves on.
pub struct Layer {
    period: Period,
    held: Held,
    hidden: u64,
}

enum Held {
    Counted(Pyramid<u32>),
    Weighted(Pyramid<f32>),
    Moving(Box<Window>),
    /// Each weighs 2 to the power of the half-lives after this instant that it was.
    Fading(Pyramid<f32>, Timestamp),
}

/// A pyramid, whatever it sums.
trait Sums {
    fn len(&self) -> usize;
    fn mark(&self) -> u64;
    fn mark_in(&self, frame: &Frame, kernel: Kernel) -> Option<u64>;
    fn rows(&self, frame: &Frame, kernel: Kernel, each: &mut dyn FnMut(&[f32]));
    fn crowded(&self, zoom: f64, kernel: Kernel) -> Vec<CellBox>;
    fn within(&self, squares: &[CellBox], zoom: f64, kernel: Kernel) -> Vec<f32>;
    fn middle(&self) -> Option<f64>;
}

impl<A: Amount> Sums for Pyramid<A> {
    fn len(&self) -> usize {
        Self::len(self)
    }

    fn mark(&self) -> u64 {
        Self::mark(self)
    }

    fn mark_in(&self, frame: &Frame, kernel: Kernel) -> Option<u64> {
        mark(self, frame, kernel)
    }

    fn rows(&self, frame: &Frame, kernel: Kernel, each: &mut dyn FnMut(&[f32])) {
        density_rows(self, frame, kernel, each);
    }

    fn crowded(&self, zoom: f64, kernel: Kernel) -> Vec<CellBox> {
        Field::crowded(self, zoom, kernel)
    }

    fn within(&self, squares: &[CellBox], zoom: f64, kernel: Kernel) -> Vec<f32> {
        Field::within(self, squares, zoom, kernel)
    }

    fn middle(&self) -> Option<f64> {
        /// Of the cells of zoom 6: a region.
        const BITS: u8 = 14;
        let fullest = self.fullest(BITS, 1);
        fullest.first().map(|square| (square.top as f64 + f64::from(square.height) / 2.0) / f64::from(1u32 << BITS))
    }
}

impl Period {
    /// Half-lives after which an event is forgotten: a millionth of it is left.
    const FORGOTTEN: i64 = 20;

    /// What is earlier, and what is not before, makes no difference to the heat of now.
    #[must_use]
    pub fn bounds(self, now: Timestamp) -> (Option<Timestamp>, Option<Timestamp>) {
        let before = |ms: i64| Timestamp::from_millisecond(now.as_millisecond().saturating_sub(ms)).ok();
        match self {
            Self::Between(from, to) => (from, to),
            Self::Last(ms) => (Some(Window::new(ms, now).begins()), None),
            Self::Fading(half_life_ms) => (before(half_life_ms.saturating_mul(Self::FORGOTTEN)), None),
        }
    }

    #[must_use]
    pub fn unit(self) -> Unit {
        if self.hours().is_some() { Unit::Rate } else { Unit::Count }
    }

    /// Its length; of fading events, how long a steady stream needs to weigh what it weighs.
    #[must_use]
    pub fn hours(self) -> Option<f64> {
        let ms = match self {
            Self::Between(from, to) => (to?.as_millisecond() - from?.as_millisecond()) as f64,
            Self::Last(ms) => ms as f64,
            Self::Fading(half_life_ms) => half_life_ms as f64 / std::f64::consts::LN_2,
        };
        Some(ms / HOUR_MS).filter(|hours| *hours > 0.0)
    }

    /// Whether an event of that instant may be in it.
    #[must_use]
    pub fn holds(self, at: Timestamp) -> bool {
        match self {
            Self::Between(from, to) => from.is_none_or(|from| at >= from) && to.is_none_or(|to| at < to),
            Self::Last(_) | Self::Fading(_) => true,
        }
    }
}

impl Layer {
    /// Of events that each count for one, as many of them as are in the period.
    #[must_use]
    pub fn of(period: Period, events: impl IntoIterator<Item = (Timestamp, Cell)>, now: Timestamp) -> Self {
        let held = match period {
            Period::Between(..) => {
                let entries = events.into_iter().filter(|(at, _)| period.holds(*at));
                Held::Counted(Pyramid::of(entries.map(|(_, cell)| Entry { cell, amount: 1 }).collect()))
            }
            Period::Last(ms) => {
                let mut window = Window::new(ms, now);
                window.fill(events);
                Held::Moving(Box::new(window))
            }
            Period::Fading(half_life_ms) => {
                let entry = |(at, cell)| Entry { cell, amount: weight(at, now, half_life_ms) };
                Held::Fading(Pyramid::of(events.into_iter().map(entry).collect()), now)
            }
        };
        Self { period, held, hidden: 0 }
    }

    /// Of events that stand for several, or parts of one.
    #[must_use]
    pub fn weighted(period: Period, entries: Vec<Entry<f32>>) -> Self {
        Self { period, held: Held::Weighted(Pyramid::of(entries)), hidden: 0 }
    }

    /// An event that happens now, or is told late.
    pub fn add(&mut self, at: Timestamp, cell: Cell) {
        if !self.period.holds(at) {
            return;
        }
        match (&mut self.held, self.period) {
            (Held::Counted(pyramid), _) => pyramid.add(cell, 1),
            (Held::Weighted(pyramid), _) => pyramid.add(cell, 1.0),
            (Held::Moving(window), _) => window.add(at, cell),
            (Held::Fading(pyramid, since), Period::Fading(half_life_ms)) => {
                pyramid.add(cell, weight(at, *since, half_life_ms));
            }
            (Held::Fading(..), _) => {}
        }
    }

    /// An event that is counted and not shown.
    pub fn hide(&mut self, at: Timestamp) {
        match &mut self.held {
            Held::Moving(window) => window.hide(at),
            _ => self.hidden += u64::from(self.period.holds(at)),
        }
    }

    /// Whether its period has moved on since.
    #[must_use]
    pub fn is_behind(&self, now: Timestamp) -> bool {
        matches!(&self.held, Held::Moving(window) if window.is_behind(now))
    }

    /// Lets those go that the period has left behind.
    pub fn move_to(&mut self, now: Timestamp) {
        if let Held::Moving(window) = &mut self.held {
            window.move_to(now);
        }
    }

    /// Whether weights have grown so much since the first that all should be weighed anew.
    #[must_use]
    pub fn is_worn(&self, now: Timestamp) -> bool {
        match (&self.held, self.period) {
            (Held::Fading(_, since), Period::Fading(half_life_ms)) => {
                now.as_millisecond() - since.as_millisecond() > half_life_ms.saturating_mul(Period::FORGOTTEN)
            }
            _ => false,
        }
    }

    #[must_use]
    pub fn unit(&self) -> Unit {
        self.period.unit()
    }

    /// Events that are shown.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sums().len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Events that are counted alone.
    #[must_use]
    pub fn hidden(&self) -> u64 {
        match &self.held {
            Held::Moving(window) => window.hidden(),
            _ => self.hidden,
        }
    }

    /// A mark of all its events: the same for the same.
    #[must_use]
    pub fn mark(&self) -> u64 {
        self.sums().mark()
    }

    /// A mark of what a frame shows: the same for the same picture; `None` where it shows nothing.
    #[must_use]
    pub fn mark_in(&self, frame: &Frame, kernel: Kernel, now: Timestamp) -> Option<u64> {
        /// What fades is another picture after so many parts of a half-life: less than a colour.
        const STEPS: f64 = 32.0;
        let step = match self.period {
            Period::Fading(half_life_ms) => (now.as_millisecond() as f64 / half_life_ms as f64 * STEPS) as u64,
            Period::Between(..) | Period::Last(_) => 0,
        };
        self.sums().mark_in(frame, kernel).map(|mark| mark.wrapping_add(step))
    }

    /// The densities at the middles of the frame's pixels, in its unit: `each` gets a row at a time, from the north.
    pub fn rows(&self, frame: &Frame, kernel: Kernel, now: Timestamp, mut each: impl FnMut(&[f32])) {
        let per_event = self.per_event(now);
        let mut scaled = vec![0.0; frame.width() as usize];
        self.sums().rows(frame, kernel, &mut |row| {
            scaled.iter_mut().zip(row).for_each(|(to, value)| *to = value * per_event);
            each(&scaled);
        });
    }

    /// All of them, row by row.
    #[must_use]
    pub fn values(&self, frame: &Frame, kernel: Kernel, now: Timestamp) -> Vec<f32> {
        let mut values = Vec::with_capacity(frame.width() as usize * frame.height() as usize);
        self.rows(frame, kernel, now, |row| values.extend_from_slice(row));
        values
    }

    /// The highest density of all at a zoom.
    #[must_use]
    pub fn peak(&self, zoom: f64, kernel: Kernel, now: Timestamp) -> f32 {
        let squares = self.crowded(zoom, kernel);
        self.within(&squares, zoom, kernel, now).into_iter().fold(0.0, f32::max)
    }

    /// Where most of its events lie together: the squares to look for what is highest in, in pictures of a zoom.
    #[must_use]
    pub fn crowded(&self, zoom: f64, kernel: Kernel) -> Vec<CellBox> {
        self.sums().crowded(zoom, kernel)
    }

    /// The densities of such squares, cell by cell.
    #[must_use]
    pub fn within(&self, squares: &[CellBox], zoom: f64, kernel: Kernel, now: Timestamp) -> Vec<f32> {
        let mut values = self.sums().within(squares, zoom, kernel);
        let per_event = self.per_event(now);
        for value in &mut values {
            *value *= per_event;
        }
        values
    }

    /// The height of the plane where most events are.
    #[must_use]
    pub fn middle(&self) -> Option<f64> {
        self.sums().middle()
    }

    fn sums(&self) -> &dyn Sums {
        match &self.held {
            Held::Counted(pyramid) => pyramid,
            Held::Weighted(pyramid) | Held::Fading(pyramid, _) => pyramid,
            Held::Moving(window) => window.pyramid(),
        }
    }

    /// What an event counts for in its unit.
    fn per_event(&self, now: Timestamp) -> f32 {
        let per_hour = self.period.hours().map_or(1.0, f64::recip);
        let left = match (&self.held, self.period) {
            (Held::Fading(_, since), Period::Fading(half_life_ms)) => half_lives(*since, now, half_life_ms).exp2(),
            _ => 1.0,
        };
        (per_hour * left) as f32
    }
}

fn weight(at: Timestamp, since: Timestamp, half_life_ms: i64) -> f32 {
    half_lives(at, since, half_life_ms).exp2() as f32
}

/// From one instant back to another.
fn half_lives(at: Timestamp, since: Timestamp, half_life_ms: i64) -> f64 {
    (at.as_millisecond() - since.as_millisecond()) as f64 / half_life_ms as f64
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::domain::geo::Position;

    fn at(minutes: i64) -> Timestamp {
        let noon: Timestamp = "2026-03-04T12:00:00Z".parse().expect("an instant");
        noon + SignedDuration::from_mins(minutes)
    }

    fn here() -> Cell {
        Cell::of(Position::new(110.03, 40.41).expect("valid"))
    }

    fn highest(layer: &Layer, now: Timestamp) -> f32 {
        let frame = Frame::of_box([110.02, 40.40, 110.04, 40.42], 300, 300).expect("a frame");
        layer.values(&frame, Kernel::DEFAULT, now).into_iter().fold(0.0, f32::max)
    }

    #[test]
    fn a_period_with_a_length_tells_rates() {
        let two_hours = Period::Between(Some(at(0)), Some(at(120)));
        let events = [(at(-1), here()), (at(0), here()), (at(119), here()), (at(120), here())];
        let rates = Layer::of(two_hours, events, at(0));
        let counts = Layer::of(Period::Between(Some(at(0)), None), events, at(0));
        assert_eq!((rates.len(), counts.len()), (2, 3));
        assert_eq!((rates.unit(), counts.unit()), (Unit::Rate, Unit::Count));
        let (rate, count) = (highest(&rates, at(0)), highest(&counts, at(0)));
        assert!((rate * 2.0 / 2.0 - count / 3.0).abs() < 1e-4, "{rate} {count}");
    }

    #[test]
    fn what_fades_is_half_as_much_after_its_half_life_and_a_steady_stream_is_its_rate() {
        let hour = Period::Fading(3_600_000);
        let mut layer = Layer::of(hour, [(at(0), here())], at(0));
        let (now, later) = (highest(&layer, at(0)), highest(&layer, at(60)));
        assert!((later / now - 0.5).abs() < 1e-6, "{now} {later}");
        layer.add(at(60), here());
        assert!((highest(&layer, at(60)) / now - 1.5).abs() < 1e-5);
        assert!(!layer.is_worn(at(600)) && layer.is_worn(at(1_300)));

        let stream = (0..4_000).map(|minute| (at(-minute), here()));
        let stream = Layer::of(hour, stream, at(0));
        let one = Layer::of(Period::Between(Some(at(0)), Some(at(60))), [(at(0), here())], at(0));
        assert!((highest(&stream, at(0)) / highest(&one, at(0)) / 60.0 - 1.0).abs() < 0.01, "60 an hour");
    }

    #[test]
    fn hidden_events_leave_a_moving_period_as_others_do() {
        let mut layer = Layer::of(Period::Last(3_600_000), [(at(-70), here()), (at(-5), here())], at(0));
        layer.hide(at(-10));
        assert_eq!((layer.len(), layer.hidden()), (1, 1));
        layer.move_to(at(120));
        assert_eq!((layer.len(), layer.hidden()), (0, 0));
    }
}
