//! Orders (派单): each department's own part of a case.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::is_none_yet;
use crate::domain::duty::{DepartmentCode, Limit};

/// What one department was told to do. It signs, handles and is checked by itself; the case waits for all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Order {
    pub department: DepartmentCode,
    /// 主办, or 协办.
    pub lead: bool,
    pub status: OrderStatus,
    pub sent_at: Timestamp,
    /// It was called by a whistle (吹哨), and has to report in (报到).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whistle: Option<WhistleKind>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reported_in: bool,
    /// The shift head ruled that it is theirs: it does not go back again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ruled: bool,
    #[serde(default, skip_serializing_if = "is_none_yet")]
    pub extensions: u8,
    /// How often the check sent it back to them (返工).
    #[serde(default, skip_serializing_if = "is_none_yet")]
    pub reworks: u8,
    /// Of the check that it passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stars: Option<u8>,
}

impl Order {
    #[must_use]
    pub fn new(department: DepartmentCode, lead: bool, sent_at: Timestamp) -> Self {
        Self {
            department,
            lead,
            status: OrderStatus::ToSign,
            sent_at,
            whistle: None,
            reported_in: false,
            ruled: false,
            extensions: 0,
            reworks: 0,
            stars: None,
        }
    }

    /// At work, whistled for, and not there yet.
    pub(super) fn is_awaited(&self) -> bool {
        self.status == OrderStatus::Handling && self.whistle.is_some() && !self.reported_in
    }

    /// It was not good enough (返工).
    pub(super) fn send_back(&mut self) {
        self.reworks = self.reworks.saturating_add(1);
        self.stars = None;
    }
}

/// Where an order stands.
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
pub enum OrderStatus {
    /// 待签收
    ToSign,
    /// 处置中
    Handling,
    /// 挂账: the clock stands still.
    Suspended,
    /// 待核查
    ToCheck,
    /// 核查通过
    Passed,
    /// 已回退: it was not theirs.
    Returned,
    /// 已撤回: the desk took it back.
    Recalled,
}

impl OrderStatus {
    /// Whether the case waits for it, or has what it waited for.
    #[must_use]
    pub fn counts(self) -> bool {
        !matches!(self, Self::Returned | Self::Recalled)
    }

    /// Whether the department still has something to do, or to be checked.
    pub(super) fn is_at_work(self) -> bool {
        self.counts() && self != Self::Passed
    }
}

/// What kind of whistle (吹哨).
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
pub enum WhistleKind {
    /// 日常哨: work that one department cannot do alone.
    Daily,
    /// 难题哨
    Hard,
    /// 应急哨: day and night.
    Emergency,
}

/// Something that somebody asked for and that waits for an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Request {
    /// Whose order it is about; absent where it is about the whole case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<DepartmentCode>,
    #[serde(flatten)]
    pub wish: Wish,
    pub why: String,
    pub asked_by: String,
    pub asked_at: Timestamp,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, strum::EnumDiscriminants, utoipa::ToSchema)]
#[strum_discriminants(
    name(WishKind),
    derive(Hash, Serialize, Deserialize, strum::Display, strum::EnumIter, utoipa::ToSchema),
    strum(serialize_all = "snake_case"),
    serde(rename_all = "snake_case")
)]
#[serde(tag = "wish", rename_all = "snake_case")]
pub enum Wish {
    /// 延期
    Extension {
        extra: Limit,
        /// 工程类: always for the head to say.
        #[serde(default)]
        engineering: bool,
    },
    /// 回退: it is another's.
    Return { owner: DepartmentCode },
    /// 挂账: season or engineering work.
    Suspension,
    /// 作废
    Void,
}
