//! The part of `gridwatch.toml` that tells what becomes of notices, and who is told of them outside.

use std::{path::PathBuf, sync::Arc};

use super::{entry::Entry, problem::Why};
use crate::domain::case::{Channel, NoticeKind};

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

impl Default for Notify {
    fn default() -> Self {
        Self { keep_days: 90, attempts: 12, language: Tongue::Zh, webhooks: Vec::new() }
    }
}

impl Notify {
    pub(super) fn channels(&self) -> Arc<[Channel]> {
        let channel = |hook: &Webhook| Channel { name: hook.name.clone(), kinds: hook.kinds.clone() };
        self.webhooks.iter().map(channel).collect()
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
        table.tables("webhook", |table| {
            let name = table.required_code("name");
            let (secret, key) = (table.required_code("secret"), table.code("key"));
            let form = table.choice("form").unwrap_or_default();
            let template = table.text("template").map(PathBuf::from);
            let kinds = table.choices("kinds");
            let Some((name, secret)) = name.zip(secret) else { return };
            if notify.webhooks.iter().any(|hook| hook.name == name) {
                table.error("name", Why::DuplicateCode { value: name, line: None, feature: None });
                return;
            }
            notify.webhooks.push(Webhook { name, secret, key, form, template, kinds });
        });
    });
    notify
}
