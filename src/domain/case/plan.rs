//! What a site sets for the work on its cases: limits of the desk, the whistle, the ladder of lateness.

use std::sync::Arc;

use crate::domain::{
    duty::{Category, Limit, LimitUnit, Routing, Urgency, WorkingCalendar},
    people::{Role, Staff},
};

use super::{Case, Channel, Order, Stage, WhistleKind};

/// The site's settings for its cases. Without any there is no limit but those of the categories, nobody may whistle, and
/// lateness is told to nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pub place: Option<Limit>,
    pub accept: Option<Limit>,
    pub file: Option<Limit>,
    pub audit: Option<Limit>,
    pub dispatch: Option<Limit>,
    pub check: Option<Limit>,
    pub close: Option<Limit>,
    pub whistle: WhistlePlan,
    /// Whom lateness is told, step by step (督办).
    pub ladder: Vec<Rung>,
    /// After so many granted returns the shift head rules whose it is.
    pub returns_before_ruling: u8,
    /// The best that a check can give.
    pub stars: u8,
}

/// Who may whistle, and how fast who is called has to be there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WhistlePlan {
    pub by: Vec<Role>,
    /// Takes the place of the category's.
    pub sign: Option<Limit>,
    pub report_in_daily: Option<Limit>,
    pub report_in_hard: Option<Limit>,
    pub report_in_emergency: Option<Limit>,
}

/// One step of the ladder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rung {
    /// After the limit has run out; `None`: at once.
    pub after: Option<Limit>,
    pub tell: Vec<Role>,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            place: None,
            accept: None,
            file: None,
            audit: None,
            dispatch: None,
            check: None,
            close: None,
            whistle: WhistlePlan::default(),
            ladder: Vec::new(),
            returns_before_ruling: 2,
            stars: 3,
        }
    }
}

/// What holds while a step is taken: the lists, the calendar, the staff and the plan of one version of the catalog.
#[derive(Debug, Clone)]
pub struct Terms {
    /// Of the catalog.
    pub version: String,
    pub plan: Plan,
    pub routing: Arc<Routing>,
    pub calendar: Arc<WorkingCalendar>,
    /// Whom there is to be told.
    pub staff: Arc<[Staff]>,
    /// By which ways they are told outside, too.
    pub channels: Arc<[Channel]>,
}

impl Terms {
    #[must_use]
    pub fn category(&self, case: &Case) -> Option<&Category> {
        case.category.as_ref().and_then(|code| self.routing.category(code.as_str()))
    }

    /// How long a stage of the case may take; `order` where it is a department's.
    #[must_use]
    pub fn limit(&self, stage: Stage, case: &Case, order: Option<&Order>) -> Option<Limit> {
        let category = self.category(case);
        let whistle = order.and_then(|order| order.whistle);
        let limit = match stage {
            Stage::Place => self.plan.place,
            Stage::Verify => category?.verify_limit,
            Stage::Accept => self.plan.accept,
            Stage::File => self.plan.file,
            Stage::Audit => self.plan.audit,
            Stage::Dispatch => self.plan.dispatch,
            Stage::Sign => match whistle {
                Some(_) if self.plan.whistle.sign.is_some() => self.plan.whistle.sign,
                _ => category?.sign_limit,
            },
            Stage::ReportIn => match whistle? {
                WhistleKind::Daily => self.plan.whistle.report_in_daily,
                WhistleKind::Hard => self.plan.whistle.report_in_hard,
                WhistleKind::Emergency => self.plan.whistle.report_in_emergency,
            },
            Stage::Guard => category?.guard_limit,
            Stage::Handle => category?.handle_limit,
            Stage::Check => self.plan.check,
            Stage::Close => self.plan.close,
        };
        let is_urgent = category.is_some_and(|category| category.urgency != Urgency::Normal)
            || whistle == Some(WhistleKind::Emergency);
        limit.map(|limit| if is_urgent { around_the_clock(limit) } else { limit })
    }
}

/// What is urgent does not wait for the morning: hours are hours. Days stay working days.
fn around_the_clock(limit: Limit) -> Limit {
    match limit.unit() {
        LimitUnit::WorkingHour => limit.counted_as(LimitUnit::ClockHour),
        LimitUnit::WorkingMinute => limit.counted_as(LimitUnit::ClockMinute),
        LimitUnit::ClockMinute | LimitUnit::ClockHour | LimitUnit::WorkingDay => limit,
    }
}
