//! The service's eyes: cameras with a rule, and those on the network, are looked through all the time, any other when
//! somebody asks.

#[cfg(feature = "video")]
mod crew;
#[cfg(feature = "video")]
mod eye;
#[cfg(feature = "video")]
mod fleet;
#[cfg(feature = "video")]
mod link;
#[cfg(feature = "video")]
mod looking;
#[cfg(feature = "video")]
pub mod outpost;
#[cfg(feature = "video")]
mod post;
#[cfg(feature = "video")]
mod spool;
#[cfg(feature = "video")]
mod supervise;
#[cfg(feature = "video")]
mod viewing;
#[cfg(feature = "video")]
mod vigil;

use std::{collections::BTreeMap, io, path::PathBuf, sync::Arc, time::Duration};

#[cfg(not(feature = "video"))]
use arc_swap::ArcSwap;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot};

use super::{clock::Clock, feed::Feed, findings::Seen};
use crate::{
    domain::{
        camera::{Camera, Link, LinkCause, Reader, Sampling, StreamFacts, StreamKind},
        vision::Ailment,
    },
    io::catalog::Catalog,
};

#[cfg(feature = "video")]
use self::{fleet::Fleet, link::Distant, looking::Looking, vigil::Vigil};

/// Somebody watches a camera.
#[cfg(feature = "video")]
pub enum Viewing {
    Here(Box<viewing::Viewing>),
    There(Box<Distant>),
}

#[cfg(feature = "video")]
impl Viewing {
    /// What comes next; `None` where nothing more does. Loses nothing when it is given up while it waits.
    pub async fn next(&mut self) -> Option<View> {
        match self {
            Self::Here(viewing) => viewing.next().await,
            Self::There(viewing) => viewing.next().await,
        }
    }
}

/// There is none without video.
#[cfg(not(feature = "video"))]
pub enum Viewing {}

#[cfg(not(feature = "video"))]
impl Viewing {
    #[expect(clippy::unused_async, reason = "as with video")]
    pub async fn next(&mut self) -> Option<View> {
        match *self {}
    }
}

/// A picture of a camera.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shot {
    #[serde(with = "serde_bytes")]
    pub jpeg: Vec<u8>,
    pub age: Duration,
}

/// What is known of a camera at the moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    pub link: Link,
    /// How often it is really looked at, where that is known.
    pub sampling: Option<Sampling>,
    /// What is wrong with its pictures, although they come.
    pub health: Option<Ailing>,
    /// What it sends, where that is known.
    pub stream: Option<StreamFacts>,
}

/// What is wrong with a camera's pictures.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Ailing {
    pub ailment: Ailment,
    /// 0..=1, how clearly the last picture shows it.
    pub score: f32,
    pub since: Timestamp,
}

/// Why there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum NoPicture {
    UnknownCamera,
    Down(LinkCause),
    /// As many are open as may be.
    Busy,
    /// As many watch as may.
    TooManyViewers,
    TooSlow,
    /// Nothing is kept of that time.
    NothingKept,
    /// Why a clip could not be written.
    Failed(String),
    /// This program was built without video.
    NoVideo,
}

/// What somebody gets to see who watches a camera.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum View {
    /// How the pictures that follow are encoded.
    Begin {
        /// As browsers ask for it.
        codec: String,
        size: [u32; 2],
        stream: StreamKind,
        /// The initialisation segment of fragmented MP4.
        #[serde(with = "serde_bytes")]
        header: Vec<u8>,
    },
    /// A fragment with one picture.
    Picture(#[serde(with = "serde_bytes")] Vec<u8>),
    /// So many were left out, because they were taken too slowly.
    Skipped(u64),
    /// It gives no pictures, or gives them again.
    Link(Link),
    /// There is nothing that could be played, and nothing more comes.
    Stills(NoPlay),
}

/// Why a camera's stream cannot be played.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum NoPlay {
    /// It has no stream of another kind, and the screen does not play that.
    H265,
    /// A file, a scene, or what GStreamer reads.
    NotPassedOn,
}

/// What a screen asks for that wants to watch a camera.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    /// Else the one that is analysed.
    pub stream: Option<StreamKind>,
    /// Whether it plays H.265.
    pub plays_h265: bool,
}

/// What the eyes need.
pub struct Sight {
    /// Where files that the cameras name are found.
    pub folder: PathBuf,
    /// The file of credentials, which need not be there.
    pub secrets: PathBuf,
    pub clock: Arc<dyn Clock>,
    pub feed: Feed,
    /// Where what is seen goes. A camera waits where it is full: what it saw is not lost.
    pub seen: mpsc::Sender<Sighted>,
    /// Who looks; else this process does.
    pub workers: Option<Workers>,
}

/// What was seen, and who waits until it is kept.
pub struct Sighted {
    pub seen: Seen,
    pub kept: Option<oneshot::Sender<()>>,
}

/// Processes that look through cameras, each through so many.
#[derive(Debug, Clone)]
pub struct Workers {
    /// This program.
    pub program: PathBuf,
    /// A folder with one for each: its socket, and what it saw that has not been kept.
    pub posts: PathBuf,
    pub cameras_each: usize,
}

/// All cameras of a site. Clones share them.
#[derive(Clone)]
pub struct Eyes {
    #[cfg(feature = "video")]
    sight: Seeing,
    #[cfg(feature = "video")]
    vigil: Vigil,
    #[cfg(not(feature = "video"))]
    links: Arc<ArcSwap<BTreeMap<String, Link>>>,
    #[cfg(not(feature = "video"))]
    clock: Arc<dyn Clock>,
}

/// Who looks.
#[cfg(feature = "video")]
#[derive(Clone)]
enum Seeing {
    Here(Looking),
    There(Fleet),
}

#[cfg(feature = "video")]
impl Eyes {
    /// Begins to look through the cameras that have a rule.
    ///
    /// # Errors
    /// If the file of credentials cannot be read.
    pub fn open(catalog: &Catalog, sight: &Sight) -> io::Result<Self> {
        let vigil = Vigil::start(sight.feed.clone(), Arc::clone(&sight.clock));
        let seeing = match sight.workers.clone() {
            Some(workers) => Seeing::There(Fleet::start(workers, sight, &vigil)),
            None => Seeing::Here(Looking::start(looking::Outlook::of(sight, &vigil))?),
        };
        let eyes = Self { sight: seeing, vigil };
        eyes.take_over(catalog)?;
        Ok(eyes)
    }

    /// Looks through the cameras of that catalog from now on; those that are as they were are left alone. Blocks.
    ///
    /// # Errors
    /// If the file of credentials cannot be read, or the system gives no thread.
    pub fn take_over(&self, catalog: &Catalog) -> io::Result<()> {
        let cameras = catalog.cameras.cameras();
        let gone = match &self.sight {
            Seeing::Here(looking) => looking.take_over(cameras)?,
            Seeing::There(fleet) => fleet.take_over(cameras)?,
        };
        self.vigil.forget(&gone);
        Ok(())
    }

    /// The newest picture of a camera; opens it where it is not open.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn picture(&self, camera: &str) -> Result<Shot, NoPicture> {
        match &self.sight {
            Seeing::Here(looking) => looking.picture(camera).await,
            Seeing::There(fleet) => fleet.picture(camera).await,
        }
    }

    /// A camera's stream as it comes.
    ///
    /// # Errors
    /// Why nobody can watch it now.
    pub async fn follow(&self, camera: &str, wish: Wish) -> Result<Viewing, NoPicture> {
        Ok(match &self.sight {
            Seeing::Here(looking) => Viewing::Here(Box::new(looking.follow(camera, wish)?)),
            Seeing::There(fleet) => Viewing::There(Box::new(fleet.follow(camera, wish).await?)),
        })
    }

    /// An MP4 file of what a camera sent between both, as it sent it; it begins with a keyframe, which may be earlier.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn clip(&self, camera: &str, from: Timestamp, to: Timestamp) -> Result<Vec<u8>, NoPicture> {
        match &self.sight {
            Seeing::Here(looking) => looking.clip(camera, from, to).await,
            Seeing::There(fleet) => fleet.clip(camera, from, to).await,
        }
    }

    /// How things stand with each camera, by its id.
    #[must_use]
    pub fn links(&self) -> BTreeMap<String, Link> {
        match &self.sight {
            Seeing::Here(looking) => looking.links(),
            Seeing::There(fleet) => fleet.standings().into_iter().map(|(id, standing)| (id, standing.link)).collect(),
        }
    }

    /// The same, with all else that is known of each.
    #[must_use]
    pub fn standings(&self) -> BTreeMap<String, Standing> {
        match &self.sight {
            Seeing::Here(looking) => looking.standings(),
            Seeing::There(fleet) => fleet.standings(),
        }
    }

    /// Closes all streams, and waits until they are. Blocks.
    pub fn close(&self) {
        match &self.sight {
            Seeing::Here(looking) => looking.close(),
            Seeing::There(fleet) => fleet.close(),
        }
    }
}

#[cfg(not(feature = "video"))]
impl Eyes {
    /// # Errors
    /// None: it never looks.
    pub fn open(catalog: &Catalog, sight: &Sight) -> io::Result<Self> {
        let eyes = Self { links: Arc::default(), clock: Arc::clone(&sight.clock) };
        eyes.take_over(catalog)?;
        Ok(eyes)
    }

    /// # Errors
    /// None.
    pub fn take_over(&self, catalog: &Catalog) -> io::Result<()> {
        let idle = |camera: &Camera| (camera.id.clone(), Link::idle(self.clock.now()));
        self.links.store(Arc::new(catalog.cameras.cameras().iter().map(idle).collect()));
        Ok(())
    }

    /// # Errors
    /// Always.
    pub async fn picture(&self, camera: &str) -> Result<Shot, NoPicture> {
        let is_known = self.links.load().contains_key(camera);
        std::future::ready(Err(if is_known { NoPicture::NoVideo } else { NoPicture::UnknownCamera })).await
    }

    /// # Errors
    /// Always.
    pub async fn clip(&self, camera: &str, _: Timestamp, _: Timestamp) -> Result<Vec<u8>, NoPicture> {
        self.picture(camera).await.map(|shot| shot.jpeg)
    }

    /// # Errors
    /// Always.
    pub async fn follow(&self, camera: &str, _: Wish) -> Result<Viewing, NoPicture> {
        std::future::ready(Err(if self.links.load().contains_key(camera) {
            NoPicture::NoVideo
        } else {
            NoPicture::UnknownCamera
        }))
        .await
    }

    #[must_use]
    pub fn links(&self) -> BTreeMap<String, Link> {
        BTreeMap::clone(&self.links.load())
    }

    #[must_use]
    pub fn standings(&self) -> BTreeMap<String, Standing> {
        let standing = |(id, link): (&String, &Link)| {
            (id.clone(), Standing { link: link.clone(), sampling: None, health: None, stream: None })
        };
        self.links.load().iter().map(standing).collect()
    }

    pub fn close(&self) {}
}

/// Whether a camera is looked through all the time: for its rules, or because it costs next to nothing.
#[must_use]
pub fn is_watched(camera: &Camera) -> bool {
    let is_cheap = camera.analysed().is_some() && camera.reader() == Reader::Retina;
    cfg!(feature = "video") && camera.enabled && (is_cheap || !camera.rules.is_empty())
}
