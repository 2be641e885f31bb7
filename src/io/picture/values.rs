//! The numbers behind a picture: NumPy's `.npy`, and GeoTIFF.

use std::io::Cursor;

use tiff::{
    TiffError,
    encoder::{TiffEncoder, colortype::Gray32Float},
    tags::Tag,
};

/// An array of 32-bit floats, row by row, as NumPy reads it.
#[must_use]
pub fn npy(width: u32, height: u32, values: &[f32]) -> Vec<u8> {
    /// The magic word, version 1.0, the length of the header.
    const PREFIX: usize = 10;
    /// What the values begin at a multiple of.
    const ALIGNED: usize = 64;
    let mut header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({height}, {width}), }}");
    let short = (PREFIX + header.len() + 1).next_multiple_of(ALIGNED) - PREFIX - header.len() - 1;
    header.push_str(&" ".repeat(short));
    header.push('\n');
    let mut bytes = Vec::with_capacity(PREFIX + header.len() + 4 * values.len());
    bytes.extend_from_slice(b"\x93NUMPY\x01\x00");
    bytes.extend_from_slice(&(header.len() as u16).to_le_bytes());
    bytes.extend_from_slice(header.as_bytes());
    bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    bytes
}

/// A picture of floats that map programs put in its place: Web Mercator (EPSG:3857), with its north-western corner and
/// the edges of a pixel in metres of that plane.
///
/// # Errors
/// If the values are not as many as the pixels.
pub fn geotiff(
    width: u32,
    height: u32,
    values: &[f32],
    corner_m: [f64; 2],
    pixel_m: [f64; 2],
) -> Result<Vec<u8>, TiffError> {
    /// GeoTIFF 1.1: version, then keys with their values in place: a projected system, pixels are areas, EPSG:3857.
    const KEYS: [u16; 16] = [1, 1, 1, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 3857];
    let mut bytes = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut bytes)?;
    let mut image = encoder.new_image::<Gray32Float>(width, height)?;
    let tags = image.encoder();
    tags.write_tag(Tag::ModelPixelScaleTag, &[pixel_m[0], pixel_m[1], 0.0][..])?;
    tags.write_tag(Tag::ModelTiepointTag, &[0.0, 0.0, 0.0, corner_m[0], corner_m[1], 0.0][..])?;
    tags.write_tag(Tag::GeoKeyDirectoryTag, &KEYS[..])?;
    image.write_data(values)?;
    Ok(bytes.into_inner())
}

#[cfg(test)]
mod tests {
    use tiff::decoder::{Decoder, DecodingResult};

    use super::*;

    const VALUES: [f32; 6] = [0.0, 1.5, -2.0, 3.0, 4.0, 5.25];

    #[test]
    fn an_array_has_its_shape_and_its_values_where_they_are_looked_for() {
        let bytes = npy(3, 2, &VALUES);
        let header = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
        assert_eq!((10 + header) % 64, 0);
        let text = String::from_utf8_lossy(&bytes[10..10 + header]);
        assert!(text.contains("'shape': (2, 3)") && text.ends_with('\n'), "{text}");
        assert_eq!(bytes[10 + header + 4..][..4], 1.5f32.to_le_bytes());
    }

    #[test]
    fn a_geotiff_is_read_back_in_its_place() {
        let bytes = geotiff(3, 2, &VALUES, [12_000_000.0, 4_900_000.0], [10.0, 20.0]).expect("a picture");
        let mut read = Decoder::new(Cursor::new(bytes)).expect("a TIFF");
        assert_eq!(read.dimensions().expect("a size"), (3, 2));
        let corner = read.get_tag_f64_vec(Tag::ModelTiepointTag).expect("a corner");
        assert_eq!(corner[3..5], [12_000_000.0, 4_900_000.0]);
        let keys = read.get_tag_u16_vec(Tag::GeoKeyDirectoryTag).expect("keys");
        assert_eq!(keys[15], 3857);
        let DecodingResult::F32(values) = read.read_image().expect("values") else { panic!("no floats") };
        assert_eq!(values, VALUES);
        assert!(geotiff(3, 2, &VALUES[..5], [0.0; 2], [1.0; 2]).is_err());
    }
}
