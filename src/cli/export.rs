//! `gridwatch export site`: the files become what is true in the store. `export places`: the register with what the staff
//! added to it.

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::Context;

use super::{
    Language, Saying,
    truth::{self, ACTOR, Args, Both},
};
use crate::{
    io::catalog::{self, Put},
    service,
};

#[derive(clap::Subcommand)]
pub enum Command {
    /// Write the store's present version into the site's folder; what it replaces is kept beside
    Site(Args),
    /// Print places.csv with the places that the staff added, to be looked through and taken over
    Places(Folders),
}

#[derive(clap::Args)]
pub struct Folders {
    /// The site's folder
    #[arg(long, default_value = ".", value_name = "DIR")]
    site: PathBuf,
    /// Folder of the store [default: the site's `data`, else data in its folder]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

pub fn run(command: &Command, language: Language) -> anyhow::Result<ExitCode> {
    match command {
        Command::Site(args) => site(args, language),
        Command::Places(Folders { site, data }) => {
            places(&Args { site: site.clone(), data: data.clone(), write: false }, language)
        }
    }
}

/// In the datum of the site's files, the places of the files first.
fn places(args: &Args, language: Language) -> anyhow::Result<ExitCode> {
    let Both { store, site, present, .. } = Both::open(args, language)?;
    if present.is_none() {
        return Err(Saying::NoVersionYet { site }.failure(language));
    }
    let kept = service::truth::kept_files(&store, &site, present.as_ref())?;
    let catalog = catalog::read_version(&args.site, &kept).catalog.context("the store's version has errors")?;
    let datum = catalog.settings.datum.unwrap_or_default();
    let register = service::register::joined(&catalog, store.collected_places(&site)?);
    let mut out = csv::Writer::from_writer(io::stdout().lock());
    out.write_record(["code", "kind", "name", "aliases", "lon", "lat"])?;
    for place in register.places() {
        let position = datum.from_wgs84(place.position);
        let (lon, lat) = (format!("{:.7}", position.lon()), format!("{:.7}", position.lat()));
        let aliases = place.aliases.join(";");
        out.write_record([place.code.as_str(), &place.kind, &place.name, &aliases, &lon, &lat])?;
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn site(args: &Args, language: Language) -> anyhow::Result<ExitCode> {
    let mut out = io::stdout().lock();
    let Both { store, site, present, now } = Both::open(args, language)?;
    let Some(present) = present else { return Err(Saying::NoVersionYet { site }.failure(language)) };
    let kept = service::truth::kept_files(&store, &site, Some(&present))?;
    let differences = catalog::differences(&kept, &catalog::read_for_service(&args.site).files);
    let version = truth::version(&present.version);
    if !differences.is_empty() {
        writeln!(out, "{}", language.say(&Saying::FilesDiffer))?;
        truth::name(&mut out, &differences, language);
    }
    let mut put = Vec::new();
    if args.write {
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        put = runtime.block_on(service::truth::export(&args.site, &store, &site, &present, ACTOR, now))?;
    } else if !differences.is_empty() {
        writeln!(out, "{}", language.say(&Saying::SayWriteStore { version }))?;
        return Ok(ExitCode::SUCCESS);
    }
    for Put { file, kept, set_aside } in put {
        let copy = kept.map(|kept| kept.display().to_string());
        let said = match copy {
            Some(copy) if set_aside => Saying::SetAside { file, copy },
            Some(copy) => Saying::WrittenOver { file, copy },
            None => Saying::Written { file },
        };
        writeln!(out, "{}", language.say(&said))?;
    }
    writeln!(out, "{}", language.say(&Saying::SameAlready { version }))?;
    Ok(ExitCode::SUCCESS)
}
