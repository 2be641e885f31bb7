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

/// What a request needs its actor to be allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::EnumIter)]
pub enum Permission {
    /// The map and what everybody may know.
    LookAround,
    /// To report, and to follow one's own report.
    Report,
    /// Cases with all that the staff know of them.
    ReadCases,
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
            Permission::ReadCases | Permission::Observe => self.kind != ActorKind::Resident,
            Permission::Administer | Permission::SeeOriginals => self.kind == ActorKind::Administrator,
        }
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
