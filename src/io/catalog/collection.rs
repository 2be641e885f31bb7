//! GeoJSON collections of a site: opened, with the datum that they declare, and their features one by one.

use geojson::{Feature, JsonObject, JsonValue};

use super::{
    entry::Entry,
    files,
    problem::{Problems, Spot, Why},
};
use crate::{
    domain::geo::Datum,
    io::tables::geojson::{Collection, CollectionError, RawFeature},
};

/// What a collection says of its coordinates, by `datum` or `crs`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Declared {
    Datum(Datum),
    Nothing,
    /// Something that is not understood; noted already.
    Unknown,
}

/// A collection and the datum that holds for it: the site's, else its own; `None` where nobody says.
pub fn open<'a>(
    text: &'a str,
    site_datum: Option<Datum>,
    problems: &mut Problems,
) -> Option<(Collection<'a>, Option<Datum>)> {
    let collection = match Collection::parse(text) {
        Ok(collection) => collection,
        Err(CollectionError::NotJson { line, column, message }) => {
            problems.error(&Spot::line(line as u64), None, Why::NotJson { column, error: message });
            return None;
        }
        Err(CollectionError::NotACollection { found }) => {
            problems.error(&Spot::file(), None, Why::NotACollection { found });
            return None;
        }
    };
    match declared(&collection.members, problems) {
        Declared::Datum(datum) => Some((collection, site_datum.or(Some(datum)))),
        Declared::Nothing => Some((collection, site_datum)),
        Declared::Unknown => None,
    }
}

/// The datum of a collection and its features, noted where they cannot be read as such.
pub fn features(
    bytes: &[u8],
    site_datum: Option<Datum>,
    problems: &mut Problems,
) -> Option<(Datum, Vec<(Spot, Feature)>)> {
    let text = files::text(bytes, None, problems)?;
    let (collection, datum) = open(&text, site_datum, problems)?;
    let features = collection.features.iter().filter_map(|feature| parsed(feature, problems).ok()).collect();
    Some((datum.unwrap_or_default(), features))
}

pub fn declared(members: &JsonObject, problems: &mut Problems) -> Declared {
    let mut entry = Entry::new(Spot::file(), members.clone(), problems);
    if entry.has("datum") {
        return entry.choice("datum").map_or(Declared::Unknown, Declared::Datum);
    }
    let crs = members.get("crs").and_then(|crs| {
        let name = crs.pointer("/properties/name").or_else(|| crs.get("name")).unwrap_or(crs);
        (!name.is_null()).then(|| name.as_str().map_or_else(|| name.to_string(), str::to_owned))
    });
    let Some(crs) = crs else { return Declared::Nothing };
    let name = crs.to_ascii_uppercase();
    let known =
        name.ends_with("CRS84") || (name.contains("EPSG") && (name.ends_with(":4326") || name.ends_with(":4490")));
    if known {
        return Declared::Datum(Datum::Wgs84);
    }
    problems.error(&Spot::file(), Some("crs"), Why::UnknownCrs { crs });
    Declared::Unknown
}

/// A feature's properties and geometry, noted if it has neither.
pub fn parsed(feature: &RawFeature<'_>, problems: &mut Problems) -> Result<(Spot, Feature), Spot> {
    let of = match feature.property("code") {
        Some(JsonValue::String(code)) if !code.trim().is_empty() => Some(code.trim().to_owned()),
        Some(JsonValue::Number(code)) => Some(code.to_string()),
        _ => None,
    };
    let spot = Spot { line: Some(feature.line), feature: Some(feature.number), of };
    match feature.parse() {
        Ok(parsed) => Ok((spot, parsed)),
        Err(error) => {
            problems.error(&spot, None, Why::NotAFeature { error });
            Err(spot)
        }
    }
}
