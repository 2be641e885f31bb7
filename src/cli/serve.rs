//! `gridwatch serve`: the service, until it is told to stop.

use std::{
    io::{self, IsTerminal, Write},
    net::SocketAddr,
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
};

use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use super::{Language, Saying, check, is_there, truth};
use crate::service::{
    app::{self, DamagedSite, Options},
    clock::SystemClock,
    lock::ServedAlready,
    truth::TwoTruths,
};

#[derive(clap::Args)]
pub struct Args {
    /// The site's folder
    #[arg(long, default_value = ".", value_name = "DIR")]
    site: PathBuf,
    /// Folder of the store [default: the site's `data`, else data in its folder]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Address and port [default: the site's `listen`, else 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
}

/// What the log holds unless `RUST_LOG` says otherwise: how cameras stand says the service, what their packets look like nobody
/// asks.
const LOGGED: &str = "info,retina=error";

pub fn run(args: &Args, language: Language) -> anyhow::Result<ExitCode> {
    is_there(&args.site, language)?;
    log_to_stderr();
    let options = Options {
        site: args.site.clone(),
        data: args.data.clone(),
        listen: args.listen,
        program: Some(std::env::current_exe()?),
    };
    let served = tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(serve(&options));
    served.map_err(|error| worded(error, args, language))?;
    Ok(ExitCode::SUCCESS)
}

pub fn log_to_stderr() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(LOGGED));
    // Colours are for people: in a file or a journal they are noise. https://no-color.org
    let is_coloured = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(is_coloured).with_writer(io::stderr).init();
}

/// What keeps it from starting and people can do something about.
fn worded(error: anyhow::Error, args: &Args, language: Language) -> anyhow::Error {
    if let Some(two) = error.downcast_ref::<TwoTruths>() {
        return anyhow::Error::msg(truth::refusal(two, &args.site, args.data.as_deref(), language));
    }
    if let Some(ServedAlready { folder }) = error.downcast_ref() {
        return Saying::ServedAlready { folder: folder.display().to_string() }.failure(language);
    }
    if let Some(DamagedSite { reading }) = error.downcast_ref() {
        return check::damaged(reading, &args.site, language);
    }
    error
}

async fn serve(options: &Options) -> anyhow::Result<()> {
    // Heard from before anybody can know that it serves.
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let running = app::start(options, Arc::new(SystemClock)).await?;
    writeln!(io::stdout(), "{}", running.sign_in_link(&SystemClock).await?)?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("stopping");
    running.stop().await
}
