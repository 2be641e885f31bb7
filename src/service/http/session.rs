//! `/api/session`: the sign-in link's code becomes a cookie.

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use jiff::SignedDuration;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    AppState,
    error::{ApiError, ErrorBody, Refusal},
    guard::By,
    query::object,
};
use crate::{
    domain::people::Actor,
    service::secret::{self, Secret},
};

pub const COOKIE: &str = "gridwatch_session";
const SESSION: SignedDuration = SignedDuration::from_hours(12);

#[derive(Deserialize, ToSchema)]
pub struct SignIn {
    code: String,
}

/// `POST`: `{"code": …}` from the link's fragment, good once.
#[utoipa::path(
    post, path = "/api/session", tag = "session", request_body = SignIn,
    responses((status = 200, body = Actor), (status = "4XX", body = ErrorBody)),
)]
pub async fn sign_in(State(state): State<AppState>, body: Bytes) -> Result<Response, ApiError> {
    let SignIn { code } = object(&body)?;
    let internal = |_| ApiError::of(Refusal::Internal);
    let (session, now) = (Secret::new().map_err(internal)?, state.clock.now());
    let (code, kept) = (secret::hash(&code), session.hash());
    let actor = state.store.exchange(&state.site, &code, &kept, now, now + SESSION).await?;
    let actor = actor.ok_or_else(|| ApiError::of(Refusal::UnknownSignInCode))?;
    let cookie = cookie_header(session.expose(), SESSION.as_secs(), state.is_secure);
    Ok(([(header::SET_COOKIE, cookie)], Json(actor)).into_response())
}

/// `GET`: who one is.
#[utoipa::path(get, path = "/api/session", tag = "session", responses((status = 200, body = Actor)))]
pub async fn who(By(actor): By) -> Response {
    Json(actor).into_response()
}

/// `DELETE`: the session ends, for whoever else has its cookie too.
#[utoipa::path(
    delete, path = "/api/session", tag = "session",
    responses((status = 204), (status = "4XX", body = ErrorBody)),
)]
pub async fn sign_out(State(state): State<AppState>, headers: HeaderMap) -> Result<Response, ApiError> {
    if let Some(session) = cookie(&headers) {
        state.store.end_session(&state.site, &secret::hash(&session), state.clock.now()).await?;
    }
    let gone = [(header::SET_COOKIE, cookie_header("", 0, state.is_secure))];
    Ok((gone, StatusCode::NO_CONTENT).into_response())
}

/// For this host's own pages only, and never for scripts.
fn cookie_header(secret: &str, seconds: i64, is_secure: bool) -> String {
    let secure = if is_secure { "; Secure" } else { "" };
    format!("{COOKIE}={secret}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}")
}

/// The session's secret in the request.
pub fn cookie(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, secret)| secret.to_owned())
}
