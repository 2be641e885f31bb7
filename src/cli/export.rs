//! `gridwatch export site`: the files become what is true in the store.

use std::{
    io::{self, Write},
    process::ExitCode,
};

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
}

pub fn run(command: &Command, language: Language) -> anyhow::Result<ExitCode> {
    let Command::Site(args) = command;
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
