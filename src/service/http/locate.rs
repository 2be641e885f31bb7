//! `GET /api/locate`: where a position belongs, and why.

use axum::{Json, extract::State};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    AppState,
    error::{ApiError, ErrorBody},
    guard::Speaks,
    query::Asked,
    why::why,
};
use crate::{
    domain::{
        duty::{Placed, Request, place},
        geo::{Datum, ErrorEllipse},
    },
    io::{
        catalog::Catalog,
        tables::value::{accuracy, position},
    },
    words::Language,
};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct LocateQuery {
    #[param(required = true)]
    lon: Option<f64>,
    #[param(required = true)]
    lat: Option<f64>,
    /// Up to 20,000,000; 0 and below: not known.
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
    Asked(query): Asked<LocateQuery>,
) -> Result<Json<Located>, ApiError> {
    let bad = |fault| ApiError::unprocessable(Some("lon"), &fault);
    let (lon, lat) =
        (query.lon.ok_or_else(|| ApiError::missing("lon"))?, query.lat.ok_or_else(|| ApiError::missing("lat"))?);
    let position = position(lon, lat, query.datum).map_err(bad)?;
    let accuracy_m = query.accuracy_m.map(accuracy).transpose();
    let accuracy_m = accuracy_m.map_err(|fault| ApiError::unprocessable(Some("accuracy_m"), &fault))?.flatten();
    let catalog = state.catalog.load();
    let request = Request {
        position: Some(position),
        accuracy: accuracy_m.map(ErrorEllipse::circle),
        category: query.category.as_deref(),
        edge: true,
    };
    let now = state.clock.now();
    let coverage = catalog.coverages.at(now);
    let placed =
        place(coverage, &catalog.routing, catalog.settings.nearest_m, &request).settled(coverage, &catalog.routing);
    Ok(Json(Located::new(placed, &catalog, now, language)))
}
