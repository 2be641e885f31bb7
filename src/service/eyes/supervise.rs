//! Keeps one process that looks through cameras alive.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use tokio::{
    net::UnixStream,
    process::{Child, Command},
    sync::{mpsc, watch},
    time::{sleep, timeout},
};
use uuid::Uuid;

use super::{
    fleet::Centre,
    link::{self, Ask, Tell, Watched},
    post,
    spool::Spool,
};
use crate::io::video::jittered;

/// What one is there for.
pub struct Duty {
    pub number: usize,
    pub of: usize,
    pub program: PathBuf,
    pub folder: PathBuf,
    pub site: PathBuf,
    pub secrets: PathBuf,
    pub orders: watch::Receiver<Vec<Watched>>,
    /// Whether all of before have ended.
    pub is_clear: watch::Receiver<bool>,
    pub stop: watch::Receiver<bool>,
}

/// How long it may take until it listens, and until it has ended.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long one of before may still be there: its streams are told goodbye.
const LEAVING: Duration = Duration::from_secs(30);
/// Before it is begun again: at first, and at the longest where it never lasts.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// One that lived so long had another reason to end than its beginning.
const LASTED: Duration = Duration::from_mins(1);
/// How often it is looked whether it listens.
const LOOK: Duration = Duration::from_millis(20);
/// What is kept and has not been told; no more than it tells of at once.
const ANSWERS: usize = 64;

impl Duty {
    /// Until it is to stop.
    pub async fn supervise(mut self, centre: Centre) {
        // Before that, one of before may have a camera open.
        if self.is_clear.wait_for(|is_clear| *is_clear).await.is_err() {
            return;
        }
        let mut pause = FIRST_PAUSE;
        while !*self.stop.borrow() {
            let begun = Instant::now();
            let ended = self.run(&centre).await;
            if *self.stop.borrow() {
                return;
            }
            let number = self.number;
            let why = ended.err().map_or_else(|| "it closed its connection".to_owned(), |error| error.to_string());
            tracing::warn!(number, why, "a process that looks through cameras ended, and is begun again");
            let Some(fleet) = centre.upgrade() else { return };
            fleet.note_lost(self.number);
            drop(fleet);
            pause = if begun.elapsed() < LASTED { pause } else { FIRST_PAUSE };
            tokio::select! {
                () = sleep(jittered(pause)) => {}
                _ = self.stop.wait_for(|stop| *stop) => return,
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// One life of it.
    async fn run(&mut self, centre: &Centre) -> io::Result<()> {
        let mut stop = self.stop.clone();
        tokio::select! {
            left = take_in(centre, &self.folder) => left?,
            _ = stop.wait_for(|stop| *stop) => return Ok(()),
        }
        let mut child = self.begin()?;
        let stream = tokio::select! {
            stream = reached(&self.folder, &mut child) => stream?,
            _ = stop.wait_for(|stop| *stop) => return Ok(()),
        };
        let ended = tokio::select! {
            ended = self.attend(centre, stream) => ended,
            status = child.wait() => Err(io::Error::other(status?.to_string())),
            _ = stop.wait_for(|stop| *stop) => Ok(()),
        };
        // The connection is gone: it ends by itself.
        if timeout(PATIENCE, child.wait()).await.is_err() {
            child.kill().await?;
        }
        ended
    }

    fn begin(&self) -> io::Result<Child> {
        let mut command = Command::new(&self.program);
        command.arg("watch").arg("--site").arg(&self.site).arg("--secrets").arg(&self.secrets);
        command.arg("--post").arg(&self.folder).arg("--of").arg(self.of.to_string());
        // Its own group: what is typed at a terminal is for the service, which ends it in order.
        command.stdin(Stdio::null()).stdout(Stdio::null()).process_group(0).kill_on_drop(true);
        command.spawn()
    }

    /// Says what there is to do, and hears what it tells, until one of both is gone.
    async fn attend(&mut self, centre: &Centre, stream: UnixStream) -> io::Result<()> {
        let (mut ear, mut mouth) = link::ends(stream);
        let (keep, mut kept) = mpsc::channel::<Uuid>(ANSWERS);
        let orders = &mut self.orders;
        let saying = async {
            orders.mark_changed();
            loop {
                let ask = tokio::select! {
                    changed = orders.changed() => {
                        if changed.is_err() {
                            return Ok(());
                        }
                        Ask::Watch(orders.borrow_and_update().clone())
                    }
                    Some(id) = kept.recv() => Ask::Kept(id),
                };
                mouth.say(&ask).await?;
            }
        };
        let number = self.number;
        let hearing = async {
            while let Some(told) = ear.hear().await? {
                let Some(fleet) = centre.upgrade() else { return Ok(()) };
                match told {
                    Tell::Standing(id, standing) => fleet.note(number, &id, &standing),
                    Tell::Seen(seen) => {
                        let (id, keep) = (seen.id, keep.clone());
                        // Not here: while the store is busy, screens still hear of cameras.
                        tokio::spawn(async move {
                            if fleet.hand_on(*seen).await {
                                let _ = keep.send(id).await;
                            }
                        });
                    }
                }
            }
            Ok(())
        };
        tokio::select! {
            ended = saying => ended,
            ended = hearing => ended,
        }
    }
}

/// The connection, as soon as it listens.
async fn reached(folder: &Path, child: &mut Child) -> io::Result<UnixStream> {
    let socket = post::socket(folder);
    let connecting = async {
        loop {
            if let Ok(stream) = UnixStream::connect(&socket).await {
                return Ok(stream);
            }
            if let Some(status) = child.try_wait()? {
                return Err(io::Error::other(status.to_string()));
            }
            sleep(LOOK).await;
        }
    };
    timeout(PATIENCE, connecting).await.map_err(|_| io::Error::other("it does not listen"))?
}

/// Waits until all of before have ended, and takes in what they saw and nobody kept, however many there were.
pub async fn clear(centre: Centre, posts: PathBuf, is_clear: watch::Sender<bool>) {
    let entries = fs::read_dir(&posts).into_iter().flatten().flatten();
    for folder in entries.map(|entry| entry.path()).filter(|path| path.is_dir()) {
        if let Err(error) = take_in(&centre, &folder).await {
            tracing::warn!(%error, folder = %folder.display(), "what was seen before cannot be taken in");
        }
    }
    is_clear.send_replace(true);
}

/// Takes in what one saw that has ended, whatever became of it.
async fn take_in(centre: &Centre, folder: &Path) -> io::Result<()> {
    let _lock = post::take(folder, LEAVING).await.map_err(io::Error::other)?;
    let spool = Spool::open(folder)?;
    for id in spool.waiting()? {
        let Some(seen) = spool.read(id)? else { continue };
        let Some(fleet) = centre.upgrade() else { return Ok(()) };
        if !fleet.hand_on(seen).await {
            return Ok(());
        }
        spool.remove(id)?;
    }
    Ok(())
}
