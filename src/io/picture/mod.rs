//! Pictures as PNG, and the numbers behind them.

mod values;

pub use values::{geotiff, npy};

/// A picture of 256 colours with transparency, quickly packed: heat is asked for again and again.
///
/// `levels` are indices into `palette` (red, green, blue, alpha), row by row, `width × height` of them.
///
/// # Errors
/// If the levels are not that many.
pub fn palette_png(
    width: u32,
    height: u32,
    levels: &[u8],
    palette: &[[u8; 4]; 256],
) -> Result<Vec<u8>, png::EncodingError> {
    let mut bytes = Vec::with_capacity(4096 + levels.len() / 8);
    let mut writer = encoder(&mut bytes, width, height, palette).write_header()?;
    writer.write_image_data(levels)?;
    writer.finish()?;
    Ok(bytes)
}

/// Pictures of the same size and colours, shown one after the other, again and again (APNG). What does not know of that
/// shows the first.
///
/// # Errors
/// If there is none, or the levels of one are not as many as the pixels.
pub fn animated_png(
    width: u32,
    height: u32,
    pictures: impl ExactSizeIterator<Item = Vec<u8>>,
    palette: &[[u8; 4]; 256],
    each_ms: u16,
) -> Result<Vec<u8>, png::EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = encoder(&mut bytes, width, height, palette);
    encoder.set_animated(pictures.len() as u32, 0)?;
    encoder.set_frame_delay(each_ms, 1000)?;
    let mut writer = encoder.write_header()?;
    for levels in pictures {
        writer.write_image_data(&levels)?;
    }
    writer.finish()?;
    Ok(bytes)
}

fn encoder<'a>(
    bytes: &'a mut Vec<u8>,
    width: u32,
    height: u32,
    palette: &[[u8; 4]; 256],
) -> png::Encoder<'a, &'a mut Vec<u8>> {
    let mut encoder = png::Encoder::new(bytes, width, height);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    encoder.set_palette(palette.iter().flat_map(|[r, g, b, _]| [*r, *g, *b]).collect::<Vec<_>>());
    encoder.set_trns(palette.iter().map(|[.., alpha]| *alpha).collect::<Vec<_>>());
    encoder
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_painted_is_what_is_read_back() {
        let palette = std::array::from_fn(|i| [i as u8, 255 - i as u8, 7, if i == 0 { 0 } else { 200 }]);
        let png = palette_png(3, 2, &[0, 1, 2, 253, 254, 255], &palette).expect("a picture");
        let read = image::load_from_memory(&png).expect("a PNG").to_rgba8();
        assert_eq!((read.dimensions(), read.get_pixel(0, 0).0[3]), ((3, 2), 0));
        assert_eq!(read.get_pixel(2, 1).0, [255, 0, 7, 200]);
        assert!(palette_png(3, 2, &[0], &palette).is_err());
    }

    #[test]
    fn an_animation_has_all_its_pictures() {
        let palette = std::array::from_fn(|i| [i as u8; 4]);
        let pictures = (0..5u8).map(|i| vec![i; 6]);
        let bytes = animated_png(3, 2, pictures, &palette, 500).expect("a picture");
        let mut read = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().expect("a PNG");
        assert_eq!(read.info().animation_control().map(|control| control.num_frames), Some(5));
        for i in 0..5 {
            let mut levels = [255; 6];
            read.next_frame(&mut levels).expect("a picture");
            assert_eq!(levels, [i; 6]);
        }
        assert!(animated_png(3, 2, std::iter::empty(), &palette, 500).is_err());
    }
}
