//! Messages: what goes out of the house of what people are told (外发消息).

use std::{collections::HashSet, time::Duration};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Case, Notice, NoticeKind, Status, Told};
use crate::domain::{
    duty::{CategoryCode, DepartmentCode, Visibility},
    geo::Position,
    grid::GridCode,
    people::StaffId,
};

/// A way out: somebody outside who wants to hear of some notices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    pub name: String,
    /// All where none is named.
    pub kinds: Vec<NoticeKind>,
    pub audience: Audience,
}

/// Whom a channel reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    /// All who are told the same, with one message.
    Together,
    /// Each of these with a message of his own: what one's mailbox refuses, another's takes.
    Each(HashSet<StaffId>),
}

impl Channel {
    /// What of a message goes out this way.
    #[must_use]
    pub fn carries(&self, message: &Message) -> Vec<Message> {
        if !self.kinds.is_empty() && !self.kinds.contains(&NoticeKind::from(&message.notice)) {
            return Vec::new();
        }
        match &self.audience {
            Audience::Together => vec![message.clone()],
            Audience::Each(reached) => {
                let own = |staff: &StaffId| Message { to: vec![staff.clone()], ..message.clone() };
                message.to.iter().filter(|staff| reached.contains(*staff)).map(own).collect()
            }
        }
    }
}

/// One message, for all who are told the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    pub case: Uuid,
    pub number: String,
    pub status: Status,
    pub at: Timestamp,
    pub notice: Notice,
    pub to: Vec<StaffId>,
    /// `None`: of restricted cases nothing goes out but number and status.
    pub about: Option<About>,
}

/// What the case is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct About {
    pub category: Option<CategoryCode>,
    pub department: Option<DepartmentCode>,
    pub grid: Option<GridCode>,
    pub position: Option<Position>,
    /// Of the first report, as far as it fits.
    pub description: Option<String>,
}

/// Longest description that goes out, in characters.
const LONGEST_DESCRIPTION: usize = 200;

/// Those who are told the same, in one message.
#[must_use]
pub fn messages(case: &Case, told: &[Told], description: Option<&str>) -> Vec<Message> {
    let about = (case.visibility != Visibility::Restricted).then(|| About {
        category: case.category.clone(),
        department: case.department().cloned(),
        grid: case.placed.grid().cloned(),
        position: case.position,
        description: description.map(|text| text.chars().take(LONGEST_DESCRIPTION).collect()),
    });
    let mut messages: Vec<Message> = Vec::new();
    for Told { staff, notice } in told {
        match messages.iter_mut().find(|message| message.notice == *notice) {
            Some(message) => message.to.push(staff.clone()),
            None => messages.push(Message {
                case: case.id,
                number: case.number.clone(),
                status: case.status,
                at: case.updated_at,
                notice: notice.clone(),
                to: vec![staff.clone()],
                about: about.clone(),
            }),
        }
    }
    messages
}

/// How long to wait after so many attempts failed in a row: twice as long each time, and never all at the same instant.
/// `dice`: any number.
#[must_use]
pub fn pause_after(failures: u32, dice: u8) -> Duration {
    const FIRST: Duration = Duration::from_secs(10);
    const LONGEST: Duration = Duration::from_hours(3);
    let doubled = FIRST.saturating_mul(1 << failures.saturating_sub(1).min(20)).min(LONGEST);
    // 80 to 120 %.
    doubled.mul_f64(0.8 + 0.4 * f64::from(dice) / 255.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::case::histories::{opened, terms};

    #[test]
    fn those_who_are_told_the_same_are_told_at_once_and_of_what_is_restricted_next_to_nothing() {
        let (mut case, _) = opened("2026-03-04T09:00", &terms());
        let told = |staff: &str, status| {
            let notice = Notice::Ended { number: case.number.clone(), status };
            Told { staff: StaffId::new(staff), notice }
        };
        let told = [told("a", Status::Closed), told("b", Status::Void), told("c", Status::Closed)];
        let open = messages(&case, &told, Some(&"长".repeat(300)));
        assert_eq!(open.iter().map(|message| message.to.len()).collect::<Vec<_>>(), [2, 1]);
        let about = open[0].about.as_ref().expect("public");
        assert_eq!(about.description.as_ref().map(|text| text.chars().count()), Some(200));
        case.visibility = Visibility::Restricted;
        assert!(messages(&case, &told, Some("x")).iter().all(|message| message.about.is_none()));
    }

    #[test]
    fn a_channel_carries_its_kinds_together_or_to_each_whom_it_reaches() {
        let (case, _) = opened("2026-03-04T09:00", &terms());
        let notice = Notice::Ended { number: case.number.clone(), status: Status::Closed };
        let told = ["a", "b", "c"].map(|staff| Told { staff: StaffId::new(staff), notice: notice.clone() });
        let message = &messages(&case, &told, None)[0];
        let carried = |kinds: &[NoticeKind], audience| {
            let channel = Channel { name: "x".into(), kinds: kinds.to_vec(), audience };
            channel.carries(message).into_iter().map(|message| message.to).collect::<Vec<_>>()
        };
        let all = ["a", "b", "c"].map(StaffId::new).to_vec();
        assert_eq!(carried(&[NoticeKind::Ended], Audience::Together), std::slice::from_ref(&all));
        assert!(carried(&[NoticeKind::Late], Audience::Together).is_empty());
        let reached = ["a", "c", "d"].map(StaffId::new).into();
        assert_eq!(carried(&[], Audience::Each(reached)), [[all[0].clone()], [all[2].clone()]]);
    }

    #[test]
    fn pauses_double_up_to_three_hours_give_or_take_a_fifth() {
        let seconds = |failures, dice| pause_after(failures, dice).as_secs();
        assert_eq!([seconds(1, 0), seconds(1, 255), seconds(2, 0), seconds(3, 0)], [8, 12, 16, 32]);
        assert_eq!([seconds(40, 0), seconds(u32::MAX, 255)], [8_640, 12_960]);
    }
}
