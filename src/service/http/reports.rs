//! `POST /api/reports`: somebody tells something.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::{Multipart, Request, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    BODY_LIMIT,
    error::{ApiError, ErrorBody, Refusal},
    form::{self, idempotency},
    guard::{By, Speaks},
    locate::Located,
    query::{known, object, of_members},
};
use crate::{
    domain::{event::Nature, geo::Datum, people::ActorKind},
    io::store::Accepted,
    service::{
        follow::Follow,
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
    /// For residents, who have no account: with the number it follows the report, on `/api/follow`.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    placement: Located,
}

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
    State(follow): State<Follow>,
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
        secret: (actor.kind == ActorKind::Resident).then(|| follow.key.secret(accepted.report_id)),
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
        if form::is_form(&request) {
            return Self::of_form(form::multipart(request).await?).await;
        }
        let body = form::whole(request).await?;
        let report: ReportBody = object(&body)?;
        Ok(Self { told: report.into(), photos: Vec::new(), hash: blake3::hash(&body).to_hex().to_string() })
    }

    async fn of_form(mut form: Multipart) -> Result<Self, ApiError> {
        /// Members that are numbers: a form has texts alone.
        const NUMBERS: [&str; 3] = ["lon", "lat", "accuracy_m"];
        let (mut members, mut photos, mut hasher) = (Map::new(), Vec::new(), blake3::Hasher::new());
        let mut texts = 0;
        while let Some((name, bytes)) = form::next(&mut form, &mut hasher).await? {
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
