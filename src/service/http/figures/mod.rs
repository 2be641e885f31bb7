//! `/api/tally`, `/api/tally/cases`, `/api/scores`, `/api/cameras/availability`: figures, as JSON, as CSV for office programs, and as a page to print.

mod availability;
mod page;
mod scores;
mod tally;

use std::collections::BTreeMap;

use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};
use strum::IntoEnumIterator;
use utoipa::ToSchema;

use super::{
    error::{ApiError, Refusal},
    query::instant,
};
use crate::{
    domain::analysis::figures::{Dimension, Measure, Period, Rate, Rates},
    io::catalog::Catalog,
    service::figures::FiguresError,
    words::Language,
};
pub use availability::{__path_availability, availability};
#[cfg(test)]
pub use page::PAGE_WORDS;
pub use scores::{__path_scores, scores};
pub use tally::{__path_cases, __path_tally, cases, tally};

/// How figures are handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Format {
    #[default]
    Json,
    Csv,
    /// A page to print.
    Html,
}

/// So many good ones of so many.
#[derive(Debug, Serialize, ToSchema)]
struct Figure {
    of: u64,
    good: u64,
    /// 0 to 1; null where there is nothing to divide by.
    rate: Option<f64>,
}

impl From<Rate> for Figure {
    fn from(rate: Rate) -> Self {
        Self { of: rate.of, good: rate.good, rate: rate.share().map(rounded) }
    }
}

/// To the hundredth of a percent.
fn rounded(share: f64) -> f64 {
    (share * 10_000.0).round() / 10_000.0
}

/// The figures that were asked for; those of nothing too.
fn figures(rates: Rates<'_>, measures: &[Measure]) -> BTreeMap<Measure, Figure> {
    measures.iter().map(|measure| (*measure, Figure::from(rates.of(*measure)))).collect()
}

/// By the name of a period, or from and to.
pub fn period(named: Option<&str>, from: Option<&str>, to: Option<&str>, zone: &TimeZone) -> Result<Period, ApiError> {
    match (named, from.map(|_| "from").or(to.map(|_| "to"))) {
        (Some(_), Some(other)) => Err(ApiError::not_together("period", other)),
        (Some(name), None) => Period::named(name, zone).ok_or_else(|| ApiError::unreadable(Some("period"), name)),
        (None, _) => Ok(Period { from: instant("from", from, zone)?, to: instant("to", to, zone)? }),
    }
}

/// What a value of a dimension is called, where its code says little.
fn name(catalog: &Catalog, now: Timestamp, dimension: Dimension, code: &str, language: Language) -> Option<String> {
    let of = |name: &str, english: Option<&String>| {
        let english = english.filter(|_| language == Language::En);
        Some(english.map_or(name, String::as_str).to_owned())
    };
    match dimension {
        Dimension::Department => {
            catalog.routing.department(code).and_then(|found| of(&found.name, found.name_en.as_ref()))
        }
        Dimension::Category => catalog.routing.category(code).and_then(|found| of(&found.name, found.name_en.as_ref())),
        Dimension::Worker => {
            catalog.staff.iter().find(|member| member.id.as_str() == code).map(|member| member.name.clone())
        }
        Dimension::City | Dimension::District | Dimension::Street | Dimension::Community | Dimension::Grid => {
            let hierarchy = &catalog.coverages.at(now).hierarchy;
            let grid = hierarchy.nodes().map(|node| hierarchy.grid(node)).find(|grid| grid.code.as_str() == code);
            grid.and_then(|grid| of(&grid.name, grid.name_en.as_ref()))
        }
        _ => None,
    }
}

/// The measures that are named, in the order of the list; all of them where none is.
fn measures(named: Option<&str>) -> Result<Vec<Measure>, ApiError> {
    let Some(named) = named else { return Ok(Measure::iter().collect()) };
    let one = |name: &str| {
        let unknown = |_| ApiError::bad_choice("measure", name, <Measure as strum::VariantNames>::VARIANTS);
        name.parse().map_err(unknown)
    };
    named.split(',').map(str::trim).map(one).collect()
}

/// A table for office programs, which know by its mark that it is UTF-8.
fn csv(name: &str, rows: impl Iterator<Item = Vec<String>>) -> Result<Response, ApiError> {
    let mut writer = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    let written = rows.into_iter().try_for_each(|row| writer.write_record(row));
    let bytes = written.ok().and_then(|()| writer.into_inner().ok()).ok_or_else(|| ApiError::of(Refusal::Internal))?;
    let disposition = format!("attachment; filename=\"{name}.csv\"");
    let headers = [(header::CONTENT_TYPE, "text/csv; charset=utf-8"), (header::CONTENT_DISPOSITION, &disposition)];
    Ok((headers, bytes).into_response())
}

/// As a share is written in tables: nothing of nothing is no number.
fn percent(figure: &Figure) -> String {
    figure.rate.map_or_else(|| "n/a".to_owned(), |rate| format!("{:.2}%", rate * 100.0))
}

impl From<FiguresError> for ApiError {
    fn from(error: FiguresError) -> Self {
        match error {
            FiguresError::Tally(error) => Self::unprocessable(Some("by"), &error),
            FiguresError::Store(error) => error.into(),
        }
    }
}
