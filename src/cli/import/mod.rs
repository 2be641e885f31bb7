//! `gridwatch import`: real data into a site.

mod grids;

use std::process::ExitCode;

use super::Language;

#[derive(clap::Subcommand)]
pub enum Command {
    /// Grids from a survey: report what it holds, and keep it with --write
    Grids(Box<grids::Args>),
}

pub fn run(command: &Command, language: Language) -> anyhow::Result<ExitCode> {
    let Command::Grids(args) = command;
    grids::run(args, language)
}
