//! Where pictures come from, and with which credential.

use std::path::{Path, PathBuf};

use super::{FrameSource, Pace, pipeline::Pipeline, rendered::Rendered};
use crate::{
    domain::camera::{Camera, LinkCause, Reader, StreamKind, StreamUri},
    io::secrets::{Credential, Secrets},
    scene::{Lens, SceneKind, SceneOrder},
};

/// A stream that can be opened.
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    File(PathBuf),
    Rtsp {
        uri: StreamUri,
        credential: Option<Credential>,
        reader: Reader,
    },
    /// A synthetic street, as a camera with that lens would see it.
    Rendered {
        kind: SceneKind,
        seed: u64,
        width: u32,
        height: u32,
        lens: Lens,
    },
}

impl Source {
    /// The stream of a camera to be analysed: the small one where there are two. Files are found from the site's folder.
    ///
    /// # Errors
    /// [`LinkCause::NoStreamGiven`], [`LinkCause::NoSecret`], [`LinkCause::NoSuchScene`].
    pub fn of_camera(camera: &Camera, site: &Path, secrets: &Secrets) -> Result<Self, LinkCause> {
        Self::of_stream(camera, camera.analysed_kind(), site, secrets)
    }

    /// That one of its streams.
    ///
    /// # Errors
    /// As [`of_camera`](Self::of_camera).
    pub fn of_stream(camera: &Camera, kind: StreamKind, site: &Path, secrets: &Secrets) -> Result<Self, LinkCause> {
        let uri = camera.stream(kind).ok_or(LinkCause::NoStreamGiven)?;
        match uri.scheme() {
            "file" => Ok(Self::File(site.join(uri.address()))),
            "test" => Self::rendered(uri.address(), lens_of(camera)),
            _ => {
                let named =
                    |name: &String| secrets.find(name).ok_or_else(|| LinkCause::NoSecret { secret: name.clone() });
                let credential = camera.secret.as_ref().map(named).transpose()?;
                Ok(Self::Rtsp { uri: uri.clone(), credential, reader: camera.reader_of(uri) })
            }
        }
    }

    fn rendered(address: &str, lens: Lens) -> Result<Self, LinkCause> {
        let order = address.parse::<SceneOrder>();
        let SceneOrder { kind, seed, width, height } =
            order.map_err(|_| LinkCause::NoSuchScene { scene: address.to_owned() })?;
        Ok(Self::Rendered { kind, seed, width, height, lens })
    }

    /// # Errors
    /// Why it cannot be opened; what opens slowly says so later, in place of its first picture.
    pub(super) fn open(&self, pace: Pace) -> Result<Box<dyn FrameSource>, LinkCause> {
        match self {
            Self::File(path) => Ok(Box::new(Pipeline::of_file(path, pace)?)),
            Self::Rtsp { uri, credential, .. } => Ok(Box::new(Pipeline::of_rtsp(uri, credential.as_ref(), pace)?)),
            Self::Rendered { kind, seed, width, height, lens } => {
                Ok(Box::new(Rendered::new(*kind, *lens, *width, *height, *seed, pace)))
            }
        }
    }
}

/// As the camera looks; one whose pose nobody measured as most do.
fn lens_of(camera: &Camera) -> Lens {
    let (tilt_deg, hfov_deg) = camera.pose.map_or((15.0, 72.0), |pose| (pose.tilt_deg(), pose.hfov_deg()));
    Lens { height_m: camera.height_m(), tilt_deg, hfov_deg }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_camera_is_read_by_its_small_stream() {
        let mut camera = Camera::new("c1", "a camera");
        let of = |camera: &Camera| Source::of_camera(camera, Path::new("/site"), &Secrets::default());
        assert_eq!(of(&camera).err(), Some(LinkCause::NoStreamGiven));
        camera.main = "file://clips/a.mp4".parse().ok();
        assert!(matches!(of(&camera), Ok(Source::File(path)) if path == Path::new("/site/clips/a.mp4")));
        camera.sub = "test://street?seed=3&width=320&height=180".parse().ok();
        assert!(matches!(of(&camera), Ok(Source::Rendered { seed: 3, width: 320, height: 180, .. })));
        camera.sub = "test://moon".parse().ok();
        assert_eq!(of(&camera).err(), Some(LinkCause::NoSuchScene { scene: "moon".to_owned() }));
        camera.sub = "rtsp://10.0.0.8/live".parse().ok();
        camera.secret = Some("nobody-said".to_owned());
        assert_eq!(of(&camera).err(), Some(LinkCause::NoSecret { secret: "nobody-said".to_owned() }));
    }
}
