//! What passes between the centre and a process that looks through cameras for it.
//!
//! A connection begins with one [`Ask`]. One that watches goes on for as long as both live: the centre says which cameras
//! there are and what it has kept, the other tells how things stand and what it saw. Every other question has a connection of
//! its own, so that a screen that takes its pictures slowly is waited for by nobody else.
//!
//! A message is MessagePack behind its length in four bytes. Secrets do not pass: who looks has its own.

use std::{io, time::Duration};

use axum::body::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tokio::net::{
    UnixStream,
    unix::{OwnedReadHalf, OwnedWriteHalf},
};
use tokio_util::codec::{FramedRead, FramedWrite, LengthDelimitedCodec};
use uuid::Uuid;

use super::{NoPicture, Standing, View, Wish};
use crate::{
    domain::{
        camera::{Camera, Pose, Reader, Rule, StreamUri},
        geo::Position,
    },
    service::findings::Seen,
};

/// What the centre says.
#[derive(Debug, Serialize, Deserialize)]
pub enum Ask {
    /// These cameras from now on, and no others.
    Watch(Vec<Watched>),
    /// That one is kept.
    Kept(Uuid),
    /// For a [`Shot`](super::Shot).
    Picture { camera: String },
    /// For an MP4 file.
    Clip { camera: String, from: Timestamp, to: Timestamp },
    /// For [`View`]s, once it was told that there are any.
    Follow { camera: String, wish: Wish },
}

/// What it is told by who watches.
#[derive(Debug, Serialize, Deserialize)]
pub enum Tell {
    Standing(String, Box<Standing>),
    Seen(Box<Seen>),
}

/// What one has to know of a camera to look through it; its addresses with what stands in them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Watched {
    id: String,
    main: Option<String>,
    sub: Option<String>,
    position: Option<Position>,
    height_m: f64,
    range_m: f64,
    /// Heading, tilt, angle of view.
    pose: Option<[f64; 3]>,
    secret: Option<String>,
    rules: Vec<Rule>,
    reader: Reader,
    enabled: bool,
}

impl Watched {
    #[must_use]
    pub fn of(camera: &Camera) -> Self {
        let uri = |uri: &StreamUri| uri.expose().to_owned();
        Self {
            id: camera.id.clone(),
            main: camera.main.as_ref().map(uri),
            sub: camera.sub.as_ref().map(uri),
            position: camera.position,
            height_m: camera.height_m(),
            range_m: camera.range_m(),
            pose: camera.pose.map(|pose| [pose.heading_deg(), pose.tilt_deg(), pose.hfov_deg()]),
            secret: camera.secret.clone(),
            rules: camera.rules.clone(),
            reader: camera.preferred_reader,
            enabled: camera.enabled,
        }
    }

    /// As a camera; what the other side could not have had is left out.
    #[must_use]
    pub fn camera(&self) -> Camera {
        let mut camera = Camera::new(&self.id, &self.id);
        camera.main = self.main.as_deref().and_then(|uri| uri.parse().ok());
        camera.sub = self.sub.as_deref().and_then(|uri| uri.parse().ok());
        camera.position = self.position;
        // Both were a camera's.
        let _ = camera.set_height_m(self.height_m);
        let _ = camera.set_range_m(self.range_m);
        camera.pose = self.pose.and_then(|[heading, tilt, hfov]| Pose::new(heading, tilt, hfov).ok());
        camera.secret.clone_from(&self.secret);
        camera.rules.clone_from(&self.rules);
        camera.preferred_reader = self.reader;
        camera.enabled = self.enabled;
        camera
    }
}

/// The end of a connection that speaks.
pub struct Mouth(FramedWrite<OwnedWriteHalf, LengthDelimitedCodec>);

/// The end that hears.
pub struct Ear(FramedRead<OwnedReadHalf, LengthDelimitedCodec>);

/// A picture in 8K, or a camera's last seconds, with room.
const LARGEST: usize = 64 * 1024 * 1024;
/// How long an answer may take; the first picture of a camera takes the longest.
const PATIENCE: Duration = Duration::from_secs(20);

/// Both ends of a connection.
#[must_use]
pub fn ends(stream: UnixStream) -> (Ear, Mouth) {
    let (reading, writing) = stream.into_split();
    let codec = || LengthDelimitedCodec::builder().max_frame_length(LARGEST).new_codec();
    (Ear(FramedRead::new(reading, codec())), Mouth(FramedWrite::new(writing, codec())))
}

impl Mouth {
    /// # Errors
    /// If the other side is gone.
    pub async fn say<T: Serialize>(&mut self, message: &T) -> io::Result<()> {
        let bytes = rmp_serde::to_vec_named(message).map_err(io::Error::other)?;
        self.0.send(Bytes::from(bytes)).await
    }
}

impl Ear {
    /// The next message; `None` where the other side has gone. Loses nothing when it is given up while it waits.
    ///
    /// # Errors
    /// If the connection breaks, or what comes is no such message.
    pub async fn hear<T: DeserializeOwned>(&mut self) -> io::Result<Option<T>> {
        let Some(bytes) = self.0.next().await.transpose()? else { return Ok(None) };
        rmp_serde::from_slice(&bytes).map(Some).map_err(io::Error::other)
    }
}

/// Asks on a connection of its own.
///
/// # Errors
/// What is answered; [`NoPicture::TooSlow`] where nobody does.
pub async fn ask<T: DeserializeOwned>(stream: UnixStream, ask: &Ask) -> Result<(T, Ear, Mouth), NoPicture> {
    let (mut ear, mut mouth) = ends(stream);
    let asked = async {
        mouth.say(ask).await?;
        ear.hear::<Result<T, NoPicture>>().await
    };
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok(Ok(Some(answer))) => answer.map(|answer| (answer, ear, mouth)),
        _ => Err(NoPicture::TooSlow),
    }
}

/// Somebody watches a camera that another process looks through.
pub struct Distant {
    ear: Ear,
    /// The other side stops when this is gone.
    _mouth: Mouth,
}

impl Distant {
    pub fn new(ear: Ear, mouth: Mouth) -> Self {
        Self { ear, _mouth: mouth }
    }

    /// What comes next; `None` where nothing more does. Loses nothing when it is given up while it waits.
    pub async fn next(&mut self) -> Option<View> {
        self.ear.hear().await.ok().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_camera_comes_over_as_it_is_looked_through() {
        let mut camera = Camera::new("c1", "c1");
        camera.sub = "rtsp://10.0.0.8:554/sub".parse().ok();
        camera.pose = Pose::new(350.0, 12.5, 60.0).ok();
        camera.position = Position::new(110.03, 40.41).ok();
        camera.set_height_m(4.5).expect("valid");
        camera.secret = Some("gate".into());
        camera.preferred_reader = Reader::Gstreamer;
        let bytes = rmp_serde::to_vec_named(&Ask::Watch(vec![Watched::of(&camera)])).expect("a message");
        let Ask::Watch(cameras) = rmp_serde::from_slice(&bytes).expect("the same") else { panic!("another") };
        assert_eq!(cameras[0].camera(), camera);
    }

    #[tokio::test]
    async fn a_view_and_why_there_is_none_come_over_whole() {
        let (here, there) = UnixStream::pair().expect("a pair");
        let ((mut ear, _here), (_there, mut mouth)) = (ends(here), ends(there));
        let view = View::Begin {
            codec: "avc1.64001e".into(),
            size: [640, 360],
            stream: crate::domain::camera::StreamKind::Sub,
            header: vec![0, 1, 2],
        };
        mouth.say(&view).await.expect("heard");
        let down = NoPicture::Down(crate::domain::camera::LinkCause::NoSecret { secret: "gate".into() });
        mouth.say(&Err::<(), _>(down.clone())).await.expect("heard");
        drop(mouth);
        assert_eq!(ear.hear::<View>().await.expect("a message"), Some(view));
        assert_eq!(ear.hear::<Result<(), NoPicture>>().await.expect("a message"), Some(Err(down)));
        assert!(ear.hear::<View>().await.expect("the end").is_none());
    }
}
