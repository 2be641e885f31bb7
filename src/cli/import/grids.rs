//! `gridwatch import grids`: a survey becomes `geodata/grids.geojson`.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::{Context, ensure};

use super::Language;
use crate::{
    cli::{check, one_of},
    domain::{
        geo::{Datum, Position},
        grid::Level,
    },
    io::{
        catalog::{self, GridFile, Severity},
        tables::{
            encoding::TextEncoding,
            survey::{self, Projection, ReadOptions, Survey, SurveyFeature},
        },
    },
};

#[derive(clap::Args)]
pub struct Args {
    /// Shapefile, GeoPackage or GeoJSON
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Which column is what: code=COL,name=COL,… of code, name, name_en, level, parent, households, kind, department,
    /// valid_from, valid_to
    #[arg(long, value_name = "MAP", value_delimiter = ',', required = true)]
    map: Vec<String>,
    /// Level of all features: city, district, street, community or grid
    #[arg(long, value_name = "L", value_parser = one_of::<Level>)]
    level: Option<Level>,
    /// Datum of coordinates in degrees: wgs84, gcj02 or bd09
    #[arg(long, value_name = "D", conflicts_with = "crs", value_parser = one_of::<Datum>)]
    datum: Option<Datum>,
    /// Coordinate system, over what the file declares: EPSG:4547
    #[arg(long, value_name = "CRS")]
    crs: Option<String>,
    /// Encoding of the texts, over what the file declares: utf-8 or gb18030
    #[arg(long, value_name = "E", value_parser = one_of::<TextEncoding>)]
    encoding: Option<TextEncoding>,
    /// Layer of a GeoPackage
    #[arg(long, value_name = "NAME")]
    layer: Option<String>,
    /// The site's folder
    #[arg(long, default_value = ".", value_name = "DIR")]
    site: PathBuf,
    /// Keep the grids: they take the place of the site's features of the same levels
    #[arg(long)]
    write: bool,
}

const FIELDS: [&str; 10] =
    ["code", "name", "name_en", "level", "parent", "households", "kind", "department", "valid_from", "valid_to"];

pub fn run(args: &Args, language: Language) -> anyhow::Result<ExitCode> {
    // That nobody reads on is no reason to stop half-way.
    let mut out = io::stdout().lock();
    let options = ReadOptions { encoding: args.encoding.map(TextEncoding::codec), layer: args.layer.as_deref() };
    let survey = survey::read(&args.file, options)?;
    let map = column_map(&args.map, &survey.columns)?;
    let projection = match &args.crs {
        Some(crs) => Projection::parse(crs)?,
        None => survey.projection()?,
    };
    let _ = writeln!(
        out,
        "{}: {} features, columns {}",
        args.file.display(),
        survey.features.len(),
        survey.columns.join(", ")
    );
    let _ = writeln!(out, "coordinates: {}", understood(args, &survey));
    for number in &survey.without_shape {
        let _ = writeln!(out, "error: feature {number}: {}", language.say(&catalog::Why::NullGeometry));
    }

    let imported: Vec<String> = survey
        .features
        .iter()
        .map(|feature| geojson_line(feature, &map, &projection, args))
        .collect::<anyhow::Result<_>>()?;
    let levels: BTreeSet<Level> = levels_of(args, &survey, &map);
    let site_file = args.site.join(GridFile::PATH);
    let existing = GridFile::read(&args.site)?;
    let kept = existing.features_of_other_levels(&levels)?;
    let text = GridFile::text(kept.iter().chain(&imported).map(String::as_str));
    let problems = catalog::check_grids(text.as_bytes(), &args.site);
    for problem in &problems {
        let _ = writeln!(out, "{}", check::line(problem, language));
    }
    let errors =
        problems.iter().filter(|problem| problem.severity == Severity::Error).count() + survey.without_shape.len();
    let _ = writeln!(
        out,
        "{} features imported, {} of other levels kept; {errors} errors, {} warnings",
        imported.len(),
        kept.len(),
        problems.len() + survey.without_shape.len() - errors,
    );
    match (errors, args.write) {
        (0, true) => {
            existing.replace(&text)?;
            let _ = writeln!(out, "written to {}", site_file.display());
            Ok(ExitCode::SUCCESS)
        }
        (0, false) => {
            let _ = writeln!(out, "nothing written; say --write to keep them in {}", site_file.display());
            Ok(ExitCode::SUCCESS)
        }
        _ => {
            let _ = writeln!(out, "nothing written: mend the errors first");
            Ok(ExitCode::FAILURE)
        }
    }
}

type ColumnMap<'a> = BTreeMap<&'a str, &'a str>;

fn column_map<'a>(pairs: &'a [String], columns: &[String]) -> anyhow::Result<ColumnMap<'a>> {
    let mut map = BTreeMap::new();
    for pair in pairs {
        let (field, column) = pair.split_once('=').with_context(|| format!("--map {pair}: field=COLUMN is needed"))?;
        ensure!(FIELDS.contains(&field), "--map {pair}: {field} is none of {}", FIELDS.join(", "));
        ensure!(
            columns.iter().any(|known| known == column),
            "--map {pair}: there is no column {column}; the columns are: {}",
            columns.join(", ")
        );
        ensure!(map.insert(field, column).is_none(), "--map: {field} is given twice");
    }
    ensure!(
        map.contains_key("code"),
        "--map: code is needed, as in code={}",
        columns.first().map_or("COL", String::as_str)
    );
    Ok(map)
}

fn understood(args: &Args, survey: &Survey) -> String {
    match (&args.crs, args.datum, &survey.crs) {
        (Some(crs), ..) => format!("{crs}, as you said"),
        (None, Some(datum), _) => format!("degrees in {datum}, as you said"),
        (None, None, Some(found)) => format!("{}, as the file says", found.name()),
        (None, None, None) => "degrees in wgs84, as neither you nor the file says otherwise".to_owned(),
    }
}

fn levels_of(args: &Args, survey: &Survey, map: &ColumnMap<'_>) -> BTreeSet<Level> {
    let of_feature = |feature: &SurveyFeature| feature.attributes.get(*map.get("level")?)?.parse().ok();
    args.level.into_iter().chain(survey.features.iter().filter_map(of_feature)).collect()
}

/// One line of `grids.geojson`: mapped attributes, positions in WGS84 to 0.1 mm.
fn geojson_line(
    feature: &SurveyFeature,
    map: &ColumnMap<'_>,
    projection: &Projection,
    args: &Args,
) -> anyhow::Result<String> {
    let mut properties = serde_json::Map::new();
    for field in FIELDS {
        let value = map.get(field).and_then(|column| feature.attributes.get(*column));
        let value = match (field, value) {
            // A survey without names is still one: the code will do.
            ("name", None) if !map.contains_key("name") => {
                map.get("code").and_then(|code| feature.attributes.get(*code))
            }
            (_, value) => value,
        };
        let Some(value) = value else { continue };
        let json = match (field, value.parse::<u32>()) {
            ("households", Ok(households)) => households.into(),
            _ => value.as_str().into(),
        };
        properties.insert(field.to_owned(), json);
    }
    if let Some(level) = args.level {
        properties.insert("level".to_owned(), level.to_string().into());
    }
    let datum = args.datum.unwrap_or_default();
    let wgs84 = |point: &[f64; 2]| -> anyhow::Result<[f64; 2]> {
        let [lon, lat] = projection.to_wgs84(*point).with_context(|| format!("feature {}", feature.number))?;
        // What is no position is for the check to say, with its place.
        let shifted = Position::new(lon, lat).map_or([lon, lat], |position| {
            let position = datum.to_wgs84(position);
            [position.lon(), position.lat()]
        });
        Ok(shifted.map(|degrees| (degrees * 1e9).round() / 1e9))
    };
    let coordinates: Vec<Vec<Vec<[f64; 2]>>> = feature
        .rings
        .iter()
        .map(|polygon| polygon.iter().map(|ring| ring.iter().map(wgs84).collect()).collect())
        .collect::<anyhow::Result<_>>()?;
    let geometry = match <[_; 1]>::try_from(coordinates) {
        Ok([polygon]) => serde_json::json!({"type": "Polygon", "coordinates": polygon}),
        Err(polygons) => serde_json::json!({"type": "MultiPolygon", "coordinates": polygons}),
    };
    Ok(serde_json::json!({"type": "Feature", "properties": properties, "geometry": geometry}).to_string())
}
