//! `WS /api/cameras/{id}/live`: what a camera sends, as it encodes it.

use std::time::Duration;

use axum::{
    extract::{
        State,
        ws::{Message, WebSocket, WebSocketUpgrade},
    },
    http::HeaderMap,
    response::Response,
};
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, interval_at, timeout};
use utoipa::{IntoParams, ToSchema};

use super::{
    AppState,
    error::{ApiError, ErrorBody},
    guard::{By, actor_of},
    query::{Asked, At},
};
use crate::{
    domain::{
        camera::{Link, StreamKind},
        people::{Actor, Permission},
    },
    service::eyes::{NoPlay, View, Viewing, Wish},
};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WatchQuery {
    /// Default: the small one where there are two.
    stream: Option<StreamKind>,
    /// Whether the client plays H.265.
    hevc: Option<bool>,
}

/// What a screen that watches is told in words. What it is shown comes in between, as binary messages: behind each `begin` an
/// initialisation segment of MP4, then fragments with a picture each.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum WatchMessage {
    /// The pictures that follow are encoded so; the first is a keyframe.
    Begin {
        /// For `MediaSource`: `avc1.64001e`.
        codec: String,
        width: u32,
        height: u32,
        stream: StreamKind,
    },
    /// So many pictures were left out, because the screen was too slow; the next is a keyframe.
    Skipped { pictures: u64 },
    /// The camera gives no pictures, or gives them again.
    Camera { link: Link },
    /// There is nothing that this screen could play: it is to ask for single pictures. The line is closed.
    Stills { cause: NoPlay },
}

/// Largest message from a client: it has nothing to say.
const INCOMING: usize = 1024;
/// A client that is so far behind is sent nothing until it has caught up. What is on its way to it lies with the system, which
/// takes megabytes: only its own answers say how far it is.
const BEHIND: Duration = Duration::from_secs(2);
/// How often it is asked.
const ASK: Duration = Duration::from_millis(500);
/// One that never answers is gone.
const SILENT: Duration = Duration::from_secs(30);
/// A client that takes longer for one message is gone.
const SEND: Duration = Duration::from_secs(10);
/// How often it is looked whether the client is there, and may still look.
const ALIVE: Duration = Duration::from_secs(10);

/// A WebSocket: a camera's stream as fragmented MP4 for `MediaSource`, from its newest keyframe on. A client that is too slow
/// goes on at a later keyframe, and is told.
#[utoipa::path(
    get, path = "/api/cameras/{id}/live", tag = "cameras", params(("id" = String, Path), WatchQuery),
    responses(
        (status = 101, body = WatchMessage, description = "Each text message is one of these"),
        (status = "4XX", body = ErrorBody),
        (status = 503, body = ErrorBody),
    ),
)]
pub async fn watch(
    State(state): State<AppState>,
    By(actor): By,
    At(id): At<String>,
    headers: HeaderMap,
    Asked(query): Asked<WatchQuery>,
    upgrade: WebSocketUpgrade,
) -> Result<Response, ApiError> {
    let wish = Wish { stream: query.stream, plays_h265: query.hevc.unwrap_or(false) };
    let viewing = state.eyes.follow(&id, wish).await?;
    let watching = state.looks.watch(&actor, &id).await?;
    Ok(upgrade.max_message_size(INCOMING).on_upgrade(move |socket| async move {
        state.telemetry.viewers.inc();
        let mut viewer = Viewer { socket, state, actor, headers, asked: None, answered: Instant::now() };
        // A viewer that goes away is no error.
        let _ = viewer.run(viewing).await;
        viewer.state.telemetry.viewers.dec();
        drop(watching);
    }))
}

/// One client.
struct Viewer {
    socket: WebSocket,
    state: AppState,
    actor: Actor,
    /// What it came in with.
    headers: HeaderMap,
    /// When it was asked how far it is, until it answers.
    asked: Option<Instant>,
    answered: Instant,
}

/// The client is gone.
struct Gone;

impl Viewer {
    async fn run(&mut self, mut viewing: Viewing) -> Result<(), Gone> {
        let mut alive = interval_at(Instant::now() + ALIVE, ALIVE);
        loop {
            tokio::select! {
                view = viewing.next(), if !self.is_behind(BEHIND) => match view {
                    Some(view) => {
                        self.show(view).await?;
                        self.ask(ASK).await?;
                    }
                    None => return self.send(Message::Close(None)).await,
                },
                _ = alive.tick() => {
                    let actor = actor_of(&self.state, &self.headers).await.map_err(|_| Gone)?;
                    if actor.name != self.actor.name || !actor.may(Permission::ReadCases) {
                        return Err(Gone);
                    }
                    if self.is_behind(SILENT) {
                        return Err(Gone);
                    }
                    self.ask(Duration::ZERO).await?;
                }
                said = self.socket.recv() => match said {
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(Gone),
                    Some(Ok(Message::Pong(_))) => {
                        self.asked = None;
                        self.answered = Instant::now();
                    }
                    Some(Ok(_)) => {}
                },
            }
        }
    }

    fn is_behind(&self, by: Duration) -> bool {
        self.asked.is_some_and(|asked| asked.elapsed() > by)
    }

    /// Asks it to say when it is here, unless it was asked, or has answered just now.
    async fn ask(&mut self, again: Duration) -> Result<(), Gone> {
        if self.asked.is_some() || self.answered.elapsed() < again {
            return Ok(());
        }
        self.asked = Some(Instant::now());
        self.send(Message::Ping(Vec::new().into())).await
    }

    async fn show(&mut self, view: View) -> Result<(), Gone> {
        let said = match view {
            View::Picture(fragment) => return self.send(Message::Binary(fragment.into())).await,
            View::Begin { codec, size: [width, height], stream, header } => {
                self.say(&WatchMessage::Begin { codec, width, height, stream }).await?;
                return self.send(Message::Binary(header.into())).await;
            }
            View::Skipped(pictures) => WatchMessage::Skipped { pictures },
            View::Link(link) => WatchMessage::Camera { link },
            View::Stills(cause) => WatchMessage::Stills { cause },
        };
        self.say(&said).await
    }

    async fn say(&mut self, message: &WatchMessage) -> Result<(), Gone> {
        // Plain data: there is nothing in it that cannot be written.
        let text = serde_json::to_string(message).unwrap_or_default();
        self.send(Message::Text(text.into())).await
    }

    async fn send(&mut self, message: Message) -> Result<(), Gone> {
        timeout(SEND, self.socket.send(message)).await.map_err(|_| Gone)?.map_err(|_| Gone)
    }
}
