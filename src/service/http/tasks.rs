//! `/api/me/tasks`: what there is to do for one of the staff today.

use axum::{Json, body::Bytes, extract::State};
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::{
    error::{ApiError, ErrorBody},
    guard::By,
    query::{Asked, At, object, position},
};
use crate::{
    domain::{geo::Datum, patrol::TaskDeed},
    service::patrol::{DeedTold, ListedTask, Patrol, WorkList},
};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct WorkQuery {
    /// As `2026-03-04`; today where nothing is said.
    #[param(value_type = Option<Date>)]
    date: Option<String>,
}

/// The own work: the day's patrol tasks of the own grids, visits that are due, and the cases whose next step is one's own,
/// the most urgent first.
#[utoipa::path(
    get, path = "/api/me/tasks", tag = "people", params(WorkQuery),
    responses((status = 200, body = WorkList), (status = "4XX", body = ErrorBody)),
)]
pub async fn list(
    State(patrol): State<Patrol>,
    By(actor): By,
    Asked(query): Asked<WorkQuery>,
) -> Result<Json<WorkList>, ApiError> {
    let date = query.date.map(|text| day("date", &text)).transpose()?;
    Ok(Json(patrol.work_list(date, &actor).await?))
}

/// A day of a query or a body.
pub fn day(field: &str, text: &str) -> Result<Date, ApiError> {
    text.parse().map_err(|_| ApiError::unreadable(Some(field), text))
}

/// What is done with a task.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskBody {
    deed: TaskDeed,
    /// Where whoever does it is.
    lon: Option<f64>,
    lat: Option<f64>,
    #[serde(default)]
    datum: Datum,
    /// `skip` needs it: why.
    note: Option<String>,
}

/// Starts, finishes or skips a task of the own list. The same again is done once.
#[utoipa::path(
    post, path = "/api/me/tasks/{id}", tag = "people", request_body = TaskBody,
    params(("id" = String, Path, description = "As the list has it")),
    responses(
        (status = 200, body = ListedTask),
        (status = 409, body = ErrorBody, description = "Not on this day, or somebody else has ended it"),
        (status = "4XX", body = ErrorBody),
    ),
)]
pub async fn take(
    State(patrol): State<Patrol>,
    By(actor): By,
    At(id): At<String>,
    body: Bytes,
) -> Result<Json<ListedTask>, ApiError> {
    let TaskBody { deed, lon, lat, datum, note } = object(&body)?;
    let told = DeedTold { deed, note, position: position(lon, lat, datum)? };
    Ok(Json(patrol.do_task(&id, told, &actor).await?))
}
