//! `/heat.png`, `/heat/{z}/{x}/{y}.png`, `/heat/legend.json`.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use jiff::{Span, SpanRelativeTo, SpanRound, Unit};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    AppState,
    error::{ApiError, ErrorBody, Refusal},
    guard::{By, blocking},
    query::{Asked, At, bbox, instant},
};
use crate::{
    domain::{
        analysis::heat::{Domain, Frame, FrameError, Ramp, Spread},
        duty::Visibility,
        geo::mercator::{DEEPEST_ZOOM, TILE_PX},
        people::{Actor, Sight},
    },
    service::{
        heat::{HeatLayer, HeatRequest, Period},
        intake::listed_category,
    },
};

/// What all three take.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct HeatQuery {
    /// Opened from, inclusive.
    from: Option<String>,
    /// Opened before.
    to: Option<String>,
    /// `24h`, `7d`: up to now; not with `from` or `to`.
    last: Option<String>,
    category: Option<String>,
    department: Option<String>,
    source: Option<String>,
    radius_m: Option<f64>,
    kernel: Option<String>,
    ramp: Option<String>,
    /// Events per square kilometre that the strongest colour stands for.
    domain: Option<f32>,
    bbox: Option<String>,
    width: Option<u32>,
    height: Option<u32>,
    /// Of the legend: its zoom.
    z: Option<u8>,
}

/// Widest radius: beyond it a city is one spot.
const WIDEST_RADIUS_M: f64 = 100_000.0;

impl HeatQuery {
    fn request(&self, state: &AppState, actor: &Actor) -> Result<HeatRequest, ApiError> {
        let catalog = state.catalog.load();
        let zone = catalog.settings.time_zone.clone();
        if let Some(category) = self.category.as_deref() {
            let listed = listed_category(&catalog, category);
            listed.map_err(|error| ApiError::unprocessable(error.field(), &error))?;
        }
        if let (Some(_), Some(other)) =
            (&self.last, self.from.as_ref().map(|_| "from").or(self.to.as_ref().map(|_| "to")))
        {
            return Err(ApiError::not_together("last", other));
        }
        let (from, to) = (instant("from", self.from.as_deref(), &zone)?, instant("to", self.to.as_deref(), &zone)?);
        let period = match &self.last {
            Some(last) => Period::Last(milliseconds(last).ok_or_else(|| ApiError::unreadable(Some("last"), last))?),
            None => Period::Fixed(from, to),
        };
        let spread = match self.radius_m {
            None => Spread::DEFAULT,
            Some(radius_m) if radius_m > 0.0 && radius_m <= WIDEST_RADIUS_M => Spread::Meters(radius_m),
            Some(radius_m) => return Err(ApiError::unreadable(Some("radius_m"), &radius_m.to_string())),
        };
        if let Some(kernel) = self.kernel.as_deref().filter(|kernel| *kernel != "gaussian") {
            return Err(ApiError::unreadable(Some("kernel"), kernel));
        }
        let ramp = self.ramp.as_deref().map_or(Ok(Ramp::default()), str::parse);
        let domain = self.domain.map(|max| Domain::up_to(max).ok_or(max)).transpose();
        Ok(HeatRequest {
            period,
            category: self.category.clone(),
            department: self.department.clone(),
            source: self.source.clone(),
            visible: visible(actor),
            spread,
            ramp: ramp.map_err(|_| ApiError::unreadable(Some("ramp"), self.ramp.as_deref().unwrap_or_default()))?,
            domain: domain.map_err(|max| ApiError::unreadable(Some("domain"), &max.to_string()))?,
        })
    }
}

/// The circles whose cases make heat for somebody: where those lie that few may know of is for who sees all of them.
fn visible(actor: &Actor) -> Vec<Visibility> {
    let Sight { mut circles, reach } = actor.sight();
    circles.retain(|circle| *circle != Visibility::Restricted || reach.everywhere);
    circles
}

/// `24h`, `7d`, `90 minutes`: days of 24 hours.
fn milliseconds(text: &str) -> Option<i64> {
    let span: Span = text.parse().ok()?;
    let whole = SpanRound::new().largest(Unit::Millisecond).relative(SpanRelativeTo::days_are_24_hours());
    Some(span.round(whole).ok()?.get_milliseconds()).filter(|ms| *ms > 0)
}

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
    let area = query.bbox.as_deref().ok_or_else(|| ApiError::missing("bbox"))?;
    let frame = Frame::of_box(bbox(area)?, query.width.unwrap_or(1024), query.height.unwrap_or(768));
    let frame = frame.map_err(|fault| match fault {
        FrameError::Size => ApiError::unreadable(Some("width"), &fault.to_string()),
        _ => ApiError::unreadable(Some("bbox"), area),
    })?;
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
    let request = query.request(&state, actor)?;
    let png = drawn(state, request, move |layer, request| layer.png(request, &frame)).await?;
    let png = png.map_err(|error| {
        tracing::error!(%error, "a heat picture could not be made");
        ApiError::of(Refusal::Internal)
    })?;
    let tag = format!("\"{}\"", blake3::hash(&png).to_hex());
    // A browser asks again, and hears that nothing is new.
    let kept = [(header::ETAG, tag.clone()), (header::CACHE_CONTROL, "private, no-cache".to_owned())];
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return Ok((StatusCode::NOT_MODIFIED, kept).into_response());
    }
    Ok((kept, [(header::CONTENT_TYPE, "image/png")], png).into_response())
}

/// Draws where blocking is allowed, a few pictures at a time.
async fn drawn<T: Send + 'static>(
    state: AppState,
    request: HeatRequest,
    draw: impl FnOnce(&HeatLayer, &HeatRequest) -> T + Send + 'static,
) -> Result<T, ApiError> {
    let turn = state.pictures.clone().acquire_owned().await.map_err(|_| ApiError::of(Refusal::Closing))?;
    blocking(move || {
        let layer = state.heat.layer(&request, state.clock.now())?;
        let drawn = draw(&layer, &request);
        drop(turn);
        Ok(drawn)
    })
    .await?
}

/// What the colours of a zoom mean.
#[derive(Debug, Serialize, ToSchema)]
pub struct Legend {
    unit: &'static str,
    scale: &'static str,
    kernel: &'static str,
    /// Three standard deviations of the Gaussian, at this zoom.
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
    let request = query.request(&state, &actor)?;
    let legend = drawn(state, request, move |layer, request| {
        let domain = layer.domain(request, zoom);
        let palette = request.ramp.palette();
        let stop = |level: u8| {
            let [r, g, b, alpha] = palette[usize::from(level)];
            Stop { value: domain.value(level), color: format!("rgb({r} {g} {b} / {:.2})", f32::from(alpha) / 255.0) }
        };
        let middle = layer.middle().unwrap_or(0.5);
        Legend {
            unit: "events/km²",
            scale: "log1p",
            kernel: "gaussian",
            radius_m: (request.spread.sigma_m(zoom, middle) * Spread::RADIUS_SIGMAS).round(),
            ramp: request.ramp.to_string(),
            domain: [0.0, domain.max()],
            stops: (0..=8).map(|i| stop((i * 32u16).min(255) as u8)).collect(),
            events: layer.len(),
            hidden: layer.hidden,
            seq: layer.seq,
        }
    });
    Ok(Json(legend.await?))
}
