//! `gridwatch import`: real data into a site.

mod grids;
mod site;
mod staff;

use std::process::ExitCode;

use super::{Language, truth};

#[derive(clap::Subcommand)]
pub enum Command {
    /// Grids from a survey: report what it holds, and keep it with --write
    Grids(Box<grids::Args>),
    /// A staff list: report what it changes, and keep it with --write, with a code for everybody who is new
    Staff(staff::Args),
    /// Take the site's files for true, where the store was edited too: name what differs, and do it with --write
    Site(truth::Args),
}

pub fn run(command: &Command, language: Language) -> anyhow::Result<ExitCode> {
    match command {
        Command::Grids(args) => grids::run(args, language),
        Command::Staff(args) => staff::run(args, language),
        Command::Site(args) => site::run(args, language),
    }
}
