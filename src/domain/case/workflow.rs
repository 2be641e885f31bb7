//! The workflow (六步闭环): one table of what may be done with a case, when, by whom, and what comes of it.
//!
//! [`TABLE`] is all there is: the engine reads it, the diagram in `docs/case.md` is drawn from it, and what a person may
//! do next is asked of it. What a step does beyond moving on is an [`Effect`].

use jiff::Timestamp;
use serde::Serialize;

use super::{
    Action, ActionKind, By, Case, Deed, OrderStatus, Request, Status, Step, Terms, WishKind, effect::Effect, timing,
};
use crate::domain::{
    duty::DepartmentCode,
    grid::GridCode,
    people::{Actor, ActorKind, Role},
};

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Transition {
    pub action: ActionKind,
    pub from: When,
    pub to: To,
    pub by: &'static [Hand],
    /// It is nothing without a word of why.
    pub needs_reason: bool,
    /// It is nothing without a photo.
    pub needs_photo: bool,
}

/// When a step may be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// The case stands at one of these.
    Case(&'static [Status]),
    /// The department's order does.
    Order(&'static [OrderStatus]),
    /// This was asked for, and has not been answered.
    Asked(WishKind),
}

/// Where it leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum To {
    Same,
    Case(Status),
    Order(OrderStatus),
    /// Orders are given, taken back or opened again: the case stands where they stand.
    Orders,
}

/// Who may take a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hand {
    /// Somebody of this role within whose reach the case lies.
    Role(Role),
    /// A clerk of the department whose order it is.
    Clerk,
    /// Whoever the site's plan lets whistle.
    Whistler,
    /// Whoever told of it.
    Reporter,
    /// Nobody: the service does it by itself.
    Service,
}

/// As what somebody takes a step; residents and the service hold no role.
pub(super) struct Standing(Option<Role>);

/// A step that may be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    pub action: ActionKind,
    /// Whose order it would be about.
    pub department: Option<DepartmentCode>,
    pub needs_reason: bool,
    pub needs_photo: bool,
}

/// A row, and the order that the step would be about.
type Candidate = (&'static Transition, Option<usize>);

/// Why a step is not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error, strum::VariantNames)]
#[serde(tag = "code", content = "params", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum TransitionError {
    #[error("{action} cannot follow on {status}")]
    NotNow { action: ActionKind, status: Status },
    #[error("{action} is for others: {role:?}")]
    NotYours { action: ActionKind, role: Vec<String> },
    #[error("post A is there")]
    PostAIsThere,
    #[error("several departments have orders of it: say whose is meant")]
    WhichDepartment { departments: Vec<DepartmentCode> },
    #[error("{department} has no order of it")]
    NoOrder { department: DepartmentCode },
    #[error("{action} needs a reason")]
    NeedsReason { action: ActionKind },
    #[error("{action} needs a photo")]
    NeedsPhoto { action: ActionKind },
    #[error("something was asked for already, and waits for its answer")]
    AskedBefore { wish: WishKind },
    #[error("there is no department {department}")]
    DepartmentUnknown { department: DepartmentCode },
    #[error("{department} is named twice, or has an order already")]
    NamedTwice { department: DepartmentCode },
    #[error("somebody else leads already: {department}")]
    LedBefore { department: DepartmentCode },
    #[error("it went back {returns} times: the shift head rules whose it is")]
    HeadMustRule { returns: u8 },
    #[error("the shift head ruled that it is theirs")]
    Ruled,
    #[error("who was whistled for reports in before the work is done")]
    ReportInFirst,
    #[error("stars go from 1 to {most}")]
    BadStars { most: u8 },
    #[error("it is not due yet")]
    NotDue,
    #[error("nobody knows yet where it is")]
    NotPlaced,
    #[error("a second extension, and one for engineering work, is the shift head's to grant")]
    HeadMustDecide,
    #[error("a case cannot be merged into itself")]
    IntoItself,
    #[error("there is no such case to merge into")]
    OtherUnknown,
    #[error("case {number} has ended: {status}")]
    OtherEnded { number: String, status: Status },
    #[error("more people would see it in case {number}")]
    MoreWouldSee { number: String },
    #[error("a note has {length} characters, {limit} are the most")]
    NoteTooLong { length: usize, limit: usize },
}

impl TransitionError {
    /// What of the step is to blame.
    #[must_use]
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::WhichDepartment { .. } | Self::NoOrder { .. } => Some("department"),
            Self::NeedsReason { .. } | Self::NoteTooLong { .. } => Some("note"),
            Self::NeedsPhoto { .. } => Some("photo"),
            Self::DepartmentUnknown { .. } | Self::NamedTwice { .. } | Self::LedBefore { .. } => Some("lead"),
            Self::BadStars { .. } => Some("stars"),
            Self::NotPlaced => Some("lon"),
            Self::IntoItself | Self::OtherUnknown | Self::OtherEnded { .. } | Self::MoreWouldSee { .. } => Some("into"),
            _ => Some("action"),
        }
    }
}

/// Longest note in characters.
const LONGEST_NOTE: usize = 4_000;

const DESK: Hand = Hand::Role(Role::Dispatcher);
const HEAD: Hand = Hand::Role(Role::ShiftHead);
const INTAKE: Hand = Hand::Role(Role::IntakeOfficer);
const SPECIALIST: Hand = Hand::Role(Role::Specialist);
const SUPERVISOR: Hand = Hand::Role(Role::Supervisor);
const ANY_STAFF: &[Hand] = &[
    SPECIALIST,
    Hand::Role(Role::GridWorker),
    INTAKE,
    DESK,
    HEAD,
    Hand::Clerk,
    SUPERVISOR,
    Hand::Role(Role::StreetCadre),
];

const fn row(action: ActionKind, from: When, to: To, by: &'static [Hand]) -> Transition {
    Transition { action, from, to, by, needs_reason: false, needs_photo: false }
}

const fn why(row: Transition) -> Transition {
    Transition { needs_reason: true, ..row }
}

const fn photo(row: Transition) -> Transition {
    Transition { needs_photo: true, ..row }
}

/// Every step there is. The head stands in where a grid has no specialist at hand.
pub const TABLE: &[Transition] = {
    use ActionKind as A;
    use OrderStatus as O;
    use Status as S;
    use When::{Asked, Case, Order};
    const UNTIL_DISPATCH: When = Case(&[S::Triage, S::ToVerify, S::ToAccept, S::ToFile, S::ToDispatch]);
    const OPEN: When = Case(S::OPEN);
    &[
        // 采集上报
        row(A::Join, OPEN, To::Same, &[Hand::Service]),
        row(A::Absorb, OPEN, To::Same, &[Hand::Service]),
        row(A::Correct, Case(&[S::Triage]), To::Case(S::ToVerify), &[INTAKE, DESK, HEAD]),
        why(row(A::Refuse, Case(&[S::Triage]), To::Case(S::Refused), &[INTAKE])),
        // 核实立案
        why(row(
            A::Correct,
            Case(&[S::ToVerify, S::ToAccept, S::ToFile, S::ToDispatch]),
            To::Same,
            &[SPECIALIST, INTAKE, DESK, HEAD],
        )),
        row(A::Verify, Case(&[S::ToVerify]), To::Case(S::ToAccept), &[SPECIALIST, HEAD]),
        why(row(A::Disprove, Case(&[S::ToVerify]), To::Case(S::Untrue), &[SPECIALIST, HEAD])),
        photo(row(A::Solve, Case(&[S::ToVerify]), To::Case(S::ToAudit), &[SPECIALIST, Hand::Role(Role::GridWorker)])),
        row(A::Approve, Case(&[S::ToAudit]), To::Case(S::Closed), &[HEAD]),
        why(row(A::Reject, Case(&[S::ToAudit]), To::Case(S::ToAccept), &[HEAD])),
        row(A::Accept, Case(&[S::ToAccept]), To::Case(S::ToFile), &[INTAKE]),
        why(row(A::Refuse, Case(&[S::ToAccept]), To::Case(S::Refused), &[INTAKE])),
        row(A::Merge, UNTIL_DISPATCH, To::Case(S::Merged), &[INTAKE, HEAD]),
        row(A::File, Case(&[S::ToFile]), To::Case(S::ToDispatch), &[HEAD]),
        why(row(A::SendBack, Case(&[S::ToFile]), To::Case(S::ToAccept), &[HEAD])),
        // 指挥派遣
        row(A::Dispatch, Case(&[S::ToDispatch]), To::Orders, &[DESK]),
        row(A::Whistle, Case(&[S::ToDispatch, S::ToSign, S::Handling]), To::Orders, &[Hand::Whistler]),
        why(row(A::Ask, Case(&[S::ToDispatch]), To::Same, &[DESK])),
        why(row(A::Rule, Case(&[S::ToDispatch]), To::Orders, &[HEAD])),
        why(row(A::Rule, Asked(WishKind::Return), To::Orders, &[HEAD])),
        why(row(A::Recall, Order(&[O::ToSign, O::Handling, O::Suspended]), To::Orders, &[DESK, HEAD])),
        // 处理反馈
        row(A::Sign, Order(&[O::ToSign]), To::Order(O::Handling), &[Hand::Clerk]),
        row(A::ReportIn, Order(&[O::Handling]), To::Same, &[Hand::Clerk]),
        row(A::Guard, Order(&[O::Handling]), To::Same, &[Hand::Clerk]),
        photo(row(A::Handle, Order(&[O::Handling]), To::Order(O::ToCheck), &[Hand::Clerk])),
        why(row(A::Ask, Order(&[O::ToSign, O::Handling]), To::Same, &[Hand::Clerk])),
        row(A::Grant, Asked(WishKind::Extension), To::Same, &[DESK, HEAD]),
        row(A::Grant, Asked(WishKind::Return), To::Orders, &[DESK, HEAD]),
        row(A::Grant, Asked(WishKind::Suspension), To::Order(O::Suspended), &[HEAD]),
        row(A::Grant, Asked(WishKind::Void), To::Case(S::Void), &[HEAD]),
        why(row(A::Deny, Asked(WishKind::Extension), To::Same, &[DESK, HEAD])),
        why(row(A::Deny, Asked(WishKind::Return), To::Same, &[DESK, HEAD])),
        why(row(A::Deny, Asked(WishKind::Suspension), To::Same, &[HEAD])),
        why(row(A::Deny, Asked(WishKind::Void), To::Same, &[HEAD])),
        row(A::Resume, Order(&[O::Suspended]), To::Order(O::Handling), &[Hand::Clerk, DESK, HEAD]),
        // 核查结案
        row(A::Pass, Order(&[O::ToCheck]), To::Order(O::Passed), &[SPECIALIST, HEAD]),
        why(row(A::Rework, Order(&[O::ToCheck]), To::Order(O::ToSign), &[SPECIALIST, HEAD])),
        why(row(A::Rework, Order(&[O::Passed]), To::Order(O::ToSign), &[HEAD])),
        row(A::Close, Case(&[S::ToClose]), To::Case(S::Closed), &[HEAD]),
        // 考核评价
        row(A::Rate, Case(&[S::Closed]), To::Same, &[Hand::Reporter]),
        why(row(A::Reopen, Case(&[S::Closed]), To::Orders, &[Hand::Reporter, SUPERVISOR, HEAD])),
        // Always.
        why(row(A::Remark, OPEN, To::Same, ANY_STAFF)),
        row(A::Escalate, OPEN, To::Same, &[Hand::Service]),
    ]
};

impl Case {
    /// Takes a step: the case after it, and the line of the trail. The same trail gives the same case.
    ///
    /// `now` before the last step, as when a clock was put back, counts as the instant of that step.
    ///
    /// # Errors
    /// Why it cannot be taken now, by this actor, or so.
    pub fn apply(
        &self,
        deed: Deed,
        actor: &Actor,
        now: Timestamp,
        terms: &Terms,
    ) -> Result<(Self, Step), TransitionError> {
        let ((transition, order), role) = self.meant(&deed, actor, terms)?;
        let stands_in_for = actor.stands_in_at(&self.way_up()).cloned();
        let by = By { name: actor.name.clone(), role, stands_in_for };
        self.advance(transition, order, deed, by, now, terms)
    }

    /// The step itself, whoever takes it.
    fn advance(
        &self,
        transition: &Transition,
        order: Option<usize>,
        mut deed: Deed,
        by: By,
        now: Timestamp,
        terms: &Terms,
    ) -> Result<(Self, Step), TransitionError> {
        // The trail says whose order it was, whether it was asked or not.
        deed.department = order.map(|order| self.orders[order].department.clone()).or(deed.department);
        let (now, action) = (now.max(self.updated_at), transition.action);
        if let Some(length) = deed.note.as_deref().map(|note| note.chars().count()).filter(|n| *n > LONGEST_NOTE) {
            return Err(TransitionError::NoteTooLong { length, limit: LONGEST_NOTE });
        }
        if transition.needs_reason && deed.note.as_deref().is_none_or(|note| note.trim().is_empty()) {
            return Err(TransitionError::NeedsReason { action });
        }
        if transition.needs_photo && deed.evidence.is_empty() {
            return Err(TransitionError::NeedsPhoto { action });
        }
        let mut after = self.clone();
        Effect { order, by: &by, now, terms }.of(&deed, &mut after)?;
        match (transition.to, order) {
            (To::Same, _) => {}
            (To::Case(status), _) => after.status = status,
            (To::Order(status), Some(order)) => {
                after.orders[order].status = status;
                after.stand_where_orders_stand();
            }
            (To::Order(_), None) | (To::Orders, _) => after.stand_where_orders_stand(),
        }
        if !after.status.is_open() {
            after.requests.clear();
            after.orders.iter_mut().filter(|order| order.status.is_at_work()).for_each(|order| {
                order.status = OrderStatus::Recalled;
            });
        }
        timing::follow(self, &mut after, &deed.action, &by, now, terms);
        (after.version, after.updated_at) = (self.version + 1, now);
        let catalog_version = terms.version.clone();
        let step = Step { version: after.version, at: now, by, status: after.status, catalog_version, deed };
        Ok((after, step))
    }

    /// Every kind of step that the actor may take now.
    #[must_use]
    pub fn next_for(&self, actor: &Actor, terms: &Terms) -> Vec<Offer> {
        self.offers(actor, terms, |_, _, _| true)
    }

    /// Those of them that are `wanted`, by their row, the order they would be about and as what the actor would take them.
    pub(super) fn offers(
        &self,
        actor: &Actor,
        terms: &Terms,
        wanted: impl Fn(&Transition, Option<usize>, Option<Role>) -> bool,
    ) -> Vec<Offer> {
        let mut open = Vec::new();
        for transition in TABLE {
            let places = match transition.from {
                When::Case(from) => from.contains(&self.status).then_some(None).into_iter().collect(),
                When::Order(from) => self.orders_at(from),
                When::Asked(kind) => {
                    let asked = self.requests.iter().filter(|request| WishKind::from(&request.wish) == kind);
                    asked.map(|request| self.order_of(request)).collect()
                }
            };
            for order in places {
                let offer = Offer {
                    action: transition.action,
                    department: order.map(|order| self.orders[order].department.clone()),
                    needs_reason: transition.needs_reason,
                    needs_photo: transition.needs_photo,
                };
                let hand = self.hand(transition, order, actor, terms);
                if hand.is_ok_and(|role| wanted(transition, order, role)) && !open.contains(&offer) {
                    open.push(offer);
                }
            }
        }
        open
    }

    /// Orders that stand at one of these. Those of a case that has ended are history.
    fn orders_at(&self, from: &[OrderStatus]) -> Vec<Option<usize>> {
        if !self.status.is_open() {
            return Vec::new();
        }
        let at = |(i, order): (usize, &super::Order)| from.contains(&order.status).then_some(Some(i));
        self.orders.iter().enumerate().filter_map(at).collect()
    }

    fn order_of(&self, request: &Request) -> Option<usize> {
        request.department.as_ref().and_then(|department| self.order_before(department))
    }

    /// The order of that department that counts.
    pub(super) fn order_before(&self, department: &DepartmentCode) -> Option<usize> {
        self.orders.iter().position(|order| order.status.counts() && order.department == *department)
    }

    /// The rows that the step may be of, with the order that it would be about.
    fn candidates(&self, deed: &Deed) -> Result<Vec<Candidate>, TransitionError> {
        let action = ActionKind::from(&deed.action);
        let rows = || TABLE.iter().filter(move |row| row.action == action);
        if let Some(department) = &deed.department
            && self.order_before(department).is_none()
        {
            return Err(TransitionError::NoOrder { department: department.clone() });
        }
        let of_case = rows().filter(|row| matches!(row.from, When::Case(from) if from.contains(&self.status)));
        let of_case: Vec<Candidate> = of_case.map(|row| (row, None)).collect();
        // Where a step may be of the case or of an order, a department means its order.
        let may_be_of_order = rows().any(|row| !matches!(row.from, When::Case(_)));
        if !of_case.is_empty() && (deed.department.is_none() || !may_be_of_order) {
            return Ok(of_case);
        }
        let mut found: Vec<Candidate> = Vec::new();
        for row in rows() {
            match row.from {
                When::Case(_) => {}
                When::Order(from) => found.extend(self.orders_at(from).into_iter().map(|order| (row, order))),
                When::Asked(kind) => {
                    let asked = self.requests.iter().filter(|request| WishKind::from(&request.wish) == kind);
                    found.extend(asked.map(|request| (row, self.order_of(request))));
                }
            }
        }
        if let Some(department) = &deed.department {
            found.retain(|(_, order)| order.is_some_and(|order| self.orders[order].department == *department));
        }
        if found.is_empty() { Err(TransitionError::NotNow { action, status: self.status }) } else { Ok(found) }
    }

    /// The one row that the actor can mean, with the order that it is about and as what he takes it.
    fn meant(&self, deed: &Deed, actor: &Actor, terms: &Terms) -> Result<(Candidate, Option<Role>), TransitionError> {
        let candidates = self.candidates(deed)?;
        let hands = candidates.iter().map(|(row, order)| self.hand(row, *order, actor, terms));
        let mut open: Vec<_> = candidates.iter().copied().zip(hands.clone()).filter(|(_, hand)| hand.is_ok()).collect();
        match (open.pop(), open.is_empty()) {
            (Some((candidate, hand)), true) => Ok((candidate, hand?)),
            (Some(last), false) => {
                let orders = open.into_iter().chain([last]).filter_map(|((_, order), _)| order);
                let departments = orders.map(|order| self.orders[order].department.clone()).collect();
                Err(TransitionError::WhichDepartment { departments })
            }
            // There are some, and none is the actor's: the first says whose it is.
            (None, _) => {
                let not_now = TransitionError::NotNow { action: ActionKind::from(&deed.action), status: self.status };
                Err(hands.into_iter().find_map(Result::err).unwrap_or(not_now))
            }
        }
    }

    /// As what the actor may take the step.
    fn hand(
        &self,
        transition: &Transition,
        order: Option<usize>,
        actor: &Actor,
        terms: &Terms,
    ) -> Result<Option<Role>, TransitionError> {
        let not_yours = || {
            let role = transition.by.iter().flat_map(|hand| hand.names(terms)).collect();
            TransitionError::NotYours { action: transition.action, role }
        };
        let found = transition.by.iter().find_map(|hand| self.is_in(*hand, order, actor, terms));
        let Standing(role) = found.ok_or_else(not_yours)?;
        if role.is_some() && !actor.acts_at(&self.way_up()) {
            return Err(TransitionError::PostAIsThere);
        }
        Ok(role)
    }

    /// The way up from its grid.
    fn way_up(&self) -> Vec<&GridCode> {
        self.placed.path.iter().map(|step| &step.code).collect()
    }

    pub(super) fn is_in(&self, hand: Hand, order: Option<usize>, actor: &Actor, terms: &Terms) -> Option<Standing> {
        let near = |role: &Role| {
            let path = self.placed.path.iter().map(|step| &step.code);
            actor.holds(*role) && actor.reach.covers(path, std::iter::empty())
        };
        match hand {
            Hand::Role(role) => near(&role).then_some(Standing(Some(role))),
            Hand::Whistler => terms.plan.whistle.by.iter().find(|role| near(role)).map(|role| Standing(Some(*role))),
            Hand::Clerk => {
                let is_theirs = |order: &super::Order| {
                    order.status.counts() && actor.reach.department.as_ref() == Some(&order.department)
                };
                let theirs = match order {
                    Some(order) => is_theirs(&self.orders[order]),
                    None => self.orders.iter().any(is_theirs),
                };
                (theirs && actor.holds(Role::DepartmentClerk)).then_some(Standing(Some(Role::DepartmentClerk)))
            }
            Hand::Reporter => (actor.kind == ActorKind::Resident).then_some(Standing(None)),
            Hand::Service => (actor.kind == ActorKind::Service).then_some(Standing(None)),
        }
    }

    /// All that the case is, once more from its trail.
    ///
    /// `terms` gives what held at a version of the catalog. Who may do what is not asked again.
    ///
    /// # Errors
    /// Where the trail is none: the version at which it breaks off.
    pub fn replay<'a>(
        trail: impl IntoIterator<Item = &'a Step>,
        terms: impl Fn(&str) -> Option<&'a Terms>,
    ) -> Result<Self, u32> {
        let mut steps = trail.into_iter();
        let opening = steps.next().ok_or(0_u32)?;
        let Action::Open { case } = &opening.deed.action else { return Err(opening.version) };
        let mut case = Self::clone(case);
        for step in steps {
            let terms = terms(&step.catalog_version).ok_or(step.version)?;
            let candidates = case.candidates(&step.deed).map_err(|_| step.version)?;
            let [(transition, order)] = candidates[..] else { return Err(step.version) };
            let taken = case.advance(transition, order, step.deed.clone(), step.by.clone(), step.at, terms);
            (case, _) = taken.map_err(|_| step.version)?;
        }
        Ok(case)
    }
}

impl Hand {
    /// As roles are called, for whoever is told that it is not his turn.
    #[must_use]
    pub fn names(self, terms: &Terms) -> Vec<String> {
        match self {
            Self::Role(role) => vec![role.to_string()],
            Self::Clerk => vec![Role::DepartmentClerk.to_string()],
            Self::Whistler => terms.plan.whistle.by.iter().map(Role::to_string).collect(),
            Self::Reporter => vec![ActorKind::Resident.to_string()],
            Self::Service => vec![ActorKind::Service.to_string()],
        }
    }
}
