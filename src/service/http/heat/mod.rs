//! `/heat.png`, `/heat/{z}/{x}/{y}.png`, `/heat/legend.json`.

mod query;

use axum::{
    Json,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    AppState,
    error::{ApiError, ErrorBody, Refusal},
    guard::{By, blocking},
    query::{Asked, At},
};
use crate::{
    domain::{
        analysis::heat::Frame,
        geo::mercator::{DEEPEST_ZOOM, TILE_PX},
        people::Actor,
    },
    service::heat::{HeatLayer, HeatOf, Picture},
};
use query::HeatQuery;

/// Heat over a box of the map.
#[utoipa::path(
    get, path = "/heat.png", tag = "heat", params(HeatQuery),
    responses((status = 200, content_type = "image/png"), (status = "4XX", body = ErrorBody)),
)]
pub async fn picture(
    State(state): State<AppState>,
    By(actor): By,
    Asked(query): Asked<HeatQuery>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let frame = query.frame()?;
    png(state, &actor, &query, frame, &headers).await
}

/// A map tile of heat: 256 pixels a side; 512 with `@2x` behind the row.
#[utoipa::path(
    get, path = "/heat/{z}/{x}/{y}", tag = "heat",
    params(("z" = u8, Path), ("x" = u32, Path), ("y" = String, Path, description = "6178.png or 6178@2x.png"), HeatQuery),
    responses((status = 200, content_type = "image/png"), (status = "4XX", body = ErrorBody)),
)]
pub async fn tile(
    State(state): State<AppState>,
    By(actor): By,
    At((zoom, x, file)): At<(u8, u32, String)>,
    Asked(query): Asked<HeatQuery>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let no_tile = || ApiError::of(Refusal::NotFound);
    let row = file.strip_suffix(".png").ok_or_else(no_tile)?;
    let (row, px) = row.strip_suffix("@2x").map_or((row, TILE_PX), |row| (row, 2 * TILE_PX));
    let row = row.parse().map_err(|_| no_tile())?;
    let frame = Frame::of_tile(zoom, x, row, px).map_err(|_| no_tile())?;
    png(state, &actor, &query, frame, &headers).await
}

async fn png(
    state: AppState,
    actor: &Actor,
    query: &HeatQuery,
    frame: Frame,
    headers: &HeaderMap,
) -> Result<Response, ApiError> {
    let (of, look) = (query.of(&state, actor)?, query.look()?);
    let known = headers.get(header::IF_NONE_MATCH).map(|known| known.as_bytes().to_vec());
    let drawn = drawn(state, of, move |layer, now| layer.picture(&look, &frame, now, known.as_deref())).await?;
    let drawn = drawn.map_err(|error| {
        tracing::error!(%error, "a heat picture could not be made");
        ApiError::of(Refusal::Internal)
    })?;
    // A browser asks again, and hears that nothing is new.
    let kept = |tag: String| [(header::ETAG, tag), (header::CACHE_CONTROL, "private, no-cache".to_owned())];
    Ok(match drawn {
        Picture::Known(tag) => (StatusCode::NOT_MODIFIED, kept(tag)).into_response(),
        Picture::New { tag, png } => {
            (kept(tag), [(header::CONTENT_TYPE, "image/png")], Body::from(Bytes::from_owner(png))).into_response()
        }
    })
}

/// Draws where blocking is allowed, a few pictures at a time.
async fn drawn<T: Send + 'static>(
    state: AppState,
    of: HeatOf,
    draw: impl FnOnce(&HeatLayer, Timestamp) -> T + Send + 'static,
) -> Result<T, ApiError> {
    let turn = state.pictures.clone().acquire_owned().await.map_err(|_| ApiError::of(Refusal::Closing))?;
    blocking(move || {
        let now = state.clock.now();
        let drawn = draw(&*state.heat.layer(&of, now)?, now);
        drop(turn);
        Ok(drawn)
    })
    .await?
}

/// What the colours of a zoom mean.
#[derive(Debug, Serialize, ToSchema)]
pub struct Legend {
    /// `events/km²/h` where the period has a length, else `events/km²`.
    unit: &'static str,
    scale: String,
    kernel: String,
    /// How far an event reaches at this zoom; of a Gaussian three standard deviations.
    radius_m: f64,
    ramp: String,
    domain: [f32; 2],
    stops: Vec<Stop>,
    /// Cases that are shown.
    events: usize,
    /// Cases whose place the reader may not know: counted, not shown.
    hidden: u64,
    /// The change up to which this is true; opaque.
    seq: i64,
}

#[derive(Debug, Serialize, ToSchema)]
struct Stop {
    value: f32,
    /// Red, green, blue, opacity, as CSS writes them.
    color: String,
}

/// What the colours of a zoom mean.
#[utoipa::path(
    get, path = "/heat/legend.json", tag = "heat", params(HeatQuery),
    responses((status = 200, body = Legend), (status = "4XX", body = ErrorBody)),
)]
pub async fn legend(
    State(state): State<AppState>,
    By(actor): By,
    Asked(query): Asked<HeatQuery>,
) -> Result<Json<Legend>, ApiError> {
    let zoom = f64::from(query.z.unwrap_or(14).min(DEEPEST_ZOOM));
    let (of, look) = (query.of(&state, &actor)?, query.look()?);
    let meaning = drawn(state, of, move |layer, now| layer.meaning(&look, zoom, now)).await?;
    let palette = look.ramp.palette();
    let stop = |level: u8| {
        let [r, g, b, alpha] = palette[usize::from(level)];
        let color = format!("rgb({r} {g} {b} / {:.2})", f32::from(alpha) / 255.0);
        Stop { value: look.scale.value(level, meaning.domain), color }
    };
    Ok(Json(Legend {
        unit: meaning.unit.symbol(),
        scale: look.scale.to_string(),
        kernel: look.kernel.shape.to_string(),
        radius_m: meaning.radius_m.round(),
        ramp: look.ramp.to_string(),
        domain: [0.0, meaning.domain.max()],
        stops: (0..=8).map(|i| stop((i * 32u16).min(255) as u8)).collect(),
        events: meaning.shown,
        hidden: meaning.hidden,
        seq: meaning.seq,
    }))
}
