//! What a site is made of: grids, departments, categories, places, cameras.

use axum::{
    Json,
    extract::{Query, State},
    response::{IntoResponse, Response},
};
use geojson::{Feature, FeatureCollection, Geometry, GeometryValue};
use serde::Deserialize;
use serde_json::{Value, json};

use super::AppState;
use crate::domain::{camera::Camera, geo::Position};

/// The grids of now, as GeoJSON in WGS84.
pub async fn grids(State(state): State<AppState>) -> Response {
    let catalog = state.catalog.load();
    let hierarchy = &catalog.coverages.at(state.clock.now()).hierarchy;
    let feature = |node| {
        let grid = hierarchy.grid(node);
        feature(
            Some(GeometryValue::from(grid.border.area())),
            json!({
                "code": grid.code, "name": grid.name, "name_en": grid.name_en, "level": grid.level,
                "parent": grid.parent, "households": grid.households, "kind": grid.kind,
                "department": grid.department, "area_m2": grid.area_m2().round(),
            }),
        )
    };
    collection(hierarchy.nodes().map(feature).collect())
}

pub async fn departments(State(state): State<AppState>) -> Json<Value> {
    let catalog = state.catalog.load();
    let department = |d: &crate::domain::duty::Department| json!({"code": d.code, "name": d.name, "name_en": d.name_en, "phone": d.phone});
    Json(json!({"departments": catalog.routing.departments().iter().map(department).collect::<Vec<_>>()}))
}

pub async fn categories(State(state): State<AppState>) -> Json<Value> {
    let catalog = state.catalog.load();
    let limit = |limit: Option<crate::domain::duty::Limit>| limit.map(|limit| limit.to_string());
    let category = |c: &crate::domain::duty::Category| {
        json!({
            "code": c.code, "kind": c.kind, "list": c.list, "class": c.class, "name": c.name, "name_en": c.name_en,
            "department": c.department, "urgency": c.urgency, "visibility": c.visibility,
            "verify_limit": limit(c.verify_limit), "sign_limit": limit(c.sign_limit),
            "handle_limit": limit(c.handle_limit), "guard_limit": limit(c.guard_limit),
        })
    };
    Json(json!({"categories": catalog.routing.categories().iter().map(category).collect::<Vec<_>>()}))
}

#[derive(Debug, Deserialize)]
pub struct PlaceQuery {
    /// A name, or an address that holds one.
    name: Option<String>,
}

/// The register as GeoJSON; with `name`, the one place that it means, or none.
pub async fn places(State(state): State<AppState>, Query(query): Query<PlaceQuery>) -> Response {
    let catalog = state.catalog.load();
    let found: Vec<_> = match &query.name {
        Some(name) => catalog.places.find(name).into_iter().collect(),
        None => catalog.places.places().iter().collect(),
    };
    let feature = |place: &crate::domain::register::Place| {
        let properties = json!({"code": place.code, "kind": place.kind, "name": place.name, "aliases": place.aliases});
        feature(Some(point(place.position)), properties)
    };
    collection(found.into_iter().map(feature).collect())
}

/// The cameras as GeoJSON; one without a position has no geometry. Stream addresses stay inside.
pub async fn cameras(State(state): State<AppState>) -> Response {
    let catalog = state.catalog.load();
    let feature = |camera: &Camera| {
        let pose = camera.pose;
        let properties = json!({
            "id": camera.id, "name": camera.name, "gb_code": camera.gb_code, "pose": pose,
            "height_m": camera.height_m(), "range_m": camera.range_m(),
            "presets": camera.presets.iter().map(|preset| &preset.token).collect::<Vec<_>>(),
        });
        feature(camera.position.map(point), properties)
    };
    collection(catalog.cameras.cameras().iter().map(feature).collect())
}

fn point(position: Position) -> GeometryValue {
    GeometryValue::new_point([position.lon(), position.lat()])
}

fn feature(geometry: Option<GeometryValue>, properties: Value) -> Feature {
    let properties = match properties {
        Value::Object(properties) => Some(properties),
        _ => None,
    };
    Feature { bbox: None, geometry: geometry.map(Geometry::new), id: None, properties, foreign_members: None }
}

fn collection(features: Vec<Feature>) -> Response {
    let collection = FeatureCollection { bbox: None, features, foreign_members: None };
    ([(axum::http::header::CONTENT_TYPE, "application/geo+json")], collection.to_string()).into_response()
}
