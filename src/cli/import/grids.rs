//! `gridwatch import grids`: a survey becomes `geodata/grids.geojson`.

use std::{
    collections::BTreeSet,
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use super::Language;
use crate::{
    cli::{Saying, check, one_of},
    domain::{
        geo::Datum,
        grid::{Grid, Level},
    },
    io::{
        catalog::{
            self, ColumnMap, FIELDS, GridFile, Problem, Reading, Reference, Severity, Spot, SurveyGridsError, Why,
            feature_line,
        },
        tables::{
            encoding::TextEncoding,
            survey::{self, ReadOptions, Survey, SurveyError, SurveyFeature},
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
    let mut out = io::stdout().lock();
    let options = ReadOptions { encoding: args.encoding.map(TextEncoding::codec), layer: args.layer.as_deref() };
    let survey = survey::read(&args.file, options).map_err(|error| match error {
        SurveyError::Io { file, source } => Saying::CannotRead { file }.because_of(source, language),
        other => other.into(),
    })?;
    let map = column_map(&args.map, &survey.columns).map_err(|wrong| wrong.failure(language))?;
    if args.level.is_none() && !map.contains_key("level") {
        return Err(Saying::LevelNeeded.failure(language));
    }
    let existing = GridFile::read(&args.site)?;
    let reference =
        Reference::of(&survey, args.crs.as_deref(), args.datum, existing.site_datum).map_err(|error| match error {
            SurveyGridsError::NoDatum => Saying::DatumNeeded.failure(language),
            other => other.into(),
        })?;
    let file = args.file.display().to_string();
    let (features, columns) = (survey.features.len(), survey.columns.clone());
    say(&mut out, &Saying::SurveyHolds { file: file.clone(), features, columns }, language);
    say(&mut out, &coordinates(&reference), language);
    for number in &survey.without_shape {
        let spot = Spot { feature: Some(*number), ..Spot::default() };
        let why = Why::NullGeometry;
        let problem = Problem { severity: Severity::Error, file: file.clone(), spot, field: None, why };
        let _ = writeln!(out, "{}", check::line(&problem, language));
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
        let problem = in_terms_of_survey(problem, args, &survey, kept.features.len());
        let _ = writeln!(out, "{}", check::line(&problem, language));
    }
    describe(&mut out, &after, language);
    let (errors, warnings): (Vec<&Problem>, Vec<&Problem>) =
        news.iter().partition(|problem| problem.severity == Severity::Error);
    let of_grids = errors.iter().filter(|problem| problem.file == GridFile::PATH).count();
    let (wrong_grids, wrong_files) = (of_grids + survey.without_shape.len(), errors.len() - of_grids);
    let counted = Saying::GridsReplaced {
        features: imported.len(),
        replaced: kept.replaced,
        kept: kept.features.len(),
        errors: wrong_grids + wrong_files,
        warnings: warnings.len(),
    };
    say(&mut out, &counted, language);
    if wrong_grids > 0 || (wrong_files > 0 && !args.force) {
        let cure = if wrong_grids > 0 { Saying::MendErrors } else { Saying::MendOtherFiles };
        say(&mut out, &cure, language);
        return Ok(ExitCode::FAILURE);
    }
    let place = args.site.join(GridFile::PATH).display().to_string();
    if !args.write {
        say(&mut out, &Saying::SayWrite { file: place }, language);
        return Ok(ExitCode::SUCCESS);
    }
    let written = match existing.replace(&text)? {
        Some(copy) => Saying::WrittenOver { file: place, copy: copy.display().to_string() },
        None => Saying::Written { file: place },
    };
    say(&mut out, &written, language);
    Ok(ExitCode::SUCCESS)
}

/// That nobody reads on is no reason to stop half-way.
fn say(out: &mut impl Write, saying: &Saying, language: Language) {
    let _ = writeln!(out, "{}", language.say(saying));
}

fn coordinates(reference: &Reference) -> Saying {
    Saying::Coordinates {
        system: reference.system(),
        degrees: reference.is_in_degrees(),
        said_by: reference.said_by().into(),
    }
}

fn column_map(pairs: &[String], columns: &[String]) -> Result<ColumnMap, Saying> {
    let mut map = ColumnMap::new();
    for pair in pairs {
        let no_field = || Saying::NoFieldInMap { pair: pair.clone() };
        let (field, column) = pair.split_once('=').ok_or_else(no_field)?;
        let unknown = || Saying::UnknownFieldInMap { pair: pair.clone(), fields: FIELDS.to_vec() };
        let field = FIELDS.into_iter().find(|known| *known == field.trim()).ok_or_else(unknown)?;
        if !columns.iter().any(|known| known == column) {
            let (pair, column) = (pair.clone(), column.to_owned());
            return Err(Saying::UnknownColumnInMap { pair, column, columns: columns.to_vec() });
        }
        if map.insert(field, column.to_owned()).is_some() {
            return Err(Saying::FieldTwiceInMap { field });
        }
    }
    if map.contains_key("code") {
        return Ok(map);
    }
    Err(Saying::CodeNeeded { column: columns.first().map_or("COL", String::as_str).to_owned() })
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
fn describe(out: &mut impl Write, after: &Reading, language: Language) {
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
    let [west, south, east, north] = [west, south, east, north].map(|degrees| format!("{degrees:.5}"));
    say(out, &Saying::SiteReaches { west, south, east, north }, language);
    let sizes = Saying::GridSizes {
        smallest: smallest.code.as_str().to_owned(),
        smallest_area: area(smallest.area_m2()),
        largest: largest.code.as_str().to_owned(),
        largest_area: area(largest.area_m2()),
    };
    say(out, &sizes, language);
}

fn area(m2: f64) -> String {
    if m2 >= 1e5 { format!("{:.2} km²", m2 / 1e6) } else { format!("{m2:.1} m²") }
}
