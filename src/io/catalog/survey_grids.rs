//! From a survey to features of `geodata/grids.geojson`.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::{
    domain::{
        geo::{Datum, Position},
        grid::Level,
    },
    io::tables::survey::{Projection, ProjectionError, Survey, SurveyFeature},
};

/// What the columns of a survey may be.
pub const FIELDS: [&str; 10] =
    ["code", "name", "name_en", "level", "parent", "households", "kind", "department", "valid_from", "valid_to"];

/// Which column is what: field → column.
pub type ColumnMap = BTreeMap<&'static str, String>;

/// What the coordinates of a survey are, and who says so.
pub struct Reference {
    kind: Kind,
    said_by: SaidBy,
}

/// Who says what coordinates are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum SaidBy {
    User,
    File,
    Site,
    Nobody,
}

enum Kind {
    Projected { projection: Projection, name: String },
    Degrees(Datum),
}

/// Why coordinates or columns cannot be understood.
#[derive(Debug, thiserror::Error)]
pub enum SurveyGridsError {
    #[error(transparent)]
    Projection(#[from] ProjectionError),
    #[error("the survey is projected ({name}); --datum is for degrees")]
    DatumOfProjected { name: String },
    #[error("the file says datum {datum}, which is none of wgs84, gcj02, bd09; say --datum")]
    UnknownDatum { datum: String },
    #[error(
        "these are degrees inside China, and neither you, the file nor the site says which datum; say --datum wgs84 \
         (surveys, GPS), gcj02 (AMap, Tencent, phones) or bd09 (Baidu): the wrong one moves everything by about 400 m"
    )]
    NoDatum,
    #[error("feature {feature}: {source}")]
    Feature { feature: usize, source: ProjectionError },
}

impl Reference {
    /// By what the user says (`crs` or `datum`), else the file, else the site.
    ///
    /// # Errors
    /// What is unknown or contradicts itself, and degrees inside China of which nobody says what they are.
    pub fn of(
        survey: &Survey,
        crs: Option<&str>,
        datum: Option<Datum>,
        site: Option<Datum>,
    ) -> Result<Self, SurveyGridsError> {
        let file = survey.crs.as_ref();
        let (projection, name, said_by) = match (crs, file) {
            (Some(crs), _) => (Projection::parse(crs)?, crs.to_owned(), SaidBy::User),
            (None, Some(found)) => (found.projection()?, found.name().to_owned(), SaidBy::File),
            (None, None) => (Projection::geographic(), String::new(), SaidBy::Nobody),
        };
        if !projection.is_geographic() {
            return match datum {
                Some(_) => Err(SurveyGridsError::DatumOfProjected { name }),
                None => Ok(Self { kind: Kind::Projected { projection, name }, said_by }),
            };
        }
        let of_file = survey
            .datum
            .as_deref()
            .map(|text| text.parse::<Datum>().map_err(|_| SurveyGridsError::UnknownDatum { datum: text.to_owned() }));
        let (datum, said_by) = match (datum, of_file.transpose()?, site) {
            (Some(datum), _, _) => (datum, SaidBy::User),
            (None, Some(datum), _) => (datum, SaidBy::File),
            (None, None, _) if said_by != SaidBy::Nobody => (Datum::Wgs84, said_by),
            (None, None, Some(datum)) => (datum, SaidBy::Site),
            (None, None, None) if in_china(survey) => return Err(SurveyGridsError::NoDatum),
            (None, None, None) => (Datum::Wgs84, SaidBy::Nobody),
        };
        Ok(Self { kind: Kind::Degrees(datum), said_by })
    }

    /// `EPSG:4546`, or the datum of degrees.
    #[must_use]
    pub fn system(&self) -> String {
        match &self.kind {
            Kind::Projected { name, .. } => name.clone(),
            Kind::Degrees(datum) => datum.to_string(),
        }
    }

    #[must_use]
    pub fn is_in_degrees(&self) -> bool {
        matches!(self.kind, Kind::Degrees(_))
    }

    #[must_use]
    pub fn said_by(&self) -> SaidBy {
        self.said_by
    }

    fn to_wgs84(&self, [x, y]: [f64; 2]) -> Result<[f64; 2], ProjectionError> {
        match &self.kind {
            Kind::Projected { projection, .. } => projection.to_wgs84([x, y]),
            Kind::Degrees(datum) => {
                let [lon, lat] = Projection::geographic().to_wgs84([x, y])?;
                // What is no position is for the check to say, with its place.
                let shifted = Position::new(lon, lat).map(|position| datum.to_wgs84(position));
                Ok(shifted.map_or([lon, lat], |position| [position.lon(), position.lat()]))
            }
        }
    }
}

fn in_china(survey: &Survey) -> bool {
    let first = survey.features.iter().flat_map(|feature| feature.rings.iter().flatten().flatten()).next();
    first.is_some_and(|[lon, lat]| Position::new(*lon, *lat).is_ok_and(Position::in_gcj02_area))
}

/// One line of the file: the mapped attributes, positions in `target` to 0.1 mm.
///
/// # Errors
/// Coordinates that the reference does not hold.
pub fn feature_line(
    feature: &SurveyFeature,
    map: &ColumnMap,
    level: Option<Level>,
    reference: &Reference,
    target: Datum,
) -> Result<String, SurveyGridsError> {
    let point = |point: &[f64; 2]| -> Result<[f64; 2], SurveyGridsError> {
        let of_feature = |source| SurveyGridsError::Feature { feature: feature.number, source };
        let [lon, lat] = reference.to_wgs84(*point).map_err(of_feature)?;
        let in_target = Position::new(lon, lat).map(|position| target.from_wgs84(position));
        let [lon, lat] = in_target.map_or([lon, lat], |position| [position.lon(), position.lat()]);
        Ok([lon, lat].map(|degrees| (degrees * 1e9).round() / 1e9))
    };
    let coordinates: Vec<Vec<Vec<[f64; 2]>>> = feature
        .rings
        .iter()
        .map(|polygon| polygon.iter().map(|ring| ring.iter().map(point).collect()).collect())
        .collect::<Result<_, SurveyGridsError>>()?;
    let geometry = match <[_; 1]>::try_from(coordinates) {
        Ok([polygon]) => json!({"type": "Polygon", "coordinates": polygon}),
        Err(polygons) => json!({"type": "MultiPolygon", "coordinates": polygons}),
    };
    let properties = properties(feature, map, level);
    Ok(json!({"type": "Feature", "properties": properties, "geometry": geometry}).to_string())
}

fn properties(feature: &SurveyFeature, map: &ColumnMap, level: Option<Level>) -> Map<String, Value> {
    let mut properties = Map::new();
    for field in FIELDS {
        // A survey without names is still one: the code will do.
        let column = map.get(field).or_else(|| map.get("code").filter(|_| field == "name"));
        let Some(value) = column.and_then(|column| feature.attributes.get(column)) else { continue };
        let value = match (field, value.parse::<u32>()) {
            ("households", Ok(households)) => Value::from(households),
            _ => Value::from(value.as_str()),
        };
        properties.insert(field.to_owned(), value);
    }
    if let Some(level) = level {
        properties.insert("level".to_owned(), Value::from(level.to_string()));
    }
    properties
}
