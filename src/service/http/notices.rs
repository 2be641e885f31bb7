//! `/api/me/notices`: what somebody is told; `/api/notices/dead`: what could not be told outside.

use axum::{Json, body::Bytes, extract::State, http::StatusCode};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    AppState,
    error::{ApiError, ErrorBody, Refusal},
    guard::{By, Speaks, blocking},
    query::{Asked, At, object, page_size},
};
use crate::{
    domain::case::{Notice, NoticeKind},
    io::store::{KeptNotice, Outgoing, Read},
    words::Language,
};

/// Which notices.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct NoticesQuery {
    /// Those alone that were not read.
    unread: Option<bool>,
    /// 100 unless asked, 1000 at most.
    limit: Option<u32>,
    /// `next` of the page before.
    cursor: Option<Uuid>,
}

/// Some of one's notices, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoticeList {
    notices: Vec<NoticeBody>,
    next: Option<Uuid>,
    /// How many there are in all that were not read.
    unread: u32,
}

#[derive(Debug, Serialize, ToSchema)]
struct NoticeBody {
    id: Uuid,
    case: Uuid,
    at: Timestamp,
    read_at: Option<Timestamp>,
    /// In the client's language.
    message: String,
    #[serde(flatten)]
    notice: Notice,
}

/// What one was told.
#[utoipa::path(
    get, path = "/api/me/notices", tag = "people", params(NoticesQuery),
    responses((status = 200, body = NoticeList), (status = "4XX", body = ErrorBody)),
)]
pub async fn list(
    State(state): State<AppState>,
    By(actor): By,
    Speaks(language): Speaks,
    Asked(query): Asked<NoticesQuery>,
) -> Result<Json<NoticeList>, ApiError> {
    let (unread, limit) = (query.unread.unwrap_or_default(), page_size(query.limit)?);
    let page = blocking(move || state.store.notices(&state.site, &actor.name, unread, query.cursor, limit)).await??;
    let worded = |KeptNotice { id, case, at, read_at, notice }| {
        let message = words(&notice, language);
        NoticeBody { id, case, at, read_at, message, notice }
    };
    let notices = page.notices.into_iter().map(worded).collect();
    Ok(Json(NoticeList { notices, next: page.next, unread: page.unread }))
}

/// A notice as a sentence.
fn words(notice: &Notice, language: Language) -> String {
    let mut coded = json!(notice);
    coded["code"] = json!(format!("notice_{}", NoticeKind::from(notice)));
    language.say(&coded)
}

/// Which ones have been read: these, or all.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadBody {
    /// 1000 at most.
    ids: Option<Vec<Uuid>>,
    #[serde(default)]
    all: bool,
}

/// How many there still are that were not read.
#[derive(Debug, Serialize, ToSchema)]
pub struct Unread {
    unread: u32,
}

/// Notes that one has read them. Again, it changes nothing.
#[utoipa::path(
    post, path = "/api/me/notices/read", tag = "people", request_body = ReadBody,
    responses((status = 200, body = Unread), (status = "4XX", body = ErrorBody)),
)]
pub async fn read(State(state): State<AppState>, By(actor): By, body: Bytes) -> Result<Json<Unread>, ApiError> {
    /// As many as a page has.
    const MOST: usize = 1_000;
    let read = match object(&body)? {
        ReadBody { ids: None, all: true } => Read::All,
        ReadBody { ids: Some(_), all: true } => return Err(ApiError::not_together("ids", "all")),
        ReadBody { ids: None, all: false } => return Err(ApiError::missing("ids")),
        ReadBody { ids: Some(ids), .. } if ids.len() > MOST => {
            return Err(ApiError::unreadable(Some("ids"), &ids.len().to_string()));
        }
        ReadBody { ids: Some(ids), .. } => Read::These(ids),
    };
    let unread = state.store.read_notices(&state.site, &actor.name, read, state.clock.now()).await?;
    Ok(Json(Unread { unread }))
}

/// Which dead letters.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct DeadQuery {
    /// 100 unless asked, 1000 at most.
    limit: Option<u32>,
    /// `next` of the page before.
    cursor: Option<Uuid>,
}

/// Messages that no attempt brought to their receiver, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeadList {
    letters: Vec<DeadLetter>,
    next: Option<Uuid>,
}

#[derive(Debug, Serialize, ToSchema)]
struct DeadLetter {
    id: Uuid,
    /// The receiver's name.
    channel: String,
    kind: NoticeKind,
    /// Of the case.
    number: String,
    at: Timestamp,
    failures: u32,
    /// Why the last attempt failed: a code with parameters.
    #[schema(value_type = Object)]
    why: Option<serde_json::Value>,
    /// The same in the client's language.
    message: Option<String>,
}

/// What could not be told outside.
#[utoipa::path(
    get, path = "/api/notices/dead", tag = "operations", params(DeadQuery),
    responses((status = 200, body = DeadList), (status = "4XX", body = ErrorBody)),
)]
pub async fn dead(
    State(state): State<AppState>,
    Speaks(language): Speaks,
    Asked(query): Asked<DeadQuery>,
) -> Result<Json<DeadList>, ApiError> {
    let limit = page_size(query.limit)?;
    let page = blocking(move || state.store.dead_letters(&state.site, query.cursor, limit)).await??;
    let letter = |Outgoing { id, channel, message, failures, why }: Outgoing| DeadLetter {
        id,
        channel,
        kind: NoticeKind::from(&message.notice),
        number: message.number,
        at: message.at,
        failures,
        message: why.as_ref().map(|why| language.say(why)),
        why,
    };
    Ok(Json(DeadList { letters: page.letters.into_iter().map(letter).collect(), next: page.next }))
}

/// Tries a dead letter again, from the beginning.
#[utoipa::path(
    post, path = "/api/notices/dead/{id}/again", tag = "operations", params(("id" = Uuid, Path)),
    responses((status = 204), (status = "4XX", body = ErrorBody)),
)]
pub async fn again(State(state): State<AppState>, By(actor): By, At(id): At<Uuid>) -> Result<StatusCode, ApiError> {
    let is_dead = state.store.send_again(&state.site, id, &actor.name, state.clock.now()).await?;
    if is_dead { Ok(StatusCode::NO_CONTENT) } else { Err(ApiError::of(Refusal::NotFound)) }
}
