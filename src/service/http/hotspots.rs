//! `/api/hotspots`: planners' questions to the cases, and the reports of each week and month.

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};
use strum::VariantNames;
use utoipa::{IntoParams, ToSchema};

use super::{
    AppState,
    error::{ApiError, ErrorBody, Refusal},
    figures::period,
    guard::{By, Speaks},
    query::{Asked, instant, page_size},
};
use crate::{
    domain::{
        analysis::{
            figures::Period,
            hotspot::{Density, LEAST_EPS_M, MOST_EPS_M, Permutations},
            planning::{BANDWIDTHS_M, Grain, Question},
        },
        people::Actor,
    },
    io::store::{IncidentFilter, KeptReport},
    service::planning::{
        Format, Rows, Summary,
        desk::{Ask, Planning, PlanningError, Rate},
    },
};

/// A planner's question.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct HotspotQuery {
    /// gi-star unless asked; gi, moran, kde, dbscan, hdbscan, emerging, near-repeat.
    method: Option<String>,
    /// `2026`, `2026-Q1`, `2026-03`, `2026-W10`, `2026-03-04`; or `from` and `to`.
    period: Option<String>,
    from: Option<String>,
    to: Option<String>,
    /// `FROM/TO`, or `none`. The period of the same length right before, unless asked.
    compare: Option<String>,
    /// `hex:200`, `square:500`, `hex:auto`; the grids unless asked.
    cells: Option<String>,
    /// `queen` unless asked; `rook`, `knn:8`, `band:500`.
    weights: Option<String>,
    /// 999 unless asked, at most 99,999.
    permutations: Option<u32>,
    /// 1 unless asked: the same gives the same.
    seed: Option<u64>,
    /// Of dbscan; 60 unless asked.
    eps_m: Option<f64>,
    /// Of dbscan; 12 unless asked.
    min_points: Option<u32>,
    /// Of kde; quartic unless asked: gaussian, epanechnikov, triweight.
    kernel: Option<String>,
    /// Of kde, in metres; by a rule unless asked.
    bandwidth_m: Option<f64>,
    /// Of kde: how what falls off the ground is made good; uniform unless asked: diggle, none.
    edge: Option<String>,
    /// Of emerging; 7 unless asked, at most 366.
    step_days: Option<u32>,
    /// Only of this category.
    category: Option<String>,
    /// Only before this department.
    department: Option<String>,
    /// Only told by this way in.
    source: Option<String>,
    /// Rates: per thousand `households`, per hundred finished `patrols`, or per hundred `camera-hours`.
    per: Option<String>,
    /// Of rates: a grid with less to divide by is unobserved. 100 households, 1 patrol or 1 hour unless asked.
    floor: Option<u32>,
    /// Count incidents on points where a geocoder piles up what it does not know.
    keep_piles: Option<bool>,
    #[param(inline)]
    format: Option<Format>,
    #[param(inline)]
    rows: Option<Rows>,
    /// As `about` of an earlier report has it: what has changed since does not count.
    as_of: Option<String>,
    /// `grid_version` of an earlier report.
    grid_version: Option<String>,
}

/// Where there is more than chance explains, ranked, with all that it takes to judge it and to ask it again.
#[utoipa::path(
    get, path = "/api/hotspots", tag = "figures", params(HotspotQuery),
    responses(
        (status = 200, content(
            (String = "application/geo+json"), (String = "text/csv"), (String = "text/html"),
            (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        )),
        (status = "4XX", body = ErrorBody),
    ),
)]
pub async fn hotspots(
    State(state): State<AppState>,
    State(planning): State<Planning>,
    By(actor): By,
    Speaks(language): Speaks,
    Asked(query): Asked<HotspotQuery>,
) -> Result<Response, ApiError> {
    let zone = state.catalog.load().settings.time_zone.clone();
    let ask = ask(&query, &zone, &actor)?;
    let (format, rows) = (query.format.unwrap_or_default(), query.rows.unwrap_or_default());
    let bytes = planning.report(ask, format, rows, language).await?;
    let disposition = match format {
        Format::Html => "inline".to_owned(),
        other => format!("attachment; filename=\"hotspots.{other}\""),
    };
    Ok(([(header::CONTENT_TYPE, format.media_type()), (header::CONTENT_DISPOSITION, &disposition)], bytes)
        .into_response())
}

fn ask(query: &HotspotQuery, zone: &TimeZone, actor: &Actor) -> Result<Ask, ApiError> {
    let period = period(query.period.as_deref(), query.from.as_deref(), query.to.as_deref(), zone)?;
    if let (Some(from), Some(to)) = (period.from, period.to)
        && from >= to
    {
        return Err(ApiError::unreadable(Some("to"), &to.to_string()));
    }
    let plain = Question::of(period);
    let within = |field, value: Option<u32>, most: u32, usual: u32| match value {
        Some(value) if !(1..=most).contains(&value) => Err(ApiError::unreadable(Some(field), &value.to_string())),
        value => Ok(value.unwrap_or(usual)),
    };
    let eps_m = query.eps_m.unwrap_or(plain.density.eps_m);
    if !(LEAST_EPS_M..=MOST_EPS_M).contains(&eps_m) {
        return Err(ApiError::unreadable(Some("eps_m"), &eps_m.to_string()));
    }
    if let Some(width) = query.bandwidth_m.filter(|width| !BANDWIDTHS_M.contains(width)) {
        return Err(ApiError::unreadable(Some("bandwidth_m"), &width.to_string()));
    }
    let min_points = within("min_points", query.min_points, 1_000_000, plain.density.min_points as u32)?;
    let question = Question {
        method: choice("method", query.method.as_deref())?.unwrap_or(plain.method),
        grain: read("cells", query.cells.as_deref())?.map_or(Grain::Grids, Grain::Cells),
        compare: compare(query.compare.as_deref(), period, zone)?,
        neighbors: read("weights", query.weights.as_deref())?.unwrap_or(plain.neighbors),
        permutations: Permutations {
            count: within("permutations", query.permutations, 99_999, plain.permutations.count)?,
            seed: query.seed.unwrap_or(plain.permutations.seed),
        },
        keep_piles: query.keep_piles.unwrap_or_default(),
        density: Density { eps_m, min_points: min_points as usize },
        kernel: choice("kernel", query.kernel.as_deref())?.unwrap_or(plain.kernel),
        bandwidth_m: query.bandwidth_m,
        edge: choice("edge", query.edge.as_deref())?.unwrap_or(plain.edge),
        step_days: within("step_days", query.step_days, 366, plain.step_days)?,
        ..plain
    };
    let rate = match query.per.as_deref() {
        None => None,
        Some("households") => Some(Rate::Households(query.floor.unwrap_or(100))),
        Some("patrols") => Some(Rate::Patrols(query.floor.unwrap_or(1))),
        Some("camera-hours") => Some(Rate::CameraHours(query.floor.unwrap_or(1))),
        Some(other) => return Err(ApiError::bad_choice("per", other, &["households", "patrols", "camera-hours"])),
    };
    let filter = IncidentFilter {
        category: query.category.clone(),
        department: query.department.clone(),
        source: query.source.clone(),
        visible: actor.sight().circles_on_maps(),
        as_of: read("as_of", query.as_of.as_deref())?,
        ..IncidentFilter::default()
    };
    Ok(Ask { question, rate, filter, version: query.grid_version.clone() })
}

fn choice<T: std::str::FromStr + VariantNames>(field: &str, text: Option<&str>) -> Result<Option<T>, ApiError> {
    text.map(|text| text.parse().map_err(|_| ApiError::bad_choice(field, text, T::VARIANTS))).transpose()
}

fn read<T: std::str::FromStr>(field: &str, text: Option<&str>) -> Result<Option<T>, ApiError> {
    text.map(|text| text.parse().map_err(|_| ApiError::unreadable(Some(field), text))).transpose()
}

/// What a period is held against: of the same length, right before it, unless something else is asked for.
fn compare(asked: Option<&str>, period: Period, zone: &TimeZone) -> Result<Option<(Timestamp, Timestamp)>, ApiError> {
    match asked {
        Some("none") => Ok(None),
        None => Ok(period.before()),
        Some(text) => {
            let unreadable = || ApiError::unreadable(Some("compare"), text);
            let (from, to) = text.split_once('/').ok_or_else(unreadable)?;
            let at = |text| instant("compare", Some(text), zone);
            let span = at(from)?.zip(at(to)?).filter(|(from, to)| from < to);
            span.map(Some).ok_or_else(unreadable)
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct KeptQuery {
    /// At most 1,000.
    limit: Option<u32>,
}

/// The reports that were made at the end of each week and month.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeptAnswer {
    /// The newest first.
    reports: Vec<KeptOne>,
}

#[derive(Debug, Serialize, ToSchema)]
struct KeptOne {
    /// `2026-W10`, `2026-03`
    period: String,
    made_at: Timestamp,
    /// With the ranks that hotspots had in the report of the same kind before.
    summary: Summary,
    /// The report, made again as it was; with `&format=`.
    url: String,
}

/// The reports of the weeks and months that have ended, made by themselves, kept, and comparable.
#[utoipa::path(
    get, path = "/api/hotspots/reports", tag = "figures", params(KeptQuery),
    responses((status = 200, body = KeptAnswer), (status = "4XX", body = ErrorBody)),
)]
pub async fn reports(
    State(planning): State<Planning>,
    Asked(query): Asked<KeptQuery>,
) -> Result<Json<KeptAnswer>, ApiError> {
    let limit = page_size(query.limit)?;
    let kept = planning.in_turn(move |own| Ok(own.store.kept_reports(&own.site, limit)?)).await?;
    let summary = |kept: &KeptReport| serde_json::from_value::<Summary>(kept.summary.clone()).ok();
    let is_week = |kept: &KeptReport| kept.period.contains('W');
    let one = |(at, report): (usize, &KeptReport)| {
        let before = kept[at + 1..].iter().find(|other| is_week(other) == is_week(report)).and_then(summary);
        let own = summary(report)?;
        let mut url = form_urlencoded::Serializer::new("/api/hotspots?".to_owned());
        url.append_pair("period", &report.period);
        url.append_pair("as_of", &report.as_of.to_string());
        url.append_pair("grid_version", &report.catalog_version);
        Some(KeptOne {
            period: report.period.clone(),
            made_at: report.made_at,
            summary: before.map_or(own.clone(), |before| own.against(&before)),
            url: url.finish(),
        })
    };
    Ok(Json(KeptAnswer { reports: kept.iter().enumerate().filter_map(one).collect() }))
}

impl From<PlanningError> for ApiError {
    fn from(error: PlanningError) -> Self {
        match error {
            PlanningError::Question(error) => Self::unprocessable(None, &error),
            PlanningError::Store(error) => error.into(),
            PlanningError::NoVersion(version) => Self::unreadable(Some("grid_version"), &version),
            PlanningError::Broken(error) => {
                tracing::error!(%error, "a report of hotspots cannot be made");
                Self::of(Refusal::Internal)
            }
        }
    }
}
