//! Committed changes on their way to the screens: put into words of the wire once, whatever the number of screens.

use std::sync::Arc;

use axum::extract::ws::Utf8Bytes;
use tokio::{
    sync::broadcast::{self, error::RecvError},
    task::JoinHandle,
};
use uuid::Uuid;

use super::http::LiveMessage;
use crate::{
    domain::{
        camera::{Link, Outage},
        duty::Scope,
        update::Update,
    },
    io::store::Store,
};

/// Changes that a slow screen may be behind before it must read the log.
const KEPT: usize = 4096;

/// One change, ready to be sent.
#[derive(Debug, Clone)]
pub struct Line {
    /// Its place in the log; `None` for what is only so at the moment and stands in no log.
    pub seq: Option<i64>,
    /// Who may hear of it; `None`: all who listen and are staff.
    pub scope: Option<Scope>,
    /// The case that leaves the sight of some, who might see it before.
    pub left: Option<(Uuid, Scope)>,
    pub text: Utf8Bytes,
}

impl Line {
    #[must_use]
    pub fn of(update: Update) -> Self {
        let (seq, scope) = (update.seq, update.change.scope());
        let left = update.change.left().map(|(case, was)| (case, was.clone()));
        Self { seq: Some(seq), scope: Some(scope), left, text: LiveMessage::Update(update).text() }
    }
}

/// A line, or nothing where lines are missing: then the log has them.
pub type Heard = Option<Arc<Line>>;

/// Where screens listen.
#[derive(Clone)]
pub struct Feed {
    lines: broadcast::Sender<Heard>,
}

impl Feed {
    /// Begins to pass on what the store commits; the task ends with the store.
    #[must_use]
    pub fn start(store: &Store) -> (Self, JoinHandle<()>) {
        let (lines, _) = broadcast::channel(KEPT);
        let (mut changes, passing_on) = (store.listen(), lines.clone());
        let task = tokio::spawn(async move {
            loop {
                match changes.recv().await {
                    // Nobody need be listening.
                    Ok(update) if passing_on.receiver_count() > 0 => {
                        let _ = passing_on.send(Some(Arc::new(Line::of(Update::clone(&update)))));
                    }
                    Ok(_) => {}
                    Err(RecvError::Lagged(_)) => drop(passing_on.send(None)),
                    Err(RecvError::Closed) => return,
                }
            }
        });
        (Self { lines }, task)
    }

    /// Tells the staff how things stand with a camera.
    pub fn tell_link(&self, camera: &str, link: Link) {
        self.tell(&LiveMessage::Camera { camera: camera.to_owned(), link });
    }

    /// Tells the staff of cameras that were lost together, or came back.
    pub fn tell_outage(&self, outage: Outage) {
        self.tell(&LiveMessage::Outage(outage));
    }

    fn tell(&self, message: &LiveMessage) {
        let text = message.text();
        // Nobody need be listening.
        let _ = self.lines.send(Some(Arc::new(Line { seq: None, scope: None, left: None, text })));
    }

    /// Lines from now on.
    #[must_use]
    pub fn listen(&self) -> broadcast::Receiver<Heard> {
        self.lines.subscribe()
    }
}
