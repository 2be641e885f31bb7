//! `/api/cameras/{id}/frame.jpg`: what a camera shows now.

use axum::{
    extract::State,
    http::{HeaderName, header},
    response::{IntoResponse, Response},
};

use super::{
    AppState,
    error::{ApiError, ErrorBody},
    query::At,
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
pub async fn newest(State(state): State<AppState>, At(id): At<String>) -> Result<Response, ApiError> {
    let shot = state.eyes.picture(&id).await?;
    let age = shot.age.as_millis().to_string();
    let headers = [(header::CONTENT_TYPE, "image/jpeg"), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, [(AGE, age)], shot.jpeg).into_response())
}
