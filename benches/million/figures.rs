//! Steps on cases of a full store, and figures of a month of it.

use std::{path::Path, sync::Arc, time::Instant};

use arc_swap::ArcSwap;
use gridwatch::{
    domain::{
        analysis::figures::{Dimension, Measure, Period, Tally},
        case::{Action, Case, Deed},
        people::{Actor, ActorKind},
    },
    io::{
        catalog,
        store::{CaseFilter, Store, Taken, ToTake},
    },
    service::{clock::SystemClock, figures::Figures},
};
use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;
use tokio::sync::Semaphore;

use crate::{
    bulk,
    measure::{budget, median, tell},
    million_lists::tell_percentiles,
};

const SITE: &str = "main";

/// A remark on an open case, durable when it is answered; in turn with the least that is durable at all: a row of the
/// same store changed by plain SQL.
pub async fn steps(data: &Path) {
    let store = Store::open(&data.join("gridwatch.db")).expect("a store");
    let plain = Connection::open(data.join("gridwatch.db")).expect("a store");
    plain.pragma_update(None, "synchronous", "FULL").expect("set");
    let catalog = catalog::read(bulk::site()).catalog.expect("the demo site");
    let department = &catalog.routing.departments()[0].code;
    let actor = bulk::life::somebody(department);
    let filter = CaseFilter { visible: Actor::of(ActorKind::Administrator, "bench").sight(), ..CaseFilter::default() };
    let open: Vec<Case> = store.cases(SITE, &filter, None, 1_000).expect("a page").cases;
    let open: Vec<&Case> = open.iter().filter(|case| case.status.is_open()).collect();
    let (mut ours, mut least) = (Vec::new(), Vec::new());
    let begun = Instant::now();
    while ours.len() < 300 || begun.elapsed() < budget() {
        let case = open[ours.len() % open.len()];
        let deed = Deed { note: Some("seen".into()), ..Deed::from(Action::Remark) };
        let to_take = ToTake {
            site: SITE.into(),
            case: case.id,
            version: None,
            deeds: vec![deed],
            actor: actor.clone(),
            now: Timestamp::now(),
            terms: Arc::clone(&catalog.terms),
            idempotency: None,
        };
        let step = Instant::now();
        let taken = store.take(to_take).await.expect("kept");
        ours.push(step.elapsed().as_secs_f64() * 1e3);
        assert!(matches!(taken, Taken::Done(_)), "{taken:?}");
        let step = Instant::now();
        plain.execute("UPDATE cases SET wake_at = wake_at WHERE id = ?", [case.id]).expect("kept");
        least.push(step.elapsed().as_secs_f64() * 1e3);
    }
    tell_percentiles("step", &ours);
    tell_percentiles("step.plain_update", &least);
}

/// All figures of the last thirty days by department; and one of them in SQL of its own, over the clocks as JSON.
pub async fn tallies(data: &Path) {
    let store = Store::open(&data.join("gridwatch.db")).expect("a store");
    let catalog = catalog::read(bulk::site()).catalog.expect("the demo site");
    let figures = Figures {
        site: Arc::from(SITE),
        catalog: Arc::new(ArcSwap::from_pointee(catalog)),
        store,
        clock: Arc::new(SystemClock),
        turns: Arc::new(Semaphore::new(1)),
    };
    let to = Timestamp::now();
    let period = Period { from: Some(to - SignedDuration::from_hours(24 * 30)), to: Some(to) };
    let plain = Connection::open(data.join("gridwatch.db")).expect("a store");
    let (mut ours, mut sql) = (Vec::new(), Vec::new());
    while ours.len() < 5 {
        let begun = Instant::now();
        let tally = Tally::new(vec![Dimension::Department], Vec::new(), period);
        let sight = Actor::of(ActorKind::Administrator, "bench").sight();
        let tally = figures.tally(tally, sight).await.expect("figures");
        ours.push(begun.elapsed().as_secs_f64() * 1e3);
        let counted: u64 = tally.rows().map(|(_, rates)| rates.of(Measure::HandledOnTime).of).sum();
        let begun = Instant::now();
        let in_sql = handled(&plain, period);
        sql.push(begun.elapsed().as_secs_f64() * 1e3);
        assert!(in_sql > 0 && counted as i64 >= in_sql, "{counted} {in_sql}");
    }
    tell("tally.month", median(ours), "ms");
    tell("tally.month.one_figure_in_sql", median(sql), "ms");
}

/// What was handled within the period; what is late and open is left out.
fn handled(connection: &Connection, Period { from, to }: Period) -> i64 {
    let ms = |at: Option<Timestamp>| at.expect("given").as_millisecond();
    let text = |at: Option<Timestamp>| at.expect("given").to_string();
    let sql = "SELECT clock.value ->> 'department', count(*) FROM cases INDEXED BY case_by_update,
                      json_each(state, '$.clocks') AS clock
               WHERE site = 'main' AND updated_at >= ?1 AND opened_at < ?2 AND clock.value ->> 'stage' = 'handle'
                 AND min(clock.value ->> '$.ended.at', clock.value ->> '$.due_at') BETWEEN ?3 AND ?4
               GROUP BY 1";
    let mut statement = connection.prepare_cached(sql).expect("sound SQL");
    let rows = statement.query_map((ms(from), ms(to), text(from), text(to)), |row| row.get::<_, i64>(1)).expect("rows");
    rows.map(|row| row.expect("a count")).sum()
}
