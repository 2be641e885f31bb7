//! `/healthz`, `/readyz`, `/metrics`.

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
};

use super::{
    AppState,
    error::{ApiError, ErrorBody},
    guard::blocking,
};

/// The process answers.
#[utoipa::path(get, path = "/healthz", tag = "operations", responses((status = 200, body = str)))]
pub async fn healthz() -> &'static str {
    "ok"
}

/// Figures for Prometheus, in the text form of OpenMetrics.
#[utoipa::path(get, path = "/metrics", tag = "operations", responses((status = 200, body = str), (status = "4XX", body = ErrorBody)))]
pub async fn metrics(State(state): State<AppState>) -> Result<impl IntoResponse, ApiError> {
    let store = state.store.clone();
    let seq = blocking(move || store.last_seq()).await??;
    state.telemetry.log_seq.set(seq as f64);
    state.telemetry.cameras_stand(state.eyes.standings().values());
    Ok(([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], state.telemetry.text()))
}

/// The store answers too: requests will be served.
#[utoipa::path(get, path = "/readyz", tag = "operations", responses((status = 200, body = str), (status = 503, body = str)))]
pub async fn readyz(State(state): State<AppState>) -> impl IntoResponse {
    let answers = blocking(move || state.store.last_seq()).await;
    match answers {
        Ok(Ok(_)) => (StatusCode::OK, "ready"),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer"),
    }
}
