//! `/healthz`, `/readyz`.

use axum::{extract::State, http::StatusCode, response::IntoResponse};

use super::{AppState, guard::blocking};

/// The process answers.
pub async fn healthz() -> &'static str {
    "ok"
}

/// The store answers too: requests will be served.
pub async fn readyz(State(state): State<AppState>) -> impl IntoResponse {
    let answers = blocking(move || state.store.updates_since(&state.site, i64::MAX, 1)).await;
    match answers {
        Ok(Ok(_)) => (StatusCode::OK, "ready"),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer"),
    }
}
