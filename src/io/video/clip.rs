//! A recorded video, written.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use gstreamer::{self as gst, prelude::*};
use gstreamer_app as gst_app;
use gstreamer_video as gst_video;

use super::Still;

/// Writes pictures of one size as H.264 into an MP4 file, which appears under its name when it is whole.
///
/// By openh264, which may be shipped; it wants even sides, so an odd one loses its last row or column.
pub struct ClipWriter {
    pipeline: gst::Pipeline,
    source: gst_app::AppSrc,
    size: [u32; 2],
    step: Duration,
    /// Where it is written, until it is whole.
    part: PathBuf,
    place: PathBuf,
}

#[derive(Debug, thiserror::Error)]
pub enum ClipError {
    #[error("this machine lacks what writes video: {0}")]
    Missing(String),
    #[error("the pictures change from {from:?} px to {to:?} px, which one file cannot hold")]
    SizeChanged { from: [u32; 2], to: [u32; 2] },
    #[error("the video cannot be written: {0}")]
    Failed(String),
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Of one quality from the first picture on: where it has to grow first, a detector takes what becomes clear for a change.
const PIPELINE: &str = "appsrc name=pictures format=time block=true max-buffers=4 ! videoconvert n-threads=1 \
    ! openh264enc name=encoder rate-control=quality qp-min=20 qp-max=28 ! h264parse ! mp4mux ! filesink name=file";
/// How long the end of a file may take.
const FINISHING: gst::ClockTime = gst::ClockTime::from_seconds(60);

impl ClipWriter {
    /// Begins a file of pictures that come `per_second`.
    ///
    /// # Errors
    /// If the machine lacks an encoder, or the file cannot be made.
    pub fn create(file: &Path, size: [u32; 2], per_second: u32, bitrate: u32) -> Result<Self, ClipError> {
        let failed = |error: &dyn std::fmt::Display| ClipError::Failed(error.to_string());
        gst::init().map_err(|error| ClipError::Missing(error.to_string()))?;
        let element = gst::parse::launch(PIPELINE).map_err(|error| ClipError::Missing(error.to_string()))?;
        let pipeline = element.downcast::<gst::Pipeline>().map_err(|_| failed(&"no pipeline"))?;
        let named = |name: &str| pipeline.by_name(name).ok_or_else(|| failed(&name));
        let mut part = file.to_owned().into_os_string();
        part.push(".part");
        let part = PathBuf::from(part);
        named("file")?.set_property("location", part.as_path());
        named("encoder")?.set_property("bitrate", bitrate);
        named("encoder")?.set_property("gop-size", 2 * per_second);
        let encoder = named("encoder")?;
        let (Some(sink), Some(src)) = (encoder.static_pad("sink"), encoder.static_pad("src")) else {
            return Err(failed(&"an encoder without pads"));
        };
        // At its end openh264enc encodes a picture that is not there, of which the library complains on standard error. It
        // holds nothing back, so that the end may pass it by.
        sink.add_probe(gst::PadProbeType::EVENT_DOWNSTREAM, move |_, probe| match probe.event() {
            Some(event) if event.type_() == gst::EventType::Eos => {
                src.push_event(event.to_owned());
                gst::PadProbeReturn::Handled
            }
            _ => gst::PadProbeReturn::Ok,
        });
        let source = named("pictures")?.downcast::<gst_app::AppSrc>().map_err(|_| failed(&"no appsrc"))?;
        let rate = gst::Fraction::new(i32::try_from(per_second).unwrap_or(1).max(1), 1);
        let even = size.map(|side| side & !1);
        let info = gst_video::VideoInfo::builder(gst_video::VideoFormat::I420, even[0], even[1]).fps(rate).build();
        let caps = info.and_then(|info| info.to_caps()).map_err(|error| failed(&error))?;
        source.set_caps(Some(&caps));
        // The system says better than GStreamer why a file cannot be made.
        fs::File::create(&part)?;
        let step = Duration::from_secs(1) / per_second.max(1);
        let clip = Self { pipeline, source, size, step, part, place: file.to_owned() };
        clip.pipeline.set_state(gst::State::Playing).map_err(|_| clip.failure())?;
        Ok(clip)
    }

    /// # Errors
    /// If its size is another, or the disk is full.
    pub fn write(&mut self, still: &Still, at: Duration) -> Result<(), ClipError> {
        if still.size() != self.size {
            return Err(ClipError::SizeChanged { from: self.size, to: still.size() });
        }
        let failed = |_| self.failure();
        let mut buffer = gst::Buffer::with_size(even_bytes(self.size)).map_err(failed)?;
        {
            let buffer = buffer.get_mut().ok_or_else(|| self.failure())?;
            buffer.set_pts(gst::ClockTime::from_nseconds(at.as_nanos() as u64));
            buffer.set_duration(gst::ClockTime::from_nseconds(self.step.as_nanos() as u64));
            let mut bytes = buffer.map_writable().map_err(failed)?;
            copy_even(still, &mut bytes);
        }
        self.source.push_buffer(buffer).map(|_| ()).map_err(|_| self.failure())
    }

    /// Writes the end of the file, without which nobody can play it.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn finish(self) -> Result<(), ClipError> {
        self.source.end_of_stream().map_err(|_| self.failure())?;
        let bus = self.pipeline.bus().ok_or_else(|| self.failure())?;
        let last = bus.timed_pop_filtered(FINISHING, &[gst::MessageType::Eos, gst::MessageType::Error]);
        match last.as_ref().map(|message| message.view()) {
            Some(gst::MessageView::Eos(_)) => Ok(fs::rename(&self.part, &self.place)?),
            Some(gst::MessageView::Error(error)) => Err(ClipError::Failed(error.error().to_string())),
            _ => Err(self.failure()),
        }
    }

    fn failure(&self) -> ClipError {
        let message = self.pipeline.bus().and_then(|bus| bus.pop_filtered(&[gst::MessageType::Error]));
        let why = message.as_ref().map(|message| message.view()).and_then(|view| match view {
            gst::MessageView::Error(error) => Some(error.error().to_string()),
            _ => None,
        });
        ClipError::Failed(why.unwrap_or_else(|| "the encoder stopped".to_owned()))
    }
}

impl Drop for ClipWriter {
    fn drop(&mut self) {
        let _ = self.pipeline.set_state(gst::State::Null);
        // Gone already where it is whole.
        let _ = fs::remove_file(&self.part);
    }
}

/// Bytes of an I420 picture whose sides are made even; GStreamer pads rows to multiples of four.
pub(super) fn even_bytes(size: [u32; 2]) -> usize {
    let [width, height] = size.map(|side| (side & !1) as usize);
    padded(width) * height + 2 * padded(width / 2) * (height / 2)
}

fn padded(row: usize) -> usize {
    row.next_multiple_of(4)
}

pub(super) fn copy_even(still: &Still, to: &mut [u8]) {
    let [width, height] = still.size().map(|side| side as usize);
    let (chroma_width, chroma_height) = still.chroma_size();
    let (luma, chroma) = still.data().split_at(width * height);
    let (cb, cr) = chroma.split_at(chroma_width * chroma_height);
    let even = [width & !1, height & !1];
    let (to_luma, to_chroma) = to.split_at_mut(padded(even[0]) * even[1]);
    let (to_cb, to_cr) = to_chroma.split_at_mut(padded(even[0] / 2) * (even[1] / 2));
    let half = even.map(|side| side / 2);
    for (from, stride, to, [width, height]) in
        [(luma, width, to_luma, even), (cb, chroma_width, to_cb, half), (cr, chroma_width, to_cr, half)]
    {
        let rows = from.chunks(stride.max(1)).zip(to.chunks_mut(padded(width).max(1)));
        rows.take(height).for_each(|(from, to)| to[..width].copy_from_slice(&from[..width]));
    }
}
