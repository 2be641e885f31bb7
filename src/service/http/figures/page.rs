//! The page to print: the weekly summary, the monthly settlement, or any period.

use std::{collections::BTreeMap, sync::LazyLock};

use axum::response::{Html, IntoResponse, Response};
use jiff::Timestamp;
use minijinja::{Environment, context};
use strum::IntoEnumIterator;

use super::{figures, scores::Scores};
use crate::{
    domain::analysis::figures::{Measure, Period, Subject, Tally},
    io::catalog::Catalog,
    service::http::error::{ApiError, Refusal},
    words::Language,
};

/// What stands on it.
pub struct Sheet<'a> {
    /// As it was asked for.
    pub named: Option<&'a str>,
    pub period: Period,
    pub now: Timestamp,
    pub all: &'a Tally,
    pub parts: &'a [Scores],
    pub language: Language,
}

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut templates = Environment::new();
    // It stands in the program: that it can be read is seen by the first test.
    let _ = templates.add_template("figures.html", include_str!("page.html"));
    templates
});

pub fn page(catalog: &Catalog, sheet: &Sheet<'_>) -> Result<Response, ApiError> {
    let (zone, language) = (&catalog.settings.time_zone, sheet.language);
    let minute = |at: Timestamp| at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
    let words: BTreeMap<Measure, String> =
        Measure::iter().map(|measure| (measure, language.say(&format!("measure_{measure}")))).collect();
    let said: BTreeMap<&str, String> =
        PAGE_WORDS.iter().map(|word| (*word, language.say(&format!("figures_{word}")))).collect();
    let rates = sheet.all.rows().next().map(|(_, rates)| rates).unwrap_or_default();
    let all: Vec<Measure> = Measure::iter().collect();
    let all = figures(rates, &all);
    let parts: Vec<_> = sheet
        .parts
        .iter()
        .map(|scores| context! { title => &said[subject_word(scores)], scores => minijinja::Value::from_serialize(scores) })
        .collect();
    let shown = context! {
        language => if language == Language::Zh { "zh" } else { "en" },
        site => catalog.settings.name_en.as_ref().filter(|_| language == Language::En).or(catalog.settings.name.as_ref()),
        named => sheet.named,
        from => sheet.period.from.map(minute),
        to => sheet.period.to.map(minute),
        now => minute(sheet.now),
        words, said, all, parts,
    };
    let rendered = TEMPLATES.get_template("figures.html").and_then(|template| template.render(shown));
    match rendered {
        Ok(html) => Ok(Html(html).into_response()),
        Err(error) => {
            tracing::error!(%error, "the page of figures cannot be made");
            Err(ApiError::of(Refusal::Internal))
        }
    }
}

fn subject_word(scores: &Scores) -> &'static str {
    match scores.subject() {
        Subject::Department => "departments",
        Subject::Grid => "grids",
        Subject::Worker => "workers",
    }
}

/// What the page says beside the measures' names: `figures_…`.
pub const PAGE_WORDS: &[&str] = &[
    "title",
    "departments",
    "grids",
    "workers",
    "whole",
    "made_at",
    "all_time",
    "reported",
    "appeals",
    "solved",
    "name",
    "points",
    "grade",
    "weight",
    "note",
];
