//! Casework: the whole way of a step, on one page.
//!
//! what is meant → photos on disk → the workflow decides, in the store's one writer → durable → heard by the screens.

use std::sync::Arc;

use axum::body::Bytes;
use serde::Serialize;
use uuid::Uuid;

use super::intake::{Intake, IntakeError, listed_category};
use crate::{
    domain::{
        case::{Action, Case, Deed, TransitionError},
        duty::{CategoryCode, Request, place},
        geo::Position,
        people::Actor,
    },
    io::store::{IdempotencyKey, StoreError, Taken, ToTake},
};

/// Where steps on cases are taken.
#[derive(Clone)]
pub struct Casework {
    pub intake: Intake,
}

/// A step as somebody means it.
#[derive(Debug, Clone)]
pub enum Meant {
    Deed(Deed),
    /// What was told wrong: another category, or another place. Where it belongs is looked up.
    Correction {
        category: Option<String>,
        position: Option<Position>,
        note: Option<String>,
    },
}

/// Why no step was taken.
#[derive(Debug, Serialize, strum::VariantNames)]
#[serde(tag = "code", content = "params", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum StepError {
    #[serde(skip)]
    NotFound,
    /// Somebody else was there first.
    Stale { version: u32 },
    /// Neither another category nor another place.
    NothingCorrected,
    #[serde(skip)]
    Store(StoreError),
    #[serde(untagged)]
    Refused(TransitionError),
    #[serde(untagged)]
    Told(IntakeError),
}

impl StepError {
    /// The case after its steps, or why they were not taken.
    pub(super) fn unless_done(taken: Result<Taken, StoreError>) -> Result<Case, Self> {
        match taken.map_err(Self::Store)? {
            Taken::Done(case) => Ok(*case),
            Taken::NotFound => Err(Self::NotFound),
            Taken::Stale { version } => Err(Self::Stale { version }),
            Taken::Refused(why) => Err(Self::Refused(why)),
        }
    }
}

impl Casework {
    /// Takes steps, one after the other: all of them, or none. Photos are of the last. Durable when it answers.
    ///
    /// # Errors
    /// Why not, or what the store suffers.
    pub async fn take(
        &self,
        id: Uuid,
        version: Option<u32>,
        steps: Vec<Meant>,
        photos: Vec<Bytes>,
        actor: &Actor,
        idempotency: Option<IdempotencyKey>,
    ) -> Result<Case, StepError> {
        let case = self.find(id, actor).await?;
        let catalog = self.intake.catalog.load_full();
        let mut deeds = Vec::with_capacity(steps.len());
        for step in steps {
            deeds.push(self.deed(step, deeds.last(), &case)?);
        }
        if let Some(last) = deeds.last_mut() {
            last.evidence = self.intake.keep_photos(photos).await.map_err(StepError::Told)?;
        }
        let now = self.intake.clock.now();
        let to_take = ToTake {
            site: self.intake.site.to_string(),
            case: id,
            version,
            deeds,
            actor: actor.clone(),
            now,
            terms: Arc::clone(&catalog.terms),
            idempotency,
        };
        let taken = StepError::unless_done(self.intake.store.take(to_take).await)?;
        Ok(taken.lit(now, &catalog.terms))
    }

    async fn find(&self, id: Uuid, actor: &Actor) -> Result<Case, StepError> {
        let (store, site) = (self.intake.store.clone(), Arc::clone(&self.intake.site));
        let found = read(move || store.case(&site, id)).await?;
        // What one may not see is not there.
        found.filter(|case| actor.sees(&case.scope())).ok_or(StepError::NotFound)
    }

    fn deed(&self, meant: Meant, before: Option<&Deed>, case: &Case) -> Result<Deed, StepError> {
        let (category, position, note) = match meant {
            Meant::Deed(deed) => return Ok(deed),
            Meant::Correction { category, position, note } => (category, position, note),
        };
        if category.is_none() && position.is_none() {
            return Err(StepError::NothingCorrected);
        }
        let catalog = self.intake.catalog.load();
        let category = category.map(|code| listed_category(&catalog, &code).map(|category| category.code.clone()));
        let category = category.transpose().map_err(StepError::Told)?;
        // A correction may follow another of the same request.
        let (known_category, known_position) = match before.map(|deed| &deed.action) {
            Some(Action::Correct { category, moved_to, .. }) => (category.as_ref(), *moved_to),
            _ => (None, None),
        };
        let code = category.as_ref().or(known_category).or(case.category.as_ref());
        let place_at = position.or(known_position).or(case.position);
        let coverage = catalog.coverages.at(case.last_seen_at);
        let request = Request {
            position: place_at,
            // Whoever corrects a place points at it.
            accuracy: None,
            category: code.map(CategoryCode::as_str),
            edge: true,
        };
        let placement = place(coverage, &catalog.routing, catalog.settings.nearest_m, &request);
        let placed = Box::new(placement.settled(coverage, &catalog.routing));
        Ok(Deed { note, ..Deed::from(Action::Correct { category, moved_to: position, placed }) })
    }
}

/// Reads the store where blocking is allowed.
pub(super) async fn read<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StepError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| StepError::Store(StoreError::Closed))?.map_err(StepError::Store)
}
