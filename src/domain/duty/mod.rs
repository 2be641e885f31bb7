//! Responsibility (责任): departments, the categories of the responsibility lists (责任清单), and who is in charge of
//! what where. Routing is data, never code.

mod calendar;
mod category;
mod limit;
mod place;
mod placed;
mod routing;
mod scope;

pub use super::grid::DepartmentCode;
pub use calendar::{CalendarError, WorkingCalendar, WorkingHours};
pub use category::{Category, CategoryCode, CategoryKind, Merge, ResponsibilityList, Urgency, Visibility};
pub use limit::{Limit, LimitError, LimitUnit};
pub use place::{Outcome, Placement, Reason, Request, place};
pub use placed::{Candidate, Placed, Step};
pub use routing::{Asset, Routing, Rule, Ruling, Territory};
pub use scope::Scope;

/// A department (职能部门) that cases are dispatched to.
#[derive(Debug, Clone, PartialEq)]
pub struct Department {
    pub code: DepartmentCode,
    pub name: String,
    pub name_en: Option<String>,
    pub phone: Option<String>,
}
