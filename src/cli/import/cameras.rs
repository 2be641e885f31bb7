//! `gridwatch import cameras`: a list of cameras into `cameras.toml`.

use std::{
    fs,
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use super::{Language, staff::read};
use crate::{
    cli::{Saying, check, is_there},
    io::catalog::{self, CAMERAS, Problem, Severity},
};

#[derive(clap::Args)]
pub struct Args {
    /// A CSV with a column id, and any of name, main, sub, lon, lat, height_m, heading_deg, tilt_deg, hfov_deg, range_m, gb_code,
    /// secret, reader, enabled
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The site's folder
    #[arg(long, default_value = ".", value_name = "DIR")]
    site: PathBuf,
    /// Keep them in the site; else only say what would change
    #[arg(long)]
    write: bool,
}

pub fn run(args: &Args, language: Language) -> anyhow::Result<ExitCode> {
    is_there(&args.site, language)?;
    let (shown, settings) = (args.file.display().to_string(), catalog::settings(&args.site));
    let list = read(&args.file, settings.max_file_mb, language)?;
    let place = args.site.join(CAMERAS);
    let before = match fs::read(&place) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        read => read?,
    };
    let mut out = io::stdout().lock();
    let (taken, mut problems) = catalog::with_cameras(&before, &list, settings.datum.unwrap_or_default());
    for problem in problems.iter_mut().filter(|problem| problem.file.is_empty()) {
        problem.file.clone_from(&shown);
    }
    // What the list refers to stands in other files.
    let site = taken.as_ref().map(|taken| catalog::read_with_cameras(&args.site, taken.text.clone().into_bytes()));
    let of_site = site.into_iter().flat_map(|site| site.problems);
    let of_site: Vec<Problem> = of_site.filter(|problem| problem.severity == Severity::Error).collect();
    for problem in problems.iter().chain(&of_site) {
        writeln!(out, "{}", check::line(problem, language))?;
    }
    let Some(taken) = taken.filter(|_| of_site.is_empty()) else {
        writeln!(out, "{}", language.say(&Saying::MendErrors))?;
        return Ok(ExitCode::FAILURE);
    };
    let (new, changed) = (taken.new.len(), taken.changed.len());
    let lines = taken.new.into_iter().map(|id| Saying::CameraNew { id });
    for line in lines.chain(taken.changed.into_iter().map(|id| Saying::CameraChanged { id })) {
        writeln!(out, "{}", language.say(&line))?;
    }
    writeln!(out, "{}", language.say(&Saying::CamerasCounted { new, changed, same: taken.same }))?;
    let file = place.display().to_string();
    if !args.write {
        writeln!(out, "{}", language.say(&Saying::SayWrite { file }))?;
        return Ok(ExitCode::SUCCESS);
    }
    let is_same = before == taken.text.as_bytes();
    let written = match if is_same { None } else { catalog::write_over(&place, taken.text.as_bytes())? } {
        Some(copy) => Saying::WrittenOver { file, copy: copy.display().to_string() },
        None => Saying::Written { file },
    };
    writeln!(out, "{}", language.say(&written))?;
    writeln!(out, "{}", language.say(&Saying::TakenOverSoon))?;
    Ok(ExitCode::SUCCESS)
}
