//! Features with typed properties, as GeoJSON in WGS84.

use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use geojson::{Geometry, GeometryValue};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::geo::{Area, Position};

/// A GeoJSON FeatureCollection.
#[derive(Debug, Serialize, ToSchema)]
pub struct Collection<P: ToSchema> {
    r#type: CollectionType,
    features: Vec<Feature<P>>,
}

/// A GeoJSON Feature.
#[derive(Debug, Serialize, ToSchema)]
pub struct Feature<P: ToSchema> {
    r#type: FeatureType,
    #[schema(value_type = Option<Object>)]
    geometry: Option<Geometry>,
    properties: P,
}

#[derive(Debug, Serialize, ToSchema)]
enum CollectionType {
    FeatureCollection,
}

#[derive(Debug, Serialize, ToSchema)]
enum FeatureType {
    Feature,
}

impl<P: ToSchema> Collection<P> {
    pub fn of(features: impl Iterator<Item = Feature<P>>) -> Self {
        Self { r#type: CollectionType::FeatureCollection, features: features.collect() }
    }
}

impl<P: ToSchema> Feature<P> {
    /// A point, or nothing where nobody knows.
    pub fn at(position: Option<Position>, properties: P) -> Self {
        let point = position.map(|at| GeometryValue::new_point([at.lon(), at.lat()]));
        Self { r#type: FeatureType::Feature, geometry: point.map(Geometry::new), properties }
    }

    pub fn of_area(area: &Area, properties: P) -> Self {
        let geometry = Some(Geometry::new(GeometryValue::from(area)));
        Self { r#type: FeatureType::Feature, geometry, properties }
    }
}

impl<P: ToSchema + Serialize> IntoResponse for Collection<P> {
    fn into_response(self) -> Response {
        ([(header::CONTENT_TYPE, "application/geo+json")], axum::Json(self)).into_response()
    }
}
