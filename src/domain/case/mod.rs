//! Cases (案件): what becomes of reports.

mod action;
mod clock;
mod diagram;
mod effect;
#[cfg(test)]
pub(crate) mod histories;
mod message;
mod notice;
mod order;
mod past;
mod photos;
mod plan;
mod timing;
mod turn;
mod workflow;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    duty::{CategoryCode, DepartmentCode, Outcome, Placed, Scope, Visibility},
    event::{Nature, Report},
    geo::Position,
};
pub use action::{Action, ActionKind, By, Deed, Step};
pub use clock::{Clock, End, Light, Stage};
pub use diagram::diagram;
pub use message::{About, Audience, Channel, Message, messages, pause_after};
pub use notice::{Happened, Notice, NoticeKind, Told};
pub use order::{Order, OrderStatus, Request, WhistleKind, Wish, WishKind};
pub use past::{Origin, Past};
pub use photos::{JudgedPhoto, judged_photos};
pub use plan::{Plan, Rung, Terms, WhistlePlan};
pub use turn::statuses_of_turns;
pub use workflow::{Hand, Offer, TABLE, To, Transition, TransitionError, When};

/// A case in its present state. All of it follows from its trail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Case {
    pub id: Uuid,
    /// For people: `2026-000123`, unique in its site.
    pub number: String,
    pub status: Status,
    pub nature: Nature,
    pub category: Option<CategoryCode>,
    /// Of its category.
    pub visibility: Visibility,
    pub position: Option<Position>,
    pub placed: Placed,
    /// Version of the catalog that it was placed with.
    pub catalog_version: String,
    pub opened_at: Timestamp,
    /// When its matter was last seen: the latest capture of its reports.
    pub last_seen_at: Timestamp,
    /// When the first of the limits that run now ends.
    pub due_at: Option<Timestamp>,
    /// When the next step up the ladder of lateness is due (督办).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wake_at: Option<Timestamp>,
    pub updated_at: Timestamp,
    /// How many reports it joins.
    pub reports: u32,
    /// Grows by one with every change.
    pub version: u32,
    /// Every clock there was and is, in the order in which they began.
    #[serde(default)]
    pub clocks: Vec<Clock>,
    /// What departments were told to do, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub orders: Vec<Order>,
    /// What was asked for, and waits for an answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requests: Vec<Request>,
    /// How often a department gave it back, because it was another's.
    #[serde(default, skip_serializing_if = "is_none_yet")]
    pub returns: u8,
    #[serde(default, skip_serializing_if = "is_none_yet")]
    pub reopened: u8,
    /// What its reporter thinks of the result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<Rating>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<Uuid>,
    /// Where it is from, if it was over before this service was there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde asks")]
fn is_none_yet(times: &u8) -> bool {
    *times == 0
}

/// A reporter's word on the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Rating {
    pub stars: u8,
    pub at: Timestamp,
}

/// Where a case stands in the loop (六步闭环).
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
pub enum Status {
    /// 待归格: nobody knows yet where it is, or in whose area.
    Triage,
    /// 待核实: somebody has to look whether it is so.
    ToVerify,
    /// 自处理待审核: solved on the spot, to be looked at.
    ToAudit,
    /// 待受理
    ToAccept,
    /// 待立案
    ToFile,
    /// 待派遣
    ToDispatch,
    /// 待签收
    ToSign,
    /// 处置中
    Handling,
    /// 挂账
    Suspended,
    /// 待核查
    ToCheck,
    /// 待结案
    ToClose,
    /// 已结案
    Closed,
    /// 不实
    Untrue,
    /// 不予受理
    Refused,
    /// 已并案
    Merged,
    /// 作废
    Void,
    /// 历史未结: of past years, and never closed there.
    LeftOpen,
}

impl Status {
    /// Those at which a further step is expected.
    pub const OPEN: &'static [Self] = &[
        Self::Triage,
        Self::ToVerify,
        Self::ToAudit,
        Self::ToAccept,
        Self::ToFile,
        Self::ToDispatch,
        Self::ToSign,
        Self::Handling,
        Self::Suspended,
        Self::ToCheck,
        Self::ToClose,
    ];

    /// Those of cases that never were, or are another one: nothing that planners count.
    pub const NO_INCIDENT: &'static [Self] = &[Self::Untrue, Self::Merged, Self::Void];

    /// Where a case begins: a placed one with its verification, another with its placement.
    #[must_use]
    pub fn at_opening(placed: &Placed) -> Self {
        match placed.outcome {
            Outcome::Inside | Outcome::Ambiguous | Outcome::Nearest => Self::ToVerify,
            Outcome::Outside | Outcome::Unplaced => Self::Triage,
        }
    }

    /// A further step is expected.
    #[must_use]
    pub fn is_open(self) -> bool {
        Self::OPEN.contains(&self)
    }
}

impl Case {
    /// The case that a report opens, and the first line of its trail. `verified`: it was told by whose word counts, and
    /// nobody need look whether it is so.
    #[must_use]
    pub fn open(id: Uuid, number: String, report: &Report, by: &str, verified: bool, terms: &Terms) -> (Self, Step) {
        let category = report.category.as_ref().and_then(|code| terms.routing.category(code.as_str()));
        let mut case = Self {
            id,
            number,
            status: match Status::at_opening(&report.placed) {
                Status::ToVerify if verified => Status::ToAccept,
                status => status,
            },
            nature: report.nature,
            category: report.category.clone(),
            visibility: category.map_or(Visibility::Staff, |category| category.visibility),
            position: report.position,
            placed: report.placed.clone(),
            catalog_version: report.catalog_version.clone(),
            opened_at: report.received_at,
            last_seen_at: report.captured_at,
            due_at: None,
            wake_at: None,
            updated_at: report.received_at,
            reports: 1,
            version: 1,
            clocks: Vec::new(),
            orders: Vec::new(),
            requests: Vec::new(),
            returns: 0,
            reopened: 0,
            rating: None,
            merged_into: None,
            origin: None,
        };
        case.start_clock(terms, case.opened_at);
        case.look_ahead(terms);
        let step = Step {
            version: 1,
            at: case.opened_at,
            by: By { name: by.to_owned(), role: None, stands_in_for: None },
            status: case.status,
            catalog_version: terms.version.clone(),
            deed: Deed::from(Action::Open { case: Box::new(case.clone()) }),
        };
        (case, step)
    }

    /// As whoever reads it now sees it: with the lights of the clocks that run.
    #[must_use]
    pub fn lit(mut self, now: Timestamp, terms: &Terms) -> Self {
        for clock in self.clocks.iter_mut().filter(|clock| !clock.has_ended()) {
            clock.light = clock.light_at(now, &terms.calendar);
        }
        self
    }

    /// The order of the department that leads, if one does.
    #[must_use]
    pub fn lead(&self) -> Option<&Order> {
        self.orders.iter().find(|order| order.lead && order.status.counts())
    }

    /// Departments that have an order of it, the one that leads first.
    pub fn departments(&self) -> impl Iterator<Item = &DepartmentCode> {
        let counted = || self.orders.iter().filter(|order| order.status.counts());
        let (lead, rest) = (counted().filter(|order| order.lead), counted().filter(|order| !order.lead));
        lead.chain(rest).map(|order| &order.department)
    }

    /// Whose it is: of the department that leads, else of the one that it was placed before.
    #[must_use]
    pub fn department(&self) -> Option<&DepartmentCode> {
        self.lead().map(|order| &order.department).or(self.placed.department.as_ref())
    }

    /// Whose it is.
    #[must_use]
    pub fn scope(&self) -> Scope {
        Scope { departments: self.departments().cloned().collect(), ..Scope::of(self.visibility, &self.placed) }
    }

    /// The case stands where the order stands that has come least far.
    fn stand_where_orders_stand(&mut self) {
        if self.orders.is_empty() {
            return;
        }
        if self.lead().is_none() {
            self.status = Status::ToDispatch;
            return;
        }
        let least = self.orders.iter().map(|order| order.status).filter(|status| status.counts()).min();
        self.status = match least {
            Some(OrderStatus::ToSign) => Status::ToSign,
            Some(OrderStatus::Handling) => Status::Handling,
            Some(OrderStatus::Suspended) => Status::Suspended,
            Some(OrderStatus::ToCheck) => Status::ToCheck,
            _ => Status::ToClose,
        };
    }
}
