//! By what figures are told apart.

use std::borrow::Cow;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::{Counted, Fact, Step};
use crate::domain::{
    duty::{Category, Routing},
    grid::Level,
};

/// By what figures are told apart, and what they can be narrowed to.
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
pub enum Dimension {
    /// The department whose part it was, else the one that led.
    Department,
    City,
    District,
    Street,
    Community,
    /// The leaf, whatever its level is called.
    Grid,
    /// Who did it, or whose it was to do.
    Worker,
    Category,
    /// Of the category: the group of the list.
    Class,
    /// Of the category: component or event.
    Kind,
    /// Of the category: party, governance, convenience.
    List,
    /// The way in of the first report.
    Source,
    Day,
    /// From Monday on.
    Week,
    Month,
}

/// What dimensions are looked up in.
#[derive(Debug, Clone, Copy)]
pub struct Lists<'a> {
    pub routing: &'a Routing,
    /// Whose days, weeks and months.
    pub zone: &'a TimeZone,
}

impl Dimension {
    /// The value of a fact; `None` where it has none, as a case outside every grid.
    #[must_use]
    pub fn of<'c>(self, fact: &Fact<'c>, counted: &'c Counted, lists: Lists<'c>) -> Option<Cow<'c, str>> {
        let case = &counted.case;
        let level = |level: Level| {
            case.placed.path.iter().find(|step| step.level == level).map(|step| Cow::Borrowed(step.code.as_str()))
        };
        let category = || case.category.as_ref().and_then(|code| lists.routing.category(code.as_str()));
        let of_category = |value: fn(&Category) -> String| category().map(|category| Cow::Owned(value(category)));
        let step = |step: Step| Some(Cow::Owned(step.holding(fact.at, lists.zone)));
        match self {
            Self::Department => fact.department.map(|code| Cow::Borrowed(code.as_str())),
            Self::City => level(Level::City),
            Self::District => level(Level::District),
            Self::Street => level(Level::Street),
            Self::Community => level(Level::Community),
            Self::Grid => case.placed.grid().map(|code| Cow::Borrowed(code.as_str())),
            Self::Worker => fact.worker.map(Cow::Borrowed),
            Self::Category => case.category.as_ref().map(|code| Cow::Borrowed(code.as_str())),
            Self::Class => category().map(|category| Cow::Borrowed(category.class.as_str())),
            Self::Kind => of_category(|category| category.kind.to_string()),
            Self::List => of_category(|category| category.list.to_string()),
            Self::Source => counted.told.first().map(|telling| Cow::Borrowed(telling.source.as_str())),
            Self::Day => step(Step::Day),
            Self::Week => step(Step::Week),
            Self::Month => step(Step::Month),
        }
    }
}
