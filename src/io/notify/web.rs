//! Receivers by HTTP: signed, within a time, and nowhere else than their address.

use std::time::Duration;

use reqwest::{Client, Url, header, redirect};
use serde_json::Value;

use super::{Form, Letter, NotTaken, sign};

/// One who is told by HTTP.
pub struct Web {
    pub client: Client,
    pub address: Url,
    pub key: Option<Vec<u8>>,
    pub form: Form,
}

/// A receiver that is slower is not there.
const PATIENCE: Duration = Duration::from_secs(10);
/// Longest answer that is read.
const LONGEST_ANSWER: usize = 64 * 1024;

/// What reaches receivers: follows nobody elsewhere, and does not wait for long.
///
/// # Errors
/// If the machine has no certificates that can be read.
pub fn client() -> reqwest::Result<Client> {
    let agent = concat!("gridwatch/", env!("CARGO_PKG_VERSION"));
    Client::builder().redirect(redirect::Policy::none()).timeout(PATIENCE).user_agent(agent).build()
}

impl Web {
    /// The address of a secret, if it is one of the web.
    #[must_use]
    pub fn address_of(secret: &str) -> Option<Url> {
        Url::parse(secret.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https"))
    }

    pub(super) async fn send(&self, letter: &Letter, unix_s: i64) -> Result<(), NotTaken> {
        let mut address = self.address.clone();
        // A text message to nobody has been sent.
        let Some(body) = self.form.body(letter)? else { return Ok(()) };
        let mut request_headers = header::HeaderMap::new();
        match (&self.key, self.form.is_dingtalk()) {
            (Some(key), true) => sign::dingtalk(&mut address, key, unix_s),
            (Some(key), false) => {
                let signature = sign::signature(key, unix_s, &body);
                request_headers.extend(signature.parse().ok().map(|value| (SIGNATURE, value)));
            }
            (None, _) => {}
        }
        let request =
            self.client.post(address).headers(request_headers).header(header::CONTENT_TYPE, "application/json");
        let request = request.header("X-Gridwatch-Id", letter.id.to_string()).body(body);
        // What the library says of a failure may hold the address.
        let mut response = request.send().await.map_err(|_| NotTaken::NoAnswer)?;
        let status = response.status();
        if !status.is_success() {
            return Err(NotTaken::Answered { status: status.as_u16() });
        }
        if !self.form.says_errcode() {
            return Ok(());
        }
        let mut answer = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|_| NotTaken::NoAnswer)? {
            if answer.len() + chunk.len() > LONGEST_ANSWER {
                return Err(NotTaken::Unclear);
            }
            answer.extend_from_slice(&chunk);
        }
        let answer: Option<Value> = serde_json::from_slice(&answer).ok();
        match answer.as_ref().and_then(|answer| answer.get("errcode")).and_then(Value::as_i64) {
            Some(0) => Ok(()),
            Some(errcode) => Err(NotTaken::Errcode { errcode }),
            None => Err(NotTaken::Unclear),
        }
    }
}

/// The header with time and signature.
const SIGNATURE: header::HeaderName = header::HeaderName::from_static("x-gridwatch-signature");
