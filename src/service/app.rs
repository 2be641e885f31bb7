//! The only composition root: starts everything, and stops it.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::Context;
use arc_swap::ArcSwap;
use jiff::SignedDuration;
use tokio::{
    sync::{Semaphore, mpsc},
    task::JoinHandle,
};

use super::{
    accounts::Accounts,
    clock::Clock,
    clockwork,
    eyes::{Eyes, Sight, Sighted, Workers},
    feed::Feed,
    findings::Findings,
    follow::FollowKey,
    heat::Heat,
    http::{self, AppState, Pace},
    intake::Intake,
    listening::Listening,
    lock::Lock,
    looks::Looks,
    messages,
    planning::desk::Planning,
    register,
    reread::{self, Rereading},
    secret::Secret,
    telemetry::Telemetry,
    truth, upkeep,
    witness::WitnessStand,
};
use crate::{
    domain::people::{Actor, ActorKind},
    io::{
        catalog::{self, Reading, Serving, Severity, TlsFiles, Why},
        evidence::EvidenceFolder,
        secrets::Secrets,
        store::{Credential, Purpose, Store},
    },
    words::Language,
};

/// What `serve` is told on its command line.
#[derive(Debug, Clone)]
pub struct Options {
    pub site: PathBuf,
    /// Else as the site's settings say, else `data` in its folder.
    pub data: Option<PathBuf>,
    /// Else as the site's settings say, else port 8080 of this machine alone. Port 0 takes a free one.
    pub listen: Option<SocketAddr>,
    /// This program, where cameras are to be looked through by processes of their own; else this one does it.
    pub program: Option<PathBuf>,
}

/// A service that runs until it is told to stop.
pub struct Running {
    pub address: SocketAddr,
    pub store: Store,
    pub site: Arc<str>,
    /// Scheme and host, as people reach it.
    pub url: String,
    listening: Listening,
    eyes: Eyes,
    looks: Looks,
    /// What passes changes on to the screens, what takes findings in, what answers reports that ask for a frame, what
    /// tells lateness, what sends messages, what ends looks, what follows the site's files,
    /// and what looks after the cameras.
    background: [JoinHandle<()>; 8],
    /// Let go last.
    lock: Lock,
}

/// This machine alone: who opens a service to others says so.
const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);
/// How long a sign-in link is good.
const LINK: SignedDuration = SignedDuration::from_mins(30);
/// Sightings on their way to the store; where it is full the cameras wait.
const SIGHTINGS: usize = 64;
/// How long to wait before a finding is tried again that the store could not take.
const AGAIN: Duration = Duration::from_secs(2);
/// How long the cameras may take to end before what they still have to tell is given up.
const CLOSING: Duration = Duration::from_secs(10);
/// The cameras' credentials, and where messages go, in the data folder.
const SECRETS: &str = "secrets.toml";
/// Questions for figures that are counted at once: two readers of the store are left for everything else.
const COUNTING: usize = 2;
/// Pictures drawn or decoded at once.
const PICTURES: usize = 2;
/// Passwords hashed at once.
const HASHES: usize = 2;
/// The administrator of the link, until there are accounts.
const ADMINISTRATOR: &str = "administrator";

/// Reads the site, opens the store, listens.
///
/// # Errors
/// If the site has errors ([`DamagedSite`]), another service has the data folder ([`super::lock::ServedAlready`]), files
/// and store have both changed ([`truth::TwoTruths`]), the store cannot be opened, or the address cannot be had.
pub async fn start(options: &Options, clock: Arc<dyn Clock>) -> anyhow::Result<Running> {
    let reading = sound_reading(&options.site)?;
    let serving = catalog::settings(&options.site).serving;
    let data = data_folder(&options.site, options.data.as_deref(), &serving);
    make_folder(&data)?;
    let lock = Lock::take(&data)?;
    let store = open_store(&data)?;
    let catalog = truth::settle(&options.site, reading, &store, clock.now()).await?;
    let site: Arc<str> = Arc::from(catalog.settings.id.as_str());
    let listen = options.listen.or(serving.listen).unwrap_or(LISTEN);
    let listener = TcpListener::bind(listen).with_context(|| format!("cannot listen on {listen}"))?;
    let address = listener.local_addr()?;
    let tls = serving.tls.as_ref().map(|files| TlsFiles {
        certificate: options.site.join(&files.certificate),
        key: options.site.join(&files.key),
    });
    let (is_secure, public) = match &serving.public_url {
        Some(url) => (url.is_secure, url.host.clone()),
        None => (tls.is_some(), address.to_string()),
    };
    let port = address.port();
    let own = ["127.0.0.1", "localhost", "[::1]"].map(|host| format!("{host}:{port}"));
    let (feed, passing_on) = Feed::start(&store);
    let evidence = EvidenceFolder::open(&evidence_folder(&data))?;
    let pictures = Arc::new(Semaphore::new(PICTURES));
    let catalog = Arc::new(ArcSwap::new(catalog));
    let register = register::joined(&catalog.load(), store.collected_places(&site)?);
    let (witness, questions) = WitnessStand::new();
    let intake = Intake {
        site: Arc::clone(&site),
        catalog: Arc::clone(&catalog),
        register: Arc::new(ArcSwap::from_pointee(register)),
        store: store.clone(),
        evidence: evidence.clone(),
        decoding: Arc::clone(&pictures),
        witness,
        clock: Arc::clone(&clock),
    };
    let accounts = Accounts {
        site: Arc::clone(&site),
        catalog: Arc::clone(&catalog),
        store: store.clone(),
        clock: Arc::clone(&clock),
        turns: Arc::new(Semaphore::new(HASHES)),
    };
    let (seen, sightings) = mpsc::channel(SIGHTINGS);
    let sight = Sight {
        folder: options.site.clone(),
        secrets: secrets_file(&data),
        clock: Arc::clone(&clock),
        feed: feed.clone(),
        seen,
        workers: workers(options.program.as_deref(), &data, &serving),
    };
    let eyes = Eyes::open(&catalog.load(), &sight).context("the cameras' credentials")?;
    let mut fresh = [0; 32];
    getrandom::fill(&mut fresh).context("no randomness")?;
    let follow_key = FollowKey(store.site_key(&site, fresh).await?);
    let telemetry = Arc::<Telemetry>::default();
    let findings = Findings { intake: intake.clone() };
    let taking = tokio::spawn(take_findings(findings, sightings, Arc::clone(&telemetry)));
    let counting = Arc::new(Semaphore::new(COUNTING));
    let planning = Planning {
        site: Arc::clone(&site),
        catalog: Arc::clone(&catalog),
        store: store.clone(),
        clock: Arc::clone(&clock),
        folder: options.site.as_path().into(),
        turns: Arc::clone(&counting),
    };
    let ticking = clockwork::start(intake.clone(), planning.clone());
    let secrets = Secrets::read(&secrets_file(&data)).context("the secrets")?;
    let receivers = messages::receivers(&options.site, &catalog.load().settings.notify, &secrets)?;
    let sending = messages::start(&intake, receivers);
    let witnesses = questions.answer(intake.clone(), eyes.clone());
    let editing = Arc::<tokio::sync::Mutex<()>>::default();
    let rereading = reread::start(Rereading {
        folder: options.site.clone(),
        secrets: secrets_file(&data),
        intake: intake.clone(),
        eyes: eyes.clone(),
        editing: Arc::clone(&editing),
    });
    let keeping = upkeep::start(intake.clone(), eyes.clone());
    let (looks, ending_looks) = Looks::start(&site, &store, &clock);
    let state = AppState {
        intake,
        accounts,
        follow_key,
        eyes: eyes.clone(),
        looks: looks.clone(),
        site: Arc::clone(&site),
        catalog,
        store: store.clone(),
        evidence,
        heat: Heat::new(Arc::clone(&site), store.clone()),
        pictures,
        editing,
        counting,
        planning,
        folder: options.site.as_path().into(),
        clock,
        pace: Pace::new(&serving.trusted_proxies),
        feed,
        telemetry,
        hosts: own.into_iter().chain([public.clone()]).collect(),
        is_secure,
    };
    let listening = Listening::start(listener, tls.as_ref(), http::router(state)).await?;
    let url = format!("{}://{public}", if is_secure { "https" } else { "http" });
    Ok(Running {
        address,
        store,
        site,
        url,
        listening,
        eyes,
        looks,
        background: [passing_on, taking, witnesses, ticking, sending, ending_looks, rereading, keeping],
        lock,
    })
}

/// Keeps what the cameras see, in the order in which it comes. What the store cannot take now waits until it can.
async fn take_findings(findings: Findings, mut sightings: mpsc::Receiver<Sighted>, telemetry: Arc<Telemetry>) {
    while let Some(Sighted { seen, kept }) = sightings.recv().await {
        loop {
            match findings.take(seen.clone()).await {
                Ok(taken) => {
                    taken.inspect(|finding| telemetry.found(finding.kind));
                    break;
                }
                Err(error) => {
                    tracing::warn!(?error, camera = seen.camera, "a finding could not be kept yet");
                    tokio::time::sleep(AGAIN).await;
                }
            }
        }
        // Whoever waited may be gone, and will tell it again.
        let _ = kept.map(|kept| kept.send(()));
    }
}

/// Who looks through the cameras, by the site's settings.
fn workers(program: Option<&Path>, data: &Path, serving: &Serving) -> Option<Workers> {
    let (program, cameras_each) = (program?.to_owned(), serving.cameras_each);
    (cameras_each > 0).then(|| Workers { program, posts: data.join("watch"), cameras_each })
}

/// Where the store and the photos are.
#[must_use]
pub fn data_folder(site: &Path, given: Option<&Path>, serving: &Serving) -> PathBuf {
    /// In the site's folder.
    const DATA: &str = "data";
    let kept = serving.data.as_deref().unwrap_or(Path::new(DATA));
    given.map_or_else(|| site.join(kept), Path::to_owned)
}

/// The site's files have errors.
#[derive(Debug, thiserror::Error)]
#[error("the site's files have {} errors", reading.count(Severity::Error))]
pub struct DamagedSite {
    pub reading: Reading,
}

/// What the site's files hold, with what they lack in the log.
fn sound_reading(site: &Path) -> anyhow::Result<Reading> {
    let reading = catalog::read_for_service(site);
    if reading.catalog.is_none() {
        return Err(DamagedSite { reading }.into());
    }
    for problem in reading.problems.iter().filter(|problem| matches!(problem.why, Why::NoGrids | Why::TakenAsEmpty)) {
        tracing::warn!(file = problem.file, "{}", Language::En.say(&problem.why));
    }
    Ok(reading)
}

/// Where the store is in its folder.
#[must_use]
pub fn store_file(data: &Path) -> PathBuf {
    data.join("gridwatch.db")
}

/// Where the cameras' credentials are in it, if there are any.
#[must_use]
pub fn secrets_file(data: &Path) -> PathBuf {
    data.join(SECRETS)
}

/// Where the photos are in it.
#[must_use]
pub fn evidence_folder(data: &Path) -> PathBuf {
    data.join("evidence")
}

/// The store in the data folder, made if need be, readable by its owner only.
///
/// # Errors
/// If the folder cannot be made or the store not be opened.
pub fn open_store(data: &Path) -> anyhow::Result<Store> {
    make_folder(data)?;
    Store::open(&store_file(data)).with_context(|| format!("cannot open the store in {}", data.display()))
}

fn make_folder(data: &Path) -> anyhow::Result<()> {
    let mut folder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
    folder.recursive(true).create(data).with_context(|| format!("cannot make {}", data.display()))
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
            actor: Actor::of(ActorKind::Administrator, ADMINISTRATOR),
            created_at: now,
            expires_at: Some(now + LINK),
        };
        self.store.add_credential(&self.site, credential).await?;
        Ok(format!("{}/#code={}", self.url, code.expose()))
    }

    /// Takes no new requests, finishes those under way, closes the store.
    ///
    /// # Errors
    /// If serving had failed.
    pub async fn stop(self) -> anyhow::Result<()> {
        let Self { listening, eyes, looks, background, store, lock, .. } = self;
        let stopped = listening.stop().await;
        looks.close().await;
        // Streams are told goodbye; what they saw last is still taken in while they are, if the store takes it.
        let mut closing = tokio::task::spawn_blocking(move || eyes.close());
        let closed = tokio::time::timeout(CLOSING, &mut closing).await;
        background.iter().for_each(JoinHandle::abort);
        if closed.is_err() {
            closing.await?;
        }
        drop(store);
        drop(lock);
        stopped
    }
}
