//! Lists by every filter and by several at once, on the first pages and deep down.

use std::{path::Path, time::Instant};

use gridwatch::{
    domain::people::{Actor, ActorKind},
    io::{
        catalog,
        store::{CaseFilter, Store},
    },
};
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, ToSql, params_from_iter};

use crate::{
    bulk::{self, lattice::Random},
    measure::{budget, tell},
};

const PAGE: u32 = 100;
const SITE: &str = "main";
/// Pages down to where a list is followed.
const DEEP: usize = 20;

/// Filters with values drawn from the site and the town.
struct Draw {
    random: Random,
    grids: Vec<String>,
    departments: Vec<String>,
    categories: Vec<String>,
    now: Timestamp,
}

impl Draw {
    fn new() -> Self {
        let site = catalog::read(bulk::site()).catalog.expect("the demo site");
        let hierarchy = &site.coverages.at(Timestamp::now()).hierarchy;
        Self {
            random: Random::of(&[13]),
            grids: hierarchy.nodes().map(|node| hierarchy.grid(node).code.as_str().to_owned()).collect(),
            departments: site
                .routing
                .departments()
                .iter()
                .map(|department| department.code.as_str().to_owned())
                .collect(),
            categories: site.routing.categories().iter().map(|category| category.code.as_str().to_owned()).collect(),
            now: Timestamp::now(),
        }
    }

    fn one(random: &mut Random, of: &[String]) -> String {
        of[random.below(of.len())].clone()
    }

    /// `what` names members, as the query of `/api/cases` does.
    fn filter(&mut self, what: &str) -> CaseFilter {
        let Self { random, .. } = self;
        let mut filter =
            CaseFilter { visible: Actor::of(ActorKind::Program, "bench").sight(), ..CaseFilter::default() };
        for member in what.split('+') {
            match member {
                "all" => {}
                "status" => filter.status = Some(["to_verify", "closed"][random.below(2)].to_owned()),
                "grid" => filter.grid = Some(Self::one(random, &self.grids)),
                "department" => filter.department = Some(Self::one(random, &self.departments)),
                "category" => filter.category = Some(Self::one(random, &self.categories)),
                "overdue" => filter.overdue_at = Some(self.now),
                "period" => {
                    let hours = 24 * random.below(bulk::DAYS as usize) as i64;
                    let from = self.now - SignedDuration::from_hours(hours + 24 * 30);
                    (filter.from, filter.to) = (Some(from), Some(from + SignedDuration::from_hours(24 * 30)));
                }
                "bbox" => {
                    // From a street corner to half of the town.
                    let [west, south, east, north] = bulk::TOWN;
                    let share = 0.5f64.powi(1 + random.below(7) as i32);
                    let (width, height) = ((east - west) * share, (north - south) * share);
                    let (w, s) = (random.between(west, east - width), random.between(south, north - height));
                    filter.bbox = Some([w, s, w + width, s + height]);
                }
                other => unreachable!("{other}"),
            }
        }
        filter
    }
}

const LISTS: [&str; 18] = [
    "all",
    "status",
    "grid",
    "department",
    "category",
    "period",
    "bbox",
    "overdue",
    "status+department",
    "status+grid",
    "grid+category",
    "department+category",
    "grid+department+status",
    "category+period",
    "grid+period+status",
    "bbox+category",
    "bbox+period",
    "overdue+grid+department",
];

pub fn measure(data: &Path) {
    let store = Store::open(&data.join("gridwatch.db")).expect("a store");
    let plain = Connection::open(data.join("gridwatch.db")).expect("a store");
    let mut draw = Draw::new();
    let (mut all_first, mut all_deep, mut all_plain) = (Vec::new(), Vec::new(), Vec::new());
    for what in LISTS {
        let (mut first, mut deep, mut by_plan) = (Vec::new(), Vec::new(), Vec::new());
        let begun = Instant::now();
        while first.len() < 60 || begun.elapsed() < budget() {
            let filter = draw.filter(what);
            let mut after = None;
            for page in 0..DEEP {
                let begun = Instant::now();
                let found = store.cases(SITE, &filter, after, PAGE).expect("a page");
                let ms = begun.elapsed().as_secs_f64() * 1e3;
                if page == 0 {
                    first.push(ms);
                } else {
                    deep.push(ms);
                }
                after = found.next;
                if after.is_none() {
                    break;
                }
            }
            // It takes long, and its figure is a rough one anyway.
            if by_plan.len() < 20 {
                let begun = Instant::now();
                let numbers = by_planner(&plain, &filter);
                by_plan.push(begun.elapsed().as_secs_f64() * 1e3);
                let found = store.cases(SITE, &filter, None, PAGE).expect("a page").cases;
                assert!(found.iter().map(|case| &case.number).eq(&numbers), "the same list: {filter:?}");
            }
        }
        tell_percentiles(&format!("list.{what}.first"), &first);
        if !deep.is_empty() {
            tell_percentiles(&format!("list.{what}.deep"), &deep);
        }
        tell_percentiles(&format!("list.{what}.planner"), &by_plan);
        all_first.extend(first);
        all_deep.extend(deep);
        all_plain.extend(by_plan);
    }
    tell_percentiles("list.first", &all_first);
    tell_percentiles("list.deep", &all_deep);
    tell_percentiles("list.planner", &all_plain);
}

pub fn tell_percentiles(name: &str, times_ms: &[f64]) {
    let mut sorted = times_ms.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |share: f64| sorted[((sorted.len() as f64 * share) as usize).min(sorted.len() - 1)];
    tell(&format!("{name}.p50"), at(0.5), "ms");
    tell(&format!("{name}.p99"), at(0.99), "ms");
}

/// The first page as plain SQL asks for it, by its numbers.
fn by_planner(connection: &Connection, filter: &CaseFilter) -> Vec<String> {
    let mut sql = String::from("SELECT * FROM cases WHERE site = 'main' AND visibility IN ('public', 'staff')");
    let mut parameters: Vec<Box<dyn ToSql>> = Vec::new();
    let mut and = |condition: &str, value: Option<Box<dyn ToSql>>| {
        if let Some(value) = value {
            sql += condition;
            parameters.push(value);
        }
    };
    let text = |value: &Option<String>| value.clone().map(|value| Box::new(value) as Box<dyn ToSql>);
    let instant = |value: Option<Timestamp>| value.map(|at| Box::new(at.as_millisecond()) as Box<dyn ToSql>);
    and(" AND status = ?", text(&filter.status));
    and(" AND department = ?", text(&filter.department));
    and(" AND category = ?", text(&filter.category));
    and(" AND is_open = 1 AND due_at < ?", instant(filter.overdue_at));
    and(" AND opened_at >= ?", instant(filter.from));
    and(" AND opened_at < ?", instant(filter.to));
    let of_grid = " AND path IN (SELECT path FROM grid_path_level WHERE site = 'main' AND code = ?)";
    and(of_grid, text(&filter.grid));
    let inside = " AND entry IN (SELECT case_entry FROM case_place WHERE max_lon >= ?";
    let bounds = filter.bbox.map(|[west, south, east, north]| [west, east, south, north]);
    let conditions = [inside, " AND min_lon <= ?", " AND max_lat >= ?", " AND min_lat <= ?)"];
    let exact = [" AND lon >= ?", " AND lon <= ?", " AND lat >= ?", " AND lat <= ?"];
    let bounds = bounds.into_iter().flatten();
    for (condition, bound) in conditions.into_iter().chain(exact).zip(bounds.clone().chain(bounds)) {
        and(condition, Some(Box::new(bound)));
    }
    sql += " ORDER BY opened_at DESC, entry DESC LIMIT 101";
    let mut statement = connection.prepare_cached(&sql).expect("sound SQL");
    let numbers = statement.query_map(params_from_iter(parameters), |row| row.get("number")).expect("rows");
    numbers.take(PAGE as usize).collect::<Result<_, _>>().expect("texts")
}

/// What the indexes cost: reports into the full store, one at a time without a disk's flush in between counted apart.
pub fn measure_writing(data: &Path) {
    let connection = Connection::open(data.join("gridwatch.db")).expect("a store");
    connection.pragma_update(None, "synchronous", "OFF").expect("set");
    let mut insert = connection
        .prepare(
            "INSERT INTO cases SELECT NULL, randomblob(16), site, 'x' || entry || '-' || random(), status, 1, nature,
                 category, visibility, department, path, outcome, source, lon, lat, catalog_version, opened_at + 1, due_at,
                 wake_at, updated_at, version, state FROM cases WHERE entry = ?",
        )
        .expect("sound SQL");
    let mut close = connection.prepare("UPDATE cases SET status = 'triage' WHERE entry = ?").expect("sound SQL");
    let (mut random, count) = (Random::of(&[17]), bulk::cases());
    connection.execute_batch("BEGIN").expect("begun");
    for (name, statement) in [("write.insert_case", &mut insert), ("write.change_status", &mut close)] {
        let begun = Instant::now();
        let mut rows = 0;
        while rows < 2_000 || begun.elapsed() < budget() {
            rows += statement.execute([1 + random.below(count) as u32]).expect("kept");
        }
        tell(name, begun.elapsed().as_secs_f64() * 1e6 / rows as f64, "us");
    }
    connection.execute_batch("ROLLBACK").expect("undone");
}
