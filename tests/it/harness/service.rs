//! The real service on a port of its own.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use gridwatch::{
    domain::people::{Actor, ActorKind},
    io::store::{Credential, Purpose},
    service::{
        app::{self, Options, Running},
        clock::{Clock, ManualClock},
        secret::Secret,
    },
};
use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::Value;
use tempfile::TempDir;

use super::served_site;

/// A service of the demo site on a port of its own, at 9:00 on a Wednesday.
pub struct Service {
    pub running: Running,
    pub clock: ManualClock,
    pub client: Client,
    pub administrator: String,
    data: TempDir,
}

impl Service {
    pub async fn start() -> Self {
        Self::of(served_site()).await
    }

    pub async fn of(site: &Path) -> Self {
        Self::with_data(site, tempfile::tempdir().expect("a folder")).await
    }

    /// One of a store that is there already.
    pub async fn with_data(site: &Path, data: TempDir) -> Self {
        Self::with_program(site, data, None).await
    }

    /// One whose cameras are looked through by processes of that program.
    pub async fn with_program(site: &Path, data: TempDir, program: Option<PathBuf>) -> Self {
        let clock = ManualClock::at("2026-03-04T09:00:00+08:00".parse().expect("an instant"));
        let options = Options {
            program,
            site: site.to_owned(),
            data: Some(data.path().to_owned()),
            listen: Some("127.0.0.1:0".parse().expect("an address")),
        };
        let running = app::start(&options, Arc::new(clock.clone())).await.expect("starts");
        let service = Self { running, clock, client: Client::new(), administrator: String::new(), data };
        let administrator = service.token(ActorKind::Administrator).await;
        Self { administrator, ..service }
    }

    /// The demo site's, ended and begun anew; its clock stands again where it stood at the first start.
    pub async fn restarted(self) -> Self {
        self.restarted_at(served_site()).await
    }

    /// The same for a site of its own.
    pub async fn restarted_at(self, site: &Path) -> Self {
        self.running.stop().await.expect("stops");
        Self::with_data(site, self.data).await
    }

    /// The folder of its store and photos.
    pub fn data(&self) -> &Path {
        self.data.path()
    }

    /// A token that stands for such an actor.
    pub async fn token(&self, kind: ActorKind) -> String {
        self.token_of(Actor::of(kind, &format!("{kind} of the test"))).await
    }

    /// A token that stands for a member of the site's staff.
    pub async fn person(&self, id: &str) -> String {
        self.token_of(Actor::of(ActorKind::Person, id)).await
    }

    pub async fn token_of(&self, actor: Actor) -> String {
        let secret = Secret::new().expect("randomness");
        let credential = Credential {
            hash: secret.hash(),
            purpose: Purpose::Api,
            actor,
            created_at: self.clock.now(),
            expires_at: None,
        };
        self.running.store.add_credential(&self.running.site, credential).await.expect("kept");
        secret.expose().to_owned()
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.running.url)
    }

    pub fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(self.url(path)).bearer_auth(&self.administrator)
    }

    #[cfg(feature = "video")]
    pub fn post(&self, path: &str) -> RequestBuilder {
        self.client.post(self.url(path)).bearer_auth(&self.administrator)
    }

    pub async fn report(&self, body: &Value) -> (StatusCode, Value) {
        answer(self.client.post(self.url("/api/reports")).json(body)).await
    }
}

/// Its status, and its body: JSON, or else text.
pub async fn answer(request: RequestBuilder) -> (StatusCode, Value) {
    let response = request.send().await.expect("an answer");
    let status = response.status();
    let text = response.text().await.expect("text");
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}
