//! Pictures as they came, in a file that everybody can play.

use std::{sync::Arc, time::Duration};

use gstreamer::{self as gst, prelude::*};
use gstreamer_app as gst_app;

use super::unit::{AccessUnit, Parameters};
use crate::io::video::ClipError;

/// Pictures of one camera that follow each other, from a keyframe on.
pub struct Clip {
    units: Vec<AccessUnit>,
    parameters: Arc<Parameters>,
}

/// In one fragment, so that it needs neither a file nor a second pass.
const PIPELINE: &str = "appsrc name=units format=time ! file.video_0 mp4mux name=file fragment-duration=4000000 \
    streamable=true ! appsink name=bytes sync=false";
/// How long the last picture is shown, where nobody says.
const STEP: Duration = Duration::from_millis(100);
/// How long it may take.
const WRITING: gst::ClockTime = gst::ClockTime::from_seconds(10);

impl Clip {
    /// `None` where there are no pictures.
    pub(super) fn of(units: Vec<AccessUnit>) -> Option<Self> {
        let parameters = Arc::clone(&units.first()?.parameters);
        Some(Self { units, parameters })
    }

    /// From the first picture to the last.
    #[must_use]
    pub fn length(&self) -> Duration {
        let [first, last] =
            [self.units.first(), self.units.last()].map(|unit| unit.map_or(Duration::ZERO, |unit| unit.at));
        last.saturating_sub(first)
    }

    /// An MP4 file with the pictures as the camera encoded them. Blocks.
    ///
    /// # Errors
    /// If the machine lacks what writes it, or that fails.
    pub fn mp4(self) -> Result<Vec<u8>, ClipError> {
        let failed = |why: &str| ClipError::Failed(why.to_owned());
        gst::init().map_err(|error| ClipError::Missing(error.to_string()))?;
        let element = gst::parse::launch(PIPELINE).map_err(|error| ClipError::Missing(error.to_string()))?;
        let pipeline = element.downcast::<gst::Pipeline>().map_err(|_| failed("no pipeline"))?;
        let written = self.write(&pipeline);
        let _ = pipeline.set_state(gst::State::Null);
        written
    }

    fn write(&self, pipeline: &gst::Pipeline) -> Result<Vec<u8>, ClipError> {
        let failed = |why: &str| ClipError::Failed(why.to_owned());
        let named = |name: &str| pipeline.by_name(name).ok_or_else(|| failed(name));
        let source = named("units")?.downcast::<gst_app::AppSrc>().map_err(|_| failed("no appsrc"))?;
        let sink = named("bytes")?.downcast::<gst_app::AppSink>().map_err(|_| failed("no appsink"))?;
        let Parameters { codec, setup, size: [width, height] } = &*self.parameters;
        let (media, format) = codec.caps();
        let caps = gst::Caps::builder(media)
            .field("stream-format", format)
            .field("alignment", "au")
            .field("width", width.cast_signed())
            .field("height", height.cast_signed())
            .field("codec_data", gst::Buffer::from_slice(setup.clone()))
            .build();
        source.set_caps(Some(&caps));
        source.set_max_bytes(u64::MAX);
        pipeline.set_state(gst::State::Playing).map_err(|_| failed("it does not start"))?;
        let first = self.units.first().map_or(Duration::ZERO, |unit| unit.at);
        let nexts = self.units.iter().skip(1).map(Some).chain([None]);
        for (unit, next) in self.units.iter().zip(nexts) {
            let mut buffer = gst::Buffer::from_slice(Arc::clone(&unit.data));
            if let Some(buffer) = buffer.get_mut() {
                let time = |time: Duration| gst::ClockTime::from_nseconds(time.as_nanos() as u64);
                let at = time(unit.at.saturating_sub(first));
                buffer.set_pts(at);
                buffer.set_dts(at);
                buffer.set_duration(time(next.map_or(STEP, |next| next.at.saturating_sub(unit.at))));
                if !unit.is_key {
                    buffer.set_flags(gst::BufferFlags::DELTA_UNIT);
                }
            }
            source.push_buffer(buffer).map_err(|_| failed("it takes no more"))?;
        }
        source.end_of_stream().map_err(|_| failed("it does not end"))?;
        let mut file = Vec::new();
        while let Some(sample) = sink.try_pull_sample(WRITING) {
            if let Some(buffer) = sample.buffer() {
                file.extend_from_slice(&buffer.map_readable().map_err(|_| failed("its bytes cannot be read"))?);
            }
        }
        if sink.is_eos() && !file.is_empty() { Ok(file) } else { Err(failed("it breaks off")) }
    }
}
