//! Passwords, as argon2id keeps them: slow to try, each with a salt of its own.

use std::sync::LazyLock;

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{self, PasswordHash, PasswordHasher, PasswordVerifier, SaltString},
};

/// What OWASP asks for at least: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Why no password could be made or tried.
#[derive(Debug, thiserror::Error)]
pub enum HashError {
    #[error("the machine has no randomness to give")]
    NoRandomness,
    #[error("argon2id failed: {0}")]
    Failed(password_hash::Error),
}

fn argon2id() -> Result<Argon2<'static>, HashError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|error| HashError::Failed(error.into()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// What is kept of a password. Takes its time: call it where blocking is allowed.
///
/// # Errors
/// If the machine has no randomness to give.
pub fn hash(password: &str) -> Result<String, HashError> {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(|_| HashError::NoRandomness)?;
    let salt = SaltString::encode_b64(&salt).map_err(HashError::Failed)?;
    let hash = argon2id()?.hash_password(password.as_bytes(), &salt).map_err(HashError::Failed)?;
    Ok(hash.to_string())
}

/// Whether it is the password that this was kept of. Takes as long where nothing was kept, so that nobody learns from
/// the time who there is.
#[must_use]
pub fn is_right(password: &str, kept: Option<&str>) -> bool {
    /// Of a password that nobody has.
    static NOBODYS: LazyLock<Option<String>> = LazyLock::new(|| hash(super::secret::Secret::new().ok()?.expose()).ok());
    let Some(hash) = kept.or(NOBODYS.as_deref()) else { return false };
    let Ok(hash) = PasswordHash::new(hash) else { return false };
    // The cost that the hash itself names, so that passwords outlive a change of it.
    Argon2::default().verify_password(password.as_bytes(), &hash).is_ok() && kept.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_right_for_what_was_kept_of_it_and_for_nothing_else() {
        let kept = hash("网格 and a horse").expect("hashed");
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(is_right("网格 and a horse", Some(&kept)));
        assert!(!is_right("网格 and a cow", Some(&kept)) && !is_right("网格 and a horse", None));
        assert_ne!(hash("网格 and a horse").expect("hashed"), kept, "a salt of its own");
    }
}
