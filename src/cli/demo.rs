//! `gridwatch demo`: the synthetic site.

use std::{path::PathBuf, process::ExitCode};

#[derive(clap::Subcommand)]
pub enum Command {
    /// Write the files of the demo site
    Site {
        /// Folder to write to
        #[arg(long, default_value = ".", value_name = "DIR")]
        output: PathBuf,
    },
}

pub fn run(command: &Command) -> anyhow::Result<ExitCode> {
    let Command::Site { output } = command;
    crate::demo::write_site(output)?;
    Ok(ExitCode::SUCCESS)
}
