//! Secrets that the service gives out: random, shown once, kept as a hash.

use std::fmt;

/// A fresh secret of 256 random bits, as 64 hexadecimal digits. Does not print itself.
pub struct Secret(String);

impl Secret {
    /// # Errors
    /// If the machine has no randomness to give.
    pub fn new() -> Result<Self, getrandom::Error> {
        let mut bytes = [0u8; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Self(blake3::Hash::from_bytes(bytes).to_hex().to_string()))
    }

    /// The secret itself: for the one who is to have it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    #[must_use]
    pub fn hash(&self) -> String {
        hash(&self.0)
    }
}

/// What is kept of a secret. It is random and long, so a plain hash cannot be guessed back.
#[must_use]
pub fn hash(secret: &str) -> String {
    blake3::hash(secret.as_bytes()).to_hex().to_string()
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
