//! The only composition root: starts everything, and stops it.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, bail};
use arc_swap::ArcSwap;
use jiff::SignedDuration;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use super::{
    clock::Clock,
    http::{self, AppState},
    secret::Secret,
};
use crate::{
    domain::people::{Actor, ActorKind},
    io::{
        catalog::{self, Catalog, Reading},
        store::{Credential, Purpose, Store},
    },
};

/// What `serve` is told.
#[derive(Debug, Clone)]
pub struct Options {
    pub site: PathBuf,
    pub data: PathBuf,
    /// Port 0 takes a free one.
    pub listen: SocketAddr,
}

/// A service that runs until it is told to stop.
pub struct Running {
    pub address: SocketAddr,
    pub store: Store,
    pub site: Arc<str>,
    stop: oneshot::Sender<()>,
    served: JoinHandle<std::io::Result<()>>,
}

/// How long a sign-in link is good.
const LINK: SignedDuration = SignedDuration::from_mins(30);
/// The administrator of the link, until there are accounts.
const ADMINISTRATOR: &str = "administrator";

/// Reads the site, opens the store, listens.
///
/// # Errors
/// If the site has errors, the store cannot be opened, or the address cannot be had.
pub async fn start(options: &Options, clock: Arc<dyn Clock>) -> anyhow::Result<Running> {
    let catalog = catalog_of(&options.site)?;
    let store = open_store(&options.data)?;
    let site: Arc<str> = Arc::from(catalog.settings.id.as_str());
    let listener =
        TcpListener::bind(options.listen).await.with_context(|| format!("cannot listen on {}", options.listen))?;
    let address = listener.local_addr()?;
    let port = address.port();
    let state = AppState {
        site: Arc::clone(&site),
        catalog: Arc::new(ArcSwap::from_pointee(catalog)),
        store: store.clone(),
        folder: options.site.as_path().into(),
        clock,
        hosts: ["127.0.0.1", "localhost", "[::1]"].map(|host| format!("{host}:{port}")).into(),
        is_secure: false,
    };
    let (stop, stopped) = oneshot::channel::<()>();
    let served = tokio::spawn(
        axum::serve(listener, http::router(state))
            .with_graceful_shutdown(async move {
                // Told to stop, or whoever could tell is gone.
                let _ = stopped.await;
            })
            .into_future(),
    );
    Ok(Running { address, store, site, stop, served })
}

/// The site's catalog, or everything that is wrong with it.
fn catalog_of(site: &Path) -> anyhow::Result<Catalog> {
    let Reading { catalog, problems } = catalog::read(site);
    match catalog {
        Some(catalog) => Ok(catalog),
        None => bail!("{} has {} problems: see `gridwatch check`", site.display(), problems.len()),
    }
}

/// The store in the data folder, made if need be, readable by its owner only.
///
/// # Errors
/// If the folder cannot be made or the store not be opened.
pub fn open_store(data: &Path) -> anyhow::Result<Store> {
    let mut folder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
    folder.recursive(true).create(data).with_context(|| format!("cannot make {}", data.display()))?;
    Store::open(&data.join("gridwatch.db")).with_context(|| format!("cannot open the store in {}", data.display()))
}

impl Running {
    /// A fresh sign-in link: good once, for half an hour. The code stands in the fragment, which browsers do not send.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn sign_in_link(&self, clock: &dyn Clock) -> anyhow::Result<String> {
        let (code, now) = (Secret::new()?, clock.now());
        let credential = Credential {
            hash: code.hash(),
            purpose: Purpose::SignIn,
            actor: Actor { kind: ActorKind::Administrator, name: ADMINISTRATOR.to_owned() },
            created_at: now,
            expires_at: Some(now + LINK),
        };
        self.store.add_credential(&self.site, credential).await?;
        Ok(format!("http://{}/#code={}", self.address, code.expose()))
    }

    /// Takes no new requests, finishes those under way, closes the store.
    ///
    /// # Errors
    /// If serving had failed.
    pub async fn stop(self) -> anyhow::Result<()> {
        // It may have stopped by itself.
        let _ = self.stop.send(());
        self.served.await??;
        Ok(())
    }
}
