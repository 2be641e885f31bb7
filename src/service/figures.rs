//! Figures: tallies, scores, and the cases behind every number.

use std::{ops::ControlFlow, sync::Arc};

use arc_swap::ArcSwap;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::clock::Clock;
use crate::{
    domain::{
        analysis::figures::{
            Counted, Dimension, Fact, Lists, Measure, Period, Score, Subject, Tally, TallyError, facts,
        },
        case::Status,
        people::Sight,
    },
    io::{
        catalog::Catalog,
        store::{Store, StoreError},
    },
};

/// Where figures are made. Each question reads its cases anew: what it answers is true now.
#[derive(Clone)]
pub struct Figures {
    pub site: Arc<str>,
    pub catalog: Arc<ArcSwap<Catalog>>,
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    /// Turns at counting: each takes a core and a reader of the store for as long as it takes.
    pub turns: Arc<Semaphore>,
}

/// Why there are no figures.
#[derive(Debug)]
pub enum FiguresError {
    Tally(TallyError),
    Store(StoreError),
}

/// Which of a measure's cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Which {
    #[default]
    All,
    Good,
    Bad,
}

/// A number that is opened.
#[derive(Debug, Clone)]
pub struct Opened {
    pub measure: Measure,
    pub which: Which,
    pub only: Vec<(Dimension, String)>,
    pub period: Period,
}

/// A case behind a number.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseBehind {
    pub id: Uuid,
    pub number: String,
    pub status: Status,
    /// When it came to count.
    pub at: Timestamp,
    pub is_good: bool,
    /// How long it took whose turn it was, where it was done.
    pub took: Option<SignedDuration>,
}

/// Some of the cases behind a number.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Behind {
    pub cases: Vec<CaseBehind>,
    /// Of a category that the reader may only count.
    pub hidden: u64,
    /// Where the next page begins; `None` at the end.
    pub next: Option<i64>,
}

/// How somebody's work was.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessed {
    /// Code of a department or a grid, id of a member of staff.
    pub subject: String,
    pub score: Option<Score>,
}

/// What all are assessed by.
pub struct Assessments {
    pub tally: Tally,
    /// The best first; those of whom nothing is known last.
    pub all: Vec<Assessed>,
}

impl Figures {
    /// # Errors
    /// If there are too many rows, or what the store suffers.
    pub async fn tally(&self, empty: Tally, sight: Sight) -> Result<Tally, FiguresError> {
        self.in_turn(move |own| own.count(empty, &sight)).await
    }

    /// How the work of all of a kind was, whoever had any or none.
    ///
    /// # Errors
    /// As of a tally.
    pub async fn scores(&self, subject: Subject, period: Period, sight: Sight) -> Result<Assessments, FiguresError> {
        let catalog = self.catalog.load_full();
        let tally = self.tally(Tally::new(vec![subject.dimension()], Vec::new(), period), sight).await?;
        let mut all: Vec<Assessed> = subjects(subject, &catalog, self.clock.now())
            .into_iter()
            .map(|code| {
                let of = |key: &Vec<Option<String>>| key.first().is_some_and(|key| key.as_deref() == Some(&code));
                let rates = tally.rows().find(|(key, _)| of(key));
                let score = rates.and_then(|(_, rates)| catalog.assessment.score(subject, rates));
                Assessed { subject: code, score }
            })
            .collect();
        let points = |assessed: &Assessed| assessed.score.as_ref().map_or(-1.0, |score| score.points);
        all.sort_by(|a, b| points(b).total_cmp(&points(a)).then_with(|| a.subject.cmp(&b.subject)));
        Ok(Assessments { tally, all })
    }

    /// The cases behind a number, in the order in which they were kept.
    ///
    /// # Errors
    /// What the store suffers.
    pub async fn behind(&self, number: Opened, sight: Sight, after: i64, limit: u32) -> Result<Behind, FiguresError> {
        self.in_turn(move |own| own.open(&number, &sight, after, limit as usize)).await
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, FiguresError> + Send + 'static,
    ) -> Result<T, FiguresError> {
        let closed = || FiguresError::Store(StoreError::Closed);
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| closed())?;
        let own = self.clone();
        let done = tokio::task::spawn_blocking(move || {
            let done = work(&own);
            drop(turn);
            done
        });
        done.await.map_err(|_| closed())?
    }

    fn count(&self, mut tally: Tally, sight: &Sight) -> Result<Tally, FiguresError> {
        let (mut overflow, period) = (Ok(()), tally.period);
        self.each_fact(period, sight, 0, |_, counted, lists, facts| {
            overflow = facts.iter().try_for_each(|fact| tally.add(fact, counted, lists));
            if overflow.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        overflow.map_err(FiguresError::Tally).map(|()| tally)
    }

    fn open(&self, number: &Opened, sight: &Sight, after: i64, limit: usize) -> Result<Behind, FiguresError> {
        let (mut behind, mut last) = (Behind::default(), after);
        let asked = Tally::new(Vec::new(), number.only.clone(), number.period);
        self.each_fact(number.period, sight, after, |entry, counted, lists, facts| {
            let is_meant = |fact: &&Fact<'_>| {
                let which = match number.which {
                    Which::All => true,
                    Which::Good => fact.is_good,
                    Which::Bad => !fact.is_good,
                };
                fact.measure == number.measure && which && asked.asks_for(fact, counted, lists)
            };
            let found: Vec<_> = facts.iter().filter(is_meant).collect();
            if found.is_empty() {
                return ControlFlow::Continue(());
            }
            if behind.cases.len() >= limit {
                behind.next = Some(last);
                return ControlFlow::Break(());
            }
            last = entry;
            let case = &counted.case;
            if !sight.circles.contains(&case.visibility) {
                behind.hidden += found.len() as u64;
                return ControlFlow::Continue(());
            }
            // A case that counts twice stands there twice: as often as the number says.
            behind.cases.extend(found.into_iter().map(|fact| CaseBehind {
                id: case.id,
                number: case.number.clone(),
                status: case.status,
                at: fact.at,
                is_good: fact.is_good,
                took: fact.took,
            }));
            ControlFlow::Continue(())
        })?;
        Ok(behind)
    }

    /// Restricted cases count like all others; whatever lies beyond the reader's reach does not.
    fn each_fact(
        &self,
        period: Period,
        sight: &Sight,
        after: i64,
        mut each: impl FnMut(i64, &Counted, Lists<'_>, &[Fact<'_>]) -> ControlFlow<()>,
    ) -> Result<(), FiguresError> {
        let (catalog, now) = (self.catalog.load_full(), self.clock.now());
        let lists = Lists { routing: &catalog.routing, zone: &catalog.settings.time_zone };
        let most_stars = catalog.terms.plan.stars;
        let read = self.store.each_counted(&self.site, period, after, |entry, counted| {
            let scope = counted.case.scope();
            if !sight.reach.covers(scope.path.iter(), scope.departments.iter()) {
                return ControlFlow::Continue(());
            }
            let mut found = Vec::new();
            facts(&counted, &catalog.roster, most_stars, now, |fact| found.push(fact));
            each(entry, &counted, lists, &found)
        });
        read.map_err(FiguresError::Store)
    }
}

/// All there are of a kind.
fn subjects(subject: Subject, catalog: &Catalog, now: Timestamp) -> Vec<String> {
    match subject {
        Subject::Department => {
            catalog.routing.departments().iter().map(|department| department.code.as_str().to_owned()).collect()
        }
        Subject::Grid => {
            let hierarchy = &catalog.coverages.at(now).hierarchy;
            hierarchy.leaves().iter().map(|leaf| hierarchy.grid(*leaf).code.as_str().to_owned()).collect()
        }
        Subject::Worker => {
            let ids = catalog.staff.iter().map(|member| member.id.as_str());
            ids.filter(|id| catalog.roster.walks(id)).map(str::to_owned).collect()
        }
    }
}
