//! Whose turn it is: the steps that a case waits for, and who is to take them.
//!
//! What a case waits for is said by its running clocks and its unanswered requests. Much more may be done at any time
//! (merged, corrected, recalled, remarked on); that is nobody's turn.

use strum::IntoEnumIterator;

use super::{ActionKind, Case, Hand, Offer, Stage, Status, TABLE, Terms, Transition, When};
use crate::domain::people::{Actor, Role};

impl Stage {
    /// The steps that it waits for.
    fn answers(self) -> &'static [ActionKind] {
        use ActionKind as A;
        match self {
            Self::Place => &[A::Correct, A::Refuse],
            Self::Verify => &[A::Verify, A::Disprove, A::Solve],
            Self::Accept => &[A::Accept, A::Refuse],
            Self::File => &[A::File, A::SendBack],
            Self::Audit => &[A::Approve, A::Reject],
            Self::Dispatch => &[A::Dispatch],
            Self::Sign => &[A::Sign],
            Self::ReportIn => &[A::ReportIn],
            Self::Guard => &[A::Guard],
            Self::Handle => &[A::Handle],
            Self::Check => &[A::Pass, A::Rework],
            Self::Close => &[A::Close],
        }
    }
}

impl Case {
    /// The steps that the case waits for and that are this actor's to take, by the table of the workflow. Who may stand in
    /// for another, as the head for a specialist, is not asked until that one is.
    #[must_use]
    pub fn turns_of(&self, actor: &Actor, terms: &Terms) -> Vec<Offer> {
        self.offers(actor, terms, |row, order, role| !stands_in(row, role) && self.waits_for(row, order))
    }

    fn waits_for(&self, row: &Transition, order: Option<usize>) -> bool {
        if matches!(row.from, When::Asked(_)) {
            return true;
        }
        let department = order.map(|order| &self.orders[order].department);
        let mut running =
            self.clocks.iter().filter(|clock| clock.is_running() && clock.department.as_ref() == department);
        running.any(|clock| clock.stage.answers().contains(&row.action))
    }
}

/// Whether the row is another's in the first place. A request is for all who may answer it.
fn stands_in(row: &Transition, role: Option<Role>) -> bool {
    let is_asked = matches!(row.from, When::Asked(_));
    !is_asked && role == Some(Role::ShiftHead) && row.by.first() != Some(&Hand::Role(Role::ShiftHead))
}

/// Where cases stand that may wait for somebody like this actor: the others need not be looked at.
#[must_use]
pub fn statuses_of_turns(actor: &Actor) -> Vec<Status> {
    /// Where a case can stand of which an order stands anywhere.
    const WITH_ORDERS: &[Status] =
        &[Status::ToDispatch, Status::ToSign, Status::Handling, Status::Suspended, Status::ToCheck, Status::ToClose];
    let is_awaited = |row: &&Transition| {
        let of_stage = Stage::iter().any(|stage| stage.answers().contains(&row.action));
        of_stage || matches!(row.from, When::Asked(_))
    };
    let is_theirs = |row: &&Transition| {
        row.by.iter().any(|hand| match hand {
            Hand::Role(role) => actor.holds(*role) && !stands_in(row, Some(*role)),
            Hand::Clerk => actor.holds(Role::DepartmentClerk),
            Hand::Whistler | Hand::Reporter | Hand::Service => false,
        })
    };
    let mut statuses = Vec::new();
    for row in TABLE.iter().filter(is_awaited).filter(is_theirs) {
        let stands = match row.from {
            When::Case(stands) => stands,
            When::Order(_) | When::Asked(_) => WITH_ORDERS,
        };
        statuses.extend(stands.iter().filter(|status| status.is_open()));
    }
    statuses.sort_unstable();
    statuses.dedup();
    statuses
}
