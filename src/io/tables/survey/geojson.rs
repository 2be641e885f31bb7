//! GeoJSON, also in coordinate systems that RFC 7946 no longer allows but its forerunner did.

use std::{collections::BTreeMap, path::Path};

use encoding_rs::{Encoding, UTF_8};
use geojson::{FeatureCollection, GeometryValue, JsonValue, Position};

use super::{
    CrsFound, Rings, Survey, SurveyError, SurveyFeature, bytes_of, file_name,
    text::{DETECTED, decode, number_text},
};

pub(super) fn read(path: &Path, encoding: Option<&'static Encoding>) -> Result<Survey, SurveyError> {
    let file = file_name(path);
    let bytes = bytes_of(path)?;
    let text = text_of(&file, &bytes, encoding)?;
    let collection: FeatureCollection = text
        .parse()
        .map_err(|error: geojson::Error| SurveyError::Damaged { file: file.clone(), why: error.to_string() })?;
    let crs = collection.foreign_members.as_ref().and_then(|members| declared_crs(members.get("crs")?));
    let datum =
        collection.foreign_members.as_ref().and_then(|members| Some(members.get("datum")?.as_str()?.to_owned()));
    let mut survey = Survey { features: Vec::new(), without_shape: Vec::new(), crs, datum, columns: Vec::new() };
    for (index, feature) in collection.features.into_iter().enumerate() {
        let number = index + 1;
        let mut attributes = BTreeMap::new();
        for (name, value) in feature.properties.into_iter().flatten() {
            if !survey.columns.contains(&name) {
                survey.columns.push(name.clone());
            }
            let text = attribute(&value);
            if !text.is_empty() {
                attributes.insert(name, text);
            }
        }
        let Some(geometry) = feature.geometry else {
            survey.without_shape.push(number);
            continue;
        };
        let rings: Option<Rings> = match geometry.value {
            GeometryValue::Polygon { coordinates } => polygon(&coordinates).map(|polygon| vec![polygon]),
            GeometryValue::MultiPolygon { coordinates } => coordinates.iter().map(|rings| polygon(rings)).collect(),
            other => {
                let found = other.type_name().to_owned();
                return Err(SurveyError::ShapeType { file, feature: number, found });
            }
        };
        let rings = rings.ok_or_else(|| SurveyError::Feature {
            file: file.clone(),
            feature: number,
            why: "a coordinate has fewer than two numbers".into(),
        })?;
        survey.features.push(SurveyFeature { number, attributes, rings });
    }
    Ok(survey)
}

fn text_of(file: &str, bytes: &[u8], encoding: Option<&'static Encoding>) -> Result<String, SurveyError> {
    let (bytes, encoding) = match Encoding::for_bom(bytes) {
        Some((found, length)) if found == UTF_8 => (&bytes[length..], Some(UTF_8)),
        _ => (bytes, encoding),
    };
    let found = match encoding {
        Some(encoding) => decode(bytes, encoding),
        None => DETECTED.into_iter().find_map(|encoding| decode(bytes, encoding)),
    };
    found.ok_or_else(|| match encoding {
        Some(encoding) => {
            SurveyError::Damaged { file: file.to_owned(), why: format!("its text is not in {}", encoding.name()) }
        }
        None => SurveyError::NoEncoding { file: file.to_owned() },
    })
}

/// `{"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}` of GeoJSON 2008.
fn declared_crs(member: &JsonValue) -> Option<CrsFound> {
    Some(CrsFound::of_text(member.get("properties")?.get("name")?.as_str()?))
}

fn attribute(value: &JsonValue) -> String {
    match value {
        JsonValue::Null => String::new(),
        JsonValue::String(text) => text.trim().to_owned(),
        JsonValue::Number(number) => number_text(&number.to_string()),
        other => other.to_string(),
    }
}

fn polygon(rings: &[Vec<Position>]) -> Option<Vec<Vec<[f64; 2]>>> {
    let point = |position: &Position| position.as_slice().first_chunk::<2>().copied();
    rings.iter().map(|ring| ring.iter().map(point).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::GB18030;
    use proptest::prelude::*;
    use std::fs;

    const TEXT: &str = r#"{"type":"FeatureCollection",
        "crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4525"}},
        "features":[
        {"type":"Feature","properties":{"编码":"0012","name":" 建设路 ","n":15062100200101,"a":1.5,"r":15062100000000.0,"x":null,"ok":true},
         "geometry":{"type":"Polygon","coordinates":[[[37417000,4475000],[37418000,4475000],[37418000,4476000,5.5]]]}},
        {"type":"Feature","properties":null,"geometry":null},
        {"type":"Feature","properties":{"z":""},"geometry":{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]]]}}]}"#;

    fn survey(bytes: &[u8], encoding: Option<&'static Encoding>) -> Result<Survey, SurveyError> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("grids.geojson");
        fs::write(&path, bytes).expect("written");
        read(&path, encoding)
    }

    #[test]
    fn values_are_text_rings_untouched_and_a_system_found() {
        let bom = [b"\xEF\xBB\xBF", TEXT.as_bytes()].concat();
        for bytes in [TEXT.as_bytes(), &bom, &GB18030.encode(TEXT).0] {
            let survey = survey(bytes, None).expect("a survey");
            assert_eq!(survey.crs.expect("declared").epsg, Some(4525));
            assert_eq!(survey.without_shape, [2]);
            let [first, third] = &survey.features[..] else { panic!("two features") };
            let values: Vec<_> = first.attributes.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let expected = [
                ("a", "1.5"),
                ("n", "15062100200101"),
                ("name", "建设路"),
                ("ok", "true"),
                ("r", "15062100000000"),
                ("编码", "0012"),
            ];
            assert_eq!(values, expected);
            assert_eq!(first.rings[0][0].len(), 3, "not closed there, not closed here");
            assert_eq!((third.number, third.attributes.len(), third.rings.len()), (3, 0, 1));
        }
    }

    #[test]
    fn what_is_no_survey_is_refused_by_name() {
        let told = |text: &str| survey(text.as_bytes(), None).expect_err("refused").to_string();
        let line =
            TEXT.replace("MultiPolygon", "MultiLineString").replace("[[[[0", "[[[0").replace("0,0]]]]", "0,0]]]");
        assert_eq!(told(&line), "grids.geojson, feature 3: a MultiLineString is no polygon");
        assert!(told("{").starts_with("grids.geojson is damaged"));
        assert!(told(r#"{"type":"Point","coordinates":[0,0]}"#).starts_with("grids.geojson is damaged"));
        let short = TEXT.replace("[0,0],[1,0]", "[0],[1,0]");
        assert!(told(&short).starts_with("grids.geojson"), "{}", told(&short));
        let error = survey(&GB18030.encode(TEXT).0, Some(UTF_8)).expect_err("not UTF-8");
        assert_eq!(error.to_string(), "grids.geojson is damaged: its text is not in UTF-8");
        assert!(matches!(survey(&[b'{', 0xFF, 0xFF], None), Err(SurveyError::NoEncoding { .. })));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(changes in prop::collection::vec((0usize..900, any::<u8>()), 0..4), cut in 0usize..900) {
            let mut bytes = TEXT.as_bytes().to_vec();
            for (at, byte) in changes {
                let at = at % bytes.len();
                bytes[at] = byte;
            }
            bytes.truncate(cut);
            let _ = survey(&bytes, None);
        }
    }
}
