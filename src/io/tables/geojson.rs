//! GeoJSON feature collections, read feature by feature, so that one bad feature spoils no other.

use std::collections::HashMap;

use geojson::{Feature, GeometryValue, JsonObject, JsonValue};
use serde::Deserialize;
use serde_json::{error::Category, value::RawValue};

/// Ring after ring of every polygon of a feature, as written: closed or not, valid or not.
pub type RawPolygons = Vec<Vec<Vec<[f64; 2]>>>;

/// A feature collection with its features still apart.
#[derive(Debug)]
pub struct Collection<'a> {
    pub features: Vec<RawFeature<'a>>,
    /// The other members: `datum`, `crs`, `description`, …
    pub members: JsonObject,
}

/// One feature as text, with its place in the file.
#[derive(Debug, Clone, Copy)]
pub struct RawFeature<'a> {
    /// From 1, as people count.
    pub number: usize,
    /// The line that it begins in, from 1.
    pub line: u64,
    text: &'a str,
}

/// Why a text is no feature collection.
#[derive(Debug, thiserror::Error)]
pub enum CollectionError {
    #[error("line {line}, column {column}: {message}")]
    NotJson { line: usize, column: usize, message: String },
    #[error("a FeatureCollection is needed, this is {found}")]
    NotACollection { found: String },
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(rename = "type", default)]
    kind: JsonValue,
    #[serde(borrow, default)]
    features: Option<Vec<&'a RawValue>>,
    #[serde(flatten)]
    members: JsonObject,
}

impl<'a> Collection<'a> {
    /// # Errors
    /// If the text is not JSON or holds no list of features.
    pub fn parse(text: &'a str) -> Result<Self, CollectionError> {
        let envelope: Envelope<'a> = serde_json::from_str(text).map_err(|error| {
            let found = match text.trim_start().as_bytes().first() {
                Some(b'[') => "list",
                _ => "scalar",
            };
            match error.classify() {
                Category::Data if !text.trim_start().starts_with('{') => {
                    CollectionError::NotACollection { found: found.to_owned() }
                }
                _ => CollectionError::NotJson { line: error.line(), column: error.column(), message: plain(&error) },
            }
        })?;
        let kind = envelope.kind.as_str().unwrap_or("untyped");
        let Some(features) = envelope.features.filter(|_| kind == "FeatureCollection") else {
            return Err(CollectionError::NotACollection { found: kind.to_owned() });
        };
        let start = text.as_ptr() as usize;
        let (mut line, mut counted) = (1, 0);
        let features = features.iter().enumerate().map(|(i, raw)| {
            let offset = raw.get().as_ptr() as usize - start;
            line += memchr::memchr_iter(b'\n', &text.as_bytes()[counted..offset]).count() as u64;
            counted = offset;
            RawFeature { number: i + 1, line, text: raw.get() }
        });
        Ok(Self { features: features.collect(), members: envelope.members })
    }
}

impl RawFeature<'_> {
    /// # Errors
    /// In words, if it is no GeoJSON feature.
    pub fn parse(&self) -> Result<Feature, String> {
        if !self.text.starts_with('{') {
            return Err("no object".to_owned());
        }
        self.text.parse::<Feature>().map_err(|error| match error {
            geojson::Error::MalformedGeoJson(error) => plain(&error),
            other => other.to_string(),
        })
    }

    /// A property of a feature, even of one that cannot be read as such.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<JsonValue> {
        #[derive(Deserialize)]
        struct Loose<'a> {
            #[serde(borrow)]
            properties: HashMap<String, &'a RawValue>,
        }
        let loose: Loose<'_> = serde_json::from_str(self.text).ok()?;
        serde_json::from_str(loose.properties.get(name)?.get()).ok()
    }
}

/// The rings of a polygon or multipolygon; the type's name for anything else.
///
/// # Errors
/// The name of the geometry that is none.
pub fn polygons(geometry: &GeometryValue) -> Result<RawPolygons, &'static str> {
    let ring = |ring: &Vec<geojson::Position>| ring.iter().map(pair).collect();
    let polygon = |rings: &Vec<Vec<geojson::Position>>| rings.iter().map(ring).collect::<Vec<_>>();
    match geometry {
        GeometryValue::Polygon { coordinates } => Ok(vec![polygon(coordinates)]),
        GeometryValue::MultiPolygon { coordinates } => Ok(coordinates.iter().map(polygon).collect()),
        other => Err(other.type_name()),
    }
}

/// Longitude and latitude of a point; the type's name for anything else.
///
/// # Errors
/// The name of the geometry that is none.
pub fn point(geometry: &GeometryValue) -> Result<[f64; 2], &'static str> {
    match geometry {
        GeometryValue::Point { coordinates } => Ok(pair(coordinates)),
        other => Err(other.type_name()),
    }
}

/// A position with fewer than two numbers reads as not a number, which every check refuses.
fn pair(position: &geojson::Position) -> [f64; 2] {
    match position.as_slice() {
        [x, y, ..] => [*x, *y],
        _ => [f64::NAN; 2],
    }
}

/// serde_json's message without its "at line …": the place is told apart.
fn plain(error: &serde_json::Error) -> String {
    let message = error.to_string();
    message.split(" at line ").next().unwrap_or(&message).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_know_their_number_and_line() {
        let text = "{\"type\": \"FeatureCollection\", \"datum\": \"gcj02\", \"features\": [\n{\"type\": \"Feature\", \"properties\": null, \"geometry\": null},\n\n{\"type\": \"Nonsense\"}]}";
        let collection = Collection::parse(text).expect("a collection");
        assert_eq!(collection.members["datum"], "gcj02");
        let places: Vec<_> = collection.features.iter().map(|f| (f.number, f.line, f.parse().is_ok())).collect();
        assert_eq!(places, [(1, 2, true), (2, 4, false)]);
    }

    #[test]
    fn what_is_no_collection_says_so() {
        assert!(matches!(Collection::parse("{\"type\": "), Err(CollectionError::NotJson { line: 1, .. })));
        assert!(matches!(Collection::parse("{\"type\": \"Feature\"}"), Err(CollectionError::NotACollection { .. })));
        assert!(matches!(Collection::parse("[]"), Err(CollectionError::NotACollection { .. })));
    }

    #[test]
    fn deep_nesting_is_an_error_and_no_overflow() {
        let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
        assert!(Collection::parse(&deep).is_err());
        let text = format!(
            "{{\"type\":\"FeatureCollection\",\"features\":[{{\"type\":\"Feature\",\"properties\":{{\"x\":{deep}}},\"geometry\":null}}]}}"
        );
        assert!(Collection::parse(&text).expect("skipped over").features[0].parse().is_err());
    }
}
