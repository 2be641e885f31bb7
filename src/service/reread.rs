//! The site's files, read again when they change while the service runs.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use tokio::{sync::Mutex, task::JoinHandle, time::interval};

use super::{
    eyes::Eyes,
    intake::Intake,
    register::Places,
    truth::{self, TwoTruths},
};
use crate::{
    io::catalog::{self, Severity},
    words::Language,
};

/// Who hears of it.
pub struct Rereading {
    /// The site's folder.
    pub folder: PathBuf,
    /// Where the cameras' credentials are.
    pub secrets: PathBuf,
    pub intake: Intake,
    pub eyes: Eyes,
    /// One edit of the catalog at a time.
    pub editing: Arc<Mutex<()>>,
}

/// How often it is looked whether they have changed.
const TICK: Duration = Duration::from_secs(2);
/// More files than a site has.
const MOST_FILES: usize = 1_000;

/// The files with their lengths, and when they were written.
type Print = Vec<(PathBuf, u64, Option<SystemTime>)>;

/// Takes over what has changed in the files, by the same rule as at the start, once they stay as they are. What has errors is
/// named in the log, and what was true stays so.
#[must_use]
pub fn start(rereading: Rereading) -> JoinHandle<()> {
    let (folder, secrets) = (rereading.folder.clone(), rereading.secrets.clone());
    // Whatever changes from here on is a change.
    let mut taken = print(&folder, &secrets);
    tokio::spawn(async move {
        let (mut tick, mut last) = (interval(TICK), taken.clone());
        loop {
            tick.tick().await;
            let (folder, secrets) = (folder.clone(), secrets.clone());
            let Ok(now) = tokio::task::spawn_blocking(move || print(&folder, &secrets)).await else { return };
            // Not while somebody is still writing.
            if now != taken && now == last {
                taken.clone_from(&now);
                if let Err(error) = rereading.take_over().await {
                    tracing::warn!("{error:#}");
                }
            }
            last = now;
        }
    })
}

/// Of all that a site is read from, but the basemap.
fn print(folder: &Path, secrets: &Path) -> Print {
    let listed = |folder: &Path| fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let tables = listed(folder).filter(|path| path.extension().is_some_and(|ending| ending == "toml"));
    let files = tables.chain(listed(&folder.join("geodata"))).take(MOST_FILES).chain([secrets.to_owned()]);
    let file = |path: PathBuf| {
        let known = fs::metadata(&path).ok().filter(fs::Metadata::is_file)?;
        Some((path, known.len(), known.modified().ok()))
    };
    let mut print: Print = files.filter_map(file).collect();
    print.sort();
    print
}

impl Rereading {
    async fn take_over(&self) -> anyhow::Result<()> {
        let _turn = self.editing.lock().await;
        let folder = self.folder.clone();
        let reading = tokio::task::spawn_blocking(move || catalog::read_for_service(&folder)).await?;
        let errors = reading.count(Severity::Error);
        if let Some(first) = reading.problems.iter().find(|problem| problem.severity == Severity::Error) {
            let (file, line, why) = (&first.file, first.spot.line, Language::En.say(&first.why));
            tracing::warn!(
                errors,
                file,
                line,
                why,
                "the site's files have changed, and have errors: nothing is taken over"
            );
            return Ok(());
        }
        let intake = &self.intake;
        let settled = truth::settle(&self.folder, reading, &intake.store, intake.clock.now()).await;
        let new = settled.map_err(|error| match error.downcast::<TwoTruths>() {
            Ok(two) => anyhow::anyhow!("the site's files have changed, and are not taken over: {two}"),
            Err(error) => error.context("the site's files have changed, and are not taken over"),
        })?;
        if new.version != intake.catalog.load().version {
            intake.catalog.store(Arc::clone(&new));
            let places = Places { intake: intake.clone() };
            if let Err(error) = places.look_again().await {
                tracing::warn!(?error, "the register is as it was before the edit");
            }
        }
        // A new credential is no new version.
        let eyes = self.eyes.clone();
        Ok(tokio::task::spawn_blocking(move || eyes.take_over(&new)).await??)
    }
}
