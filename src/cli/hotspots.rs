//! `gridwatch hotspots`: where there is more than chance explains.

use std::{fs, path::PathBuf, process::ExitCode};

use anyhow::{Context, bail, ensure};
use clap::ValueEnum;
use geojson::{Feature, Geometry, GeometryValue, JsonObject, JsonValue};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;

use super::{Language, Saying, check, events::EventArgs, is_there, one_of, sink::Sink};
use crate::{
    domain::{
        analysis::{
            hotspot::{FEW_AREAS, Neighbors, Permutations, Study},
            planning::Method,
        },
        duty::{Request, place},
        geo::Area,
        grid::NodeId,
    },
    io::{
        catalog,
        tables::{
            events::RowFault,
            geojson::{Collection, polygons},
            value::parse_instant,
        },
    },
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
    /// What makes neighbours: queen, rook, knn:8, band:500
    #[arg(long, default_value = "queen", value_name = "W")]
    weights: Neighbors,
    #[arg(long, default_value_t = 999, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=99_999))]
    permutations: u32,
    /// Of the dice: the same gives the same
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Events from this instant, inclusive; a date, or one without an offset, in the zone of --tz
    #[arg(long, value_name = "T")]
    from: Option<String>,
    /// To this instant, exclusive
    #[arg(long, value_name = "T")]
    to: Option<String>,
    /// Events of this category alone
    #[arg(long, value_name = "C")]
    only_category: Option<String>,
    #[arg(long, value_enum, default_value_t = Format::Geojson)]
    format: Format,
    /// [default: standard output]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    events: EventArgs,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Geojson,
    Csv,
}

/// Areas, with what is known of each and its value.
#[derive(Default)]
struct Read {
    properties: Vec<JsonObject>,
    geometries: Vec<Geometry>,
    areas: Vec<Area>,
    values: Vec<f64>,
}

/// Rows that could not be read which are named one by one.
const NAMED: usize = 5;

#[expect(clippy::print_stderr, reason = "a command line prints")]
pub fn run(args: &Args, language: Language) -> anyhow::Result<ExitCode> {
    let Read { mut properties, geometries, areas, values } =
        if args.value.is_some() { polygons_of(args)? } else { counts(args, language)? };
    ensure!(!areas.is_empty(), "{}: no area", args.input.display());
    let permutations = Permutations { count: args.permutations, seed: args.seed };
    let study = Study { areas: &areas, values: &values, neighbors: args.weights, permutations };
    let weights = study.weights();
    let islands = weights.islands().count();
    if islands > 0 || areas.len() < FEW_AREAS {
        eprintln!("{}", language.say(&Saying::WeakStudy { areas: areas.len(), islands }));
    }
    let mut about = json!({
        "method": args.method.to_string(), "weights": args.weights.to_string(), "n": areas.len(), "islands": islands,
        "permutations": args.permutations, "seed": args.seed, "sum": values.iter().sum::<f64>(),
    });
    let added: Vec<JsonObject> = if args.method == Method::GiStar {
        let hot = study.hot(&weights).map_err(|error| anyhow::Error::msg(language.say(&error)))?;
        hot.iter().map(object).collect()
    } else {
        let (like, global) = study.like(&weights).map_err(|error| anyhow::Error::msg(language.say(&error)))?;
        if let Some(global) = global {
            about["global"] = json!({"i": global.i, "expected": global.expected, "z": global.z, "p": global.p,
                "p_sim": global.p_sim});
        }
        like.iter().map(object).collect()
    };
    properties.iter_mut().zip(added).for_each(|(properties, added)| properties.extend(added));
    let mut sink = Sink::open(args.output.as_deref(), language)?;
    match args.format {
        Format::Csv => sink.write(&table(&properties)?)?,
        Format::Geojson => {
            let features = properties.into_iter().zip(geometries).map(|(properties, geometry)| Feature {
                geometry: Some(geometry),
                properties: Some(properties),
                ..Feature::default()
            });
            let features: Vec<Feature> = features.collect();
            let mut collection = json!({"type": "FeatureCollection", "about": about});
            collection["features"] = serde_json::to_value(features)?;
            sink.write(collection.to_string().as_bytes())?;
            sink.write(b"\n")?;
        }
    }
    sink.finish()?;
    Ok(ExitCode::SUCCESS)
}

fn object(of: &impl Serialize) -> JsonObject {
    match serde_json::to_value(of) {
        Ok(JsonValue::Object(object)) => object,
        _ => JsonObject::new(),
    }
}

/// Polygons that carry a value.
fn polygons_of(args: &Args) -> anyhow::Result<Read> {
    let (name, value) = (args.input.display(), args.value.as_deref().unwrap_or_default());
    let text = fs::read_to_string(&args.input).with_context(|| format!("cannot read {name}"))?;
    let collection = Collection::parse(&text).with_context(|| name.to_string())?;
    let mut read = Read::default();
    for raw in &collection.features {
        let at = || format!("{name}: feature {} (line {})", raw.number, raw.line);
        let feature = raw.parse().map_err(anyhow::Error::msg).with_context(at)?;
        let geometry = feature.geometry.with_context(|| format!("{}: no geometry", at()))?;
        let rings = polygons(&geometry.value).map_err(|kind| anyhow::anyhow!("{}: {kind} is no polygon", at()))?;
        let properties = feature.properties.unwrap_or_default();
        let number = properties.get(value).and_then(JsonValue::as_f64).filter(|number| number.is_finite());
        read.values.push(number.with_context(|| format!("{}: {value} is no number", at()))?);
        let line = |ring: Vec<[f64; 2]>| geo::LineString::from(ring);
        let polygon = |rings: Vec<Vec<[f64; 2]>>| {
            let mut rings = rings.into_iter().map(line);
            let outer = rings.next().unwrap_or_else(|| geo::LineString::new(Vec::new()));
            geo::Polygon::new(outer, rings.collect())
        };
        let area = Area::new(rings.into_iter().map(polygon).collect());
        let finite = |at: &geo::Coord<f64>| at.x.is_finite() && at.y.is_finite();
        ensure!(geo::CoordsIter::coords_iter(&area).all(|at| finite(&at)), "{}: a position is no number", at());
        read.areas.push(area);
        read.properties.push(properties);
        read.geometries.push(geometry);
    }
    Ok(read)
}

/// Events, counted by the site's grids.
#[expect(clippy::print_stderr, reason = "a command line prints")]
fn counts(args: &Args, language: Language) -> anyhow::Result<Read> {
    is_there(&args.site, language)?;
    let reading = catalog::read(&args.site);
    let Some(catalog) = &reading.catalog else { return Err(check::damaged(&reading, &args.site, language)) };
    let has_period = args.from.is_some() || args.to.is_some();
    let zone = &catalog.settings.time_zone;
    let events = args.events.open(Some(&args.input), (zone, has_period), language, |raw, _| raw)?;
    let (name, zone) = (events.name.clone(), events.table.zone().clone());
    let instant = |option: &str, text: Option<&String>| -> anyhow::Result<Option<Timestamp>> {
        text.map(|text| parse_instant(text, &zone).with_context(|| format!("--{option}: \"{text}\" is no time")))
            .transpose()
    };
    let (from, to) = (instant("from", args.from.as_ref())?, instant("to", args.to.as_ref())?);
    if let (Some(from), Some(to)) = (from, to)
        && from >= to
    {
        bail!("--from {from} is not before --to {to}");
    }
    ensure!(
        !has_period || events.table.has_time(),
        "{name} has no column of times for --from and --to; name it: --time COL"
    );
    ensure!(
        args.only_category.is_none() || events.table.has_category(),
        "{name} has no column of categories for --only-category; name it: --category COL"
    );
    // The grids of now count, so that each means one area from the first event to the last.
    let coverage = catalog.coverages.at(Timestamp::now());
    let hierarchy = &coverage.hierarchy;
    let mut counts: std::collections::HashMap<NodeId, f64> =
        hierarchy.leaves().iter().map(|leaf| (*leaf, 0.0)).collect();
    let (mut elsewhere, mut left_out, mut unreadable) = (0_usize, 0_usize, 0_usize);
    events.each_record(language, |table, record, line| {
        let row = match table.row(record) {
            Ok(row) => row,
            Err(RowFault { fault, .. }) => {
                unreadable += 1;
                if unreadable <= NAMED {
                    eprintln!("{name}:{line}: {}", language.say(&fault));
                }
                return Ok(());
            }
        };
        let in_period = !has_period
            || row.instant.is_some_and(|at| from.is_none_or(|from| at >= from) && to.is_none_or(|to| at < to));
        if !in_period || args.only_category.as_deref().is_some_and(|only| row.category != Some(only)) {
            left_out += 1;
            return Ok(());
        }
        let request = Request { position: row.position, accuracy: None, category: None, edge: false };
        let node = place(coverage, &catalog.routing, catalog.settings.nearest_m, &request).node;
        match node.and_then(|node| counts.get_mut(&node)) {
            Some(count) => *count += 1.0,
            None => elsewhere += 1,
        }
        Ok(())
    })?;
    let counted: f64 = counts.values().sum();
    eprintln!(
        "{}",
        language.say(&Saying::EventsCounted { counted: counted as usize, elsewhere, left_out, unreadable })
    );
    let mut read = Read::default();
    for leaf in hierarchy.leaves() {
        let (grid, count) = (hierarchy.grid(*leaf), counts[leaf]);
        let properties = json!({"code": grid.code, "name": grid.name, "count": count as u64});
        read.properties.push(object(&properties));
        read.geometries.push(Geometry::new(GeometryValue::from(grid.border.area())));
        read.areas.push(grid.border.area().clone());
        read.values.push(count);
    }
    Ok(read)
}

/// The properties that any has, in the order in which they come.
fn table(rows: &[JsonObject]) -> anyhow::Result<Vec<u8>> {
    let mut columns: Vec<&String> = Vec::new();
    for name in rows.iter().flat_map(|row| row.keys()) {
        if !columns.contains(&name) {
            columns.push(name);
        }
    }
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&columns)?;
    let cell = |value: Option<&JsonValue>| match value {
        None | Some(JsonValue::Null) => String::new(),
        Some(JsonValue::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    for row in rows {
        writer.write_record(columns.iter().map(|name| cell(row.get(name.as_str()))))?;
    }
    Ok(writer.into_inner()?)
}
