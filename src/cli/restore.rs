//! `gridwatch restore`: a backup becomes a site on an empty machine.

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use super::{Language, Saying};
use crate::{
    io::archive::ArchiveFault,
    service::restore::{self, RestoreError},
};

#[derive(clap::Args)]
pub struct Args {
    /// What `gridwatch backup` wrote
    #[arg(value_name = "FILE.tar.gz")]
    file: PathBuf,
    /// The site's folder: empty, or not there yet
    #[arg(long, value_name = "DIR")]
    site: PathBuf,
    /// Folder of the store, empty or not there yet [default: as the settings in the backup say, in the site's folder]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

pub fn run(args: &Args, language: Language) -> anyhow::Result<ExitCode> {
    let cannot = || Saying::CannotRestore { file: args.file.display().to_string() };
    let manifest = restore::restore(&args.file, &args.site, args.data.as_deref()).map_err(|error| match error {
        RestoreError::Archive(ArchiveFault::Io(error)) => cannot().because_of(error, language),
        other => anyhow::Error::msg(language.say(&other)).context(language.say(&cannot())),
    })?;
    let mut out = io::stdout().lock();
    for hash in &manifest.missing_photos {
        writeln!(out, "{}", language.say(&Saying::PhotoMissing { hash: hash.clone() }))?;
    }
    let data = args.data.as_ref().map(|data| format!(" --data {}", data.display())).unwrap_or_default();
    let (cases, reports, photos) = (manifest.cases, manifest.reports, manifest.photos);
    let done = Saying::Restored { cases, reports, photos, made_at: manifest.made_at };
    writeln!(out, "{}", language.say(&done))?;
    writeln!(out, "gridwatch serve --site {}{data}", args.site.display())?;
    Ok(ExitCode::SUCCESS)
}
