//! The picture in which everything is worked out.

use super::Frame;

/// Longest side of the small picture. A person 60 m from a usual street camera is then about 6 px tall: enough to be
/// followed, and little enough to be looked at thousands of times a second.
pub(super) const SMALL_SIDE: usize = 320;

/// A picture's luma, shrunk by a whole number so that neither side is longer than [`SMALL_SIDE`]. Each of its pixels
/// is the mean of a square, which takes most of the noise away.
#[derive(Debug)]
pub(super) struct Small {
    pub factor: usize,
    pub width: usize,
    pub height: usize,
    pub luma: Vec<u8>,
    /// Sums of the columns over the rows of one square.
    sums: Vec<u16>,
}

impl Small {
    pub fn for_size(width: u32, height: u32) -> Self {
        let (width, height) = (width as usize, height as usize);
        let factor = width.max(height).div_ceil(SMALL_SIDE);
        let (small_width, small_height) = ((width / factor).max(1), (height / factor).max(1));
        Self {
            factor,
            width: small_width,
            height: small_height,
            luma: vec![0; small_width * small_height],
            sums: vec![0; width],
        }
    }

    #[cfg(test)]
    pub fn of(width: usize, luma: Vec<u8>) -> Self {
        Self { factor: 1, width, height: luma.len() / width, luma, sums: Vec::new() }
    }

    /// Takes over a frame of the size that this is for.
    pub fn take(&mut self, frame: &Frame<'_>) {
        let mut rows = frame.y().rows(frame.width() as usize);
        let factor = self.factor;
        let side = |length: u32| factor.min(length as usize);
        let divisor = (side(frame.width()) * side(frame.height())) as u32;
        for out in self.luma.chunks_exact_mut(self.width) {
            match factor {
                1 => {
                    if let Some(row) = rows.next() {
                        out.copy_from_slice(row);
                    }
                }
                2 => {
                    let (Some(upper), Some(lower)) = (rows.next(), rows.next().or(Some(&[]))) else { return };
                    halve(out, upper, if lower.is_empty() { upper } else { lower });
                }
                _ => {
                    self.sums.fill(0);
                    for row in rows.by_ref().take(factor) {
                        for (sum, luma) in self.sums.iter_mut().zip(row) {
                            *sum += u16::from(*luma);
                        }
                    }
                    for (out, square) in out.iter_mut().zip(self.sums.chunks(factor)) {
                        let sum: u32 = square.iter().map(|sum| u32::from(*sum)).sum();
                        *out = ((sum + divisor / 2) / divisor) as u8;
                    }
                }
            }
        }
    }
}

fn halve(out: &mut [u8], upper: &[u8], lower: &[u8]) {
    for ((out, upper), lower) in out.iter_mut().zip(upper.chunks_exact(2)).zip(lower.chunks_exact(2)) {
        let sum = u16::from(upper[0]) + u16::from(upper[1]) + u16::from(lower[0]) + u16::from(lower[1]);
        *out = ((sum + 2) >> 2) as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::{super::Plane, *};

    fn shrunk(width: u32, height: u32, luma: impl Fn(u32, u32) -> u8) -> Small {
        let data: Vec<u8> = (0..width * height).map(|i| luma(i % width, i / width)).collect();
        let plane = Plane { data: &data, stride: width as usize };
        let mut small = Small::for_size(width, height);
        small.take(&Frame::new(width, height, plane, None).expect("a frame"));
        small
    }

    #[test]
    fn every_small_pixel_is_the_mean_of_its_square() {
        for (width, height, factor) in [(320, 180, 1), (640, 360, 2), (1920, 1080, 6), (1281, 721, 5), (200, 3000, 10)]
        {
            let small = shrunk(width, height, |x, y| (x * 3 + y * 5) as u8 / 4);
            assert_eq!(small.factor, factor);
            assert!(small.width <= SMALL_SIDE && small.height <= SMALL_SIDE);
            let k = factor as u32;
            for (x, y) in [(0, 0), (7, 9), (small.width as u32 - 1, small.height as u32 - 1)] {
                let square = (0..k * k).map(|i| (x * k + i % k, y * k + i / k));
                let sum: u32 = square.map(|(x, y)| u32::from((x * 3 + y * 5) as u8 / 4)).sum();
                let expected = (sum + k * k / 2) / (k * k);
                assert_eq!(u32::from(small.luma[y as usize * small.width + x as usize]), expected, "{width}×{height}");
            }
        }
    }

    #[test]
    fn a_line_is_a_picture_too() {
        for (width, height) in [(1, 1), (1, 2000), (2000, 1), (641, 1)] {
            let small = shrunk(width, height, |_, _| 90);
            assert!(small.luma.iter().all(|luma| *luma == 90), "{width}×{height}: {:?}", small.luma);
        }
    }
}
