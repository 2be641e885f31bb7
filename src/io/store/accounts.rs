//! Passwords, and the attempts at them. A password itself is never kept, only what argon2id makes of it.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::{
    Credential, Purpose, Store, StoreError,
    access::{insert, revoke},
    rows,
    writer::Tx,
};
use crate::domain::people::Attempts;

/// What an attempt at a password meets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attempt {
    /// It counts as a failure until it is settled. What is kept of the password; `None` where there is none.
    Counted(Option<String>),
    /// There were too many: it counts for nothing.
    Locked,
}

/// What people come in with.
const OF_PEOPLE: [Purpose; 2] = [Purpose::Session, Purpose::SignIn];

impl Store {
    /// Counts an attempt at a password before it is known whether it is right, so that nobody has more of them by
    /// trying many at once.
    ///
    /// # Errors
    /// What the store suffers.
    pub async fn attempt(&self, site: &str, staff: &str, now: Timestamp) -> Result<Attempt, StoreError> {
        let (site, staff) = (site.to_owned(), staff.to_owned());
        self.writer
            .write(move |tx| {
                let (password, before) = find(tx, &site, &staff)?;
                if before.is_locked(now) {
                    return Ok(Attempt::Locked);
                }
                keep(tx, &site, &staff, password.as_deref(), before.one_more(now))?;
                Ok(Attempt::Counted(password))
            })
            .await
    }

    /// An attempt that was counted was wrong: tells the audit trail if it was one too many.
    ///
    /// # Errors
    /// What the store suffers.
    pub async fn attempt_failed(&self, site: &str, staff: &str, now: Timestamp) -> Result<(), StoreError> {
        let (site, staff) = (site.to_owned(), staff.to_owned());
        self.writer
            .write(move |tx| {
                let (_, attempts) = find(tx, &site, &staff)?;
                let Some(until) = attempts.locked_until.filter(|until| now < *until) else { return Ok(()) };
                let after = format!("{{\"failures\":{},\"until\":\"{until}\"}}", attempts.failures);
                tx.audit(&site, now, &staff, "lock", &account(&staff), None, Some(after))
            })
            .await
    }

    /// An attempt was right: its failures are forgiven, and the session begins.
    ///
    /// # Errors
    /// What the store suffers.
    pub async fn let_in(&self, site: &str, session: Credential) -> Result<(), StoreError> {
        let site = site.to_owned();
        self.writer
            .write(move |tx| {
                let staff = session.actor.name.as_str();
                let (password, _) = find(tx, &site, staff)?;
                keep(tx, &site, staff, password.as_deref(), Attempts::default())?;
                insert(tx.connection, &site, &session)
            })
            .await
    }

    /// Whether somebody has chosen a password.
    ///
    /// # Errors
    /// What the store suffers.
    pub fn has_password(&self, site: &str, staff: &str) -> Result<bool, StoreError> {
        self.read(|connection| {
            let sql = "SELECT 1 FROM account WHERE site = ? AND staff = ? AND password IS NOT NULL";
            connection.prepare_cached(sql)?.exists((site, staff))
        })
    }

    /// Gives somebody a password, and ends all of his sessions and codes but the one session.
    ///
    /// # Errors
    /// What the store suffers.
    pub async fn set_password(
        &self,
        site: &str,
        staff: &str,
        password: String,
        but_session: Option<String>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (site, staff) = (site.to_owned(), staff.to_owned());
        self.writer
            .write(move |tx| {
                keep(tx, &site, &staff, Some(&password), Attempts::default())?;
                for purpose in OF_PEOPLE {
                    revoke(tx, &site, purpose, &staff, but_session.as_deref(), now)?;
                }
                tx.audit(&site, now, &staff, "set password", &account(&staff), None, None)
            })
            .await
    }

    /// Lets somebody try again at once; `forget`: and choose a new password without the old one.
    ///
    /// # Errors
    /// What the store suffers.
    pub async fn unlock(
        &self,
        site: &str,
        staff: &str,
        forget: bool,
        actor: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (site, staff, actor) = (site.to_owned(), staff.to_owned(), actor.to_owned());
        self.writer
            .write(move |tx| {
                let (password, _) = find(tx, &site, &staff)?;
                keep(tx, &site, &staff, password.filter(|_| !forget).as_deref(), Attempts::default())?;
                let action = if forget { "forget password" } else { "unlock" };
                tx.audit(&site, now, &actor, action, &account(&staff), None, None)
            })
            .await
    }

    /// Ends all that somebody has who is gone: sessions, codes, the password.
    ///
    /// # Errors
    /// What the store suffers.
    pub async fn close_account(&self, site: &str, staff: &str, actor: &str, now: Timestamp) -> Result<(), StoreError> {
        let (site, staff, actor) = (site.to_owned(), staff.to_owned(), actor.to_owned());
        self.writer
            .write(move |tx| {
                tx.connection.execute("DELETE FROM account WHERE site = ? AND staff = ?", (&site, &staff))?;
                for purpose in OF_PEOPLE {
                    revoke(tx, &site, purpose, &staff, None, now)?;
                }
                tx.audit(&site, now, &actor, "close", &account(&staff), None, None)
            })
            .await
    }
}

fn account(staff: &str) -> String {
    format!("account {staff}")
}

fn find(tx: &Tx<'_>, site: &str, staff: &str) -> Result<(Option<String>, Attempts), StoreError> {
    let sql = "SELECT password, failures, locked_until FROM account WHERE site = ? AND staff = ?";
    let found = tx.connection.prepare_cached(sql)?.query_row((site, staff), |row| {
        let is_locked = row.get::<_, Option<i64>>("locked_until")?.is_some();
        let locked_until = is_locked.then(|| rows::instant(row, "locked_until")).transpose()?;
        Ok((row.get("password")?, Attempts { failures: row.get("failures")?, locked_until }))
    });
    Ok(found.optional()?.unwrap_or_default())
}

fn keep(tx: &Tx<'_>, site: &str, staff: &str, password: Option<&str>, attempts: Attempts) -> Result<(), StoreError> {
    let sql = "INSERT INTO account (site, staff, password, failures, locked_until) VALUES (?1, ?2, ?3, ?4, ?5)
               ON CONFLICT (site, staff) DO UPDATE SET
                   password = excluded.password, failures = excluded.failures, locked_until = excluded.locked_until";
    let locked_until = attempts.locked_until.map(Timestamp::as_millisecond);
    tx.connection.prepare_cached(sql)?.execute(params![site, staff, password, attempts.failures, locked_until])?;
    Ok(())
}
