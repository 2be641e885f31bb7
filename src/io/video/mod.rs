//! Pictures out of streams: cameras over RTSP by a few threads for all of them, files and rendered scenes each on a thread of
//! its own; decoded never on tokio's.
//!
//! A [`Source`] says where the pictures come from, [`read`] reads one to its end (a recorded video), and a [`Watch`], which
//! an [`Ingest`] gives, keeps one open for as long as it lives: what cannot be opened, dies or sends rubbish is tried again
//! with growing pauses.

mod annotate;
mod bare;
mod clip;
mod encode;
mod ingest;
mod needs;
mod pipeline;
mod pulse;
mod rendered;
mod source;
mod still;
mod watch;

use std::{ops::ControlFlow, time::Duration};

use crate::domain::{camera::LinkCause, vision::Frame};
pub use annotate::{Mark, draw};
pub use clip::{ClipError, ClipWriter};
pub use encode::Encoder;
pub use ingest::{Clip, Following, Ingest, IngestOptions, Piece};
pub use needs::{MissingElement, NoGStreamer, missing_elements};
pub use rendered::frame_of;
pub use source::Source;
pub use still::Still;
pub use watch::{Watch, WatchOptions, Watcher, jittered};

/// A stream that is open.
trait FrameSource {
    /// Waits for the next picture, at most `patience`, and has it looked at.
    ///
    /// # Errors
    /// Why there will be no more.
    fn next(&mut self, patience: Duration, see: &mut dyn FnMut(&Frame<'_>, Duration)) -> Result<Turn, LinkCause>;

    /// Begins again at the beginning, where it has one.
    ///
    /// # Errors
    /// Why it does not.
    fn rewind(&mut self) -> Result<(), LinkCause>;
}

/// What waiting for a picture came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    Seen,
    /// None came in time.
    Nothing,
    /// There are no more.
    Ended,
}

/// How fast pictures are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// As fast as they can be looked at, none left out.
    AllOfThem,
    /// As time passes, at most so many a second; what comes while the last is looked at is left out.
    Live { per_second: u32 },
}

/// Longest side of a picture: 8K with room.
const LARGEST_PX: u32 = 8192;
/// How long a camera may take to answer.
const RTSP_TIMEOUT: Duration = Duration::from_secs(8);
/// How long to wait for a picture before looking whether something else has happened.
const GLANCE: Duration = Duration::from_millis(200);
/// A recorded video that gives nothing for so long is broken.
const PATIENCE: Duration = Duration::from_secs(10);

/// Reads a recorded video to its end, or until whoever looks at it has seen enough, picture by picture with its time since
/// the beginning.
///
/// # Errors
/// Why it cannot be read, or not to its end.
pub fn read(source: &Source, mut see: impl FnMut(&Frame<'_>, Duration) -> ControlFlow<()>) -> Result<(), LinkCause> {
    let mut frames = source.open(Pace::AllOfThem)?;
    let (mut waited, mut flow) = (Duration::ZERO, ControlFlow::Continue(()));
    loop {
        match frames.next(GLANCE, &mut |frame, at| flow = see(frame, at))? {
            Turn::Seen if flow.is_break() => return Ok(()),
            Turn::Seen => waited = Duration::ZERO,
            Turn::Nothing if waited < PATIENCE => waited += GLANCE,
            // A file that is cut short may be waited for in vain, without a word from the demultiplexer.
            Turn::Nothing => return Err(LinkCause::Unreadable),
            Turn::Ended => return Ok(()),
        }
    }
}
