//! `gridwatch hotspots`: where there is more than chance explains.

mod incidents;
mod polygons;

use std::{collections::HashMap, path::PathBuf, process::ExitCode};

use anyhow::{Context, ensure};
use jiff::Timestamp;

use super::{Language, check, events::EventArgs, is_there, one_of, sink::Sink};
use crate::{
    domain::{
        analysis::{
            figures::Period,
            heat::Shape as Kernel,
            hotspot::{Density, Edge, LEAST_EPS_M, MOST_EPS_M, Neighbors, Permutations, Shape},
            planning::{BANDWIDTHS_M, Exposure, Grain, Ground, Method, Per, Question},
        },
        duty::{Request, place},
        geo::Position,
        grid::{Coverage, GridCode},
    },
    io::{catalog, tables::value::parse_instant},
    service::planning::{Format, Origin, Paper, Rows},
};

#[derive(clap::Args)]
pub struct Args {
    /// The site's folder: its grids count the events
    #[arg(long, default_value = ".", value_name = "DIR")]
    site: PathBuf,
    /// CSV of events, or GeoJSON of polygons with a value
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    #[arg(long, value_name = "M", value_parser = one_of::<Method>)]
    method: Method,
    /// Of polygons: the property that is their value
    #[arg(long, value_name = "COL")]
    value: Option<String>,
    /// Count by cells and not by grids: hex:200 (metres), square:500, hex:auto
    #[arg(long, value_name = "CELLS")]
    cells: Option<Shape>,
    /// What makes neighbours: queen, rook, knn:8, band:500
    #[arg(long, default_value = "queen", value_name = "W")]
    weights: Neighbors,
    #[arg(long, default_value_t = 999, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=99_999))]
    permutations: u32,
    /// Of the dice: the same gives the same
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Of dbscan: how near incidents are that belong together, in metres
    #[arg(long, default_value_t = 60.0, value_name = "M")]
    eps_m: f64,
    /// Of dbscan: how many make a cluster, each counted itself
    #[arg(long, default_value_t = 12, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    min_points: u32,
    /// Of kde: gaussian, quartic, epanechnikov or triweight
    #[arg(long, default_value = "quartic", value_name = "K", value_parser = one_of::<Kernel>)]
    kernel: Kernel,
    /// Of kde: standard deviation of a Gaussian, radius of the others [default: by a rule]
    #[arg(long, value_name = "M")]
    bandwidth_m: Option<f64>,
    /// Of kde: how what falls off the ground is made good: uniform, diggle or none
    #[arg(long, default_value_t, value_name = "E", value_parser = one_of::<Edge>)]
    edge: Edge,
    /// Of emerging: days of a step
    #[arg(long, default_value_t = 7, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=366))]
    step_days: u32,
    /// Events from this instant, inclusive; a date, or one without an offset, in the zone of --tz
    #[arg(long, value_name = "T")]
    from: Option<String>,
    /// To this instant, exclusive
    #[arg(long, value_name = "T")]
    to: Option<String>,
    /// A period that is held against, or none [default: as long, right before, if the table has events of it]
    #[arg(long, value_name = "FROM/TO")]
    compare: Option<String>,
    /// Events of this category alone
    #[arg(long, value_name = "C")]
    only_category: Option<String>,
    /// Column of the way in: camera, hotline, patrol, … [default: source or 来源]
    #[arg(long, value_name = "COL")]
    source: Option<String>,
    /// Rates: per thousand households of the grids
    #[arg(long, value_name = "X", value_parser = ["households"])]
    per: Option<String>,
    /// Rates: CSV of grid code and amount to divide by: camera hours, patrols, residents
    #[arg(long, value_name = "FILE", conflicts_with = "per")]
    exposure: Option<PathBuf>,
    /// Of rates: a grid with less is unobserved
    #[arg(long, default_value_t = 100, value_name = "N")]
    floor: u32,
    /// Count incidents on points where a geocoder piles up what it does not know
    #[arg(long)]
    keep_piles: bool,
    /// geojson, csv, xlsx or html
    #[arg(long, default_value_t, value_name = "F", value_parser = one_of::<Format>)]
    format: Format,
    /// Rows of geojson and csv: findings or hotspots
    #[arg(long, default_value_t, value_name = "R", value_parser = one_of::<Rows>)]
    rows: Rows,
    /// [default: standard output]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    events: EventArgs,
}

impl Args {
    fn permutations(&self) -> Permutations {
        Permutations { count: self.permutations, seed: self.seed }
    }
}

pub fn run(args: &Args, language: Language) -> anyhow::Result<ExitCode> {
    let written = match &args.value {
        Some(value) => polygons::study(args, value, language)?,
        None => report(args, language)?,
    };
    let mut sink = Sink::open(args.output.as_deref(), language)?;
    sink.write(&written)?;
    sink.finish()?;
    Ok(ExitCode::SUCCESS)
}

/// Events of a table, studied on the grids of the site.
#[expect(clippy::print_stderr, reason = "a command line prints")]
fn report(args: &Args, language: Language) -> anyhow::Result<Vec<u8>> {
    is_there(&args.site, language)?;
    let reading = catalog::read(&args.site);
    let Some(catalog) = &reading.catalog else { return Err(check::damaged(&reading, &args.site, language)) };
    let site_zone = &catalog.settings.time_zone;
    let events = args.events.open(Some(&args.input), (site_zone, true), language, |raw, _| raw)?;
    let (name, zone) = (events.name.clone(), events.table.zone().clone());
    let instant = |option: &str, text: &str| {
        parse_instant(text, &zone).with_context(|| format!("--{option}: \"{text}\" is no time"))
    };
    let one = |option: &str, text: Option<&String>| text.map(|text| instant(option, text)).transpose();
    let period = Period { from: one("from", args.from.as_ref())?, to: one("to", args.to.as_ref())? };
    if let (Some(from), Some(to)) = (period.from, period.to) {
        ensure!(from < to, "--from {from} is not before --to {to}");
    }
    let compare = match args.compare.as_deref() {
        None => period.before(),
        Some("none") => None,
        Some(text) => Some(incidents::span("compare", text, instant)?),
    };
    let mut question = question(args, period, compare)?;
    let coverage = catalog.coverages.at(question.grids_at(Timestamp::now()));
    question.exposure = exposure(args, coverage)?;
    let nearest_m = catalog.settings.nearest_m;
    let department = |position: Position, category: &str| {
        let request = Request { position: Some(position), accuracy: None, category: Some(category), edge: false };
        Some(place(coverage, &catalog.routing, nearest_m, &request).department()?.as_str().to_owned())
    };
    let incidents = incidents::read(args, events, department, language)?;
    if args.compare.is_none() {
        // A table of one month says nothing of the month before.
        let times = || incidents.all.iter().filter_map(|incident| incident.at);
        let has = |span: &(Timestamp, Timestamp)| times().any(|at| (span.0..span.1).contains(&at));
        question.compare = question.compare.filter(has);
    }
    let report = question.study(&incidents, Ground { coverage, nearest_m, zone: &zone });
    let report = report.map_err(|error| anyhow::Error::msg(language.say(&error)))?;
    for warning in &report.warnings {
        eprintln!("{}", language.say(warning));
    }
    let origin = Origin {
        of: name,
        as_of: None,
        category: args.only_category.clone(),
        hidden: 0,
        zone: zone.clone(),
        made_at: Timestamp::now(),
    };
    let (question, report, incidents) = (&question, &report, &incidents);
    Paper { question, report, incidents, catalog, coverage, language, origin }.write(args.format, args.rows)
}

fn question(args: &Args, period: Period, compare: Option<(Timestamp, Timestamp)>) -> anyhow::Result<Question> {
    ensure!(
        (LEAST_EPS_M..=MOST_EPS_M).contains(&args.eps_m),
        "--eps-m {}: from {LEAST_EPS_M} to {MOST_EPS_M} metres",
        args.eps_m
    );
    if let Some(width) = args.bandwidth_m {
        ensure!(BANDWIDTHS_M.contains(&width), "--bandwidth-m {width}: from 1 to 100000 metres");
    }
    Ok(Question {
        method: args.method,
        grain: args.cells.map_or(Grain::Grids, Grain::Cells),
        compare,
        neighbors: args.weights,
        permutations: args.permutations(),
        keep_piles: args.keep_piles,
        density: Density { eps_m: args.eps_m, min_points: args.min_points as usize },
        kernel: args.kernel,
        bandwidth_m: args.bandwidth_m,
        edge: args.edge,
        step_days: args.step_days,
        ..Question::of(period)
    })
}

/// What counts are divided by.
fn exposure(args: &Args, coverage: &Coverage) -> anyhow::Result<Option<Exposure>> {
    let Some(file) = &args.exposure else {
        return Ok(args.per.as_ref().map(|_| Exposure::households(coverage, args.floor)));
    };
    let name = file.display();
    let mut table = csv::Reader::from_path(file).with_context(|| format!("cannot read {name}"))?;
    let mut of_grid = HashMap::new();
    for (number, row) in table.deserialize::<(String, f64)>().enumerate() {
        let (code, amount) = row.with_context(|| format!("{name}: row {}", number + 1))?;
        ensure!(amount.is_finite() && amount >= 0.0, "{name}: row {}: {amount} is no amount", number + 1);
        let code = GridCode::new(code);
        let known = coverage.hierarchy.leaves().iter().any(|leaf| coverage.hierarchy.grid(*leaf).code == code);
        ensure!(known, "{name}: row {}: there is no grid {code}", number + 1);
        ensure!(of_grid.insert(code, amount).is_none(), "{name}: row {}: this grid is there twice", number + 1);
    }
    Ok(Some(Exposure { per: Per::Given, of_grid, floor: f64::from(args.floor) }))
}
