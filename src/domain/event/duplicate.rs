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

/// Whether a report means the matter of an open case: the same category, within its merge radius, and seen within its
/// merge window after the case was last seen, or before it by as much.
#[must_use]
pub fn is_same_matter(category: &Category, calendar: &WorkingCalendar, open: &Matter<'_>, new: &Matter<'_>) -> bool {
    let Some(window) = category.merge_window else { return false };
    let (first, last) = (open.seen_at.min(new.seen_at), open.seen_at.max(new.seen_at));
    open.category == &category.code
        && new.category == &category.code
        && open.position.distance_m(new.position) <= category.merge_radius_m
        && last <= calendar.due(first, window)
}
