//! `/api/cameras/{id}/frame.jpg`, `clip.mp4`: what a camera shows now, and what it showed a moment ago.

use axum::{
    extract::State,
    http::{HeaderName, header},
    response::{IntoResponse, Response},
};

use jiff::SignedDuration;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    AppState,
    error::{ApiError, ErrorBody},
    guard::By,
    query::{Asked, At, instant},
};

/// How old the picture is, in milliseconds.
const AGE: HeaderName = HeaderName::from_static("x-frame-age-ms");

/// The newest picture of a camera. A camera that nobody looks through is opened for it, and stays open for a while.
#[utoipa::path(
    get, path = "/api/cameras/{id}/frame.jpg", tag = "cameras", params(("id" = String, Path)),
    responses(
        (status = 200, content_type = "image/jpeg", description = "With its age in `X-Frame-Age-Ms`"),
        (status = "4XX", body = ErrorBody),
        (status = 503, body = ErrorBody, description = "There is none, and why"),
    ),
)]
pub async fn newest(State(state): State<AppState>, By(actor): By, At(id): At<String>) -> Result<Response, ApiError> {
    let shot = state.eyes.picture(&id).await?;
    state.looks.glance(&actor, &id).await?;
    let age = shot.age.as_millis().to_string();
    let headers = [(header::CONTENT_TYPE, "image/jpeg"), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, [(AGE, age)], shot.jpeg).into_response())
}

/// A clip's length, where nobody says.
const LENGTH: SignedDuration = SignedDuration::from_secs(15);

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ClipQuery {
    /// Default: fifteen seconds before its end.
    from: Option<String>,
    /// Default: now.
    to: Option<String>,
}

/// What a camera sent a moment ago, as MP4, as it sent it: it begins with a keyframe, which may be earlier than asked for. Of a
/// camera read over RTSP the last seconds are kept, one megabyte of them.
#[utoipa::path(
    get, path = "/api/cameras/{id}/clip.mp4", tag = "cameras", params(("id" = String, Path), ClipQuery),
    responses(
        (status = 200, content_type = "video/mp4"),
        (status = "4XX", body = ErrorBody, description = "Nothing is kept of that time, say"),
        (status = 503, body = ErrorBody),
    ),
)]
pub async fn clip(
    State(state): State<AppState>,
    By(actor): By,
    At(id): At<String>,
    Asked(query): Asked<ClipQuery>,
) -> Result<Response, ApiError> {
    let zone = state.catalog.load().settings.time_zone.clone();
    let to = instant("to", query.to.as_deref(), &zone)?.unwrap_or_else(|| state.clock.now());
    let from = instant("from", query.from.as_deref(), &zone)?.unwrap_or(to.saturating_sub(LENGTH).unwrap_or(to));
    if from >= to {
        return Err(ApiError::unreadable(Some("to"), query.to.as_deref().unwrap_or_default()));
    }
    let mp4 = state.eyes.clip(&id, from, to).await?;
    state.looks.glance(&actor, &id).await?;
    let headers = [(header::CONTENT_TYPE, "video/mp4"), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, mp4).into_response())
}
