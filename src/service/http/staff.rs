//! `/api/staff/on-duty`: who is out in the grids now.

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    AppState,
    error::{ApiError, ErrorBody},
    guard::{By, blocking},
};
use crate::{
    domain::people::{Role, StaffId},
    io::store::Attendance,
};

/// Those of the grids' people who are on duty.
#[derive(Debug, Serialize, ToSchema)]
pub struct OnDutyList {
    staff: Vec<OnDuty>,
}

#[derive(Debug, Serialize, ToSchema)]
struct OnDuty {
    id: StaffId,
    name: String,
    roles: Vec<Role>,
    #[serde(flatten)]
    attendance: Attendance,
}

/// Who of those that walk the own grids has come on duty within a day, and where they last said they were.
#[utoipa::path(
    get, path = "/api/staff/on-duty", tag = "people",
    responses((status = 200, body = OnDutyList), (status = "4XX", body = ErrorBody)),
)]
pub async fn on_duty(State(state): State<AppState>, By(actor): By) -> Result<Json<OnDutyList>, ApiError> {
    let (catalog, now) = (state.catalog.load_full(), state.clock.now());
    let present = blocking(move || state.store.on_duty(&state.site, now)).await??;
    let staff = present.into_iter().filter_map(|(id, attendance)| {
        let member = catalog.staff.iter().find(|member| member.id == id)?;
        let is_near = actor.reach.covers(member.grids.iter(), member.department.iter());
        (is_near && catalog.roster.walks(id.as_str())).then(|| OnDuty {
            id,
            name: member.name.clone(),
            roles: member.roles.clone(),
            attendance,
        })
    });
    Ok(Json(OnDutyList { staff: staff.collect() }))
}
