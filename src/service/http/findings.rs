//! `/api/findings`: what cameras saw, as the operator's queue.

use axum::{Json, body::Bytes, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    AppState,
    error::{ApiError, ErrorBody},
    guard::{By, blocking},
    query::{Asked, At, object, page_size},
};
use crate::{
    domain::event::{Finding, FindingStatus},
    io::store::FindingFilter,
    service::findings::{Confirmed, Findings},
};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct FindingQuery {
    status: Option<FindingStatus>,
    /// Id of a camera.
    camera: Option<String>,
    /// At most 1000.
    limit: Option<u32>,
    /// Of the page before.
    cursor: Option<Uuid>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct FindingList {
    findings: Vec<Finding>,
    /// Pass it as `cursor` for the next page; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    cursor: Option<Uuid>,
}

/// Why a finding is dismissed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Dismissal {
    reason: String,
}

/// Findings, newest first.
#[utoipa::path(
    get, path = "/api/findings", tag = "findings", params(FindingQuery),
    responses((status = 200, body = FindingList), (status = "4XX", body = ErrorBody)),
)]
pub async fn list(
    State(state): State<AppState>,
    By(actor): By,
    Asked(query): Asked<FindingQuery>,
) -> Result<Json<FindingList>, ApiError> {
    let visible = actor.sight();
    let filter = FindingFilter { status: query.status, camera: query.camera, visible };
    let limit = page_size(query.limit)?;
    let page = blocking(move || state.store.findings(&state.site, &filter, query.cursor, limit)).await??;
    Ok(Json(FindingList { findings: page.findings, cursor: page.next }))
}

/// Makes a case of a finding, or joins it to the open case of the same matter where its category merges by itself; else the
/// answer names the open cases that may be the same. To confirm it again answers the same.
#[utoipa::path(
    post, path = "/api/findings/{id}/confirm", tag = "findings", params(("id" = Uuid, Path)),
    responses((status = 200, body = Confirmed), (status = "4XX", body = ErrorBody)),
)]
pub async fn confirm(
    State(findings): State<Findings>,
    By(actor): By,
    At(id): At<Uuid>,
) -> Result<Json<Confirmed>, ApiError> {
    Ok(Json(findings.confirm(id, &actor).await?))
}

/// Takes a finding out of the queue, with the reason.
///
/// To dismiss it again for the same reason answers the same; for another it is refused: 409, `decided_before`.
#[utoipa::path(
    post, path = "/api/findings/{id}/dismiss", tag = "findings", params(("id" = Uuid, Path)),
    request_body = Dismissal,
    responses((status = 200, body = Finding), (status = "4XX", body = ErrorBody)),
)]
pub async fn dismiss(
    State(findings): State<Findings>,
    By(actor): By,
    At(id): At<Uuid>,
    body: Bytes,
) -> Result<Json<Finding>, ApiError> {
    let Dismissal { reason } = object(&body)?;
    Ok(Json(findings.dismiss(id, &reason, &actor).await?))
}
