//! The register as it is known: the places of the catalog, and those that the staff add on their ways.
//!
//! A catalog is never changed, and a place in the store decides on no grid and no department; so additions stand beside the
//! catalog until the site's people take them over into `places.csv` (`docs/design/patrols.md`).

use std::sync::Arc;

use serde::Serialize;

use super::{
    intake::Intake,
    patrol::{PatrolError, blocking, check_lengths, must_reach, path_at},
};
use crate::{
    domain::{
        geo::Position,
        people::{Actor, Permission},
        register::{Place, PlaceCode, Register},
    },
    io::{
        catalog::Catalog,
        store::{CollectedPlace, IdempotencyKey, Made, NewPlace, StoreError},
    },
};

/// Where places are looked up and added.
#[derive(Clone)]
pub struct Places {
    pub intake: Intake,
}

/// A place as somebody adds it.
#[derive(Debug, Clone)]
pub struct PlaceTold {
    pub code: Option<String>,
    pub kind: String,
    pub name: String,
    pub aliases: Vec<String>,
    pub position: Position,
    pub note: Option<String>,
    /// It is another one than those of its name that are there already.
    pub another: bool,
}

/// Why a place is not added.
#[derive(Debug, Serialize, strum::VariantNames)]
#[serde(tag = "code", content = "params", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum PlaceError {
    /// There is one of that name in the grid.
    PerhapsTheSame {
        place: PlaceCode,
        name: String,
        distance_m: f64,
    },
    PlaceCodeTaken {
        place: PlaceCode,
    },
    TooManyNames {
        names: usize,
        limit: usize,
    },
    #[serde(untagged)]
    Patrol(PatrolError),
}

impl From<PatrolError> for PlaceError {
    fn from(error: PatrolError) -> Self {
        Self::Patrol(error)
    }
}

impl From<StoreError> for PlaceError {
    fn from(error: StoreError) -> Self {
        Self::Patrol(error.into())
    }
}

/// A place with what is known of who added it, where it is not of the site's files.
pub type Known = (Place, Option<CollectedPlace>);

/// The catalog's places and those that were added, without those that the catalog has taken over.
#[must_use]
pub fn joined(catalog: &Catalog, added: Vec<CollectedPlace>) -> Register {
    let added = added.into_iter().filter(|place| catalog.places.place(&place.code).is_none()).map(Place::from);
    Register::new(catalog.places.places().to_vec()).with(added.collect())
}

impl Places {
    /// Adds a place within the own grids; durable when it answers, and known to the gazetteer from then on.
    ///
    /// # Errors
    /// Why not.
    pub async fn add(
        &self,
        told: PlaceTold,
        actor: &Actor,
        key: Option<IdempotencyKey>,
    ) -> Result<Made<CollectedPlace>, PlaceError> {
        /// More are no names of one place.
        const MOST_NAMES: usize = 20;
        let names = told.aliases.len();
        if names > MOST_NAMES {
            return Err(PlaceError::TooManyNames { names, limit: MOST_NAMES });
        }
        let aliases = told.aliases.join(";");
        check_lengths([Some(&told.kind), Some(&told.name), Some(&aliases), told.note.as_ref(), told.code.as_ref()])?;
        let (catalog, now) = (self.intake.catalog.load_full(), self.intake.clock.now());
        let coverage = catalog.coverages.at(now);
        let path = path_at(coverage, told.position).ok_or(PatrolError::OutsideReach)?;
        must_reach(actor, &path)?;
        if let Some(key) = key.clone() {
            let (store, site, actor) = (self.intake.store.clone(), Arc::clone(&self.intake.site), actor.name.clone());
            let before = blocking(move || store.made_before(&site, &actor, &key)).await?;
            if let Some(made) = before.flatten() {
                return Ok(Made { made, repeated: true });
            }
        }
        let register = self.intake.register.load();
        let is_here = |place: &&Place| path_at(coverage, place.position).as_ref() == Some(&path);
        let mut same = register.places().iter().filter(|place| place.is_called(&told.name));
        if let Some(same) = same.find(is_here).filter(|_| !told.another) {
            let distance_m = same.position.distance_m(told.position).round();
            return Err(PlaceError::PerhapsTheSame { place: same.code.clone(), name: same.name.clone(), distance_m });
        }
        let code = told.code.map(PlaceCode::new);
        if let Some(code) = code.as_ref().filter(|code| register.place(code).is_some()) {
            return Err(PlaceError::PlaceCodeTaken { place: code.clone() });
        }
        let PlaceTold { kind, name, aliases, position, note, .. } = told;
        let (added_at, added_by) = (now, actor.name.clone());
        let place = NewPlace { code: code.clone(), kind, name, aliases, position, path, note, added_at, added_by };
        let Made { made, repeated } = self.intake.store.add_place(&self.intake.site, place, key).await?;
        let taken = |code: Option<PlaceCode>| PlaceError::PlaceCodeTaken { place: code.unwrap_or(PlaceCode::new("")) };
        let made = made.ok_or_else(|| taken(code))?;
        self.look_again().await?;
        Ok(Made { made, repeated })
    }

    /// The register as the store has it now.
    pub(super) async fn look_again(&self) -> Result<(), PatrolError> {
        let (store, site) = (self.intake.store.clone(), Arc::clone(&self.intake.site));
        let added = blocking(move || store.collected_places(&site)).await?;
        self.intake.register.store(Arc::new(joined(&self.intake.catalog.load(), added)));
        Ok(())
    }

    /// The places that an actor may know of: those of the site's files are for all, others for who serves in their grids.
    ///
    /// # Errors
    /// What the store suffers.
    pub async fn known_to(&self, actor: &Actor) -> Result<Vec<Known>, PatrolError> {
        let catalog = self.intake.catalog.load_full();
        let mut known: Vec<Known> = catalog.places.places().iter().map(|place| (place.clone(), None)).collect();
        if actor.may(Permission::ReadCases) {
            let (store, site) = (self.intake.store.clone(), Arc::clone(&self.intake.site));
            let added = blocking(move || store.collected_places(&site)).await?;
            let theirs = added
                .into_iter()
                .filter(|place| catalog.places.place(&place.code).is_none() && must_reach(actor, &place.path).is_ok());
            known.extend(theirs.map(|place| (Place::from(place.clone()), Some(place))));
        }
        Ok(known)
    }
}
