//! Who may come in: the host that was asked for, the page that asks, the actor behind it and what that one may.

use std::time::Instant;

use axum::{
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, Method, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{
    AppState,
    error::{ApiError, Refusal},
    session,
};
use crate::{
    domain::people::{Actor, ActorKind, Permission},
    io::store::{Purpose, StoreError},
    service::secret,
    words::Language,
};

/// What a route needs of its actor.
#[derive(Clone)]
pub struct Needs {
    pub state: AppState,
    /// The route's pattern.
    pub path: &'static str,
    pub permission: Permission,
}

/// Refuses requests for hosts that are not ours and from pages that are not ours, on loopback too: a page elsewhere may
/// make its own name point to this machine.
pub async fn known_host(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let known = |host: &str| state.hosts.iter().any(|ours| ours.eq_ignore_ascii_case(host));
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    // HTTP/2 has the host in the address.
    let host = host.or_else(|| request.uri().authority().map(axum::http::uri::Authority::as_str));
    if !host.is_some_and(known) {
        return ApiError::of(Refusal::UnknownHost).into_response();
    }
    let origin = request.headers().get(header::ORIGIN).map(|origin| origin.to_str().unwrap_or_default());
    let from_ours = origin.is_none_or(|origin| origin.split_once("://").is_some_and(|(_, host)| known(host)));
    let upgrades = request.headers().contains_key(header::UPGRADE);
    if !from_ours && (upgrades || !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS)) {
        return ApiError::of(Refusal::ForeignPage).into_response();
    }
    next.run(request).await
}

/// Finds the actor, lets only one pass who may, at a bearable pace, and counts the answer.
pub async fn permit(State(needs): State<Needs>, request: Request, next: Next) -> Response {
    let (begun, method) = (Instant::now(), request.method().clone());
    let response = admit(&needs, request, next).await;
    // A method that nobody knows is no label.
    let method = match method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::DELETE => "DELETE",
        _ => "other",
    };
    needs.state.telemetry.answered(needs.path, method, response.status().as_u16(), begun.elapsed());
    response
}

async fn admit(needs: &Needs, mut request: Request, next: Next) -> Response {
    /// Asked by whoever watches over the service, as often as that one likes: they cost next to nothing.
    const AT_ANY_PACE: [&str; 2] = ["/healthz", "/readyz"];
    let actor = actor_of(&needs.state, request.headers()).await;
    // Who tries out tokens is as anonymous as who has none.
    let asker = actor.as_ref().map_or_else(|_| Actor::resident(), Clone::clone);
    let is_paced = !AT_ANY_PACE.contains(&needs.path);
    if is_paced && !needs.state.pace.admits(&asker, request.headers(), request.extensions()) {
        return ([(header::RETRY_AFTER, "1")], ApiError::of(Refusal::TooManyRequests)).into_response();
    }
    let actor = match actor {
        Ok(actor) => actor,
        Err(error) => return error.into_response(),
    };
    if !actor.may(needs.permission) {
        let is_nobody = actor == Actor::resident();
        let refusal = if is_nobody { Refusal::SignIn } else { Refusal::NotAllowed };
        return ApiError::of(refusal).into_response();
    }
    request.extensions_mut().insert(actor);
    next.run(request).await
}

/// By the token in `Authorization`, else by the session's cookie, else nobody in particular.
pub async fn actor_of(state: &AppState, headers: &HeaderMap) -> Result<Actor, ApiError> {
    let bearer = headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap_or_default());
    let (given, purpose) = match bearer {
        Some(value) => (token_of(value).unwrap_or_default().to_owned(), Purpose::Api),
        None => match session::cookie(headers) {
            Some(secret) => (secret, Purpose::Session),
            None => return Ok(Actor::resident()),
        },
    };
    match (actor_by(state, given.clone(), purpose).await?, purpose) {
        (Some(actor), _) => Ok(actor),
        // A screen's cookie is its token. A session that has ended is nobody.
        (None, Purpose::Session) => {
            let screen = actor_by(state, given, Purpose::Api).await?.filter(session::shows_only);
            Ok(screen.unwrap_or_else(Actor::resident))
        }
        // A token that is not known is a fault that its owner must hear of.
        (None, _) => Err(ApiError::of(Refusal::UnknownToken)),
    }
}

/// Whose secret it is, if it is good for that.
pub async fn actor_by(state: &AppState, given: String, purpose: Purpose) -> Result<Option<Actor>, ApiError> {
    let (state, now) = (state.clone(), state.clock.now());
    let found = blocking(move || {
        let found = state.store.actor_of(&state.site, &secret::hash(&given), purpose, now)?;
        found.map_or(Ok(None), |actor| present(&state, actor))
    });
    Ok(found.await??)
}

/// The actor as it is now: what a member of staff may is what the site's list says at this moment, and whoever has left it
/// is nobody.
pub fn present(state: &AppState, actor: Actor) -> Result<Option<Actor>, StoreError> {
    if actor.kind != ActorKind::Person {
        return Ok(Some(actor));
    }
    let catalog = state.catalog.load();
    let Some(staff) = catalog.staff.iter().find(|staff| staff.id.as_str() == actor.name) else { return Ok(None) };
    let others = || catalog.staff.iter().filter(|other| staff.stands_in_for(other).is_some());
    let away = state.store.off_duty(&state.site, &others().map(|other| &other.id).collect::<Vec<_>>())?;
    Ok(Some(Actor::person(staff, others().filter(|other| away.contains(&other.id)))))
}

/// The token of `Bearer …`; schemes are the same in capitals and without.
fn token_of(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("Bearer").then_some(token.trim_start())
}

/// Reading the store blocks, so it happens where blocking is allowed.
pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, ApiError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| ApiError::of(Refusal::Internal))
}

/// By `Accept-Language`: the first of ours.
pub fn language_of(headers: &HeaderMap) -> Language {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let ours = accepted.split(',').map(str::trim).find(|tag| tag.starts_with("zh") || tag.starts_with("en"));
    ours.map(Language::of_locale).unwrap_or_default()
}

/// The actor, as a handler's argument.
pub struct By(pub Actor);

impl<S: Sync> FromRequestParts<S> for By {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        // `permit` stands before every handler; without it nobody gets in.
        let actor = parts.extensions.get::<Actor>().cloned();
        actor.map(Self).ok_or_else(|| ApiError::of(Refusal::SignIn))
    }
}

/// The client's language, as a handler's argument.
pub struct Speaks(pub Language);

impl<S: Sync> FromRequestParts<S> for Speaks {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(language_of(&parts.headers)))
    }
}
