//! `WS /api/live`: a snapshot, then every committed change that the actor may see.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use axum::{
    extract::{
        State,
        ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade},
    },
    response::Response,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::{Instant, interval_at},
};
use utoipa::{IntoParams, ToSchema};

use super::{
    AppState,
    error::ErrorBody,
    guard::{By, blocking},
    query::Asked,
};
use crate::{
    domain::{
        camera::{Link, LinkStatus, Outage},
        case::Case,
        duty::Visibility,
        event::{Finding, FindingStatus},
        people::Sight,
        update::Update,
    },
    io::store::{FindingFilter, StoreError},
    service::feed::{Heard, Line},
};

/// Open cases in a snapshot: what a wall can show; older ones are asked for as a list.
const SNAPSHOT: u32 = 500;
/// Changes that a screen that was away hears one by one; beyond that it gets a new snapshot.
const CATCH_UP: u32 = 1_000;
/// How often a screen hears that nothing happened: it cannot tell silence from a line that is dead.
const ALIVE: Duration = Duration::from_secs(10);
/// A client that takes longer for one message is gone.
const SEND: Duration = Duration::from_secs(10);
/// Largest message from a client: it has nothing to say.
const INCOMING: usize = 4 * 1024;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LiveQuery {
    /// The `seq` of the last message that the client has; opaque to it.
    since: Option<i64>,
}

/// What a screen hears.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum LiveMessage {
    /// What it begins with, and gets again when it has missed too much.
    Snapshot {
        seq: i64,
        at: Timestamp,
        /// Open cases in all, those included that the actor may only count.
        open: u32,
        /// Of these, those whose limit has ended.
        overdue: u32,
        /// The newest open cases that the actor may see.
        cases: Vec<Case>,
        /// The newest findings of the queue.
        findings: Vec<Finding>,
        /// How things stand with the cameras that somebody looks through, by their id.
        cameras: BTreeMap<String, Link>,
    },
    /// Nothing happened, and the line is alive.
    Alive { seq: i64, at: Timestamp },
    /// Things stand otherwise with a camera. Stands in no log: a screen that was away gets them all with its next snapshot.
    Camera { camera: String, link: Link },
    /// Many cameras were lost at once, or are back: one matter. Stands in no log either.
    Outage(Outage),
    /// A committed change.
    Update(Update),
}

impl LiveMessage {
    #[must_use]
    pub fn text(&self) -> Utf8Bytes {
        // Plain data: there is nothing in it that cannot be written.
        serde_json::to_string(self).unwrap_or_default().into()
    }
}

/// A WebSocket: a snapshot of the open cases, then every committed change that the actor may see.
#[utoipa::path(
    get, path = "/api/live", tag = "live", params(LiveQuery),
    responses((status = 101, body = LiveMessage, description = "Each message is one of these"), (status = "4XX", body = ErrorBody)),
)]
pub async fn live(
    State(state): State<AppState>,
    By(actor): By,
    Asked(query): Asked<LiveQuery>,
    upgrade: WebSocketUpgrade,
) -> Response {
    upgrade.max_message_size(INCOMING).on_upgrade(move |socket| async move {
        // Heard from before the snapshot is read, so that nothing falls between the two.
        let changes = state.feed.listen();
        let telemetry = Arc::clone(&state.telemetry);
        let mut screen = Screen { socket, state, sight: actor.sight(), seq: 0 };
        telemetry.screens.inc();
        // A screen that goes away is no error.
        let _ = screen.run(query.since, changes).await;
        telemetry.screens.dec();
    })
}

/// One client.
struct Screen {
    socket: WebSocket,
    state: AppState,
    sight: Sight,
    /// The last change that the client has, seen or hidden.
    seq: i64,
}

/// The client is gone, or the store is.
struct Gone;

impl Screen {
    async fn run(&mut self, since: Option<i64>, mut changes: Receiver<Heard>) -> Result<(), Gone> {
        match since {
            Some(seq) => {
                self.seq = seq;
                self.catch_up().await?;
            }
            None => self.snapshot().await?,
        }
        let mut alive = interval_at(Instant::now() + ALIVE, ALIVE);
        loop {
            tokio::select! {
                _ = alive.tick() => {
                    self.send(LiveMessage::Alive { seq: self.seq, at: self.state.clock.now() }.text()).await?;
                }
                change = changes.recv() => match change {
                    Ok(Some(line)) => self.tell(&line).await?,
                    // It fell behind and lines were dropped: what is missing stands in the log.
                    Ok(None) | Err(RecvError::Lagged(_)) => {
                        self.state.telemetry.resyncs.inc();
                        self.catch_up().await?;
                    }
                    Err(RecvError::Closed) => return Ok(()),
                },
                said = self.socket.recv() => match said {
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(Gone),
                    Some(Ok(_)) => {}
                },
            }
        }
    }

    async fn snapshot(&mut self) -> Result<(), Gone> {
        let (store, site, at) = (self.state.store.clone(), Arc::clone(&self.state.site), self.state.clock.now());
        let queue = FindingFilter {
            status: Some(FindingStatus::Queued),
            visible: self.sight.clone(),
            ..FindingFilter::default()
        };
        let snapshot = read(move || store.snapshot(&site, SNAPSHOT, &queue, at)).await?;
        self.seq = snapshot.seq;
        let message = LiveMessage::Snapshot {
            seq: snapshot.seq,
            at,
            open: snapshot.open,
            overdue: snapshot.overdue,
            cases: snapshot.open_cases,
            findings: snapshot.findings,
            cameras: self.links(),
        };
        self.send(message.text()).await
    }

    fn is_staff(&self) -> bool {
        self.sight.circles.contains(&Visibility::Staff)
    }

    /// How things stand with the cameras, for those who may hear of them.
    fn links(&self) -> BTreeMap<String, Link> {
        if !self.is_staff() {
            return BTreeMap::new();
        }
        self.state.eyes.links().into_iter().filter(|(_, link)| link.status != LinkStatus::Idle).collect()
    }

    async fn catch_up(&mut self) -> Result<(), Gone> {
        let (store, site, seq) = (self.state.store.clone(), Arc::clone(&self.state.site), self.seq);
        let (last, missed) =
            read(move || Ok((store.last_seq()?, store.updates_since(&site, seq, CATCH_UP + 1)?))).await?;
        // It knows a change that there never was: this is another store than the one it listened to.
        if missed.len() > CATCH_UP as usize || seq > last {
            return self.snapshot().await;
        }
        for update in missed {
            self.tell(&Line::of(update)).await?;
        }
        Ok(())
    }

    async fn tell(&mut self, line: &Line) -> Result<(), Gone> {
        if let Some(seq) = line.seq {
            if seq <= self.seq {
                return Ok(());
            }
            self.seq = seq;
        }
        let is_for_it = line.scope.as_ref().map_or_else(|| self.is_staff(), |scope| self.sight.shows(scope));
        if !is_for_it {
            return Ok(());
        }
        self.send(line.text.clone()).await
    }

    async fn send(&mut self, message: Utf8Bytes) -> Result<(), Gone> {
        let sent = tokio::time::timeout(SEND, self.socket.send(Message::Text(message))).await;
        sent.map_err(|_| Gone)?.map_err(|_| Gone)
    }
}

/// Reads the store where blocking is allowed.
async fn read<T: Send + 'static>(work: impl FnOnce() -> Result<T, StoreError> + Send + 'static) -> Result<T, Gone> {
    match blocking(work).await {
        Ok(Ok(read)) => Ok(read),
        Ok(Err(error)) => {
            tracing::error!(%error, "the store failed");
            Err(Gone)
        }
        Err(_) => Err(Gone),
    }
}
