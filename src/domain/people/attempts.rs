//! Wrong passwords: how many there may be, and for how long they keep the account shut.

use jiff::{SignedDuration, Timestamp};

/// How often somebody tried a password in a row without success, and until when nobody may try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Attempts {
    pub failures: u32,
    pub locked_until: Option<Timestamp>,
}

/// Failures in a row before the account is shut.
const FREE: u32 = 5;
/// For how long the last of them shuts it; each one after that twice as long.
const FIRST_LOCK: SignedDuration = SignedDuration::from_mins(15);
const LONGEST_LOCK: SignedDuration = SignedDuration::from_hours(24);

impl Attempts {
    #[must_use]
    pub fn is_locked(&self, now: Timestamp) -> bool {
        self.locked_until.is_some_and(|until| now < until)
    }

    /// After one more failure.
    #[must_use]
    pub fn one_more(self, now: Timestamp) -> Self {
        let failures = self.failures.saturating_add(1);
        let lock = failures.checked_sub(FREE).map(|beyond| {
            let doubled = FIRST_LOCK.checked_mul(1_i32.checked_shl(beyond.min(16)).unwrap_or(i32::MAX));
            doubled.map_or(LONGEST_LOCK, |lock| lock.min(LONGEST_LOCK))
        });
        Self { failures, locked_until: lock.map(|lock| now + lock) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fifth_failure_locks_and_each_one_after_it_twice_as_long_up_to_a_day() {
        let now = Timestamp::UNIX_EPOCH;
        let mut attempts = Attempts::default();
        let mut locks = Vec::new();
        for _ in 0..40 {
            attempts = attempts.one_more(now);
            locks.push(attempts.locked_until.map_or(0, |until| until.as_second() / 60));
        }
        assert_eq!(locks[..13], [0, 0, 0, 0, 15, 30, 60, 120, 240, 480, 960, 1440, 1440]);
        assert_eq!(locks[39], 1440);
        assert!(attempts.is_locked(now) && !attempts.is_locked(now + LONGEST_LOCK));
    }
}
