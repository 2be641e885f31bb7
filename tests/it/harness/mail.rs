//! A mail server of this machine's own: what it was told, and what it took.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU32, Ordering},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use rustls::{
    ServerConfig,
    pki_types::{PrivateKeyDer, pem::PemObject},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;

use super::binary::until;

/// Knows no mailbox that begins with `gone`, and puts off so many mails before it takes one.
#[derive(Clone)]
pub struct MailServer {
    pub port: u16,
    tls: Option<TlsAcceptor>,
    puts_off: Arc<AtomicU32>,
    commands: Arc<Mutex<Vec<String>>>,
    mails: Arc<Mutex<Vec<Mail>>>,
}

/// A mail as it came, taken or not.
#[derive(Clone)]
pub struct Mail {
    pub to: String,
    text: String,
}

impl MailServer {
    /// Encrypts nothing.
    pub async fn open(puts_off: u32) -> Self {
        Self::listen(puts_off, None, false).await
    }

    /// Encrypts from the first byte, or else when it is asked to; with its certificate, which nobody signed.
    pub async fn encrypted(from_the_first: bool) -> (Self, String) {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        let key = PrivateKeyDer::from_pem_slice(made.signing_key.serialize_pem().as_bytes()).expect("a key");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = config.expect("versions").with_no_client_auth();
        let config = config.with_single_cert(vec![made.cert.der().clone()], key).expect("a certificate");
        let server = Self::listen(0, Some(TlsAcceptor::from(Arc::new(config))), from_the_first).await;
        (server, made.cert.pem())
    }

    async fn listen(puts_off: u32, tls: Option<TlsAcceptor>, from_the_first: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let puts_off = Arc::new(AtomicU32::new(puts_off));
        let server = Self { port, tls, puts_off, commands: Arc::default(), mails: Arc::default() };
        let answering = server.clone();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let answering = answering.clone();
                tokio::spawn(async move {
                    let mut wire: Box<dyn Wire> = Box::new(socket);
                    if from_the_first {
                        wire = answering.encrypt(wire).await?;
                    }
                    wire.write_all(b"220 here\r\n").await.ok()?;
                    // Asked to, it begins anew.
                    while let Some(plain) = answering.converse(wire).await {
                        wire = answering.encrypt(plain).await?;
                    }
                    Some(())
                });
            }
        });
        server
    }

    async fn encrypt(&self, wire: Box<dyn Wire>) -> Option<Box<dyn Wire>> {
        Some(Box::new(self.tls.as_ref()?.accept(wire).await.ok()?))
    }

    /// All that was said to it, without the mails themselves.
    pub fn commands(&self) -> Vec<String> {
        self.commands.lock().expect("no panic").clone()
    }

    pub fn mails(&self) -> Vec<Mail> {
        self.mails.lock().expect("no panic").clone()
    }

    pub async fn until_heard(&self, mails: usize) {
        until(async || self.mails().len() >= mails).await;
    }

    /// Ends where the other side does, or gives the wire back to be encrypted.
    async fn converse(&self, wire: Box<dyn Wire>) -> Option<Box<dyn Wire>> {
        let mut wire = BufReader::new(wire);
        let mut to = String::new();
        loop {
            let line = line(&mut wire).await?;
            self.commands.lock().expect("no panic").push(line.clone());
            let answer = match line.split([' ', ':']).next().unwrap_or_default() {
                "EHLO" if self.tls.is_some() => "250-here\r\n250-STARTTLS\r\n250 AUTH PLAIN",
                "EHLO" => "250-here\r\n250 AUTH PLAIN",
                "STARTTLS" => {
                    wire.write_all(b"220 go on\r\n").await.ok()?;
                    return Some(wire.into_inner());
                }
                "AUTH" => "235 welcome",
                "RCPT" if line.contains("<gone") => "550 nobody of that name",
                "RCPT" => {
                    to = line;
                    "250 well"
                }
                "DATA" => {
                    wire.write_all(b"354 go on\r\n").await.ok()?;
                    self.hear(&to, &mut wire).await?
                }
                "QUIT" => "221 good-bye",
                _ => "250 well",
            };
            wire.write_all(format!("{answer}\r\n").as_bytes()).await.ok()?;
        }
    }

    async fn hear(&self, to: &str, wire: &mut BufReader<Box<dyn Wire>>) -> Option<&'static str> {
        let mut text = String::new();
        loop {
            let line = line(wire).await?;
            if line == "." {
                break;
            }
            text.extend([line.as_str(), "\n"]);
        }
        self.mails.lock().expect("no panic").push(Mail { to: to.to_owned(), text });
        let less = |left: u32| left.checked_sub(1);
        let is_put_off = self.puts_off.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less).is_ok();
        Some(if is_put_off { "451 later" } else { "250 taken" })
    }
}

trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

async fn line(wire: &mut BufReader<Box<dyn Wire>>) -> Option<String> {
    let mut line = String::new();
    let length = wire.read_line(&mut line).await.ok()?;
    (length > 0).then(|| line.trim_end().to_owned())
}

impl Mail {
    /// A header, as it stands.
    pub fn header(&self, name: &str) -> &str {
        let value = self.text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        value.expect("that header")
    }

    /// What people read of the subject: spaces between two encoded words are no spaces.
    pub fn subject(&self) -> String {
        let after = self.text.split("Subject: ").nth(1).expect("a subject");
        let lines = after.lines().enumerate().take_while(|(at, line)| *at == 0 || line.starts_with(' '));
        let (mut subject, mut is_encoded) = (String::new(), true);
        for word in lines.flat_map(|(_, line)| line.split_whitespace()) {
            let encoded = word.strip_prefix("=?utf-8?b?").and_then(|word| word.strip_suffix("?="));
            if !(is_encoded && encoded.is_some()) {
                subject.push(' ');
            }
            is_encoded = encoded.is_some();
            subject.push_str(&encoded.map_or_else(|| word.to_owned(), decoded));
        }
        subject
    }

    /// What people read of the rest.
    pub fn body(&self) -> String {
        decoded(self.text.split_once("\n\n").expect("a body").1)
    }
}

fn decoded(base64: &str) -> String {
    let base64: String = base64.split_whitespace().collect();
    String::from_utf8(STANDARD.decode(base64).expect("base64")).expect("UTF-8").replace("\r\n", "\n")
}
