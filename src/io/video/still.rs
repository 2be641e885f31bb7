//! One picture, kept.

use std::time::Instant;

use image::{ExtendedColorType, codecs::jpeg::JpegEncoder, imageops::FilterType};

use crate::domain::vision::{Frame, Plane};

/// A picture of a stream as I420 without gaps: the luma rows, then those of both chroma planes at half the size.
#[derive(Debug, Clone, Default)]
pub struct Still {
    width: usize,
    height: usize,
    data: Vec<u8>,
    taken: Option<Instant>,
}

/// Of the pictures that people look at.
const JPEG_QUALITY: u8 = 85;

impl Still {
    /// Takes over what the frame shows; keeps its memory from picture to picture.
    pub fn copy(&mut self, frame: &Frame<'_>) {
        (self.width, self.height) = (frame.width() as usize, frame.height() as usize);
        self.taken = Some(Instant::now());
        self.data.clear();
        append(&mut self.data, frame.y(), self.width, self.height);
        let (width, height) = self.chroma_size();
        match frame.chroma() {
            Some(planes) => planes.into_iter().for_each(|plane| append(&mut self.data, plane, width, height)),
            // Grey.
            None => self.data.resize(self.data.len() + 2 * width * height, 128),
        }
    }

    #[must_use]
    pub fn size(&self) -> [u32; 2] {
        [self.width as u32, self.height as u32]
    }

    /// When it was taken over; `None` before the first picture.
    #[must_use]
    pub fn taken(&self) -> Option<Instant> {
        self.taken
    }

    pub(super) fn data(&self) -> &[u8] {
        &self.data
    }

    pub(super) fn data_mut(&mut self) -> &mut [u8] {
        &mut self.data
    }

    pub(super) fn chroma_size(&self) -> (usize, usize) {
        (self.width.div_ceil(2), self.height.div_ceil(2))
    }

    fn planes(&self) -> [&[u8]; 3] {
        let (y, chroma) = self.data.split_at(self.width * self.height);
        let (u, v) = chroma.split_at(chroma.len() / 2);
        [y, u, v]
    }

    /// As JPEG, no wider than `widest_px`; `None` before the first picture.
    #[must_use]
    pub fn jpeg(&self, widest_px: u32) -> Option<Vec<u8>> {
        let [width, height] = self.size();
        let mut picture = image::RgbImage::from_raw(width, height, self.rgb())?;
        if width > widest_px {
            let height = (u64::from(height) * u64::from(widest_px) / u64::from(width)).max(1) as u32;
            picture = image::imageops::resize(&picture, widest_px, height, FilterType::Triangle);
        }
        let mut jpeg = Vec::new();
        let mut encoder = JpegEncoder::new_with_quality(&mut jpeg, JPEG_QUALITY);
        encoder.encode(&picture, picture.width(), picture.height(), ExtendedColorType::Rgb8).ok()?;
        Some(jpeg)
    }

    /// ITU-R BT.601, limited range, in 16.16 fixed point.
    fn rgb(&self) -> Vec<u8> {
        let [luma, cb, cr] = self.planes();
        let chroma_width = self.chroma_size().0;
        let mut rgb = Vec::with_capacity(3 * luma.len());
        for (row, luma) in luma.chunks_exact(self.width.max(1)).enumerate() {
            let chroma = row / 2 * chroma_width;
            for (column, y) in luma.iter().enumerate() {
                let at = chroma + column / 2;
                let (y, u, v) = (76_309 * (i32::from(*y) - 16), i32::from(cb[at]) - 128, i32::from(cr[at]) - 128);
                let colors = [y + 104_597 * v, y - 25_674 * u - 53_278 * v, y + 132_201 * u];
                rgb.extend(colors.map(|color| ((color + 32_768) >> 16).clamp(0, 255) as u8));
            }
        }
        rgb
    }
}

fn append(data: &mut Vec<u8>, plane: Plane<'_>, width: usize, height: usize) {
    for row in plane.data.chunks(plane.stride.max(1)).take(height) {
        data.extend_from_slice(&row[..width]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_those_of_the_standard() {
        let one = |y: u8, u: u8, v: u8| {
            let mut still = Still::default();
            let plane = |value| vec![value; 4];
            let (y, u, v) = (plane(y), plane(u), plane(v));
            let of = |data| Plane { data, stride: 1 };
            still.copy(&Frame::new(1, 1, of(&y), Some([of(&u), of(&v)])).expect("whole"));
            still.rgb()
        };
        assert_eq!(one(16, 128, 128), [0, 0, 0]);
        assert_eq!(one(235, 128, 128), [255, 255, 255]);
        // Pure red, by BT.601.
        assert_eq!(one(81, 90, 240), [254, 0, 0]);
    }

    #[test]
    fn a_picture_of_odd_size_becomes_a_jpeg_no_wider_than_asked() {
        let mut still = Still::default();
        assert!(still.jpeg(100).is_none() && still.taken().is_none());
        let y = vec![90; 64 * 33];
        still.copy(&Frame::new(61, 33, Plane { data: &y, stride: 64 }, None).expect("whole"));
        let jpeg = still.jpeg(30).expect("a picture");
        let back = image::load_from_memory(&jpeg).expect("a JPEG");
        assert_eq!((back.width(), back.height()), (30, 16));
        assert_eq!(still.size(), [61, 33]);
    }
}
