//! `GET /api/site`, `GET /api/basemap/{layer}`: what a map begins with.

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    AppState,
    error::{ApiError, ErrorBody, Refusal},
    guard::blocking,
};

#[derive(Debug, Serialize, ToSchema)]
pub struct SiteBody {
    id: String,
    name: Option<String>,
    name_en: Option<String>,
    /// IANA name.
    time_zone: Option<String>,
    /// Layers of the basemap, for `/api/basemap/{layer}`.
    basemap: Vec<String>,
    /// The best that a result can be given.
    stars: u8,
}

/// The site's name, its time zone and the layers of its basemap.
#[utoipa::path(get, path = "/api/site", tag = "site", responses((status = 200, body = SiteBody)))]
pub async fn site(State(state): State<AppState>) -> Json<SiteBody> {
    let catalog = state.catalog.load();
    let settings = &catalog.settings;
    Json(SiteBody {
        id: settings.id.clone(),
        name: settings.name.clone(),
        name_en: settings.name_en.clone(),
        time_zone: settings.time_zone.iana_name().map(str::to_owned),
        basemap: catalog.basemap.iter().map(|layer| layer.name.clone()).collect(),
        stars: catalog.terms.plan.stars,
    })
}

/// A layer as GeoJSON in WGS84.
#[utoipa::path(
    get, path = "/api/basemap/{layer}", tag = "site", params(("layer" = String, Path)),
    responses((status = 200, content_type = "application/geo+json"), (status = "4XX", body = ErrorBody)),
)]
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
