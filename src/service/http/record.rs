//! `GET /api/me/record`: what one of the staff did.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    AppState,
    error::{ApiError, ErrorBody},
    guard::{By, blocking},
    query::{Asked, instant, page_size},
};
use crate::domain::patrol::Entry;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct RecordQuery {
    /// Inclusive.
    from: Option<String>,
    to: Option<String>,
    /// 1 to 1,000; more is answered with 1,000, and nothing said with 100.
    limit: Option<u32>,
    cursor: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Record {
    entries: Vec<Entry>,
    /// Pass it as `cursor` for the next page; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    cursor: Option<String>,
}

/// Everything that one did: steps, reports, patrol tasks, visits, places, coming and going. The newest first.
#[utoipa::path(
    get, path = "/api/me/record", tag = "people", params(RecordQuery),
    responses((status = 200, body = Record), (status = "4XX", body = ErrorBody)),
)]
pub async fn list(
    State(state): State<AppState>,
    By(actor): By,
    Asked(query): Asked<RecordQuery>,
) -> Result<Json<Record>, ApiError> {
    let zone = state.catalog.load().settings.time_zone.clone();
    let span = [instant("from", query.from.as_deref(), &zone)?, instant("to", query.to.as_deref(), &zone)?];
    let limit = page_size(query.limit)?;
    let unreadable = |cursor: &str| ApiError::unreadable(Some("cursor"), cursor);
    let after = query.cursor.map(|cursor| cursor.parse().map_err(|_| unreadable(&cursor))).transpose()?;
    let page = blocking(move || state.store.record(&state.site, &actor.name, span, after, limit)).await??;
    Ok(Json(Record { entries: page.entries, cursor: page.next.map(|cursor| cursor.to_string()) }))
}
