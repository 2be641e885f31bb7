//! Accounts: how members of staff come in, by a code once and by a password of their own after that.

use std::sync::Arc;

use arc_swap::ArcSwap;
use jiff::SignedDuration;
use serde::Serialize;
use tokio::sync::Semaphore;

use super::{
    clock::Clock,
    password::{self, HashError},
    secret::{self, Secret},
};
use crate::{
    domain::people::{Actor, ActorKind},
    io::{
        catalog::Catalog,
        store::{Attempt, Credential, Purpose, Store, StoreError},
    },
};

/// Where people are let in.
#[derive(Clone)]
pub struct Accounts {
    pub site: Arc<str>,
    pub catalog: Arc<ArcSwap<Catalog>>,
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    /// Turns at hashing: each takes memory and a core.
    pub turns: Arc<Semaphore>,
}

/// Somebody who has come in, with the secret of the session.
pub struct SignedIn {
    pub actor: Actor,
    pub session: Secret,
}

/// How long a session lasts.
pub const SESSION: SignedDuration = SignedDuration::from_hours(12);
/// Shortest password, in characters.
const SHORTEST: usize = 10;
/// Longest: enough for any sentence.
const LONGEST: usize = 128;

/// Why somebody is not let in, or a password is not taken.
#[derive(Debug, Serialize, strum::VariantNames)]
#[serde(tag = "code", content = "params", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum AccountError {
    /// Used up, too old, or never given.
    UnknownSignInCode,
    /// No such account, another password, or too many attempts: which of them is not told.
    NotLetIn,
    /// The password that there was is another.
    WrongOldPassword,
    PasswordTooShort {
        length: usize,
        shortest: usize,
    },
    PasswordTooLong {
        length: usize,
        limit: usize,
    },
    /// The first thing that others would try.
    PasswordIsName,
    /// The running service has not read of him yet.
    NotOnList {
        staff: String,
    },
    #[serde(skip)]
    Hash(HashError),
    #[serde(skip)]
    Store(StoreError),
}

impl AccountError {
    /// The field to blame, where there is one.
    #[must_use]
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::WrongOldPassword => Some("old"),
            Self::PasswordTooShort { .. } | Self::PasswordTooLong { .. } | Self::PasswordIsName => Some("password"),
            Self::UnknownSignInCode | Self::NotOnList { .. } | Self::NotLetIn | Self::Hash(_) | Self::Store(_) => None,
        }
    }
}

impl Accounts {
    /// By a code, which is good for nothing after.
    ///
    /// # Errors
    /// If it is none.
    pub async fn by_code(&self, code: &str) -> Result<SignedIn, AccountError> {
        let (session, now) = (new_secret()?, self.clock.now());
        let (code, kept) = (secret::hash(code), session.hash());
        // Whoever was added since the service has read its list keeps his code for later.
        let (store, site, hash) = (self.store.clone(), Arc::clone(&self.site), code.clone());
        let holder = blocking(move || store.actor_of(&site, &hash, Purpose::SignIn, now)).await?;
        let holder = holder.map_err(AccountError::Store)?.ok_or(AccountError::UnknownSignInCode)?;
        if holder.kind == ActorKind::Person && !self.lists(&holder.name) {
            return Err(AccountError::NotOnList { staff: holder.name });
        }
        let exchanged = self.store.exchange(&self.site, &code, &kept, now, now + SESSION).await;
        let actor = exchanged.map_err(AccountError::Store)?.ok_or(AccountError::UnknownSignInCode)?;
        Ok(SignedIn { actor, session })
    }

    fn lists(&self, name: &str) -> bool {
        self.catalog.load().staff.iter().any(|staff| staff.id.as_str() == name)
    }

    /// By name and password.
    ///
    /// # Errors
    /// [`AccountError::NotLetIn`], whatever the reason.
    pub async fn by_password(&self, name: &str, password: String) -> Result<SignedIn, AccountError> {
        let session = new_secret()?;
        let credential = |actor: &Actor| {
            let now = self.clock.now();
            let (hash, actor, expires_at) = (session.hash(), actor.clone(), Some(now + SESSION));
            Credential { hash, purpose: Purpose::Session, actor, created_at: now, expires_at }
        };
        let is_listed = self.lists(name);
        // All who are nobody are one.
        let actor = Actor::of(ActorKind::Person, if is_listed { name } else { "" });
        if !self.is_right(&actor, password).await? {
            return Err(AccountError::NotLetIn);
        }
        let let_in = self.store.let_in(&self.site, credential(&actor)).await;
        let_in.map_err(AccountError::Store)?;
        Ok(SignedIn { actor, session })
    }

    /// Gives somebody the password of his choice; ends his other sessions.
    ///
    /// # Errors
    /// If it is too easy to guess, or the old one is wrong where there was one.
    pub async fn set_password(
        &self,
        actor: &Actor,
        old: Option<String>,
        password: String,
        session: Option<String>,
    ) -> Result<(), AccountError> {
        self.check(actor, &password)?;
        let (store, site, name) = (self.store.clone(), Arc::clone(&self.site), actor.name.clone());
        let has_one = blocking(move || store.has_password(&site, &name)).await?.map_err(AccountError::Store)?;
        if has_one && !self.is_right(actor, old.unwrap_or_default()).await? {
            return Err(AccountError::WrongOldPassword);
        }
        let kept = self.in_turn(move || password::hash(&password)).await?.map_err(AccountError::Hash)?;
        let (session, now) = (session.map(|session| secret::hash(&session)), self.clock.now());
        let set = self.store.set_password(&self.site, &actor.name, kept, session, now);
        set.await.map_err(AccountError::Store)
    }

    /// Whether it is the password of the account; counted as a failure until a session or a new password settles it.
    async fn is_right(&self, actor: &Actor, password: String) -> Result<bool, AccountError> {
        let kept = self.store.attempt(&self.site, &actor.name, self.clock.now());
        let attempt = kept.await.map_err(AccountError::Store)?;
        let counted = matches!(attempt, Attempt::Counted(_));
        // Locked or not, it takes as long.
        let kept = if let Attempt::Counted(kept) = attempt { kept } else { None };
        let is_right = self.in_turn(move || password::is_right(&password, kept.as_deref())).await?;
        if counted && !is_right {
            let failed = self.store.attempt_failed(&self.site, &actor.name, self.clock.now());
            failed.await.map_err(AccountError::Store)?;
        }
        Ok(is_right)
    }

    fn check(&self, actor: &Actor, password: &str) -> Result<(), AccountError> {
        let length = password.chars().count();
        if length < SHORTEST {
            return Err(AccountError::PasswordTooShort { length, shortest: SHORTEST });
        }
        if length > LONGEST {
            return Err(AccountError::PasswordTooLong { length, limit: LONGEST });
        }
        let catalog = self.catalog.load();
        let own = catalog.staff.iter().find(|staff| staff.id.as_str() == actor.name);
        let own = own.map(|staff| staff.name.as_str()).into_iter().chain([actor.name.as_str()]);
        let told = password.trim().to_lowercase();
        let is_name = own.map(str::to_lowercase).any(|name| name == told);
        if is_name { Err(AccountError::PasswordIsName) } else { Ok(()) }
    }

    /// Hashes where blocking is allowed, few at a time.
    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, AccountError> {
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        let turn = turn.map_err(|_| AccountError::Store(StoreError::Closed))?;
        let work = move || {
            let done = work();
            drop(turn);
            done
        };
        blocking(work).await
    }
}

fn new_secret() -> Result<Secret, AccountError> {
    Secret::new().map_err(|_| AccountError::Hash(HashError::NoRandomness))
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, AccountError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| AccountError::Store(StoreError::Closed))
}
