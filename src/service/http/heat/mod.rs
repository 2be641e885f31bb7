//! `/heat.png`, `/heat/{z}/{x}/{y}.png`, `/heat/film.png`, `/heat/legend.json`; the numbers behind it, contours, grids.

mod grids;
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
    geojson::{Collection, Feature},
    guard::{By, blocking},
    query::{Asked, At},
};
use crate::{
    domain::{
        analysis::heat::{Contour, Frame},
        geo::mercator::TILE_PX,
        people::Actor,
    },
    io::store::StoreError,
    service::heat::{Film, Heat, HeatView, Picture, ValuesFormat},
};
pub use grids::*;
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
    let look = query.look()?;
    let known = headers.get(header::IF_NONE_MATCH).map(|known| known.as_bytes().to_vec());
    let drawn = drawn(state, actor, query, move |view, now| view.picture(&look, &frame, now, known.as_deref())).await?;
    let drawn = drawn.map_err(|error| failed(&error))?;
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
    actor: &Actor,
    query: &HeatQuery,
    draw: impl FnOnce(&HeatView, Timestamp) -> T + Send + 'static,
) -> Result<T, ApiError> {
    let of = query.of(&state, actor)?;
    let before = query.before(&of, &state)?;
    in_turn(state, move |heat, now| Ok(draw(&heat.view(&of, before.as_ref(), now)?, now))).await
}

/// The same for films.
async fn filmed<T: Send + 'static>(
    state: AppState,
    actor: &Actor,
    query: &HeatQuery,
    frame: Option<Frame>,
    draw: impl FnOnce(&Film, Timestamp) -> T + Send + 'static,
) -> Result<T, ApiError> {
    let of = query.of(&state, actor)?;
    let stretches = query.stretches(&of, state.clock.now())?;
    if let Some(frame) = frame {
        stretches.fits(&frame).map_err(|fault| ApiError::bad(fault.field(), &fault))?;
    }
    in_turn(state, move |heat, now| Ok(draw(&heat.film(&of, &stretches, now)?, now))).await
}

async fn in_turn<T: Send + 'static>(
    state: AppState,
    work: impl FnOnce(&Heat, Timestamp) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, ApiError> {
    let turn = state.pictures.clone().acquire_owned().await.map_err(|_| ApiError::of(Refusal::Closing))?;
    blocking(move || {
        let done = work(&state.heat, state.clock.now());
        drop(turn);
        Ok(done?)
    })
    .await?
}

fn failed(error: &anyhow::Error) -> ApiError {
    tracing::error!(%error, "heat could not be encoded");
    ApiError::of(Refusal::Internal)
}

/// Heat as it changes: a period's stretches one after the other, each in the same colours, as one animated PNG.
#[utoipa::path(
    get, path = "/heat/film.png", tag = "heat", params(HeatQuery),
    responses((status = 200, content_type = "image/png"), (status = "4XX", body = ErrorBody)),
)]
pub async fn film(
    State(state): State<AppState>,
    By(actor): By,
    Asked(query): Asked<HeatQuery>,
) -> Result<Response, ApiError> {
    let (look, frame) = (query.look()?, query.frame()?);
    let film = filmed(state, &actor, &query, Some(frame), move |film, now| film.picture(&look, &frame, now)).await?;
    let film = film.map_err(|error| failed(&error))?;
    Ok(([(header::CONTENT_TYPE, "image/png")], film).into_response())
}

/// The numbers behind a picture, in the legend's unit, as a GeoTIFF of 32-bit floats in Web Mercator.
#[utoipa::path(
    get, path = "/heat.tif", tag = "heat", params(HeatQuery),
    responses((status = 200, content_type = "image/tiff"), (status = "4XX", body = ErrorBody)),
)]
pub async fn geotiff(state: State<AppState>, by: By, asked: Asked<HeatQuery>) -> Result<Response, ApiError> {
    values(state, by, asked, ValuesFormat::GeoTiff, "image/tiff").await
}

/// The numbers behind a picture, in the legend's unit, as NumPy reads them: rows from the north, 32-bit floats.
#[utoipa::path(
    get, path = "/heat.npy", tag = "heat", params(HeatQuery),
    responses((status = 200, content_type = "application/octet-stream"), (status = "4XX", body = ErrorBody)),
)]
pub async fn npy(state: State<AppState>, by: By, asked: Asked<HeatQuery>) -> Result<Response, ApiError> {
    values(state, by, asked, ValuesFormat::Npy, "application/octet-stream").await
}

async fn values(
    State(state): State<AppState>,
    By(actor): By,
    Asked(query): Asked<HeatQuery>,
    format: ValuesFormat,
    media_type: &'static str,
) -> Result<Response, ApiError> {
    let (look, frame) = (query.look()?, query.frame()?);
    let file = drawn(state, &actor, &query, move |view, now| view.values_file(format, &look, &frame, now)).await?;
    let file = file.map_err(|error| failed(&error))?;
    Ok(([(header::CONTENT_TYPE, media_type)], file).into_response())
}

/// The density that an area's outline stands for: one of the two.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContourProperties {
    #[serde(skip_serializing_if = "Option::is_none")]
    at_least: Option<f32>,
    /// Where periods are compared and there is less than before; below zero.
    #[serde(skip_serializing_if = "Option::is_none")]
    at_most: Option<f32>,
    /// As in the picture, as CSS writes it.
    color: String,
}

/// Contours of heat over a box of the map, at the values of its legend: areas that end at the box.
#[utoipa::path(
    get, path = "/heat/contours.geojson", tag = "heat", params(HeatQuery),
    responses((status = 200, body = Collection<ContourProperties>), (status = "4XX", body = ErrorBody)),
)]
pub async fn contours(
    State(state): State<AppState>,
    By(actor): By,
    Asked(query): Asked<HeatQuery>,
) -> Result<Collection<ContourProperties>, ApiError> {
    /// Of the pixels that contours are drawn through.
    const MOST_PX: u32 = 1024;
    let (look, frame) = (query.look()?, query.frame_up_to(MOST_PX)?);
    let found = drawn(state, &actor, &query, move |view, now| view.contours(&look, &frame, now)).await?;
    Ok(Collection::of(found.into_iter().map(|(Contour { value, area }, color)| {
        let (at_least, at_most) = if value < 0.0 { (None, Some(value)) } else { (Some(value), None) };
        Feature::of_area(&area, ContourProperties { at_least, at_most, color: css(color) })
    })))
}

/// Red, green, blue, opacity, as CSS writes them.
fn css([r, g, b, alpha]: [u8; 4]) -> String {
    format!("rgb({r} {g} {b} / {:.2})", f32::from(alpha) / 255.0)
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
    let (look, zoom) = (query.look()?, query.zoom()?);
    let meaning = if query.is_of_film() {
        filmed(state, &actor, &query, None, move |film, now| film.meaning(&look, zoom, now)).await?
    } else {
        drawn(state, &actor, &query, move |view, now| view.meaning(&look, zoom, now)).await?
    };
    let stops = meaning.coloring.stops().map(|(value, color)| Stop { value, color: css(color) });
    Ok(Json(Legend {
        unit: meaning.unit.symbol(),
        scale: look.scale.to_string(),
        kernel: look.kernel.shape.to_string(),
        radius_m: meaning.radius_m.round(),
        ramp: look.ramp.to_string(),
        domain: meaning.coloring.range(),
        stops: stops.collect(),
        events: meaning.shown,
        hidden: meaning.hidden,
        seq: meaning.seq,
    }))
}
