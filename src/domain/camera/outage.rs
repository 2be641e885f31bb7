//! Cameras that are lost together: one matter, not one for each.

use std::{collections::BTreeMap, time::Duration};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::{Link, LinkCause};

/// Gathers for a moment what happens to cameras, so that the end of a switch is told of once.
#[derive(Debug, Default)]
pub struct Losses {
    /// Those that are away, and have been told of.
    away: BTreeMap<String, LinkCause>,
    /// What has happened since the last word, by camera: away for a reason, or back.
    news: BTreeMap<String, Option<LinkCause>>,
    /// When the first of it did.
    since: Option<Timestamp>,
}

/// What is worth a line in the log, and many cameras at once a word to the staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incident {
    Lost { camera: String, cause: LinkCause },
    Back { camera: String },
    Many(Outage),
}

/// Cameras that were lost, or came back, within a moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Outage {
    /// Whether they are gone; else they are back.
    pub is_lost: bool,
    /// When it began.
    pub since: Timestamp,
    /// Their ids.
    pub cameras: Vec<String>,
}

/// From the first news to the word: the streams of a switch break one after the other.
const GATHERING: SignedDuration = SignedDuration::from_secs(5);
/// So many are one matter.
const MANY: usize = 5;

impl Losses {
    /// How often [`due`](Self::due) is to be asked.
    pub const TICK: Duration = Duration::from_secs(1);

    /// Things stand so with a camera now.
    pub fn note(&mut self, camera: &str, link: &Link, now: Timestamp) {
        let state = match &link.cause {
            _ if link.is_giving() => None,
            Some(cause) if link.has_failed() => Some(cause.clone()),
            _ => return,
        };
        if self.away.get(camera) == state.as_ref() {
            // As it was when it was last told of.
            self.news.remove(camera);
        } else {
            self.news.insert(camera.to_owned(), state);
            self.since.get_or_insert(now);
        }
    }

    /// It is one of the site's no more, or another than it was.
    pub fn forget(&mut self, camera: &str) {
        self.away.remove(camera);
        self.news.remove(camera);
    }

    /// What is to be told now.
    pub fn due(&mut self, now: Timestamp) -> Vec<Incident> {
        let Some(since) = self.since.filter(|since| now.duration_since(*since) >= GATHERING) else {
            return Vec::new();
        };
        self.since = None;
        let (mut lost, mut back) = (Vec::new(), Vec::new());
        for (camera, state) in std::mem::take(&mut self.news) {
            match state {
                Some(cause) if self.away.insert(camera.clone(), cause.clone()).is_none() => lost.push((camera, cause)),
                // Away as before, for another reason.
                Some(_) => {}
                None => back.extend(self.away.remove(&camera).map(|_| camera)),
            }
        }
        let many = |is_lost, cameras| vec![Incident::Many(Outage { is_lost, since, cameras })];
        let mut told = if lost.len() < MANY {
            lost.into_iter().map(|(camera, cause)| Incident::Lost { camera, cause }).collect()
        } else {
            many(true, lost.into_iter().map(|(camera, _)| camera).collect())
        };
        told.extend(if back.len() < MANY {
            back.into_iter().map(|camera| Incident::Back { camera }).collect()
        } else {
            many(false, back)
        });
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::camera::LinkEvent;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("an instant")
    }

    #[test]
    fn a_switch_that_dies_is_one_incident_and_its_return_another() {
        let mut losses = Losses::default();
        let live = Link::idle(at(0)).after(&LinkEvent::Picture, at(0));
        let gone = live.after(&LinkEvent::Failed(LinkCause::LineBroken), at(1));
        let names: Vec<String> = (0..309).map(|number| format!("c{number:03}")).collect();
        let note = |losses: &mut Losses, link: &Link, second| {
            for name in &names {
                losses.note(name, link, at(second));
            }
        };
        note(&mut losses, &gone, 1);
        assert_eq!(losses.due(at(3)), []);
        let many = |is_lost, since| [Incident::Many(Outage { is_lost, since: at(since), cameras: names.clone() })];
        assert_eq!(losses.due(at(6)), many(true, 1));
        let unreachable = gone.after(&LinkEvent::Failed(LinkCause::Unreachable), at(7));
        note(&mut losses, &unreachable, 7);
        assert_eq!(losses.due(at(20)), [], "they are gone as before");
        note(&mut losses, &live, 21);
        assert_eq!(losses.due(at(30)), many(false, 21));
    }

    #[test]
    fn one_that_comes_back_at_once_is_not_told_of_and_a_few_are_told_of_by_name() {
        let mut losses = Losses::default();
        let live = Link::idle(at(0)).after(&LinkEvent::Picture, at(0));
        let gone = live.after(&LinkEvent::Failed(LinkCause::Ended), at(1));
        losses.note("a", &gone, at(1));
        losses.note("b", &gone, at(1));
        losses.note("a", &live, at(2));
        assert_eq!(losses.due(at(6)), [Incident::Lost { camera: "b".to_owned(), cause: LinkCause::Ended }]);
        losses.note("b", &live, at(9));
        assert_eq!(losses.due(at(14)), [Incident::Back { camera: "b".to_owned() }]);
    }
}
