//! `WS /api/live`: a snapshot, then every committed change that the actor may see.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{
        Query, State,
        ws::{Message, WebSocket, WebSocketUpgrade},
    },
    response::Response,
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::{Instant, interval_at},
};

use super::{
    AppState,
    guard::{By, blocking},
};
use crate::{
    domain::{case::Case, people::Actor, update::Update},
    io::store::StoreError,
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

#[derive(Debug, Deserialize)]
pub struct LiveQuery {
    /// The `seq` of the last message that the client has; opaque to it.
    since: Option<i64>,
}

pub async fn live(
    State(state): State<AppState>,
    By(actor): By,
    Query(query): Query<LiveQuery>,
    upgrade: WebSocketUpgrade,
) -> Response {
    upgrade.max_message_size(INCOMING).on_upgrade(move |socket| async move {
        // Heard from before the snapshot is read, so that nothing falls between the two.
        let changes = state.store.listen();
        let telemetry = Arc::clone(&state.telemetry);
        let mut screen = Screen { socket, state, actor, seq: 0 };
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
    /// The last change that the client has, seen or hidden.
    seq: i64,
}

/// The client is gone, or the store is.
struct Gone;

impl Screen {
    async fn run(&mut self, since: Option<i64>, mut changes: Receiver<Arc<Update>>) -> Result<(), Gone> {
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
                    let message = json!({"type": "alive", "seq": self.seq, "at": self.state.clock.now()});
                    self.send(message).await?;
                }
                change = changes.recv() => match change {
                    Ok(update) => self.tell(&update).await?,
                    // It fell behind and updates were dropped: what is missing stands in the log.
                    Err(RecvError::Lagged(_)) => {
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
        let (store, site) = (self.state.store.clone(), Arc::clone(&self.state.site));
        let snapshot = read(move || store.snapshot(&site, SNAPSHOT)).await?;
        self.seq = snapshot.seq;
        let visible = |case: &&Case| self.actor.circles().contains(&case.visibility);
        let cases: Vec<_> = snapshot.open_cases.iter().filter(visible).collect();
        let message = json!({"type": "snapshot", "seq": snapshot.seq, "cases": cases});
        self.send(message).await
    }

    async fn catch_up(&mut self) -> Result<(), Gone> {
        let (store, site, seq) = (self.state.store.clone(), Arc::clone(&self.state.site), self.seq);
        let missed = read(move || store.updates_since(&site, seq, CATCH_UP + 1)).await?;
        if missed.len() > CATCH_UP as usize {
            return self.snapshot().await;
        }
        for update in &missed {
            self.tell(update).await?;
        }
        Ok(())
    }

    async fn tell(&mut self, update: &Update) -> Result<(), Gone> {
        if update.seq <= self.seq {
            return Ok(());
        }
        self.seq = update.seq;
        if !self.actor.circles().contains(&update.change.visibility()) {
            return Ok(());
        }
        let mut message = serde_json::to_value(update).map_err(|_| Gone)?;
        message["type"] = Value::from("update");
        self.send(message).await
    }

    async fn send(&mut self, message: Value) -> Result<(), Gone> {
        let sent = tokio::time::timeout(SEND, self.socket.send(Message::text(message.to_string()))).await;
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
