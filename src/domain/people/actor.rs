//! Who acts, and what they may.

use serde::{Deserialize, Serialize};

use crate::domain::duty::Visibility;

/// Whoever stands behind a request. Every handler takes one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Actor {
    pub kind: ActorKind,
    /// As it stands in the audit trail.
    pub name: String,
}

/// What sort of actor it is; accounts with roles and posts come with the case's workflow.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
    strum::VariantNames,
    strum::EnumIter,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum ActorKind {
    /// Nobody signed in: reports, and sees what everybody may see.
    Resident,
    /// A program with a token.
    Program,
    /// Whoever opened the sign-in link.
    Administrator,
}

/// Ways in that are open to all: whoever reports without a token is one of these.
pub const OPEN_SOURCES: &[&str] = &["resident", "informant"];

/// What a request needs its actor to be allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::EnumIter)]
pub enum Permission {
    /// The map and what everybody may know.
    LookAround,
    /// To report, and to follow one's own report.
    Report,
    /// Cases with all that the staff know of them.
    ReadCases,
    /// To make cases of what cameras saw, or to dismiss it.
    DecideFindings,
    /// Photos as they came, with what their metadata tell.
    SeeOriginals,
    /// Figures of the running service.
    Observe,
    /// Tokens and settings.
    Administer,
}

impl Actor {
    #[must_use]
    pub fn resident() -> Self {
        Self { kind: ActorKind::Resident, name: "resident".to_owned() }
    }

    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        match permission {
            Permission::LookAround | Permission::Report => true,
            Permission::ReadCases | Permission::DecideFindings | Permission::Observe => {
                self.kind != ActorKind::Resident
            }
            Permission::Administer | Permission::SeeOriginals => self.kind == ActorKind::Administrator,
        }
    }

    /// Whether the actor may report by this way in: nobody may pose as the hotline who is not let in as somebody.
    #[must_use]
    pub fn may_report_as(&self, source: &str) -> bool {
        self.kind != ActorKind::Resident || OPEN_SOURCES.contains(&source)
    }

    /// The circles whose cases the actor sees in full.
    #[must_use]
    pub fn circles(&self) -> &'static [Visibility] {
        match self.kind {
            ActorKind::Resident => &[Visibility::Public],
            ActorKind::Program => &[Visibility::Public, Visibility::Staff],
            ActorKind::Administrator => &[Visibility::Public, Visibility::Staff, Visibility::Restricted],
        }
    }
}
