//! `gridwatch backup`: everything of a site in one file, while it is served.

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use jiff::Timestamp;

use super::{Language, Saying, is_there};
use crate::{
    io::catalog,
    service::{app, backup},
};

#[derive(clap::Args)]
pub struct Args {
    /// The site's folder
    #[arg(long, default_value = ".", value_name = "DIR")]
    site: PathBuf,
    /// Folder of the store [default: the site's `data`, else data in its folder]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// File to write: a gzipped tar
    #[arg(long, value_name = "FILE.tar.gz")]
    output: PathBuf,
    /// Write over a file that is there
    #[arg(long)]
    force: bool,
}

pub fn run(args: &Args, language: Language) -> anyhow::Result<ExitCode> {
    is_there(&args.site, language)?;
    // Yesterday's backup may be the only one that is good.
    if args.output.exists() && !args.force {
        return Err(Saying::FileIsThere { file: args.output.display().to_string() }.failure(language));
    }
    let settings = catalog::settings(&args.site);
    let data = app::data_folder(&args.site, args.data.as_deref(), &settings.serving);
    if !app::store_file(&data).exists() {
        return Err(Saying::NoStoreThere { folder: data.display().to_string() }.failure(language));
    }
    let manifest = backup::backup(&args.site, &data, &args.output, Timestamp::now())?;
    let mut out = io::stdout().lock();
    for hash in &manifest.missing_photos {
        writeln!(out, "{}", language.say(&Saying::PhotoMissing { hash: hash.clone() }))?;
    }
    let (cases, reports, photos) = (manifest.cases, manifest.reports, manifest.photos);
    let done = Saying::BackedUp { file: args.output.display().to_string(), cases, reports, photos };
    writeln!(out, "{}", language.say(&done))?;
    Ok(if manifest.missing_photos.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
