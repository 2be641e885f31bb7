//! Boxes and labels drawn into a picture.

use std::convert::Infallible;

use embedded_graphics::{
    geometry::{OriginDimensions, Point, Size},
    mono_font::{MonoTextStyle, ascii::FONT_9X18_BOLD},
    pixelcolor::BinaryColor,
    prelude::*,
    primitives::{PrimitiveStyle, Rectangle},
    text::{Baseline, Text},
};

use super::Still;
use crate::domain::vision::PixelBox;

/// A box with a label of ASCII letters.
#[derive(Debug, Clone)]
pub struct Mark {
    pub bbox: PixelBox,
    pub label: String,
    /// A finding, and not only something that moves.
    pub is_finding: bool,
}

/// Luma and both chroma values.
type Ink = [u8; 3];

const ORANGE: Ink = [173, 42, 200];
const GREEN: Ink = [150, 70, 70];
const BLACK: Ink = [16, 128, 128];

/// Draws them, the findings on top.
pub fn draw(still: &mut Still, marks: &[Mark]) {
    for is_finding in [false, true] {
        for mark in marks.iter().filter(|mark| mark.is_finding == is_finding) {
            mark.draw(still, if is_finding { ORANGE } else { GREEN });
        }
    }
}

impl Mark {
    fn draw(&self, still: &mut Still, ink: Ink) {
        let PixelBox { x, y, w, h } = self.bbox;
        let corner = Point::new(x.round() as i32, y.round() as i32);
        let size = Size::new(w.round().max(1.0) as u32, h.round().max(1.0) as u32);
        let font = &FONT_9X18_BOLD;
        let text = Size::new(font.character_size.width * self.label.len() as u32 + 4, font.character_size.height);
        // Above the box, or inside where there is no room.
        let above = corner.y - text.height.cast_signed();
        let label = Point::new(corner.x, if above < 0 { corner.y } else { above });

        // None of these can fail: what lies outside the picture is left out.
        let mut canvas = Canvas { still, ink };
        let _ =
            Rectangle::new(corner, size).into_styled(PrimitiveStyle::with_stroke(BinaryColor::On, 2)).draw(&mut canvas);
        let _ = Rectangle::new(label, text).into_styled(PrimitiveStyle::with_fill(BinaryColor::On)).draw(&mut canvas);
        canvas.ink = BLACK;
        let style = MonoTextStyle::new(font, BinaryColor::On);
        let _ = Text::with_baseline(&self.label, label + Point::new(2, 0), style, Baseline::Top).draw(&mut canvas);
    }
}

struct Canvas<'a> {
    still: &'a mut Still,
    ink: Ink,
}

impl OriginDimensions for Canvas<'_> {
    fn size(&self) -> Size {
        let [width, height] = self.still.size();
        Size::new(width, height)
    }
}

impl DrawTarget for Canvas<'_> {
    type Color = BinaryColor;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<BinaryColor>>>(&mut self, pixels: I) -> Result<(), Infallible> {
        let [width, height] = self.still.size().map(|side| side as usize);
        let (chroma_width, chroma_height) = self.still.chroma_size();
        let [y, u, v] = self.ink;
        for Pixel(Point { x: column, y: row }, _) in pixels {
            let (Ok(column), Ok(row)) = (usize::try_from(column), usize::try_from(row)) else { continue };
            if column >= width || row >= height {
                continue;
            }
            let chroma = width * height + row / 2 * chroma_width + column / 2;
            let data = self.still.data_mut();
            data[row * width + column] = y;
            data[chroma] = u;
            data[chroma + chroma_width * chroma_height] = v;
        }
        Ok(())
    }
}
