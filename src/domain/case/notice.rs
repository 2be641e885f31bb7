//! Notices (消息提醒): who is told of a step, and what.
//!
//! People whose turn it is now, those whom a rung of the ladder names, who may answer what was asked for, who asked for
//! it, and the staff who reported what has come to its end. Nobody is told of what he did himself.

use serde::{Deserialize, Serialize};

use super::{
    Action, ActionKind, Case, Clock, Stage, Status, Step, Terms, WishKind,
    workflow::{Hand, TABLE, When},
};
use crate::domain::people::{Actor, Role, Staff, StaffId};

/// What somebody is told of a case, as a code with parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, strum::EnumDiscriminants, utoipa::ToSchema)]
#[strum_discriminants(
    name(NoticeKind),
    derive(Hash, Serialize, Deserialize, strum::Display, strum::EnumString, strum::VariantNames, utoipa::ToSchema),
    strum(serialize_all = "snake_case"),
    serde(rename_all = "snake_case")
)]
#[serde(tag = "code", content = "params", rename_all = "snake_case")]
pub enum Notice {
    /// It waits for this stage, which is theirs.
    Turn { number: String, stage: Stage },
    /// A limit has run out (督办).
    Late { number: String, stage: Stage },
    /// Something was asked for, and they may answer.
    Asked { number: String, wish: WishKind },
    /// What their department asked for was granted or denied.
    Answered { number: String, action: ActionKind },
    /// What they reported has come to its end.
    Ended { number: String, status: Status },
}

/// Somebody who is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub staff: StaffId,
    pub notice: Notice,
}

/// Steps that were taken together.
pub struct Happened<'a> {
    /// `None`: the case began with them.
    pub before: Option<&'a Case>,
    pub after: &'a Case,
    pub steps: &'a [Step],
    /// Who told of the case, by the names in the trail.
    pub reporters: &'a [String],
    /// Who of the staff is not there.
    pub off_duty: &'a [StaffId],
    pub terms: &'a Terms,
}

impl Happened<'_> {
    /// Everybody who is told, in the order of the staff list.
    #[must_use]
    pub fn told(&self) -> Vec<Told> {
        self.terms.staff.iter().filter(|staff| !self.did_it(staff)).flat_map(|staff| self.told_to(staff)).collect()
    }

    fn did_it(&self, staff: &Staff) -> bool {
        self.steps.iter().any(|step| step.by.name == staff.id.as_str())
    }

    fn told_to(&self, staff: &Staff) -> Vec<Told> {
        let away = self.terms.staff.iter().filter(|other| self.off_duty.contains(&other.id));
        let actor = Actor::person(staff, away);
        let mut notices: Vec<Notice> = Vec::new();
        // Of post B, and of what one may not see, one is told nothing.
        let sees = actor.sees(&self.after.scope()) || self.before.is_some_and(|case| actor.sees(&case.scope()));
        if actor.is_on_duty() && sees {
            notices.extend(self.turns(&actor));
            notices.extend(self.steps.iter().filter_map(|step| self.of_step(step, &actor)));
        }
        notices.extend(self.end(staff));
        let mut told: Vec<Told> = Vec::new();
        for notice in notices {
            let one = Told { staff: staff.id.clone(), notice };
            if !told.contains(&one) {
                told.push(one);
            }
        }
        told
    }

    /// Stages that have begun, and are this one's to end.
    fn turns(&self, actor: &Actor) -> impl Iterator<Item = Notice> {
        let number = &self.after.number;
        let begun = self.begun().filter(|clock| !clock.has_ended() && self.waits_for(clock, actor));
        begun.map(|clock| Notice::Turn { number: number.clone(), stage: clock.stage })
    }

    /// Clocks are only ever added: those behind the ones that there were have begun. A case that was moved to another
    /// grid waits for others by the same clock.
    fn begun(&self) -> impl Iterator<Item = &Clock> {
        let known = self.before.map_or(0, |case| case.clocks.len());
        let is_moved = self.before.is_some_and(|case| case.placed.path != self.after.placed.path);
        let clocks = self.after.clocks.iter().enumerate();
        clocks.filter(move |(at, clock)| *at >= known || is_moved && clock.department.is_none()).map(|(_, clock)| clock)
    }

    fn waits_for(&self, clock: &Clock, actor: &Actor) -> bool {
        // Who has signed knows that he has to handle it, and to make the spot safe.
        let action = match clock.stage {
            Stage::Place => ActionKind::Correct,
            Stage::Verify => ActionKind::Verify,
            Stage::Accept => ActionKind::Accept,
            Stage::File => ActionKind::File,
            Stage::Audit => ActionKind::Approve,
            Stage::Dispatch => ActionKind::Dispatch,
            Stage::Sign => ActionKind::Sign,
            Stage::ReportIn => ActionKind::ReportIn,
            Stage::Check => ActionKind::Pass,
            Stage::Close => ActionKind::Close,
            Stage::Guard | Stage::Handle => return false,
        };
        let row = TABLE.iter().find(|row| {
            row.action == action && !matches!(row.from, When::Case(from) if !from.contains(&self.after.status))
        });
        let order = clock.department.as_ref().and_then(|department| self.after.order_before(department));
        // The first is whose post it is; the others may do it too, and are not called.
        let first = row.and_then(|row| row.by.first());
        first.is_some_and(|hand| self.after.is_in(*hand, order, actor, self.terms).is_some())
    }

    fn of_step(&self, step: &Step, actor: &Actor) -> Option<Notice> {
        let number = || self.after.number.clone();
        let near = |role: &Role| self.after.is_in(Hand::Role(*role), None, actor, self.terms).is_some();
        match &step.deed.action {
            Action::Escalate { stage, rung } => {
                let rung = self.terms.plan.ladder.get(usize::from(*rung))?;
                rung.tell.iter().any(near).then(|| Notice::Late { number: number(), stage: *stage })
            }
            Action::Ask { wish } => {
                let wish = WishKind::from(wish);
                let answers =
                    TABLE.iter().filter(|row| row.action == ActionKind::Grant && row.from == When::Asked(wish));
                let may = answers.flat_map(|row| row.by).any(|hand| matches!(hand, Hand::Role(role) if near(role)));
                may.then(|| Notice::Asked { number: number(), wish })
            }
            Action::Grant | Action::Deny => {
                let department = step.deed.department.as_ref()?;
                let is_theirs = actor.reach.department.as_ref() == Some(department);
                let action = ActionKind::from(&step.deed.action);
                is_theirs.then(|| Notice::Answered { number: number(), action })
            }
            _ => None,
        }
    }

    /// That a case has ended, for the staff who reported it.
    fn end(&self, staff: &Staff) -> Option<Notice> {
        let has_ended = !self.after.status.is_open() && self.before.is_none_or(|case| case.status.is_open());
        let reported = self.reporters.iter().any(|reporter| reporter == staff.id.as_str());
        let (number, status) = (self.after.number.clone(), self.after.status);
        (has_ended && reported).then_some(Notice::Ended { number, status })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::{SignedDuration, Timestamp};

    use super::*;
    use crate::domain::{
        case::{
            Deed, Wish,
            histories::{opened, terms},
        },
        duty::{DepartmentCode, Visibility},
        grid::GridCode,
        people::{ActorKind, Post, Reach},
    };

    fn member(id: &str, role: Role, post: Option<Post>, department: Option<&str>) -> Staff {
        Staff {
            id: StaffId::new(id),
            name: id.to_owned(),
            phone: None,
            email: None,
            roles: vec![role],
            post,
            grids: vec![GridCode::new("G")],
            department: department.map(DepartmentCode::new),
        }
    }

    fn street() -> Terms {
        let staff = [
            member("specialist-a", Role::Specialist, Some(Post::A), None),
            member("specialist-b", Role::Specialist, Some(Post::B), None),
            member("intake", Role::IntakeOfficer, None, None),
            member("head", Role::ShiftHead, None, None),
            member("desk", Role::Dispatcher, None, None),
            member("clerk", Role::DepartmentClerk, None, Some("HWJ")),
            member("other-clerk", Role::DepartmentClerk, None, Some("CGJ")),
            member("informant-007", Role::Informant, None, None),
        ];
        Terms { staff: Arc::from(staff), ..terms() }
    }

    /// A case at work: what each step tells whom.
    struct Told {
        terms: Terms,
        case: Case,
        now: Timestamp,
        off_duty: Vec<StaffId>,
    }

    impl Told {
        fn begin() -> (Self, Vec<String>) {
            let terms = street();
            let (case, step) = opened("2026-03-04T09:00", &terms);
            let it = Self { now: case.opened_at, case, terms, off_duty: Vec::new() };
            let told = it.of(None, &[step]);
            (it, told)
        }

        fn of(&self, before: Option<&Case>, steps: &[Step]) -> Vec<String> {
            let reporters = ["informant-007".to_owned()];
            let (after, off_duty, terms) = (&self.case, &self.off_duty[..], &self.terms);
            let happened = Happened { before, after, steps, reporters: &reporters, off_duty, terms };
            let line = |told: &super::Told| {
                let what = match &told.notice {
                    Notice::Turn { stage, .. } => format!("turn {stage}"),
                    Notice::Late { stage, .. } => format!("late {stage}"),
                    Notice::Asked { wish, .. } => format!("asked {wish}"),
                    Notice::Answered { action, .. } => format!("answered {action}"),
                    Notice::Ended { status, .. } => format!("ended {status}"),
                };
                format!("{}: {what}", told.staff)
            };
            happened.told().iter().map(line).collect()
        }

        fn takes(&mut self, role: Role, deed: impl Into<Deed>) -> Vec<String> {
            let reach = Reach { department: Some(DepartmentCode::new("HWJ")), ..Reach::everywhere() };
            let actor = Actor { roles: vec![role], reach, ..Actor::of(ActorKind::Person, "somebody") };
            self.taken(&actor, deed.into())
        }

        fn taken(&mut self, actor: &Actor, deed: Deed) -> Vec<String> {
            let before = self.case.clone();
            let (after, step) = before.apply(deed, actor, self.now, &self.terms).expect("taken");
            self.case = after;
            self.of(Some(&before), &[step])
        }
    }

    fn dispatch() -> Action {
        Action::Dispatch { lead: DepartmentCode::new("HWJ"), partners: Vec::new() }
    }

    #[test]
    fn whose_turn_it_is_is_told_and_nobody_else() {
        let (mut case, told) = Told::begin();
        assert_eq!(told, ["specialist-a: turn verify"]);
        assert_eq!(case.takes(Role::Specialist, Action::Verify), ["intake: turn accept"]);
        assert_eq!(case.takes(Role::IntakeOfficer, Action::Accept), ["head: turn file"]);
        assert_eq!(case.takes(Role::ShiftHead, Action::File), ["desk: turn dispatch"]);
        assert_eq!(case.takes(Role::Dispatcher, dispatch()), ["clerk: turn sign"]);
        assert_eq!(case.takes(Role::DepartmentClerk, Action::Sign), Vec::<String>::new());
        let more = Action::Ask { wish: Wish::Extension { extra: "1d".parse().expect("a limit"), engineering: false } };
        let asked = Deed { note: Some("rain".into()), ..Deed::from(more) };
        assert_eq!(case.takes(Role::DepartmentClerk, asked), ["head: asked extension", "desk: asked extension"]);
        assert_eq!(case.takes(Role::Dispatcher, Action::Grant), ["clerk: answered grant"]);
    }

    #[test]
    fn post_b_is_told_while_it_stands_in_and_whoever_did_it_is_not() {
        let (mut case, _) = Told::begin();
        case.off_duty = vec![StaffId::new("specialist-a")];
        case.terms.plan.ladder[0].tell = vec![Role::Specialist];
        case.now += SignedDuration::from_hours(48);
        let late = case.case.due_escalation(case.now, &case.terms).expect("late");
        let told = case.taken(&Actor::service(), late);
        assert_eq!(told, ["specialist-a: late verify", "specialist-b: late verify"]);
        let refused = Deed { note: Some("no".into()), ..Deed::from(Action::Disprove) };
        assert_eq!(case.takes(Role::Specialist, refused), ["informant-007: ended untrue"]);
    }

    #[test]
    fn what_is_restricted_is_told_to_those_who_handle_it_alone() {
        let (mut case, _) = Told::begin();
        case.case.visibility = Visibility::Restricted;
        case.terms.plan.ladder[0].tell = vec![Role::Informant, Role::Dispatcher];
        case.now += SignedDuration::from_hours(48);
        let late = case.case.due_escalation(case.now, &case.terms).expect("late");
        assert_eq!(case.taken(&Actor::service(), late), ["desk: late verify"]);
    }
}
