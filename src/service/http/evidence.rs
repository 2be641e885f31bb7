//! `/api/evidence/{hash}`: photos, as copies; the bytes as they came for those who may have them.

use axum::{
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};

use super::{
    AppState,
    error::{ApiError, ErrorBody, Refusal},
    guard::{By, blocking},
};
use crate::{
    domain::people::Actor,
    io::{
        evidence::{Copy, PhotoFault},
        store::Shown,
    },
};

/// A copy for a screen.
#[utoipa::path(
    get, path = "/api/evidence/{hash}", tag = "cases", params(("hash" = String, Path)),
    responses((status = 200, content_type = "image/jpeg"), (status = "4XX", body = ErrorBody)),
)]
pub async fn view(state: State<AppState>, by: By, hash: Path<String>) -> Result<Response, ApiError> {
    copy(state, by, hash, Copy::View).await
}

/// A copy for a list.
#[utoipa::path(
    get, path = "/api/evidence/{hash}/thumbnail", tag = "cases", params(("hash" = String, Path)),
    responses((status = 200, content_type = "image/jpeg"), (status = "4XX", body = ErrorBody)),
)]
pub async fn thumbnail(state: State<AppState>, by: By, hash: Path<String>) -> Result<Response, ApiError> {
    copy(state, by, hash, Copy::Thumbnail).await
}

async fn copy(
    State(state): State<AppState>,
    By(actor): By,
    Path(hash): Path<String>,
    copy: Copy,
) -> Result<Response, ApiError> {
    shown(&state, &actor, &hash).await?;
    let jpeg = blocking(move || state.evidence.copy(&hash, copy)).await??;
    let jpeg = jpeg.ok_or_else(|| ApiError::of(Refusal::NotFound))?;
    // What stands under a hash never changes.
    let headers = [(header::CONTENT_TYPE, "image/jpeg"), (header::CACHE_CONTROL, "private, max-age=86400, immutable")];
    Ok((headers, jpeg).into_response())
}

/// The bytes as they came: metadata and all, never shown in the page.
#[utoipa::path(
    get, path = "/api/evidence/{hash}/original", tag = "cases", params(("hash" = String, Path)),
    responses((status = 200, content_type = "application/octet-stream"), (status = "4XX", body = ErrorBody)),
)]
pub async fn original(
    State(state): State<AppState>,
    By(actor): By,
    Path(hash): Path<String>,
) -> Result<Response, ApiError> {
    let shown = shown(&state, &actor, &hash).await?;
    let bytes = blocking(move || state.evidence.original(&hash)).await?;
    let bytes = bytes.map_err(PhotoFault::Io)?.ok_or_else(|| ApiError::of(Refusal::NotFound))?;
    let kind = HeaderValue::try_from(shown.media_type).map_err(|_| ApiError::of(Refusal::Internal))?;
    let headers = [(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment"))];
    Ok((headers, bytes).into_response())
}

/// What one may not see is not there.
async fn shown(state: &AppState, actor: &Actor, hash: &str) -> Result<Shown, ApiError> {
    let (store, site, hash) = (state.store.clone(), state.site.clone(), hash.to_owned());
    let shown = blocking(move || store.evidence_shown(&site, &hash)).await??;
    let visible = shown.into_iter().find(|shown| actor.sees(&shown.scope));
    visible.ok_or_else(|| ApiError::of(Refusal::NotFound))
}
