//! A store with as many cases as a city gathers in years, made in a minute: through the store's own schema, row by row
//! as intake and casework write them, with the indexes built at the end. The log and the trails are left out: nothing
//! that is measured here reads them.
#![allow(clippy::expect_used, dead_code, reason = "a bench stops where it errs")]

#[path = "../../tests/it/lattice.rs"]
pub mod lattice;
pub mod life;

use std::{
    collections::{BTreeSet, HashMap},
    path::Path,
};

use gridwatch::{
    domain::{
        case::Case,
        duty::{CategoryCode, DepartmentCode, Request, place},
        event::{Nature, Report},
        geo::Position,
    },
    io::{
        catalog::{self, Catalog},
        store::Store,
    },
};
use jiff::Timestamp;
use lattice::Random;
use rusqlite::{Connection, params};
use uuid::Uuid;

/// Cases in the store; `GRIDWATCH_CASES` for another number.
pub fn cases() -> usize {
    std::env::var("GRIDWATCH_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(1_000_000)
}

/// The newest so many are open; older ones are done.
pub const OPEN: usize = 20_000;
/// The oldest is so many days old.
pub const DAYS: i64 = 5 * 365;
/// West, south, east, north of where they are.
pub const TOWN: [f64; 4] = [110.015, 40.395, 110.055, 40.420];
/// Different places with their category and what that makes of them.
const SPOTS: usize = 20_000;

/// A place with a category, placed.
struct Spot {
    position: Position,
    category: String,
    visibility: String,
    outcome: String,
    levels: Vec<String>,
    /// What would be told of it.
    report: Report,
}

pub fn site() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Fills a new store in this data folder; the cases end now.
pub fn fill(data: &Path, count: usize) {
    let file = data.join("gridwatch.db");
    drop(Store::open(&file).expect("a store"));
    let catalog = catalog::read(site()).catalog.expect("the demo site");
    let spots = spots(&catalog);
    let mut connection = Connection::open(&file).expect("a store");
    connection.pragma_update(None, "synchronous", "OFF").expect("set");
    connection.pragma_update(None, "cache_size", -400_000).expect("set");
    let all = connection.transaction().expect("begun");
    let indexes = take_indexes(&all);
    let paths = keep_paths(&all, &spots);
    let mut random = Random::of(&[7]);
    let now = Timestamp::now().as_millisecond();
    let step = DAYS * 86_400_000 / count as i64;
    {
        let mut case = all
            .prepare(
                "INSERT INTO cases (id, site, number, status, is_open, nature, category, visibility, department,
                     path, outcome, source, lon, lat, catalog_version, opened_at, due_at, wake_at, updated_at, version,
                     state)
                 VALUES (?, 'main', ?, ?, ?, 'event', ?, ?, ?, ?, ?, 'informant', ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )
            .expect("sound SQL");
        let mut told = all
            .prepare(
                "INSERT INTO report (id, site, case_id, actor, source, nature, category, lon, lat, captured_at,
                     received_at, placed, catalog_version)
                 VALUES (randomblob(16), 'main', ?1, 'informant-024', 'informant', 'event', ?3, ?4, ?5, ?2, ?2, '{}', ?6)",
            )
            .expect("sound SQL");
        let mut place = all.prepare("INSERT INTO case_place VALUES (?, ?, ?, ?, ?)").expect("sound SQL");
        for i in 0..count {
            // A few kinds of matter make most of the cases.
            let spot = &spots[random.below(SPOTS).min(random.below(SPOTS))];
            let opened_at = now - (count - i) as i64 * step + random.below(step as usize) as i64;
            let [a, b] = [random.next().to_le_bytes(), random.next().to_le_bytes()];
            let tail: [u8; 10] = std::array::from_fn(|i| if i < 8 { a[i] } else { b[i - 8] });
            let id = uuid::Builder::from_unix_timestamp_millis(opened_at as u64, &tail).into_uuid();
            let (lon, lat) =
                (spot.position.lon() + random.between(-1e-4, 1e-4), spot.position.lat() + random.between(-1e-4, 1e-4));
            let at = Timestamp::from_millisecond(opened_at).expect("an instant");
            let report = Report {
                position: Position::new(lon, lat).ok(),
                captured_at: at,
                received_at: at,
                ..spot.report.clone()
            };
            let number = format!("2026-{i:06}");
            let (opened, _) = Case::open(id, number, &report, "bench", false, &catalog.terms);
            let steps = if i + OPEN >= count { random.below(life::STEPS) } else { life::STEPS };
            let state = life::lived(opened, steps, &mut random, &catalog.terms);
            let ms = |at: Option<Timestamp>| at.map(Timestamp::as_millisecond);
            let entry = case
                .insert(params![
                    id,
                    state.number,
                    state.status.to_string(),
                    state.status.is_open(),
                    spot.category,
                    spot.visibility,
                    state.department().map(DepartmentCode::as_str),
                    paths.get(&spot.levels),
                    spot.outcome,
                    lon,
                    lat,
                    catalog.version.as_str(),
                    opened_at,
                    ms(state.due_at),
                    ms(state.wake_at),
                    ms(Some(state.updated_at)),
                    state.version,
                    serde_json::to_string(&state).expect("JSON"),
                ])
                .expect("kept");
            place.execute(params![entry, lon, lon, lat, lat]).expect("kept");
            told.execute(params![id, opened_at, spot.category, lon, lat, catalog.version.as_str()]).expect("kept");
        }
    }
    for index in indexes {
        all.execute_batch(&index).expect("made");
    }
    all.commit().expect("kept");
    connection.pragma_update(None, "wal_checkpoint", "TRUNCATE").expect("done");
}

/// The ways up from the grids, by their numbers.
fn keep_paths(connection: &Connection, spots: &[Spot]) -> HashMap<Vec<String>, i64> {
    let all: BTreeSet<_> = spots.iter().map(|spot| &spot.levels).filter(|levels| !levels.is_empty()).collect();
    let mut path = connection.prepare("INSERT INTO grid_path (site, codes) VALUES ('main', ?)").expect("sound SQL");
    let mut level = connection.prepare("INSERT INTO grid_path_level VALUES ('main', ?, ?)").expect("sound SQL");
    let mut keep = |levels: &Vec<String>| {
        let number = path.insert([levels.join(" ")]).expect("kept");
        for code in levels {
            level.execute((code, number)).expect("kept");
        }
        (levels.clone(), number)
    };
    all.into_iter().map(&mut keep).collect()
}

/// Built at once at the end, they take a tenth of the time.
fn take_indexes(connection: &Connection) -> Vec<String> {
    let mut find = connection
        .prepare("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name IN ('cases', 'report') AND sql IS NOT NULL")
        .expect("sound SQL");
    let found = find.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("rows");
    let found: Vec<(String, String)> = found.collect::<Result<_, _>>().expect("texts");
    for (name, _) in &found {
        connection.execute_batch(&format!("DROP INDEX {name}")).expect("dropped");
    }
    found.into_iter().map(|(_, sql)| sql).collect()
}

fn spots(catalog: &Catalog) -> Vec<Spot> {
    let mut random = Random::of(&[11]);
    let categories = catalog.routing.categories();
    let coverage = catalog.coverages.at(Timestamp::now());
    let [west, south, east, north] = TOWN;
    let spot = |_| {
        let position = Position::new(random.between(west, east), random.between(south, north)).expect("in town");
        let category = &categories[random.below(categories.len()).min(random.below(categories.len()))];
        let request = Request {
            position: Some(position),
            accuracy: None,
            category: Some(CategoryCode::as_str(&category.code)),
            edge: true,
        };
        let placed =
            place(coverage, &catalog.routing, catalog.settings.nearest_m, &request).settled(coverage, &catalog.routing);
        Spot {
            position,
            category: category.code.as_str().to_owned(),
            visibility: category.visibility.to_string(),
            outcome: placed.outcome.to_string(),
            levels: placed.path.iter().map(|step| step.code.as_str().to_owned()).collect(),
            report: Report {
                id: Uuid::nil(),
                source: "resident".into(),
                external_id: None,
                nature: Nature::Event,
                category: Some(category.code.clone()),
                position: Some(position),
                given: None,
                accuracy_m: None,
                captured_at: Timestamp::UNIX_EPOCH,
                received_at: Timestamp::UNIX_EPOCH,
                description: None,
                address: None,
                place: None,
                contact: None,
                placed,
                catalog_version: catalog.version.as_str().to_owned(),
            },
        }
    };
    (0..SPOTS).map(spot).collect()
}
