//! What requests say by name: read whole, and whatever is wrong is said of the name that is to blame.

use std::error::Error;

use axum::{
    extract::{FromRequestParts, Path, Query},
    http::request::Parts,
};
use jiff::{Timestamp, tz::TimeZone};
use serde::{
    Deserializer,
    de::{DeserializeOwned, IgnoredAny, Visitor, value},
    forward_to_deserialize_any,
};
use serde_json::{Map, Value};

use super::error::{ApiError, Refusal};
use crate::{
    domain::geo::{Datum, Position},
    io::tables::value::{self as told, parse_instant},
};

/// RFC 3339, or a date, or date and time in the site's zone.
pub fn instant(field: &str, value: Option<&str>, zone: &TimeZone) -> Result<Option<Timestamp>, ApiError> {
    let Some(value) = value else { return Ok(None) };
    parse_instant(value, zone).map(Some).ok_or_else(|| ApiError::unreadable(Some(field), value))
}

/// `W,S,E,N` in degrees, west of east and south of north.
pub fn bbox(text: &str) -> Result<[f64; 4], ApiError> {
    let numbers: Option<Vec<f64>> =
        text.split(',').map(|n| n.trim().parse().ok().filter(|n: &f64| n.is_finite())).collect();
    let corners = numbers.and_then(|numbers| <[f64; 4]>::try_from(numbers).ok());
    let turned = |[west, south, east, north]: &[f64; 4]| west > east || south > north;
    corners.filter(|corners| !turned(corners)).ok_or_else(|| ApiError::unreadable(Some("bbox"), text))
}

/// Where something is, or nothing where neither number is told.
pub fn position(lon: Option<f64>, lat: Option<f64>, datum: Datum) -> Result<Option<Position>, ApiError> {
    match (lon, lat) {
        (None, None) => Ok(None),
        (Some(lon), Some(lat)) => {
            let position = told::position(lon, lat, datum);
            position.map(Some).map_err(|fault| ApiError::unprocessable(Some("lon"), &fault))
        }
        (None, Some(_)) => Err(ApiError::missing("lon")),
        (Some(_), None) => Err(ApiError::missing("lat")),
    }
}

/// How many entries of a list an answer holds: 100 unless asked, never more than 1000, and none is no answer.
pub fn page_size(limit: Option<u32>) -> Result<u32, ApiError> {
    match limit {
        Some(0) => Err(ApiError::unreadable(Some("limit"), "0")),
        limit => Ok(limit.unwrap_or(100).min(1_000)),
    }
}

/// A query, as a handler's argument. Names that the type has not are refused: a filter that is misspelt must not be
/// taken for none.
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let pairs = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri);
        let Query(pairs) = pairs.map_err(|_| ApiError::unreadable(None, parts.uri.query().unwrap_or_default()))?;
        for (at, (name, value)) in pairs.iter().enumerate() {
            known::<T>(name)?;
            if pairs[..at].iter().any(|(before, _)| before == name) {
                return Err(ApiError::unreadable(Some(name), value));
            }
        }
        Query::try_from_uri(&parts.uri).map(|Query(asked)| Self(asked)).map_err(|refused| {
            let path = path_of(&refused);
            let blamed = pairs.iter().find(|(name, _)| path.as_ref() == Some(name));
            blamed.map_or_else(
                || ApiError::unreadable(None, parts.uri.query().unwrap_or_default()),
                |(name, value)| ApiError::unreadable(Some(name), value),
            )
        })
    }
}

/// The name that a refusal of the framework is about.
fn path_of(refused: &(dyn Error + 'static)) -> Option<String> {
    let causes = std::iter::successors(Some(refused), |error| (*error).source());
    causes
        .filter_map(|error| error.downcast_ref::<serde_path_to_error::Error<value::Error>>())
        .map(|error| error.path().to_string())
        .next()
}

/// What stands in the path, as a handler's argument. What cannot be the name of anything names nothing.
pub struct At<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for At<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let found = Path::from_request_parts(parts, state).await;
        found.map(|Path(found)| Self(found)).map_err(|_| ApiError::of(Refusal::NotFound))
    }
}

/// One JSON object.
pub fn object<T: DeserializeOwned>(json: &[u8]) -> Result<T, ApiError> {
    let unreadable = |error: &serde_json::Error| ApiError::unreadable(Some("body"), &error.to_string());
    // A list of values in the right order would be read as an object, too.
    if json.trim_ascii_start().first() != Some(&b'{') {
        serde_json::from_slice::<IgnoredAny>(json).map_err(|error| unreadable(&error))?;
        return Err(ApiError::no_object());
    }
    // serde_json stops at 128 levels, so nesting is bounded as the size is.
    let mut reader = serde_json::Deserializer::from_slice(json);
    let read = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let members = serde_json::from_slice::<Map<String, Value>>(json);
        members.map_or_else(|_| unreadable(error.inner()), |members| blame::<T>(&members, &error))
    })?;
    reader.end().map_err(|error| unreadable(&error))?;
    Ok(read)
}

/// An object whose members are there already.
pub fn of_members<T: DeserializeOwned>(members: &Map<String, Value>) -> Result<T, ApiError> {
    serde_path_to_error::deserialize(members).map_err(|error| blame::<T>(members, &error))
}

/// Which member is to blame.
fn blame<T: DeserializeOwned>(
    members: &Map<String, Value>,
    error: &serde_path_to_error::Error<serde_json::Error>,
) -> ApiError {
    /// What stands in these is not said again.
    const SECRET: [&str; 4] = ["code", "password", "old", "secret"];
    if let Some(refused) = members.keys().find_map(|name| known::<T>(name).err()) {
        return refused;
    }
    let name = error.path().to_string();
    match members.get(&name) {
        Some(_) if SECRET.contains(&&*name) => ApiError::unreadable(Some(&name), "…"),
        Some(Value::String(text)) => ApiError::unreadable(Some(&name), text),
        Some(value) => ApiError::unreadable(Some(&name), &value.to_string()),
        None => ApiError::unreadable(Some("body"), &error.inner().to_string()),
    }
}

/// Refuses a name that the type has not.
pub fn known<T: DeserializeOwned>(name: &str) -> Result<(), ApiError> {
    let known = names::<T>();
    if known.contains(&name) { Ok(()) } else { Err(ApiError::unknown_name(name, known)) }
}

/// The names of a type's members, as it tells them to whoever reads it.
fn names<T: DeserializeOwned>() -> &'static [&'static str] {
    let mut names: &[&str] = &[];
    // It tells them before it learns that there is nothing to read.
    let _ = T::deserialize(Listening(&mut names));
    names
}

/// Reads nothing, and hears which names a type would read.
struct Listening<'a>(&'a mut &'static [&'static str]);

impl<'de> Deserializer<'de> for Listening<'_> {
    type Error = value::Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, value::Error> {
        Err(serde::de::Error::custom("nothing to read"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, value::Error> {
        *self.0 = names;
        self.deserialize_any(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Told {
        lon: Option<f64>,
        what: Option<String>,
    }

    async fn asked(query: &str) -> Result<Told, ApiError> {
        let request = axum::http::Request::get(format!("/x?{query}")).body(()).expect("a request");
        let (mut parts, ()) = request.into_parts();
        Asked::from_request_parts(&mut parts, &()).await.map(|Asked(told)| told)
    }

    #[tokio::test]
    async fn whatever_is_wrong_is_said_of_its_name() {
        let told = Told { lon: Some(1.5), what: Some("a b".into()) };
        assert_eq!(asked("lon=1.5&what=a+b").await.ok(), Some(told));
        for query in ["lon=x", "lon=1&lon=2", "lon=%ff", "lno=1"] {
            let refused = asked(query).await.expect_err(query);
            let name = query.split('=').next();
            assert_eq!(refused.field(), name, "{query}");
        }
    }

    #[test]
    fn only_an_object_is_one_and_a_member_of_another_kind_is_named() {
        assert_eq!(object::<Told>(b" {\"lon\": 1} ").ok(), Some(Told { lon: Some(1.0), what: None }));
        let field = |json: &str| object::<Told>(json.as_bytes()).expect_err(json).field().map(str::to_owned);
        assert_eq!(field("[1.5, \"a\"]").as_deref(), Some("body"));
        assert_eq!(field("{\"lon\": \"1\"}").as_deref(), Some("lon"));
        assert_eq!(field("{\"lon\": 1, \"lno\": 1}").as_deref(), Some("lno"));
        assert_eq!(field("{\"lon\": 1} x").as_deref(), Some("body"));
        let members = json!({"what": 7}).as_object().expect("an object").clone();
        assert_eq!(of_members::<Told>(&members).expect_err("no text").field(), Some("what"));
    }

    #[test]
    fn a_box_that_is_turned_is_none() {
        assert!(bbox("1,2,3,4").is_ok());
        for turned in ["3,2,1,4", "1,4,3,2", "1,2,3", "1,2,3,x"] {
            assert!(bbox(turned).is_err(), "{turned}");
        }
    }
}
