//! What people do with a case, as it is asked for and as the trail keeps it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Case, Stage, Status, WhistleKind, Wish};
use crate::domain::{
    duty::{CategoryCode, DepartmentCode, Placed},
    event::Evidence,
    geo::Position,
    people::{Role, StaffId},
};

/// One kind of step, with what belongs to it alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, strum::EnumDiscriminants, utoipa::ToSchema)]
#[strum_discriminants(
    name(ActionKind),
    derive(
        Hash,
        PartialOrd,
        Ord,
        Serialize,
        Deserialize,
        strum::Display,
        strum::EnumIter,
        strum::EnumString,
        strum::VariantNames,
        utoipa::ToSchema
    ),
    strum(serialize_all = "snake_case"),
    serde(rename_all = "snake_case")
)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Action {
    /// 上报: the first report opens the case.
    Open { case: Box<Case> },
    /// A further report of the same matter.
    Join { report: Uuid, seen_at: Timestamp },
    /// 更正: the place, or what it is, was told wrong. Where it belongs is found anew.
    Correct {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        category: Option<CategoryCode>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        moved_to: Option<Position>,
        placed: Box<Placed>,
    },
    /// 核实属实
    Verify,
    /// 核实不实
    Disprove,
    /// 自处理: solved on the spot (小事不出格).
    Solve,
    /// 自处理审核通过
    Approve,
    /// 自处理审核不通过
    Reject,
    /// 受理
    Accept,
    /// 不予受理
    Refuse,
    /// 并案: it is the matter of another case.
    Merge { into: Uuid },
    /// Another case was merged into this one, with so many reports.
    Absorb { case: Uuid, reports: u32, seen_at: Timestamp },
    /// 立案
    File,
    /// 退回受理
    SendBack,
    /// 派遣
    Dispatch {
        lead: DepartmentCode,
        /// 协办部门
        #[serde(default, rename = "with")]
        partners: Vec<DepartmentCode>,
    },
    /// 吹哨: dispatch of its own kind, that departments have to report in to.
    Whistle {
        kind: WhistleKind,
        lead: DepartmentCode,
        #[serde(default, rename = "with")]
        partners: Vec<DepartmentCode>,
    },
    /// 撤回: the desk takes an order back.
    Recall,
    /// 签收
    Sign,
    /// 报到
    ReportIn,
    /// 先行防护: the spot is safe.
    Guard,
    /// 处置完成
    Handle,
    /// 申请: an extension, a return, a suspension, a void.
    Ask {
        #[serde(flatten)]
        wish: Wish,
    },
    /// 批准
    Grant,
    /// 驳回
    Deny,
    /// 裁定: whose it is, for good.
    Rule { owner: DepartmentCode },
    /// 恢复处置
    Resume,
    /// 核查通过
    Pass { stars: u8 },
    /// 返工
    Rework,
    /// 结案
    Close,
    /// 重新办理: somebody is not satisfied.
    Reopen,
    /// 评价: what a reporter thinks of the result.
    Rate { stars: u8 },
    /// 备注
    Remark,
    /// 督办: lateness is told further up.
    Escalate {
        stage: Stage,
        /// Which step of the ladder, from 0.
        rung: u8,
    },
}

/// A step to be taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Deed {
    #[serde(flatten)]
    pub action: Action,
    /// Whose order it is about, where a case has several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<DepartmentCode>,
    /// A reason, or whatever there is to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Where whoever did it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
}

impl From<Action> for Deed {
    fn from(action: Action) -> Self {
        Self { action, department: None, note: None, position: None, evidence: Vec::new() }
    }
}

/// A step that was taken, as the trail (全程留痕) keeps it for good.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = TrailStep)]
pub struct Step {
    /// Of the case after it.
    pub version: u32,
    pub at: Timestamp,
    pub by: By,
    /// Of the case after it.
    pub status: Status,
    /// What held when it was taken.
    pub catalog_version: String,
    #[serde(flatten)]
    pub deed: Deed,
}

/// Who took a step, and as what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct By {
    /// Id of a member of staff, or what the program or the service is called.
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// On post B: in whose stead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stands_in_for: Option<StaffId>,
}
