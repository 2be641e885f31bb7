//! The one line of time of a camera's pictures.

use std::time::Duration;

/// Puts pictures on a line of time that never goes back and passes as real time does, however the stream counts.
///
/// The stream's own clock says better than their arrival how far apart two pictures are: packets wait on the way. But it
/// jumps, stands still, and goes wrong by seconds a day. So its steps are taken as long as they stay near what has really
/// passed, and what is left between both is closed bit by bit.
#[derive(Debug, Clone, Default)]
pub struct Timeline {
    /// Of the last picture: on the line, and by the stream.
    last: Option<(Duration, Duration)>,
}

/// How far the line may be from real time: a camera that sends its last seconds at once when it is opened is right.
const FREEDOM: Duration = Duration::from_secs(3);
/// One part of so many of what is between both is closed with each picture.
const CLOSED: u32 = 32;

impl Timeline {
    /// Where the next picture lies, which the stream says is of `stream` and which came at `arrived`; both since any
    /// beginning, the second never going back.
    pub fn place(&mut self, stream: Duration, arrived: Duration) -> Duration {
        let next = match self.last {
            Some((at, before)) => {
                let stepped = stream.checked_sub(before).map(|step| at + step);
                let near = stepped.filter(|stepped| stepped.abs_diff(arrived) <= FREEDOM);
                let drawn = near.map_or(arrived, |near| match arrived.checked_sub(near) {
                    Some(behind) => near + behind / CLOSED,
                    None => near.saturating_sub(near.saturating_sub(arrived) / CLOSED),
                });
                drawn.max(at)
            }
            None => arrived,
        };
        self.last = Some((next, stream));
        next
    }

    /// The stream begins anew, and counts from another beginning.
    pub fn reopen(&mut self) {
        if let Some((_, stream)) = &mut self.last {
            // No step leads on from here.
            *stream = Duration::MAX;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(value: u64) -> Duration {
        Duration::from_millis(value)
    }

    #[test]
    fn what_waited_on_the_way_is_as_far_apart_as_it_was_taken() {
        let mut timeline = Timeline::default();
        timeline.place(ms(5_000), ms(0));
        // Three pictures, 100 ms apart, arrive together.
        let placed = [1, 2, 3].map(|number| timeline.place(ms(5_000 + 100 * number), ms(300)).as_millis());
        assert_eq!(placed, [106, 209, 308]);
    }

    #[test]
    fn a_clock_that_jumps_stands_or_goes_back_moves_nothing() {
        let mut timeline = Timeline::default();
        timeline.place(ms(0), ms(0));
        for (number, stream) in [3_600_000, 100, 100, 100, 90_000_000].into_iter().enumerate() {
            let arrived = ms(100 * (number as u64 + 1));
            let at = timeline.place(ms(stream), arrived);
            assert!(at.abs_diff(arrived) <= ms(200), "{at:?} {arrived:?}");
        }
    }

    #[test]
    fn a_clock_that_is_fast_is_followed_by_no_more_than_it_takes() {
        let mut timeline = Timeline::default();
        // One percent fast, for half an hour.
        for number in 0..18_000 {
            let (stream, arrived) = (ms(101 * number), ms(100 * number));
            assert!(timeline.place(stream, arrived).abs_diff(arrived) < ms(100));
        }
        timeline.reopen();
        assert_eq!(timeline.place(ms(0), ms(1_900_000)), ms(1_900_000));
    }
}
