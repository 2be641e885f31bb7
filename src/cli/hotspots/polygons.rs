//! Polygons that carry a value of their own: each is an area.

use std::fs;

use anyhow::{Context, ensure};
use geojson::{Feature, Geometry, JsonObject, JsonValue};
use serde::Serialize;
use serde_json::json;

use super::{Args, Language};
use crate::{
    domain::{
        analysis::{
            hotspot::Study,
            planning::{Method, Warning},
        },
        geo::Area,
    },
    io::tables::geojson::{Collection, polygons},
    service::planning::{Format, csv},
};

/// Polygons, with what is known of each and its value.
#[derive(Default)]
struct Read {
    properties: Vec<JsonObject>,
    geometries: Vec<Geometry>,
    areas: Vec<Area>,
    values: Vec<f64>,
}

/// What is found of each, added to its properties.
#[expect(clippy::print_stderr, reason = "a command line prints")]
pub fn study(args: &Args, value: &str, language: Language) -> anyhow::Result<Vec<u8>> {
    ensure!(
        matches!(args.method, Method::GiStar | Method::Gi | Method::Moran),
        "--value is for gi-star, gi and moran: {} asks of events",
        args.method
    );
    let Read { mut properties, geometries, areas, values } = read(args, value)?;
    ensure!(!areas.is_empty(), "{}: no area", args.input.display());
    let permutations = args.permutations();
    let study = Study { areas: &areas, values: &values, neighbors: args.weights, permutations };
    let weights = study.weights();
    let islands = weights.islands().count();
    for warning in Warning::of_areas(areas.len(), islands) {
        eprintln!("{}", language.say(&warning));
    }
    let mut about = json!({
        "method": args.method.to_string(), "weights": args.weights.to_string(), "n": areas.len(), "islands": islands,
        "permutations": permutations.count, "seed": permutations.seed, "sum": values.iter().sum::<f64>(),
    });
    let refused = |error| anyhow::Error::msg(language.say(&error));
    let added: Vec<JsonObject> = if args.method == Method::Moran {
        let (like, global) = study.like(&weights).map_err(refused)?;
        about["global"] = json!(global);
        like.iter().map(object).collect()
    } else {
        study.hot(&weights, args.method.own()).map_err(refused)?.iter().map(object).collect()
    };
    properties.iter_mut().zip(added).for_each(|(properties, added)| properties.extend(added));
    match args.format {
        Format::Csv => csv(&properties),
        Format::Geojson => {
            let features = properties.into_iter().zip(geometries).map(|(properties, geometry)| Feature {
                geometry: Some(geometry),
                properties: Some(properties),
                ..Feature::default()
            });
            let features: Vec<Feature> = features.collect();
            let mut collection = json!({"type": "FeatureCollection", "about": about});
            collection["features"] = serde_json::to_value(features)?;
            Ok(format!("{collection}\n").into_bytes())
        }
        other => anyhow::bail!("--value gives geojson or csv, and no {other}"),
    }
}

fn object(of: &impl Serialize) -> JsonObject {
    match serde_json::to_value(of) {
        Ok(JsonValue::Object(object)) => object,
        _ => JsonObject::new(),
    }
}

fn read(args: &Args, value: &str) -> anyhow::Result<Read> {
    let name = args.input.display();
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
