//! `/api/cameras/availability`: how much of the time cameras gave pictures.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use jiff::{Timestamp, ToSpan, civil::Date};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{csv, period, rounded};
use crate::{
    domain::camera::CameraTime,
    io::{catalog::Catalog, store::CameraDay},
    service::{
        camera_grids::grids_of_cameras,
        http::{
            AppState,
            error::{ApiError, ErrorBody},
            guard::blocking,
            query::Asked,
        },
    },
};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AvailabilityQuery {
    /// Default: the days.
    by: Option<By>,
    /// `2026-W10`, `2026-03`, `2026-03-04`; or `from` and `to`. Whole days; the last thirty unless asked.
    period: Option<String>,
    from: Option<String>,
    to: Option<String>,
    #[param(inline)]
    format: Option<Form>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum By {
    #[default]
    Day,
    Camera,
    /// That the cameras stand in: how long somebody looked there, which counts of findings can be divided by.
    Grid,
}

#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Form {
    #[default]
    Json,
    /// By grid, what `hotspots --exposure` takes.
    Csv,
}

/// How much of the time that cameras were to give pictures they gave them.
#[derive(Debug, Serialize, ToSchema)]
pub struct Availability {
    by: By,
    /// The first day, and the first that is not counted any more.
    from: String,
    to: String,
    all: Share,
    rows: Vec<AvailabilityRow>,
}

#[derive(Debug, Serialize, ToSchema)]
struct AvailabilityRow {
    /// The day, the camera's id, or the grid's code.
    of: String,
    #[serde(flatten)]
    share: Share,
}

#[derive(Debug, Serialize, ToSchema)]
struct Share {
    /// Hours of cameras.
    wanted_h: f64,
    given_h: f64,
    /// 0 to 1; null where none was to give any.
    availability: Option<f64>,
}

impl From<CameraTime> for Share {
    fn from(time: CameraTime) -> Self {
        let hours = |time: std::time::Duration| (time.as_secs_f64() / 36.0).round() / 100.0;
        Self {
            wanted_h: hours(time.wanted),
            given_h: hours(time.given),
            availability: time.availability().map(rounded),
        }
    }
}

/// Days, where nobody says.
const DAYS: i64 = 30;

/// How much of the time cameras gave pictures, kept minute by minute.
#[utoipa::path(
    get, path = "/api/cameras/availability", tag = "figures", params(AvailabilityQuery),
    responses((status = 200, body = Availability), (status = "4XX", body = ErrorBody)),
)]
pub async fn availability(
    State(state): State<AppState>,
    Asked(query): Asked<AvailabilityQuery>,
) -> Result<Response, ApiError> {
    let (catalog, now) = (state.catalog.load_full(), state.clock.now());
    let [from, to] = days(&query, &catalog, now)?;
    let (store, site) = (state.store.clone(), state.site.clone());
    let days = blocking(move || store.camera_days(&site, from, to)).await??;
    let by = query.by.unwrap_or_default();
    let grids = if by == By::Grid { grids_of_cameras(&catalog, now) } else { BTreeMap::new() };
    let (mut all, mut parts) = (CameraTime::default(), BTreeMap::<String, CameraTime>::new());
    for CameraDay { day, camera, time } in days {
        all += time;
        let of = match by {
            By::Day => Some(day.to_string()),
            By::Camera => Some(camera),
            By::Grid => grids.get(&camera).map(ToString::to_string),
        };
        if let Some(of) = of {
            *parts.entry(of).or_default() += time;
        }
    }
    let rows = parts.into_iter().map(|(of, time)| AvailabilityRow { of, share: time.into() });
    let told = Availability { by, from: from.to_string(), to: to.to_string(), all: all.into(), rows: rows.collect() };
    match query.format.unwrap_or_default() {
        Form::Json => Ok(Json(told).into_response()),
        Form::Csv => table(&told),
    }
}

/// The first day, and the first behind the last.
fn days(query: &AvailabilityQuery, catalog: &Catalog, now: Timestamp) -> Result<[Date; 2], ApiError> {
    let zone = &catalog.settings.time_zone;
    let period = period(query.period.as_deref(), query.from.as_deref(), query.to.as_deref(), zone)?;
    let date = |at: Timestamp| zone.to_datetime(at).date();
    let tomorrow = date(now).saturating_add(1.day());
    let to = period.to.map_or(tomorrow, date);
    let from = period.from.map_or_else(|| to.saturating_sub(DAYS.days()), date);
    if from >= to {
        return Err(ApiError::unreadable(Some("to"), query.to.as_deref().unwrap_or_default()));
    }
    Ok([from, to])
}

fn table(told: &Availability) -> Result<Response, ApiError> {
    let rows = told.rows.iter().map(|AvailabilityRow { of, share }| {
        let mut row = vec![of.clone(), share.given_h.to_string()];
        if told.by != By::Grid {
            let availability = share.availability.map(|share| share.to_string()).unwrap_or_default();
            row.extend([share.wanted_h.to_string(), availability]);
        }
        row
    });
    let mut head = vec!["of".to_owned(), "given_h".to_owned()];
    if told.by != By::Grid {
        head.extend(["wanted_h", "availability"].map(str::to_owned));
    }
    csv("availability", std::iter::once(head).chain(rows))
}
