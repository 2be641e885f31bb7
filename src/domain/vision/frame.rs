//! One picture as a decoder hands it out.

use thiserror::Error;

/// Longest side of a picture that is looked at: twice 8K.
pub const MAX_SIDE: u32 = 16_384;

/// Rows of samples, `stride` bytes apart. The last row may end where its samples end.
#[derive(Debug, Clone, Copy)]
pub struct Plane<'a> {
    pub data: &'a [u8],
    pub stride: usize,
}

impl<'a> Plane<'a> {
    fn holds(&self, width: usize, height: usize) -> bool {
        let needed = self.stride.checked_mul(height - 1).and_then(|before| before.checked_add(width));
        self.stride >= width && needed.is_some_and(|needed| self.data.len() >= needed)
    }

    /// The rows, of which only what the frame's width says is picture.
    pub(super) fn rows(self, width: usize) -> impl Iterator<Item = &'a [u8]> {
        self.data.chunks(self.stride).filter_map(move |row| row.get(..width))
    }
}

/// One picture in I420: luma, and chroma at half the width and height, rounded up. Chroma is optional.
///
/// A frame that exists has all the samples that its size promises.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    width: u32,
    height: u32,
    y: Plane<'a>,
    chroma: Option<[Plane<'a>; 2]>,
}

/// Why slices are no picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum FrameError {
    #[error("a picture of {width}×{height}")]
    Size { width: u32, height: u32 },
    #[error("the luma plane is smaller than {width}×{height}")]
    ShortLuma { width: u32, height: u32 },
    #[error("a chroma plane is smaller than half of {width}×{height}")]
    ShortChroma { width: u32, height: u32 },
}

impl<'a> Frame<'a> {
    /// # Errors
    /// No side may be 0 or longer than [`MAX_SIDE`], and each plane must hold all its rows.
    pub fn new(width: u32, height: u32, y: Plane<'a>, chroma: Option<[Plane<'a>; 2]>) -> Result<Self, FrameError> {
        if width == 0 || height == 0 || width.max(height) > MAX_SIDE {
            return Err(FrameError::Size { width, height });
        }
        if !y.holds(width as usize, height as usize) {
            return Err(FrameError::ShortLuma { width, height });
        }
        let (half_width, half_height) = (width.div_ceil(2) as usize, height.div_ceil(2) as usize);
        if chroma.is_some_and(|planes| planes.iter().any(|plane| !plane.holds(half_width, half_height))) {
            return Err(FrameError::ShortChroma { width, height });
        }
        Ok(Self { width, height, y, chroma })
    }

    #[must_use]
    pub fn width(&self) -> u32 {
        self.width
    }

    #[must_use]
    pub fn height(&self) -> u32 {
        self.height
    }

    #[must_use]
    pub fn y(&self) -> Plane<'a> {
        self.y
    }

    /// U and V.
    #[must_use]
    pub fn chroma(&self) -> Option<[Plane<'a>; 2]> {
        self.chroma
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_all_its_samples() {
        let y = |data, stride| Plane { data, stride };
        assert!(Frame::new(3, 2, y(&[0; 7], 4), None).is_ok(), "the last row may end early");
        let short = FrameError::ShortLuma { width: 3, height: 2 };
        assert_eq!(Frame::new(3, 2, y(&[0; 6], 4), None).err(), Some(short));
        assert_eq!(Frame::new(3, 2, y(&[0; 60], 2), None).err(), Some(short), "rows may not overlap");
        assert_eq!(Frame::new(0, 2, y(&[0; 60], 2), None).err(), Some(FrameError::Size { width: 0, height: 2 }));
        let chroma = Some([y(&[0; 2], 2), y(&[0; 1], 2)]);
        let short = FrameError::ShortChroma { width: 3, height: 2 };
        assert_eq!(Frame::new(3, 2, y(&[0; 7], 4), chroma).err(), Some(short));
    }
}
