//! `gridwatch check`: every problem of a site, and whether the service would start.

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use super::Language;
use crate::io::catalog::{self, Catalog, Problem, Reading, Severity};

#[derive(clap::Args)]
pub struct Args {
    /// The site's folder
    #[arg(long, default_value = ".", value_name = "DIR")]
    site: PathBuf,
}

pub fn run(args: &Args, language: Language) -> anyhow::Result<ExitCode> {
    let mut reading = catalog::read(&args.site);
    let lacking = reading.catalog.as_ref().map(lacking_for_video);
    reading.problems.extend(lacking.unwrap_or_default());
    let mut out = io::stdout().lock();
    for problem in &reading.problems {
        writeln!(out, "{}", line(problem, language))?;
    }
    let Some(catalog) = &reading.catalog else {
        writeln!(out, "{}", refusal(&reading))?;
        return Ok(ExitCode::FAILURE);
    };
    writeln!(out, "{}", summary(catalog))?;
    writeln!(out, "{} warnings; the service would start", reading.count(Severity::Warning))?;
    Ok(ExitCode::SUCCESS)
}

/// What this machine lacks for the site's streams.
#[cfg(feature = "video")]
fn lacking_for_video(catalog: &Catalog) -> Vec<Problem> {
    use crate::io::{catalog::Why, video};
    const FILE: &str = "cameras.toml";
    let lacks = |missing: video::MissingElement| {
        let (element, package) = (missing.element.to_owned(), missing.package.to_owned());
        Problem::warning(FILE, Why::MissingElement { element, package })
    };
    match video::missing_elements(catalog.cameras.cameras().iter()) {
        Ok(missing) => missing.into_iter().map(lacks).collect(),
        Err(error) => vec![Problem::warning(FILE, Why::NoGstreamer { error: error.to_string() })],
    }
}

/// Built without video, it needs nothing for it.
#[cfg(not(feature = "video"))]
fn lacking_for_video(_: &Catalog) -> Vec<Problem> {
    Vec::new()
}

/// `error: geodata/grids.geojson:7: feature 3 (150621001): level: is missing`
pub fn line(problem: &Problem, language: Language) -> String {
    format!("{}: {problem}: {}", problem.severity, language.say(&problem.why))
}

/// What a command says that cannot go on with such a site.
pub fn refusal(reading: &Reading) -> String {
    let (errors, warnings) = (reading.count(Severity::Error), reading.count(Severity::Warning));
    format!("{errors} errors, {warnings} warnings; the service would not start")
}

fn summary(catalog: &Catalog) -> String {
    let leaves =
        catalog.coverages.stretches().map(|(_, coverage)| coverage.hierarchy.leaves().len()).max().unwrap_or(0);
    format!(
        "version {}: {} grids to place on, {} departments, {} categories, {} territories, {} assets, {} staff, {} places, {} cameras",
        &catalog.version.as_str()[..12],
        leaves,
        catalog.routing.departments().len(),
        catalog.routing.categories().len(),
        catalog.routing.territories().len(),
        catalog.routing.assets().len(),
        catalog.staff.len(),
        catalog.places.places().len(),
        catalog.cameras.cameras().len(),
    )
}
