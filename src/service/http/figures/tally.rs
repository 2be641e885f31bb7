//! Tallies, and the cases behind their numbers.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::VariantNames;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{Figure, Format, csv, figures, measures, name, percent, period};
use crate::{
    domain::{
        analysis::figures::{Dimension, Measure, Period, Tally},
        case::Status,
    },
    io::catalog::Catalog,
    service::{
        figures::{Figures, Opened, Which},
        http::{
            AppState,
            error::{ApiError, ErrorBody},
            guard::{By, Speaks},
            query::{Asked, page_size},
        },
    },
    words::Language,
};

/// A query with all that figures can be narrowed to.
macro_rules! narrowed {
    ($(#[$doc:meta])* $query:ident { $($(#[$about:meta])* $field:ident: $kind:ty,)* }) => {
        narrowed!(
            $(#[$doc])* $query { $($(#[$about])* $field: $kind,)* }
            department Department, city City, district District, street Street, community Community, grid Grid,
            worker Worker, category Category, class Class, kind Kind, list List, source Source, day Day, week Week,
            month Month
        );
    };
    ($(#[$doc:meta])* $query:ident { $($(#[$about:meta])* $field:ident: $kind:ty,)* } $($name:ident $dimension:ident),*) => {
        $(#[$doc])*
        #[derive(Debug, Deserialize, IntoParams)]
        #[into_params(parameter_in = Query)]
        #[serde(deny_unknown_fields)]
        pub struct $query {
            $($(#[$about])* $field: $kind,)*
            $(
                /// Only of this one; an empty value is of what has none.
                $name: Option<String>,
            )*
        }

        impl $query {
            fn only(&self) -> Vec<(Dimension, String)> {
                let all = [$((Dimension::$dimension, &self.$name)),*];
                all.into_iter().filter_map(|(dimension, value)| Some((dimension, value.clone()?))).collect()
            }
        }
    };
}

narrowed!(
    /// What figures to add up, and how.
    TallyQuery {
        /// Up to three dimensions, with commas between: `department,month`. None: one row of all.
        by: Option<String>,
        /// Which figures, with commas between; all of them unless asked.
        measure: Option<String>,
        /// `2026`, `2026-Q1`, `2026-03`, `2026-W10`, `2026-03-04`; or `from` and `to`.
        period: Option<String>,
        from: Option<String>,
        to: Option<String>,
        #[param(inline)]
        format: Option<Format>,
    }
);

/// Figures, told apart as they were asked for.
#[derive(Debug, Serialize, ToSchema)]
pub struct TallyAnswer {
    by: Vec<Dimension>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    rows: Vec<Row>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Row {
    /// The value of each dimension; null where there is none.
    key: BTreeMap<Dimension, Option<String>>,
    /// What the codes among them are called.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    names: BTreeMap<Dimension, String>,
    figures: BTreeMap<Measure, Figure>,
    /// The cases behind the numbers: with `&measure=` one of the figures, and `&which=good` or `bad`.
    cases: String,
}

/// Most dimensions at a time.
const MOST_DIMENSIONS: usize = 3;

/// Figures of a period, by department, grid, worker, category, day and so on.
#[utoipa::path(
    get, path = "/api/tally", tag = "figures", params(TallyQuery),
    responses((status = 200, body = TallyAnswer), (status = "4XX", body = ErrorBody)),
)]
pub async fn tally(
    State(state): State<AppState>,
    State(figures): State<Figures>,
    By(actor): By,
    Speaks(language): Speaks,
    Asked(query): Asked<TallyQuery>,
) -> Result<Response, ApiError> {
    let catalog = state.catalog.load_full();
    let measures = measures(query.measure.as_deref())?;
    let by = dimensions(query.by.as_deref())?;
    let zone = &catalog.settings.time_zone;
    let period = period(query.period.as_deref(), query.from.as_deref(), query.to.as_deref(), zone)?;
    let format = query.format.unwrap_or_default();
    if format == Format::Html {
        return Err(ApiError::bad_choice("format", "html", &["json", "csv"]));
    }
    let tally = figures.tally(Tally::new(by, query.only(), period), actor.sight()).await?;
    let names = Names { catalog: &catalog, now: state.clock.now(), language };
    match format {
        Format::Csv => table(&tally, &measures, names),
        _ => Ok(Json(answer(&tally, &measures, names)).into_response()),
    }
}

fn dimensions(by: Option<&str>) -> Result<Vec<Dimension>, ApiError> {
    let mut dimensions = Vec::new();
    for name in by.into_iter().flat_map(|by| by.split(',')).map(str::trim) {
        let unknown = |_| ApiError::bad_choice("by", name, Dimension::VARIANTS);
        let dimension = name.parse().map_err(unknown)?;
        if dimensions.contains(&dimension) || dimensions.len() == MOST_DIMENSIONS {
            return Err(ApiError::unreadable(Some("by"), by.unwrap_or_default()));
        }
        dimensions.push(dimension);
    }
    Ok(dimensions)
}

/// What codes are called, now and in a language.
#[derive(Clone, Copy)]
struct Names<'a> {
    catalog: &'a Catalog,
    now: Timestamp,
    language: Language,
}

impl Names<'_> {
    fn of(&self, dimension: Dimension, code: &str) -> Option<String> {
        name(self.catalog, self.now, dimension, code, self.language)
    }
}

fn answer(tally: &Tally, measures: &[Measure], names: Names<'_>) -> TallyAnswer {
    let rows = tally.rows().map(|(key, rates)| {
        let key: BTreeMap<_, _> = tally.by.iter().copied().zip(key.iter().cloned()).collect();
        let named =
            key.iter().filter_map(|(dimension, code)| Some((*dimension, names.of(*dimension, code.as_ref()?)?)));
        Row { names: named.collect(), figures: figures(rates, measures), cases: link(tally, &key), key }
    });
    let (rows, Period { from, to }) = (rows.collect(), tally.period);
    TallyAnswer { by: tally.by.clone(), from, to, rows }
}

/// The address of the cases behind a row.
fn link(tally: &Tally, key: &BTreeMap<Dimension, Option<String>>) -> String {
    let mut query = form_urlencoded::Serializer::new("/api/tally/cases?".to_owned());
    for (dimension, value) in &tally.only {
        if !key.contains_key(dimension) {
            query.append_pair(&dimension.to_string(), value);
        }
    }
    for (dimension, value) in key {
        query.append_pair(&dimension.to_string(), value.as_deref().unwrap_or_default());
    }
    for (name, at) in [("from", tally.period.from), ("to", tally.period.to)] {
        at.map(|at| query.append_pair(name, &at.to_string()));
    }
    query.finish()
}

fn table(tally: &Tally, measures: &[Measure], names: Names<'_>) -> Result<Response, ApiError> {
    let mut header: Vec<String> = Vec::new();
    for dimension in &tally.by {
        header.extend([dimension.to_string(), format!("{dimension}_name")]);
    }
    for measure in measures {
        header.extend([format!("{measure}_of"), format!("{measure}_good"), measure.to_string()]);
    }
    let rows = tally.rows().map(|(key, rates)| {
        let mut cells: Vec<String> = Vec::new();
        for (dimension, code) in tally.by.iter().zip(key) {
            let code = code.clone().unwrap_or_default();
            cells.extend([code.clone(), names.of(*dimension, &code).unwrap_or_default()]);
        }
        for figure in figures(rates, measures).values() {
            cells.extend([figure.of.to_string(), figure.good.to_string(), percent(figure)]);
        }
        cells
    });
    csv("tally", std::iter::once(header).chain(rows))
}

narrowed!(
    /// Which number is opened.
    BehindQuery {
        /// One of the figures.
        measure: Option<String>,
        /// `all` unless asked.
        #[param(inline)]
        which: Option<Which>,
        period: Option<String>,
        from: Option<String>,
        to: Option<String>,
        /// At most 1,000.
        limit: Option<u32>,
        /// Of the page before.
        cursor: Option<i64>,
    }
);

/// The cases behind a number.
#[derive(Debug, Serialize, ToSchema)]
pub struct BehindAnswer {
    cases: Vec<BehindCase>,
    /// Cases that the reader may only count.
    hidden: u64,
    /// Pass it as `cursor` for the next page; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    cursor: Option<i64>,
}

#[derive(Debug, Serialize, ToSchema)]
struct BehindCase {
    id: Uuid,
    number: String,
    status: Status,
    /// When it came to count.
    at: Timestamp,
    good: bool,
    /// Milliseconds from when it was theirs to when it was done, nights and holidays included; of what has a clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    took_ms: Option<i64>,
}

/// The cases behind a number of a tally; one that counts twice stands there twice.
#[utoipa::path(
    get, path = "/api/tally/cases", tag = "figures", params(BehindQuery),
    responses((status = 200, body = BehindAnswer), (status = "4XX", body = ErrorBody)),
)]
pub async fn cases(
    State(state): State<AppState>,
    State(figures): State<Figures>,
    By(actor): By,
    Asked(query): Asked<BehindQuery>,
) -> Result<Json<BehindAnswer>, ApiError> {
    let named = query.measure.as_deref().ok_or_else(|| ApiError::missing("measure"))?;
    let measure = named.parse().map_err(|_| ApiError::bad_choice("measure", named, Measure::VARIANTS))?;
    let zone = state.catalog.load().settings.time_zone.clone();
    let period = period(query.period.as_deref(), query.from.as_deref(), query.to.as_deref(), &zone)?;
    let number = Opened { measure, which: query.which.unwrap_or_default(), only: query.only(), period };
    let limit = page_size(query.limit)?;
    let behind = figures.behind(number, actor.sight(), query.cursor.unwrap_or(0), limit).await?;
    let cases = behind.cases.into_iter().map(|case| BehindCase {
        id: case.id,
        number: case.number,
        status: case.status,
        at: case.at,
        good: case.is_good,
        took_ms: case.took.map(|took| i64::try_from(took.as_millis()).unwrap_or(i64::MAX)),
    });
    Ok(Json(BehindAnswer { cases: cases.collect(), hidden: behind.hidden, cursor: behind.next }))
}
