//! Intake: the whole way of a report, on one page.
//!
//! place → open a case or join one → durable → heard by the screens.

use std::sync::Arc;

use arc_swap::ArcSwap;
use axum::body::Bytes;
use jiff::{SignedDuration, Timestamp, Unit};
use serde::Serialize;
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::{clock::Clock, witness::WitnessStand};
use crate::{
    domain::{
        duty::{Category, CategoryCode, Request, Scope, Visibility, place},
        event::{Evidence, GivenPosition, Nature, Report},
        geo::{Datum, ErrorEllipse, Position},
        people::{Actor, ActorKind, OPEN_SOURCES},
        register::Register,
    },
    io::{
        catalog::Catalog,
        evidence::{EvidenceFolder, Looked, PhotoFault},
        store::{Accepted, IdempotencyKey, NewReport, Store, StoreError},
        tables::value::{self, Fault},
    },
};

/// Where reports come in.
#[derive(Clone)]
pub struct Intake {
    pub site: Arc<str>,
    pub catalog: Arc<ArcSwap<Catalog>>,
    /// The catalog's places and those that the staff added.
    pub register: Arc<ArcSwap<Register>>,
    pub store: Store,
    pub evidence: EvidenceFolder,
    /// Turns at decoding photos: each takes memory and a core.
    pub decoding: Arc<Semaphore>,
    /// Where a frame of a camera that sees the place is asked for.
    pub witness: WitnessStand,
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
    /// Seen before any clock was right.
    TooLongAgo {
        captured_at: Timestamp,
        earliest: Timestamp,
    },
    /// Whoever has no token says to be somebody with one.
    ForeignSource {
        given: String,
        open_to_all: &'static [&'static str],
    },
    /// Nobody in particular has no ids of his own.
    ResidentExternalId,
    /// Others might have the same.
    ShortKey {
        least: usize,
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

/// A camera that looks now still shows what was seen so long ago.
const STILL_SO: SignedDuration = SignedDuration::from_mins(5);
/// Nobody saw anything before: 2000-01-01T00:00:00Z, and clocks that were never set begin at 1970.
const EARLIEST: Timestamp = Timestamp::constant(946_684_800, 0);
/// How far ahead a phone's clock may be.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_mins(5);
/// Longest text of a field, in characters.
const LONGEST_TEXT: usize = 4_000;
/// Photos of one report.
const MOST_PHOTOS: usize = 9;

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
        // Whatever can be refused is, before anything is kept.
        refuse_anonymous_ids(&told, actor, idempotency.as_ref())?;
        let category = check(&told, actor, &catalog, now)?;
        let position = given_position(&told)?.or_else(|| named_position(&told, &self.register.load()));
        let looked = self.look_at(&photos).await?;
        self.refuse_used_key(actor, idempotency.as_ref()).await?;
        let evidence = self.keep(photos, looked).await?;
        let captured_at = told.captured_at.unwrap_or(now);

        let coverage = catalog.coverages.at(captured_at);
        let request = Request {
            position,
            accuracy: told.accuracy_m.map(ErrorEllipse::circle),
            category: category.map(|category| category.code.as_str()),
            edge: true,
        };
        let placement = place(coverage, &catalog.routing, catalog.settings.nearest_m, &request);
        let placed = placement.settled(coverage, &catalog.routing);

        let report = Report {
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
        };
        let (seen_at, report_id) = (position.filter(|_| now.duration_since(captured_at) < STILL_SO), report.id);
        // Whoever would be sent to look has looked.
        let verified = actor.may_verify(&Scope::of(Visibility::Public, &report.placed));
        let new = NewReport { idempotency, evidence, verified, ..self.placed(&catalog, report, &actor.name) };
        let accepted = self.store.accept(new).await.map_err(IntakeError::Store)?;
        if let Some(position) = seen_at.filter(|_| !accepted.repeated) {
            self.witness.ask(report_id, position);
        }
        Ok(accepted)
    }

    /// A report that is placed, with what the store needs to open a case of it or to join it to one.
    #[must_use]
    pub fn placed(&self, catalog: &Catalog, report: Report, actor: &str) -> NewReport {
        NewReport {
            site: self.site.to_string(),
            actor: actor.to_owned(),
            idempotency: None,
            evidence: Vec::new(),
            case_id: Uuid::now_v7(),
            verified: false,
            terms: Arc::clone(&catalog.terms),
            zone: catalog.settings.time_zone.clone(),
            past: None,
            report,
        }
    }

    /// All of them before the first is kept: a report is refused for one that is no photo.
    async fn look_at(&self, photos: &[Bytes]) -> Result<Vec<Looked>, IntakeError> {
        if photos.len() > MOST_PHOTOS {
            return Err(IntakeError::TooManyPhotos { photos: photos.len(), limit: MOST_PHOTOS });
        }
        let zone = self.catalog.load().settings.time_zone.clone();
        let mut looked = Vec::with_capacity(photos.len());
        for photo in photos {
            let (photo, zone) = (photo.clone(), zone.clone());
            let turn = Arc::clone(&self.decoding).acquire_owned().await.map_err(|_| closed())?;
            let work = move || {
                let looked = Looked::at(&photo, &zone);
                drop(turn);
                looked
            };
            looked.push(blocking(work).await?.map_err(IntakeError::Photo)?);
        }
        Ok(looked)
    }

    async fn keep(&self, photos: Vec<Bytes>, looked: Vec<Looked>) -> Result<Vec<Evidence>, IntakeError> {
        let folder = self.evidence.clone();
        let each = move |(photo, looked): (Bytes, Looked)| folder.keep(&photo, looked);
        let kept = blocking(move || photos.into_iter().zip(looked).map(each).collect::<Result<_, _>>()).await?;
        kept.map_err(|error| IntakeError::Photo(PhotoFault::Io(error)))
    }

    /// The store refuses it too, but then its photos would be on disk.
    async fn refuse_used_key(&self, actor: &Actor, key: Option<&IdempotencyKey>) -> Result<(), IntakeError> {
        let Some(key) = key.cloned() else { return Ok(()) };
        let (store, site, name) = (self.store.clone(), Arc::clone(&self.site), actor.name.clone());
        match blocking(move || store.is_key_reused(&site, &name, &key)).await? {
            Ok(false) => Ok(()),
            Ok(true) => Err(IntakeError::Store(StoreError::KeyReused)),
            Err(error) => Err(IntakeError::Store(error)),
        }
    }

    /// Puts photos on disk, few of them decoded at a time.
    ///
    /// # Errors
    /// If one is none, or the disk refuses.
    pub async fn keep_photos(&self, photos: Vec<Bytes>) -> Result<Vec<Evidence>, IntakeError> {
        let looked = self.look_at(&photos).await?;
        self.keep(photos, looked).await
    }

    /// Puts one photo on disk.
    ///
    /// # Errors
    /// As those of several.
    pub async fn keep_photo(&self, photo: Bytes) -> Result<Evidence, IntakeError> {
        self.keep_photos(vec![photo]).await?.pop().ok_or_else(closed)
    }
}

fn closed() -> IntakeError {
    IntakeError::Store(StoreError::Closed)
}

/// Decodes, reads and writes where blocking is allowed.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, IntakeError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| closed())
}

fn check<'a>(
    told: &Told,
    actor: &Actor,
    catalog: &'a Catalog,
    now: Timestamp,
) -> Result<Option<&'a Category>, IntakeError> {
    let texts =
        [&told.description, &told.address, &told.place, &told.contact, &told.source, &told.external_id, &told.category];
    if let Some(length) = texts.into_iter().flatten().map(|text| text.chars().count()).find(|n| *n > LONGEST_TEXT) {
        return Err(IntakeError::TextTooLong { length, limit: LONGEST_TEXT });
    }
    if let Some(source) = told.source.as_deref().filter(|source| !actor.may_report_as(source)) {
        return Err(IntakeError::ForeignSource { given: source.to_owned(), open_to_all: OPEN_SOURCES });
    }
    if told.lon.is_none()
        && told.lat.is_none()
        && told.address.is_none()
        && told.place.is_none()
        && told.description.is_none()
    {
        return Err(IntakeError::NothingTold);
    }
    if let Some(captured_at) = told.captured_at.filter(|at| *at > now + CLOCKS_DIFFER) {
        return Err(IntakeError::FromTheFuture { captured_at: to_the_second(captured_at), now: to_the_second(now) });
    }
    if let Some(captured_at) = told.captured_at.filter(|at| *at < EARLIEST) {
        return Err(IntakeError::TooLongAgo { captured_at: to_the_second(captured_at), earliest: EARLIEST });
    }
    let accuracy = told.accuracy_m.map(value::accuracy).transpose();
    accuracy.map_err(|fault| IntakeError::Value { field: "accuracy_m", fault })?;
    let Some(code) = &told.category else { return Ok(None) };
    let category = listed_category(catalog, code)?;
    // For those who may not see its cases the category is not there.
    if !actor.sight().circles.contains(&category.visibility) {
        return Err(IntakeError::UnlistedCategory { category: code.clone(), likely: None });
    }
    Ok(Some(category))
}

/// The category of that code.
///
/// # Errors
/// Where there is none, with the one that was likely meant.
pub fn listed_category<'a>(catalog: &'a Catalog, code: &str) -> Result<&'a Category, IntakeError> {
    catalog.routing.category(code).ok_or_else(|| IntakeError::UnlistedCategory {
        category: code.to_owned(),
        likely: catalog.routing.likely_category(code).map(|category| category.code.clone()),
    })
}

/// Instants as people read them.
fn to_the_second(at: Timestamp) -> Timestamp {
    at.round(Unit::Second).unwrap_or(at)
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
/// All residents are one actor: what only one of them knows tells them apart, and an id or a key that others might have too
/// would be answered with another's secret.
fn refuse_anonymous_ids(told: &Told, actor: &Actor, key: Option<&IdempotencyKey>) -> Result<(), IntakeError> {
    /// As a UUID without its dashes is long.
    const LEAST: usize = 32;
    if actor.kind != ActorKind::Resident {
        return Ok(());
    }
    if told.external_id.is_some() {
        return Err(IntakeError::ResidentExternalId);
    }
    if key.is_some_and(|key| key.key.len() < LEAST) {
        return Err(IntakeError::ShortKey { least: LEAST });
    }
    Ok(())
}

fn named_position(told: &Told, register: &Register) -> Option<Position> {
    let names = [told.place.as_deref(), told.address.as_deref()];
    names.into_iter().flatten().find_map(|name| register.find(name)).map(|place| place.position)
}

impl IntakeError {
    /// The field to blame, where there is one.
    #[must_use]
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::UnlistedCategory { .. } => Some("category"),
            Self::FromTheFuture { .. } | Self::TooLongAgo { .. } => Some("captured_at"),
            Self::ForeignSource { .. } => Some("source"),
            Self::ResidentExternalId => Some("external_id"),
            Self::ShortKey { .. } => Some("Idempotency-Key"),
            Self::Value { field, .. } => Some(field),
            Self::Photo(_) | Self::TooManyPhotos { .. } => Some("photo"),
            Self::NothingTold | Self::TextTooLong { .. } | Self::Store(_) => None,
        }
    }
}
