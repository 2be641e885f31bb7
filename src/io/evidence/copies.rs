//! Decoding photos, and the copies that people look at.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, codecs::jpeg::JpegEncoder};

use super::{LONGEST_SIDE_PX, PhotoFault};

/// A copy of a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copy {
    /// For a screen.
    View,
    /// For a list.
    Thumbnail,
}

impl Copy {
    pub(super) fn extension(self) -> &'static str {
        match self {
            Self::View => "view.jpg",
            Self::Thumbnail => "thumbnail.jpg",
        }
    }

    fn longest_side_px(self) -> u32 {
        match self {
            Self::View => 1600,
            Self::Thumbnail => 320,
        }
    }
}

pub struct Photo {
    pub image: DynamicImage,
    pub media_type: &'static str,
    /// Its metadata, where it has any.
    pub exif: Option<Vec<u8>>,
}

/// Memory that decoding one photo may take.
const DECODING_BYTES: u64 = 512 * 1024 * 1024;

/// The whole photo, upright.
pub fn decoded(bytes: &[u8]) -> Result<Photo, PhotoFault> {
    let format = image::guess_format(bytes).map_err(|_| PhotoFault::NoPhoto)?;
    let media_type = match format {
        ImageFormat::Jpeg => "image/jpeg",
        ImageFormat::Png => "image/png",
        ImageFormat::WebP => "image/webp",
        _ => return Err(PhotoFault::NoPhoto),
    };
    let mut limits = Limits::default();
    limits.max_alloc = Some(DECODING_BYTES);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(fault)?;
    let (width, height) = decoder.dimensions();
    if width > LONGEST_SIDE_PX || height > LONGEST_SIDE_PX {
        return Err(PhotoFault::TooManyPixels { width, height, limit: LONGEST_SIDE_PX });
    }
    // Phones turn the picture by a note in its metadata, which the copies do not have.
    let exif = decoder.exif_metadata().map_err(fault)?;
    let orientation = decoder.orientation().map_err(fault)?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(fault)?;
    image.apply_orientation(orientation);
    Ok(Photo { image, media_type, exif })
}

/// Whether a copy ends as JPEG does.
pub fn is_whole(jpeg: &[u8]) -> bool {
    jpeg.ends_with(b"\xff\xd9")
}

#[expect(clippy::needless_pass_by_value, reason = "it stands behind map_err")]
fn fault(error: ImageError) -> PhotoFault {
    match error {
        ImageError::Limits(_) => PhotoFault::TooManyPixels { width: 0, height: 0, limit: LONGEST_SIDE_PX },
        _ => PhotoFault::NoPhoto,
    }
}

/// The copy as JPEG, no larger than the photo.
pub fn jpeg(image: &DynamicImage, copy: Copy) -> Result<Vec<u8>, PhotoFault> {
    const QUALITY: u8 = 85;
    let side = copy.longest_side_px();
    let smaller = (image.width() > side || image.height() > side).then(|| match copy {
        Copy::View => image.resize(side, side, image::imageops::FilterType::CatmullRom),
        Copy::Thumbnail => image.thumbnail(side, side),
    });
    let mut bytes = Vec::new();
    let rgb = smaller.as_ref().unwrap_or(image).to_rgb8();
    rgb.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, QUALITY)).map_err(fault)?;
    Ok(bytes)
}
