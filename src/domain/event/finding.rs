//! What a camera saw, on its way to a case.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Evidence;
use crate::domain::{
    duty::{CategoryCode, Placed, Scope, Visibility},
    geo::{ErrorEllipse, Position},
    vision::{Kind, PixelBox},
};

/// A finding (发现): a sighting that a rule of its camera is for, with its place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Finding {
    pub id: Uuid,
    pub status: FindingStatus,
    /// Id of the camera.
    pub camera: String,
    pub kind: Kind,
    pub category: CategoryCode,
    /// Restricted where its category was when it was seen, else for staff: a picture of the street is never public.
    pub visibility: Visibility,
    /// 0 to 1.
    pub score: f32,
    /// In pixels of the snapshot.
    #[serde(rename = "box")]
    pub bbox: PixelBox,
    /// Width and height of the snapshot in pixels.
    pub frame: [u32; 2],
    /// What the detector calls the thing; the same in all findings of it until the camera is opened anew.
    pub track: u32,
    /// When the thing was first seen.
    pub since: Timestamp,
    pub seen_at: Timestamp,
    /// Of its foot; without a pose, the camera's own.
    pub position: Option<Position>,
    /// One-sigma error of the position.
    pub error: Option<ErrorEllipse>,
    pub placed: Placed,
    /// Version of the catalog that it was placed with.
    pub catalog_version: String,
    /// The picture that it was seen in.
    pub snapshot: Option<Evidence>,
    /// The case that it opened or joined.
    pub case: Option<Uuid>,
    /// Why it was dismissed.
    pub reason: Option<String>,
    pub decided_by: Option<String>,
    pub decided_at: Option<Timestamp>,
}

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
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum FindingStatus {
    /// 待确认: an operator has to look.
    Queued,
    /// It is part of a case.
    Confirmed,
    /// It was nothing, or nothing to act on.
    Dismissed,
}

/// What an operator, or a rule, decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    Confirm { case: Uuid },
    Dismiss { reason: String },
}

/// It was decided before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the finding is {0} already")]
pub struct Decided(pub FindingStatus);

impl Finding {
    /// Whose it is.
    #[must_use]
    pub fn scope(&self) -> Scope {
        Scope::of(self.visibility, &self.placed)
    }

    /// Takes a decision in.
    ///
    /// # Errors
    /// If there was one before.
    pub fn decide(&mut self, decision: Decision, by: &str, now: Timestamp) -> Result<(), Decided> {
        if self.status != FindingStatus::Queued {
            return Err(Decided(self.status));
        }
        (self.status, self.case, self.reason) = match decision {
            Decision::Confirm { case } => (FindingStatus::Confirmed, Some(case), None),
            Decision::Dismiss { reason } => (FindingStatus::Dismissed, None, Some(reason)),
        };
        (self.decided_by, self.decided_at) = (Some(by.to_owned()), Some(now));
        Ok(())
    }
}
