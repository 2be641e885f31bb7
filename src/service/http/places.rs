//! `/api/places`: the register, and what the staff add to it.

use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderMap, StatusCode},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    AppState,
    error::{ApiError, ErrorBody},
    form::{Form, idempotency},
    geojson::{Collection, Feature},
    guard::By,
    query::{Asked, position},
};
use crate::{
    domain::{geo::Datum, grid::GridCode, register::Register},
    service::register::{Known, PlaceTold, Places},
};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PlaceQuery {
    /// A name, or an address that holds one.
    name: Option<String>,
    /// Of this grid, or of a wider level's parts.
    grid: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PlaceProperties {
    code: String,
    kind: String,
    name: String,
    aliases: Vec<String>,
    /// That it lies in now.
    grid: Option<GridCode>,
    /// Of one that the staff added, and that is not in the site's files yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    added: Option<Added>,
}

/// Who added a place.
#[derive(Debug, Serialize, ToSchema)]
struct Added {
    at: Timestamp,
    by: String,
    note: Option<String>,
}

/// The register as GeoJSON; with `name`, the one place that it means, or none. What the staff added is for the staff of its
/// grid, until it stands in the site's files.
#[utoipa::path(
    get, path = "/api/places", tag = "site", params(PlaceQuery),
    responses((status = 200, body = Collection<PlaceProperties>), (status = "4XX", body = ErrorBody)),
)]
pub async fn list(
    State(state): State<AppState>,
    State(places): State<Places>,
    By(actor): By,
    Asked(query): Asked<PlaceQuery>,
) -> Result<Collection<PlaceProperties>, ApiError> {
    let mut known = places.known_to(&actor).await?;
    let catalog = state.catalog.load();
    let coverage = catalog.coverages.at(state.clock.now());
    if let Some(name) = &query.name {
        let register = Register::new(known.iter().map(|(place, _)| place.clone()).collect());
        let found = register.find(name).map(|place| place.code.clone());
        known.retain(|(place, _)| Some(&place.code) == found.as_ref());
    }
    let feature = |(place, added): Known| {
        let node = coverage.index.locate(place.position);
        let mut path = node.into_iter().flat_map(|node| coverage.hierarchy.path(node)).map(|grid| &grid.code);
        let grid = path.next().cloned();
        let is_asked_for =
            query.grid.as_ref().is_none_or(|asked| grid.iter().chain(path).any(|code| code.as_str() == asked));
        let added = added.map(|added| Added { at: added.added_at, by: added.added_by, note: added.note });
        let properties = PlaceProperties {
            code: place.code.as_str().to_owned(),
            kind: place.kind,
            name: place.name,
            aliases: place.aliases,
            grid,
            added,
        };
        is_asked_for.then(|| Feature::at(Some(place.position), properties))
    };
    Ok(Collection::of(known.into_iter().filter_map(feature)))
}

/// A place that is not on the register yet.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceBody {
    /// The next one where nothing is said.
    code: Option<String>,
    #[schema(required = true)]
    kind: Option<String>,
    #[schema(required = true)]
    name: Option<String>,
    #[serde(default)]
    aliases: Vec<String>,
    #[schema(required = true)]
    lon: Option<f64>,
    #[schema(required = true)]
    lat: Option<f64>,
    #[serde(default)]
    datum: Datum,
    note: Option<String>,
    /// It is another one than the place of that name that is there already.
    #[serde(default)]
    another: bool,
}

/// Adds a place within the own grids to the register.
#[utoipa::path(
    post, path = "/api/places", tag = "site", request_body = PlaceBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key again is done once")),
    responses(
        (status = 201, body = Feature<PlaceProperties>),
        (status = 200, body = Feature<PlaceProperties>, description = "Added before, by its key"),
        (status = 409, body = ErrorBody, description = "There is one of that name, or of that code"),
        (status = "4XX", body = ErrorBody),
    ),
)]
pub async fn add(
    State(places): State<Places>,
    By(actor): By,
    headers: HeaderMap,
    request: Request,
) -> Result<(StatusCode, Json<Feature<PlaceProperties>>), ApiError> {
    let Form { body, hash, .. } = Form::<PlaceBody>::read(request, "place").await?;
    let text = |field: &str, text: Option<String>| {
        text.filter(|text| !text.trim().is_empty()).ok_or_else(|| ApiError::missing(field))
    };
    let told = PlaceTold {
        kind: text("kind", body.kind)?,
        name: text("name", body.name)?,
        position: position(body.lon, body.lat, body.datum)?.ok_or_else(|| ApiError::missing("lon"))?,
        code: body.code,
        aliases: body.aliases,
        note: body.note,
        another: body.another,
    };
    let made = places.add(told, &actor, idempotency(&headers, hash)?).await?;
    let place = made.made;
    let properties = PlaceProperties {
        code: place.code.as_str().to_owned(),
        kind: place.kind,
        name: place.name,
        aliases: place.aliases,
        grid: place.path.first().cloned(),
        added: Some(Added { at: place.added_at, by: place.added_by, note: place.note }),
    };
    let status = if made.repeated { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(Feature::at(Some(place.position), properties))))
}
