//! `gridwatch assign` from end to end: a million rows of CSV from file to file, by the real binary.
//!
//! The baseline is the least that any such program must do: the `csv` crate reads the same file and writes the same
//! rows, places nothing, checks nothing. Reading the site is told apart (`startup`), by a table without rows.
#![expect(clippy::expect_used, reason = "a bench stops where it errs")]

#[path = "../tests/it/lattice.rs"]
mod lattice;
mod measure;

use std::{
    fmt::Write as _,
    fs::{self, File},
    io::{BufWriter, Write as _},
    path::Path,
    process::{Command, Stdio},
    time::Instant,
};

use geo::Rect;
use geojson::{Feature, FeatureCollection, Geometry, JsonObject};
use gridwatch::domain::geo::Area;
use lattice::{Plan, Random};
use measure::{budget, cpu_s, median, tell};
use nix::sys::resource::UsageWho;

const ROWS: usize = 1_000_000;
const CATEGORIES: usize = 40;

fn main() {
    let folder = tempfile::tempdir().expect("a place to write");
    for grids in [28, 1_500] {
        let site = folder.path().join(grids.to_string());
        let town = Plan::town(grids);
        write_site(&site, &town.areas());
        measure(&format!("assign.{grids}"), &site, town.heart());
    }
}

/// What one run took.
struct Run {
    wall_s: f64,
    cpu_s: f64,
}

fn measure(name: &str, site: &Path, town: Rect<f64>) {
    let (rows, no_rows, output) = (site.join("rows.csv"), site.join("none.csv"), site.join("out.csv"));
    write_rows(&rows, town, ROWS);
    write_rows(&no_rows, town, 0);
    let assign = |input: &Path, threads: &str| {
        timed(UsageWho::RUSAGE_CHILDREN, || {
            let mut command = Command::new(env!("CARGO_BIN_EXE_gridwatch"));
            command.arg("assign").arg("--site").arg(site).arg("--threads").arg(threads);
            command.arg("--input").arg(input).arg("--output").arg(&output).stderr(Stdio::null());
            assert!(command.status().expect("the binary starts").success(), "assign failed");
        })
    };
    let (mut startup, mut one, mut two, mut copied) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let begun = Instant::now();
    while startup.len() < 3 || begun.elapsed() < 4 * budget() {
        startup.push(assign(&no_rows, "1"));
        one.push(assign(&rows, "1"));
        two.push(assign(&rows, "2"));
        copied.push(timed(UsageWho::RUSAGE_SELF, || copy(&rows, &output)));
    }
    let wall_s = |runs: &[Run]| median(runs.iter().map(|run| run.wall_s).collect());
    let cpu_s = |runs: &[Run]| median(runs.iter().map(|run| run.cpu_s).collect());
    let us_per_row = |cpu_s: f64| cpu_s * 1e6 / ROWS as f64;
    tell(&format!("{name}.startup"), wall_s(&startup) * 1e3, "ms");
    for (threads, runs) in [("threads_1", &one), ("threads_2", &two)] {
        tell(&format!("{name}.{threads}"), ROWS as f64 / wall_s(runs), "rows/s");
        tell(&format!("{name}.{threads}.cpu"), us_per_row(cpu_s(runs) - cpu_s(&startup)), "us/row");
    }
    tell(&format!("{name}.csv_copy"), ROWS as f64 / wall_s(&copied), "rows/s");
    tell(&format!("{name}.csv_copy.cpu"), us_per_row(cpu_s(&copied)), "us/row");
    tell(&format!("{name}.gridwatch_over_csv_copy"), (cpu_s(&one) - cpu_s(&startup)) / cpu_s(&copied), "x");
}

fn timed(who: UsageWho, work: impl FnOnce()) -> Run {
    let (begun, before_s) = (Instant::now(), cpu_s(who));
    work();
    Run { wall_s: begun.elapsed().as_secs_f64(), cpu_s: cpu_s(who) - before_s }
}

fn copy(input: &Path, output: &Path) {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(input).expect("readable");
    let mut writer = csv::Writer::from_path(output).expect("writable");
    let mut record = csv::ByteRecord::new();
    while reader.read_byte_record(&mut record).expect("plain rows") {
        writer.write_byte_record(&record).expect("writable");
    }
    writer.flush().expect("writable");
}

/// Reports as phones send them, about a hundred bytes each.
fn write_rows(path: &Path, town: Rect<f64>, count: usize) {
    let mut random = Random::of(&[5]);
    let mut out = BufWriter::new(File::create(path).expect("writable"));
    writeln!(out, "id,captured_at,lon,lat,category,description").expect("writable");
    for (i, at) in lattice::points(town, count, 4).iter().enumerate() {
        let (day, hour, minute) = (1 + random.below(28), random.below(24), random.below(60));
        let category = random.below(CATEGORIES);
        let (lon, lat) = (at.lon(), at.lat());
        write!(out, "R{i:07},2026-03-{day:02} {hour:02}:{minute:02}:00,{lon:.7},{lat:.7},C{category:04},")
            .expect("writable");
        writeln!(out, "\"路灯不亮, 3号楼东侧 no. {i}\"").expect("writable");
    }
    out.flush().expect("writable");
}

/// Grids with a department each and a list of categories, half of which have a department of their own.
fn write_site(site: &Path, areas: &[Area]) {
    let geodata = site.join("geodata");
    fs::create_dir_all(&geodata).expect("writable");
    let feature = |(i, area): (usize, &Area)| {
        let code = lattice::code(i);
        let mut properties = JsonObject::new();
        let members = [("code", code.as_str()), ("name", &code), ("level", "grid"), ("department", "D1")];
        properties.extend(members.map(|(name, value)| (name.to_owned(), value.into())));
        let geometry = Some(Geometry::new(area.into()));
        Feature { bbox: None, geometry, id: None, properties: Some(properties), foreign_members: None }
    };
    let features = areas.iter().enumerate().map(feature).collect();
    let mut members = JsonObject::new();
    members.insert("datum".to_owned(), "wgs84".into());
    let grids = FeatureCollection { bbox: None, features, foreign_members: Some(members) };
    fs::write(geodata.join("grids.geojson"), grids.to_string()).expect("writable");

    let departments =
        "[[department]]\ncode = \"D1\"\nname = \"城管\"\n\n[[department]]\ncode = \"D2\"\nname = \"供电\"\n";
    fs::write(geodata.join("departments.toml"), departments).expect("writable");
    let mut categories = String::from("code,kind,list,class,name,department,visibility\n");
    for i in 0..CATEGORIES {
        let department = ["", "D2"][i % 2];
        writeln!(categories, "C{i:04},event,governance,城市管理,类别{i},{department},public").expect("text");
    }
    fs::write(geodata.join("categories.csv"), categories).expect("writable");
}
