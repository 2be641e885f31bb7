//! Mail over SMTP: encrypted before anything is said, one conversation for each letter.

use std::time::{Duration, SystemTime};

use lettre::{
    message::{
        Mailbox, MessageBuilder,
        header::{ContentType, HeaderName, HeaderValue},
    },
    transport::smtp::{
        Error,
        authentication::{Credentials, DEFAULT_MECHANISMS},
        client::{AsyncSmtpConnection, TlsParameters},
        extension::ClientId,
    },
};
use tokio::time::timeout;

use super::{Letter, NotTaken};

/// A server that takes mail for the staff.
pub struct Mail {
    pub host: String,
    pub port: u16,
    pub encryption: Encryption,
    pub from: Mailbox,
    /// User and password.
    pub login: Option<(String, String)>,
}

/// How the way to the server is kept from others' eyes.
pub enum Encryption {
    None,
    Starttls(TlsParameters),
    Tls(TlsParameters),
}

/// For a whole conversation: servers that know nobody yet let them wait.
const PATIENCE: Duration = Duration::from_secs(30);
/// RFC 3834: whoever is on holiday does not answer a program.
const AUTO_SUBMITTED: HeaderName = HeaderName::new_from_ascii_str("Auto-Submitted");

impl Mail {
    pub(super) async fn send(&self, letter: &Letter) -> Result<(), NotTaken> {
        // A mail to nobody has been sent.
        if letter.emails.is_empty() {
            return Ok(());
        }
        let mail = self.mail(letter).ok_or(NotTaken::BadBody)?;
        let taken = timeout(PATIENCE, self.hand_over(&mail)).await;
        let mut connection = taken.map_err(|_| NotTaken::NoAnswer)??;
        // It was taken, whatever is answered to a goodbye.
        let _ = timeout(PATIENCE, connection.quit()).await;
        Ok(())
    }

    /// The mail: the same each time it is sent, so that whoever gets it twice knows it by its id.
    fn mail(&self, letter: &Letter) -> Option<lettre::Message> {
        let subject = letter.text.lines().next().unwrap_or_default();
        let mut mail = MessageBuilder::new()
            .from(self.from.clone())
            .message_id(Some(format!("<{}@{}>", letter.id, self.from.email.domain())))
            .date(SystemTime::from(letter.message.at))
            .subject(subject)
            .raw_header(HeaderValue::new(AUTO_SUBMITTED, "auto-generated".to_owned()))
            .header(ContentType::TEXT_PLAIN);
        for email in &letter.emails {
            mail = mail.to(Mailbox::new(None, email.parse().ok()?));
        }
        mail.body(letter.text.clone()).ok()
    }

    async fn hand_over(&self, mail: &lettre::Message) -> Result<AsyncSmtpConnection, NotTaken> {
        let (server, hello) = ((self.host.as_str(), self.port), ClientId::Domain(self.from.email.domain().to_owned()));
        let from_the_first = match &self.encryption {
            Encryption::Tls(tls) => Some(tls.clone()),
            Encryption::None | Encryption::Starttls(_) => None,
        };
        let connected = AsyncSmtpConnection::connect_tokio1(server, None, &hello, from_the_first, None).await;
        let mut connection = connected.map_err(|error| not_taken(&error))?;
        if let Encryption::Starttls(tls) = &self.encryption {
            // Fails where the server does not offer it.
            connection.starttls(tls.clone(), &hello).await.map_err(|error| not_taken(&error))?;
        }
        if let Some((user, password)) = &self.login {
            let credentials = Credentials::new(user.clone(), password.clone());
            connection.auth(DEFAULT_MECHANISMS, &credentials).await.map_err(|error| not_taken(&error))?;
        }
        // Only what is said of the mail itself is said for good: a wrong password is put right some day.
        connection.send(mail.envelope(), &mail.formatted()).await.map_err(|error| match error.status() {
            Some(status) if error.is_permanent() => NotTaken::MailRefused { status: status.into() },
            _ => not_taken(&error),
        })?;
        Ok(connection)
    }
}

/// What the library says of a failure may hold what the server said, and is left out.
fn not_taken(error: &Error) -> NotTaken {
    match error.status() {
        Some(status) => NotTaken::Answered { status: status.into() },
        None if error.is_client() || error.is_response() || error.is_tls() => NotTaken::Unclear,
        None => NotTaken::NoAnswer,
    }
}
