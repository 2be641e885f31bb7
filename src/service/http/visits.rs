//! `/api/visits`: visits, planned and done.

use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderMap, StatusCode},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    AppState,
    error::{ApiError, ErrorBody},
    form::{Form, idempotency},
    guard::{By, blocking},
    query::{Asked, At, object, page_size, position},
    tasks::day,
};
use crate::{
    domain::{geo::Datum, patrol::Visit},
    io::store::VisitFilter,
    service::patrol::{Patrol, VisitTold, Went},
};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct VisitQuery {
    /// Of this grid, or of a wider level's parts.
    grid: Option<String>,
    /// Planned for this day or later.
    #[param(value_type = Option<Date>)]
    from: Option<String>,
    /// Planned for a day before.
    #[param(value_type = Option<Date>)]
    to: Option<String>,
    done: Option<bool>,
    /// 1 to 1,000; more is answered with 1,000, and nothing said with 100.
    limit: Option<u32>,
    cursor: Option<Uuid>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct VisitList {
    visits: Vec<Visit>,
    /// Pass it as `cursor` for the next page; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    cursor: Option<Uuid>,
}

/// Visits within the own grids, the latest day first.
#[utoipa::path(
    get, path = "/api/visits", tag = "people", params(VisitQuery),
    responses((status = 200, body = VisitList), (status = "4XX", body = ErrorBody)),
)]
pub async fn list(
    State(state): State<AppState>,
    By(actor): By,
    Asked(query): Asked<VisitQuery>,
) -> Result<Json<VisitList>, ApiError> {
    let limit = page_size(query.limit)?;
    let date = |field: &str, text: Option<String>| text.map(|text| day(field, &text)).transpose();
    let filter = VisitFilter {
        grid: query.grid,
        from: date("from", query.from)?,
        to: date("to", query.to)?,
        done: query.done,
        reach: actor.reach,
    };
    let page = blocking(move || state.store.visits(&state.site, &filter, query.cursor, limit)).await??;
    Ok(Json(VisitList { visits: page.visits, cursor: page.next }))
}

/// A visit to be planned: to a place of the register, or to one that is named, with its position or its grid.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VisitBody {
    /// Code of a place of the register.
    place: Option<String>,
    name: Option<String>,
    lon: Option<f64>,
    lat: Option<f64>,
    #[serde(default)]
    datum: Datum,
    grid: Option<String>,
    #[schema(value_type = Date)]
    planned_for: Option<String>,
    /// Id of who shall go; nobody: whoever is there.
    staff: Option<String>,
    purpose: Option<String>,
}

/// Plans a visit.
#[utoipa::path(
    post, path = "/api/visits", tag = "people", request_body = VisitBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key again is done once")),
    responses((status = 201, body = Visit), (status = 200, body = Visit, description = "Planned before, by its key"),
              (status = "4XX", body = ErrorBody)),
)]
pub async fn plan(
    State(patrol): State<Patrol>,
    By(actor): By,
    headers: HeaderMap,
    request: Request,
) -> Result<(StatusCode, Json<Visit>), ApiError> {
    let Form { body, hash, .. } = Form::<VisitBody>::read(request, "visit").await?;
    let told = VisitTold {
        position: position(body.lon, body.lat, body.datum)?,
        planned_for: day("planned_for", &body.planned_for.ok_or_else(|| ApiError::missing("planned_for"))?)?,
        place: body.place,
        name: body.name,
        grid: body.grid,
        staff: body.staff,
        purpose: body.purpose,
    };
    let made = patrol.plan_visit(told, &actor, idempotency(&headers, hash)?).await?;
    Ok((if made.repeated { StatusCode::OK } else { StatusCode::CREATED }, Json(made.made)))
}

/// What came of it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DoneBody {
    lon: Option<f64>,
    lat: Option<f64>,
    #[serde(default)]
    datum: Datum,
    note: Option<String>,
    /// What was found.
    found: Option<String>,
    /// Id of the report that was made of it.
    report: Option<Uuid>,
}

/// Says that a visit was done; the same again is done once.
#[utoipa::path(
    post, path = "/api/visits/{id}/done", tag = "people", request_body = DoneBody, params(("id" = Uuid, Path)),
    responses(
        (status = 200, body = Visit),
        (status = 409, body = ErrorBody, description = "Somebody else was there"),
        (status = "4XX", body = ErrorBody),
    ),
)]
pub async fn done(
    State(patrol): State<Patrol>,
    By(actor): By,
    At(id): At<Uuid>,
    body: axum::body::Bytes,
) -> Result<Json<Visit>, ApiError> {
    let DoneBody { lon, lat, datum, note, found, report } = object(&body)?;
    let went = Went { position: position(lon, lat, datum)?, note, found, report };
    Ok(Json(patrol.visited(id, went, &actor).await?))
}
