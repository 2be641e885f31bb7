//! The command line: one file per subcommand.
#![expect(clippy::print_stderr, reason = "a command line prints")]

mod assign;
mod backup;
mod cameras;
mod check;
mod demo;
mod destination;
#[cfg(feature = "video")]
mod detect;
mod events;
mod export;
mod heatmap;
mod hotspots;
mod import;
mod restore;
mod saying;
mod serve;
mod sink;
mod token;
mod truth;
mod user;
#[cfg(feature = "video")]
mod watch;

use std::{path::Path, process::ExitCode, str::FromStr};

use clap::{Parser, Subcommand, ValueEnum};
use strum::VariantNames;

pub use self::{assign::RowOutcome, saying::Saying};
use crate::words::Language;
#[cfg(test)]
pub use import::NotImported;

/// Grids, cameras and departments of a street, a district or a city, and the way of an event to the right one of each.
#[derive(Parser)]
#[command(version, about, propagate_version = true)]
struct Cli {
    /// Language of what is said: en or zh [default: by the locale]
    #[arg(long, global = true, value_name = "LANG")]
    lang: Option<Lang>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Copy, ValueEnum)]
enum Lang {
    En,
    Zh,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the site over HTTP
    Serve(serve::Args),
    /// Keep everything of a site in one file, while it is served
    Backup(backup::Args),
    /// Make a site of a backup, on an empty machine
    Restore(restore::Args),
    /// Make, list and end the tokens of programs
    Token(token::Args),
    /// The staff, and the codes that they sign in with
    User(user::Args),
    /// Place every row of a table on its grid and department
    Assign(Box<assign::Args>),
    /// Read a whole site and print every problem
    Check(check::Args),
    /// List, test and import cameras
    #[command(subcommand)]
    Cameras(cameras::Command),
    /// Look for people, vehicles, things left and smoke in a recorded video
    #[cfg(feature = "video")]
    Detect(detect::Args),
    /// Draw where the events of a table are
    Heatmap(Box<heatmap::Args>),
    /// Find where there is more than chance explains
    Hotspots(Box<hotspots::Args>),
    /// Bring real data into a site
    #[command(subcommand)]
    Import(import::Command),
    /// Write what the store holds into files
    #[command(subcommand)]
    Export(export::Command),
    /// Look through cameras for a service: `serve` starts this by itself
    #[cfg(feature = "video")]
    Watch(watch::Args),
    /// Make the synthetic demo site
    #[command(subcommand)]
    Demo(demo::Command),
}

/// Runs the command that the arguments name; 0 is success, 1 a negative answer, 2 a failure.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let language = cli.lang.map_or_else(language_of_environment, |lang| match lang {
        Lang::En => Language::En,
        Lang::Zh => Language::Zh,
    });
    let done = match cli.command {
        Command::Serve(args) => serve::run(&args, language),
        Command::Backup(args) => backup::run(&args, language),
        Command::Restore(args) => restore::run(&args, language),
        Command::Token(args) => token::run(&args, language),
        Command::User(args) => user::run(&args, language),
        Command::Assign(args) => assign::run(&args, language),
        Command::Cameras(command) => cameras::run(&command, language),
        Command::Check(args) => check::run(&args, language),
        #[cfg(feature = "video")]
        Command::Detect(args) => detect::run(&args, language),
        Command::Heatmap(args) => heatmap::run(&args, language),
        Command::Hotspots(args) => hotspots::run(&args, language),
        Command::Import(command) => import::run(&command, language),
        Command::Export(command) => export::run(&command, language),
        #[cfg(feature = "video")]
        Command::Watch(args) => watch::run(args),
        Command::Demo(command) => demo::run(&command),
    };
    match done {
        Ok(code) => code,
        // A reader that has seen enough (`gridwatch assign … | head`) is no failure.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gridwatch: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Refuses a site that is not there, before anything is made in its name: a slip of the pen is no new site.
fn is_there(site: &Path, language: Language) -> anyhow::Result<()> {
    if site.is_dir() {
        Ok(())
    } else {
        Err(Saying::NoSiteFolder { folder: site.display().to_string() }.failure(language))
    }
}

/// Reads one of the names of an enum, and says which there are.
fn one_of<T: FromStr + VariantNames>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("none of {}", T::VARIANTS.join(", ")))
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
    })
}

fn language_of_environment() -> Language {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let locale = set("LC_ALL").or_else(|| set("LC_MESSAGES")).or_else(|| set("LANG"));
    locale.as_deref().map(Language::of_locale).unwrap_or_default()
}
