//! `/api/follow`: a resident asks what became of the own report, and says what to think of it.

use axum::{Json, body::Bytes, extract::State};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    error::{ApiError, ErrorBody},
    query::object,
};
use crate::{
    domain::{
        case::{ActionKind, Case, Rating, Status, Step},
        duty::{CategoryCode, DepartmentCode, Visibility},
    },
    service::follow::{Follow, Followed, Opinion},
};

/// What a reporter was told when it was taken in. As a body, so that no address and no log holds it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FollowBody {
    /// Of the case: `2026-000123`.
    number: String,
    /// The `secret` of the answer to the report.
    secret: String,
}

/// What became of a report: nothing of what the staff or others wrote, and nobody's name.
#[derive(Debug, Serialize, ToSchema)]
pub struct FollowAnswer {
    /// Of the case that it belongs to by now.
    number: String,
    status: Status,
    category: Option<CategoryCode>,
    /// Who handles it.
    department: Option<DepartmentCode>,
    reported_at: Timestamp,
    /// As it was told.
    description: Option<String>,
    steps: Vec<FollowStep>,
    rating: Option<Rating>,
    /// Whether one may say now what one thinks of the result.
    may_rate: bool,
}

#[derive(Debug, Serialize, ToSchema)]
struct FollowStep {
    at: Timestamp,
    action: ActionKind,
}

/// Steps that are everybody's business.
const PUBLIC: [ActionKind; 17] = [
    ActionKind::Open,
    ActionKind::Verify,
    ActionKind::Disprove,
    ActionKind::Solve,
    ActionKind::Approve,
    ActionKind::Accept,
    ActionKind::Refuse,
    ActionKind::Merge,
    ActionKind::File,
    ActionKind::Dispatch,
    ActionKind::Whistle,
    ActionKind::Sign,
    ActionKind::Handle,
    ActionKind::Pass,
    ActionKind::Close,
    ActionKind::Reopen,
    ActionKind::Rate,
];

impl From<Followed> for FollowAnswer {
    fn from(followed: Followed) -> Self {
        let Followed { case, report, trail } = followed;
        // What it has become may be nobody's business but of those who handle it.
        let is_public = case.visibility == Visibility::Public;
        Self {
            department: case.lead().map(|order| order.department.clone()).filter(|_| is_public),
            reported_at: report.received_at,
            description: report.description,
            steps: trail.iter().filter_map(public).collect(),
            may_rate: case.status == Status::Closed,
            number: case.number,
            status: case.status,
            category: case.category.filter(|_| is_public),
            rating: case.rating,
        }
    }
}

fn public(step: &Step) -> Option<FollowStep> {
    let action = ActionKind::from(&step.deed.action);
    PUBLIC.contains(&action).then_some(FollowStep { at: step.at, action })
}

/// What became of one's own report.
#[utoipa::path(
    post, path = "/api/follow", tag = "reports", request_body = FollowBody,
    responses((status = 200, body = FollowAnswer), (status = "4XX", body = ErrorBody)),
)]
pub async fn follow(State(follow): State<Follow>, body: Bytes) -> Result<Json<FollowAnswer>, ApiError> {
    let FollowBody { number, secret } = object(&body)?;
    Ok(Json(follow.find(&number, &secret).await?.into()))
}

/// What one thinks of the result.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RateBody {
    number: String,
    secret: String,
    /// 1 to the best that the site gives, 3 unless it says otherwise.
    stars: u8,
    /// Why; with `reopen` there must be one.
    note: Option<String>,
    /// It is not done: the case shall be handled again.
    #[serde(default)]
    reopen: bool,
}

/// Rates a closed case, and has it handled again where it is not done.
#[utoipa::path(
    post, path = "/api/follow/rate", tag = "reports", request_body = RateBody,
    responses((status = 200, body = FollowAnswer), (status = "4XX", body = ErrorBody)),
)]
pub async fn rate(State(follow): State<Follow>, body: Bytes) -> Result<Json<FollowAnswer>, ApiError> {
    let RateBody { number, secret, stars, note, reopen } = object(&body)?;
    let Case { number, .. } = follow.rate(&number, &secret, Opinion { stars, note, reopen }).await?;
    Ok(Json(follow.find(&number, &secret).await?.into()))
}
