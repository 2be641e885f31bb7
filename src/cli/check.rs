//! `gridwatch check`: every problem of a site, and whether the service would start.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use super::{Language, Saying, is_there};
use crate::{
    io::catalog::{self, Catalog, Problem, Reading, Severity, Smtp},
    service::app,
};

#[derive(clap::Args)]
pub struct Args {
    /// The site's folder
    #[arg(long, default_value = ".", value_name = "DIR")]
    site: PathBuf,
    /// Folder of the store, where the cameras' credentials are [default: the site's `data`, else data in its folder]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

pub fn run(args: &Args, language: Language) -> anyhow::Result<ExitCode> {
    is_there(&args.site, language)?;
    let mut reading = catalog::read(&args.site);
    if reading.catalog.is_none() {
        // Without grids nothing can be placed, and the service starts all the same.
        let serving = catalog::read_for_service(&args.site);
        reading = if serving.catalog.is_some() { serving } else { reading };
    }
    let lacking = reading.catalog.as_ref().map(lacking_for_video);
    reading.problems.extend(lacking.unwrap_or_default());
    let serving = catalog::settings(&args.site).serving;
    let secrets = app::secrets_file(&app::data_folder(&args.site, args.data.as_deref(), &serving));
    let without_credential = reading.catalog.as_ref().map(|catalog| without_credential(catalog, &secrets));
    reading.problems.extend(without_credential.unwrap_or_default());
    let mut out = io::stdout().lock();
    for problem in &reading.problems {
        writeln!(out, "{}", line(problem, language))?;
    }
    let catalog = reading.catalog.as_ref().filter(|_| reading.count(Severity::Error) == 0);
    let Some(catalog) = catalog else {
        writeln!(out, "{}", refusal(&reading, language))?;
        return Ok(ExitCode::FAILURE);
    };
    writeln!(out, "{}", language.say(&holdings(catalog)))?;
    let warnings = reading.count(Severity::Warning);
    let would =
        if reading.has_grids() { Saying::WouldStart { warnings } } else { Saying::WouldPlaceNothing { warnings } };
    writeln!(out, "{}", language.say(&would))?;
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

/// Cameras and receivers whose secrets are nowhere, and a file of secrets that cannot be read: without it nothing starts.
fn without_credential(catalog: &Catalog, file: &Path) -> Vec<Problem> {
    use crate::io::{
        catalog::{Spot, Why},
        secrets::Secrets,
    };
    const FILE: &str = "cameras.toml";
    let secrets = match Secrets::read(file) {
        Ok(secrets) => secrets,
        Err(error) => {
            let why = match error.kind() {
                io::ErrorKind::InvalidData => Why::NotSecrets,
                _ => Why::FileUnreadable { error: error.to_string() },
            };
            let file = file.display().to_string();
            return vec![Problem { severity: Severity::Error, file, spot: Spot::file(), field: None, why }];
        }
    };
    let lacking = |file: &str, of: &str, field: &str, secret: &str| Problem {
        spot: Spot { of: Some(of.to_owned()), ..Spot::file() },
        field: Some(field.to_owned()),
        ..Problem::warning(file, Why::NoSecret { secret: secret.to_owned() })
    };
    // Built without video, it looks through no camera.
    let cameras = catalog.cameras.cameras().iter().filter(|_| cfg!(feature = "video"));
    let cameras = cameras.filter_map(|camera| Some((camera, camera.secret.as_ref()?)));
    let cameras = cameras.filter(|(_, secret)| !secrets.has(secret));
    let cameras = cameras.map(|(camera, secret)| lacking(FILE, &camera.id, "secret", secret));
    let hooks = catalog.settings.notify.webhooks.iter().flat_map(|hook| {
        let named = [("secret", Some(&hook.secret)), ("key", hook.key.as_ref())];
        named.into_iter().filter_map(move |(field, secret)| Some((&hook.name, field, secret?)))
    });
    let hooks = hooks.filter(|(.., secret)| secrets.of_notify(secret).is_none());
    let hooks = hooks.map(|(name, field, secret)| lacking(catalog::SETTINGS, name, field, secret));
    let logins = catalog.settings.notify.smtp.iter().filter_map(|smtp| smtp.login.as_ref());
    let logins = logins.filter(|(_, secret)| secrets.of_notify(secret).is_none());
    let logins = logins.map(|(_, secret)| lacking(catalog::SETTINGS, Smtp::CHANNEL, "secret", secret));
    cameras.chain(hooks).chain(logins).collect()
}

/// Built without video, it needs nothing for it.
#[cfg(not(feature = "video"))]
fn lacking_for_video(_: &Catalog) -> Vec<Problem> {
    Vec::new()
}

/// Why nothing can be done with a site that has errors: the first, and how to see all.
pub fn damaged(reading: &Reading, site: &Path, language: Language) -> anyhow::Error {
    let first = reading.problems.iter().find(|problem| problem.severity == Severity::Error);
    let damaged = Saying::DamagedSite {
        errors: reading.count(Severity::Error),
        first: first.map(|problem| line(problem, language)).unwrap_or_default(),
        command: format!("gridwatch check --site {}", site.display()),
    };
    damaged.failure(language)
}

/// `error: geodata/grids.geojson:7: feature 3 (150621001): level: is missing`
pub fn line(problem: &Problem, language: Language) -> String {
    let Problem { severity, file, spot, field, why } = problem;
    let line = spot.line.map(|line| format!(":{line}")).unwrap_or_default();
    let feature = spot.feature.map(|feature| language.say(&Saying::Feature { feature }));
    let of = match (feature, &spot.of) {
        (Some(feature), Some(of)) => format!(": {feature} ({of})"),
        (Some(of), None) => format!(": {of}"),
        (None, Some(of)) => format!(": {of}"),
        (None, None) => String::new(),
    };
    let field = field.as_ref().map(|field| format!(": {field}")).unwrap_or_default();
    format!("{}: {file}{line}{of}{field}: {}", language.say(severity), language.say(why))
}

/// What a command says that cannot go on with such a site.
pub fn refusal(reading: &Reading, language: Language) -> String {
    let (errors, warnings) = (reading.count(Severity::Error), reading.count(Severity::Warning));
    language.say(&Saying::WouldNotStart { errors, warnings })
}

fn holdings(catalog: &Catalog) -> Saying {
    let leaves = catalog.coverages.stretches().map(|(_, coverage)| coverage.hierarchy.leaves().len());
    Saying::SiteHolds {
        version: catalog.version.as_str()[..12].to_owned(),
        grids: leaves.max().unwrap_or(0),
        departments: catalog.routing.departments().len(),
        categories: catalog.routing.categories().len(),
        territories: catalog.routing.territories().len(),
        assets: catalog.routing.assets().len(),
        staff: catalog.staff.len(),
        places: catalog.places.places().len(),
        cameras: catalog.cameras.cameras().len(),
    }
}
