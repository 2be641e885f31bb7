//! Intake: the whole way of a report, on one page.
//!
//! place → open a case or join one → durable → heard by the screens.

use std::sync::Arc;

use arc_swap::ArcSwap;
use axum::body::Bytes;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::clock::Clock;
use crate::{
    domain::{
        duty::{Category, CategoryCode, Outcome, Request, Visibility, WorkingCalendar, place},
        event::{Evidence, GivenPosition, Nature, Report},
        geo::{Datum, Position},
        people::Actor,
    },
    io::{
        catalog::Catalog,
        evidence::{EvidenceFolder, PhotoFault},
        store::{Accepted, IdempotencyKey, NewReport, SameMatter, Store, StoreError},
        tables::value::{self, Fault},
    },
};

/// Where reports come in.
#[derive(Clone)]
pub struct Intake {
    pub site: Arc<str>,
    pub catalog: Arc<ArcSwap<Catalog>>,
    pub store: Store,
    pub evidence: EvidenceFolder,
    /// Turns at decoding photos: each takes memory and a core.
    pub decoding: Arc<Semaphore>,
    pub clock: Arc<dyn Clock>,
}

/// What somebody tells, before anything is known of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Told {
    pub lon: Option<f64>,
    pub lat: Option<f64>,
    pub datum: Datum,
    pub accuracy_m: Option<f64>,
    pub captured_at: Option<Timestamp>,
    pub category: Option<String>,
    pub nature: Nature,
    pub description: Option<String>,
    pub address: Option<String>,
    pub place: Option<String>,
    pub contact: Option<String>,
    pub source: Option<String>,
    pub external_id: Option<String>,
}

/// Why a report is not taken in. Says which field, in [`IntakeError::field`].
#[derive(Debug, Serialize, strum::VariantNames)]
#[serde(tag = "code", content = "params", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum IntakeError {
    /// Neither a position nor a place, nor a word.
    NothingTold,
    UnlistedCategory {
        category: String,
        likely: Option<CategoryCode>,
    },
    /// Seen later than now, by more than clocks differ.
    FromTheFuture {
        captured_at: Timestamp,
        now: Timestamp,
    },
    TextTooLong {
        length: usize,
        limit: usize,
    },
    TooManyPhotos {
        photos: usize,
        limit: usize,
    },
    #[serde(skip)]
    Store(StoreError),
    #[serde(untagged)]
    Photo(PhotoFault),
    #[serde(untagged)]
    Value {
        field: &'static str,
        #[serde(flatten)]
        fault: Fault,
    },
}

/// How far ahead a phone's clock may be.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_mins(5);
/// Longest text of a field, in characters.
const LONGEST_TEXT: usize = 4_000;
/// Photos of one report.
const MOST_PHOTOS: usize = 9;
/// Half the way around the earth.
const LARGEST_ACCURACY_M: f64 = 20_000_000.0;

impl Intake {
    /// Takes a report in; durable when it answers, photos first.
    ///
    /// # Errors
    /// What is wrong with it, or with the store.
    pub async fn take(
        &self,
        told: Told,
        photos: Vec<Bytes>,
        actor: &Actor,
        idempotency: Option<IdempotencyKey>,
    ) -> Result<Accepted, IntakeError> {
        let (catalog, now) = (self.catalog.load_full(), self.clock.now());
        let category = check(&told, &catalog, now)?;
        let evidence = self.keep(photos).await?;
        let captured_at = told.captured_at.unwrap_or(now);
        let position = given_position(&told)?.or_else(|| named_position(&told, &catalog));

        let coverage = catalog.coverages.at(captured_at);
        let request = Request {
            position,
            accuracy_m: told.accuracy_m,
            category: category.map(|category| category.code.as_str()),
            edge: true,
        };
        let placement = place(coverage, &catalog.routing, catalog.settings.nearest_m, &request);
        let placed = placement.settled(coverage, &catalog.routing);

        let new = NewReport {
            site: self.site.to_string(),
            actor: actor.name.clone(),
            idempotency,
            evidence,
            same_matter: category
                .filter(|_| placed.outcome != Outcome::Unplaced)
                .map(|category| SameMatter { category: category.clone(), calendar: Arc::clone(&catalog.calendar) }),
            visibility: category.map_or(Visibility::Staff, |category| category.visibility),
            case_id: Uuid::now_v7(),
            due_at: category.and_then(|category| verify_by(category, &catalog.calendar, now)),
            zone: catalog.settings.time_zone.clone(),
            report: Report {
                id: Uuid::now_v7(),
                source: told.source.unwrap_or_else(|| actor.kind.to_string()),
                external_id: told.external_id,
                nature: told.nature,
                category: category.map(|category| category.code.clone()),
                position,
                given: told.lon.zip(told.lat).map(|(lon, lat)| GivenPosition { lon, lat, datum: told.datum }),
                accuracy_m: told.accuracy_m,
                captured_at,
                received_at: now,
                description: told.description,
                address: told.address,
                place: told.place,
                contact: told.contact,
                placed,
                catalog_version: catalog.version.as_str().to_owned(),
            },
        };
        self.store.accept(new).await.map_err(IntakeError::Store)
    }

    async fn keep(&self, photos: Vec<Bytes>) -> Result<Vec<Evidence>, IntakeError> {
        if photos.len() > MOST_PHOTOS {
            return Err(IntakeError::TooManyPhotos { photos: photos.len(), limit: MOST_PHOTOS });
        }
        let closed = || IntakeError::Store(StoreError::Closed);
        let mut kept = Vec::with_capacity(photos.len());
        for photo in photos {
            let turn = Arc::clone(&self.decoding).acquire_owned().await.map_err(|_| closed())?;
            let folder = self.evidence.clone();
            let work = move || {
                let kept = folder.keep(&photo);
                drop(turn);
                kept
            };
            let done = tokio::task::spawn_blocking(work).await.map_err(|_| closed())?;
            kept.push(done.map_err(IntakeError::Photo)?);
        }
        Ok(kept)
    }
}

fn check<'a>(told: &Told, catalog: &'a Catalog, now: Timestamp) -> Result<Option<&'a Category>, IntakeError> {
    let texts =
        [&told.description, &told.address, &told.place, &told.contact, &told.source, &told.external_id, &told.category];
    if let Some(length) = texts.into_iter().flatten().map(|text| text.chars().count()).find(|n| *n > LONGEST_TEXT) {
        return Err(IntakeError::TextTooLong { length, limit: LONGEST_TEXT });
    }
    if told.lon.is_none() && told.address.is_none() && told.place.is_none() && told.description.is_none() {
        return Err(IntakeError::NothingTold);
    }
    if let Some(captured_at) = told.captured_at.filter(|at| *at > now + CLOCKS_DIFFER) {
        return Err(IntakeError::FromTheFuture { captured_at, now });
    }
    if let Some(value) = told.accuracy_m.filter(|meters| *meters > LARGEST_ACCURACY_M) {
        let fault = Fault::OutOfRange { value, min: 0.0, max: LARGEST_ACCURACY_M };
        return Err(IntakeError::Value { field: "accuracy_m", fault });
    }
    let Some(code) = &told.category else { return Ok(None) };
    catalog.routing.category(code).map(Some).ok_or_else(|| IntakeError::UnlistedCategory {
        category: code.clone(),
        likely: catalog.routing.likely_category(code).map(|category| category.code.clone()),
    })
}

/// By the numbers of the report.
fn given_position(told: &Told) -> Result<Option<Position>, IntakeError> {
    match (told.lon, told.lat) {
        (Some(lon), Some(lat)) => {
            value::position(lon, lat, told.datum).map(Some).map_err(|fault| IntakeError::Value { field: "lon", fault })
        }
        (None, None) => Ok(None),
        (None, Some(_)) => Err(IntakeError::Value { field: "lon", fault: Fault::MissingValue }),
        (Some(_), None) => Err(IntakeError::Value { field: "lat", fault: Fault::MissingValue }),
    }
}

/// By the register: the named place, else the one that the address names.
fn named_position(told: &Told, catalog: &Catalog) -> Option<Position> {
    let names = [told.place.as_deref(), told.address.as_deref()];
    names.into_iter().flatten().find_map(|name| catalog.places.find(name)).map(|place| place.position)
}

/// The verify limit runs from the report.
fn verify_by(category: &Category, calendar: &WorkingCalendar, now: Timestamp) -> Option<Timestamp> {
    category.verify_limit.map(|limit| calendar.due(now, limit))
}

impl IntakeError {
    /// The field to blame, where there is one.
    #[must_use]
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::UnlistedCategory { .. } => Some("category"),
            Self::FromTheFuture { .. } => Some("captured_at"),
            Self::Value { field, .. } => Some(field),
            Self::Photo(_) | Self::TooManyPhotos { .. } => Some("photo"),
            Self::NothingTold | Self::TextTooLong { .. } | Self::Store(_) => None,
        }
    }
}
