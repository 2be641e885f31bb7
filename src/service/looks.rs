//! Who looks through which camera, kept in the audit trail from when to when.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinHandle;

use super::clock::Clock;
use crate::{
    domain::people::Actor,
    io::store::{LookEnded, Store, StoreError},
};

/// The looks of now. Clones share them.
#[derive(Clone)]
pub struct Looks(Arc<Inner>);

struct Inner {
    site: Arc<str>,
    store: Store,
    clock: Arc<dyn Clock>,
    /// By who looks and the camera's id.
    now: Mutex<HashMap<(String, String), Look>>,
}

struct Look {
    since: Timestamp,
    /// When a picture was last asked for.
    last: Timestamp,
    /// Live lines that are open.
    lines: usize,
}

/// Somebody watches for as long as this lives.
pub struct Watching {
    looks: Looks,
    key: (String, String),
}

/// Pictures that are no further apart are one look.
const ONE_LOOK: SignedDuration = SignedDuration::from_mins(1);
/// How often it is looked for looks that have ended.
const TICK: Duration = Duration::from_secs(5);

impl Looks {
    /// With the task that ends looks.
    #[must_use]
    pub fn start(site: &Arc<str>, store: &Store, clock: &Arc<dyn Clock>) -> (Self, JoinHandle<()>) {
        let (site, store, clock) = (Arc::clone(site), store.clone(), Arc::clone(clock));
        let looks = Self(Arc::new(Inner { site, store, clock, now: Mutex::default() }));
        let ending = looks.clone();
        let task = tokio::spawn(async move {
            let mut tick = tokio::time::interval(TICK);
            loop {
                tick.tick().await;
                let now = ending.0.clock.now();
                let is_past = |look: &Look| look.lines == 0 && now.duration_since(look.last) >= ONE_LOOK;
                ending.end(is_past).await;
            }
        });
        (looks, task)
    }

    /// Somebody gets a picture of the camera; it is in the trail when this returns.
    ///
    /// # Errors
    /// What the store suffers: then nothing is to be shown.
    pub async fn glance(&self, actor: &Actor, camera: &str) -> Result<(), StoreError> {
        self.look(actor, camera, 0).await.map(|_| ())
    }

    /// Somebody watches the camera from now on.
    ///
    /// # Errors
    /// As [`glance`](Self::glance).
    pub async fn watch(&self, actor: &Actor, camera: &str) -> Result<Watching, StoreError> {
        let key = self.look(actor, camera, 1).await?;
        Ok(Watching { looks: self.clone(), key })
    }

    /// Ends all looks: nobody sees anything any more.
    pub async fn close(&self) {
        self.end(|_| true).await;
    }

    async fn look(&self, actor: &Actor, camera: &str, lines: usize) -> Result<(String, String), StoreError> {
        let Inner { site, store, clock, .. } = &*self.0;
        let (key, at) = ((actor.name.clone(), camera.to_owned()), clock.now());
        let is_new = {
            let mut now = self.now();
            let look = now.entry(key.clone()).or_insert(Look { since: at, last: Timestamp::MIN, lines: 0 });
            let is_new = look.last == Timestamp::MIN;
            look.last = at;
            look.lines += lines;
            is_new
        };
        if is_new && let Err(error) = store.begin_look(site, &key.0, camera, at).await {
            self.now().remove(&key);
            return Err(error);
        }
        Ok(key)
    }

    async fn end(&self, is_over: impl Fn(&Look) -> bool) {
        let ended: Vec<_> = self.now().extract_if(|_, look| is_over(look)).collect();
        if ended.is_empty() {
            return;
        }
        let told = |((actor, camera), look): ((String, String), Look)| LookEnded {
            actor,
            camera,
            since: look.since,
            until: look.last,
        };
        if let Err(error) = self.0.store.end_looks(&self.0.site, ended.into_iter().map(told).collect()).await {
            tracing::warn!(%error, "who has looked through cameras could not be kept to the end");
        }
    }

    fn now(&self) -> MutexGuard<'_, HashMap<(String, String), Look>> {
        self.0.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let at = self.looks.0.clock.now();
        if let Some(look) = self.looks.now().get_mut(&self.key) {
            look.lines = look.lines.saturating_sub(1);
            look.last = at;
        }
    }
}
