//! `gridwatch import site`: what the files hold becomes true, whatever the store held.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use super::Language;
use crate::{
    cli::{
        Saying, check, is_there,
        truth::{self, ACTOR, Args, Both},
    },
    io::catalog::{self, Reading, Severity},
    service,
};

pub fn run(args: &Args, language: Language) -> anyhow::Result<ExitCode> {
    is_there(&args.site, language)?;
    let mut out = io::stdout().lock();
    let reading = catalog::read_for_service(&args.site);
    if reading.catalog.is_none() {
        for problem in reading.problems.iter().filter(|problem| problem.severity == Severity::Error) {
            writeln!(out, "{}", check::line(problem, language))?;
        }
        writeln!(out, "{}", check::refusal(&reading, language))?;
    }
    let Reading { catalog: Some(catalog), files, .. } = reading else { return Ok(ExitCode::FAILURE) };
    let Both { store, present, now, .. } = Both::open(args, language)?;
    let kept = service::truth::kept_files(&store, &catalog.settings.id, present.as_ref())?;
    let differences = catalog::differences(&kept, &files);
    let version = truth::version(catalog.version.as_str());
    let is_same = present.is_some() && differences.is_empty();
    if present.is_some() && !is_same {
        writeln!(out, "{}", language.say(&Saying::FilesDiffer))?;
        truth::name(&mut out, &differences, language);
    }
    if args.write {
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        runtime.block_on(service::truth::import(&store, &catalog, files, present.as_ref(), ACTOR, now))?;
    }
    let said = match (is_same, args.write) {
        (true, _) => Saying::SameAlready { version },
        (false, true) => Saying::FilesAreTrue { version },
        (false, false) => Saying::SayWriteFiles { version },
    };
    writeln!(out, "{}", language.say(&said))?;
    Ok(ExitCode::SUCCESS)
}
