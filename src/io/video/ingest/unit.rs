//! What a camera sends for one picture.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// One encoded picture, its units with their lengths before them as in MP4.
#[derive(Clone)]
pub(in crate::io::video) struct AccessUnit {
    pub data: Arc<[u8]>,
    pub is_key: bool,
    /// Its place on the camera's line of time.
    pub at: Duration,
    pub came: Instant,
    pub parameters: Arc<Parameters>,
}

/// How the pictures of a stream are encoded, until it says otherwise.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::io::video) struct Parameters {
    pub codec: Codec,
    /// As browsers ask for it (RFC 6381): `avc1.64001e`.
    pub name: String,
    /// `avcC` or `hvcC`.
    pub setup: Vec<u8>,
    pub size: [u32; 2],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::io::video) enum Codec {
    H264,
    H265,
}

impl Codec {
    pub fn decoder(self) -> &'static str {
        match self {
            Self::H264 => "avdec_h264",
            Self::H265 => "avdec_h265",
        }
    }

    /// The media type, and how its units stand in the stream.
    pub fn caps(self) -> (&'static str, &'static str) {
        match self {
            Self::H264 => ("video/x-h264", "avc"),
            Self::H265 => ("video/x-h265", "hvc1"),
        }
    }
}
