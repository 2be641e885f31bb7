//! `gridwatch watch`: looks through cameras for a service, which starts it and says which.

use std::{path::PathBuf, process::ExitCode};

use super::serve::log_to_stderr;
use crate::service::eyes::outpost::{self, Options};

#[derive(clap::Args)]
pub struct Args {
    /// The site's folder
    #[arg(long, default_value = ".", value_name = "DIR")]
    site: PathBuf,
    /// File of the cameras' credentials
    #[arg(long, value_name = "FILE")]
    secrets: PathBuf,
    /// Folder of its own: its socket, and what it saw that the service has not kept
    #[arg(long, value_name = "DIR")]
    post: PathBuf,
    /// How many such processes share the machine
    #[arg(long, default_value_t = 1, value_name = "N")]
    of: usize,
}

pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    log_to_stderr();
    let Args { site, secrets, post, of } = args;
    // One thread: what takes time has threads of its own.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(outpost::run(Options { site, secrets, post, of }))?;
    Ok(ExitCode::SUCCESS)
}
