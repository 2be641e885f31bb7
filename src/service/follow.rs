//! Following one's own report without an account, by its case's number and a secret that only its reporter was told.

use std::sync::Arc;

use blake3::Hash;
use uuid::Uuid;

use super::casework::StepError;
use crate::{
    domain::{
        case::{Action, Case, Deed, Step},
        event::Report,
        people::Actor,
    },
    io::store::{StoreError, ToTake},
    service::intake::Intake,
};

/// Where residents follow what they told.
#[derive(Clone)]
pub struct Follow {
    pub intake: Intake,
    pub key: FollowKey,
}

/// What the secrets are made with: the site's own, kept in its store. Each report's secret follows from it, so that a
/// report that is sent again is answered with the same.
#[derive(Clone)]
pub struct FollowKey(pub [u8; 32]);

/// A report with the case that it belongs to by now.
pub struct Followed {
    pub case: Case,
    pub report: Report,
    pub trail: Vec<Step>,
}

/// What a reporter thinks of the result.
pub struct Opinion {
    pub stars: u8,
    pub note: Option<String>,
    /// It is not done: the case shall be handled again.
    pub reopen: bool,
}

/// Letters and digits that nobody takes for one another.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Sixty bits: with the pace at which anybody may ask, no guess comes true.
const LETTERS: usize = 12;

impl FollowKey {
    /// Twelve letters in groups of four: short enough for paper.
    #[must_use]
    pub fn secret(&self, report: Uuid) -> String {
        let hash = blake3::keyed_hash(&self.0, report.as_bytes());
        let letters = hash.as_bytes().iter().take(LETTERS).map(|byte| char::from(ALPHABET[usize::from(byte % 32)]));
        let letters: Vec<char> = letters.collect();
        letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
    }

    /// As people write it: small letters, without the strokes.
    fn fits(&self, report: Uuid, told: &str) -> bool {
        let plain = |text: &str| -> Hash {
            let letters: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
            blake3::hash(letters.to_ascii_uppercase().as_bytes())
        };
        // Hashes are compared in constant time.
        plain(&self.secret(report)) == plain(told)
    }
}

impl Follow {
    /// The report that the secret is of; it may belong to another case than the one whose number was told.
    ///
    /// # Errors
    /// If there is none.
    pub async fn find(&self, number: &str, secret: &str) -> Result<Followed, StepError> {
        let (store, site, key) = (self.intake.store.clone(), Arc::clone(&self.intake.site), self.key.clone());
        let (number, secret) = (number.trim().to_owned(), secret.to_owned());
        let read = move || -> Result<Option<Followed>, StoreError> {
            let Some(case) = store.case_by_number(&site, &number)? else { return Ok(None) };
            let Some((case, reports)) = store.case_with_reports(&site, case.id)? else { return Ok(None) };
            let Some(report) = reports.into_iter().find(|report| key.fits(report.id, &secret)) else { return Ok(None) };
            let trail = store.trail(&site, case.id)?;
            Ok(Some(Followed { case, report, trail }))
        };
        let read = tokio::task::spawn_blocking(read).await.map_err(|_| StepError::Store(StoreError::Closed))?;
        read.map_err(StepError::Store)?.ok_or(StepError::NotFound)
    }

    /// Says what the reporter thinks of the result.
    ///
    /// # Errors
    /// If there is no such report, or its case has not been closed.
    pub async fn rate(&self, number: &str, secret: &str, opinion: Opinion) -> Result<Case, StepError> {
        let Followed { case, .. } = self.find(number, secret).await?;
        let Opinion { stars, note, reopen } = opinion;
        let deed = |action| Deed { note: note.clone(), ..Deed::from(action) };
        let mut deeds = vec![deed(Action::Rate { stars })];
        if reopen {
            deeds.push(deed(Action::Reopen));
        }
        let to_take = ToTake {
            site: self.intake.site.to_string(),
            case: case.id,
            version: Some(case.version),
            deeds,
            actor: Actor::resident(),
            now: self.intake.clock.now(),
            terms: Arc::clone(&self.intake.catalog.load().terms),
            idempotency: None,
        };
        StepError::unless_done(self.intake.store.take(to_take).await)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_of_one_report_and_of_one_site() {
        let (key, report) = (FollowKey([7; 32]), Uuid::from_u128(1));
        let secret = key.secret(report);
        assert_eq!(secret.len(), 14, "{secret}");
        assert!(key.fits(report, &secret) && key.fits(report, &secret.to_lowercase().replace('-', " ")));
        assert!(!key.fits(Uuid::from_u128(2), &secret) && !FollowKey([8; 32]).fits(report, &secret));
        assert!(!key.fits(report, ""));
    }
}
