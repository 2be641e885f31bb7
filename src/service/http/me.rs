//! `/api/me`: what a member of staff does as such.

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    AppState,
    error::{ApiError, ErrorBody},
    guard::{By, blocking},
    query::{object, position},
    session,
};
use crate::{
    domain::{geo::Datum, people::StaffId},
    io::store::Attendance,
    service::accounts::Accounts,
};

/// On duty or not, and where.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StateBody {
    /// While post A is off duty, post B stands in.
    on_duty: bool,
    /// Kept for a day, and only while on duty.
    lon: Option<f64>,
    lat: Option<f64>,
    #[serde(default)]
    datum: Datum,
}

/// How one stands.
#[utoipa::path(
    get, path = "/api/me/state", tag = "people",
    responses((status = 200, body = Attendance), (status = "4XX", body = ErrorBody)),
)]
pub async fn state(State(state): State<AppState>, By(actor): By) -> Result<Json<Attendance>, ApiError> {
    let now = state.clock.now();
    Ok(Json(blocking(move || state.store.attendance(&state.site, &actor.name, now)).await??))
}

/// Comes on duty, goes off it, tells where one is.
#[utoipa::path(
    post, path = "/api/me/state", tag = "people", request_body = StateBody,
    responses((status = 200, body = Attendance), (status = "4XX", body = ErrorBody)),
)]
pub async fn attend(State(state): State<AppState>, By(actor): By, body: Bytes) -> Result<Json<Attendance>, ApiError> {
    let StateBody { on_duty, lon, lat, datum } = object(&body)?;
    let position = position(lon, lat, datum)?;
    let now = state.clock.now();
    state.store.attend(&state.site, StaffId::new(&actor.name), on_duty, position, now).await?;
    Ok(Json(blocking(move || state.store.attendance(&state.site, &actor.name, now)).await??))
}

/// The password of one's choice.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordBody {
    /// 10 to 128 characters, and not one's own name.
    #[schema(required = true)]
    password: Option<String>,
    /// The one that there was.
    old: Option<String>,
}

/// Chooses a password; ends one's other sessions, and codes that were not used.
#[utoipa::path(
    post, path = "/api/me/password", tag = "people", request_body = PasswordBody,
    responses((status = 204), (status = "4XX", body = ErrorBody)),
)]
pub async fn set_password(
    State(accounts): State<Accounts>,
    By(actor): By,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, ApiError> {
    let PasswordBody { password, old } = object(&body)?;
    let password = password.ok_or_else(|| ApiError::missing("password"))?;
    accounts.set_password(&actor, old, password, session::cookie(&headers)).await?;
    Ok(StatusCode::NO_CONTENT)
}
