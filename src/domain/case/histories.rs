//! What holds for every history of a case, whatever people do.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use proptest::prelude::*;
use strum::IntoEnumIterator;
use uuid::Uuid;

use super::*;
use crate::domain::{
    duty::{
        Category, CategoryKind, Department, Limit, Merge, Placed, ResponsibilityList, Routing, Urgency, Visibility,
        WorkingCalendar,
    },
    event::{Evidence, Nature, Report},
    people::{Actor, ActorKind, Reach, Role},
};

const DEPARTMENTS: [&str; 3] = ["HWJ", "CGJ", "GAJ"];

fn limit(text: &str) -> Limit {
    text.parse().expect("a limit")
}

pub fn terms() -> Terms {
    let category = Category {
        code: CategoryCode::new("030101"),
        kind: CategoryKind::Component,
        list: ResponsibilityList::Governance,
        class: "市容环境".into(),
        name: "公共厕所".into(),
        name_en: None,
        department: Some(DepartmentCode::new("HWJ")),
        verify_limit: Some(limit("30m")),
        sign_limit: Some(limit("2d")),
        handle_limit: Some(limit("2d")),
        guard_limit: Some(limit("4H")),
        urgency: Urgency::Normal,
        visibility: Visibility::Public,
        merge_radius_m: 15.0,
        merge_window: Some(limit("7d")),
        merge: Merge::Auto,
    };
    let department =
        |code: &str| Department { code: DepartmentCode::new(code), name: code.to_owned(), name_en: None, phone: None };
    let plan = Plan {
        accept: Some(limit("1h")),
        file: Some(limit("1h")),
        dispatch: Some(limit("1h")),
        check: Some(limit("2d")),
        close: Some(limit("1d")),
        ladder: vec![
            Rung { after: None, tell: vec![Role::Dispatcher] },
            Rung { after: Some(limit("1d")), tell: vec![Role::ShiftHead] },
        ],
        whistle: WhistlePlan {
            by: vec![Role::ShiftHead],
            sign: Some(limit("1h")),
            report_in_daily: Some(limit("3d")),
            report_in_hard: Some(limit("5d")),
            report_in_emergency: Some(limit("30m")),
        },
        ..Plan::default()
    };
    let zone = TimeZone::get("Asia/Shanghai").expect("bundled");
    Terms {
        version: "v".into(),
        plan,
        routing: Arc::new(Routing::new(DEPARTMENTS.map(department).into(), vec![category], Vec::new(), Vec::new())),
        calendar: Arc::new(WorkingCalendar::plain(zone)),
        staff: Arc::from([]),
        channels: Arc::from([]),
    }
}

fn placed(outcome: Outcome) -> Placed {
    Placed {
        outcome,
        path: Vec::new(),
        candidates: Vec::new(),
        edge_m: None,
        distance_m: None,
        department: None,
        rule: None,
        reasons: Vec::new(),
    }
}

pub fn opened(at: &str, terms: &Terms) -> (Case, Step) {
    let received_at: Timestamp = format!("{at}+08:00").parse().expect("an instant");
    let report = Report {
        id: Uuid::from_u128(9),
        source: "informant".into(),
        external_id: None,
        nature: Nature::Event,
        category: Some(CategoryCode::new("030101")),
        position: None,
        given: None,
        accuracy_m: None,
        captured_at: received_at,
        received_at,
        description: None,
        address: None,
        place: None,
        contact: None,
        placed: placed(Outcome::Inside),
        catalog_version: terms.version.clone(),
    };
    Case::open(Uuid::from_u128(1), "2018-000001".into(), &report, "informant-007", false, terms)
}

/// Somebody of these roles who reaches everything.
pub fn somebody(roles: &[Role], department: &str) -> Actor {
    let reach = Reach { department: Some(DepartmentCode::new(department)), ..Reach::everywhere() };
    Actor { roles: roles.to_vec(), reach, ..Actor::of(ActorKind::Person, "somebody") }
}

const ROLES: [Role; 8] = [
    Role::Specialist,
    Role::IntakeOfficer,
    Role::ShiftHead,
    Role::Dispatcher,
    Role::DepartmentClerk,
    Role::Supervisor,
    Role::GridWorker,
    Role::StreetCadre,
];

fn photo() -> Evidence {
    Evidence { hash: "0".repeat(64), media_type: "image/jpeg".into(), bytes: 1, camera: None, shot: None }
}

fn any_action() -> impl Strategy<Value = Action> {
    let department = || prop::sample::select(&DEPARTMENTS[..]).prop_map(DepartmentCode::new);
    let departments = || {
        prop::sample::subsequence(DEPARTMENTS.to_vec(), 0..=2)
            .prop_map(|codes| codes.into_iter().map(DepartmentCode::new).collect::<Vec<_>>())
    };
    let plain = vec![
        Action::Verify,
        Action::Disprove,
        Action::Solve,
        Action::Approve,
        Action::Reject,
        Action::Accept,
        Action::Refuse,
        Action::File,
        Action::SendBack,
        Action::Recall,
        Action::Sign,
        Action::ReportIn,
        Action::Guard,
        Action::Handle,
        Action::Grant,
        Action::Deny,
        Action::Resume,
        Action::Rework,
        Action::Close,
        Action::Reopen,
        Action::Remark,
        Action::Ask { wish: Wish::Suspension },
        Action::Ask { wish: Wish::Void },
        Action::Ask { wish: Wish::Extension { extra: limit("1d"), engineering: false } },
        Action::Merge { into: Uuid::from_u128(2) },
        Action::Join { report: Uuid::from_u128(3), seen_at: Timestamp::UNIX_EPOCH },
        Action::Correct { category: None, moved_to: None, placed: Box::new(placed(Outcome::Nearest)) },
    ];
    prop_oneof![
        12 => prop::sample::select(plain),
        2 => (department(), departments()).prop_map(|(lead, partners)| Action::Dispatch { lead, partners }),
        1 => (department(), departments())
            .prop_map(|(lead, partners)| Action::Whistle { kind: WhistleKind::Hard, lead, partners }),
        2 => department().prop_map(|owner| Action::Ask { wish: Wish::Return { owner } }),
        1 => department().prop_map(|owner| Action::Rule { owner }),
        2 => (0_u8..5).prop_map(|stars| Action::Pass { stars }),
        1 => (1_u8..4).prop_map(|stars| Action::Rate { stars }),
        1 => (0_u8..3).prop_map(|rung| Action::Escalate { stage: Stage::Sign, rung }),
    ]
}

/// Something that somebody tries.
#[derive(Debug, Clone)]
pub struct Event {
    action: Action,
    department: Option<&'static str>,
    /// Of whoever tries it.
    own: &'static str,
    who: u8,
    minutes: i64,
    /// Which of the steps that may be taken it is, in the place of the action above.
    offered: Option<usize>,
}

pub fn any_event() -> impl Strategy<Value = Event> {
    let department = || prop::sample::select(&DEPARTMENTS[..]);
    let offered = prop::option::weighted(0.8, 0_usize..100);
    let values = (any_action(), prop::option::of(department()), department(), 0_u8..4, -30_i64..4_000, offered);
    values.prop_map(|(action, department, own, who, minutes, offered)| Event {
        action,
        department,
        own,
        who,
        minutes,
        offered,
    })
}

/// One of the steps that may be taken now, whoever's turn it is.
fn offer(case: &Case, nth: usize, event: &Event, terms: &Terms) -> Option<(Deed, Actor)> {
    let owner = DepartmentCode::new(event.own);
    let actors = DEPARTMENTS.map(|department| somebody(&ROLES, department)).into_iter().chain([Actor::resident()]);
    let offers: Vec<_> = actors
        .flat_map(|actor| case.next_for(&actor, terms).into_iter().map(move |offer| (offer, actor.clone())))
        .collect();
    let (Offer { action: kind, department, .. }, actor) = offers.get(nth % offers.len().max(1))?.clone();
    let action = match kind {
        ActionKind::Correct => {
            Action::Correct { category: None, moved_to: None, placed: Box::new(placed(Outcome::Nearest)) }
        }
        ActionKind::Verify => Action::Verify,
        ActionKind::Solve => Action::Solve,
        ActionKind::Approve => Action::Approve,
        ActionKind::Reject => Action::Reject,
        ActionKind::Accept => Action::Accept,
        ActionKind::File => Action::File,
        ActionKind::SendBack => Action::SendBack,
        ActionKind::Dispatch => Action::Dispatch { lead: owner, partners: Vec::new() },
        ActionKind::Whistle => Action::Whistle { kind: WhistleKind::Daily, lead: owner, partners: Vec::new() },
        ActionKind::Recall => Action::Recall,
        ActionKind::Sign => Action::Sign,
        ActionKind::ReportIn => Action::ReportIn,
        ActionKind::Guard => Action::Guard,
        ActionKind::Handle => Action::Handle,
        ActionKind::Ask => Action::Ask {
            wish: [
                Wish::Extension { extra: limit("1d"), engineering: nth.is_multiple_of(2) },
                Wish::Return { owner },
                Wish::Suspension,
                Wish::Void,
            ][nth % 4]
                .clone(),
        },
        ActionKind::Grant => Action::Grant,
        ActionKind::Deny => Action::Deny,
        ActionKind::Rule => Action::Rule { owner },
        ActionKind::Resume => Action::Resume,
        ActionKind::Pass => Action::Pass { stars: 3 },
        ActionKind::Rework => Action::Rework,
        ActionKind::Close => Action::Close,
        ActionKind::Reopen => Action::Reopen,
        ActionKind::Rate => Action::Rate { stars: 1 },
        // What ends it at once is left to chance.
        _ => return None,
    };
    let deed = Deed { department, note: Some("because".into()), evidence: vec![photo()], ..Deed::from(action) };
    Some((deed, actor))
}

/// Plays what of a history can be played.
pub fn play(history: &[Event], terms: &Terms) -> (Case, Vec<Step>) {
    let (mut case, opening) = opened("2026-03-02T10:00", terms);
    let (mut trail, mut now) = (vec![opening], case.opened_at);
    for event in history {
        now += SignedDuration::from_mins(event.minutes);
        let actor = match event.who {
            0 => Actor::service(),
            1 => Actor::resident(),
            _ => somebody(&ROLES, event.own),
        };
        let deed = Deed {
            department: event.department.map(DepartmentCode::new),
            note: Some("because".into()),
            evidence: vec![photo()],
            ..Deed::from(event.action.clone())
        };
        let due = || case.due_escalation(now, terms).filter(|_| event.who == 0).map(|deed| (deed, Actor::service()));
        let offered = due().or_else(|| event.offered.and_then(|nth| offer(&case, nth, event, terms)));
        let (deed, actor) = offered.unwrap_or((deed, actor));
        if let Ok((after, step)) = case.apply(deed, &actor, now, terms) {
            assert_sound(&case, &after, terms);
            case = after;
            trail.push(step);
        }
    }
    (case, trail)
}

fn assert_sound(before: &Case, after: &Case, terms: &Terms) {
    assert_eq!(after.version, before.version + 1);
    assert!(after.updated_at >= before.updated_at);
    let open: Vec<_> = after.clocks.iter().filter(|clock| !clock.has_ended()).collect();
    if after.status.is_open() {
        assert!(!open.is_empty(), "{}: nobody is waited for", after.status);
        // Somebody has it in hand, and it is no mere remark.
        let hands = DEPARTMENTS.iter().any(|department| {
            let next = after.next_for(&somebody(&ROLES, department), terms);
            next.iter().any(|offer| !matches!(offer.action, ActionKind::Remark | ActionKind::Whistle))
        });
        assert!(hands, "{}: nobody's", after.status);
        // What waits is on somebody's list.
        if open.iter().any(|clock| clock.is_running()) {
            let listed = DEPARTMENTS.iter().map(|department| somebody(&ROLES, department)).any(|actor| {
                !after.turns_of(&actor, terms).is_empty() && statuses_of_turns(&actor).contains(&after.status)
            });
            assert!(listed, "{}: on nobody's list", after.status);
        }
    } else {
        assert!(open.is_empty() && after.due_at.is_none() && after.wake_at.is_none(), "{}", after.status);
        assert!(after.requests.is_empty());
    }
    // At most one department leads, and none has two orders.
    let counted: Vec<_> = after.orders.iter().filter(|order| order.status.counts()).collect();
    assert!(counted.iter().filter(|order| order.lead).count() <= 1);
    for order in &counted {
        assert_eq!(counted.iter().filter(|other| other.department == order.department).count(), 1);
    }
    if matches!(after.status, Status::ToClose | Status::Closed) {
        assert!(counted.iter().all(|order| order.status == OrderStatus::Passed));
    }
}

/// Takes whatever leads on until the case has ended.
fn finish(mut case: Case, terms: &Terms) -> Case {
    for _ in 0..40 {
        if !case.status.is_open() {
            break;
        }
        let lead = DepartmentCode::new("HWJ");
        let deeds = [
            Action::Correct { category: None, moved_to: None, placed: Box::new(placed(Outcome::Inside)) },
            Action::Approve,
            Action::Accept,
            Action::File,
            Action::Deny,
            Action::Close,
        ];
        let early = [Action::Verify, Action::Dispatch { lead: lead.clone(), partners: Vec::new() }];
        let mut tried: Vec<(Action, Option<DepartmentCode>)> =
            deeds.into_iter().chain(early).map(|action| (action, None)).collect();
        for department in DEPARTMENTS.map(DepartmentCode::new) {
            let theirs = [
                Action::Deny,
                Action::Resume,
                Action::Sign,
                Action::ReportIn,
                Action::Handle,
                Action::Pass { stars: 2 },
            ];
            tried.extend(theirs.map(|action| (action, Some(department.clone()))));
        }
        // A correction leads on from where nobody knows the place alone.
        if case.status != Status::Triage {
            tried.remove(0);
        }
        let moved = tried.into_iter().find_map(|(action, department)| {
            let own = department.clone().unwrap_or_else(|| lead.clone());
            let deed = Deed { department, note: Some("on".into()), evidence: vec![photo()], ..Deed::from(action) };
            case.apply(deed, &somebody(&ROLES, own.as_str()), case.updated_at, terms).ok()
        });
        match moved {
            Some((after, _)) => case = after,
            None => break,
        }
    }
    case
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(10_000) })]

    #[test]
    fn whatever_people_do_a_case_has_an_owner_and_a_way_to_its_end_and_its_trail_is_all_of_it(
        history in prop::collection::vec(any_event(), 0..60)
    ) {
        let terms = terms();
        let (case, trail) = play(&history, &terms);
        prop_assert_eq!(Case::replay(&trail, |_| Some(&terms)), Ok(case.clone()));
        let kept = serde_json::to_string(&trail).expect("plain data");
        let read: Vec<Step> = serde_json::from_str(&kept).expect("as it was written");
        prop_assert_eq!(&read, &trail);
        let end = finish(case.clone(), &terms);
        prop_assert!(!end.status.is_open(), "stuck at {} from {}", end.status, case.status);
    }
}

/// The property above is worth as much as its histories are various.
#[test]
fn the_histories_come_to_every_status_and_take_every_kind_of_step() {
    use std::collections::BTreeSet;

    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let (terms, mut runner) = (terms(), TestRunner::deterministic());
    let histories = prop::collection::vec(any_event(), 60);
    let (mut statuses, mut actions) = (BTreeSet::new(), BTreeSet::new());
    for _ in 0..600 {
        let (_, trail) = play(&histories.new_tree(&mut runner).expect("a history").current(), &terms);
        statuses.extend(trail.iter().map(|step| step.status));
        actions.extend(trail.iter().map(|step| ActionKind::from(&step.deed.action)));
    }
    // A case here has a place, is of these days, and nothing is merged into it.
    let missed: Vec<_> = Status::iter().filter(|status| !statuses.contains(status)).collect();
    assert_eq!(missed, [Status::Triage, Status::LeftOpen]);
    let missed: Vec<_> = ActionKind::iter().filter(|action| !actions.contains(action)).collect();
    assert_eq!(missed, [ActionKind::Absorb]);
}

#[test]
fn the_seeds_case_is_green_at_every_step() {
    let terms = terms();
    let (case, _) = opened("2018-12-24T15:05", &terms);
    let hwj = DepartmentCode::new("HWJ");
    let steps = [
        ("2018-12-24T15:15", Action::Verify, Role::Specialist),
        ("2018-12-24T15:20", Action::Accept, Role::IntakeOfficer),
        ("2018-12-24T15:30", Action::File, Role::ShiftHead),
        ("2018-12-24T15:40", Action::Dispatch { lead: hwj, partners: Vec::new() }, Role::Dispatcher),
        ("2018-12-25T15:12", Action::Sign, Role::DepartmentClerk),
        ("2018-12-26T15:18", Action::Handle, Role::DepartmentClerk),
        ("2018-12-27T10:00", Action::Pass { stars: 2 }, Role::Specialist),
        ("2018-12-27T11:00", Action::Close, Role::ShiftHead),
    ];
    let end = steps.into_iter().fold(case, |case, (at, action, role)| {
        let now = format!("{at}+08:00").parse().expect("an instant");
        let deed = Deed { evidence: vec![photo()], ..Deed::from(action.clone()) };
        case.apply(deed, &somebody(&[role], "HWJ"), now, &terms).unwrap_or_else(|why| panic!("{action:?}: {why}")).0
    });
    assert_eq!(end.status, Status::Closed);
    let lights: Vec<_> =
        end.clocks.iter().filter(|clock| clock.stage != Stage::Guard).map(|clock| clock.light).collect();
    assert_eq!(lights, [Some(Light::Green); 8]);
}

#[test]
fn each_kind_of_step_is_told_by_one_row_at_a_time() {
    for (at, one) in TABLE.iter().enumerate() {
        for other in TABLE[at + 1..].iter().filter(|other| other.action == one.action) {
            let both = match (one.from, other.from) {
                (When::Case(a), When::Case(b)) => a.iter().any(|status| b.contains(status)),
                (When::Order(a), When::Order(b)) => a.iter().any(|status| b.contains(status)),
                (When::Asked(a), When::Asked(b)) => a == b,
                _ => false,
            };
            assert!(!both, "{one:?} and {other:?}");
        }
    }
}

#[test]
fn only_whose_turn_it_is_may_act() {
    let terms = terms();
    let (case, _) = opened("2026-03-02T10:00", &terms);
    let refused = |actor: &Actor| case.apply(Action::Verify.into(), actor, case.opened_at, &terms).err();
    let role = vec!["specialist".to_owned(), "shift_head".to_owned()];
    let not_yours = Some(TransitionError::NotYours { action: ActionKind::Verify, role });
    assert_eq!(refused(&somebody(&[Role::Dispatcher], "HWJ")), not_yours);
    assert_eq!(refused(&Actor::resident()), not_yours);
    assert_eq!(refused(&Actor::of(ActorKind::Administrator, "administrator")), not_yours);
    let mut stand_in = somebody(&[Role::Specialist], "HWJ");
    stand_in.post = Some(crate::domain::people::Post::B);
    assert_eq!(refused(&stand_in), Some(TransitionError::PostAIsThere));
    stand_in.stands_in_for = vec![crate::domain::people::StandIn {
        staff: crate::domain::people::StaffId::new("staff-05"),
        grids: Vec::new(),
    }];
    let (_, step) = case.apply(Action::Verify.into(), &stand_in, case.opened_at, &terms).expect("stands in");
    assert_eq!(step.by.stands_in_for.as_ref().map(crate::domain::people::StaffId::as_str), Some("staff-05"));
}

#[test]
fn after_two_returns_the_head_rules_and_it_does_not_come_back() {
    let terms = terms();
    let (mut case, _) = opened("2026-03-02T10:00", &terms);
    let mut take = |action: Action, role: Role, own: &str| {
        let deed = Deed { note: Some("why".into()), evidence: vec![photo()], ..Deed::from(action) };
        let (after, _) = case.apply(deed, &somebody(&[role], own), case.updated_at, &terms)?;
        case = after.clone();
        Ok::<Case, TransitionError>(after)
    };
    let code = DepartmentCode::new;
    for action in [Action::Verify, Action::Accept, Action::File] {
        let role = match action {
            Action::Verify => Role::Specialist,
            Action::Accept => Role::IntakeOfficer,
            _ => Role::ShiftHead,
        };
        take(action, role, "HWJ").expect("on");
    }
    for (from, to) in [("HWJ", "CGJ"), ("CGJ", "HWJ")] {
        take(Action::Dispatch { lead: code(from), partners: vec![] }, Role::Dispatcher, from).expect("dispatched");
        take(Action::Ask { wish: Wish::Return { owner: code(to) } }, Role::DepartmentClerk, from).expect("asked");
        take(Action::Grant, Role::Dispatcher, from).expect("granted");
    }
    take(Action::Dispatch { lead: code("HWJ"), partners: vec![] }, Role::Dispatcher, "HWJ").expect("dispatched");
    take(Action::Ask { wish: Wish::Return { owner: code("CGJ") } }, Role::DepartmentClerk, "HWJ").expect("asked");
    assert_eq!(take(Action::Grant, Role::Dispatcher, "HWJ"), Err(TransitionError::HeadMustRule { returns: 2 }));
    let ruled = take(Action::Rule { owner: code("CGJ") }, Role::ShiftHead, "HWJ").expect("ruled");
    assert_eq!((ruled.lead().map(|order| order.department.as_str()), ruled.returns), (Some("CGJ"), 3));
    let again = take(Action::Ask { wish: Wish::Return { owner: code("HWJ") } }, Role::DepartmentClerk, "CGJ");
    assert_eq!(again, Err(TransitionError::Ruled));
}
