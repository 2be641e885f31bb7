//! Receivers outside: what is said to each, signed, and whether it was taken.

mod body;
mod sign;

use std::time::Duration;

use reqwest::{Client, Url, header, redirect};
use serde::Serialize;
use serde_json::Value;

use crate::domain::case::Message;
pub use body::{Form, Template};

/// A message in words, with those whom it is for.
#[derive(Debug, Clone)]
pub struct Letter {
    /// For the receiver to know a repetition by.
    pub id: uuid::Uuid,
    pub message: Message,
    /// What it says, in words.
    pub text: String,
    /// Telephone numbers of those whom it is for.
    pub phones: Vec<String>,
}

/// One who is told by HTTP. Prints itself without its address.
pub struct Receiver {
    pub name: String,
    /// `None`: there is no secret of that name, or it is no address.
    pub address: Option<Url>,
    pub key: Option<Vec<u8>>,
    pub form: Form,
}

/// Why a message was not taken. Holds nothing of the address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, strum::VariantNames)]
#[serde(tag = "code", content = "params", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum NotTaken {
    /// No secret of that name, or it is no address of the web.
    NoReceiver,
    /// Nobody is there, or says nothing in time.
    NoAnswer,
    /// It answers with this status; that it sends on elsewhere is no reason to follow.
    Answered { status: u16 },
    /// 企业微信, 钉钉: it answers that all is well, and that it is not.
    Errcode { errcode: i64 },
    /// The answer is not what such a receiver says.
    Unclear,
    /// The template does not give JSON.
    BadBody,
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

impl Receiver {
    /// The address of a secret, if it is one of the web.
    #[must_use]
    pub fn address_of(secret: &str) -> Option<Url> {
        Url::parse(secret.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https"))
    }

    /// Sends a letter; done once it was taken.
    ///
    /// # Errors
    /// Why it was not.
    pub async fn send(&self, client: &Client, letter: &Letter, unix_s: i64) -> Result<(), NotTaken> {
        let mut address = self.address.clone().ok_or(NotTaken::NoReceiver)?;
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
        let request = client.post(address).headers(request_headers).header(header::CONTENT_TYPE, "application/json");
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
