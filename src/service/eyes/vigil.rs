//! Watches over all cameras at once: tells the staff how things stand with each, and of many that are lost as one matter.

use std::sync::{Arc, Mutex};

use tokio::time;

use super::eye::locked;
use crate::{
    domain::camera::{Incident, Link, Losses},
    service::{clock::Clock, feed::Feed},
};

/// Clones are the same.
#[derive(Clone)]
pub struct Vigil(Arc<Inner>);

struct Inner {
    feed: Feed,
    clock: Arc<dyn Clock>,
    losses: Mutex<Losses>,
}

impl Vigil {
    /// Ends with its last clone.
    pub fn start(feed: Feed, clock: Arc<dyn Clock>) -> Self {
        let inner = Arc::new(Inner { feed, clock, losses: Mutex::default() });
        let watching = Arc::downgrade(&inner);
        tokio::spawn(async move {
            let mut tick = time::interval(Losses::TICK);
            loop {
                tick.tick().await;
                let Some(inner) = watching.upgrade() else { return };
                inner.tell_losses();
            }
        });
        Self(inner)
    }

    /// Things stand so with a camera now, which is news.
    pub fn note(&self, camera: &str, link: &Link) {
        let Inner { feed, clock, losses } = &*self.0;
        locked(losses).note(camera, link, clock.now());
        feed.tell_link(camera, link.clone());
    }

    /// These are the site's no more, or others than they were.
    pub fn forget(&self, cameras: &[String]) {
        let mut losses = locked(&self.0.losses);
        for camera in cameras {
            losses.forget(camera);
        }
    }
}

impl Inner {
    fn tell_losses(&self) {
        let told = locked(&self.losses).due(self.clock.now());
        for incident in told {
            match incident {
                Incident::Lost { camera, cause } => tracing::warn!(camera, %cause, "a camera gives no pictures"),
                Incident::Back { camera } => tracing::info!(camera, "a camera gives pictures again"),
                Incident::Many(outage) => {
                    let (count, first) = (outage.cameras.len(), outage.cameras.first());
                    if outage.is_lost {
                        tracing::warn!(count, first, "many cameras were lost at once");
                    } else {
                        tracing::info!(count, first, "many cameras are back");
                    }
                    self.feed.tell_outage(outage);
                }
            }
        }
    }
}
