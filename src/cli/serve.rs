//! `gridwatch serve`: the service, until it is told to stop.

use std::{
    io::{self, Write},
    net::SocketAddr,
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
};

use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use super::{Language, truth};
use crate::service::{
    app::{self, Options},
    clock::SystemClock,
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

pub fn run(args: &Args, language: Language) -> anyhow::Result<ExitCode> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).init();
    let options = Options { site: args.site.clone(), data: args.data.clone(), listen: args.listen };
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(serve(&options)).map_err(|error| {
        let Some(two) = error.downcast_ref::<TwoTruths>() else { return error };
        anyhow::Error::msg(truth::refusal(two, &args.site, args.data.as_deref(), language))
    })?;
    Ok(ExitCode::SUCCESS)
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
