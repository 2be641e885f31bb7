//! What becomes of a case: the straight way, as far as it has come.

use gridwatch::domain::{
    case::{Action, Case, Deed, Terms},
    duty::DepartmentCode,
    event::Evidence,
    people::{Actor, ActorKind, Reach, Role},
};
use jiff::SignedDuration;

use super::lattice::Random;

/// Steps from the report to the end.
pub const STEPS: usize = 8;

/// The case after so many steps, some of them late. One that cannot be placed stays where it is.
pub fn lived(mut case: Case, steps: usize, random: &mut Random, terms: &Terms) -> Case {
    let departments = terms.routing.departments();
    let lead = case.department().cloned().unwrap_or_else(|| departments[random.below(departments.len())].code.clone());
    let actor = somebody(&lead);
    for step in 0..steps {
        let (action, most_minutes) = match step {
            0 => (Action::Verify, 40),
            1 => (Action::Accept, 70),
            2 => (Action::File, 70),
            3 => (Action::Dispatch { lead: lead.clone(), partners: Vec::new() }, 70),
            4 => (Action::Sign, 300),
            5 => (Action::Handle, 4_000),
            6 => (Action::Pass { stars: 1 + random.below(3) as u8 }, 2_000),
            _ => (Action::Close, 1_000),
        };
        let now = case.updated_at + SignedDuration::from_mins(random.below(most_minutes) as i64);
        let deed = Deed { evidence: vec![photo()], ..Deed::from(action) };
        let Ok((after, _)) = case.apply(deed, &actor, now, terms) else { break };
        case = after;
    }
    case
}

pub fn somebody(department: &DepartmentCode) -> Actor {
    let roles =
        [Role::Specialist, Role::IntakeOfficer, Role::ShiftHead, Role::Dispatcher, Role::DepartmentClerk].to_vec();
    let reach = Reach { department: Some(department.clone()), ..Reach::everywhere() };
    Actor { roles, reach, ..Actor::of(ActorKind::Person, "bench") }
}

fn photo() -> Evidence {
    Evidence { hash: "0".repeat(64), media_type: "image/jpeg".into(), bytes: 1, camera: None, shot: None }
}
