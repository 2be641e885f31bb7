//! The part of `gridwatch.toml` that tells how the service is reached.

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

use super::{entry::Entry, problem::Why};

/// How the service is reached; what is absent is left to the command line and its defaults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Serving {
    /// `listen`: address and port.
    pub listen: Option<SocketAddr>,
    /// `public_url`: scheme and host, with a port where it is not the scheme's own, as people type it.
    pub public_url: Option<PublicUrl>,
    /// `trusted_proxies`: only these may say in `X-Forwarded-For` whom they speak for.
    pub trusted_proxies: Vec<IpAddr>,
    /// `data`: folder of the store, from the site's folder.
    pub data: Option<PathBuf>,
    /// `[watch] cameras_each`: through how many cameras one process looks; 0 where the service is to do it itself.
    pub cameras_each: usize,
    /// `[tls]`.
    pub tls: Option<TlsFiles>,
}

/// `https://grid.example.org`, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    pub is_secure: bool,
    /// Host, with port where there is one.
    pub host: String,
}

/// `certificate` and `key`: PEM files, from the site's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

pub fn read(entry: &mut Entry<'_>) -> Serving {
    let mut serving = Serving { data: entry.text("data").map(PathBuf::from), ..Serving::default() };
    if let Some(value) = entry.text("listen") {
        match value.parse() {
            Ok(address) => serving.listen = Some(address),
            Err(_) => entry.error("listen", Why::BadAddress { value }),
        }
    }
    if let Some(value) = entry.text("public_url") {
        match PublicUrl::parse(&value) {
            Some(url) => serving.public_url = Some(url),
            None => entry.error("public_url", Why::BadPublicUrl { value }),
        }
    }
    for value in entry.list("trusted_proxies") {
        match value.parse() {
            Ok(proxy) => serving.trusted_proxies.push(proxy),
            Err(_) => entry.error("trusted_proxies", Why::BadProxy { value }),
        }
    }
    entry.tables("tls", |tls| {
        if let (Some(certificate), Some(key)) = (tls.required_text("certificate"), tls.required_text("key")) {
            serving.tls = Some(TlsFiles { certificate: certificate.into(), key: key.into() });
        }
    });
    entry.tables("watch", |watch| {
        if let Some(cameras) = watch.whole_number("cameras_each", 0, 1_000) {
            serving.cameras_each = cameras as usize;
        }
    });
    serving
}

/// A crash in what decodes video costs so many cameras some seconds, and not all of them.
const CAMERAS_EACH: usize = 100;

impl Default for Serving {
    fn default() -> Self {
        Self {
            listen: None,
            public_url: None,
            trusted_proxies: Vec::new(),
            data: None,
            cameras_each: CAMERAS_EACH,
            tls: None,
        }
    }
}

impl PublicUrl {
    fn parse(text: &str) -> Option<Self> {
        let (scheme, host) = text.split_once("://")?;
        let host = host.strip_suffix('/').unwrap_or(host);
        let is_host = |c: char| c.is_ascii_alphanumeric() || "-.:[]".contains(c);
        if host.is_empty() || !host.chars().all(is_host) {
            return None;
        }
        let is_secure = match scheme {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        Some(Self { is_secure, host: host.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_url_is_a_scheme_and_a_host() {
        let url = |is_secure, host: &str| Some(PublicUrl { is_secure, host: host.to_owned() });
        assert_eq!(PublicUrl::parse("https://grid.example.org"), url(true, "grid.example.org"));
        assert_eq!(PublicUrl::parse("http://10.0.0.5:8080/"), url(false, "10.0.0.5:8080"));
        for text in ["grid.example.org", "ftp://x", "https://", "https://x/path", "https://user@x", "https://街道"] {
            assert_eq!(PublicUrl::parse(text), None, "{text}");
        }
    }
}
