//! `/api/session`: a code, or name and password, becomes a cookie.

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    AppState,
    error::{ApiError, ErrorBody, Refusal},
    guard::{By, actor_by, blocking, present},
    query::object,
};
use crate::{
    domain::people::{Actor, ActorKind, Role},
    io::store::Purpose,
    service::{
        accounts::{Accounts, SESSION, SignedIn},
        secret,
    },
};

pub const COOKIE: &str = "gridwatch_session";

/// A code alone, a token alone, or name and password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// Of the sign-in link, or given by the administrator: good once.
    code: Option<String>,
    /// Of a screen that nobody sits at: one that may do no more than show (`--role display`). Good as long as the token is.
    token: Option<String>,
    /// Id of the staff list.
    name: Option<String>,
    password: Option<String>,
}

/// `POST`: `{"code": …}` from the link's fragment, good once; `{"name": …, "password": …}`; or `{"token": …}` of a screen.
#[utoipa::path(
    post, path = "/api/session", tag = "session", request_body = SignIn,
    responses((status = 200, body = Actor), (status = "4XX", body = ErrorBody)),
)]
pub async fn sign_in(
    State(state): State<AppState>,
    State(accounts): State<Accounts>,
    body: Bytes,
) -> Result<Response, ApiError> {
    let asked: SignIn = object(&body)?;
    if asked.token.is_some() && (asked.code.is_some() || asked.name.is_some() || asked.password.is_some()) {
        return Err(ApiError::not_together("token", if asked.code.is_some() { "code" } else { "name" }));
    }
    let SignedIn { actor, session } = match asked {
        SignIn { token: Some(token), .. } => return screen(&state, &token).await,
        SignIn { code: Some(_), name: Some(_), .. } => return Err(ApiError::not_together("code", "name")),
        SignIn { code: Some(_), password: Some(_), .. } => return Err(ApiError::not_together("code", "password")),
        SignIn { code: Some(code), .. } => accounts.by_code(&code).await?,
        SignIn { name: Some(name), password: Some(password), .. } => accounts.by_password(&name, password).await?,
        SignIn { name: Some(_), .. } => return Err(ApiError::missing("password")),
        SignIn { password: Some(_), .. } => return Err(ApiError::missing("name")),
        SignIn { .. } => return Err(ApiError::missing("code")),
    };
    let cookie = cookie_header(session.expose(), SESSION.as_secs(), state.is_secure);
    let (now, nobody) = (state.clone(), Actor::resident());
    let actor = blocking(move || present(&now, actor)).await??.unwrap_or(nobody);
    Ok(([(header::SET_COOKIE, cookie)], Json(actor)).into_response())
}

/// A screen keeps its token as the cookie: it shows for as long as the token is good, and not a request longer.
async fn screen(state: &AppState, token: &str) -> Result<Response, ApiError> {
    /// Browsers forget a cookie after 400 days at the latest.
    const YEAR_S: i64 = 365 * 86_400;
    let actor = actor_by(state, token.to_owned(), Purpose::Api).await?;
    let actor = actor.filter(shows_only).ok_or_else(|| ApiError::of(Refusal::UnknownToken))?;
    let cookie = cookie_header(token, YEAR_S, state.is_secure);
    Ok(([(header::SET_COOKIE, cookie)], Json(actor)).into_response())
}

/// Whether it is a screen, which may do nothing but show.
pub fn shows_only(actor: &Actor) -> bool {
    actor.kind == ActorKind::Program && actor.roles == [Role::Display]
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
