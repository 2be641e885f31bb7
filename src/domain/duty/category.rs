//! The responsibility lists: what can be the matter, whose it is, how fast it must go.

use serde::{Deserialize, Serialize};

use super::{DepartmentCode, Limit};
use crate::domain::code::text_code;

text_code! {
    /// The code of a category.
    CategoryCode
}

/// One line of the responsibility lists (责任清单).
#[derive(Debug, Clone, PartialEq)]
pub struct Category {
    pub code: CategoryCode,
    pub kind: CategoryKind,
    pub list: ResponsibilityList,
    /// The group of the list, in the site's words: 公共设施, 街面秩序, …
    pub class: String,
    pub name: String,
    pub name_en: Option<String>,
    /// The department in charge; `None` leaves it to the grid's.
    pub department: Option<DepartmentCode>,
    /// From the report to its verification (核实).
    pub verify_limit: Option<Limit>,
    /// From dispatch (派遣) to signing for it (签收).
    pub sign_limit: Option<Limit>,
    /// From signing to the finished work (处置).
    pub handle_limit: Option<Limit>,
    /// From signing until the spot is made safe, where that comes before the repair.
    pub guard_limit: Option<Limit>,
    pub urgency: Urgency,
    pub visibility: Visibility,
    /// Reports of this category within this radius and window are one case.
    pub merge_radius_m: f64,
    pub merge_window: Option<Limit>,
    pub merge: Merge,
}

/// What is done where something is told again that a case is open about (并案).
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Default,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
    strum::VariantNames,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Merge {
    /// It joins the case by itself: where two so near and so soon are always one.
    Auto,
    /// It opens a case, and whoever may merge is told which one it may be.
    #[default]
    Suggest,
}

/// 部件 or 事件.
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
pub enum CategoryKind {
    /// 部件类: a thing that belongs to the street, such as a manhole cover.
    Component,
    /// 事件类: something that happens, such as fly-tipping.
    Event,
}

/// Which of the three lists a category stands on.
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
pub enum ResponsibilityList {
    /// 党建责任清单
    Party,
    /// 综合治理责任清单
    Governance,
    /// 便民服务责任清单
    Convenience,
}

/// How much of a hurry there is.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Default,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
    strum::VariantNames,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Urgency {
    #[default]
    Normal,
    Urgent,
    /// Day and night.
    Emergency,
}

/// Who may see a case of the category.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Default,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
    strum::VariantNames,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Visibility {
    #[default]
    Public,
    Staff,
    /// Only the roles that handle it; elsewhere it is a count.
    Restricted,
}
