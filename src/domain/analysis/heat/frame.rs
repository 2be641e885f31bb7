//! What part of the plane a picture shows, and in how many pixels.

use serde::Serialize;

use crate::domain::geo::{
    MercatorPoint, Position,
    mercator::{DEEPEST_ZOOM, px_of_plane},
};

/// Longest side of a picture.
pub const LARGEST_SIDE_PX: u32 = 4096;

/// A rectangle of the plane in pixels. Pixels need not be square.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    west: f64,
    north: f64,
    step: [f64; 2],
    width: u32,
    height: u32,
}

/// Why there is no such frame, or no film of it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, thiserror::Error, strum::VariantNames)]
#[serde(tag = "code", content = "params", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum FrameError {
    #[error("a picture is 1 to {most_px} pixels wide")]
    PictureWidth { most_px: u32 },
    #[error("a picture is 1 to {most_px} pixels high")]
    PictureHeight { most_px: u32 },
    #[error("there is no such tile")]
    NoTile,
    #[error("the box's corners are no positions")]
    NoBox,
    #[error("the box from {west} to {east} goes backwards or over the 180th meridian: ask for its two parts")]
    BoxOverAntimeridian { west: f64, east: f64 },
    #[error("the box encloses nothing")]
    EmptyBox,
    #[error("a film of that size has 1 to {most} pictures")]
    FilmLength { most: u32 },
}

impl FrameError {
    /// The field of a request to blame.
    #[must_use]
    pub fn field(&self) -> &'static str {
        match self {
            Self::PictureWidth { .. } => "width",
            Self::PictureHeight { .. } => "height",
            Self::NoTile => "tile",
            Self::NoBox | Self::BoxOverAntimeridian { .. } | Self::EmptyBox => "bbox",
            Self::FilmLength { .. } => "every",
        }
    }
}

impl Frame {
    /// A map tile in `px` pixels a side.
    ///
    /// # Errors
    /// If the plane has no such tile.
    pub fn of_tile(zoom: u8, x: u32, y: u32, px: u32) -> Result<Self, FrameError> {
        if zoom > DEEPEST_ZOOM || x >= 1 << zoom || y >= 1 << zoom {
            return Err(FrameError::NoTile);
        }
        let edge = 1.0 / f64::from(1u32 << zoom);
        Self::on_plane([f64::from(x) * edge, f64::from(y) * edge], [edge, edge], px, px)
    }

    /// West, south, east, north in degrees, stretched over the whole picture.
    ///
    /// # Errors
    /// If it encloses nothing.
    pub fn of_box([west, south, east, north]: [f64; 4], width: u32, height: u32) -> Result<Self, FrameError> {
        let corner = |lon, lat| Position::new(lon, lat).map(MercatorPoint::of).map_err(|_| FrameError::NoBox);
        let (north_west, south_east) = (corner(west, north)?, corner(east, south)?);
        if west > east {
            return Err(FrameError::BoxOverAntimeridian { west, east });
        }
        let size = [south_east.x - north_west.x, south_east.y - north_west.y];
        if size[0] <= 0.0 || size[1] <= 0.0 {
            return Err(FrameError::EmptyBox);
        }
        Self::on_plane([north_west.x, north_west.y], size, width, height)
    }

    /// The smallest frame of square pixels that holds the points with `margin_px` around them.
    ///
    /// # Errors
    /// If there is no point, or the size is impossible.
    pub fn around(
        points: impl IntoIterator<Item = MercatorPoint>,
        width: u32,
        height: u32,
        margin_px: u32,
    ) -> Result<Self, FrameError> {
        /// Zoom level 19: closer than this, a single event would fill a world of its own.
        const FINEST_STEP: f64 = 1.0 / (256.0 * 524_288.0);
        let grown = |bounds: Option<[f64; 4]>, p: MercatorPoint| {
            let [w, n, e, s] = bounds.unwrap_or([p.x, p.y, p.x, p.y]);
            Some([w.min(p.x), n.min(p.y), e.max(p.x), s.max(p.y)])
        };
        let [w, n, e, s] = points.into_iter().fold(None, grown).ok_or(FrameError::EmptyBox)?;
        let inner = |px: u32| f64::from(px.saturating_sub(2 * margin_px).max(1));
        let step = ((e - w) / inner(width)).max((s - n) / inner(height)).max(FINEST_STEP);
        let size = [step * f64::from(width), step * f64::from(height)];
        Self::on_plane([f64::midpoint(w, e) - size[0] / 2.0, f64::midpoint(n, s) - size[1] / 2.0], size, width, height)
    }

    /// From its north-western corner on the plane, and its edges there.
    ///
    /// # Errors
    /// If the size is impossible.
    pub fn on_plane([west, north]: [f64; 2], size: [f64; 2], width: u32, height: u32) -> Result<Self, FrameError> {
        if !(1..=LARGEST_SIDE_PX).contains(&width) {
            return Err(FrameError::PictureWidth { most_px: LARGEST_SIDE_PX });
        }
        if !(1..=LARGEST_SIDE_PX).contains(&height) {
            return Err(FrameError::PictureHeight { most_px: LARGEST_SIDE_PX });
        }
        Ok(Self { west, north, step: [size[0] / f64::from(width), size[1] / f64::from(height)], width, height })
    }

    #[must_use]
    pub fn width(&self) -> u32 {
        self.width
    }

    #[must_use]
    pub fn height(&self) -> u32 {
        self.height
    }

    /// The north-western corner on the plane.
    #[must_use]
    pub fn north_west(&self) -> [f64; 2] {
        [self.west, self.north]
    }

    /// Edges of a pixel on the plane.
    #[must_use]
    pub fn step(&self) -> [f64; 2] {
        self.step
    }

    /// West, north, east, south on the plane.
    #[must_use]
    pub fn bounds(&self) -> [f64; 4] {
        let [dx, dy] = self.step;
        [self.west, self.north, self.west + dx * f64::from(self.width), self.north + dy * f64::from(self.height)]
    }

    /// The zoom level whose pixels are as large as this frame's; between two levels for most frames. Of pixels that are
    /// not square the longer edge counts, so that the work stays in proportion to the picture.
    #[must_use]
    pub fn zoom(&self) -> f64 {
        -(self.step[0].max(self.step[1]) * px_of_plane(0.0)).log2()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tile_and_its_box_are_the_same_frame() {
        let tile = Frame::of_tile(1, 1, 0, 256).expect("a tile");
        assert!((tile.zoom() - 1.0).abs() < 1e-12);
        assert_eq!(tile.bounds(), [0.5, 0.0, 1.0, 0.5]);
        let same = Frame::of_box([0.0, 0.0, 180.0, 85.051_128_779_806_6], 256, 256).expect("a box");
        assert!(tile.bounds().iter().zip(same.bounds()).all(|(a, b)| (a - b).abs() < 1e-12));
    }

    #[test]
    fn impossible_frames_say_why() {
        assert_eq!(Frame::of_tile(3, 8, 0, 256), Err(FrameError::NoTile));
        assert_eq!(Frame::of_tile(30, 8, 0, 256), Err(FrameError::NoTile));
        let blamed = |bounds, width, height| Frame::of_box(bounds, width, height).map_err(|error| error.field());
        assert_eq!(
            Frame::of_box([179.0, 0.0, -179.0, 1.0], 10, 10),
            Err(FrameError::BoxOverAntimeridian { west: 179.0, east: -179.0 })
        );
        assert_eq!(Frame::of_box([1.0, 0.0, 1.0, 1.0], 10, 10), Err(FrameError::EmptyBox));
        assert_eq!(Frame::of_box([0.0, 1.0, 1.0, 0.0], 10, 10), Err(FrameError::EmptyBox));
        assert_eq!(Frame::of_box([0.0, 0.0, 1.0, f64::NAN], 10, 10), Err(FrameError::NoBox));
        assert_eq!(blamed([0.0, 0.0, 1.0, 1.0], 0, 10), Err("width"));
        assert_eq!(blamed([0.0, 0.0, 1.0, 1.0], 10, 100_000), Err("height"));
        assert_eq!(Frame::around([], 10, 10, 2), Err(FrameError::EmptyBox));
    }

    #[test]
    fn a_frame_around_points_holds_them_with_its_margin() {
        let points = [MercatorPoint { x: 0.5, y: 0.5 }, MercatorPoint { x: 0.6, y: 0.52 }];
        let frame = Frame::around(points, 120, 80, 10).expect("a frame");
        let [w, n, e, s] = frame.bounds();
        assert!((w - 0.49).abs() < 1e-9 && (e - 0.61).abs() < 1e-9 && n < 0.5 && s > 0.52);
        assert!(Frame::around(points[..1].iter().copied(), 100, 100, 0).is_ok(), "one point is enough");
    }
}
