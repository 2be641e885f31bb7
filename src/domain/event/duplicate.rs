//! The same thing again (并案): when two reports are one case.

use jiff::Timestamp;

use crate::domain::{
    duty::{Category, CategoryCode, WorkingCalendar},
    geo::Position,
};

/// What is compared: a category at a place and a time.
#[derive(Debug, Clone, Copy)]
pub struct Matter<'a> {
    pub category: &'a CategoryCode,
    pub position: Position,
    /// When it was seen; of an open case, when it was last seen.
    pub seen_at: Timestamp,
}

/// Whether a report means the matter of an open case: the same category, and [near](is_near).
#[must_use]
pub fn is_same_matter(category: &Category, calendar: &WorkingCalendar, open: &Matter<'_>, new: &Matter<'_>) -> bool {
    open.category == &category.code && new.category == &category.code && is_near(category, calendar, open, new)
}

/// Whether two things, whatever they are, lie within the merge radius of a category, and were seen within its merge window,
/// the one after the other.
#[must_use]
pub fn is_near(category: &Category, calendar: &WorkingCalendar, one: &Matter<'_>, other: &Matter<'_>) -> bool {
    let Some(window) = category.merge_window else { return false };
    let (first, last) = (one.seen_at.min(other.seen_at), one.seen_at.max(other.seen_at));
    one.position.distance_m(other.position) <= category.merge_radius_m && last <= calendar.due(first, window)
}
