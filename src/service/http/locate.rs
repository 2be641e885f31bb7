//! `GET /api/locate`: where a position belongs, and why.

use axum::{
    Json,
    extract::{Query, State},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    AppState,
    error::{ApiError, ErrorBody},
    guard::Speaks,
    why::why,
};
use crate::{
    domain::{
        duty::{Placed, Request, place},
        geo::Datum,
    },
    io::{catalog::Catalog, tables::value::position},
    words::Language,
};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LocateQuery {
    lon: f64,
    lat: f64,
    accuracy_m: Option<f64>,
    category: Option<String>,
    #[serde(default)]
    datum: Datum,
}

/// A placement with its reasons in words.
#[derive(Debug, Serialize, ToSchema)]
pub struct Located {
    #[serde(flatten)]
    placed: Placed,
    /// The reasons in the client's language.
    why: Vec<String>,
}

impl Located {
    pub fn new(placed: Placed, catalog: &Catalog, now: Timestamp, language: Language) -> Self {
        let why = why(&placed, catalog, now, language);
        Self { placed, why }
    }
}

/// Where a position belongs, and why. Keeps nothing.
#[utoipa::path(
    get, path = "/api/locate", tag = "placing", params(LocateQuery),
    responses((status = 200, body = Located), (status = "4XX", body = ErrorBody)),
)]
pub async fn locate(
    State(state): State<AppState>,
    Speaks(language): Speaks,
    Query(query): Query<LocateQuery>,
) -> Result<Json<Located>, ApiError> {
    let bad = |fault| ApiError::unprocessable(Some("lon"), &fault);
    let position = position(query.lon, query.lat, query.datum).map_err(bad)?;
    let catalog = state.catalog.load();
    let request = Request {
        position: Some(position),
        accuracy_m: query.accuracy_m.filter(|meters| *meters > 0.0 && meters.is_finite()),
        category: query.category.as_deref(),
        edge: true,
    };
    let now = state.clock.now();
    let coverage = catalog.coverages.at(now);
    let placed =
        place(coverage, &catalog.routing, catalog.settings.nearest_m, &request).settled(coverage, &catalog.routing);
    Ok(Json(Located::new(placed, &catalog, now, language)))
}
