//! `/api/rulings`, `/api/cases/{id}/ruling`: what shift heads ruled, as rules.

use axum::{Json, body::Bytes, extract::State, http::StatusCode};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    AppState,
    error::{ApiError, ErrorBody},
    guard::By,
    query::{At, object},
};
use crate::{
    domain::{
        duty::{CategoryCode, DepartmentCode, Ruling, Scope, Visibility},
        grid::GridCode,
    },
    service::rulings::Rulings,
};

/// What is told of a category in a grid goes to a department, because a shift head ruled so.
#[derive(Debug, Serialize, ToSchema)]
pub struct RulingItem {
    category: CategoryCode,
    /// Or a wider level.
    grid: GridCode,
    department: DepartmentCode,
    /// Number of the case that it was ruled on.
    case: String,
    ruled_by: Option<String>,
    ruled_at: Option<Timestamp>,
}

impl From<Ruling> for RulingItem {
    fn from(ruling: Ruling) -> Self {
        let Ruling { category, grid, department, case, ruled_by, ruled_at } = ruling;
        Self { category, grid, department, case, ruled_by, ruled_at }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct RulingList {
    rulings: Vec<RulingItem>,
}

/// Where a ruling is to hold.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RulingBody {
    /// The case's grid unless said: it, or a wider level that the case lies in.
    #[serde(default)]
    grid: Option<GridCode>,
}

/// The rulings that are rules.
#[utoipa::path(get, path = "/api/rulings", tag = "cases", responses((status = 200, body = RulingList)))]
pub async fn list(State(state): State<AppState>, By(actor): By) -> Json<RulingList> {
    let catalog = state.catalog.load();
    let hierarchy = &catalog.coverages.at(state.clock.now()).hierarchy;
    let is_theirs = |ruling: &&Ruling| {
        let node = hierarchy.nodes().find(|node| hierarchy.grid(*node).code == ruling.grid);
        let path = node.into_iter().flat_map(|node| hierarchy.path(node)).map(|grid| grid.code.clone()).collect();
        let category = catalog.routing.category(ruling.category.as_str());
        let visibility = category.map_or(Visibility::Staff, |category| category.visibility);
        actor.sees(&Scope { visibility, path, departments: vec![ruling.department.clone()] })
    };
    let rulings = catalog.routing.rulings().iter().filter(is_theirs).cloned().map(RulingItem::from);
    Json(RulingList { rulings: rulings.collect() })
}

/// Makes a rule of the last ruling on a case.
#[utoipa::path(
    post, path = "/api/cases/{id}/ruling", tag = "cases", params(("id" = Uuid, Path)), request_body = RulingBody,
    responses((status = 201, body = RulingItem), (status = "4XX", body = ErrorBody)),
)]
pub async fn keep(
    State(rulings): State<Rulings>,
    By(actor): By,
    At(id): At<Uuid>,
    body: Bytes,
) -> Result<(StatusCode, Json<RulingItem>), ApiError> {
    let RulingBody { grid } = if body.is_empty() { RulingBody::default() } else { object(&body)? };
    let ruling = rulings.keep(id, grid, &actor).await?;
    Ok((StatusCode::CREATED, Json(ruling.into())))
}

/// Ends a rule: the lists say again whose it is.
#[utoipa::path(
    delete, path = "/api/rulings/{category}/{grid}", tag = "cases",
    params(("category" = String, Path), ("grid" = String, Path)),
    responses((status = 204), (status = "4XX", body = ErrorBody)),
)]
pub async fn revoke(
    State(rulings): State<Rulings>,
    By(actor): By,
    At((category, grid)): At<(CategoryCode, GridCode)>,
) -> Result<StatusCode, ApiError> {
    rulings.revoke(category, grid, &actor).await?;
    Ok(StatusCode::NO_CONTENT)
}
