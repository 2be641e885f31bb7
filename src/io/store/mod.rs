//! The store: what is known of cases and who did what, kept on disk.
//!
//! SQLite today, PostGIS beside it later: nothing of either shows in this interface, which is whole units of work. One
//! thread writes, in group commits; what it reports as done is on disk (`synchronous = FULL`). Readers see committed
//! rows only, and never wait for the writer (WAL).

mod access;
mod accounts;
mod camera_days;
mod cases;
mod casework;
mod catalog;
mod copy;
mod duty;
mod evidence;
mod figures;
mod findings;
mod heat;
mod incidents;
mod intake;
mod kept_reports;
mod likeness;
mod lists;
mod log;
mod looks;
mod made;
mod migrations;
mod places;
mod record;
mod notices;
mod outbox;
mod rows;
mod tasks;
mod turns;
mod visits;
mod writer;

use std::{path::Path, sync::Arc};

use crossbeam_channel::{Receiver, Sender, bounded};
use rusqlite::{Connection, OpenFlags};
use tokio::sync::broadcast;

use crate::domain::update::Update;
pub use access::{Credential, Purpose};
pub use accounts::Attempt;
pub use camera_days::CameraDay;
pub use cases::{CaseFilter, Page};
pub use casework::{Taken, ToTake};
pub use catalog::{Adopted, NewVersion, Origin, Present};
pub use copy::{Holdings, copy, inspect};
pub use duty::Attendance;
pub use evidence::{EvidenceOf, Shown};
pub use findings::{FindingFilter, FindingPage, NewFinding, Verdict};
pub use heat::{HeatCase, HeatFilter, Known};
pub use incidents::{AsOf, IncidentFilter, Studied};
pub use intake::{Accepted, IdempotencyKey, NewReport};
pub use kept_reports::KeptReport;
pub use likeness::{Likely, NearbyReport};
pub use log::Snapshot;
pub use looks::LookEnded;
pub use made::Made;
pub use notices::{KeptNotice, NoticePage, Read};
pub use outbox::{DeadPage, Outgoing};
pub use places::{CollectedPlace, NewPlace};
pub use record::{RecordCursor, RecordPage};
pub use tasks::TaskTaken;
pub use visits::{VisitDue, VisitFilter, VisitPage};
use writer::Writer;

/// Connections for reading: more than the cores of a small machine, so that one slow question blocks no other.
const READERS: usize = 4;
/// Committed updates that a slow listener may be behind before it is told to start anew.
const UPDATES_KEPT: usize = 4096;

/// Handle to the store of one node; clones share it.
#[derive(Clone)]
pub struct Store {
    writer: Arc<Writer>,
    idle: Receiver<Connection>,
    give_back: Sender<Connection>,
    updates: broadcast::Sender<Arc<Update>>,
}

/// What can go wrong in the store.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The disk is full: nothing of the unit of work was kept, and it can be tried again when there is room.
    #[error("the disk is full")]
    Full,
    /// An idempotency key came again with another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    #[error("the store is closed")]
    Closed,
    /// A newer gridwatch wrote it.
    #[error("the store has schema version {found}, this program knows {known}")]
    TooNew { found: i64, known: i64 },
    #[error("the store failed: {0}")]
    Failed(String),
}

impl Store {
    /// Opens the store at `path`, making or migrating it as needed.
    ///
    /// # Errors
    /// If the file cannot be opened, is no store, or was written by a newer program.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let mut connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", "ON")?;
        migrations::apply(&mut connection)?;
        let (updates, _) = broadcast::channel(UPDATES_KEPT);
        let writer = Arc::new(Writer::start(connection, updates.clone())?);
        let (give_back, idle) = bounded(READERS);
        for _ in 0..READERS {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let reader = Connection::open_with_flags(path, flags)?;
            // The channel has room for just these.
            let _ = give_back.send(reader);
        }
        Ok(Self { writer, idle, give_back, updates })
    }

    /// Updates from now on, each after its commit. A listener that falls too far behind is told so, and reads the rest
    /// with [`updates_since`](Self::updates_since).
    #[must_use]
    pub fn listen(&self) -> broadcast::Receiver<Arc<Update>> {
        self.updates.subscribe()
    }

    /// Bounds the file to so many pages of 4 KiB, at least those it has now; says how many it may have. A site with a
    /// quota sets it; a full store refuses with [`StoreError::Full`] and goes on when there is room.
    ///
    /// # Errors
    /// What the store suffers.
    pub async fn limit_pages(&self, pages: u32) -> Result<u32, StoreError> {
        let pragma = format!("PRAGMA max_page_count = {pages}");
        self.writer.write(move |tx| Ok(tx.connection.query_row(&pragma, [], |row| row.get(0))?)).await
    }

    /// Reads on one connection, in one snapshot. Blocks: call it where blocking is allowed.
    fn read<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        let mut connection = self.idle.recv().map_err(|_| StoreError::Closed)?;
        let snapshot = connection.transaction().map_err(StoreError::from);
        let result = snapshot.and_then(|snapshot| work(&snapshot).map_err(StoreError::from));
        let _ = self.give_back.send(connection);
        result
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => Self::Full,
            _ => Self::Failed(error.to_string()),
        }
    }
}
