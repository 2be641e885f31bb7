//! Cameras that are not there: RTSP over TCP, played from scenes that are drawn and encoded once, all by one task.
//!
//! ```text
//! Scene ─► Look ─► H.264 ─► Reel (packets) ─► Session ─► client
//!                                               ▲
//!                                     Fault, switched while it runs
//! ```
//!
//! For the demo, for tests and to measure how many cameras the service can take.

mod fault;
mod footage;
mod look;
mod reel;
mod request;
mod session;

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
    time::Instant,
};

use tokio::{net::TcpSocket, sync::oneshot};

pub use fault::{Fault, NoOrder, Order};
pub use footage::{Footage, FootageError};
pub use look::Look;
pub use reel::{NoKeyframe, Reel};
pub use request::Login;
pub use session::RATE;
use session::Session;

/// Cameras that are served until this is dropped, at `rtsp://ADDRESS/cam001` and so on.
pub struct Farm {
    address: SocketAddr,
    yard: Arc<Yard>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What all lines share.
struct Yard {
    cameras: Vec<Arc<Camera>>,
    login: Option<Login>,
    nonce: String,
    begun: Instant,
    torn_down: AtomicU64,
}

struct Camera {
    footage: Arc<Footage>,
    /// Pictures by which it is ahead of the first.
    phase: u64,
    fault: Mutex<Option<Fault>>,
    watching: AtomicUsize,
}

/// Clients that wait to be let in.
const WAITING: u32 = 1024;

impl Farm {
    /// Serves `count` cameras on that address, port 0 being any free one; they share the footage among them. Who does not
    /// prove to know the login, if there is one, is refused.
    ///
    /// # Errors
    /// If the address cannot be had, or the system gives no thread.
    pub fn start(footage: &[Arc<Footage>], count: usize, listen: SocketAddr, login: Option<Login>) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let within = runtime.enter();
        let socket = if listen.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        socket.set_reuseaddr(true)?;
        socket.bind(listen)?;
        let listener = socket.listen(WAITING)?;
        drop(within);
        let address = listener.local_addr()?;
        let camera = |(number, footage): (usize, &Arc<Footage>)| {
            let (fault, watching) = (Mutex::default(), AtomicUsize::default());
            Arc::new(Camera { footage: Arc::clone(footage), phase: 7 * number as u64, fault, watching })
        };
        let cameras = footage.iter().cycle().take(count).enumerate().map(camera).collect();
        let nonce = format!("{:016x}", getrandom::u64().map_err(io::Error::other)?);
        let yard = Arc::new(Yard { cameras, login, nonce, begun: Instant::now(), torn_down: AtomicU64::new(0) });
        let (stop, mut stopped) = oneshot::channel();
        let shared = Arc::clone(&yard);
        let serve = async move {
            loop {
                tokio::select! {
                    client = listener.accept() => {
                        let Ok((stream, _)) = client else { continue };
                        // A client that goes away is no error.
                        let session = Session::new(Arc::clone(&shared), stream);
                        tokio::spawn(async move { drop(session.run().await) });
                    }
                    _ = &mut stopped => return,
                }
            }
        };
        let thread = thread::Builder::new().name("farm".to_owned()).spawn(move || runtime.block_on(serve))?;
        Ok(Self { address, yard, stop: Some(stop), thread: Some(thread) })
    }

    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where the camera with that number is, counted from 1.
    #[must_use]
    pub fn uri(&self, camera: usize) -> String {
        format!("rtsp://{}/cam{camera:03}", self.address)
    }

    /// Has something go wrong, or everything right again.
    pub fn obey(&self, Order { fault, cameras }: &Order) {
        let is_meant = |number: &usize| cameras.as_ref().is_none_or(|cameras| cameras.contains(number));
        for number in (1..=self.yard.cameras.len()).filter(is_meant) {
            self.set_fault(number, *fault);
        }
    }

    /// Has something go wrong with one camera, or nothing any more.
    pub fn set_fault(&self, camera: usize, fault: Option<Fault>) {
        if let Some(camera) = self.yard.camera(camera) {
            *camera.fault.lock().unwrap_or_else(PoisonError::into_inner) = fault;
        }
    }

    /// Clients that the camera plays to.
    #[must_use]
    pub fn watching(&self, camera: usize) -> usize {
        self.yard.camera(camera).map_or(0, |camera| camera.watching.load(Ordering::Relaxed))
    }

    /// Clients that said goodbye.
    #[must_use]
    pub fn torn_down(&self) -> u64 {
        self.yard.torn_down.load(Ordering::Relaxed)
    }
}

impl Drop for Farm {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // One that panicked has said so already.
            let _ = thread.join();
        }
    }
}

impl Yard {
    fn camera(&self, number: usize) -> Option<Arc<Camera>> {
        self.cameras.get(number.checked_sub(1)?).cloned()
    }
}

impl Camera {
    fn fault(&self) -> Option<Fault> {
        *self.fault.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn look(&self) -> Look {
        self.fault().map_or(Look::Clear, Fault::look)
    }
}
