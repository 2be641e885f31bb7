//! What a client asks of a camera.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use md5::{Digest, Md5};
use memchr::memmem;

/// A request of RTSP (RFC 2326).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Request {
    pub method: String,
    pub uri: String,
    headers: Vec<(String, String)>,
}

/// What nobody but the camera's owner knows.
#[derive(Clone)]
pub struct Login {
    pub user: String,
    pub password: String,
}

pub(super) const REALM: &str = "farm";

impl Request {
    /// Takes the first one out of what has come; `None` where it is not whole yet. What a client says of its reception is
    /// passed over.
    pub fn take(came: &mut Vec<u8>) -> Option<Self> {
        while let [b'$', _, high, low, ..] = came[..] {
            let whole = 4 + usize::from(u16::from_be_bytes([high, low]));
            if came.len() < whole {
                return None;
            }
            came.drain(..whole);
        }
        let end = memmem::find(came, b"\r\n\r\n")?;
        let text = String::from_utf8_lossy(&came[..end]).into_owned();
        came.drain(..end + 4);
        let mut lines = text.lines();
        let mut words = lines.next().unwrap_or_default().split(' ').map(str::to_owned);
        let header = |line: &str| {
            let (name, value) = line.split_once(':')?;
            Some((name.trim().to_ascii_lowercase(), value.trim().to_owned()))
        };
        let (method, uri) = (words.next()?, words.next().unwrap_or_default());
        Some(Self { method, uri, headers: lines.filter_map(header).collect() })
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| &**value)
    }

    /// The number at the end of the path's first part: `/cam007` is camera 7.
    pub fn camera(&self) -> Option<usize> {
        let path = self.uri.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map(|(_, path)| path)?;
        let part = path.split(['/', '?']).next()?;
        part.trim_start_matches(|c: char| !c.is_ascii_digit()).parse().ok()
    }

    /// Whether it proves to know the login, by digest or plainly.
    pub fn proves(&self, login: &Login, nonce: &str) -> bool {
        let Some((scheme, given)) = self.header("authorization").and_then(|value| value.split_once(' ')) else {
            return false;
        };
        let Login { user, password } = login;
        if scheme.eq_ignore_ascii_case("basic") {
            return STANDARD.decode(given.trim()).is_ok_and(|pair| pair == format!("{user}:{password}").into_bytes());
        }
        let field = |name: &str| {
            let fields = given.split(',').filter_map(|field| field.trim().split_once('='));
            fields.filter(|(key, _)| *key == name).map(|(_, value)| value.trim_matches('"')).next().unwrap_or_default()
        };
        let secret = hash(&format!("{user}:{REALM}:{password}"));
        let asked = hash(&format!("{}:{}", self.method, field("uri")));
        field("username") == user && field("response") == hash(&format!("{secret}:{nonce}:{asked}"))
    }
}

fn hash(text: &str) -> String {
    use std::fmt::Write as _;
    Md5::digest(text.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_taken_one_by_one_between_what_clients_say_of_their_reception() {
        let mut came = b"$\x01\x00\x02xyDESCRIBE rtsp://h:1/cam007/track0 RTSP/1.0\r\nCSeq: 3\r\n\r\nOPTIONS".to_vec();
        let request = Request::take(&mut came).expect("a whole one");
        assert_eq!((&*request.method, request.camera(), request.header("cseq")), ("DESCRIBE", Some(7), Some("3")));
        assert_eq!(Request::take(&mut came), None);
        assert_eq!(came, b"OPTIONS");
    }

    #[test]
    fn a_digest_is_proved_with_the_right_password_alone() {
        // RFC 2069's sums, with a realm of our own.
        let secret = hash("viewer:farm:right");
        let response = hash(&format!("{secret}:n0:{}", hash("DESCRIBE:rtsp://h/cam1")));
        let mut came = format!(
            "DESCRIBE rtsp://h/cam1 RTSP/1.0\r\nAuthorization: Digest username=\"viewer\", realm=\"farm\", \
             nonce=\"n0\", uri=\"rtsp://h/cam1\", response=\"{response}\"\r\n\r\n"
        )
        .into_bytes();
        let request = Request::take(&mut came).expect("a whole one");
        let login = |password: &str| Login { user: "viewer".to_owned(), password: password.to_owned() };
        assert!(request.proves(&login("right"), "n0"));
        assert!(!request.proves(&login("wrong"), "n0") && !request.proves(&login("right"), "n1"));
    }
}
