//! `gridwatch import`: real data into a site.

pub mod cameras;
mod cases;
mod grids;
mod site;
mod staff;

use std::process::ExitCode;

use super::{Language, truth};
#[cfg(test)]
pub use cases::NotImported;

#[derive(clap::Subcommand)]
pub enum Command {
    /// Grids from a survey: report what it holds, and keep it with --write
    Grids(Box<grids::Args>),
    /// Cases of past years, kept as closed history: report what there is, and keep it with --write
    Cases(Box<cases::Args>),
    /// A list of cameras: report what it changes, and keep it with --write
    Cameras(cameras::Args),
    /// A staff list: report what it changes, and keep it with --write, with a code for everybody who is new
    Staff(staff::Args),
    /// Take the site's files for true, where the store was edited too: name what differs, and do it with --write
    Site(truth::Args),
}

pub fn run(command: &Command, language: Language) -> anyhow::Result<ExitCode> {
    match command {
        Command::Cameras(args) => cameras::run(args, language),
        Command::Cases(args) => cases::run(args, language),
        Command::Grids(args) => grids::run(args, language),
        Command::Staff(args) => staff::run(args, language),
        Command::Site(args) => site::run(args, language),
    }
}
