//! `WS /api/live`: a snapshot, then every committed change that the actor may see.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};

use axum::{
    extract::{
        State,
        ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade},
    },
    http::HeaderMap,
    response::Response,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::{Instant, interval_at},
};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    AppState,
    error::ErrorBody,
    guard::{By, actor_of, blocking},
    query::Asked,
};
use crate::{
    domain::{
        camera::{Link, LinkStatus, Outage},
        case::Case,
        duty::{Scope, Visibility},
        event::{Finding, FindingStatus},
        people::{Actor, Permission, Sight},
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
    /// Things stand otherwise with a camera. Stands in no log: a screen that was away gets them all when it comes back.
    Camera { camera: String, link: Link },
    /// How things stand with all of them, for a screen that may have missed something.
    Cameras { cameras: BTreeMap<String, Link> },
    /// Many cameras were lost at once, or are back: one matter. Stands in no log either.
    Outage(Outage),
    /// A case that the client may see no longer.
    Gone { seq: i64, case: Uuid },
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
    headers: HeaderMap,
    Asked(query): Asked<LiveQuery>,
    upgrade: WebSocketUpgrade,
) -> Response {
    upgrade.max_message_size(INCOMING).on_upgrade(move |socket| async move {
        // Heard from before the snapshot is read, so that nothing falls between the two.
        let changes = state.feed.listen();
        let telemetry = Arc::clone(&state.telemetry);
        let mut screen = Screen { socket, state, sight: actor.sight(), actor, headers, seq: 0 };
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
    actor: Actor,
    /// What it came in with.
    headers: HeaderMap,
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
                    self.look_again().await?;
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

    /// Whoever has signed out is gone; whoever has other posts now begins anew.
    async fn look_again(&mut self) -> Result<(), Gone> {
        let actor = actor_of(&self.state, &self.headers).await.map_err(|_| Gone)?;
        if actor == self.actor {
            return Ok(());
        }
        if actor.kind != self.actor.kind || !actor.may(Permission::LookAround) {
            return Err(Gone);
        }
        self.sight = actor.sight();
        self.actor = actor;
        self.snapshot().await
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
        // Of what is out of its sight by now it is not told how it once was.
        let of_case = |update: &Update| update.change.case().map(|case| case.id);
        let last: HashMap<Uuid, Scope> =
            missed.iter().filter_map(|update| Some((of_case(update)?, update.change.scope()))).collect();
        for update in missed {
            let is_seen = of_case(&update).and_then(|case| last.get(&case)).is_none_or(|last| self.sight.shows(last));
            if is_seen || update.change.left().is_some() {
                self.tell(&Line::of(update)).await?;
            }
        }
        match self.links() {
            none if none.is_empty() => Ok(()),
            cameras => self.send(LiveMessage::Cameras { cameras }.text()).await,
        }
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
            let left = line.left.as_ref().filter(|(_, was)| self.sight.shows(was));
            return match left {
                Some((case, _)) => self.send(LiveMessage::Gone { seq: self.seq, case: *case }.text()).await,
                None => Ok(()),
            };
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
