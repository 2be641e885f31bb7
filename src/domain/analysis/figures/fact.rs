//! From a case to what it counts for.

use jiff::{SignedDuration, Timestamp};

use super::measure::{Measure, is_done};
use crate::domain::{
    case::{ActionKind, Case, Clock, Order, OrderStatus, Stage, Status},
    duty::DepartmentCode,
    event::Nature,
    people::{Roster, StaffId},
};

/// A case with who told of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Counted {
    pub case: Case,
    /// Oldest first.
    pub told: Vec<Telling>,
}

/// What figures need of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Telling {
    pub nature: Nature,
    pub received_at: Timestamp,
    pub source: String,
    /// As in the trail.
    pub actor: String,
}

/// One thing that a case counts for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fact<'c> {
    pub measure: Measure,
    pub is_good: bool,
    /// When it was settled: it counts in the period that this lies in.
    pub at: Timestamp,
    pub department: Option<&'c DepartmentCode>,
    /// Who did it, or whose it was to do.
    pub worker: Option<&'c str>,
    /// By the clock on the wall, from when it was theirs to when it was done; of what has a clock and was done.
    pub took: Option<SignedDuration>,
}

/// How a clock came out.
enum Outcome {
    Done {
        in_time: Option<bool>,
    },
    /// Its limit ran out, and what was waited for has not come, or never will.
    Missed,
}

/// All that a case counts for by `now`; `most_stars` is the best that a check can give.
pub fn facts<'c>(
    counted: &'c Counted,
    roster: &'c Roster,
    most_stars: u8,
    now: Timestamp,
    mut each: impl FnMut(Fact<'c>),
) {
    let case = &counted.case;
    let specialist = roster.specialist(&case.placed.path).map(StaffId::as_str);
    let lead = case.department();
    for clock in &case.clocks {
        let department = clock.department.as_ref().or(lead);
        let Some((outcome, at)) = outcome(clock, now) else { continue };
        let ended = clock.ended.as_ref();
        let worker = match outcome {
            Outcome::Done { .. } => ended.map(|end| end.by.as_str()),
            // Nobody did it: it was the specialist's to do.
            Outcome::Missed => specialist.filter(|_| matches!(clock.stage, Stage::Verify | Stage::Check)),
        };
        let done_at = ended.map_or(at, |end| end.at);
        let took = matches!(outcome, Outcome::Done { .. }).then(|| done_at.duration_since(clock.began_at));
        let mut tell = |measure, at, is_good| each(Fact { measure, is_good, at, department, worker, took });
        match (Measure::of(clock.stage), &outcome) {
            (Some(measure), Outcome::Done { in_time: Some(in_time) }) => {
                tell(measure, if clock.stage == Stage::File { done_at } else { at }, *in_time);
            }
            // Of those filed: what is late and not filed yet is none of them.
            (Some(measure), Outcome::Missed) if clock.stage != Stage::File => tell(measure, at, false),
            _ => {}
        }
        match (clock.stage, &outcome) {
            (Stage::File, Outcome::Done { .. }) => tell(Measure::FiledAccurately, done_at, case.status != Status::Void),
            (Stage::Dispatch, Outcome::Done { .. }) => {
                let given_back = |order: &Order| order.sent_at == done_at && order.status == OrderStatus::Returned;
                tell(Measure::DispatchedAccurately, at, !case.orders.iter().any(given_back));
            }
            (Stage::Dispatch, Outcome::Missed) => tell(Measure::DispatchedAccurately, at, false),
            (Stage::Handle, Outcome::Done { .. }) => {
                let again = |later: &Clock| {
                    later.stage == Stage::Sign && later.department == clock.department && later.began_at >= done_at
                };
                tell(Measure::Reworked, done_at, case.clocks.iter().any(again));
            }
            (Stage::Check, Outcome::Done { .. }) => {
                if let Some(stars) = ended.and_then(|end| end.stars) {
                    tell(Measure::Satisfied, done_at, is_satisfied(stars, most_stars));
                }
            }
            _ => {}
        }
    }
    let mut tell =
        |measure, at, is_good, worker| each(Fact { measure, is_good, at, department: lead, worker, took: None });
    if let Some((at, is_closed, in_time)) = closing(case, now) {
        tell(Measure::Closed, at, is_closed, None);
        if let Some(in_time) = in_time {
            tell(Measure::ClosedOnTime, at, in_time, None);
        }
    }
    if let Some(rating) = case.rating {
        tell(Measure::Satisfied, rating.at, is_satisfied(rating.stars, most_stars), None);
    }
    let is_so = is_so(case);
    for telling in &counted.told {
        let worker = Some(telling.actor.as_str());
        let measure = if telling.nature == Nature::Appeal { Measure::Appeals } else { Measure::Reported };
        tell(measure, telling.received_at, case.status == Status::Closed, worker);
        if let Some(is_so) = is_so {
            tell(Measure::Valid, telling.received_at, is_so, worker);
        }
    }
    if let Some(first) = counted.told.first()
        && is_so == Some(true)
        && specialist.is_some()
        // Of past years nobody may know who told of it.
        && (case.origin.is_none() || roster.knows(&first.actor))
    {
        tell(Measure::Found, case.opened_at, roster.walks(&first.actor), specialist);
    }
}

/// How a clock came out, and when that was settled; `None` while it is open, and where it was ended in time by what is
/// nobody's fault.
fn outcome(clock: &Clock, now: Timestamp) -> Option<(Outcome, Timestamp)> {
    let late_at = clock.due_at.filter(|_| clock.was_late() == Some(true));
    match &clock.ended {
        Some(end) if is_done(clock.stage, end.with) => {
            let in_time = clock.was_late().map(|late| !late);
            Some((Outcome::Done { in_time }, late_at.unwrap_or(end.at)))
        }
        // It was another's all the time, or no case at all.
        Some(end) if matches!(end.with, ActionKind::Grant | ActionKind::Rule) => None,
        Some(_) => late_at.map(|due| (Outcome::Missed, due)),
        None => clock.due_at.filter(|due| *due < now).map(|due| (Outcome::Missed, due)),
    }
}

/// When a case was due to close, whether it is closed, and, where somebody set limits, whether all handled it in time.
fn closing(case: &Case, now: Timestamp) -> Option<(Timestamp, bool, Option<bool>)> {
    let closes = |clock: &&Clock| {
        clock.ended.as_ref().is_some_and(|end| matches!(end.with, ActionKind::Close | ActionKind::Approve))
    };
    let closed_at = case.clocks.iter().filter(closes).filter_map(|clock| clock.ended.as_ref()).map(|end| end.at).max();
    let closed_at = closed_at.filter(|_| case.status == Status::Closed);
    if !case.status.is_open() && closed_at.is_none() && case.status != Status::LeftOpen {
        return None;
    }
    let counts = |clock: &&Clock| {
        let order = case.orders.iter().rev().find(|order| Some(&order.department) == clock.department.as_ref());
        clock.stage == Stage::Handle && order.is_some_and(|order| order.status.counts())
    };
    let handling = || case.clocks.iter().filter(counts);
    let due_at = handling().filter_map(|clock| clock.due_at).max();
    // A clock that stands still has no end to wait for.
    let stands_still = handling().any(|clock| clock.limit.is_some() && clock.due_at.is_none());
    let was_late = handling().any(|clock| clock.was_late() == Some(true));
    match (closed_at, due_at) {
        (Some(closed), due) => Some((due.map_or(closed, |due| due.min(closed)), true, due.map(|_| !was_late))),
        (None, Some(due)) if due < now && !stands_still => Some((due, false, Some(false))),
        _ => None,
    }
}

/// Whether what was told was so; `None` while nobody has decided.
fn is_so(case: &Case) -> Option<bool> {
    let ended_with =
        |with: ActionKind| case.clocks.iter().any(|clock| clock.ended.as_ref().is_some_and(|e| e.with == with));
    match case.status {
        Status::Untrue | Status::Refused | Status::Void => Some(false),
        Status::Closed => Some(true),
        _ => ended_with(ActionKind::File).then_some(true),
    }
}

/// Two of three stars mean satisfied.
fn is_satisfied(stars: u8, most: u8) -> bool {
    u16::from(stars) * 3 >= u16::from(most) * 2
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{
        case::histories::{any_event, play, terms},
        people::Roster,
    };

    fn all(counted: &Counted, now: Timestamp) -> Vec<(Measure, bool, Timestamp)> {
        let (mut all, roster) = (Vec::new(), Roster::default());
        facts(counted, &roster, 3, now, |fact| all.push((fact.measure, fact.is_good, fact.at)));
        all
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

        #[test]
        fn whatever_happened_counts_once(history in prop::collection::vec(any_event(), 0..60)) {
            let (case, _) = play(&history, &terms());
            let now = case.updated_at;
            let counted = Counted { case, told: Vec::new() };
            let (all, case) = (all(&counted, now), &counted.case);
            let of = |measure: Measure| all.iter().filter(|(found, ..)| *found == measure).count();
            let good = |measure: Measure| all.iter().filter(|(found, good, _)| *found == measure && *good).count();
            prop_assert!(all.iter().all(|(.., at)| (case.opened_at..=now).contains(at)));
            for clock in &case.clocks {
                if let Some(measure) = Measure::of(clock.stage) {
                    let clocks = case.clocks.iter().filter(|other| other.stage == clock.stage).count();
                    prop_assert!(of(measure) <= clocks, "{}", measure);
                }
            }
            prop_assert_eq!(good(Measure::Closed), usize::from(case.status == Status::Closed));
            prop_assert!(good(Measure::ClosedOnTime) <= good(Measure::Closed));
            let handled = |clock: &&Clock| clock.ended.as_ref().is_some_and(|end| end.with == ActionKind::Handle);
            let handled = case.clocks.iter().filter(|clock| clock.stage == Stage::Handle).filter(handled).count();
            prop_assert_eq!(of(Measure::Reworked), handled);
            let reworks: usize = case.orders.iter().map(|order| usize::from(order.reworks)).sum();
            prop_assert_eq!(good(Measure::Reworked), reworks);
        }
    }
}
