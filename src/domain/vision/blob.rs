//! Connected cells as rectangles.

use super::{
    PixelBox,
    background::Background,
    cells::{Cells, SIDE, STRONG},
};

/// Blobs of a picture at most; a street with more of them is not followed blob by blob anyway.
pub(super) const MOST_BLOBS: usize = 96;
/// Pixels of foreground in the smallest blob.
const LEAST_PIXELS: f32 = 9.0;

const EDGE: u32 = 1 << 31;

/// Something in front of the street, in pixels of the small picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Blob {
    pub bbox: PixelBox,
    /// Pixels of foreground.
    pub pixels: f32,
}

/// Cells still to be visited by a flood. Every cell enters once; one with [`EDGE`] belongs and leads no further.
#[derive(Debug)]
pub(super) struct Flood(Vec<u32>);

impl Flood {
    pub fn new(cells: &Cells) -> Self {
        Self(Vec::with_capacity(cells.on.len()))
    }

    /// Refills `blobs`, the largest kept when there are too many. Clears the cells.
    pub fn collect(&mut self, cells: &mut Cells, background: &Background, blobs: &mut Vec<Blob>) {
        blobs.clear();
        for cell in 0..cells.on.len() {
            if cells.on[cell] != STRONG {
                continue;
            }
            let blob = self.fill(cell, cells, background);
            if blob.pixels < LEAST_PIXELS {
                continue;
            }
            if blobs.len() < MOST_BLOBS {
                blobs.push(blob);
            } else if let Some(least) = blobs.iter_mut().min_by(|a, b| a.pixels.total_cmp(&b.pixels))
                && least.pixels < blob.pixels
            {
                *least = blob;
            }
        }
        join_pieces(blobs);
    }

    fn fill(&mut self, from: usize, cells: &mut Cells, background: &Background) -> Blob {
        let height = background.mask.len() / background.width;
        let (mut left, mut top, mut right, mut bottom, mut pixels) = (usize::MAX, usize::MAX, 0, 0, 0u32);
        self.0.clear();
        self.0.push(from as u32);
        cells.on[from] = 0;
        while let Some(next) = self.0.pop() {
            let cell = (next & !EDGE) as usize;
            let (x, y) = (cell % cells.width, cell / cells.width);
            for row in y * SIDE..((y + 1) * SIDE).min(height) {
                let first = x * SIDE;
                let last = (first + SIDE).min(background.width);
                let mask = &background.mask[row * background.width + first..row * background.width + last];
                for (i, _) in mask.iter().enumerate().filter(|(_, mask)| **mask == 1) {
                    (left, right) = (left.min(first + i), right.max(first + i + 1));
                    (top, bottom) = (top.min(row), bottom.max(row + 1));
                    pixels += 1;
                }
            }
            if next & EDGE != 0 {
                continue;
            }
            for near_y in y.saturating_sub(1)..(y + 2).min(cells.height) {
                for near_x in x.saturating_sub(1)..(x + 2).min(cells.width) {
                    let near = near_y * cells.width + near_x;
                    let next = match std::mem::take(&mut cells.on[near]) {
                        0 => continue,
                        STRONG => near as u32,
                        _ => near as u32 | EDGE,
                    };
                    self.0.push(next);
                }
            }
        }
        let bbox = PixelBox {
            x: left.min(right) as f32,
            y: top.min(bottom) as f32,
            w: right.saturating_sub(left) as f32,
            h: bottom.saturating_sub(top) as f32,
        };
        Blob { bbox, pixels: pixels as f32 }
    }
}

/// A head, a light coat and dark trousers are one: pieces above each other with a small gap are joined.
fn join_pieces(blobs: &mut Vec<Blob>) {
    let mut i = 0;
    while i < blobs.len() {
        let joined = (i + 1..blobs.len()).find(|j| is_one_body(&blobs[i].bbox, &blobs[*j].bbox));
        if let Some(j) = joined {
            let other = blobs.swap_remove(j);
            blobs[i].bbox = blobs[i].bbox.union(&other.bbox);
            blobs[i].pixels += other.pixels;
            // The larger one may reach further pieces.
            i = 0;
        } else {
            i += 1;
        }
    }
}

fn is_one_body(a: &PixelBox, b: &PixelBox) -> bool {
    let across = (a.x + a.w).min(b.x + b.w) - a.x.max(b.x);
    let gap = a.y.max(b.y) - (a.y + a.h).min(b.y + b.h);
    let whole = a.union(b);
    let widest = a.w.max(b.w);
    // Two people one behind the other are far apart, or higher than a body is for its width.
    across > 0.6 * a.w.min(b.w) && gap < 0.25 * whole.h && gap < 10.0 && whole.h < 4.5 * widest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blobs(paint: impl Fn(usize, usize) -> bool) -> Vec<Blob> {
        let mut background = Background::new(64, 48, 12);
        for (i, mask) in background.mask.iter_mut().enumerate() {
            *mask = u8::from(paint(i % 64, i / 64));
        }
        let mut cells = Cells::new(64, 48);
        for (i, on) in cells.on.iter_mut().enumerate() {
            let (x, y) = (i % 16 * SIDE, i / 16 * SIDE);
            *on = STRONG * u8::from((0..16).filter(|i| paint(x + i % 4, y + i / 4)).count() >= 5);
        }
        let mut found = Vec::new();
        Flood::new(&cells).collect(&mut cells, &background, &mut found);
        found
    }

    #[test]
    fn a_rectangle_is_found_to_the_pixel() {
        let found = blobs(|x, y| (9..20).contains(&x) && (5..31).contains(&y));
        let bbox = PixelBox { x: 9.0, y: 5.0, w: 11.0, h: 26.0 };
        assert_eq!(found, [Blob { bbox, pixels: 11.0 * 26.0 }]);
    }

    #[test]
    fn trousers_below_a_coat_are_one_body_and_two_people_side_by_side_are_two() {
        let body = |x: usize, y: usize| (8..18).contains(&x) && ((4..18).contains(&y) || (24..36).contains(&y));
        assert_eq!(blobs(body).len(), 1);
        assert_eq!(blobs(|x, y| body(x, y) || (x >= 24 && body(x - 24, y))).len(), 2);
    }
}
