//! The photos of a case, each held against the occasion that it was sent on.

use super::{ActionKind, Case, Step};
use crate::domain::{
    event::{Evidence, Judgement, Occasion, Report, Shot, ShotLimits, judge},
    geo::Position,
};

/// A photo with what is to be thought of it.
#[derive(Debug, Clone, PartialEq)]
pub struct JudgedPhoto {
    pub hash: String,
    /// Version of the step that it belongs to; `None` for a report's.
    pub step: Option<u32>,
    pub judgements: Vec<Judgement>,
}

/// What people's photos of a case are worth; what cameras took is not asked. `told`: each report with its photos; `shots`:
/// what a photo says of itself, by its hash.
#[must_use]
pub fn judged_photos(
    case: &Case,
    told: &[(&Report, Vec<&Evidence>)],
    trail: &[Step],
    shots: impl Fn(&str) -> Option<Shot>,
    limits: &ShotLimits,
) -> Vec<JudgedPhoto> {
    let (mut photos, mut before): (Vec<JudgedPhoto>, Vec<Position>) = (Vec::new(), Vec::new());
    let mut hold = |photo: &Evidence, step: Option<u32>, occasion: &Occasion<'_>| {
        let shot = shots(&photo.hash);
        photos.push(JudgedPhoto { hash: photo.hash.clone(), step, judgements: judge(shot, occasion, limits) });
        shot.and_then(|shot| shot.position).or(occasion.sender)
    };
    for (report, evidence) in told {
        let (seen_at, sent_at, sender) = (report.captured_at, report.received_at, report.position);
        let occasion = Occasion { seen_at, sent_at, spot: case.position, sender, before: &[] };
        for photo in evidence.iter().filter(|photo| photo.camera.is_none()) {
            before.extend(hold(photo, None, &occasion));
        }
    }
    for step in trail {
        let is_after = matches!(ActionKind::from(&step.deed.action), ActionKind::Handle | ActionKind::Solve);
        let mut found = Vec::new();
        for photo in step.deed.evidence.iter().filter(|photo| photo.camera.is_none()) {
            let (at, sender) = (step.at, step.deed.position);
            let before = if is_after { &before[..] } else { &[] };
            let occasion = Occasion { seen_at: at, sent_at: at, spot: case.position, sender, before };
            found.extend(hold(photo, Some(step.version), &occasion));
        }
        if !is_after {
            before.extend(found);
        }
    }
    photos
}
