//! Rulings (裁定) that become rules: what a shift head decided on one case holds for the next ones of its kind.

use std::{path::Path, sync::Arc};

use serde::Serialize;
use tokio::sync::Mutex;
use uuid::Uuid;

use super::{
    casework::{Casework, StepError},
    detail::Detail,
    register::Places,
    truth,
};
use crate::{
    domain::{
        case::{Action, ActionKind, TransitionError},
        duty::{CategoryCode, Ruling},
        grid::GridCode,
        people::{Actor, Role},
    },
    io::catalog,
};

/// Where rulings are kept and revoked.
#[derive(Clone)]
pub struct Rulings {
    pub casework: Casework,
    /// The site's.
    pub folder: Arc<Path>,
    /// One edit of the catalog at a time.
    pub editing: Arc<Mutex<()>>,
}

/// Why a ruling does not become a rule.
#[derive(Debug, Serialize, strum::VariantNames)]
#[serde(tag = "code", content = "params", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum RulingError {
    /// Nobody has ruled on the case.
    NoRuling,
    /// It has no category, or lies in no grid.
    RulingNeedsPlace,
    /// The level is none of those that the case lies in.
    NotOnItsWay {
        grid: GridCode,
    },
    NoSuchRuling {
        category: CategoryCode,
        grid: GridCode,
    },
    #[serde(untagged)]
    Step(StepError),
}

impl From<StepError> for RulingError {
    fn from(error: StepError) -> Self {
        Self::Step(error)
    }
}

impl Rulings {
    /// Makes a rule of the last ruling on a case: what is told of its category in its grid, or in a wider level that it lies
    /// in, goes to the same department from now on.
    ///
    /// # Errors
    /// Why not.
    pub async fn keep(&self, case: Uuid, level: Option<GridCode>, actor: &Actor) -> Result<Ruling, RulingError> {
        let Detail { case, trail, .. } = self.casework.detail(case, actor).await?;
        must_rule(actor)?;
        let owner = trail.iter().rev().find_map(|step| match &step.deed.action {
            Action::Rule { owner } => Some((owner.clone(), step)),
            _ => None,
        });
        let (department, step) = owner.ok_or(RulingError::NoRuling)?;
        let (Some(category), Some(leaf)) = (case.category.clone(), case.placed.grid()) else {
            return Err(RulingError::RulingNeedsPlace);
        };
        let grid = level.unwrap_or_else(|| leaf.clone());
        if !case.placed.path.iter().any(|step| step.code == grid) {
            return Err(RulingError::NotOnItsWay { grid });
        }
        let ruling = Ruling {
            category,
            grid,
            department,
            case: case.number.clone(),
            ruled_by: Some(step.by.name.clone()),
            ruled_at: Some(step.at),
        };
        self.change(actor, |rulings| {
            rulings.retain(|other| (&other.category, &other.grid) != (&ruling.category, &ruling.grid));
            rulings.push(ruling.clone());
            Ok(())
        })
        .await?;
        Ok(ruling)
    }

    /// Ends a rule that a ruling was.
    ///
    /// # Errors
    /// If there is none, or it is not the actor's to end.
    pub async fn revoke(&self, category: CategoryCode, grid: GridCode, actor: &Actor) -> Result<(), RulingError> {
        self.change(actor, |rulings| {
            let before = rulings.len();
            rulings.retain(|ruling| (&ruling.category, &ruling.grid) != (&category, &grid));
            if rulings.len() == before {
                return Err(RulingError::NoSuchRuling { category, grid });
            }
            must_rule(actor)
        })
        .await
    }

    /// A new version of the catalog with other rulings, true from now on.
    async fn change(
        &self,
        actor: &Actor,
        change: impl FnOnce(&mut Vec<Ruling>) -> Result<(), RulingError>,
    ) -> Result<(), RulingError> {
        let _turn = self.editing.lock().await;
        let intake = &self.casework.intake;
        let mut rulings = intake.catalog.load().routing.rulings().to_vec();
        change(&mut rulings)?;
        let file = (catalog::RULINGS, catalog::rulings_csv(&rulings));
        let edited =
            truth::edit(&self.folder, &intake.store, &intake.site, file, &actor.name, intake.clock.now()).await;
        let edited = edited.map_err(|error| {
            tracing::error!(%error, "rulings could not be changed");
            StepError::Store(crate::io::store::StoreError::Failed(error.to_string()))
        })?;
        intake.catalog.store(Arc::new(edited));
        let places = Places { intake: intake.clone() };
        if let Err(error) = places.look_again().await {
            tracing::warn!(?error, "the register is as it was before the edit");
        }
        Ok(())
    }
}

/// Rulings are the shift head's.
fn must_rule(actor: &Actor) -> Result<(), RulingError> {
    if actor.holds(Role::ShiftHead) && actor.is_on_duty() {
        return Ok(());
    }
    let role = vec![Role::ShiftHead.to_string()];
    Err(StepError::Refused(TransitionError::NotYours { action: ActionKind::Rule, role }).into())
}
