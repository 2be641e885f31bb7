//! `POST /api/reports`: somebody tells something.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::{FromRequest, Multipart, Request, State, multipart::MultipartError},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use http_body_util::LengthLimitError;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    BODY_LIMIT,
    error::{ApiError, ErrorBody, Refusal},
    guard::{By, Speaks},
    locate::Located,
    query::{known, object, of_members},
};
use crate::{
    domain::{event::Nature, geo::Datum},
    io::store::{Accepted, IdempotencyKey},
    service::{
        intake::{Intake, Told},
        telemetry::Telemetry,
    },
};

/// A report as it is sent. Unknown members are refused, so that a slip of the pen loses nothing.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportBody {
    lon: Option<f64>,
    lat: Option<f64>,
    #[serde(default)]
    datum: Datum,
    /// Up to 20,000,000; 0 and below: not known.
    accuracy_m: Option<f64>,
    /// Since 2000, and not later than now.
    captured_at: Option<Timestamp>,
    category: Option<String>,
    #[serde(default)]
    nature: Nature,
    description: Option<String>,
    address: Option<String>,
    place: Option<String>,
    contact: Option<String>,
    /// The way in. Whoever has no token is a `resident` or an `informant`; programs name theirs.
    source: Option<String>,
    /// The sender's own id: the same one again, from the same sender by the same source, is the same report.
    external_id: Option<String>,
}

/// The same as a form.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "read field by field")]
pub struct ReportForm {
    #[serde(flatten)]
    report: ReportBody,
    /// JPEG, PNG or WebP, up to 9.
    #[schema(value_type = Vec<String>, format = Binary)]
    photo: Vec<Vec<u8>>,
}

/// What became of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReportAnswer {
    report_id: Uuid,
    case_id: Uuid,
    number: String,
    /// It told again what an open case is about.
    joined: bool,
    placement: Located,
}

/// Longest `Idempotency-Key`.
const LONGEST_KEY: usize = 200;
/// Largest body of a report with its photos.
pub const LARGEST_WITH_PHOTOS: usize = 48 * 1024 * 1024;

/// Takes a report in, once: durable when it answers. As a form it may bring photos, in fields named `photo`.
#[utoipa::path(
    post, path = "/api/reports", tag = "reports",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key again is answered the same")),
    request_body(content(
        (ReportBody = "application/json"),
        (ReportForm = "multipart/form-data"),
    )),
    responses(
        (status = 201, body = ReportAnswer),
        (status = 200, body = ReportAnswer, description = "Told before, by its key or its sender's id"),
        (status = "4XX", body = ErrorBody),
        (status = 507, body = ErrorBody, description = "The disk is full: nothing was kept"),
    ),
)]
pub async fn take(
    State(intake): State<Intake>,
    State(telemetry): State<Arc<Telemetry>>,
    By(actor): By,
    Speaks(language): Speaks,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, ApiError> {
    let Sent { told, photos, hash } = Sent::read(request).await?;
    let idempotency = idempotency(&headers, hash)?;
    let accepted = intake.take(told, photos, &actor, idempotency).await?;
    telemetry.reported(match &accepted {
        Accepted { repeated: true, .. } => "repeated",
        Accepted { joined: true, .. } => "joined",
        Accepted { .. } => "opened",
    });
    let status = if accepted.repeated { StatusCode::OK } else { StatusCode::CREATED };
    let (catalog, opened_at) = (intake.catalog.load(), accepted.case.opened_at);
    let answer = ReportAnswer {
        report_id: accepted.report_id,
        case_id: accepted.case.id,
        number: accepted.case.number,
        joined: accepted.joined,
        placement: Located::new(accepted.case.placed, &catalog, opened_at, language),
    };
    Ok((status, Json(answer)).into_response())
}

/// A report as it came over the wire.
struct Sent {
    told: Told,
    photos: Vec<Bytes>,
    /// Of everything that was sent.
    hash: String,
}

impl Sent {
    /// JSON, or a form whose fields are named as the members of the JSON are, with photos in fields named `photo`.
    async fn read(request: Request) -> Result<Self, ApiError> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        if kind.is_some_and(|kind| kind.trim_start().to_ascii_lowercase().starts_with("multipart/form-data")) {
            let form = Multipart::from_request(request, &()).await;
            return Self::of_form(form.map_err(|error| ApiError::unreadable(Some("body"), &error.to_string()))?).await;
        }
        let body = axum::body::to_bytes(request.into_body(), BODY_LIMIT).await;
        let body = body.map_err(|error| cut_off(&error))?;
        let report: ReportBody = object(&body)?;
        Ok(Self { told: report.into(), photos: Vec::new(), hash: blake3::hash(&body).to_hex().to_string() })
    }

    async fn of_form(mut form: Multipart) -> Result<Self, ApiError> {
        /// Members that are numbers: a form has texts alone.
        const NUMBERS: [&str; 3] = ["lon", "lat", "accuracy_m"];
        let (mut members, mut photos, mut hasher) = (Map::new(), Vec::new(), blake3::Hasher::new());
        let mut texts = 0;
        while let Some(field) = form.next_field().await.map_err(|error| broken(&error))? {
            let name = field.name().unwrap_or_default().to_owned();
            let bytes = field.bytes().await.map_err(|error| broken(&error))?;
            hasher.update(name.as_bytes()).update(&(bytes.len() as u64).to_le_bytes()).update(&bytes);
            if name == "photo" {
                photos.push(bytes);
                continue;
            }
            known::<ReportBody>(&name)?;
            texts += bytes.len();
            if texts > BODY_LIMIT {
                return Err(ApiError::of(Refusal::BodyTooLarge));
            }
            let text = std::str::from_utf8(&bytes).map_err(|_| ApiError::unreadable(Some(&name), "…"))?;
            // A form sends the fields that nobody filled in, too.
            if text.is_empty() {
                continue;
            }
            let value = if NUMBERS.contains(&name.as_str()) {
                let number: f64 = text.trim().parse().map_err(|_| ApiError::unreadable(Some(&name), text))?;
                serde_json::Number::from_f64(number).map(Value::Number)
            } else {
                Some(Value::from(text))
            };
            let value = value.ok_or_else(|| ApiError::unreadable(Some(&name), text))?;
            if members.insert(name.clone(), value).is_some() {
                return Err(ApiError::unreadable(Some(&name), text));
            }
        }
        let report: ReportBody = of_members(&members)?;
        Ok(Self { told: report.into(), photos, hash: hasher.finalize().to_hex().to_string() })
    }
}

/// A body that ended where it should not: too long, or broken off.
fn cut_off(error: &axum::Error) -> ApiError {
    if std::error::Error::source(error).is_some_and(<dyn std::error::Error>::is::<LengthLimitError>) {
        return ApiError::of(Refusal::BodyTooLarge);
    }
    ApiError::unreadable(Some("body"), &error.to_string())
}

fn broken(error: &MultipartError) -> ApiError {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::of(Refusal::BodyTooLarge),
        _ => ApiError::unreadable(Some("body"), &error.body_text()),
    }
}

impl From<ReportBody> for Told {
    fn from(body: ReportBody) -> Self {
        // A form's empty field is a question that nobody answered, however it was sent.
        let told = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        Self {
            lon: body.lon,
            lat: body.lat,
            datum: body.datum,
            // Phones write −1, and other devices 0, where they do not know.
            accuracy_m: body.accuracy_m.filter(|meters| *meters > 0.0),
            captured_at: body.captured_at,
            category: told(body.category),
            nature: body.nature,
            description: told(body.description),
            address: told(body.address),
            place: told(body.place),
            contact: told(body.contact),
            source: told(body.source),
            external_id: told(body.external_id),
        }
    }
}

fn idempotency(headers: &HeaderMap, request: String) -> Result<Option<IdempotencyKey>, ApiError> {
    let Some(value) = headers.get("Idempotency-Key") else { return Ok(None) };
    let key = value.to_str().ok().filter(|key| !key.is_empty() && key.len() <= LONGEST_KEY);
    let key = key.ok_or_else(|| ApiError::unreadable(Some("Idempotency-Key"), &format!("{value:?}")))?;
    Ok(Some(IdempotencyKey { key: key.to_owned(), request }))
}
