//! The part of `gridwatch.toml` that tells what becomes of notices, and who is told of them outside.

use std::{net::IpAddr, path::PathBuf, sync::Arc};

use lettre::message::Mailbox;

use super::{entry::Entry, problem::Why};
use crate::{
    domain::{
        case::{Audience, Channel, NoticeKind},
        people::Staff,
    },
    io::tables::value::Fault,
};

/// What becomes of notices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notify {
    /// `keep_days`: after so many days a notice is forgotten, read or not, and a message that never went out.
    pub keep_days: u16,
    /// `attempts`: so often a message is tried before it is a dead letter.
    pub attempts: u32,
    /// `language`: what is said outside.
    pub language: Tongue,
    /// `[[notify.webhook]]`
    pub webhooks: Vec<Webhook>,
    /// `[notify.smtp]`
    pub smtp: Option<Smtp>,
}

/// The language of what is said outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, strum::EnumString, strum::VariantNames)]
#[strum(serialize_all = "lowercase")]
pub enum Tongue {
    #[default]
    Zh,
    En,
}

/// One who is told by HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    pub name: String,
    /// `secret`: the name of the secret that is its address.
    pub secret: String,
    /// `key`: the name of the secret that messages are signed with.
    pub key: Option<String>,
    pub form: Form,
    /// `template`: a file of the site that makes the body.
    pub template: Option<PathBuf>,
    pub kinds: Vec<NoticeKind>,
}

/// What a receiver reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, strum::EnumString, strum::VariantNames)]
#[strum(serialize_all = "lowercase")]
pub enum Form {
    /// All there is to say, as JSON.
    #[default]
    Gridwatch,
    /// 企业微信群机器人
    Wecom,
    /// 钉钉群机器人
    Dingtalk,
    /// A gateway of text messages: numbers and a text.
    Sms,
}

/// The server that takes mail for the staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Smtp {
    pub host: String,
    /// `port`: else the usual one of its encryption.
    pub port: u16,
    /// `tls`
    pub encryption: Encryption,
    /// `from`: an address, or a name and an address.
    pub from: Mailbox,
    /// `user` and `secret`: who signs in, and the name of the secret that is the password.
    pub login: Option<(String, String)>,
    pub kinds: Vec<NoticeKind>,
}

/// How the way to a mail server is kept from others' eyes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, strum::EnumString, strum::VariantNames)]
#[strum(serialize_all = "lowercase")]
pub enum Encryption {
    /// Begun in the clear, and nothing is said before it is encrypted.
    #[default]
    Starttls,
    /// From the first byte.
    Tls,
    /// Not at all: on this machine alone.
    None,
}

impl Smtp {
    /// The name of its channel, which no webhook beside it may have.
    pub const CHANNEL: &str = "smtp";
}

impl Default for Notify {
    fn default() -> Self {
        Self { keep_days: 90, attempts: 12, language: Tongue::Zh, webhooks: Vec::new(), smtp: None }
    }
}

impl Notify {
    pub(super) fn channels(&self, staff: &[Staff]) -> Arc<[Channel]> {
        let together = |hook: &Webhook| Channel {
            name: hook.name.clone(),
            kinds: hook.kinds.clone(),
            audience: Audience::Together,
        };
        let each = |smtp: &Smtp| {
            let reached = staff.iter().filter(|member| member.email.is_some()).map(|member| member.id.clone());
            let audience = Audience::Each(reached.collect());
            Channel { name: Smtp::CHANNEL.to_owned(), kinds: smtp.kinds.clone(), audience }
        };
        self.webhooks.iter().map(together).chain(self.smtp.iter().map(each)).collect()
    }
}

pub fn read(entry: &mut Entry<'_>) -> Notify {
    let mut notify = Notify::default();
    entry.tables("notify", |table| {
        if let Some(days) = table.whole_number("keep_days", 1, 3_650) {
            notify.keep_days = u16::try_from(days).unwrap_or(notify.keep_days);
        }
        if let Some(attempts) = table.whole_number("attempts", 1, 50) {
            notify.attempts = u32::try_from(attempts).unwrap_or(notify.attempts);
        }
        notify.language = table.choice("language").unwrap_or_default();
        table.tables("smtp", |table| notify.smtp = smtp(table));
        table.tables("webhook", |table| {
            let name = table.required_code("name");
            let (secret, key) = (table.required_code("secret"), table.code("key"));
            let form = table.choice("form").unwrap_or_default();
            let template = table.text("template").map(PathBuf::from);
            let kinds = table.choices("kinds");
            let Some((name, secret)) = name.zip(secret) else { return };
            let is_mail = notify.smtp.is_some() && name == Smtp::CHANNEL;
            if is_mail || notify.webhooks.iter().any(|hook| hook.name == name) {
                table.error("name", Why::DuplicateCode { value: name, line: None, feature: None });
                return;
            }
            notify.webhooks.push(Webhook { name, secret, key, form, template, kinds });
        });
    });
    notify
}

fn smtp(table: &mut Entry<'_>) -> Option<Smtp> {
    let host = table.required_text("host");
    let from = table.required_text("from");
    let from = from.and_then(|value| value.parse().map_err(|_| table.error("from", Why::BadEmail { value })).ok());
    let encryption = table.choice("tls").unwrap_or_default();
    let usual = match encryption {
        Encryption::Starttls => 587,
        Encryption::Tls => 465,
        Encryption::None => 25,
    };
    let port = table.whole_number("port", 1, i64::from(u16::MAX)).and_then(|port| u16::try_from(port).ok());
    let (user, secret) = (table.text("user"), table.code("secret"));
    if user.is_some() != secret.is_some() {
        table.error(if user.is_none() { "user" } else { "secret" }, Fault::MissingValue);
    }
    let kinds = table.choices("kinds");
    let is_here = |host: &str| host == "localhost" || host.parse().is_ok_and(|address: IpAddr| address.is_loopback());
    if let Some(host) = host.clone().filter(|host| encryption == Encryption::None && !is_here(host)) {
        table.error("tls", Why::MailInTheClear { host });
    }
    Some(Smtp { host: host?, port: port.unwrap_or(usual), encryption, from: from?, login: user.zip(secret), kinds })
}
