//! What changed, as screens hear of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    case::{Case, Step},
    duty::Scope,
    event::Finding,
};

/// One committed change with its place in the site's history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Update {
    /// Opaque to clients but for "resume behind this".
    pub seq: i64,
    pub at: Timestamp,
    #[serde(flatten)]
    pub change: Change,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    CaseOpened {
        case: Box<Case>,
    },
    /// A further report of the same matter.
    CaseJoined {
        case: Box<Case>,
    },
    /// A step was taken.
    CaseMoved {
        case: Box<Case>,
        step: Box<Step>,
        /// Who might see it before, where others may now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        was: Option<Box<Scope>>,
    },
    /// A picture of one of its reports came later.
    EvidenceAdded {
        case: Box<Case>,
    },
    FindingAdded {
        finding: Box<Finding>,
    },
    FindingDecided {
        finding: Box<Finding>,
    },
}

impl Change {
    /// A step of a case.
    #[must_use]
    pub fn moved(before: &Case, after: Case, step: Step) -> Self {
        let was = Some(before.scope()).filter(|scope| *scope != after.scope()).map(Box::new);
        Self::CaseMoved { case: Box::new(after), step: Box::new(step), was }
    }

    /// The case that may leave somebody's sight, and who might see it before.
    #[must_use]
    pub fn left(&self) -> Option<(Uuid, &Scope)> {
        match self {
            Self::CaseMoved { case, was: Some(was), .. } => Some((case.id, was)),
            _ => None,
        }
    }

    /// The case that it is about.
    #[must_use]
    pub fn case(&self) -> Option<&Case> {
        match self {
            Self::CaseOpened { case }
            | Self::CaseJoined { case }
            | Self::CaseMoved { case, .. }
            | Self::EvidenceAdded { case } => Some(case),
            Self::FindingAdded { .. } | Self::FindingDecided { .. } => None,
        }
    }

    /// Who may hear of it in full.
    #[must_use]
    pub fn scope(&self) -> Scope {
        match self {
            Self::CaseOpened { case }
            | Self::CaseJoined { case }
            | Self::CaseMoved { case, .. }
            | Self::EvidenceAdded { case } => case.scope(),
            Self::FindingAdded { finding } | Self::FindingDecided { finding } => finding.scope(),
        }
    }
}
