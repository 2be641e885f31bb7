//! One client's line to one camera.

use std::{
    io,
    sync::{Arc, atomic::Ordering},
    time::{Duration, SystemTime},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, Interval, MissedTickBehavior, interval_at, timeout},
};

use super::{
    Camera, Fault, Yard,
    reel::PAYLOAD_TYPE,
    request::{REALM, Request},
};

pub(super) struct Session {
    yard: Arc<Yard>,
    stream: TcpStream,
    /// What has come and is no whole request yet.
    came: Vec<u8>,
    playing: Option<Playing>,
}

/// A camera that is played to the client.
struct Playing {
    camera: Arc<Camera>,
    tick: Interval,
    /// Of the next picture.
    number: u64,
    /// Of the next packet.
    sequence: u16,
    channel: u8,
    sent: u32,
}

/// Pictures a second.
pub const RATE: u32 = 10;
/// Of the clock that RTP counts video by, from one picture to the next.
const TICKS: u32 = 90_000 / RATE;
/// Requests that are longer are none.
const LONGEST: usize = 64 * 1024;
/// A client that takes nothing for so long is gone.
const PATIENCE: Duration = Duration::from_secs(10);
const SSRC: u32 = 0x1234;
/// How many pictures there are between two reports of the camera's clock.
const REPORT_EVERY: u32 = 5 * RATE;
const HOUR: Duration = Duration::from_hours(1);
/// Seconds from 1900, where NTP begins, to 1970.
const NTP: u64 = 2_208_988_800;

impl Session {
    pub fn new(yard: Arc<Yard>, stream: TcpStream) -> Self {
        Self { yard, stream, came: Vec::new(), playing: None }
    }

    /// Until either side has had enough.
    pub async fn run(mut self) -> io::Result<()> {
        self.stream.set_nodelay(true)?;
        loop {
            let mut bytes = [0; 4096];
            let fault = self.playing.as_ref().and_then(|playing| playing.camera.fault());
            let is_deaf = fault == Some(Fault::HalfOpen);
            let Self { stream, playing, .. } = &mut self;
            tokio::select! {
                read = stream.read(&mut bytes), if !is_deaf => {
                    let count = read?;
                    self.came.extend_from_slice(&bytes[..count]);
                    if count == 0 || self.came.len() > LONGEST {
                        return Ok(());
                    }
                    while let Some(request) = Request::take(&mut self.came) {
                        if !self.answer(&request).await? {
                            return Ok(());
                        }
                    }
                }
                () = due(playing) => self.play().await?,
            }
        }
    }

    /// Whether the line stays.
    async fn answer(&mut self, request: &Request) -> io::Result<bool> {
        let camera = request.camera().and_then(|number| self.yard.camera(number));
        let fault = camera.as_ref().and_then(|camera| camera.fault());
        match fault {
            Some(Fault::Reset) => return self.reset(),
            Some(Fault::HalfOpen) => return Ok(true),
            Some(Fault::Garbage) if self.playing.is_none() => {
                self.write(b"\x00\xff what comes here is no RTSP \xff\x00\r\n\r\n").await?;
                return Ok(false);
            }
            _ => {}
        }
        let cseq = request.header("cseq").unwrap_or("0");
        let is_let_in = self.yard.login.as_ref().is_none_or(|login| request.proves(login, &self.yard.nonce));
        if !is_let_in || fault == Some(Fault::Refuse) {
            let nonce = &self.yard.nonce;
            let refusal = format!(
                "RTSP/1.0 401 Unauthorized\r\nCSeq: {cseq}\r\n\
                 WWW-Authenticate: Digest realm=\"{REALM}\", nonce=\"{nonce}\"\r\n\r\n"
            );
            self.write(refusal.as_bytes()).await?;
            return Ok(true);
        }
        let Some(camera) = camera else {
            self.write(format!("RTSP/1.0 404 Not Found\r\nCSeq: {cseq}\r\n\r\n").as_bytes()).await?;
            return Ok(true);
        };
        let ok = format!("RTSP/1.0 200 OK\r\nCSeq: {cseq}\r\nSession: 1;timeout=60\r\n");
        let said = match &*request.method {
            "OPTIONS" => format!("{ok}Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER\r\n\r\n"),
            "DESCRIBE" => {
                let uri = &request.uri;
                let format = camera.footage.reel(camera.look()).format();
                let description = format!(
                    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=farm\r\nt=0 0\r\na=control:*\r\n\
                     m=video 0 RTP/AVP {PAYLOAD_TYPE}\r\nc=IN IP4 0.0.0.0\r\na=rtpmap:{PAYLOAD_TYPE} H264/90000\r\n\
                     a=fmtp:{PAYLOAD_TYPE} packetization-mode=1;{format}\r\na=framerate:{RATE}\r\na=control:track0\r\n"
                );
                let length = description.len();
                format!(
                    "RTSP/1.0 200 OK\r\nCSeq: {cseq}\r\nContent-Base: {uri}/\r\nContent-Type: application/sdp\r\n\
                     Content-Length: {length}\r\n\r\n{description}"
                )
            }
            "SETUP" => format!(
                "{ok}Transport: RTP/AVP/TCP;unicast;interleaved={0}-{1};ssrc={SSRC:08x}\r\n\r\n",
                channel(request),
                channel(request) + 1
            ),
            "PLAY" => {
                let playing = Playing::new(&self.yard, camera, channel(request));
                let at = playing.time();
                self.playing = Some(playing);
                format!("{ok}Range: npt=now-\r\nRTP-Info: url={}/track0;seq=1;rtptime={at}\r\n\r\n", request.uri)
            }
            "TEARDOWN" => {
                self.yard.torn_down.fetch_add(1, Ordering::Relaxed);
                self.write(format!("{ok}\r\n").as_bytes()).await?;
                return Ok(false);
            }
            _ => format!("{ok}\r\n"),
        };
        self.write(said.as_bytes()).await?;
        Ok(true)
    }

    async fn play(&mut self) -> io::Result<()> {
        let Some(playing) = &mut self.playing else { return Ok(()) };
        let fault = playing.camera.fault();
        match fault {
            Some(Fault::Hang | Fault::HalfOpen) => {
                playing.number += 1;
                return Ok(());
            }
            Some(Fault::Reset) => return self.reset().map(|_| ()),
            Some(Fault::Refuse) => return Err(io::ErrorKind::ConnectionAborted.into()),
            Some(Fault::Garbage) => return self.write(&[0xa5; 700]).await,
            Some(Fault::Slow) if !playing.number.is_multiple_of(5) && !playing.is_key() => {
                playing.number += 1;
                return Ok(());
            }
            _ => {}
        }
        let mut out = Vec::new();
        playing.take_picture(&mut out);
        self.write(&out).await
    }

    fn reset(&self) -> io::Result<bool> {
        // Without a word, and without waiting for what is on its way.
        self.stream.set_zero_linger()?;
        Err(io::ErrorKind::ConnectionReset.into())
    }

    async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        timeout(PATIENCE, self.stream.write_all(bytes)).await.map_err(|_| io::ErrorKind::TimedOut)?
    }
}

/// When the next picture is; never while nothing plays.
async fn due(playing: &mut Option<Playing>) {
    match playing {
        Some(playing) => drop(playing.tick.tick().await),
        None => std::future::pending().await,
    }
}

/// The channel that the client wants the packets on.
fn channel(request: &Request) -> u8 {
    let wanted = request.header("transport").and_then(|transport| transport.split_once("interleaved="));
    wanted.and_then(|(_, channels)| channels.split(['-', ';']).next()?.parse().ok()).unwrap_or(0)
}

impl Playing {
    fn new(yard: &Yard, camera: Arc<Camera>, channel: u8) -> Self {
        let step = Duration::from_secs(1) / RATE;
        let now = (yard.begun.elapsed().as_millis() / step.as_millis()) as u64 + camera.phase;
        let number = camera.footage.reel(camera.look()).key_before(now);
        // Not all cameras of a street send in the same moment.
        let offset = Duration::from_micros(camera.phase * 1337 % 100_000);
        let mut tick = interval_at(Instant::now() + offset, step);
        tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
        camera.watching.fetch_add(1, Ordering::Relaxed);
        Self { camera, tick, number, sequence: 1, channel, sent: 0 }
    }

    /// Of the next picture, by the stream's clock.
    fn time(&self) -> u32 {
        let jump = if self.camera.fault() == Some(Fault::PtsJump) { HOUR.as_secs() as u32 * 90_000 } else { 0 };
        (self.number as u32).wrapping_mul(TICKS).wrapping_add(jump)
    }

    fn is_key(&self) -> bool {
        self.camera.footage.reel(self.camera.look()).is_key(self.number)
    }

    /// Writes the next picture, and now and then what the camera's clock says.
    fn take_picture(&mut self, out: &mut Vec<u8>) {
        let time = self.time();
        if self.sent.is_multiple_of(REPORT_EVERY) {
            self.report(time, out);
        }
        for packet in self.camera.footage.reel(self.camera.look()).picture(self.number) {
            out.extend([b'$', self.channel]);
            out.extend((packet.len() as u16).to_be_bytes());
            let at = out.len();
            out.extend_from_slice(packet);
            out[at + 2..at + 4].copy_from_slice(&self.sequence.to_be_bytes());
            out[at + 4..at + 8].copy_from_slice(&time.to_be_bytes());
            out[at + 8..at + 12].copy_from_slice(&SSRC.to_be_bytes());
            self.sequence = self.sequence.wrapping_add(1);
        }
        self.number += 1;
        self.sent = self.sent.wrapping_add(1);
    }

    /// A sender report (RFC 3550): which time by the clock on the wall that of the stream is.
    fn report(&self, time: u32, out: &mut Vec<u8>) {
        let off = if self.camera.fault() == Some(Fault::ClockOff) { HOUR } else { Duration::ZERO };
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default() + off;
        let fraction = (u64::from(now.subsec_nanos()) << 32) / 1_000_000_000;
        out.extend([b'$', self.channel + 1, 0, 28, 0x80, 200, 0, 6]);
        out.extend(SSRC.to_be_bytes());
        out.extend((((now.as_secs() + NTP) << 32) | fraction).to_be_bytes());
        out.extend(time.to_be_bytes());
        out.extend([0; 8]);
    }
}

impl Drop for Playing {
    fn drop(&mut self) {
        self.camera.watching.fetch_sub(1, Ordering::Relaxed);
    }
}
