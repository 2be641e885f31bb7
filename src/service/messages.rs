//! Messages: what goes out of the house, and goes on trying until it was taken.
//!
//! due in the outbox → in words → sent → deleted, or tried again later, or a dead letter.

use std::{fs, io::Read, path::Path, sync::Arc, time::Duration};

use anyhow::Context;
use jiff::SignedDuration;
use lettre::transport::smtp::client::TlsParameters;
use reqwest::Client;
use serde_json::json;
use tokio::{sync::broadcast, task::JoinHandle};

use super::intake::Intake;
use crate::{
    domain::{
        case::{About, Message, NoticeKind, pause_after},
        duty::CategoryCode,
    },
    io::{
        catalog::{self, Catalog, Notify, Smtp, Tongue, Webhook},
        notify::{self, Letter, Mail, Receiver, Template, Way, Web},
        secrets::Secrets,
        store::{Outgoing, StoreError},
    },
    words::Language,
};

/// Sent to one receiver before it is looked again for what is due.
const AT_ONCE: u32 = 20;
/// Longest sleep: what is tried again is due by the clock, and nothing wakes it.
const LONGEST: Duration = Duration::from_secs(1);
/// Longest template.
const LARGEST_TEMPLATE: u64 = 64 * 1024;

/// The receivers that a site's settings name, with the secrets that they name.
///
/// # Errors
/// If a template cannot be read, or nothing can be sent at all.
pub fn receivers(folder: &Path, settings: &Notify, secrets: &Secrets) -> anyhow::Result<Vec<Receiver>> {
    let client = notify::client().context("no messages can be sent")?;
    let hooks = settings.webhooks.iter().map(|hook| {
        let way = web(folder, hook, secrets, &client)?.map(Way::Web);
        Ok(Receiver { name: hook.name.clone(), way })
    });
    let mail = settings.smtp.iter().map(|smtp| {
        let way = mail(smtp, secrets).context("no mail can be sent")?.map(Way::Mail);
        Ok(Receiver { name: Smtp::CHANNEL.to_owned(), way })
    });
    hooks.chain(mail).collect()
}

/// `None` where a secret is missing, or is no address.
fn web(folder: &Path, hook: &Webhook, secrets: &Secrets, client: &Client) -> anyhow::Result<Option<Web>> {
    let form = match hook.form {
        catalog::Form::Gridwatch => notify::Form::Gridwatch,
        catalog::Form::Wecom => notify::Form::Wecom,
        catalog::Form::Dingtalk => notify::Form::Dingtalk,
        catalog::Form::Sms => notify::Form::Sms,
    };
    let form = match &hook.template {
        Some(file) => notify::Form::Template { template: template(&folder.join(file))?, answers: Box::new(form) },
        None => form,
    };
    let address = secrets.of_notify(&hook.secret).and_then(|secret| Web::address_of(&secret.0));
    let key = hook.key.as_ref().map(|key| secrets.of_notify(key));
    // Unsigned is not what the site asked for.
    let is_whole = key.as_ref().is_none_or(Option::is_some);
    let key = key.flatten().map(|key| key.0.into_bytes());
    let client = client.clone();
    Ok(address.filter(|_| is_whole).map(|address| Web { client, address, key, form }))
}

/// `None` where the password is missing.
fn mail(smtp: &Smtp, secrets: &Secrets) -> anyhow::Result<Option<Mail>> {
    let Smtp { host, port, encryption, from, login, .. } = smtp.clone();
    let encryption = match encryption {
        catalog::Encryption::None => notify::Encryption::None,
        catalog::Encryption::Starttls => notify::Encryption::Starttls(TlsParameters::new(host.clone())?),
        catalog::Encryption::Tls => notify::Encryption::Tls(TlsParameters::new(host.clone())?),
    };
    let login = match login {
        Some((user, secret)) => match secrets.of_notify(&secret) {
            Some(password) => Some((user, password.0)),
            None => return Ok(None),
        },
        None => None,
    };
    Ok(Some(Mail { host, port, encryption, from, login }))
}

fn template(file: &Path) -> anyhow::Result<Template> {
    let shown = || format!("the template {}", file.display());
    let mut text = String::new();
    fs::File::open(file).and_then(|file| file.take(LARGEST_TEMPLATE).read_to_string(&mut text)).with_context(shown)?;
    Template::parse(text).map_err(anyhow::Error::msg).with_context(shown)
}

/// Sends what is in the outbox, to each receiver by itself: one that is down holds up nobody.
pub fn start(intake: &Intake, receivers: Vec<Receiver>) -> JoinHandle<()> {
    for receiver in receivers.iter().filter(|receiver| receiver.way.is_none()) {
        tracing::warn!(receiver = receiver.name, "cannot be reached: its secrets are missing, or no address");
    }
    let mut sending = tokio::task::JoinSet::new();
    for receiver in receivers {
        sending.spawn(send_all(intake.clone(), receiver));
    }
    // Ended as one.
    tokio::spawn(async move { while sending.join_next().await.is_some() {} })
}

async fn send_all(intake: Intake, receiver: Receiver) {
    let mut committed = intake.store.listen();
    loop {
        match send_due(&intake, &receiver).await {
            Ok(sent) if sent == AT_ONCE as usize => continue,
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, receiver = receiver.name, "messages could not be looked for"),
        }
        tokio::select! {
            () = tokio::time::sleep(LONGEST) => {}
            heard = committed.recv() => if let Err(broadcast::error::RecvError::Closed) = heard { return },
        }
    }
}

/// How many there were to send.
async fn send_due(intake: &Intake, receiver: &Receiver) -> Result<usize, StoreError> {
    let (store, site, now) = (intake.store.clone(), Arc::clone(&intake.site), intake.clock.now());
    let name = receiver.name.clone();
    let due = tokio::task::spawn_blocking(move || store.to_send(&site, &name, now, AT_ONCE)).await;
    let due = due.map_err(|_| StoreError::Closed)??;
    for outgoing in &due {
        send(intake, receiver, outgoing).await?;
    }
    Ok(due.len())
}

async fn send(intake: &Intake, receiver: &Receiver, outgoing: &Outgoing) -> Result<(), StoreError> {
    let catalog = intake.catalog.load_full();
    let Outgoing { id, message, failures, .. } = outgoing;
    let told: Vec<_> = catalog.staff.iter().filter(|staff| message.to.contains(&staff.id)).collect();
    let letter = Letter {
        id: *id,
        text: text(message, &catalog),
        phones: told.iter().filter_map(|staff| staff.phone.clone()).collect(),
        emails: told.iter().filter_map(|staff| staff.email.clone()).collect(),
        message: message.clone(),
    };
    let Err(why) = receiver.send(&letter, intake.clock.now().as_second()).await else {
        return intake.store.sent(*id).await;
    };
    let failures = failures.saturating_add(1);
    let is_dead = why.is_final() || failures >= catalog.settings.notify.attempts;
    let pause = SignedDuration::try_from(pause_after(failures, dice())).unwrap_or(SignedDuration::MAX);
    let again_at = (!is_dead).then(|| intake.clock.now().saturating_add(pause).unwrap_or(jiff::Timestamp::MAX));
    tracing::info!(receiver = receiver.name, message = %id, ?why, is_dead, "a message was not taken");
    intake.store.not_sent(*id, json!(why).to_string(), again_at).await
}

/// Without any all try again at the same instant, which is no harm.
fn dice() -> u8 {
    let mut dice = [0];
    let _ = getrandom::fill(&mut dice);
    dice[0]
}

/// What a message says outside: not to somebody, but of a case.
fn text(message: &Message, catalog: &Catalog) -> String {
    let language = match catalog.settings.notify.language {
        Tongue::Zh => Language::Zh,
        Tongue::En => Language::En,
    };
    let Message { notice, number, status, about, .. } = message;
    let Some(About { category, grid, description, .. }) = about else {
        return language.say(&json!({"code": "notice_restricted", "params": {"number": number, "status": status}}));
    };
    let mut coded = json!(notice);
    coded["code"] = json!(format!("notice_{}", NoticeKind::from(notice)));
    let name = |code: &CategoryCode| catalog.routing.category(code.as_str()).map(|category| category.name.clone());
    let lines = [
        Some(language.say(&coded)),
        category.as_ref().and_then(name),
        grid.as_ref().map(ToString::to_string),
        description.clone(),
    ];
    lines.into_iter().flatten().collect::<Vec<_>>().join("\n")
}
