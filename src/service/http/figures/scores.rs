//! Scores: how the work of departments, grids and people was.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Figure, Format, csv, figures, name, page, percent, period};
use crate::{
    domain::{
        analysis::figures::{Measure, Period, Subject, Tally},
        people::Actor,
    },
    service::{
        figures::{Assessments, Figures},
        http::{
            AppState,
            error::{ApiError, ErrorBody},
            guard::{By, Speaks},
            query::Asked,
        },
    },
    words::Language,
};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ScoreQuery {
    /// Whose; departments unless asked. A page shows all three.
    of: Option<Subject>,
    /// `2026-W10` for the weekly summary, `2026-03` for the monthly settlement, `2026`, `2026-Q1`, `2026-03-04`; or
    /// `from` and `to`.
    period: Option<String>,
    from: Option<String>,
    to: Option<String>,
    #[param(inline)]
    format: Option<Format>,
}

/// How the work was, the best first.
#[derive(Debug, Serialize, ToSchema)]
pub struct Scores {
    of: Subject,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    /// What counts how much, in proportion.
    weights: BTreeMap<Measure, u32>,
    rows: Vec<ScoreRow>,
}

#[derive(Debug, Serialize, ToSchema)]
struct ScoreRow {
    code: String,
    name: Option<String>,
    /// 0 to 100; null where nothing is known.
    points: Option<f64>,
    grade: Option<String>,
    figures: BTreeMap<Measure, Figure>,
}

/// Scores of a period: rates weighed as the site's assessment says.
#[utoipa::path(
    get, path = "/api/scores", tag = "figures", params(ScoreQuery),
    responses((status = 200, body = Scores), (status = "4XX", body = ErrorBody)),
)]
pub async fn scores(
    State(state): State<AppState>,
    State(figures): State<Figures>,
    By(actor): By,
    Speaks(language): Speaks,
    Asked(query): Asked<ScoreQuery>,
) -> Result<Response, ApiError> {
    let zone = state.catalog.load().settings.time_zone.clone();
    let period = period(query.period.as_deref(), query.from.as_deref(), query.to.as_deref(), &zone)?;
    let asking = Asking { state: &state, figures: &figures, actor: &actor, period, language };
    let subject = query.of.unwrap_or(Subject::Department);
    match query.format.unwrap_or_default() {
        Format::Json => Ok(Json(asking.scores(subject).await?).into_response()),
        Format::Csv => table(&asking.scores(subject).await?),
        Format::Html => {
            let all = Tally::new(Vec::new(), Vec::new(), period);
            let all = figures.tally(all, actor.sight()).await?;
            let mut parts = Vec::new();
            for subject in query.of.map_or(vec![Subject::Department, Subject::Grid, Subject::Worker], |one| vec![one]) {
                parts.push(asking.scores(subject).await?);
            }
            let catalog = state.catalog.load();
            let named = query.period.as_deref();
            page::page(
                &catalog,
                &page::Sheet { named, period, now: state.clock.now(), all: &all, parts: &parts, language },
            )
        }
    }
}

/// Who asks for scores, and of when.
struct Asking<'a> {
    state: &'a AppState,
    figures: &'a Figures,
    actor: &'a Actor,
    period: Period,
    language: Language,
}

impl Asking<'_> {
    async fn scores(&self, subject: Subject) -> Result<Scores, ApiError> {
        let Assessments { tally, all } = self.figures.scores(subject, self.period, self.actor.sight()).await?;
        let (catalog, now) = (self.state.catalog.load_full(), self.state.clock.now());
        let weights: BTreeMap<Measure, u32> = catalog.assessment.weights(subject).iter().copied().collect();
        let measures: Vec<Measure> = weights.keys().copied().collect();
        let known: BTreeMap<&str, _> =
            tally.rows().filter_map(|(key, rates)| Some((key.first()?.as_deref()?, rates))).collect();
        let row = |assessed: crate::service::figures::Assessed| {
            let rates = known.get(assessed.subject.as_str()).copied().unwrap_or_default();
            ScoreRow {
                name: name(&catalog, now, subject.dimension(), &assessed.subject, self.language),
                figures: figures(rates, &measures),
                points: assessed.score.as_ref().map(|score| (score.points * 100.0).round() / 100.0),
                grade: assessed.score.map(|score| score.grade),
                code: assessed.subject,
            }
        };
        let Period { from, to } = self.period;
        Ok(Scores { of: subject, from, to, weights, rows: all.into_iter().map(row).collect() })
    }
}

impl Scores {
    pub fn subject(&self) -> Subject {
        self.of
    }
}

fn table(scores: &Scores) -> Result<Response, ApiError> {
    let mut header: Vec<String> = ["code", "name", "points", "grade"].map(str::to_owned).into();
    for measure in scores.weights.keys() {
        header.extend([format!("{measure}_of"), format!("{measure}_good"), measure.to_string()]);
    }
    let rows = scores.rows.iter().map(|row| {
        let points = row.points.map_or_else(|| "n/a".to_owned(), |points| format!("{points:.2}"));
        let mut cells =
            vec![row.code.clone(), row.name.clone().unwrap_or_default(), points, row.grade.clone().unwrap_or_default()];
        for figure in row.figures.values() {
            cells.extend([figure.of.to_string(), figure.good.to_string(), percent(figure)]);
        }
        cells
    });
    csv("scores", std::iter::once(header).chain(rows))
}
