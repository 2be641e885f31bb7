//! The store, through its interface: what is said to be kept is kept, once, whatever comes in between.

use std::sync::Arc;

use gridwatch::{
    domain::{
        case::Status,
        duty::{Outcome, Placed, Reason, Visibility},
        event::{Nature, Report},
        geo::Position,
        people::{Actor, ActorKind, Sight},
        update::Change,
    },
    io::{
        catalog,
        store::{CaseFilter, FindingFilter, IdempotencyKey, NewReport, Store, StoreError},
    },
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use tempfile::TempDir;
use uuid::Uuid;

use crate::harness::demo_site;

struct Desk {
    folder: TempDir,
    store: Store,
    catalog: catalog::Catalog,
    runtime: tokio::runtime::Runtime,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self {
            store: Store::open(&folder.path().join("store.db")).expect("a store"),
            folder,
            catalog: catalog::read(demo_site()).catalog.expect("the demo site"),
            runtime: tokio::runtime::Runtime::new().expect("a runtime"),
        }
    }

    /// A report of an overflowing bin, so many metres east of a spot and minutes after an instant.
    fn report(&self, east_m: f64, minutes: i64) -> NewReport {
        let at: Timestamp = "2026-03-04T02:00:00Z".parse().expect("an instant");
        let captured_at = at + SignedDuration::from_mins(minutes);
        let category = self.catalog.routing.category("020120").expect("in the lists").clone();
        let spot = Position::new(110.0331 + east_m / 84_800.0, 40.4109).expect("a position");
        NewReport {
            site: "demo".into(),
            actor: "tester".into(),
            report: Report {
                id: Uuid::now_v7(),
                source: "resident".into(),
                external_id: None,
                nature: Nature::Event,
                category: Some(category.code.clone()),
                position: Some(spot),
                given: None,
                accuracy_m: None,
                captured_at,
                received_at: captured_at,
                description: Some("满了".into()),
                address: None,
                place: None,
                contact: None,
                placed: placed(Outcome::Inside),
                catalog_version: self.catalog.version.as_str().into(),
            },
            idempotency: None,
            past: None,
            evidence: Vec::new(),
            case_id: Uuid::now_v7(),
            verified: false,
            terms: Arc::clone(&self.catalog.terms),
            zone: TimeZone::get("Asia/Shanghai").expect("bundled"),
        }
    }

    fn accept(&self, new: NewReport) -> Result<gridwatch::io::store::Accepted, StoreError> {
        self.runtime.block_on(self.store.accept(new))
    }

    fn all(&self, filter: CaseFilter) -> Vec<String> {
        let filter = CaseFilter { visible: staff(), ..filter };
        let page = self.store.cases("demo", &filter, None, 1000).expect("a page");
        page.cases.into_iter().map(|case| case.number).collect()
    }
}

/// What the staff may see.
fn staff() -> Sight {
    Actor::of(ActorKind::Program, "tester").sight()
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
        reasons: vec![Reason::NoDepartment],
    }
}

#[test]
fn what_was_accepted_is_there_after_the_store_was_opened_again() {
    let desk = Desk::new();
    let accepted = desk.accept(desk.report(0.0, 0)).expect("accepted");
    assert_eq!((accepted.case.number.as_str(), accepted.case.status), ("2026-000001", Status::ToVerify));
    let Desk { folder, store, .. } = desk;
    drop(store);
    let again = Store::open(&folder.path().join("store.db")).expect("the same store");
    assert_eq!(again.case("demo", accepted.case.id).expect("read"), Some(accepted.case));
    assert_eq!(again.case("elsewhere", Uuid::now_v7()).expect("read"), None);
}

#[test]
fn the_same_thing_again_joins_the_open_case_and_another_opens_its_own() {
    let desk = Desk::new();
    let first = desk.accept(desk.report(0.0, 0)).expect("accepted").case;
    let radius_m = desk.catalog.routing.category("020120").expect("there").merge_radius_m;
    let joined = desk.accept(desk.report(radius_m - 1.0, 30)).expect("accepted");
    assert_eq!((joined.case.id, joined.case.reports, joined.case.version), (first.id, 2, 2));
    assert_ne!(desk.accept(desk.report(radius_m + 2.0, 30)).expect("accepted").case.id, first.id, "too far away");
    assert_ne!(desk.accept(desk.report(0.0, 100_000)).expect("accepted").case.id, first.id, "too late");
    let mut other = desk.report(0.0, 10);
    other.report.category = None;
    assert_ne!(desk.accept(other).expect("accepted").case.id, first.id, "no rule, no joining");
}

#[test]
fn a_repeated_key_is_answered_the_same_and_done_once() {
    let desk = Desk::new();
    let with_key = |request: &str| {
        let mut new = desk.report(0.0, 0);
        new.report.category = None;
        new.idempotency = Some(IdempotencyKey { key: "k".into(), request: request.into() });
        new
    };
    let first = desk.accept(with_key("r")).expect("accepted");
    let second = desk.accept(with_key("r")).expect("answered");
    assert_eq!((second.report_id, second.repeated), (first.report_id, true));
    assert_eq!(desk.accept(with_key("another")), Err(StoreError::KeyReused));
    assert_eq!(desk.all(CaseFilter::default()).len(), 1);
}

#[test]
fn ten_thousand_equal_keys_at_once_make_one_case() {
    let desk = Desk::new();
    let mut new = desk.report(0.0, 0);
    new.report.category = None;
    new.idempotency = Some(IdempotencyKey { key: "k".into(), request: "r".into() });
    let ids = desk.runtime.block_on(async {
        let tasks: Vec<_> = (0..10_000)
            .map(|_| {
                let (store, mut new) = (desk.store.clone(), new.clone());
                (new.report.id, new.case_id) = (Uuid::now_v7(), Uuid::now_v7());
                tokio::spawn(async move { store.accept(new).await.expect("answered").report_id })
            })
            .collect();
        let mut ids = std::collections::BTreeSet::new();
        for task in tasks {
            ids.insert(task.await.expect("no panic"));
        }
        ids
    });
    assert_eq!((ids.len(), desk.all(CaseFilter::default()).len()), (1, 1));
}

#[test]
fn a_senders_own_id_is_taken_once() {
    let desk = Desk::new();
    let with_id = |source: &str| {
        let mut new = desk.report(0.0, 0);
        new.report.category = None;
        (new.report.source, new.report.external_id) = (source.into(), Some("4711".into()));
        new
    };
    assert!(!desk.accept(with_id("hotline")).expect("accepted").repeated);
    assert!(desk.accept(with_id("hotline")).expect("answered").repeated);
    assert!(!desk.accept(with_id("elsewhere")).expect("accepted").repeated, "another source counts for itself");
    let mut of_another = with_id("hotline");
    of_another.actor = "somebody else".into();
    assert!(!desk.accept(of_another).expect("accepted").repeated, "so does another sender");
}

#[test]
fn a_full_disk_keeps_nothing_of_the_report_and_goes_on_when_there_is_room() {
    let desk = Desk::new();
    desk.accept(desk.report(0.0, 0)).expect("room so far");
    let pages = desk.runtime.block_on(desk.store.limit_pages(1)).expect("the least there can be");
    let mut refused = 0;
    for minute in 0..200 {
        let mut new = desk.report(5_000.0 + f64::from(minute) * 500.0, 0);
        new.report.description = Some("长".repeat(2_000));
        match desk.accept(new) {
            Ok(_) => assert_eq!(refused, 0, "once full, full"),
            Err(error) => {
                assert_eq!(error, StoreError::Full);
                refused += 1;
            }
        }
    }
    assert!(refused > 0, "{pages} pages were enough");
    let kept = desk.all(CaseFilter::default());
    desk.runtime.block_on(desk.store.limit_pages(1_000_000)).expect("room again");
    desk.accept(desk.report(0.0, 100_000)).expect("goes on");
    assert_eq!(desk.all(CaseFilter::default()).len(), kept.len() + 1);
    let changes = desk.store.updates_since("demo", 0, 1_000).expect("the log");
    assert_eq!(changes.len(), kept.len() + 1, "the log has what the cases have");
}

#[test]
fn whoever_listens_hears_every_committed_change_in_order_and_can_catch_up() {
    let desk = Desk::new();
    let mut live = desk.store.listen();
    for i in 0..20 {
        desk.accept(desk.report(f64::from(i) * 300.0, 0)).expect("accepted");
    }
    let heard: Vec<_> = std::iter::from_fn(|| live.try_recv().ok()).collect();
    let logged = desk.store.updates_since("demo", 0, 100).expect("the log");
    assert_eq!(heard.iter().map(|update| (**update).clone()).collect::<Vec<_>>(), logged);
    assert!(logged.windows(2).all(|pair| pair[0].seq < pair[1].seq));
    assert!(matches!(&logged[0].change, Change::CaseOpened { case } if case.number == "2026-000001"));
    let rest = desk.store.updates_since("demo", logged[14].seq, 100).expect("the rest");
    assert_eq!(rest, logged[15..]);
    let snapshot = desk
        .store
        .snapshot("demo", 5, &FindingFilter { visible: staff(), ..FindingFilter::default() }, Timestamp::MAX)
        .expect("a snapshot");
    assert_eq!((snapshot.open_cases.len(), snapshot.seq), (5, logged[19].seq));
}

#[test]
fn lists_are_filtered_paged_and_never_show_what_is_restricted() {
    let desk = Desk::new();
    for i in 0..25 {
        let mut new = desk.report(f64::from(i) * 300.0, i64::from(i));
        if i == 24 {
            let categories = desk.catalog.routing.categories().iter();
            let restricted = categories.clone().find(|category| category.visibility == Visibility::Restricted);
            new.report.category = restricted.map(|category| category.code.clone());
        }
        if i % 5 == 0 {
            new.report.placed = placed(Outcome::Unplaced);
        }
        desk.accept(new).expect("accepted");
    }
    assert_eq!(desk.all(CaseFilter::default()).len(), 24);
    assert_eq!(desk.all(CaseFilter { status: Some("triage".into()), ..CaseFilter::default() }).len(), 5);
    let bbox = Some([110.0331 - 1e-4, 40.41, 110.0331 + 2.5 * 300.0 / 84_800.0, 40.42]);
    assert_eq!(desk.all(CaseFilter { bbox, ..CaseFilter::default() }).len(), 3);
    let from = Some("2026-03-04T02:10:00Z".parse().expect("an instant"));
    let to = Some("2026-03-04T02:12:00Z".parse().expect("an instant"));
    assert_eq!(desk.all(CaseFilter { from, to, ..CaseFilter::default() }), ["2026-000012", "2026-000011"]);

    let filter = CaseFilter { visible: staff(), ..CaseFilter::default() };
    let (mut after, mut seen) = (None, Vec::new());
    loop {
        let page = desk.store.cases("demo", &filter, after, 7).expect("a page");
        seen.extend(page.cases.into_iter().map(|case| case.number));
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    assert_eq!(seen, desk.all(CaseFilter::default()));
}
