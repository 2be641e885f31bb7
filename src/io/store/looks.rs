//! Who looked through which camera: lines of the audit trail.

use jiff::Timestamp;
use serde_json::json;

use super::{Store, StoreError};

/// Somebody looks through a camera no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookEnded {
    pub actor: String,
    pub camera: String,
    pub since: Timestamp,
    pub until: Timestamp,
}

impl Store {
    /// Somebody begins to look.
    ///
    /// # Errors
    /// What the store suffers.
    pub async fn begin_look(&self, site: &str, actor: &str, camera: &str, at: Timestamp) -> Result<(), StoreError> {
        let (site, actor, camera) = (site.to_owned(), actor.to_owned(), format!("camera {camera}"));
        self.writer.write(move |tx| tx.audit(&site, at, &actor, "look", &camera, None, None)).await
    }

    /// # Errors
    /// What the store suffers.
    pub async fn end_looks(&self, site: &str, ended: Vec<LookEnded>) -> Result<(), StoreError> {
        let site = site.to_owned();
        self.writer
            .write(move |tx| {
                ended.iter().try_for_each(|LookEnded { actor, camera, since, until }| {
                    let looked = json!({"since": since}).to_string();
                    tx.audit(&site, *until, actor, "look away", &format!("camera {camera}"), Some(looked), None)
                })
            })
            .await
    }
}
