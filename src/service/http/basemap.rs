//! `GET /api/site`, `GET /api/basemap/{layer}`: what a map begins with.

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{
    AppState,
    error::{ApiError, Refusal},
    guard::blocking,
};

/// The site's name, its time zone and the layers of its basemap.
pub async fn site(State(state): State<AppState>) -> Json<Value> {
    let catalog = state.catalog.load();
    let settings = &catalog.settings;
    Json(json!({
        "id": settings.id, "name": settings.name, "name_en": settings.name_en,
        "time_zone": settings.time_zone.iana_name(),
        "basemap": catalog.basemap.iter().map(|layer| &layer.name).collect::<Vec<_>>(),
    }))
}

/// A layer as GeoJSON in WGS84.
pub async fn layer(
    State(state): State<AppState>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let catalog = state.catalog.load();
    // Only names that the catalog knows: no path comes from outside.
    let layer = catalog.basemap.iter().find(|layer| layer.name == name).cloned();
    let layer = layer.ok_or_else(|| ApiError::of(Refusal::NotFound))?;
    let text = blocking(move || layer.read(&state.folder)).await?.map_err(|error| {
        tracing::error!(%error, "a layer of the basemap cannot be read");
        ApiError::of(Refusal::Internal)
    })?;
    let tag = format!("\"{}\"", &blake3::hash(text.as_bytes()).to_hex()[..32]);
    let caching = [(header::CACHE_CONTROL, "no-cache".to_owned()), (header::ETAG, tag.clone())];
    if headers.get(header::IF_NONE_MATCH).is_some_and(|had| had == tag.as_str()) {
        return Ok((StatusCode::NOT_MODIFIED, caching).into_response());
    }
    Ok((caching, [(header::CONTENT_TYPE, "application/geo+json")], text).into_response())
}
