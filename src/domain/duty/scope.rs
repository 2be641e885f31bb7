//! Whose something is: what decides on who may see it.

use serde::{Deserialize, Serialize};

use super::{DepartmentCode, Placed, Visibility};
use crate::domain::grid::GridCode;

/// The circle that may see something, the way up from its grid, and the departments that it is before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Scope {
    pub visibility: Visibility,
    pub path: Vec<GridCode>,
    pub departments: Vec<DepartmentCode>,
}

impl Scope {
    #[must_use]
    pub fn of(visibility: Visibility, placed: &Placed) -> Self {
        let path = placed.path.iter().map(|step| step.code.clone()).collect();
        Self { visibility, path, departments: Vec::new() }
    }
}
