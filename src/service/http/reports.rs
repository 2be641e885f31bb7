//! `POST /api/reports`: somebody tells something.

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    error::ApiError,
    guard::{By, Speaks},
    locate::Located,
};
use crate::{
    domain::{event::Nature, geo::Datum},
    io::store::IdempotencyKey,
    service::intake::{Intake, Told},
};

/// A report as it is sent. Unknown members are refused, so that a slip of the pen loses nothing.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReportBody {
    lon: Option<f64>,
    lat: Option<f64>,
    #[serde(default)]
    datum: Datum,
    accuracy_m: Option<f64>,
    captured_at: Option<Timestamp>,
    category: Option<String>,
    #[serde(default)]
    nature: Nature,
    description: Option<String>,
    address: Option<String>,
    place: Option<String>,
    contact: Option<String>,
    source: Option<String>,
    external_id: Option<String>,
}

/// What became of it.
#[derive(Debug, Serialize)]
struct ReportAnswer {
    report_id: Uuid,
    case_id: Uuid,
    number: String,
    /// It told again what an open case is about.
    joined: bool,
    placement: Located,
}

/// Longest `Idempotency-Key`.
const LONGEST_KEY: usize = 200;

pub async fn take(
    State(intake): State<Intake>,
    By(actor): By,
    Speaks(language): Speaks,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    let told = told(&body)?;
    let idempotency = idempotency(&headers, &body)?;
    let accepted = intake.take(told, &actor, idempotency).await?;
    let status = if accepted.repeated { StatusCode::OK } else { StatusCode::CREATED };
    let answer = ReportAnswer {
        report_id: accepted.report_id,
        case_id: accepted.case.id,
        number: accepted.case.number,
        joined: accepted.case.reports > 1,
        placement: Located::new(accepted.case.placed, language),
    };
    Ok((status, Json(answer)).into_response())
}

fn told(body: &[u8]) -> Result<Told, ApiError> {
    // serde_json stops at 128 levels, so nesting is bounded as the size is.
    let body: ReportBody =
        serde_json::from_slice(body).map_err(|error| ApiError::unreadable(Some("body"), &error.to_string()))?;
    Ok(Told {
        lon: body.lon,
        lat: body.lat,
        datum: body.datum,
        accuracy_m: body.accuracy_m,
        captured_at: body.captured_at,
        category: body.category.filter(|code| !code.is_empty()),
        nature: body.nature,
        description: body.description.filter(|text| !text.trim().is_empty()),
        address: body.address.filter(|text| !text.trim().is_empty()),
        place: body.place.filter(|text| !text.trim().is_empty()),
        contact: body.contact,
        source: body.source,
        external_id: body.external_id,
    })
}

fn idempotency(headers: &HeaderMap, body: &[u8]) -> Result<Option<IdempotencyKey>, ApiError> {
    let Some(value) = headers.get("Idempotency-Key") else { return Ok(None) };
    let key = value.to_str().ok().filter(|key| !key.is_empty() && key.len() <= LONGEST_KEY);
    let key = key.ok_or_else(|| ApiError::unreadable(Some("Idempotency-Key"), &format!("{value:?}")))?;
    Ok(Some(IdempotencyKey { key: key.to_owned(), request: blake3::hash(body).to_hex().to_string() }))
}
