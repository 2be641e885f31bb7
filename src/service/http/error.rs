//! The only place that knows status codes: what goes wrong, as clients read it.

use std::{borrow::Cow, io};

use axum::{
    Json,
    extract::Request,
    http::{StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::guard::language_of;
use crate::{
    domain::{case::TransitionError, patrol::TaskError},
    io::{evidence::PhotoFault, store::StoreError, tables::value::Fault},
    service::{
        accounts::AccountError, casework::StepError, eyes::NoPicture, findings::DecisionError, intake::IntakeError,
        patrol::PatrolError, register::PlaceError, rulings::RulingError,
    },
    words::Language,
};

/// Why a request is refused, where nothing below says so with a code of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum Refusal {
    NotFound,
    MethodNotAllowed,
    SignIn,
    NotAllowed,
    UnknownToken,
    UnknownHost,
    ForeignPage,
    UnreadableValue,
    NoObject,
    UnknownName,
    NotTogether,
    NotOfAction,
    BodyTooLarge,
    TooManyRequests,
    KeyReused,
    DiskFull,
    Closing,
    /// As many cameras are open as may be.
    TooManyCameras,
    /// As many watch as may.
    TooManyViewers,
    NoPictureYet,
    /// Of that time.
    NothingKept,
    /// This program was built without video.
    NoVideo,
    Internal,
}

impl Refusal {
    fn status(self) -> StatusCode {
        match self {
            Self::NotFound | Self::NothingKept => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::SignIn | Self::UnknownToken => StatusCode::UNAUTHORIZED,
            Self::NotAllowed | Self::ForeignPage => StatusCode::FORBIDDEN,
            Self::UnknownHost => StatusCode::MISDIRECTED_REQUEST,
            Self::UnreadableValue | Self::UnknownName | Self::NotTogether | Self::NotOfAction => {
                StatusCode::BAD_REQUEST
            }
            Self::NoObject => StatusCode::UNPROCESSABLE_ENTITY,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
            Self::KeyReused => StatusCode::CONFLICT,
            Self::DiskFull => StatusCode::INSUFFICIENT_STORAGE,
            Self::Closing | Self::TooManyCameras | Self::TooManyViewers | Self::NoPictureYet | Self::NoVideo => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// What a refused request is told.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorBody {
    error: ErrorDetail,
}

#[derive(Debug, Serialize, ToSchema)]
struct ErrorDetail {
    /// Stable: for programs.
    code: String,
    /// In the client's language: for people.
    message: String,
    /// The field to blame, where there is one.
    field: Option<String>,
    #[schema(value_type = Object)]
    params: Value,
}

/// What goes wrong, on its way to the client: `worded` makes it
/// `{"error": {"code", "message", "field", "params"}}` in the client's language. The message is public: it holds no
/// path, no query, no credential.
#[derive(Debug, Clone)]
pub struct ApiError {
    status: StatusCode,
    code: Cow<'static, str>,
    field: Option<Box<str>>,
    params: Box<Value>,
}

impl ApiError {
    #[must_use]
    pub fn of(refusal: Refusal) -> Self {
        let code: &'static str = refusal.into();
        Self { status: refusal.status(), code: Cow::Borrowed(code), field: None, params: Box::new(json!({})) }
    }

    /// What was sent makes sense to a reader and not to the rules; `coded` serialises to a code with parameters.
    #[must_use]
    pub fn unprocessable(field: Option<&str>, coded: &impl Serialize) -> Self {
        let value = serde_json::to_value(coded).unwrap_or_default();
        Self {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            code: Cow::Owned(value.get("code").and_then(Value::as_str).unwrap_or_default().to_owned()),
            field: field.map(Box::from),
            params: Box::new(value.get("params").cloned().unwrap_or_else(|| json!({}))),
        }
    }

    /// A value of a query or a body that cannot be read.
    #[must_use]
    pub fn unreadable(field: Option<&str>, value: &str) -> Self {
        let value: String = value.chars().take(200).collect();
        let params = Box::new(json!({"value": value}));
        Self { field: field.map(Box::from), params, ..Self::of(Refusal::UnreadableValue) }
    }

    /// A body that can be read, and is a list or a lone value.
    #[must_use]
    pub fn no_object() -> Self {
        Self { field: Some("body".into()), ..Self::of(Refusal::NoObject) }
    }

    /// A name of a query or a body that nobody here reads.
    #[must_use]
    pub fn unknown_name(name: &str, known: &[&str]) -> Self {
        let name: String = name.chars().take(200).collect();
        let params = Box::new(json!({"name": name, "known": known}));
        Self { field: Some(name.into()), params, ..Self::of(Refusal::UnknownName) }
    }

    /// Two parameters that say the same thing in two ways.
    #[must_use]
    pub fn not_together(one: &str, other: &str) -> Self {
        let params = Box::new(json!({"one": one, "other": other}));
        Self { field: Some(one.into()), params, ..Self::of(Refusal::NotTogether) }
    }

    /// A member that what is asked for does not take.
    #[must_use]
    pub fn not_of(name: &str, action: &str) -> Self {
        let params = Box::new(json!({"name": name, "action": action}));
        Self { field: Some(name.into()), params, ..Self::of(Refusal::NotOfAction) }
    }

    /// A value that is none of those that there are.
    #[must_use]
    pub fn bad_choice(field: &str, value: &str, choices: &[&str]) -> Self {
        let value: String = value.chars().take(200).collect();
        Self::bad(field, &json!({"code": "bad_choice", "params": {"value": value, "choices": choices}}))
    }

    /// A value that can be read and makes no sense to anybody.
    #[must_use]
    pub fn bad(field: &str, coded: &impl Serialize) -> Self {
        Self { status: StatusCode::BAD_REQUEST, ..Self::unprocessable(Some(field), coded) }
    }

    /// A parameter that has to be there.
    #[must_use]
    pub fn missing(field: &str) -> Self {
        Self::unprocessable(Some(field), &Fault::MissingValue)
    }

    /// The field to blame, where there is one.
    #[cfg(test)]
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        self.field.as_deref()
    }

    fn body(self, language: Language) -> ErrorBody {
        /// Codes whose words say what is wrong, and need to be told of what.
        const OF_A_FIELD: [&str; 4] = ["unreadable_value", "missing_value", "out_of_range", "bad_choice"];
        let mut message = language.say(&json!({"code": self.code, "params": self.params}));
        if let Some(field) = self.field.as_deref().filter(|_| OF_A_FIELD.contains(&&*self.code)) {
            message = format!("{field}: {message}");
        }
        let Self { code, field, params, .. } = self;
        ErrorBody { error: ErrorDetail { code: code.into(), message, field: field.map(Into::into), params: *params } }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Full => Self::of(Refusal::DiskFull),
            StoreError::KeyReused => Self::of(Refusal::KeyReused),
            StoreError::Closed => Self::of(Refusal::Closing),
            StoreError::TooNew { .. } | StoreError::Failed(_) => {
                tracing::error!(%error, "the store failed");
                Self::of(Refusal::Internal)
            }
        }
    }
}

impl From<IntakeError> for ApiError {
    fn from(error: IntakeError) -> Self {
        match error {
            IntakeError::Store(error) => error.into(),
            IntakeError::Photo(PhotoFault::Io(error)) => PhotoFault::Io(error).into(),
            IntakeError::Photo(fault @ PhotoFault::PhotoTooLarge { .. }) => {
                Self { status: StatusCode::PAYLOAD_TOO_LARGE, ..Self::unprocessable(Some("photo"), &fault) }
            }
            told => Self::unprocessable(told.field(), &told),
        }
    }
}

impl From<AccountError> for ApiError {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::Store(error) => error.into(),
            AccountError::Hash(error) => {
                tracing::error!(%error, "a password could not be hashed");
                Self::of(Refusal::Internal)
            }
            told @ (AccountError::UnknownSignInCode | AccountError::NotLetIn) => {
                Self { status: StatusCode::UNAUTHORIZED, ..Self::unprocessable(None, &told) }
            }
            told => Self::unprocessable(told.field(), &told),
        }
    }
}

impl From<DecisionError> for ApiError {
    fn from(error: DecisionError) -> Self {
        match error {
            DecisionError::Store(error) => error.into(),
            DecisionError::NotFound => Self::of(Refusal::NotFound),
            told @ DecisionError::DecidedBefore { .. } => {
                Self { status: StatusCode::CONFLICT, ..Self::unprocessable(None, &told) }
            }
            told => Self::unprocessable(Some("reason"), &told),
        }
    }
}

impl From<StepError> for ApiError {
    fn from(error: StepError) -> Self {
        use TransitionError as T;
        match error {
            StepError::Store(error) => error.into(),
            StepError::NotFound => Self::of(Refusal::NotFound),
            StepError::Told(error) => error.into(),
            told @ StepError::Stale { .. } => {
                Self { status: StatusCode::CONFLICT, ..Self::unprocessable(Some("version"), &told) }
            }
            StepError::Refused(why) => {
                let status = match why {
                    T::NotNow { .. } | T::AskedBefore { .. } => StatusCode::CONFLICT,
                    T::NotYours { .. } | T::PostAIsThere | T::HeadMustRule { .. } | T::HeadMustDecide => {
                        StatusCode::FORBIDDEN
                    }
                    _ => StatusCode::UNPROCESSABLE_ENTITY,
                };
                Self { status, ..Self::unprocessable(why.field(), &why) }
            }
            told @ StepError::NothingCorrected => Self::unprocessable(Some("category"), &told),
        }
    }
}

impl From<RulingError> for ApiError {
    fn from(error: RulingError) -> Self {
        match error {
            RulingError::Step(error) => error.into(),
            told @ RulingError::NoRuling => Self { status: StatusCode::CONFLICT, ..Self::unprocessable(None, &told) },
            told @ RulingError::NoSuchRuling { .. } => {
                Self { status: StatusCode::NOT_FOUND, ..Self::unprocessable(None, &told) }
            }
            told => Self::unprocessable(Some("grid"), &told),
        }
    }
}

impl From<PatrolError> for ApiError {
    fn from(error: PatrolError) -> Self {
        use PatrolError as P;
        let status = match error {
            P::Store(error) => return error.into(),
            P::NotFound => return Self::of(Refusal::NotFound),
            P::PostAIsThere | P::OutsideReach => StatusCode::FORBIDDEN,
            P::VisitedBefore { .. } | P::Task(TaskError::TaskOfAnotherDay { .. } | TaskError::TaskEnded { .. }) => {
                StatusCode::CONFLICT
            }
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self { status, ..Self::unprocessable(error.field(), &error) }
    }
}

impl From<PlaceError> for ApiError {
    fn from(error: PlaceError) -> Self {
        let (status, field) = match error {
            PlaceError::Patrol(error) => return error.into(),
            PlaceError::PerhapsTheSame { .. } => (StatusCode::CONFLICT, "name"),
            PlaceError::PlaceCodeTaken { .. } => (StatusCode::CONFLICT, "code"),
            PlaceError::TooManyNames { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "aliases"),
        };
        Self { status, ..Self::unprocessable(Some(field), &error) }
    }
}

impl From<NoPicture> for ApiError {
    fn from(why: NoPicture) -> Self {
        match why {
            NoPicture::UnknownCamera => Self::of(Refusal::NotFound),
            NoPicture::Busy => Self::of(Refusal::TooManyCameras),
            NoPicture::TooManyViewers => Self::of(Refusal::TooManyViewers),
            NoPicture::TooSlow => Self::of(Refusal::NoPictureYet),
            NoPicture::NothingKept => Self::of(Refusal::NothingKept),
            NoPicture::NoVideo => Self::of(Refusal::NoVideo),
            NoPicture::Failed(why) => {
                tracing::error!(why, "a clip failed");
                Self::of(Refusal::Internal)
            }
            NoPicture::Down(cause) => {
                Self { status: StatusCode::SERVICE_UNAVAILABLE, ..Self::unprocessable(None, &cause) }
            }
        }
    }
}

impl From<PhotoFault> for ApiError {
    fn from(fault: PhotoFault) -> Self {
        match fault {
            PhotoFault::Io(error) if is_full(error.kind()) => Self::of(Refusal::DiskFull),
            fault => {
                tracing::error!(?fault, "the evidence failed");
                Self::of(Refusal::Internal)
            }
        }
    }
}

/// The disk is full, or what this user or process may write of it.
fn is_full(kind: io::ErrorKind) -> bool {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(kind, StorageFull | QuotaExceeded | FileTooLarge)
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Gives every refusal its body, in the language that the client asked for. What the framework refuses by itself, such
/// as a query that it cannot read, gets the same form.
pub async fn worded(request: Request, next: Next) -> Response {
    /// Longest text of the framework that is passed on.
    const LONGEST: usize = 4 * 1024;
    let language = language_of(request.headers());
    let response = next.run(request).await;
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let error = match parts.extensions.remove::<ApiError>() {
        Some(error) => error,
        None if status.is_client_error() => {
            let said = axum::body::to_bytes(body, LONGEST).await.unwrap_or_default();
            ApiError { status, ..ApiError::unreadable(None, &String::from_utf8_lossy(&said)) }
        }
        None => ApiError { status, ..ApiError::of(Refusal::Internal) },
    };
    let status = error.status;
    let mut worded = (status, Json(error.body(language))).into_response();
    if let Some(wait) = parts.headers.remove(header::RETRY_AFTER) {
        worded.headers_mut().insert(header::RETRY_AFTER, wait);
    }
    worded
}
