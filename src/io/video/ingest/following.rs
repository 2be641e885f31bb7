//! What somebody gets to see who watches a camera.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use tokio::sync::broadcast::{Receiver, error::RecvError};

use super::{
    mp4,
    unit::{AccessUnit, Codec, Parameters},
};

/// What is passed on to those who watch.
#[derive(Clone)]
pub(super) enum Passed {
    Unit(AccessUnit),
    /// What comes next does not follow from what came.
    Cut,
}

/// A camera's stream from its newest keyframe on, in pieces of MP4, as the camera encoded it. Who takes them too slowly goes on
/// at a later keyframe.
///
/// Media time has no gaps: a player shows each picture when it comes, whatever was left out before it.
pub struct Following {
    /// Of before it began, still to be given.
    kept: VecDeque<AccessUnit>,
    passed: Receiver<Passed>,
    ready: VecDeque<Piece>,
    parameters: Option<Arc<Parameters>>,
    /// Whether the next picture can be decoded: all since a keyframe have been given.
    is_whole: bool,
    skipped: u64,
    /// Of the last picture, on the camera's line of time.
    last: Option<Duration>,
    /// Of the next picture, in media time.
    at: Duration,
    number: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// How the pictures that follow are encoded.
    Begin {
        /// As browsers ask for it.
        codec: String,
        is_h265: bool,
        size: [u32; 2],
        /// The initialisation segment.
        header: Vec<u8>,
    },
    /// A fragment with one picture, a keyframe where it follows anything else.
    Picture(Vec<u8>),
    /// So many pictures were left out.
    Skipped(u64),
}

/// What a picture takes that was there before anybody watched: the player is to be live at once.
const HASTE: Duration = Duration::from_millis(4);
/// What a picture may take: that of the one before it, as nobody knows when the next comes.
const SHORTEST: Duration = Duration::from_millis(10);
const LONGEST: Duration = Duration::from_secs(1);
/// That of the first.
const FIRST: Duration = Duration::from_millis(100);

impl Following {
    pub(super) fn new((kept, is_whole): (&[AccessUnit], bool), passed: Receiver<Passed>) -> Self {
        let mut kept: VecDeque<AccessUnit> = kept.iter().cloned().collect();
        // A keyframe that what comes does not follow from is for looking at until the next.
        let first = kept.pop_front();
        let mut following = Self {
            kept,
            passed,
            ready: VecDeque::new(),
            parameters: None,
            is_whole: false,
            skipped: 0,
            last: None,
            at: Duration::ZERO,
            number: 0,
        };
        if let Some(first) = first {
            following.take(&first, HASTE);
            following.is_whole = is_whole;
        }
        following
    }

    /// The next piece; `None` where the camera is read no more. Loses nothing when it is given up while it waits.
    pub async fn next(&mut self) -> Option<Piece> {
        loop {
            if let Some(piece) = self.ready.pop_front() {
                return Some(piece);
            }
            if let Some(unit) = self.kept.pop_front() {
                self.take(&unit, HASTE);
                continue;
            }
            match self.passed.recv().await {
                Ok(Passed::Unit(unit)) => {
                    let gap = self.last.map_or(FIRST, |last| unit.at.saturating_sub(last));
                    self.take(&unit, gap.clamp(SHORTEST, LONGEST));
                }
                Ok(Passed::Cut) => self.is_whole = false,
                Err(RecvError::Lagged(count)) => {
                    self.skipped += count;
                    self.is_whole = false;
                }
                Err(RecvError::Closed) => return None,
            }
        }
    }

    fn take(&mut self, unit: &AccessUnit, duration: Duration) {
        self.last = Some(unit.at);
        if !unit.is_key && !self.is_whole {
            self.skipped += u64::from(self.skipped > 0);
            return;
        }
        if self.skipped > 0 {
            self.ready.push_back(Piece::Skipped(std::mem::take(&mut self.skipped)));
        }
        if unit.is_key && self.parameters.as_ref() != Some(&unit.parameters) {
            let Some(header) = mp4::header(&unit.parameters, None) else {
                // Nobody can play it.
                self.is_whole = false;
                return;
            };
            let Parameters { codec, name, size, .. } = &*unit.parameters;
            let (codec, is_h265) = (name.clone(), *codec == Codec::H265);
            self.ready.push_back(Piece::Begin { codec, is_h265, size: *size, header });
            self.parameters = Some(Arc::clone(&unit.parameters));
        }
        self.is_whole = true;
        self.number = self.number.wrapping_add(1);
        self.ready.extend(mp4::fragment(self.number, self.at, &[(unit, duration)]).map(Piece::Picture));
        self.at += duration;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use tokio::sync::broadcast;

    use super::*;

    fn unit(number: u64, is_key: bool, width: u32) -> AccessUnit {
        let parameters = Parameters {
            codec: Codec::H264,
            name: format!("avc1.{width}"),
            // Of a baseline stream: one set of parameters for the sequence, one for pictures.
            setup: [&[1, 66, 0, 30, 255, 225, 0, 4, 0x67, 66, 0, 30, 1, 0, 2, 0x68, 0xce][..]].concat(),
            size: [width, 64],
        };
        let at = Duration::from_millis(100 * number);
        AccessUnit { data: vec![7; 5].into(), is_key, at, came: Instant::now(), parameters: Arc::new(parameters) }
    }

    /// What comes without waiting.
    fn pieces(following: &mut Following) -> Vec<&'static str> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let mut pieces = Vec::new();
            loop {
                tokio::select! {
                    biased;
                    piece = following.next() => pieces.push(match piece {
                        Some(Piece::Begin { .. }) => "begin",
                        Some(Piece::Picture(_)) => "picture",
                        Some(Piece::Skipped(_)) => "skipped",
                        None => return pieces,
                    }),
                    () = std::future::ready(()) => return pieces,
                }
            }
        })
    }

    #[test]
    fn it_begins_with_the_newest_keyframe_and_after_a_break_goes_on_with_the_next() {
        let passing = broadcast::Sender::new(8);
        let kept = [unit(0, true, 64), unit(1, false, 64)];
        let mut following = Following::new((&kept, true), passing.subscribe());
        assert_eq!(pieces(&mut following), ["begin", "picture", "picture"]);
        let send = |passed| assert!(passing.send(passed).is_ok());
        send(Passed::Unit(unit(2, false, 64)));
        assert_eq!(pieces(&mut following), ["picture"]);
        send(Passed::Cut);
        send(Passed::Unit(unit(3, false, 64)));
        send(Passed::Unit(unit(4, true, 64)));
        send(Passed::Unit(unit(5, true, 128)));
        assert_eq!(pieces(&mut following), ["picture", "begin", "picture"]);
    }

    #[test]
    fn who_is_too_slow_is_told_and_goes_on_with_a_keyframe() {
        let passing = broadcast::Sender::new(4);
        let mut following = Following::new((&[unit(0, true, 64)], true), passing.subscribe());
        for number in 1..12 {
            let _ = passing.send(Passed::Unit(unit(number, number == 10, 64)));
        }
        assert_eq!(pieces(&mut following), ["begin", "picture", "skipped", "picture", "picture"]);
        drop(passing);
        assert!(pieces(&mut following).is_empty());
    }

    #[test]
    fn a_keyframe_whose_followers_are_not_kept_is_shown_until_the_next() {
        let passing = broadcast::Sender::new(4);
        let mut following = Following::new((&[unit(0, true, 64)], false), passing.subscribe());
        let _ = passing.send(Passed::Unit(unit(3, false, 64)));
        let _ = passing.send(Passed::Unit(unit(4, true, 64)));
        assert_eq!(pieces(&mut following), ["begin", "picture", "picture"]);
    }
}
