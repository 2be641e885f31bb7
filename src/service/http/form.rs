//! Bodies that may bring photos: JSON, or a form with the same JSON in one field and photos in others.

use axum::{
    body::Bytes,
    extract::{FromRequest, Multipart, Request, multipart::MultipartError},
    http::{HeaderMap, StatusCode, header},
};
use http_body_util::LengthLimitError;
use serde::de::DeserializeOwned;

use super::{
    BODY_LIMIT,
    error::{ApiError, Refusal},
    query::object,
};
use crate::io::store::IdempotencyKey;

/// Largest body of a request with its photos.
pub const LARGEST_WITH_PHOTOS: usize = 48 * 1024 * 1024;
/// Longest `Idempotency-Key`.
const LONGEST_KEY: usize = 200;

/// A body as it came over the wire.
pub struct Form<T> {
    pub body: T,
    pub photos: Vec<Bytes>,
    /// Of everything that was sent.
    pub hash: String,
}

impl<T: DeserializeOwned> Form<T> {
    /// JSON as the whole body, or in the form's field of that name.
    pub async fn read(request: Request, field: &str) -> Result<Self, ApiError> {
        if !is_form(&request) {
            let body = whole(request).await?;
            let hash = blake3::hash(&body).to_hex().to_string();
            return Ok(Self { body: object(&body)?, photos: Vec::new(), hash });
        }
        let (mut json, mut photos, mut hasher) = (None, Vec::new(), blake3::Hasher::new());
        let mut form = multipart(request).await?;
        while let Some((name, bytes)) = next(&mut form, &mut hasher).await? {
            match name.as_str() {
                "photo" => photos.push(bytes),
                name if name == field && json.is_none() => json = Some(bytes),
                name => return Err(ApiError::unknown_name(name, &["photo"])),
            }
        }
        let json = json.ok_or_else(|| ApiError::missing(field))?;
        Ok(Self { body: object(&json)?, photos, hash: hasher.finalize().to_hex().to_string() })
    }
}

pub fn is_form(request: &Request) -> bool {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.trim_start().to_ascii_lowercase().starts_with("multipart/form-data"))
}

/// All of a body without photos.
pub async fn whole(request: Request) -> Result<Bytes, ApiError> {
    axum::body::to_bytes(request.into_body(), BODY_LIMIT).await.map_err(|error| cut_off(&error))
}

pub async fn multipart(request: Request) -> Result<Multipart, ApiError> {
    let form = Multipart::from_request(request, &()).await;
    form.map_err(|error| ApiError::unreadable(Some("body"), &error.to_string()))
}

/// The next field, with its name; it goes into the hash of everything that was sent.
pub async fn next(form: &mut Multipart, hasher: &mut blake3::Hasher) -> Result<Option<(String, Bytes)>, ApiError> {
    let Some(field) = form.next_field().await.map_err(|error| broken(&error))? else { return Ok(None) };
    let name = field.name().unwrap_or_default().to_owned();
    let bytes = field.bytes().await.map_err(|error| broken(&error))?;
    hasher.update(name.as_bytes()).update(&(bytes.len() as u64).to_le_bytes()).update(&bytes);
    Ok(Some((name, bytes)))
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

/// The request's `Idempotency-Key`, with the hash of what it came with.
pub fn idempotency(headers: &HeaderMap, request: String) -> Result<Option<IdempotencyKey>, ApiError> {
    let Some(value) = headers.get("Idempotency-Key") else { return Ok(None) };
    let key = value.to_str().ok().filter(|key| !key.is_empty() && key.len() <= LONGEST_KEY);
    let key = key.ok_or_else(|| ApiError::unreadable(Some("Idempotency-Key"), &format!("{value:?}")))?;
    Ok(Some(IdempotencyKey { key: key.to_owned(), request }))
}
