//! Pictures as H.264, kept in memory.

use gstreamer as gst;
use gstreamer_video as gst_video;

use super::{Still, bare::Bare, clip};
use crate::domain::camera::LinkCause;

/// Encodes pictures of one size, one by one, by openh264.
pub struct Encoder {
    element: Bare,
    size: [u32; 2],
}

impl Encoder {
    /// Of pictures that come `per_second`, with a keyframe every `gop` of them.
    ///
    /// # Errors
    /// If the machine lacks the encoder.
    pub fn new(size: [u32; 2], per_second: u32, gop: u32) -> Result<Self, LinkCause> {
        gst::init().map_err(|_| LinkCause::Missing { element: "GStreamer".to_owned() })?;
        let rate = gst::Fraction::new(per_second.max(1).cast_signed(), 1);
        let [width, height] = size.map(|side| side & !1);
        let info = gst_video::VideoInfo::builder(gst_video::VideoFormat::I420, width, height).fps(rate).build();
        let caps = info.and_then(|info| info.to_caps()).map_err(|_| LinkCause::Unreadable)?;
        let gop = gop.to_string();
        let properties = [
            ("rate-control", "quality"),
            ("qp-min", "22"),
            ("qp-max", "32"),
            ("gop-size", &*gop),
            ("scene-change-detection", "false"),
            ("complexity", "low"),
            ("multi-thread", "1"),
        ];
        Ok(Self { element: Bare::new("openh264enc", &properties, &caps)?, size })
    }

    /// The access unit of the next picture, as a byte stream; keyframes bring their parameters along.
    ///
    /// # Errors
    /// If its size is another, or the encoder fails.
    pub fn encode(&mut self, still: &Still) -> Result<Vec<u8>, LinkCause> {
        if still.size() != self.size {
            let [width, height] = still.size();
            return Err(LinkCause::TooLarge { width, height });
        }
        let mut buffer = gst::Buffer::with_size(clip::even_bytes(self.size)).map_err(|_| LinkCause::Unreadable)?;
        {
            let buffer = buffer.get_mut().ok_or(LinkCause::Unreadable)?;
            let mut bytes = buffer.map_writable().map_err(|_| LinkCause::Unreadable)?;
            clip::copy_even(still, &mut bytes);
        }
        let made = self.element.push(buffer).map_err(|_| LinkCause::Unreadable)?;
        let mut unit = Vec::new();
        for (_, buffer) in made {
            unit.extend_from_slice(&buffer.map_readable().map_err(|_| LinkCause::Unreadable)?);
        }
        Ok(unit)
    }
}
