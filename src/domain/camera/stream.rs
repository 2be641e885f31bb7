//! Where a camera's pictures come from.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The address of a stream: `rtsp://`, `rtsps://`, `file://` or `test://`.
///
/// Prints without the user and password that some addresses carry, so that it may stand in logs and answers;
/// only [`expose`](Self::expose) gives the whole.
///
/// ```
/// use gridwatch::domain::camera::StreamUri;
/// let uri: StreamUri = "rtsp://admin:12345@10.0.0.8:554/live".parse().unwrap();
/// assert_eq!(uri.to_string(), "rtsp://10.0.0.8:554/live");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct StreamUri(String);

/// Which of a camera's streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StreamKind {
    /// In full resolution.
    Main,
    /// The small one.
    Sub,
}

/// What is known of a stream that is read as the camera sends it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct StreamFacts {
    /// As browsers ask for it (RFC 6381): `avc1.64001e`.
    pub codec: String,
    pub size: [u32; 2],
    /// Pictures that it sends, of late.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_second: Option<f64>,
    /// Seconds from one keyframe to the next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keyframe_s: Option<f64>,
    /// How far the camera's clock is ahead of this machine's, in seconds, by what it last said of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock_off_s: Option<f64>,
}

/// Who reads an `rtsp://` stream.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, strum::EnumString, strum::VariantNames,
)]
#[strum(serialize_all = "snake_case")]
pub enum Reader {
    /// The client in Rust: few threads for all cameras, 8-bit H.264 and H.265 over TCP.
    #[default]
    Retina,
    /// GStreamer: a few threads for each camera, and whatever it can read.
    Gstreamer,
}

/// Why a text is no address of a stream. Holds no more of the text than its scheme: the rest may be a credential.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error, strum::VariantNames)]
#[serde(tag = "code", content = "params", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum StreamUriError {
    #[error("no scheme: a stream starts with rtsp://, rtsps://, file:// or test://")]
    NoScheme,
    #[error("scheme {scheme}:// is none of rtsp://, rtsps://, file://, test://")]
    UnknownScheme { scheme: String },
    #[error("nothing stands behind {scheme}://")]
    NoAddress { scheme: String },
    #[error("the port is none between 1 and 65535")]
    BadPort,
    #[error("the file is not in the site's folder")]
    OutsideSite,
}

impl StreamUri {
    /// `rtsp`, `rtsps`, `file` or `test`.
    #[must_use]
    pub fn scheme(&self) -> &str {
        self.0.split("://").next().unwrap_or_default()
    }

    /// What stands behind the scheme of a `file://` or `test://` address.
    #[must_use]
    pub fn address(&self) -> &str {
        self.0.split_once("://").map_or("", |(_, address)| address)
    }

    /// Whether a user or password is part of the address.
    #[must_use]
    pub fn has_credentials(&self) -> bool {
        self.to_string() != self.0
    }

    /// The address as written, with its credentials if it has any. For opening the stream, not for showing.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl FromStr for StreamUri {
    type Err = StreamUriError;

    fn from_str(text: &str) -> Result<Self, StreamUriError> {
        let (scheme, rest) = text.trim().split_once("://").ok_or(StreamUriError::NoScheme)?;
        let scheme = scheme.to_ascii_lowercase();
        // What is no scheme by its letters may be anything, a password too, and is not repeated.
        if !scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte)) {
            return Err(StreamUriError::NoScheme);
        }
        if !matches!(scheme.as_str(), "rtsp" | "rtsps" | "file" | "test") {
            return Err(StreamUriError::UnknownScheme { scheme });
        }
        if rest.is_empty() {
            return Err(StreamUriError::NoAddress { scheme });
        }
        if scheme == "file" && leaves_folder(rest) {
            return Err(StreamUriError::OutsideSite);
        }
        let uri = Self(format!("{scheme}://{rest}"));
        // One with credentials is refused for them, whatever else is wrong: what looks like a port may be a password.
        if scheme.starts_with("rtsp") && !uri.has_credentials() && !has_good_port(rest) {
            return Err(StreamUriError::BadPort);
        }
        Ok(uri)
    }
}

/// Whether a path does not stay below where it begins.
fn leaves_folder(path: &str) -> bool {
    path.starts_with('/') || path.split('/').any(|part| part == "..")
}

/// Of `host`, `host:port`, `[::1]` or `[::1]:port`, and what follows.
fn has_good_port(address: &str) -> bool {
    let host = address.split(['/', '?', '#']).next().unwrap_or_default();
    let port = match host.rsplit_once(']') {
        Some((_, behind)) => behind.strip_prefix(':'),
        None => host.split_once(':').map(|(_, port)| port),
    };
    port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0))
}

impl fmt::Display for StreamUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, rest) = self.0.split_once("://").unwrap_or(("", &self.0));
        // In a file's path an @ is a letter like any other. In RTSP the last one ends the credentials, wherever it
        // stands: passwords with an unescaped / or @ are common, and to hide too much is the safe side.
        let shown =
            if scheme.starts_with("rtsp") { rest.rsplit_once('@').map_or(rest, |(_, host)| host) } else { rest };
        // Some makers want them in the path: `/user=admin&password=…&channel=1`.
        let lower = shown.to_ascii_lowercase();
        let key = ["user=", "username=", "password=", "passwd=", "pwd="].iter().filter_map(|key| lower.find(key)).min();
        match key.filter(|_| scheme.starts_with("rtsp")) {
            Some(at) => write!(f, "{scheme}://{}…", &shown[..at]),
            None => write!(f, "{scheme}://{shown}"),
        }
    }
}

impl fmt::Debug for StreamUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StreamUri({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_schemes_are_taken() {
        for good in [
            "rtsp://h/1",
            "RTSPS://h/1",
            "file://v/a@b.mp4",
            "test://street",
            "rtsp://[fe80::1]:554/1",
            "rtsp://h:65535",
        ] {
            assert!(good.parse::<StreamUri>().is_ok(), "{good}");
        }
        let refused = |text: &str| text.parse::<StreamUri>().expect_err("refused");
        assert_eq!(refused("10.0.0.8/live"), StreamUriError::NoScheme);
        assert_eq!(refused("http://h"), StreamUriError::UnknownScheme { scheme: "http".into() });
        assert_eq!(refused("admin:12345@rtsp://h"), StreamUriError::NoScheme);
        for port in ["rtsp://h:65536/1", "rtsp://h:/1", "rtsp://h:0/1", "rtsp://[::1]:99999/1", "rtsp://h:554a/1"] {
            assert_eq!(refused(port), StreamUriError::BadPort, "{port}");
        }
        for outside in ["file:///etc/passwd", "file://../a.mp4", "file://clips/../../a.mp4"] {
            assert_eq!(refused(outside), StreamUriError::OutsideSite, "{outside}");
        }
        assert_eq!(refused("rtsp://"), StreamUriError::NoAddress { scheme: "rtsp".into() });
    }

    #[test]
    fn credentials_are_never_printed() {
        for text in ["rtsp://u:p@h/1", "rtsp://u:p/x@h/1", "rtsp://u:p@x@h/1"] {
            let uri: StreamUri = text.parse().expect("valid");
            assert_eq!(format!("{uri} {uri:?}"), "rtsp://h/1 StreamUri(rtsp://h/1)");
            assert_eq!(uri.expose(), text);
        }
        let maker: StreamUri = "rtsp://h:554/user=admin&password=p&channel=1".parse().expect("valid");
        assert_eq!((maker.to_string().as_str(), maker.has_credentials()), ("rtsp://h:554/…", true));
        assert_eq!("file://v/a@b.mp4".parse::<StreamUri>().expect("valid").to_string(), "file://v/a@b.mp4");
    }
}
