//! Findings: the whole way of what a camera sees, on one page.
//!
//! sighting → rule → place → snapshot on disk → durable in the queue → confirmed as a case, or dismissed.

use axum::body::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::intake::{Intake, IntakeError};
use crate::{
    domain::{
        camera::Raise,
        duty::{Request, Visibility, place},
        event::{Decided, Evidence, Finding, FindingStatus, Nature, Report},
        people::Actor,
        vision::Sighting,
    },
    io::{
        catalog::Catalog,
        store::{Likely, NewFinding, NewReport, StoreError, Verdict},
    },
};

/// What a camera saw.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// UUIDv7, of the finding that it may become: what is told twice is kept once.
    pub id: Uuid,
    pub camera: String,
    pub sighting: Sighting,
    /// Width and height in pixels of the picture that the sighting's box is in.
    pub frame: [u32; 2],
    pub since: Timestamp,
    pub seen_at: Timestamp,
    /// As JPEG.
    #[serde(with = "serde_bytes")]
    pub picture: Vec<u8>,
}

/// A finding that is a case now.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Confirmed {
    #[serde(flatten)]
    pub finding: Finding,
    /// Open cases that may be about the same thing, the nearest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub perhaps_same: Vec<Likely>,
}

/// Why nothing was decided.
#[derive(Debug, Serialize, strum::VariantNames)]
#[serde(tag = "code", content = "params", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum DecisionError {
    NotFound,
    DecidedBefore {
        status: FindingStatus,
    },
    /// People who look at the figures want to know why.
    NoReason,
    ReasonTooLong {
        length: usize,
        limit: usize,
    },
    #[serde(skip)]
    Store(StoreError),
}

/// Longest reason in characters.
const LONGEST_REASON: usize = 1_000;
/// As reports name where they come from.
pub(super) const SOURCE: &str = "camera";

/// Where findings come in, and are decided.
#[derive(Clone)]
pub struct Findings {
    pub intake: Intake,
}

impl Findings {
    /// Keeps what was seen, if a rule of its camera is for it; durable when it answers.
    ///
    /// # Errors
    /// What the disk or the store suffers: then it was not kept, and may be tried again.
    pub async fn take(&self, seen: Seen) -> Result<Option<Finding>, IntakeError> {
        let catalog = self.intake.catalog.load_full();
        let Some(camera) = catalog.cameras.camera(&seen.camera) else { return Ok(None) };
        let Some(rule) = camera.rule_for(&seen.sighting) else { return Ok(None) };
        let Sighting { kind, score, .. } = seen.sighting;
        let category = catalog.routing.category(rule.category.as_str());

        let (coverage, ground) =
            (catalog.coverages.at(seen.seen_at), camera.ground_of(&seen.sighting.bbox, seen.frame));
        let request = Request {
            position: ground.map(|ground| ground.position),
            accuracy: ground.map(|ground| ground.error),
            category: Some(rule.category.as_str()),
            edge: true,
        };
        let placement = place(coverage, &catalog.routing, catalog.settings.nearest_m, &request);
        let snapshot = self.intake.keep_photo(Bytes::from(seen.picture)).await?;
        let finding = Finding {
            id: seen.id,
            status: FindingStatus::Queued,
            camera: camera.id.clone(),
            kind,
            category: rule.category.clone(),
            // A picture of the street is nothing for everybody, whatever its category.
            visibility: match category.map(|category| category.visibility) {
                Some(Visibility::Restricted) => Visibility::Restricted,
                _ => Visibility::Staff,
            },
            score,
            bbox: seen.sighting.bbox,
            frame: seen.frame,
            track: seen.sighting.track,
            since: seen.since,
            seen_at: seen.seen_at,
            position: request.position,
            error: request.accuracy,
            placed: placement.settled(coverage, &catalog.routing),
            catalog_version: catalog.version.as_str().to_owned(),
            snapshot: Some(snapshot),
            case: None,
            reason: None,
            decided_by: None,
            decided_at: None,
        };
        let raise = (rule.raise == Raise::Auto).then(|| {
            let actor = format!("{SOURCE} {}", finding.camera);
            Box::new(self.as_report(&catalog, &finding, &actor))
        });
        let new = NewFinding { site: self.intake.site.to_string(), finding, raise };
        let (finding, _) = self.intake.store.add_finding(new).await.map_err(IntakeError::Store)?;
        Ok(Some(finding))
    }

    /// Makes a case of a finding, or joins it to the open case of the same matter where its category says so; else says which
    /// open cases may be the same.
    ///
    /// # Errors
    /// If there is no such finding for this actor, or it was dismissed.
    pub async fn confirm(&self, id: Uuid, actor: &Actor) -> Result<Confirmed, DecisionError> {
        let finding = self.find(id, actor).await?;
        let report = self.as_report(&self.intake.catalog.load(), &finding, &actor.name);
        // Who confirms it has looked.
        let report = NewReport { verified: true, ..report };
        let finding = self.decide(id, Verdict::Confirm(Box::new(report)), actor).await?;
        let (store, site) = (self.intake.store.clone(), self.intake.site.clone());
        let (terms, actor, case) = (self.intake.catalog.load().terms.clone(), actor.clone(), finding.case);
        let likely = tokio::task::spawn_blocking(move || {
            let Some(case) = case.map_or(Ok(None), |case| store.case(&site, case))? else { return Ok(Vec::new()) };
            store.perhaps_same(&site, &case, &terms, &actor)
        });
        let perhaps_same = likely.await.map_err(|_| DecisionError::Store(StoreError::Closed))?;
        Ok(Confirmed { finding, perhaps_same: perhaps_same.map_err(DecisionError::Store)? })
    }

    /// # Errors
    /// If there is no such finding for this actor, it was decided otherwise or for another reason, or the reason is none.
    pub async fn dismiss(&self, id: Uuid, reason: &str, actor: &Actor) -> Result<Finding, DecisionError> {
        let (reason, length) = (reason.trim(), reason.chars().count());
        if reason.is_empty() {
            return Err(DecisionError::NoReason);
        }
        if length > LONGEST_REASON {
            return Err(DecisionError::ReasonTooLong { length, limit: LONGEST_REASON });
        }
        self.find(id, actor).await?;
        self.decide(id, Verdict::Dismiss { reason: reason.to_owned() }, actor).await
    }

    async fn find(&self, id: Uuid, actor: &Actor) -> Result<Finding, DecisionError> {
        let (store, site) = (self.intake.store.clone(), self.intake.site.clone());
        let found = tokio::task::spawn_blocking(move || store.finding(&site, id)).await;
        let found = found.map_err(|_| DecisionError::Store(StoreError::Closed))?.map_err(DecisionError::Store)?;
        // What one may not see is not there.
        let found = found.filter(|finding| actor.sees(&finding.scope()));
        found.ok_or(DecisionError::NotFound)
    }

    async fn decide(&self, id: Uuid, verdict: Verdict, actor: &Actor) -> Result<Finding, DecisionError> {
        let now = self.intake.clock.now();
        let decided = self.intake.store.decide(&self.intake.site, id, verdict, &actor.name, now).await;
        let decided = decided.map_err(DecisionError::Store)?.ok_or(DecisionError::NotFound)?;
        decided.map_err(|Decided(status)| DecisionError::DecidedBefore { status })
    }

    /// The report that a finding becomes: it keeps its place, and its picture is the evidence.
    fn as_report(&self, catalog: &Catalog, finding: &Finding, actor: &str) -> NewReport {
        let report = Report {
            id: Uuid::now_v7(),
            source: SOURCE.to_owned(),
            external_id: Some(finding.id.to_string()),
            nature: Nature::Event,
            category: Some(finding.category.clone()),
            position: finding.position,
            given: None,
            accuracy_m: finding.error.map(|error| error.along_m),
            captured_at: finding.seen_at,
            received_at: self.intake.clock.now(),
            description: None,
            address: None,
            place: None,
            contact: None,
            placed: finding.placed.clone(),
            catalog_version: finding.catalog_version.clone(),
        };
        let camera = Some(finding.camera.clone());
        let evidence = finding.snapshot.clone().map(|snapshot| Evidence { camera, ..snapshot });
        NewReport { evidence: evidence.into_iter().collect(), ..self.intake.placed(catalog, report, actor) }
    }
}
