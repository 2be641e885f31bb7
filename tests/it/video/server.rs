//! A real RTSP server on loopback, and a line to it that can be cut.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use gstreamer::{self as gst, glib, prelude::*};
use gstreamer_app as gst_app;
use gstreamer_rtsp_server::{self as rtsp, prelude::*};

const PICTURES: &str = "( videotestsrc is-live=true pattern=ball ! video/x-raw,width=160,height=120,framerate=10/1 \
    ! openh264enc gop-size=10 ! h264parse ! rtph264pay name=pay0 pt=96 config-interval=-1 )";

/// Serves `rtsp://127.0.0.1:PORT/live` until it is dropped.
pub struct Server {
    pub port: u16,
    main: glib::MainLoop,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// On a free port, or on that one.
    pub fn start(port: u16, login: Option<(&str, &str)>) -> Self {
        Self::of(PICTURES, port, login)
    }

    /// Of a camera that encodes as H.265: ten pictures, 64 pixels each way, over and over.
    pub fn h265() -> Self {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/video/ten_pictures.h265");
        let pictures = format!(
            "( multifilesrc location={file} loop=true ! h265parse ! video/x-h265,framerate=10/1 ! rtph265pay name=pay0 \
             pt=96 config-interval=-1 )"
        );
        Self::of(&pictures, 0, None)
    }

    fn of(pictures: &str, port: u16, login: Option<(&str, &str)>) -> Self {
        gst::init().expect("GStreamer");
        let (context, server) = (glib::MainContext::new(), rtsp::RTSPServer::new());
        server.set_address("127.0.0.1");
        server.set_service(&port.to_string());
        let factory = rtsp::RTSPMediaFactory::new();
        factory.set_launch(pictures);
        factory.set_shared(true);
        if let Some((user, password)) = login {
            let auth = rtsp::RTSPAuth::new();
            let token = rtsp::RTSPToken::builder().field("media.factory.role", user).build();
            auth.add_basic(&rtsp::RTSPAuth::make_basic(user, password), &token);
            server.set_auth(Some(&auth));
            let role = gst::Structure::builder(user)
                .field("media.factory.access", true)
                .field("media.factory.construct", true)
                .build();
            factory.add_role_from_structure(&role);
        }
        server.mount_points().expect("mount points").add_factory("/live", factory);
        let id = server.attach(Some(&context)).expect("listening");
        let port = u16::try_from(server.bound_port()).expect("a port");
        let main = glib::MainLoop::new(Some(&context), false);
        let running = main.clone();
        let thread = thread::spawn(move || {
            context.with_thread_default(|| running.run()).expect("the loop");
            // Those who look are sent away, as when a camera is switched off.
            server.client_filter(Some(&mut |_, _| rtsp::RTSPFilterResult::Remove));
            // No longer listening.
            let _ = context.find_source_by_id(&id).map(|source| source.destroy());
        });
        Self { port, main, thread: Some(thread) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.main.quit();
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// Passes bytes on to a port of this machine, until it is told to hold them or to hang up.
pub struct Line {
    pub port: u16,
    held: Arc<AtomicBool>,
    open: Arc<Mutex<Vec<TcpStream>>>,
}

impl Line {
    pub fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let line = Self {
            port: listener.local_addr().expect("an address").port(),
            held: Arc::default(),
            open: Arc::default(),
        };
        let (held, open) = (Arc::clone(&line.held), Arc::clone(&line.open));
        // Ends with the test's process.
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(camera) = TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], port))) else { continue };
                let both = || Ok::<_, io::Error>((client.try_clone()?, camera.try_clone()?));
                let (Ok((from, to)), Ok((back_to, back_from))) = (both(), both()) else { continue };
                open.lock().expect("nobody panics").extend([client, camera]);
                for (from, to) in [(from, to), (back_from, back_to)] {
                    let held = Arc::clone(&held);
                    thread::spawn(move || pass_on(from, to, &held));
                }
            }
        });
        line
    }

    /// Nothing passes any more, and nobody is told.
    pub fn hold(&self, held: bool) {
        self.held.store(held, Ordering::SeqCst);
    }

    /// In the middle of whatever is being sent.
    pub fn cut(&self) {
        for side in self.open.lock().expect("nobody panics").drain(..) {
            let _ = side.shutdown(Shutdown::Both);
        }
    }
}

fn pass_on(mut from: TcpStream, mut to: TcpStream, held: &AtomicBool) {
    let mut bytes = [0; 1400];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        while held.load(Ordering::SeqCst) {
            thread::sleep(Duration::from_millis(20));
        }
        if to.write_all(&bytes[..count]).is_err() {
            return;
        }
    }
}

/// The H.264 of an MP4 file as a stream of NAL units, each picture whole.
pub fn elementary_stream(file: &Path) -> Vec<u8> {
    gst::init().expect("GStreamer");
    let pipeline = "filesrc name=file ! qtdemux ! h264parse config-interval=-1 \
                    ! video/x-h264,stream-format=byte-stream,alignment=au ! appsink name=out sync=false";
    let pipeline = gst::parse::launch(pipeline).expect("elements").downcast::<gst::Pipeline>().expect("a pipeline");
    pipeline.by_name("file").expect("named").set_property("location", file);
    let sink = pipeline.by_name("out").expect("named").downcast::<gst_app::AppSink>().expect("an appsink");
    pipeline.set_state(gst::State::Playing).expect("plays");
    let mut stream = Vec::new();
    while let Ok(sample) = sink.pull_sample() {
        stream.extend_from_slice(&sample.buffer().expect("bytes").map_readable().expect("readable"));
    }
    pipeline.set_state(gst::State::Null).expect("ends");
    stream
}
