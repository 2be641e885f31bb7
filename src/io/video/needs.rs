//! Video through GStreamer. For now: whether this machine has what a site's streams need.

use std::collections::BTreeSet;

use gstreamer as gst;

use crate::domain::camera::{Camera, Reader, StreamUri};

/// A GStreamer element that a stream needs and this machine lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct MissingElement {
    pub element: &'static str,
    /// The Debian package that holds it.
    pub package: &'static str,
}

/// GStreamer cannot be started.
#[derive(Debug, thiserror::Error)]
#[error("GStreamer does not start: {0}")]
pub struct NoGStreamer(#[from] gst::glib::Error);

const DECODER: (&str, &str) = ("avdec_h264", "gstreamer1.0-libav");
const PARSER: (&str, &str) = ("h264parse", "gstreamer1.0-plugins-bad");

/// What the cameras' streams need and this machine lacks, each once.
///
/// # Errors
/// If GStreamer itself cannot be started.
pub fn missing_elements<'a>(cameras: impl Iterator<Item = &'a Camera>) -> Result<Vec<MissingElement>, NoGStreamer> {
    let streams =
        cameras.flat_map(|camera| camera.main.iter().chain(&camera.sub).map(|uri| (uri, camera.reader_of(uri))));
    let needed: BTreeSet<_> = streams.flat_map(|(uri, reader)| needs(uri, reader).iter().copied()).collect();
    if needed.is_empty() {
        return Ok(Vec::new());
    }
    gst::init()?;
    let is_missing = |element: &str| gst::ElementFactory::find(element).is_none();
    let missing = needed.into_iter().filter(|(element, _)| is_missing(element));
    Ok(missing.map(|(element, package)| MissingElement { element, package }).collect())
}

/// Elements by the scheme of the stream and who reads it, each with its package.
fn needs(uri: &StreamUri, reader: Reader) -> &'static [(&'static str, &'static str)] {
    match uri.scheme() {
        "test" => &[("videotestsrc", "gstreamer1.0-plugins-base")],
        "file" => &[("decodebin", "gstreamer1.0-plugins-base"), PARSER, DECODER],
        "rtsp" if reader == Reader::Retina => &[DECODER],
        _ => &[("rtspsrc", "gstreamer1.0-plugins-good"), PARSER, DECODER],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_without_streams_asks_nothing_of_gstreamer() {
        let silent = [Camera::new("c1", "no stream")];
        assert_eq!(missing_elements(silent.iter()).expect("not even started"), []);
    }

    #[test]
    fn what_the_demo_site_needs_is_installed_with_the_build() {
        let mut camera = Camera::new("c1", "test picture");
        camera.main = "test://street?seed=1".parse().ok();
        assert_eq!(missing_elements([camera].iter()).expect("starts"), []);
    }
}
