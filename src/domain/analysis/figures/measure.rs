//! What is measured.

use serde::{Deserialize, Serialize};

use crate::domain::case::{ActionKind, Stage};

/// What is measured, as so many good ones of so many: the indicators of digital city management (GB/T 30428 as
/// implemented in public), each with one denominator.
///
/// What was due counts in the period in which it was settled: when it was done, or when its limit ran out before. What
/// the desk or the head took back in time is nobody's fault and counts for nothing.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
    strum::EnumIter,
    strum::EnumCount,
    strum::VariantNames,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Measure {
    /// 上报: reports of what is the matter; good: their case is closed.
    Reported,
    /// 诉求: what people ask for; good: solved, that is closed and not open again.
    Appeals,
    /// 有效上报率: reports of which somebody has decided; good: what they told was so and was filed, or solved on the spot.
    Valid,
    /// 自主发现率: what was so in a grid; good: those who walk it told of it first. The rest was missed (漏报).
    Found,
    /// 按时核实率
    VerifiedOnTime,
    /// 按时受理率
    AcceptedOnTime,
    /// 按时立案率, of those filed.
    FiledOnTime,
    /// 准确立案率: filed; good: and not void.
    FiledAccurately,
    /// 按时派遣率
    DispatchedOnTime,
    /// 派遣准确率: due for dispatch; good: dispatched, and no department gave it back as another's.
    DispatchedAccurately,
    /// 按时签收率
    SignedOnTime,
    /// 按时报到率: whistled for; good: there in time.
    ReportedInOnTime,
    /// 先行防护及时率
    GuardedOnTime,
    /// 按时处置率
    HandledOnTime,
    /// 按时核查率
    CheckedOnTime,
    /// 结案率: due to close, since closed or out of limit; good: closed.
    Closed,
    /// 按期结案率: the same; good: closed, and handled by all within their limits. A limit that was extended is the limit.
    ClosedOnTime,
    /// 返工率: handled; counted are those that came back to the same department after the check. Less is better.
    Reworked,
    /// 满意率: stars given by checks and residents; good: two thirds of the most, or better.
    Satisfied,
}

impl Measure {
    /// Of a stage's clock.
    #[must_use]
    pub fn of(stage: Stage) -> Option<Self> {
        match stage {
            Stage::Verify => Some(Self::VerifiedOnTime),
            Stage::Accept => Some(Self::AcceptedOnTime),
            Stage::Dispatch => Some(Self::DispatchedOnTime),
            Stage::Sign => Some(Self::SignedOnTime),
            Stage::ReportIn => Some(Self::ReportedInOnTime),
            Stage::Guard => Some(Self::GuardedOnTime),
            Stage::Handle => Some(Self::HandledOnTime),
            Stage::Check => Some(Self::CheckedOnTime),
            Stage::File => Some(Self::FiledOnTime),
            Stage::Place | Stage::Audit | Stage::Close => None,
        }
    }

    /// Whether few are better than many.
    #[must_use]
    pub fn is_better_low(self) -> bool {
        self == Self::Reworked
    }
}

/// Whether a stage is done with a step, and not only over.
pub fn is_done(stage: Stage, with: ActionKind) -> bool {
    use ActionKind as A;
    match stage {
        Stage::Place => with == A::Correct,
        Stage::Verify => matches!(with, A::Verify | A::Disprove | A::Solve),
        Stage::Accept => matches!(with, A::Accept | A::Refuse | A::Merge),
        Stage::File => with == A::File,
        Stage::Audit => matches!(with, A::Approve | A::Reject),
        Stage::Dispatch => matches!(with, A::Dispatch | A::Whistle | A::Rule),
        Stage::Sign => with == A::Sign,
        Stage::ReportIn => with == A::ReportIn,
        // Whoever is done has made it safe.
        Stage::Guard => matches!(with, A::Guard | A::Handle),
        // Of past years nothing is known but their end.
        Stage::Handle => matches!(with, A::Handle | A::Close),
        Stage::Check => matches!(with, A::Pass | A::Rework),
        Stage::Close => matches!(with, A::Close | A::Rework),
    }
}

/// So many good ones of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rate {
    pub of: u64,
    pub good: u64,
}

impl Rate {
    /// 0 to 1; nothing of nothing is no number.
    #[must_use]
    pub fn share(self) -> Option<f64> {
        (self.of > 0).then(|| self.good as f64 / self.of as f64)
    }

    pub fn count(&mut self, is_good: bool) {
        self.of += 1;
        self.good += u64::from(is_good);
    }
}
