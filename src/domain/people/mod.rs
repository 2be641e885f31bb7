//! People (定人): who holds which role and post, and where.

mod actor;
mod attempts;
mod roster;

use serde::{Deserialize, Serialize};

use super::{code::text_code, duty::DepartmentCode, grid::GridCode};
pub use actor::{Actor, ActorKind, OPEN_SOURCES, Permission, Reach, Sight, StandIn};
pub use attempts::Attempts;
pub use roster::Roster;

text_code! {
    /// The id of a member of staff.
    StaffId
}

/// What somebody does in the loop.
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
    strum::VariantNames,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Role {
    /// 县级领导
    CountyLeader,
    /// 街道科级干部
    StreetCadre,
    /// 社区工作人员
    CommunityStaff,
    /// 三级网格专员 / 专职网格员: verifies and checks on the spot.
    Specialist,
    /// 网格员: reports, and solves small things on the spot.
    GridWorker,
    /// 网格信息员: reports.
    Informant,
    /// 职能部门下派人员: signs for and handles.
    DepartmentClerk,
    /// 街道部门人员
    StreetOffice,
    /// 受理员
    IntakeOfficer,
    /// 值班长
    ShiftHead,
    /// 派遣员
    Dispatcher,
    /// 视频巡查员: looks through the cameras' findings.
    Operator,
    /// 研判人员: asks for hotspots and figures.
    Planner,
    /// 督查员: watches over lateness and complaints.
    Supervisor,
    /// 大屏: a wall that shows, and nobody who acts.
    Display,
    /// 系统管理员: accounts, tokens, settings; no step of a case.
    Administrator,
}

/// AB岗: post B stands in for post A.
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
    strum::VariantNames,
    utoipa::ToSchema,
)]
pub enum Post {
    A,
    B,
}

impl Staff {
    /// Where this is post B to the other's post A: the same role, before the same department or in one of its grids.
    #[must_use]
    pub fn stands_in_for(&self, other: &Self) -> Option<StandIn> {
        let is_clerk = self.roles.contains(&Role::DepartmentClerk);
        let grids: Vec<GridCode> = if is_clerk {
            Vec::new()
        } else {
            self.grids.iter().filter(|grid| other.grids.contains(grid)).cloned().collect()
        };
        let is_near =
            if is_clerk { self.department.is_some() && self.department == other.department } else { !grids.is_empty() };
        let is_pair = self.post == Some(Post::B)
            && other.post == Some(Post::A)
            && self.roles.iter().any(|role| other.roles.contains(role));
        (is_pair && is_near).then(|| StandIn { staff: other.id.clone(), grids })
    }
}

/// A member of staff as `staff.csv` has them.
#[derive(Debug, Clone, PartialEq)]
pub struct Staff {
    pub id: StaffId,
    pub name: String,
    pub phone: Option<String>,
    /// Where notices reach them as mail.
    pub email: Option<String>,
    pub roles: Vec<Role>,
    pub post: Option<Post>,
    /// Reach: grids, or wider levels with all that lies below them.
    pub grids: Vec<GridCode>,
    pub department: Option<DepartmentCode>,
}
