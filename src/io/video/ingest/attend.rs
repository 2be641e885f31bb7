//! One camera, read over RTSP.

use std::{
    num::NonZeroU32,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::StreamExt as _;
use jiff::{SignedDuration, Timestamp};
use retina::{
    client::{
        Credentials, Demuxed, PlayOptions, Session, SessionGroup, SessionOptions, SetupOptions, TcpTransportOptions,
        Transport,
    },
    codec::{CodecItem, FrameFormat, ParametersRef, VideoFrame},
    rtcp::ReceivedCompoundPacket,
};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::{sleep, sleep_until, timeout},
};
use url::Url;

use super::{
    recorder::Recorder,
    seat::Seat,
    unit::{AccessUnit, Codec, Parameters},
    worker::Job,
};
use crate::{
    domain::camera::{LinkCause, LinkEvent, StreamUri, Timeline},
    io::{
        secrets::Credential,
        video::{RTSP_TIMEOUT, WatchOptions, jittered},
    },
};

/// Keeps one camera open, on the thread of all sockets, and hands what it sends to its worker.
pub(super) struct Attendant {
    pub uri: StreamUri,
    pub credential: Option<Credential>,
    pub options: WatchOptions,
    pub seat: Arc<Seat>,
    pub worker: mpsc::Sender<Job>,
    pub recorder: Arc<Recorder>,
    pub stop: watch::Receiver<bool>,
    pub time: Timeline,
    pub begun: Instant,
}

/// A picture of more bytes is none.
const LARGEST_UNIT: usize = 4 * 1024 * 1024;
/// How long a camera may take to be told goodbye.
const GOODBYE: Duration = Duration::from_secs(3);

impl Attendant {
    /// Until it is told to stop; says so when the camera and the worker have let go.
    pub async fn attend(mut self, left: crossbeam_channel::Sender<()>) {
        let mut stop = self.stop.clone();
        let mut last = None;
        while !*stop.borrow() {
            self.tell(LinkEvent::Opening).await;
            let (opened, goodbye) = (Instant::now(), Arc::new(SessionGroup::default()));
            let mut has_picture = false;
            let cause = tokio::select! {
                cause = self.read(&goodbye, &mut has_picture) => Some(cause),
                _ = stop.wait_for(|stop| *stop) => None,
            };
            // The session is gone, and says so to the camera: before that nobody opens it anew.
            let _ = timeout(GOODBYE, goodbye.await_teardown()).await;
            let Some(cause) = cause else { break };
            let pause = self.options.pauses.next(&cause, last.filter(|_| !has_picture));
            last = Some(pause);
            tracing::debug!(%cause, after = ?opened.elapsed(), "a stream ended");
            self.tell(LinkEvent::Failed(cause)).await;
            tokio::select! {
                () = sleep(jittered(pause)) => {}
                _ = stop.wait_for(|stop| *stop) => break,
            }
        }
        let (leave, gone) = oneshot::channel();
        let _ = self.worker.send(Job::Leave { seat: self.seat.id, left: leave }).await;
        let _ = gone.await;
        let _ = left.send(());
    }

    /// Waits for the worker where it has too much to do: what happens to a camera is not left out.
    async fn tell(&self, event: LinkEvent) {
        let _ = self.worker.send(Job::Link { seat: self.seat.id, event }).await;
    }

    /// Reads it until it fails.
    async fn read(&mut self, goodbye: &Arc<SessionGroup>, has_picture: &mut bool) -> LinkCause {
        let recorder = Arc::clone(&self.recorder);
        let Some(_line) = recorder.line() else { return LinkCause::RecorderFull { limit: recorder.limit() } };
        let opening = recorder.turn().await;
        let opened = timeout(RTSP_TIMEOUT, self.open(goodbye)).await;
        drop(opening);
        match opened {
            Ok(Ok((stream, packets))) => self.follow(stream, packets, has_picture).await,
            Ok(Err(cause)) => cause,
            Err(_) => LinkCause::Unreachable,
        }
    }

    async fn open(&self, goodbye: &Arc<SessionGroup>) -> Result<(usize, Demuxed), LinkCause> {
        let url = Url::parse(self.uri.expose()).map_err(|_| LinkCause::NothingThere)?;
        let credential = self.credential.as_ref();
        let credentials =
            credential.map(|known| Credentials { username: known.user.clone(), password: known.password.clone() });
        let options = SessionOptions::default()
            .creds(credentials)
            .user_agent("gridwatch".to_owned())
            .session_group(Arc::clone(goodbye));
        let failed = |error: retina::Error| match error.status_code() {
            Some(401 | 403) if credential.is_none() => LinkCause::AuthWanted,
            Some(401 | 403) => LinkCause::AuthFailed,
            Some(404 | 454) => LinkCause::NothingThere,
            _ => LinkCause::Unreachable,
        };
        let mut session = Session::describe(url, options).await.map_err(failed)?;
        let is_video = |stream: &retina::client::Stream| {
            stream.media() == "video" && matches!(stream.encoding_name(), "h264" | "h265")
        };
        let stream = session.streams().iter().position(is_video).ok_or(LinkCause::Unreadable)?;
        let setup = SetupOptions::default()
            .transport(Transport::Tcp(TcpTransportOptions::default()))
            .frame_format(FrameFormat::MP4);
        session.setup(stream, setup).await.map_err(failed)?;
        let playing = session.play(PlayOptions::default()).await.map_err(failed)?;
        Ok((stream, playing.demuxed().map_err(failed)?))
    }

    async fn follow(&mut self, stream: usize, mut packets: Demuxed, has_picture: &mut bool) -> LinkCause {
        self.time.reopen();
        self.seat.begin();
        let (mut heard, mut is_told, mut parameters) = (Instant::now(), false, None);
        // Whether what follows can be decoded: all since a keyframe has gone to the worker.
        let mut is_whole = false;
        loop {
            let silence = self.options.silence;
            let patience = if is_told { silence } else { silence / 2 };
            let item = tokio::select! {
                item = packets.next() => item,
                () = sleep_until((heard + patience).into()) => {
                    if is_told {
                        return LinkCause::NoPictures;
                    }
                    is_told = true;
                    self.tell(LinkEvent::Silence).await;
                    continue;
                }
            };
            let frame = match item {
                Some(Ok(CodecItem::VideoFrame(frame))) if frame.stream_id() == stream => frame,
                Some(Ok(CodecItem::Rtcp(said))) if said.stream_id() == stream => {
                    if let Some(off) = clock_off(&said) {
                        self.seat.note_clock(off);
                        self.tell(LinkEvent::Clock(off)).await;
                    }
                    continue;
                }
                Some(Ok(_)) => continue,
                Some(Err(error)) => return broken(&error),
                None => return LinkCause::Ended,
            };
            if frame.data().len() > LARGEST_UNIT {
                return LinkCause::Unreadable;
            }
            if let Some(cause) = self.seat.is_of_no_use() {
                return cause;
            }
            if frame.has_new_parameters() || parameters.is_none() {
                parameters = parameters_of(&packets, stream);
            }
            (heard, is_told, *has_picture) = (Instant::now(), false, true);
            let Some(parameters) = &parameters else { continue };
            if frame.loss() > 0 {
                is_whole = false;
                self.seat.cut();
            }
            let unit = self.unit(frame, parameters);
            self.seat.keep(&unit);
            if unit.is_key && !self.options.is_looked_at {
                self.tell(LinkEvent::Picture).await;
            }
            is_whole = self.hand_over(unit, is_whole);
        }
    }

    fn unit(&mut self, frame: VideoFrame, parameters: &Arc<Parameters>) -> AccessUnit {
        let came = Instant::now();
        let rate = u64::from(NonZeroU32::from(frame.timestamp().clock_rate()).get());
        let ticks = u64::try_from(frame.timestamp().elapsed()).unwrap_or(0);
        let stream = Duration::from_micros(ticks.saturating_mul(1_000_000) / rate);
        let at = self.time.place(stream, came - self.begun);
        let is_key = frame.is_random_access_point();
        AccessUnit { data: frame.into_data().into(), is_key, at, came, parameters: Arc::clone(parameters) }
    }

    /// Gives it to the worker if it is to be decoded, and there is room; says whether the next can follow.
    fn hand_over(&self, unit: AccessUnit, is_whole: bool) -> bool {
        let is_key = unit.is_key;
        let is_wanted = self.options.is_looked_at && (is_key || (is_whole && self.seat.has_every()));
        if !is_wanted {
            return false;
        }
        let taken = self.worker.try_send(Job::Unit { seat: self.seat.id, unit }).is_ok();
        if !taken {
            self.seat.lose();
        }
        taken
    }
}

fn parameters_of(packets: &Demuxed, stream: usize) -> Option<Arc<Parameters>> {
    let Some(ParametersRef::Video(video)) = packets.streams().get(stream)?.parameters() else { return None };
    let codec = if video.rfc6381_codec().starts_with("avc") { Codec::H264 } else { Codec::H265 };
    let (width, height) = video.pixel_dimensions();
    let name = video.rfc6381_codec().to_owned();
    Some(Arc::new(Parameters { codec, name, setup: video.extra_data().to_vec(), size: [width, height] }))
}

/// How far the camera's clock is ahead, by a sender report (RFC 3550). It left a moment ago, which no matter depends on.
fn clock_off(said: &ReceivedCompoundPacket) -> Option<SignedDuration> {
    /// Seconds from 1900, where NTP begins, to 1970. What says less knows no time, and counts from when it was started.
    const NTP: i64 = 2_208_988_800;
    let reports = said.pkts().filter_map(|packet| packet.as_sender_report().ok().flatten());
    let ntp = reports.last()?.ntp_timestamp().0;
    let second = i64::try_from(ntp >> 32).ok()?.checked_sub(NTP).filter(|second| *second >= 0)?;
    let nanosecond = (((ntp & 0xffff_ffff) * 1_000_000_000) >> 32) as i32;
    let camera = Timestamp::new(second, nanosecond).ok()?;
    Some(camera.duration_since(Timestamp::now()))
}

/// Retina tells what went wrong while a stream played in words alone: whether the line broke, or what came on it.
fn broken(error: &retina::Error) -> LinkCause {
    tracing::debug!(%error, "a stream broke");
    let words = error.to_string();
    if ["Error reading", "Error writing"].iter().any(|line| words.starts_with(line)) {
        LinkCause::LineBroken
    } else {
        LinkCause::Unreadable
    }
}
