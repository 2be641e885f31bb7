//! A case with everything that is known of it, as far as whoever asks may know it.

use std::sync::Arc;

use uuid::Uuid;

use super::{
    casework::{Casework, StepError, read},
    findings::SOURCE,
};
use crate::{
    domain::{
        case::{ActionKind, Case, JudgedPhoto, Offer, Step, judged_photos},
        event::{Evidence, Report},
        people::Actor,
    },
    io::store::{EvidenceOf, Likely, NearbyReport},
};

/// A case with everything that is known of it.
pub struct Detail {
    pub case: Case,
    pub trail: Vec<Step>,
    pub reports: Vec<Report>,
    pub evidence: Vec<EvidenceOf>,
    /// What the asker may do now.
    pub next: Vec<Offer>,
    pub photos: Vec<JudgedPhoto>,
    pub perhaps_same: Vec<Likely>,
    pub nearby: Vec<NearbyReport>,
}

impl Casework {
    /// All of a case.
    ///
    /// # Errors
    /// If there is none for this actor.
    pub async fn detail(&self, id: Uuid, actor: &Actor) -> Result<Detail, StepError> {
        let (store, site) = (self.intake.store.clone(), Arc::clone(&self.intake.site));
        let (catalog, actor) = (self.intake.catalog.load_full(), actor.clone());
        let detail = read(move || {
            // What one may not see is not there.
            let found = store.case_with_reports(&site, id)?.filter(|(case, _)| actor.sees(&case.scope()));
            let Some((case, reports)) = found else { return Ok(None) };
            let (trail, evidence) = (store.trail(&site, id)?, store.evidence_of_case(id)?);
            let next = case.next_for(&actor, &catalog.terms);
            let may_merge = next.iter().any(|offer| offer.action == ActionKind::Merge);
            let perhaps_same =
                if may_merge { store.perhaps_same(&site, &case, &catalog.terms, &actor)? } else { Vec::new() };
            let is_seen = reports.iter().any(|report| report.source == SOURCE);
            let nearby = if is_seen { store.reports_nearby(&site, &case, &catalog.terms, &actor)? } else { Vec::new() };
            let of = |report: &Report| {
                let own = evidence.iter().filter(|one| one.report == report.id);
                own.map(|one| &one.evidence).collect::<Vec<&Evidence>>()
            };
            let told: Vec<_> = reports.iter().map(|report| (report, of(report))).collect();
            let of_steps = trail.iter().flat_map(|step| &step.deed.evidence);
            let all = told.iter().flat_map(|(_, photos)| photos.iter().copied()).chain(of_steps);
            let hashes: Vec<&str> = all.map(|photo| photo.hash.as_str()).collect();
            let shots = store.shots(&site, &hashes)?;
            let photos =
                judged_photos(&case, &told, &trail, |hash| shots.get(hash).copied(), &catalog.settings.evidence);
            Ok(Some(Detail { case, trail, reports, evidence, next, photos, perhaps_same, nearby }))
        });
        detail.await?.ok_or(StepError::NotFound)
    }
}
