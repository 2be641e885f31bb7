//! Streams that GStreamer reads.

use std::{path::Path, sync::mpsc, thread, time::Duration};

use gstreamer::{self as gst, prelude::*};
use gstreamer_app as gst_app;
use gstreamer_video as gst_video;

use super::{FrameSource, LARGEST_PX, Pace, RTSP_TIMEOUT, Turn, ingest};
use crate::{
    domain::{
        camera::{LinkCause, StreamUri},
        vision::Frame,
    },
    io::secrets::Credential,
};

/// A pipeline that ends in pictures as I420. It has one owner and one life: what fails is thrown away and built anew.
pub(super) struct Pipeline {
    elements: gst::Pipeline,
    sink: gst_app::AppSink,
    bus: gst::Bus,
    /// Whether it knows a credential that it may be asked for.
    has_credential: bool,
    caps: Option<(gst::Caps, gst_video::VideoInfo)>,
    /// Stream time of its present round.
    base: Duration,
    /// Of the last picture, and of the step to it from the one before.
    last: Duration,
    step: Duration,
    /// Between two pictures that are looked at, at least.
    apart: Duration,
    /// When the next one is.
    due: Duration,
}

/// From the decoder on; only video is decoded. Without `videorate`, which ends the whole process where a stream's
/// pictures have no duration: what is too much is left out here.
const PICTURES: &str = "decodebin name=decode expose-all-streams=false caps=video/x-raw(ANY) \
    ! videoconvert n-threads=1 ! video/x-raw,format=I420 ! appsink name=pictures max-buffers=2";
/// How long packets are held back to put them into order: over TCP they are.
const RTSP_LATENCY_MS: u32 = 100;
/// What an end may take before its thread is left to itself.
const CLOSING: Duration = Duration::from_secs(10);

impl Pipeline {
    pub(super) fn of_file(path: &Path, pace: Pace) -> Result<Self, LinkCause> {
        if !path.is_file() {
            return Err(LinkCause::NothingThere);
        }
        let pipeline = parsed(&format!("filesrc name=source ! {PICTURES}"))?;
        named(&pipeline, "source")?.set_property("location", path);
        Self::play(pipeline, pace, false)
    }

    pub(super) fn of_rtsp(uri: &StreamUri, credential: Option<&Credential>, pace: Pace) -> Result<Self, LinkCause> {
        let pipeline = parsed(&format!(
            "rtspsrc name=source protocols=tcp latency={RTSP_LATENCY_MS} drop-on-latency=true do-rtsp-keep-alive=true \
             ! application/x-rtp,media=video ! {PICTURES}"
        ))?;
        let source = named(&pipeline, "source")?;
        let timeout_us = RTSP_TIMEOUT.as_micros() as u64;
        source.set_property("tcp-timeout", timeout_us);
        source.set_property("timeout", timeout_us);
        source.set_property("location", uri.expose());
        if let Some(Credential { user, password }) = credential {
            source.set_property("user-id", user);
            source.set_property("user-pw", password);
        }
        Self::play(pipeline, pace, credential.is_some())
    }

    fn play(pipeline: gst::Pipeline, pace: Pace, has_credential: bool) -> Result<Self, LinkCause> {
        let sink = named(&pipeline, "pictures")?.downcast::<gst_app::AppSink>();
        let sink = sink.map_err(|_| LinkCause::Missing { element: "appsink".to_owned() })?;
        let mut apart = Duration::ZERO;
        match pace {
            Pace::AllOfThem => sink.set_property("sync", false),
            Pace::Live { per_second } => {
                // The newest counts: one that waited while the last was looked at is left out.
                sink.set_property("drop", true);
                apart = Duration::from_secs(1) / per_second.max(1);
            }
        }
        // A decoder's threads are a picture's delay each, and there are as many decoders as cameras.
        pipeline.connect_deep_element_added(|_, _, element| {
            if element.has_property("max-threads") && element.type_().name().starts_with("avdec_") {
                element.set_property("max-threads", 1i32);
            }
        });
        let bus = pipeline.bus().ok_or(LinkCause::Unreadable)?;
        let opened = Self {
            elements: pipeline,
            sink,
            bus,
            has_credential,
            caps: None,
            base: Duration::ZERO,
            last: Duration::ZERO,
            step: Duration::from_millis(40),
            apart,
            due: Duration::ZERO,
        };
        // Connecting happens on GStreamer's own threads; whether it worked is heard on the bus.
        match opened.elements.set_state(gst::State::Playing) {
            Ok(_) => Ok(opened),
            Err(_) => Err(opened.trouble().unwrap_or(LinkCause::Unreadable)),
        }
    }

    /// Takes everything off the bus; says what was bad in it.
    fn trouble(&self) -> Option<LinkCause> {
        let mut found = None;
        while let Some(message) = self.bus.pop() {
            if let gst::MessageView::Error(error) = message.view() {
                tracing::debug!(error = %error.error(), "GStreamer says");
                // The first is the cause, what follows are its consequences.
                let cause = match cause(&error.error(), message.src()) {
                    LinkCause::AuthFailed if !self.has_credential => LinkCause::AuthWanted,
                    cause => cause,
                };
                found = found.or(Some(cause));
            }
        }
        found
    }

    fn picture(&mut self, sample: &gst::Sample, see: &mut dyn FnMut(&Frame<'_>, Duration)) -> Result<(), LinkCause> {
        let caps = sample.caps().ok_or(LinkCause::Unreadable)?;
        if self.caps.as_ref().is_none_or(|(known, _)| known.as_ref() != caps) {
            let info = gst_video::VideoInfo::from_caps(caps).map_err(|_| LinkCause::Unreadable)?;
            let (width, height) = (info.width(), info.height());
            if width > LARGEST_PX || height > LARGEST_PX {
                return Err(LinkCause::TooLarge { width, height });
            }
            self.caps = Some((caps.to_owned(), info));
        }
        let (Some((_, info)), Some(buffer)) = (&self.caps, sample.buffer()) else { return Err(LinkCause::Unreadable) };
        let running =
            buffer.pts().and_then(|pts| sample.segment()?.downcast_ref::<gst::ClockTime>()?.to_running_time(pts));
        // One without a time of its own comes a step after the last.
        let at = running.map_or(self.last + self.step, |time| self.base + Duration::from_nanos(time.nseconds()));
        if at > self.last {
            self.step = at.saturating_sub(self.last).min(Duration::from_secs(1));
        }
        self.last = at;
        // Cameras are not punctual: half a step early is on time.
        if at + self.apart.min(self.step) / 2 >= self.due {
            self.due = at.max(self.due + self.apart);
            ingest::look(buffer, info, |frame| see(frame, at))?;
        }
        Ok(())
    }
}

impl FrameSource for Pipeline {
    fn next(&mut self, patience: Duration, see: &mut dyn FnMut(&Frame<'_>, Duration)) -> Result<Turn, LinkCause> {
        let patience = gst::ClockTime::from_nseconds(patience.as_nanos() as u64);
        let sample = self.sink.try_pull_sample(patience);
        if let Some(trouble) = self.trouble() {
            return Err(trouble);
        }
        match sample {
            Some(sample) => self.picture(&sample, see).map(|()| Turn::Seen),
            None if self.sink.is_eos() => Ok(Turn::Ended),
            None => Ok(Turn::Nothing),
        }
    }

    fn rewind(&mut self) -> Result<(), LinkCause> {
        self.base = self.last + self.step;
        let flags = gst::SeekFlags::FLUSH | gst::SeekFlags::KEY_UNIT;
        self.elements.seek_simple(flags, gst::ClockTime::ZERO).map_err(|_| LinkCause::Ended)
    }
}

impl Drop for Pipeline {
    /// Waits until the camera has been told goodbye and all threads are gone, but not for ever.
    fn drop(&mut self) {
        let (ended, wait) = mpsc::channel();
        let pipeline = self.elements.clone();
        let closing = thread::Builder::new().name("stream-end".to_owned()).spawn(move || {
            let _ = pipeline.set_state(gst::State::Null);
            let _ = ended.send(());
        });
        if closing.is_err() || wait.recv_timeout(CLOSING).is_err() {
            tracing::warn!("a stream does not end: its threads are left to themselves");
        }
        // What is left on it would keep the pipeline.
        self.bus.set_flushing(true);
    }
}

fn parsed(description: &str) -> Result<gst::Pipeline, LinkCause> {
    gst::init().map_err(|_| LinkCause::Missing { element: "GStreamer".to_owned() })?;
    let missing = |error: gst::glib::Error| {
        // `no element "x"`.
        let element = error.message().split('"').nth(1).unwrap_or("an element").to_owned();
        LinkCause::Missing { element }
    };
    let element = gst::parse::launch(description).map_err(missing)?;
    element.downcast().map_err(|_| LinkCause::Unreadable)
}

fn named(pipeline: &gst::Pipeline, name: &str) -> Result<gst::Element, LinkCause> {
    pipeline.by_name(name).ok_or_else(|| LinkCause::Missing { element: name.to_owned() })
}

fn cause(error: &gst::glib::Error, by: Option<&gst::Object>) -> LinkCause {
    use gst::{CoreError, ResourceError, StreamError};
    if let Some(resource) = error.kind::<ResourceError>() {
        return match resource {
            ResourceError::NotAuthorized => LinkCause::AuthFailed,
            ResourceError::NotFound => LinkCause::NothingThere,
            _ if by.is_some_and(|by| by.type_().name() == "GstFileSrc") => LinkCause::Unreadable,
            _ => LinkCause::Unreachable,
        };
    }
    if error.matches(CoreError::MissingPlugin) || error.matches(StreamError::CodecNotFound) {
        return LinkCause::Missing { element: "a decoder".to_owned() };
    }
    LinkCause::Unreadable
}
