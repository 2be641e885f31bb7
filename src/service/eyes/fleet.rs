//! The centre's side of the processes that look through cameras: which there are, and what they tell.

use std::{
    collections::BTreeMap,
    io,
    path::PathBuf,
    sync::{Arc, Mutex, Weak},
};

use jiff::Timestamp;
use tokio::{
    net::UnixStream,
    runtime::Handle,
    sync::{mpsc, oneshot, watch},
    task::JoinHandle,
};

use super::{
    NoPicture, Shot, Sight, Sighted, Standing, Wish, Workers,
    crew::posted,
    eye::locked,
    link::{self, Ask, Distant, Watched},
    post,
    supervise::{self, Duty},
    vigil::Vigil,
};
use crate::{
    domain::camera::{Camera, Link, LinkCause},
    io::secrets::Secrets,
    service::{clock::Clock, findings::Seen},
};

/// All of them. Clones share them.
#[derive(Clone)]
pub struct Fleet(Arc<Inner>);

pub struct Inner {
    workers: Workers,
    /// The site's folder, and the file of credentials, which they read themselves.
    site: PathBuf,
    secrets: PathBuf,
    clock: Arc<dyn Clock>,
    vigil: Vigil,
    seen: mpsc::Sender<Sighted>,
    members: Mutex<BTreeMap<String, Member>>,
    posts: Mutex<Vec<Post>>,
    is_clear: watch::Receiver<bool>,
    stop: watch::Sender<bool>,
}

/// A camera, who looks through it, and what they told of it last.
#[derive(Clone)]
struct Member {
    camera: Camera,
    post: usize,
    standing: Standing,
}

struct Post {
    orders: watch::Sender<Vec<Watched>>,
    supervising: JoinHandle<()>,
}

impl Fleet {
    /// Looks through nothing yet, and takes in what those of before have left.
    pub fn start(workers: Workers, sight: &Sight, vigil: &Vigil) -> Self {
        let Sight { folder, secrets, clock, seen, .. } = sight;
        let (clearing, is_clear) = watch::channel(false);
        let fleet = Self(Arc::new(Inner {
            workers,
            site: folder.clone(),
            secrets: secrets.clone(),
            clock: Arc::clone(clock),
            vigil: vigil.clone(),
            seen: seen.clone(),
            members: Mutex::default(),
            posts: Mutex::default(),
            is_clear,
            stop: watch::Sender::new(false),
        }));
        tokio::spawn(supervise::clear(Arc::downgrade(&fleet.0), fleet.0.workers.posts.clone(), clearing));
        fleet
    }

    /// Looks through these cameras from now on; gives those that are gone or others now.
    ///
    /// # Errors
    /// If the file of credentials cannot be read.
    pub fn take_over(&self, cameras: &[Camera]) -> io::Result<Vec<String>> {
        Secrets::read(&self.0.secrets)?;
        let now = self.0.clock.now();
        let mut members = locked(&self.0.members);
        let before = std::mem::take(&mut *members);
        let was_posted = before.iter().map(|(id, member)| (id.clone(), member.post)).collect();
        let ids: Vec<String> = cameras.iter().map(|camera| camera.id.clone()).collect();
        let posted = posted(&was_posted, &ids, self.0.workers.cameras_each);
        for camera in cameras {
            let known = before.get(&camera.id).filter(|member| member.camera == *camera).cloned();
            let member = known.unwrap_or_else(|| Member::new(camera, posted[&camera.id], now));
            members.insert(camera.id.clone(), member);
        }
        let is_gone = |(id, was): &(&String, &Member)| members.get(*id).is_none_or(|now| now.camera != was.camera);
        let gone = before.iter().filter(is_gone).map(|(id, _)| id.clone()).collect();
        let count = posted.values().max().map_or(0, |last| last + 1);
        let mut orders = vec![Vec::new(); count];
        for member in cameras.iter().filter_map(|camera| members.get(&camera.id)) {
            orders[member.post].push(Watched::of(&member.camera));
        }
        drop(members);
        self.post(&orders);
        Ok(gone)
    }

    /// Gives each its orders; who is not there yet is begun.
    fn post(&self, orders: &[Vec<Watched>]) {
        let mut posts = locked(&self.0.posts);
        let of = orders.len().max(posts.len());
        for number in 0..of {
            let order = orders.get(number).cloned().unwrap_or_default();
            if let Some(post) = posts.get(number) {
                // Also where it is the same: a credential may be another.
                post.orders.send_replace(order);
                continue;
            }
            let (give, orders) = watch::channel(order);
            let Inner { workers, site, secrets, .. } = &*self.0;
            let duty = Duty {
                number,
                of,
                program: workers.program.clone(),
                folder: workers.posts.join(number.to_string()),
                site: site.clone(),
                secrets: secrets.clone(),
                orders,
                is_clear: self.0.is_clear.clone(),
                stop: self.0.stop.subscribe(),
            };
            let supervising = tokio::spawn(duty.supervise(Arc::downgrade(&self.0)));
            posts.push(Post { orders: give, supervising });
        }
    }

    pub fn standings(&self) -> BTreeMap<String, Standing> {
        locked(&self.0.members).iter().map(|(id, member)| (id.clone(), member.standing.clone())).collect()
    }

    pub async fn picture(&self, camera: &str) -> Result<Shot, NoPicture> {
        let stream = self.reach(camera).await?;
        let (shot, ..) = link::ask(stream, &Ask::Picture { camera: camera.to_owned() }).await?;
        Ok(shot)
    }

    pub async fn clip(&self, camera: &str, from: Timestamp, to: Timestamp) -> Result<Vec<u8>, NoPicture> {
        let stream = self.reach(camera).await?;
        let ask = Ask::Clip { camera: camera.to_owned(), from, to };
        let (clip, ..) = link::ask::<serde_bytes::ByteBuf>(stream, &ask).await?;
        Ok(clip.into_vec())
    }

    pub async fn follow(&self, camera: &str, wish: Wish) -> Result<Distant, NoPicture> {
        let stream = self.reach(camera).await?;
        let ((), ear, mouth) = link::ask(stream, &Ask::Follow { camera: camera.to_owned(), wish }).await?;
        Ok(Distant::new(ear, mouth))
    }

    /// A connection to who looks through it.
    async fn reach(&self, camera: &str) -> Result<UnixStream, NoPicture> {
        let post = locked(&self.0.members).get(camera).map(|member| member.post).ok_or(NoPicture::UnknownCamera)?;
        let socket = post::socket(&self.0.workers.posts.join(post.to_string()));
        UnixStream::connect(socket).await.map_err(|_| NoPicture::Down(LinkCause::WorkerEnded))
    }

    /// Has all of them end, and waits until they have. Blocks.
    pub fn close(&self) {
        self.0.stop.send_replace(true);
        let posts = std::mem::take(&mut *locked(&self.0.posts));
        Handle::current().block_on(async {
            for post in posts {
                // One that panicked has said so.
                let _ = post.supervising.await;
            }
        });
    }
}

impl Inner {
    /// It is told how things stand with a camera.
    pub fn note(&self, number: usize, id: &str, standing: &Standing) {
        let mut members = locked(&self.members);
        // Of before the last orders.
        let Some(member) = members.get_mut(id).filter(|member| member.post == number) else { return };
        let is_news = !standing.link.looks_like(&member.standing.link);
        member.standing = standing.clone();
        drop(members);
        if is_news {
            self.vigil.note(id, &standing.link);
        }
    }

    /// Nobody looks through the cameras of that one for now.
    pub fn note_lost(&self, number: usize) {
        let now = self.clock.now();
        let of_it = |(id, member): (&String, &Member)| (member.post == number).then(|| id.clone());
        let lost: Vec<String> = locked(&self.members).iter().filter_map(of_it).collect();
        for id in lost {
            let link = locked(&self.members).get(&id).map(|member| member.standing.link.unread(now));
            if let Some(link) = link {
                self.note(number, &id, &Standing { link, sampling: None, health: None, stream: None });
            }
        }
    }

    /// Hands on what was seen; whether it is kept when this answers: else the service is ending.
    pub async fn hand_on(&self, seen: Seen) -> bool {
        let (kept, is_kept) = oneshot::channel();
        let is_sent = self.seen.send(Sighted { seen, kept: Some(kept) }).await.is_ok();
        is_sent && is_kept.await.is_ok()
    }
}

/// What those who supervise know of all.
pub type Centre = Weak<Inner>;

impl Member {
    fn new(camera: &Camera, post: usize, now: Timestamp) -> Self {
        let link = if camera.enabled { Link::idle(now) } else { Link::disabled(now) };
        let standing = Standing { link, sampling: None, health: None, stream: None };
        Self { camera: camera.clone(), post, standing }
    }
}
