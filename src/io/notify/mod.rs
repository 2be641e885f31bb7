//! Receivers outside: what is said to each, and whether it was taken.

mod body;
mod mail;
mod sign;
mod web;

use serde::Serialize;

use crate::domain::case::Message;
pub use body::{Form, Template};
pub use mail::{Encryption, Mail};
pub use web::{Web, client};

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
    /// Mailboxes of those whom it is for.
    pub emails: Vec<String>,
}

/// One who is told outside.
pub struct Receiver {
    pub name: String,
    /// `None`: a secret is missing, or is not what it is used as.
    pub way: Option<Way>,
}

/// How a receiver is told. Prints nothing of itself: it holds addresses and keys.
pub enum Way {
    Web(Web),
    Mail(Mail),
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
    /// A mail server that will not take this mail, whenever it is sent.
    MailRefused { status: u16 },
}

impl NotTaken {
    /// Whether it is of no use to try again.
    #[must_use]
    pub fn is_final(&self) -> bool {
        matches!(self, Self::MailRefused { .. })
    }
}

impl Receiver {
    /// Sends a letter; done once it was taken.
    ///
    /// # Errors
    /// Why it was not.
    pub async fn send(&self, letter: &Letter, unix_s: i64) -> Result<(), NotTaken> {
        match self.way.as_ref().ok_or(NotTaken::NoReceiver)? {
            Way::Web(web) => web.send(letter, unix_s).await,
            Way::Mail(mail) => mail.send(letter).await,
        }
    }
}
