//! The page to print: A4, with a map, the hotspots by rank, and how it was made.

use std::{collections::BTreeMap, sync::LazyLock};

use jiff::Timestamp;
use minijinja::{Environment, Value, context};

use super::{Paper, Rows, map::Map};
use crate::{domain::analysis::planning::Report, words::Language};

/// Hotspots that a page names; all of them stand in the tables.
const NAMED: usize = 20;

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut templates = Environment::new();
    // It stands in the program: that it can be read is seen by the first test.
    let _ = templates.add_template("hotspots.html", include_str!("page.html"));
    templates
});

pub fn write(paper: &Paper<'_>) -> anyhow::Result<Vec<u8>> {
    let Paper { report, catalog, language, origin, .. } = paper;
    let settings = &catalog.settings;
    let minute = |at: Timestamp| at.to_zoned(origin.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
    let said: BTreeMap<&str, String> =
        PAGE_WORDS.iter().map(|word| (*word, language.say(&format!("hotspots_{word}")))).collect();
    let map = Map::of(paper);
    let legend: Vec<(&str, String)> =
        map.iter().flat_map(|map| &map.legend).map(|(colour, meaning)| (*colour, language.say(meaning))).collect();
    let hotspots: Vec<Value> =
        paper.properties(Rows::Hotspots).into_iter().take(NAMED).map(Value::from_serialize).collect();
    let about = serde_json::to_value(paper.about())?;
    let shown = context! {
        language => if *language == Language::Zh { "zh" } else { "en" },
        site => settings.name_en.as_ref().filter(|_| *language == Language::En).or(settings.name.as_ref()),
        method => language.say(&format!("method_{}", report.method)),
        how => language.say(&format!("how_{}", report.method)),
        from => report.numbers.from.map(minute),
        to => report.numbers.to.map(minute),
        compare => paper.question.compare.map(|(from, to)| (minute(from), minute(to))),
        now => minute(origin.made_at),
        warnings => report.warnings.iter().map(|warning| language.say(warning)).collect::<Vec<_>>(),
        has_departments => report.hotspots.iter().any(|spot| !spot.departments.is_empty()),
        has_categories => report.hotspots.iter().any(|spot| !spot.categories.is_empty()),
        has_sources => !report.sources.is_empty(),
        has_hours => report.hotspots.iter().any(|spot| spot.hours.iter().any(|count| *count > 0)),
        more => report.hotspots.len().saturating_sub(NAMED),
        bands => bands(report),
        said, map, legend, hotspots, about,
    };
    Ok(TEMPLATES.get_template("hotspots.html")?.render(shown)?.into_bytes())
}

/// Pairs of distances and times as they are read.
fn bands(report: &Report) -> Option<Value> {
    match &report.findings {
        crate::domain::analysis::planning::Findings::Bands(bands) => Some(Value::from_serialize(bands)),
        _ => None,
    }
}

/// What the page and the workbook say: `hotspots_…`.
pub const PAGE_WORDS: &[&str] = &[
    "title",
    "all_time",
    "made_at",
    "incidents",
    "before",
    "expected",
    "number",
    "areas",
    "unobserved",
    "elsewhere",
    "warnings",
    "ranked",
    "found",
    "about",
    "none",
    "more",
    "place",
    "trend",
    "categories",
    "departments",
    "hours",
    "sources",
    "pile",
    "how",
    "distance",
    "time",
    "pairs",
    "ratio",
    "same_place",
];
