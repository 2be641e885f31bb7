//! `POST /api/cases/{id}/actions`: steps on a case.

use axum::{
    Json,
    extract::{Request, State},
    http::HeaderMap,
};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    error::{ApiError, ErrorBody},
    form::{Form, idempotency},
    guard::By,
    query::{At, position},
};
use crate::{
    domain::{
        case::{Action, ActionKind, Case, Deed, WhistleKind, Wish, WishKind},
        duty::{DepartmentCode, Limit},
        geo::Datum,
    },
    service::casework::{Casework, Meant},
};

/// A step: its action, and what that one takes.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StepBody {
    /// Of the case, as whoever acts knows it: 409 where somebody was faster. Without it the step is tried on whatever the
    /// case is by now.
    version: Option<u32>,
    #[schema(required = true)]
    action: Option<ActionKind>,
    /// Whose order it is about, where a case has several.
    department: Option<DepartmentCode>,
    /// A reason, or whatever there is to say.
    note: Option<String>,
    /// Where whoever acts is; of a correction, where it is in truth.
    lon: Option<f64>,
    lat: Option<f64>,
    #[serde(default)]
    datum: Datum,
    /// `correct`: what it is in truth.
    category: Option<String>,
    /// `dispatch`, `whistle`: the department in charge.
    lead: Option<DepartmentCode>,
    /// `dispatch`, `whistle`: those that help.
    with: Option<Vec<DepartmentCode>>,
    /// `whistle`
    kind: Option<WhistleKind>,
    /// `merge`: id of the other case.
    into: Option<Uuid>,
    /// `ask`
    wish: Option<WishKind>,
    /// `ask` for an extension: by how much.
    extra: Option<Limit>,
    /// `ask` for an extension: it is engineering work.
    engineering: Option<bool>,
    /// `ask` for a return, `rule`: whose it is.
    owner: Option<DepartmentCode>,
    /// `pass`, `rate`
    stars: Option<u8>,
    /// Steps that follow at once: all are taken, or none.
    #[serde(default)]
    #[schema(no_recursion)]
    then: Vec<StepBody>,
}

/// The same as a form.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "read field by field")]
pub struct StepForm {
    /// As JSON.
    step: StepBody,
    /// JPEG, PNG or WebP, up to 9.
    #[schema(value_type = Vec<String>, format = Binary)]
    photo: Vec<Vec<u8>>,
}

/// Takes a step on a case, or several at once. Photos come as a form: the JSON in its field `step`, they in fields named
/// `photo`; of several steps they belong to the last.
#[utoipa::path(
    post, path = "/api/cases/{id}/actions", tag = "cases",
    params(
        ("id" = Uuid, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key again is done once"),
    ),
    request_body(content((StepBody = "application/json"), (StepForm = "multipart/form-data"))),
    responses(
        (status = 200, body = Case),
        (status = 403, body = ErrorBody, description = "Not one's turn"),
        (status = 409, body = ErrorBody, description = "Not now, or somebody else was faster"),
        (status = "4XX", body = ErrorBody),
    ),
)]
pub async fn take(
    State(casework): State<Casework>,
    By(actor): By,
    At(id): At<Uuid>,
    headers: HeaderMap,
    request: Request,
) -> Result<Json<Case>, ApiError> {
    let Form { body, photos, hash } = Form::<StepBody>::read(request, "step").await?;
    let idempotency = idempotency(&headers, hash)?;
    let version = body.version;
    let mut steps = Vec::new();
    body.meant(&mut steps)?;
    Ok(Json(casework.take(id, version, steps, photos, &actor, idempotency).await?))
}

impl StepBody {
    /// The step, and those that follow it.
    fn meant(mut self, steps: &mut Vec<Meant>) -> Result<(), ApiError> {
        /// More at once is no step of a person.
        const MOST: usize = 10;
        if steps.len() >= MOST {
            return Err(ApiError::unreadable(Some("then"), &(MOST + 1).to_string()));
        }
        let then = std::mem::take(&mut self.then);
        steps.push(self.one()?);
        then.into_iter().try_for_each(|step| step.meant(steps))
    }

    fn one(mut self) -> Result<Meant, ApiError> {
        let kind = self.action.ok_or_else(|| ApiError::missing("action"))?;
        let position = position(self.lon, self.lat, self.datum)?;
        let (department, note) = (self.department.take(), self.note.take());
        if kind == ActionKind::Correct {
            let category = self.category.take();
            self.nothing_left(kind)?;
            return Ok(Meant::Correction { category, position, note });
        }
        let action = self.action(kind)?;
        self.nothing_left(kind)?;
        Ok(Meant::Deed(Deed { action, department, note, position, evidence: Vec::new() }))
    }

    fn action(&mut self, kind: ActionKind) -> Result<Action, ApiError> {
        fn needed<T>(field: &str, value: &mut Option<T>) -> Result<T, ApiError> {
            value.take().ok_or_else(|| ApiError::missing(field))
        }
        Ok(match kind {
            ActionKind::Verify => Action::Verify,
            ActionKind::Disprove => Action::Disprove,
            ActionKind::Solve => Action::Solve,
            ActionKind::Approve => Action::Approve,
            ActionKind::Reject => Action::Reject,
            ActionKind::Accept => Action::Accept,
            ActionKind::Refuse => Action::Refuse,
            ActionKind::Merge => Action::Merge { into: needed("into", &mut self.into)? },
            ActionKind::File => Action::File,
            ActionKind::SendBack => Action::SendBack,
            ActionKind::Dispatch => Action::Dispatch {
                lead: needed("lead", &mut self.lead)?,
                partners: self.with.take().unwrap_or_default(),
            },
            ActionKind::Whistle => Action::Whistle {
                kind: needed("kind", &mut self.kind)?,
                lead: needed("lead", &mut self.lead)?,
                partners: self.with.take().unwrap_or_default(),
            },
            ActionKind::Recall => Action::Recall,
            ActionKind::Sign => Action::Sign,
            ActionKind::ReportIn => Action::ReportIn,
            ActionKind::Guard => Action::Guard,
            ActionKind::Handle => Action::Handle,
            ActionKind::Ask => Action::Ask {
                wish: match needed("wish", &mut self.wish)? {
                    WishKind::Extension => Wish::Extension {
                        extra: needed("extra", &mut self.extra)?,
                        engineering: self.engineering.take().unwrap_or_default(),
                    },
                    WishKind::Return => Wish::Return { owner: needed("owner", &mut self.owner)? },
                    WishKind::Suspension => Wish::Suspension,
                    WishKind::Void => Wish::Void,
                },
            },
            ActionKind::Grant => Action::Grant,
            ActionKind::Deny => Action::Deny,
            ActionKind::Rule => Action::Rule { owner: needed("owner", &mut self.owner)? },
            ActionKind::Resume => Action::Resume,
            ActionKind::Pass => Action::Pass { stars: needed("stars", &mut self.stars)? },
            ActionKind::Rework => Action::Rework,
            ActionKind::Close => Action::Close,
            ActionKind::Reopen => Action::Reopen,
            ActionKind::Rate => Action::Rate { stars: needed("stars", &mut self.stars)? },
            ActionKind::Remark => Action::Remark,
            // The service's own, and the correction, which is none of these.
            ActionKind::Open | ActionKind::Join | ActionKind::Absorb | ActionKind::Escalate | ActionKind::Correct => {
                return Err(ApiError::unreadable(Some("action"), &kind.to_string()));
            }
        })
    }

    /// What an action does not take, whoever sent it meant otherwise.
    fn nothing_left(&self, kind: ActionKind) -> Result<(), ApiError> {
        let left = [
            ("category", self.category.is_some()),
            ("lead", self.lead.is_some()),
            ("with", self.with.is_some()),
            ("kind", self.kind.is_some()),
            ("into", self.into.is_some()),
            ("wish", self.wish.is_some()),
            ("extra", self.extra.is_some()),
            ("engineering", self.engineering.is_some()),
            ("owner", self.owner.is_some()),
            ("stars", self.stars.is_some()),
        ];
        match left.iter().find(|(_, is_there)| *is_there) {
            Some((field, _)) => Err(ApiError::not_of(field, &kind.to_string())),
            None => Ok(()),
        }
    }
}
