//! `gridwatch cameras`: many cameras at once.

mod list;
#[cfg(feature = "video")]
mod test;

use std::process::ExitCode;

use super::{Language, import};

#[derive(clap::Subcommand)]
pub enum Command {
    /// Every camera, a line of CSV each: as the site's files have it, or with its state as a running service knows it
    List(list::Args),
    /// Open streams, and say what each gives, or why it gives nothing: a line of CSV each
    #[cfg(feature = "video")]
    Test(test::Args),
    /// A list of cameras: report what it changes, and keep it with --write
    Import(import::cameras::Args),
}

pub fn run(command: &Command, language: Language) -> anyhow::Result<ExitCode> {
    match command {
        Command::List(args) => list::run(args, language),
        #[cfg(feature = "video")]
        Command::Test(args) => test::run(args, language),
        Command::Import(args) => import::cameras::run(args, language),
    }
}
