//! The one thread that writes.

use std::{
    cell::RefCell,
    sync::Arc,
    thread::{self, JoinHandle},
};

use jiff::Timestamp;
use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::{broadcast, mpsc, oneshot};

use super::StoreError;
use crate::domain::update::{Change, Update};

/// Units of work that wait for the writer. When it is full, who brings the next one waits: nothing is dropped.
const WAITING: usize = 1024;
/// Units of work in one commit: enough to share a disk's flush, few enough that the first does not wait for long.
const GROUP: usize = 256;

/// Runs a unit of work, or hears why it cannot run, and gives back how to tell its sender once the commit has or has
/// not happened.
type Job = Box<dyn FnOnce(Result<&Tx<'_>, StoreError>) -> Reply + Send>;
type Reply = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

/// What a unit of work writes through.
pub struct Tx<'a> {
    pub connection: &'a Connection,
    updates: RefCell<Vec<Update>>,
    /// Why SQLite gave the whole transaction up, as it does on a full disk.
    given_up: RefCell<Option<StoreError>>,
}

/// The writer's thread; it ends, with everything written, when the last handle goes.
pub struct Writer {
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub fn start(connection: Connection, publish: broadcast::Sender<Arc<Update>>) -> Result<Self, StoreError> {
        let (give, take) = mpsc::channel(WAITING);
        let run = move || run(connection, take, &publish);
        let thread = thread::Builder::new().name("store-writer".to_owned()).spawn(run);
        let thread = thread.map_err(|error| StoreError::Failed(error.to_string()))?;
        Ok(Self { jobs: Some(give), thread: Some(thread) })
    }

    /// Runs one unit of work: all of it or nothing. Answers after the commit.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (tell, told) = oneshot::channel();
        let job: Job = Box::new(move |tx| {
            let result = tx.and_then(|tx| tx.all_or_nothing(work));
            // A sender that has gone away does not want to know.
            Box::new(move |committed| drop(tell.send(committed.and(result))))
        });
        let jobs = self.jobs.as_ref().ok_or(StoreError::Closed)?;
        jobs.send(job).await.map_err(|_| StoreError::Closed)?;
        told.await.map_err(|_| StoreError::Closed)?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // A writer that panicked has said so already.
            let _ = thread.join();
        }
    }
}

fn run(mut connection: Connection, mut jobs: mpsc::Receiver<Job>, publish: &broadcast::Sender<Arc<Update>>) {
    while let Some(first) = jobs.blocking_recv() {
        let mut group = vec![first];
        while group.len() < GROUP
            && let Ok(next) = jobs.try_recv()
        {
            group.push(next);
        }
        let mut replies = Vec::with_capacity(group.len());
        let committed = commit(&mut connection, group, &mut replies);
        match committed {
            Ok(updates) => {
                for update in updates {
                    // Nobody need be listening.
                    let _ = publish.send(Arc::new(update));
                }
                answer(replies, &Ok(()));
            }
            Err(error) => answer(replies, &Err(error)),
        }
    }
}

fn answer(replies: Vec<Reply>, committed: &Result<(), StoreError>) {
    for reply in replies {
        reply(committed.clone());
    }
}

/// Runs the jobs in one transaction. Whatever happens, each job's reply is in `replies`; the updates are those of a
/// commit that has happened.
fn commit(connection: &mut Connection, group: Vec<Job>, replies: &mut Vec<Reply>) -> Result<Vec<Update>, StoreError> {
    let transaction = match connection.transaction_with_behavior(TransactionBehavior::Immediate) {
        Ok(transaction) => transaction,
        Err(error) => {
            let error = StoreError::from(error);
            replies.extend(group.into_iter().map(|job| job(Err(error.clone()))));
            return Err(error);
        }
    };
    let tx = Tx { connection: &transaction, updates: RefCell::default(), given_up: RefCell::default() };
    replies.extend(group.into_iter().map(|job| job(Ok(&tx))));
    let Tx { updates, given_up, .. } = tx;
    if let Some(error) = given_up.into_inner() {
        return Err(error);
    }
    transaction.commit()?;
    Ok(updates.into_inner())
}

impl Tx<'_> {
    /// A savepoint around one unit of work: a failed one leaves nothing, and spoils no other of its group.
    fn all_or_nothing<T>(&self, work: impl FnOnce(&Self) -> Result<T, StoreError>) -> Result<T, StoreError> {
        if let Some(error) = self.given_up.borrow().clone() {
            return Err(error);
        }
        let updates = self.updates.borrow().len();
        self.connection.execute_batch("SAVEPOINT unit")?;
        let result = work(self);
        if let Err(error) = &result {
            self.updates.borrow_mut().truncate(updates);
            if self.connection.is_autocommit() {
                *self.given_up.borrow_mut() = Some(error.clone());
                return result;
            }
            self.connection.execute_batch("ROLLBACK TO unit")?;
        }
        self.connection.execute_batch("RELEASE unit")?;
        result
    }

    /// Adds a line to the trail of who did what.
    #[expect(clippy::too_many_arguments, reason = "they are the columns")]
    pub fn audit(
        &self,
        site: &str,
        at: Timestamp,
        actor: &str,
        action: &str,
        object: &str,
        before: Option<String>,
        after: Option<String>,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO audit (site, at, actor, action, object, before, after) VALUES (?, ?, ?, ?, ?, ?, ?)";
        let mut insert = self.connection.prepare_cached(sql)?;
        insert.execute((site, at.as_millisecond(), actor, action, object, before, after))?;
        Ok(())
    }

    /// Adds a change to the log, and has it published after the commit.
    pub fn record(&self, site: &str, at: Timestamp, change: Change) -> Result<(), StoreError> {
        let json = super::rows::to_json(&change)?;
        let mut insert = self.connection.prepare_cached("INSERT INTO log (site, at, change) VALUES (?, ?, ?)")?;
        let seq = insert.insert((site, at.as_millisecond(), json))?;
        self.updates.borrow_mut().push(Update { seq, at, change });
        Ok(())
    }
}
