//! What a photo says of itself, and what that is worth: phones can be set wrong and metadata can be written by anybody, so
//! a judgement is a hint for people and stops nothing.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::domain::geo::Position;

/// When and where a photo was taken, by its own metadata.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Shot {
    pub taken_at: Option<Timestamp>,
    pub position: Option<Position>,
}

/// From where on a photo is in doubt. The defaults are proposals.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ShotLimits {
    /// Taken so long before it was told of.
    pub oldest: SignedDuration,
    /// Taken so much later than it was sent: clocks differ.
    pub clocks_differ: SignedDuration,
    /// So far from the case.
    pub far_m: f64,
    /// So far from where the photos before the work were taken.
    pub apart_m: f64,
}

impl Default for ShotLimits {
    fn default() -> Self {
        Self {
            oldest: SignedDuration::from_hours(24),
            clocks_differ: SignedDuration::from_mins(10),
            far_m: 100.0,
            apart_m: 50.0,
        }
    }
}

/// What is known of the occasion that a photo was sent on.
#[derive(Debug, Clone, Copy)]
pub struct Occasion<'a> {
    /// When its sender saw the matter.
    pub seen_at: Timestamp,
    pub sent_at: Timestamp,
    /// Of the case.
    pub spot: Option<Position>,
    /// Where whoever sent it was, by what they told.
    pub sender: Option<Position>,
    /// Where the photos before the work were taken; empty for these themselves.
    pub before: &'a [Position],
}

/// What is to be thought of a photo: a code with parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, strum::VariantNames, utoipa::ToSchema)]
#[serde(tag = "code", content = "params", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Judgement {
    /// It says nothing of itself.
    NotJudged,
    TakenInTime,
    TakenLongBefore {
        hours: i64,
        limit: i64,
    },
    TakenAfterwards {
        minutes: i64,
        limit: i64,
    },
    AtTheSpot {
        distance_m: u32,
    },
    FarFromTheSpot {
        distance_m: u32,
        limit_m: f64,
    },
    SameSpotAsBefore {
        distance_m: u32,
    },
    OtherSpotThanBefore {
        distance_m: u32,
        limit_m: f64,
    },
}

impl Judgement {
    /// Whether somebody should look twice.
    #[must_use]
    pub fn is_doubt(&self) -> bool {
        matches!(
            self,
            Self::TakenLongBefore { .. }
                | Self::TakenAfterwards { .. }
                | Self::FarFromTheSpot { .. }
                | Self::OtherSpotThanBefore { .. }
        )
    }
}

/// What a photo says, held against the occasion: its time, its distance from the case, and whether it shows the spot that
/// the photos before the work do, by its own position, else by where its sender was.
#[must_use]
pub fn judge(shot: Option<Shot>, occasion: &Occasion<'_>, limits: &ShotLimits) -> Vec<Judgement> {
    let Shot { taken_at, position } = shot.unwrap_or_default();
    let mut judgements = Vec::new();
    judgements.extend(taken_at.map(|taken_at| time(taken_at, occasion, limits)));
    if let (Some(position), Some(spot)) = (position, occasion.spot) {
        let (exact_m, limit_m) = (position.distance_m(spot), limits.far_m);
        let (distance_m, is_far) = (about(exact_m), exact_m > limit_m);
        judgements.push(if is_far {
            Judgement::FarFromTheSpot { distance_m, limit_m }
        } else {
            Judgement::AtTheSpot { distance_m }
        });
    }
    if judgements.is_empty() {
        judgements.push(Judgement::NotJudged);
    }
    let apart = position
        .or(occasion.sender)
        .and_then(|position| occasion.before.iter().map(|before| position.distance_m(*before)).min_by(f64::total_cmp));
    judgements.extend(apart.map(|exact_m| {
        let (distance_m, limit_m) = (about(exact_m), limits.apart_m);
        if exact_m > limit_m {
            Judgement::OtherSpotThanBefore { distance_m, limit_m }
        } else {
            Judgement::SameSpotAsBefore { distance_m }
        }
    }));
    judgements
}

/// A distance as 1, 2 or 5 times a power of ten, from 10 m on: from exact ones to several places the spot where a photo was
/// taken could be computed, and it may be somebody's home.
fn about(exact_m: f64) -> u32 {
    let far = |step: &u32| (f64::from(*step) / exact_m).ln().abs();
    let steps = (1..=8).flat_map(|power| [1, 2, 5].map(|step| step * 10_u32.pow(power)));
    steps.min_by(|a, b| far(a).total_cmp(&far(b))).unwrap_or(10)
}

fn time(taken_at: Timestamp, occasion: &Occasion<'_>, limits: &ShotLimits) -> Judgement {
    let (before, after) = (occasion.seen_at.duration_since(taken_at), taken_at.duration_since(occasion.sent_at));
    if before > limits.oldest {
        return Judgement::TakenLongBefore { hours: before.as_hours(), limit: limits.oldest.as_hours() };
    }
    if after > limits.clocks_differ {
        return Judgement::TakenAfterwards { minutes: after.as_mins(), limit: limits.clocks_differ.as_mins() };
    }
    Judgement::TakenInTime
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_photo_is_held_against_its_occasion_and_one_that_says_nothing_is_not_judged() {
        let at = |text: &str| text.parse::<Timestamp>().expect("an instant");
        let spot = Position::new(110.0, 40.0).expect("a position");
        let away = Position::new(110.002, 40.0).expect("a position");
        let sent_at = at("2026-03-04T09:00:00+08:00");
        let occasion = Occasion { seen_at: sent_at, sent_at, spot: Some(spot), sender: None, before: &[] };
        let judged = |taken: &str, position: Position| {
            judge(Some(Shot { taken_at: Some(at(taken)), position: Some(position) }), &occasion, &ShotLimits::default())
        };
        let here = Judgement::AtTheSpot { distance_m: 10 };
        assert_eq!(judged("2026-03-04T08:00:00+08:00", spot), [Judgement::TakenInTime, here.clone()]);
        let late = Judgement::TakenAfterwards { minutes: 60, limit: 10 };
        assert_eq!(judged("2026-03-04T10:00:00+08:00", spot), [late, here]);
        let old = judged("2026-03-01T09:00:00+08:00", away);
        assert_eq!(old[0], Judgement::TakenLongBefore { hours: 72, limit: 24 });
        assert!(matches!(old[1], Judgement::FarFromTheSpot { distance_m: 200, .. }), "171 m");
        assert!(old.iter().all(Judgement::is_doubt));
        assert_eq!(judge(None, &occasion, &ShotLimits::default()), [Judgement::NotJudged]);
        let after = Occasion { sender: Some(away), before: &[spot], ..occasion };
        let [silent, other] = &judge(None, &after, &ShotLimits::default())[..] else { panic!("two judgements") };
        assert_eq!(silent, &Judgement::NotJudged);
        assert!(matches!(other, Judgement::OtherSpotThanBefore { .. }), "by where its sender was");
    }
}
