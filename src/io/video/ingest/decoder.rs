//! Decoding as a call.

use std::{sync::Arc, time::Duration};

use gstreamer as gst;
use gstreamer_video::{self as gst_video, prelude::*};

use super::unit::{AccessUnit, Parameters};
use crate::{
    domain::{
        camera::LinkCause,
        vision::{Frame, Plane},
    },
    io::video::{LARGEST_PX, bare::Bare},
};

/// Decodes one stream on whichever thread asks.
pub(super) struct Decoder {
    element: Bare,
    parameters: Arc<Parameters>,
    info: Option<(gst::Caps, gst_video::VideoInfo)>,
}

impl Decoder {
    pub fn new(parameters: &Arc<Parameters>) -> Result<Self, LinkCause> {
        let [width, height] = parameters.size;
        if width > LARGEST_PX || height > LARGEST_PX {
            return Err(LinkCause::TooLarge { width, height });
        }
        let factory = parameters.codec.decoder();
        gst::init().map_err(|_| LinkCause::Missing { element: factory.to_owned() })?;
        let (media, format) = parameters.codec.caps();
        let caps = gst::Caps::builder(media)
            .field("stream-format", format)
            .field("alignment", "au")
            .field("width", width.cast_signed())
            .field("height", height.cast_signed())
            .field("codec_data", gst::Buffer::from_slice(parameters.setup.clone()))
            .build();
        // Its threads are a picture's delay each, and there are as many decoders as cameras.
        let element = Bare::new(factory, &[("max-threads", "1")], &caps)?;
        Ok(Self { element, parameters: Arc::clone(parameters), info: None })
    }

    /// Whether it is for what is encoded so.
    pub fn is_for(&self, parameters: &Arc<Parameters>) -> bool {
        Arc::ptr_eq(&self.parameters, parameters) || self.parameters == *parameters
    }

    /// Decodes the next unit, and has looked at what comes of it: as a rule one picture, none while pictures are put into
    /// order.
    pub fn decode(&mut self, unit: &AccessUnit, see: &mut dyn FnMut(&Frame<'_>, Duration)) -> Result<(), LinkCause> {
        let mut buffer = gst::Buffer::from_slice(Arc::clone(&unit.data));
        if let Some(buffer) = buffer.get_mut() {
            buffer.set_pts(gst::ClockTime::from_nseconds(unit.at.as_nanos() as u64));
            if !unit.is_key {
                buffer.set_flags(gst::BufferFlags::DELTA_UNIT);
            }
        }
        for (caps, buffer) in self.element.push(buffer).map_err(|_| LinkCause::Unreadable)? {
            if self.info.as_ref().is_none_or(|(known, _)| *known != caps) {
                let info = gst_video::VideoInfo::from_caps(&caps).map_err(|_| LinkCause::Unreadable)?;
                if info.format() != gst_video::VideoFormat::I420 {
                    return Err(LinkCause::OtherPixels);
                }
                self.info = Some((caps, info));
            }
            let Some((_, info)) = &self.info else { return Err(LinkCause::Unreadable) };
            let at = buffer.pts().map_or(unit.at, |pts| Duration::from_nanos(pts.nseconds()));
            look(&buffer, info, |frame| see(frame, at))?;
        }
        Ok(())
    }
}

/// Has a decoded picture looked at where it lies.
pub(in crate::io::video) fn look(
    buffer: &gst::BufferRef,
    info: &gst_video::VideoInfo,
    see: impl FnOnce(&Frame<'_>),
) -> Result<(), LinkCause> {
    let mapped = gst_video::VideoFrameRef::from_buffer_ref_readable(buffer, info).map_err(|_| LinkCause::Unreadable)?;
    let plane = |index: u32| -> Result<Plane<'_>, LinkCause> {
        let stride = usize::try_from(mapped.plane_stride()[index as usize]).map_err(|_| LinkCause::Unreadable)?;
        Ok(Plane { data: mapped.plane_data(index).map_err(|_| LinkCause::Unreadable)?, stride })
    };
    let chroma = [plane(1)?, plane(2)?];
    let frame = Frame::new(info.width(), info.height(), plane(0)?, Some(chroma)).map_err(|_| LinkCause::Unreadable)?;
    see(&frame);
    Ok(())
}
