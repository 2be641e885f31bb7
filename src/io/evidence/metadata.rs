//! When and where a photo was taken, by its Exif.

use exif::{Exif, In, Rational, Reader, Tag, Value};
use jiff::{
    Timestamp,
    civil::DateTime,
    tz::{Offset, TimeZone},
};

use crate::domain::{
    event::Shot,
    geo::{Datum, Position},
};

/// What the metadata say; `None` where they say neither. A time without an offset is taken to be the zone's.
pub fn shot(metadata: Vec<u8>, zone: &TimeZone) -> Option<Shot> {
    let mut reader = Reader::new();
    // Much software writes some field wrong; the others are still worth reading.
    reader.continue_on_error(true);
    let exif = reader.read_raw(metadata).or_else(|error| error.distill_partial_result(|_| ())).ok()?;
    let shot = Shot { taken_at: taken_at(&exif, zone), position: position(&exif) };
    (shot != Shot::default()).then_some(shot)
}

fn text(exif: &Exif, tag: Tag) -> Option<String> {
    match &exif.get_field(tag, In::PRIMARY)?.value {
        Value::Ascii(texts) => {
            texts.first().map(|text| String::from_utf8_lossy(text).trim_matches(['\0', ' ']).to_owned())
        }
        _ => None,
    }
}

fn rationals(exif: &Exif, tag: Tag) -> Option<[f64; 3]> {
    let Value::Rational(numbers) = &exif.get_field(tag, In::PRIMARY)?.value else { return None };
    let numbers: Vec<f64> = numbers.iter().map(Rational::to_f64).collect();
    <[f64; 3]>::try_from(numbers).ok().filter(|numbers| numbers.iter().all(|number| number.is_finite()))
}

fn taken_at(exif: &Exif, zone: &TimeZone) -> Option<Timestamp> {
    let local = text(exif, Tag::DateTimeOriginal).or_else(|| text(exif, Tag::DateTimeDigitized))?;
    let local = DateTime::strptime("%Y:%m:%d %H:%M:%S", local).ok()?;
    let zone =
        text(exif, Tag::OffsetTimeOriginal).and_then(|offset| offset_of(&offset)).unwrap_or_else(|| zone.clone());
    local.to_zoned(zone).ok().map(|zoned| zoned.timestamp())
}

/// `+08:00`
fn offset_of(text: &str) -> Option<TimeZone> {
    let (sign, rest) = (if text.starts_with('-') { -1 } else { 1 }, text.strip_prefix(['+', '-'])?);
    let (hours, minutes) = rest.split_once(':')?;
    let seconds = hours.parse::<i32>().ok()?.checked_mul(3_600)? + minutes.parse::<i32>().ok()?.checked_mul(60)?;
    Offset::from_seconds(sign * seconds).ok().map(TimeZone::fixed)
}

/// As WGS84: phones say that it is, or say nothing. A datum that is not known here is no position.
fn position(exif: &Exif) -> Option<Position> {
    let datum = match text(exif, Tag::GPSMapDatum).unwrap_or_default().replace([' ', '-'], "").to_uppercase().as_str() {
        "" | "WGS84" | "WGS1984" | "CGCS2000" => Datum::Wgs84,
        "GCJ02" => Datum::Gcj02,
        "BD09" => Datum::Bd09,
        _ => return None,
    };
    let degrees = |of: Tag, reference: Tag, negative: &str| {
        let [degrees, minutes, seconds] = rationals(exif, of)?;
        let degrees = degrees + minutes / 60.0 + seconds / 3_600.0;
        let is_negative = text(exif, reference).is_some_and(|side| side.eq_ignore_ascii_case(negative));
        Some(if is_negative { -degrees } else { degrees })
    };
    let lon = degrees(Tag::GPSLongitude, Tag::GPSLongitudeRef, "W")?;
    let lat = degrees(Tag::GPSLatitude, Tag::GPSLatitudeRef, "S")?;
    // Without a fix some write zeros.
    let is_known = lon != 0.0 || lat != 0.0;
    Position::new(lon, lat).ok().filter(|_| is_known).map(|position| datum.to_wgs84(position))
}
