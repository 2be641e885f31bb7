//! Where pictures come from, and with which credential.

use std::{
    collections::BTreeMap,
    fmt, fs, io,
    path::{Path, PathBuf},
};

use super::{FrameSource, Pace, pipeline::Pipeline, rendered::Rendered};
use crate::{
    domain::camera::{Camera, LinkCause, StreamUri},
    scene::{Lens, SceneKind, SceneOrder},
};

/// A stream that can be opened.
#[derive(Debug, Clone)]
pub enum Source {
    File(PathBuf),
    Rtsp {
        uri: StreamUri,
        credential: Option<Credential>,
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

/// User and password of a stream. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    pub user: String,
    pub password: String,
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credential(…)")
    }
}

/// Credentials by the names that the cameras' `secret` gives: of the environment, else of a file.
#[derive(Debug, Clone, Default)]
pub struct Secrets {
    of_file: BTreeMap<String, Credential>,
}

/// Before the name, in capitals with `_` for all else, of a variable of the environment.
const VARIABLE: &str = "GRIDWATCH_SECRET_";

impl Secrets {
    /// The secrets of a TOML file with a line `name = "user:password"` for each; none where there is no file.
    ///
    /// # Errors
    /// If it cannot be read, or a line is not of that form; says nothing of its contents.
    pub fn read(file: &Path) -> io::Result<Self> {
        let text = match fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(error),
        };
        let wrong = |why: &str| io::Error::new(io::ErrorKind::InvalidData, format!("{}: {why}", file.display()));
        // The parser's own message would show the line.
        let table: BTreeMap<String, String> =
            toml::from_str(&text).map_err(|_| wrong("not lines of name = \"user:password\""))?;
        let pairs = table.into_iter().map(|(name, pair)| {
            let credential = Credential::of_pair(&pair).ok_or_else(|| wrong(&format!("{name} has no colon")))?;
            Ok((name, credential))
        });
        Ok(Self { of_file: pairs.collect::<io::Result<_>>()? })
    }

    /// Whether there is one of that name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    fn find(&self, name: &str) -> Option<Credential> {
        let capitals = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
        let variable: String = VARIABLE.chars().chain(name.chars().map(capitals)).collect();
        let of_environment = std::env::var(variable).ok();
        of_environment.and_then(|pair| Credential::of_pair(&pair)).or_else(|| self.of_file.get(name).cloned())
    }
}

impl Credential {
    /// Of `user:password`; the password may have colons.
    fn of_pair(pair: &str) -> Option<Self> {
        let (user, password) = pair.split_once(':')?;
        Some(Self { user: user.to_owned(), password: password.to_owned() })
    }
}

impl Source {
    /// The stream of a camera to be analysed: the small one where there are two. Files are found from the site's folder.
    ///
    /// # Errors
    /// [`LinkCause::NoStreamGiven`], [`LinkCause::NoSecret`], [`LinkCause::NoSuchScene`].
    pub fn of_camera(camera: &Camera, site: &Path, secrets: &Secrets) -> Result<Self, LinkCause> {
        let uri = camera.sub.as_ref().or(camera.main.as_ref()).ok_or(LinkCause::NoStreamGiven)?;
        match uri.scheme() {
            "file" => Ok(Self::File(site.join(uri.address()))),
            "test" => Self::rendered(uri.address(), lens_of(camera)),
            _ => {
                let named =
                    |name: &String| secrets.find(name).ok_or_else(|| LinkCause::NoSecret { secret: name.clone() });
                let credential = camera.secret.as_ref().map(named).transpose()?;
                Ok(Self::Rtsp { uri: uri.clone(), credential })
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
            Self::Rtsp { uri, credential } => Ok(Box::new(Pipeline::of_rtsp(uri, credential.as_ref(), pace)?)),
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
    fn a_secret_is_of_the_file_and_is_never_printed() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("secrets.toml");
        assert!(Secrets::read(&file).expect("none is fine").find("yard").is_none());
        fs::write(&file, "yard = \"admin:a:b@c\"\n").expect("written");
        let secrets = Secrets::read(&file).expect("read");
        assert_eq!(secrets.find("yard").map(|found| found.password), Some("a:b@c".to_owned()));
        assert!(!format!("{secrets:?}").contains("a:b@c"));
        fs::write(&file, "yard = \"hunter2\"\n").expect("written");
        let error = Secrets::read(&file).expect_err("no colon").to_string();
        assert!(error.contains("yard") && !error.contains("hunter2"), "{error}");
    }

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
