//! Cases of past years: over before this service was there, and kept as history.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Action, ActionKind, By, Case, Clock, Deed, Order, OrderStatus, Status, Step, Terms, clock::End};
use crate::domain::{duty::DepartmentCode, event::Report};

/// Where a case of past years is from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Origin {
    /// Name of the file.
    pub file: String,
    /// What it was called there.
    pub id: String,
    pub imported_at: Timestamp,
}

/// What is known of how it went.
#[derive(Debug, Clone, PartialEq)]
pub struct Past {
    /// Whose it was; else whose it would be.
    pub department: Option<DepartmentCode>,
    pub due_at: Option<Timestamp>,
    /// `None`: never.
    pub closed_at: Option<Timestamp>,
    pub origin: Origin,
}

impl Case {
    /// The case of a report of past years: as it ended, with the one line of its trail that says where it is from.
    #[must_use]
    pub fn past(id: Uuid, number: String, report: &Report, past: Past, by: &str, terms: &Terms) -> (Self, Step) {
        let (mut case, mut step) = Self::open(id, number, report, by, false, terms);
        let Past { department, due_at, closed_at, origin } = past;
        case.status = if closed_at.is_some() { Status::Closed } else { Status::LeftOpen };
        let department = department.or_else(|| report.placed.department.clone());
        let end = |at| End { at, with: ActionKind::Close, by: by.to_owned(), stars: None };
        case.clocks = vec![Clock::past(department.clone(), case.opened_at, due_at, closed_at.map(end))];
        case.orders = department.into_iter().map(|department| order(department, &case)).collect();
        // Nothing of it runs any more; what figures ask of it has happened by then.
        (case.due_at, case.wake_at) = (None, None);
        case.updated_at =
            [Some(case.opened_at), due_at, closed_at].into_iter().flatten().max().unwrap_or(case.opened_at);
        (step.at, step.status) = (origin.imported_at, case.status);
        step.by = By { name: by.to_owned(), role: None, stands_in_for: None };
        case.origin = Some(origin);
        step.deed = Deed::from(Action::Open { case: Box::new(case.clone()) });
        (case, step)
    }
}

fn order(department: DepartmentCode, case: &Case) -> Order {
    let status = if case.status == Status::Closed { OrderStatus::Passed } else { OrderStatus::Handling };
    Order { status, ..Order::new(department, true, case.opened_at) }
}
