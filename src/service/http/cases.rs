//! `GET /api/cases`, `GET /api/cases/{id}`.

use axum::{Json, extract::State};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::VariantNames;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    AppState,
    error::{ApiError, ErrorBody},
    guard::{By, Speaks, blocking},
    query::{Asked, At, bbox, instant, page_size},
    why::why,
};
use crate::{
    domain::{
        camera::CameraIndex,
        case::{ActionKind, Case, JudgedPhoto, Offer, Status, Step},
        duty::DepartmentCode,
        event::{Evidence, Judgement, Report},
        geo::Position,
        people::Actor,
    },
    io::store::{CaseFilter, EvidenceOf, Likely, NearbyReport},
    service::{casework::Casework, detail::Detail},
    words::Language,
};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct CaseQuery {
    #[param(value_type = Option<Status>)]
    status: Option<String>,
    /// Of this grid, or of a wider level's parts.
    grid: Option<String>,
    department: Option<String>,
    category: Option<String>,
    /// Opened from, inclusive.
    from: Option<String>,
    /// Opened before.
    to: Option<String>,
    /// `W,S,E,N` in degrees.
    bbox: Option<String>,
    #[serde(default)]
    overdue: bool,
    /// 1 to 1,000; more is answered with 1,000, and nothing said with 100.
    limit: Option<u32>,
    cursor: Option<Uuid>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CaseList {
    cases: Vec<Case>,
    /// Pass it as `cursor` for the next page; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    cursor: Option<Uuid>,
}

/// Cases, newest first.
#[utoipa::path(
    get, path = "/api/cases", tag = "cases", params(CaseQuery),
    responses((status = 200, body = CaseList), (status = "4XX", body = ErrorBody)),
)]
pub async fn list(
    State(state): State<AppState>,
    By(actor): By,
    Asked(query): Asked<CaseQuery>,
) -> Result<Json<CaseList>, ApiError> {
    let catalog = state.catalog.load_full();
    let zone = catalog.settings.time_zone.clone();
    if let Some(status) = query.status.as_deref().filter(|status| !Status::VARIANTS.contains(status)) {
        return Err(ApiError::bad_choice("status", status, Status::VARIANTS));
    }
    let limit = page_size(query.limit)?;
    let filter = CaseFilter {
        from: instant("from", query.from.as_deref(), &zone)?,
        to: instant("to", query.to.as_deref(), &zone)?,
        bbox: query.bbox.as_deref().map(bbox).transpose()?,
        overdue_at: query.overdue.then(|| state.clock.now()),
        status: query.status,
        grid: query.grid,
        department: query.department,
        category: query.category,
        visible: actor.sight(),
    };
    let now = state.clock.now();
    let page = blocking(move || state.store.cases(&state.site, &filter, query.cursor, limit)).await??;
    let cases = page.cases.into_iter().map(|case| case.lit(now, &catalog.terms)).collect();
    Ok(Json(CaseList { cases, cursor: page.next }))
}

/// A case with what was told of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaseDetail {
    #[serde(flatten)]
    case: Case,
    why: Vec<String>,
    told: Vec<ReportDetail>,
    /// The cameras that see the place, the nearest first.
    cameras: Vec<CoveringCamera>,
    /// Every step, from the first report on.
    trail: Vec<Step>,
    /// What the reader may do now.
    next: Vec<Next>,
    /// What is to be thought of the photos of people, by what these say of themselves. It stops nothing.
    photos: Vec<PhotoDetail>,
    /// For whoever may merge it: open cases that may be about the same thing, the nearest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    perhaps_same: Vec<Likely>,
    /// Where a camera saw it: what others reported around, whatever it was, the newest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    nearby: Vec<NearbyReport>,
}

/// A photo, and what is to be thought of it.
#[derive(Debug, Serialize, ToSchema)]
struct PhotoDetail {
    hash: String,
    /// Version of the step that it belongs to; absent for a report's.
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<u32>,
    judged: Vec<Judged>,
}

/// One thing that can be said of a photo.
#[derive(Debug, Serialize, ToSchema)]
struct Judged {
    #[serde(flatten)]
    judgement: Judgement,
    /// Somebody should look twice.
    in_doubt: bool,
    /// In the reader's language.
    text: String,
}

impl PhotoDetail {
    fn new(photo: JudgedPhoto, language: Language) -> Self {
        let judged =
            |judgement: Judgement| Judged { in_doubt: judgement.is_doubt(), text: language.say(&judgement), judgement };
        Self { hash: photo.hash, step: photo.step, judged: photo.judgements.into_iter().map(judged).collect() }
    }
}

/// A step that may be taken.
#[derive(Debug, Serialize, ToSchema)]
struct Next {
    action: ActionKind,
    /// Whose order it is about; absent where it is about the whole case.
    #[serde(skip_serializing_if = "Option::is_none")]
    department: Option<DepartmentCode>,
    /// It is not taken without a note.
    needs_reason: bool,
    /// It is not taken without a photo.
    needs_photo: bool,
}

impl From<Offer> for Next {
    fn from(Offer { action, department, needs_reason, needs_photo }: Offer) -> Self {
        Self { action, department, needs_reason, needs_photo }
    }
}

#[derive(Debug, Serialize, ToSchema)]
struct CoveringCamera {
    id: String,
    name: String,
    distance_m: f64,
    /// A dome's preset from which it sees the place; absent where it does at home.
    #[serde(skip_serializing_if = "Option::is_none")]
    preset: Option<String>,
    /// Its direction is not known: the place is in its range, more cannot be said.
    approximate: bool,
}

/// Cameras that are named with a case.
const CAMERAS: usize = 8;

fn covering(cameras: &CameraIndex, position: Position) -> Vec<CoveringCamera> {
    let found = cameras.covering(position).into_iter().take(CAMERAS);
    let shown = found.map(|seen| CoveringCamera {
        id: seen.camera.to_owned(),
        name: cameras.camera(seen.camera).map(|camera| camera.name.clone()).unwrap_or_default(),
        distance_m: seen.distance_m.round(),
        preset: seen.preset.map(str::to_owned),
        approximate: seen.approximate,
    });
    shown.collect()
}

#[derive(Debug, Serialize, ToSchema)]
struct ReportDetail {
    id: Uuid,
    source: String,
    captured_at: Timestamp,
    received_at: Timestamp,
    accuracy_m: Option<f64>,
    description: Option<String>,
    address: Option<String>,
    place: Option<String>,
    /// For those who handle cases.
    contact: Option<String>,
    /// Photos: `/api/evidence/{hash}`.
    evidence: Vec<Evidence>,
}

impl ReportDetail {
    fn new(report: Report, evidence: &[EvidenceOf], actor: &Actor) -> Self {
        let own = evidence.iter().filter(|one| one.report == report.id);
        Self {
            evidence: own.map(|one| one.evidence.clone()).collect(),
            id: report.id,
            source: report.source,
            captured_at: report.captured_at,
            received_at: report.received_at,
            accuracy_m: report.accuracy_m,
            description: report.description,
            address: report.address,
            place: report.place,
            contact: report.contact.filter(|_| actor.knows_reporters()),
        }
    }
}

/// One case with everything that was told of it.
#[utoipa::path(
    get, path = "/api/cases/{id}", tag = "cases", params(("id" = Uuid, Path)),
    responses((status = 200, body = CaseDetail), (status = "4XX", body = ErrorBody)),
)]
pub async fn one(
    State(state): State<AppState>,
    State(casework): State<Casework>,
    By(actor): By,
    Speaks(language): Speaks,
    At(id): At<Uuid>,
) -> Result<Json<CaseDetail>, ApiError> {
    let Detail { case, trail, reports, evidence, next, photos, perhaps_same, nearby } =
        casework.detail(id, &actor).await?;
    let catalog = state.catalog.load();
    let case = case.lit(state.clock.now(), &catalog.terms);
    Ok(Json(CaseDetail {
        why: why(&case.placed, &catalog, case.opened_at, language),
        cameras: case.position.map(|position| covering(&catalog.cameras, position)).unwrap_or_default(),
        next: next.into_iter().map(Next::from).collect(),
        photos: photos.into_iter().map(|photo| PhotoDetail::new(photo, language)).collect(),
        told: reports.into_iter().map(|report| ReportDetail::new(report, &evidence, &actor)).collect(),
        case,
        trail,
        perhaps_same,
        nearby,
    }))
}
