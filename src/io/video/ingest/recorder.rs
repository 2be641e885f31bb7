//! How many cameras one recorder is asked for.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use url::Url;

use crate::domain::camera::StreamUri;

/// Host and port behind which cameras are, most often one, at times a recorder with dozens.
pub(super) struct Recorder {
    lines: Arc<Semaphore>,
    turns: Arc<Semaphore>,
    limit: usize,
}

/// Streams that are opened at once at one recorder: more make it stumble.
const AT_ONCE: usize = 8;
const RTSP_PORT: u16 = 554;

impl Recorder {
    fn new(limit: usize) -> Self {
        let [lines, turns] = [limit, AT_ONCE].map(|count| Arc::new(Semaphore::new(count)));
        Self { lines, turns, limit }
    }

    /// Room for one more stream, held for as long as it is open.
    pub fn line(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.lines).try_acquire_owned().ok()
    }

    /// A turn at opening one.
    pub async fn turn(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.turns).acquire_owned().await.ok()
    }

    pub fn limit(&self) -> usize {
        self.limit
    }
}

/// All that are in use.
#[derive(Default)]
pub(super) struct Recorders(Mutex<HashMap<String, Weak<Recorder>>>);

impl Recorders {
    /// The one that the address is of.
    pub fn of(&self, uri: &StreamUri, limit: usize) -> Arc<Recorder> {
        let host = Url::parse(uri.expose()).ok().and_then(|url| {
            let host = url.host_str()?.to_ascii_lowercase();
            Some(format!("{host}:{}", url.port().unwrap_or(RTSP_PORT)))
        });
        // An address that is none is opened nowhere.
        let host = host.unwrap_or_default();
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, recorder| recorder.strong_count() > 0);
        if let Some(recorder) = known.get(&host).and_then(Weak::upgrade) {
            return recorder;
        }
        let recorder = Arc::new(Recorder::new(limit));
        known.insert(host, Arc::downgrade(&recorder));
        recorder
    }
}
