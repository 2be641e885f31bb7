//! `gridwatch import grids`: a survey becomes `geodata/grids.geojson`.

use std::{
    collections::BTreeSet,
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::{Context, ensure};

use super::Language;
use crate::{
    cli::{check, one_of},
    domain::{
        geo::Datum,
        grid::{Grid, Level},
    },
    io::{
        catalog::{self, ColumnMap, FIELDS, GridFile, Problem, Reading, Reference, Severity, feature_line},
        tables::{
            encoding::TextEncoding,
            survey::{self, ReadOptions, Survey, SurveyFeature},
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
    /// Write although other files of the site then have errors, because they name grids that are gone
    #[arg(long, requires = "write")]
    force: bool,
}

pub fn run(args: &Args, language: Language) -> anyhow::Result<ExitCode> {
    // That nobody reads on is no reason to stop half-way.
    let mut out = io::stdout().lock();
    let options = ReadOptions { encoding: args.encoding.map(TextEncoding::codec), layer: args.layer.as_deref() };
    let survey = survey::read(&args.file, options)?;
    let map = column_map(&args.map, &survey.columns)?;
    ensure!(
        args.level.is_some() || map.contains_key("level"),
        "say which level the features are: --level L, or level=COL in --map"
    );
    let existing = GridFile::read(&args.site)?;
    let reference = Reference::of(&survey, args.crs.as_deref(), args.datum, existing.site_datum)?;
    let _ = writeln!(
        out,
        "{}: {} features, columns {}",
        args.file.display(),
        survey.features.len(),
        survey.columns.join(", ")
    );
    let _ = writeln!(out, "coordinates: {reference}");
    for number in &survey.without_shape {
        let _ = writeln!(
            out,
            "error: {}: feature {number}: {}",
            args.file.display(),
            language.say(&catalog::Why::NullGeometry)
        );
    }

    let kept = existing.without(&levels_of(args, &survey, &map))?;
    let line = |feature| feature_line(feature, &map, args.level, &reference, kept.datum);
    let imported: Vec<String> = survey.features.iter().map(line).collect::<Result<_, _>>()?;
    let features: Vec<String> = kept.features.iter().chain(&imported).cloned().collect();
    let text = GridFile::text(&features, kept.datum);

    let before = catalog::read(&args.site).problems;
    let after = catalog::read_with_grids(&args.site, &text);
    let news: Vec<&Problem> =
        after.problems.iter().filter(|problem| problem.file == GridFile::PATH || !before.contains(problem)).collect();
    for problem in &news {
        let _ = writeln!(
            out,
            "{}",
            check::line(&in_terms_of_survey(problem, args, &survey, kept.features.len()), language)
        );
    }
    describe(&mut out, &after);
    let is_error = |problem: &&&Problem| problem.severity == Severity::Error;
    let of_grids = |problem: &&&Problem| problem.file == GridFile::PATH;
    let wrong_grids = news.iter().filter(is_error).filter(of_grids).count() + survey.without_shape.len();
    let wrong_files = news.iter().filter(is_error).count() - news.iter().filter(is_error).filter(of_grids).count();
    let _ = writeln!(
        out,
        "{} features read; they replace {} and leave {} of other levels; {} errors, {} warnings",
        imported.len(),
        kept.replaced,
        kept.features.len(),
        wrong_grids + wrong_files,
        news.iter().filter(|problem| problem.severity == Severity::Warning).count(),
    );
    if wrong_grids > 0 || (wrong_files > 0 && !args.force) {
        let cure = if wrong_grids > 0 { "mend the errors first" } else { "mend the other files, or say --force" };
        let _ = writeln!(out, "nothing written: {cure}");
        return Ok(ExitCode::FAILURE);
    }
    let place = args.site.join(GridFile::PATH);
    if !args.write {
        let _ = writeln!(out, "nothing written; say --write to keep them in {}", place.display());
        return Ok(ExitCode::SUCCESS);
    }
    let copy = existing.replace(&text)?;
    let kept = copy.map(|copy| format!("; what was there is in {}", copy.display())).unwrap_or_default();
    let _ = writeln!(out, "written to {}{kept}", place.display());
    Ok(ExitCode::SUCCESS)
}

fn column_map(pairs: &[String], columns: &[String]) -> anyhow::Result<ColumnMap> {
    let mut map = ColumnMap::new();
    for pair in pairs {
        let (field, column) = pair.split_once('=').with_context(|| format!("--map {pair}: field=COLUMN is needed"))?;
        let field = FIELDS.into_iter().find(|known| *known == field.trim());
        let field = field.with_context(|| format!("--map {pair}: the field is none of {}", FIELDS.join(", ")))?;
        ensure!(
            columns.iter().any(|known| known == column),
            "--map {pair}: there is no column {column}; the columns are: {}",
            columns.join(", ")
        );
        ensure!(map.insert(field, column.to_owned()).is_none(), "--map: {field} is given twice");
    }
    ensure!(
        map.contains_key("code"),
        "--map: code is needed, as in code={}",
        columns.first().map_or("COL", String::as_str)
    );
    Ok(map)
}

fn levels_of(args: &Args, survey: &Survey, map: &ColumnMap) -> BTreeSet<Level> {
    let of_feature = |feature: &SurveyFeature| feature.attributes.get(map.get("level")?)?.parse().ok();
    args.level.into_iter().chain(survey.features.iter().filter_map(of_feature)).collect()
}

/// A problem of a feature that comes from the survey, told with the survey's file and number.
fn in_terms_of_survey(problem: &Problem, args: &Args, survey: &Survey, kept: usize) -> Problem {
    let mut problem = problem.clone();
    let of_survey =
        problem.spot.feature.filter(|_| problem.file == GridFile::PATH).and_then(|number| number.checked_sub(kept + 1));
    if let Some(feature) = of_survey.and_then(|index| survey.features.get(index)) {
        problem.file = args.file.display().to_string();
        (problem.spot.line, problem.spot.feature) = (None, Some(feature.number));
    }
    problem
}

/// Where the grids would lie and how large they would be: what shows a wrong coordinate system at a glance.
fn describe(out: &mut impl Write, after: &Reading) {
    let Some(catalog) = &after.catalog else { return };
    let stretches = catalog.coverages.stretches();
    let grids: Vec<_> = stretches
        .flat_map(|(_, coverage)| coverage.hierarchy.leaves().iter().map(|leaf| coverage.hierarchy.grid(*leaf)))
        .collect();
    let by_area = |a: &&&std::sync::Arc<Grid>, b: &&&std::sync::Arc<Grid>| a.area_m2().total_cmp(&b.area_m2());
    let (Some(smallest), Some(largest)) = (grids.iter().min_by(by_area), grids.iter().max_by(by_area)) else { return };
    let bounds = grids.iter().map(|grid| grid.border.envelope());
    let [west, south, east, north] = bounds.fold([180.0, 90.0, -180.0, -90.0f64], |[w, s, e, n], b| {
        [b.min().x.min(w), b.min().y.min(s), b.max().x.max(e), b.max().y.max(n)]
    });
    let _ = writeln!(out, "the site then reaches from {west:.5}, {south:.5} to {east:.5}, {north:.5}");
    let _ = writeln!(
        out,
        "its smallest grid is {} with {}, its largest {} with {}",
        smallest.code,
        area(smallest.area_m2()),
        largest.code,
        area(largest.area_m2())
    );
}

fn area(m2: f64) -> String {
    if m2 >= 1e5 { format!("{:.2} km²", m2 / 1e6) } else { format!("{m2:.1} m²") }
}
