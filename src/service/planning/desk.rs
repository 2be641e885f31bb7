//! Where planners' questions are answered from the cases of the service.

use std::{collections::HashMap, path::Path, sync::Arc};

use arc_swap::ArcSwap;
use jiff::{SignedDuration, Timestamp, ToSpan, civil::Date};
use tokio::sync::Semaphore;

use super::{Format, Origin, Paper, Rows};
use crate::{
    domain::{
        analysis::planning::{Exposure, Ground, Incidents, Per, Question, QuestionError, Report},
        grid::{Coverage, GridCode},
    },
    io::{
        catalog::Catalog,
        store::{AsOf, CameraDay, IncidentFilter, Store, StoreError},
    },
    service::{camera_grids::grids_of_cameras, clock::Clock, truth},
    words::Language,
};

/// Each question reads its cases anew, in one snapshot of the store.
#[derive(Clone)]
pub struct Planning {
    pub site: Arc<str>,
    pub catalog: Arc<ArcSwap<Catalog>>,
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    /// The site's.
    pub folder: Arc<Path>,
    /// Turns at counting, shared with the figures: each takes a core and a reader of the store for as long as it takes.
    pub turns: Arc<Semaphore>,
}

/// A question to the cases of the service.
#[derive(Debug, Clone)]
pub struct Ask {
    /// Without its exposure, which is looked up.
    pub question: Question,
    pub rate: Option<Rate>,
    /// Its times are those of the question.
    pub filter: IncidentFilter,
    /// Of the catalog, where it is not the present one.
    pub version: Option<String>,
}

/// What counts are divided by; a grid with less of it is unobserved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rate {
    Households(u32),
    Patrols(u32),
    CameraHours(u32),
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum PlanningError {
    #[error("{0:?}")]
    Question(QuestionError),
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There never was such a version of the catalog.
    #[error("there is no version {0} of the catalog")]
    NoVersion(String),
    #[error(transparent)]
    Broken(#[from] anyhow::Error),
}

/// A report with all that it was made of.
pub struct Made {
    pub question: Question,
    pub report: Report,
    pub as_of: AsOf,
    pub catalog: Arc<Catalog>,
    incidents: Incidents,
    category: Option<String>,
    hidden: u64,
}

impl Planning {
    /// A report as it is handed out.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn report(
        &self,
        ask: Ask,
        format: Format,
        rows: Rows,
        language: Language,
    ) -> Result<Vec<u8>, PlanningError> {
        self.in_turn(move |own| own.make(ask)?.written(format, rows, language, own.clock.now())).await
    }

    /// Does what takes a core for a while when it is its turn.
    ///
    /// # Errors
    /// What the work says, or that the service ends.
    pub async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, PlanningError> + Send + 'static,
    ) -> Result<T, PlanningError> {
        let closed = || PlanningError::Store(StoreError::Closed);
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| closed())?;
        let own = self.clone();
        let done = tokio::task::spawn_blocking(move || {
            let done = work(&own);
            drop(turn);
            done
        });
        done.await.map_err(|_| closed())?
    }

    /// Blocks: call it where blocking is allowed.
    ///
    /// # Errors
    /// Why there is no report.
    pub fn make(&self, ask: Ask) -> Result<Made, PlanningError> {
        let Ask { mut question, rate, mut filter, version } = ask;
        let catalog = self.catalog_of(version)?;
        let coverage = catalog.coverages.at(question.grids_at(self.clock.now()));
        let before = question.compare.map(|(from, _)| from);
        filter.from = question.period.from.map(|from| before.map_or(from, |before| before.min(from)));
        let behind = question.compare.map(|(_, to)| to);
        filter.to = question.period.to.map(|to| behind.map_or(to, |behind| behind.max(to)));
        let studied = self.store.incidents(&self.site, &filter)?;
        question.exposure = rate.map(|rate| self.exposure(rate, &question, &catalog, coverage)).transpose()?;
        let zone = &catalog.settings.time_zone;
        let ground = Ground { coverage, nearest_m: catalog.settings.nearest_m, zone };
        let report = question.study(&studied.incidents, ground).map_err(PlanningError::Question)?;
        Ok(Made {
            report,
            question,
            incidents: studied.incidents,
            as_of: studied.as_of,
            hidden: studied.hidden,
            category: filter.category,
            catalog,
        })
    }

    /// The present catalog, or one of those before it.
    fn catalog_of(&self, version: Option<String>) -> Result<Arc<Catalog>, PlanningError> {
        let present = self.catalog.load_full();
        let Some(version) = version.filter(|version| version != present.version.as_str()) else { return Ok(present) };
        let files = self.store.files_of_version(&self.site, &version)?;
        let Some(files) = files else { return Err(PlanningError::NoVersion(version)) };
        Ok(Arc::new(truth::from_store(&self.folder, &version, &files)?))
    }

    fn exposure(
        &self,
        rate: Rate,
        question: &Question,
        catalog: &Catalog,
        coverage: &Coverage,
    ) -> Result<Exposure, PlanningError> {
        match rate {
            Rate::Households(floor) => Ok(Exposure::households(coverage, floor)),
            Rate::Patrols(floor) => {
                let of_grid = self.store.patrols_of_grids(&self.site, question.period)?;
                Ok(Exposure { per: Per::Patrols, of_grid, floor: f64::from(floor) })
            }
            Rate::CameraHours(floor) => {
                let of_grid = self.camera_hours(question, catalog)?;
                Ok(Exposure { per: Per::CameraHours, of_grid, floor: f64::from(floor) })
            }
        }
    }
}

impl Planning {
    /// How long cameras of each grid gave pictures in the period, by whole days.
    fn camera_hours(&self, question: &Question, catalog: &Catalog) -> Result<HashMap<GridCode, f64>, PlanningError> {
        let date = |at: Timestamp| catalog.settings.time_zone.to_datetime(at).date();
        let from = question.period.from.map_or(Date::MIN, date);
        let to = question
            .period
            .to
            .map_or(Date::MAX, |to| date(to - SignedDuration::from_millis(1)).saturating_add(1.day()));
        let grids = grids_of_cameras(catalog, question.grids_at(self.clock.now()));
        let mut hours = HashMap::new();
        for CameraDay { camera, time, .. } in self.store.camera_days(&self.site, from, to)? {
            if let Some(grid) = grids.get(&camera) {
                *hours.entry(grid.clone()).or_default() += time.given.as_secs_f64() / 3_600.0;
            }
        }
        Ok(hours)
    }
}

impl Made {
    fn written(
        &self,
        format: Format,
        rows: Rows,
        language: Language,
        now: Timestamp,
    ) -> Result<Vec<u8>, PlanningError> {
        let paper = Paper {
            question: &self.question,
            report: &self.report,
            incidents: &self.incidents,
            catalog: &self.catalog,
            coverage: self.catalog.coverages.at(self.question.grids_at(now)),
            language,
            origin: Origin {
                of: "cases".to_owned(),
                as_of: Some(self.as_of.to_string()),
                category: self.category.clone(),
                hidden: self.hidden,
                zone: self.catalog.settings.time_zone.clone(),
                made_at: now,
            },
        };
        Ok(paper.write(format, rows)?)
    }
}
