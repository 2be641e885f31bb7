//! Clockwork: what happens because time has passed, and nobody did anything.

use std::{sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinHandle;

use super::{intake::Intake, planning::desk::Planning};
use crate::{
    domain::{case::Case, people::Actor},
    io::store::{StoreError, Taken, ToTake},
};

/// Longest sleep: cases that begin meanwhile, and clocks that are put right, are heard of by then.
const LONGEST: Duration = Duration::from_secs(5);
/// Cases woken at a time; the rest has its turn at once after them.
const AT_ONCE: u32 = 100;

/// How often what is old is looked for.
const SWEEP: SignedDuration = SignedDuration::from_hours(1);
/// How long a repeated request is known as one.
const KEYS_KEPT: SignedDuration = SignedDuration::from_hours(24 * 7);

/// Tells lateness up the ladder (督办) as it falls due, however long nobody was there to tell it. What was told stands in
/// the trail, so that it is told once, whatever ends and begins anew. Forgets where people were a day ago, notices that are
/// older than the site keeps them, and keys of requests that nobody repeats any more. Keeps the planners' reports of the
/// weeks and months that have ended.
#[must_use]
pub fn start(intake: Intake, planning: Planning) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut swept_at = Timestamp::MIN;
        loop {
            let now = intake.clock.now();
            if now.duration_since(swept_at) >= SWEEP {
                match sweep(&intake, now).await {
                    Ok(()) => swept_at = now,
                    Err(error) => tracing::warn!(%error, "old notices could not be forgotten yet"),
                }
                if let Err(error) = planning.keep_what_has_ended().await {
                    tracing::warn!(%error, "the hotspots of the last week or month could not be kept yet");
                }
            }
            let woken = match escalate(&intake).await {
                Ok(woken) => woken,
                Err(error) => {
                    tracing::warn!(%error, "lateness could not be told yet");
                    0
                }
            };
            if let Err(error) = intake.store.forget_positions(&intake.site, intake.clock.now()).await {
                tracing::warn!(%error, "where people were could not be forgotten yet");
            }
            if woken < AT_ONCE as usize {
                tokio::time::sleep(until_next(&intake).await).await;
            }
        }
    })
}

async fn until_next(intake: &Intake) -> Duration {
    let (store, site) = (intake.store.clone(), Arc::clone(&intake.site));
    let next = tokio::task::spawn_blocking(move || store.next_waking(&site)).await;
    let next = next.ok().and_then(Result::ok).flatten();
    let wait = next.map(|at: Timestamp| at.duration_since(intake.clock.now()).max(SignedDuration::ZERO));
    // One that is due and was not woken failed: it is not tried again and again without a breath.
    wait.map_or(LONGEST, |wait| wait.unsigned_abs().clamp(Duration::from_millis(200), LONGEST))
}

async fn sweep(intake: &Intake, now: Timestamp) -> Result<(), StoreError> {
    let days = intake.catalog.load().settings.notify.keep_days;
    let kept = SignedDuration::from_hours(24 * i64::from(days));
    let before = |kept| now.saturating_sub(kept).unwrap_or(Timestamp::MIN);
    intake.store.sweep_notices(&intake.site, before(kept)).await?;
    intake.store.forget_keys(&intake.site, before(KEYS_KEPT)).await
}

/// How many cases there were to wake.
async fn escalate(intake: &Intake) -> Result<usize, StoreError> {
    let (store, site, now) = (intake.store.clone(), Arc::clone(&intake.site), intake.clock.now());
    let due = tokio::task::spawn_blocking(move || store.cases_to_wake(&site, now, AT_ONCE)).await;
    let due = due.map_err(|_| StoreError::Closed)??;
    for case in &due {
        wake(intake, case, now).await?;
    }
    Ok(due.len())
}

async fn wake(intake: &Intake, case: &Case, now: Timestamp) -> Result<(), StoreError> {
    let terms = Arc::clone(&intake.catalog.load().terms);
    // By another plan than the one that set the alarm nothing may be due: then a step of any kind sets it anew.
    let Some(deed) = case.due_escalation(now, &terms) else { return Ok(()) };
    let to_take = ToTake {
        site: intake.site.to_string(),
        case: case.id,
        version: Some(case.version),
        deeds: vec![deed],
        actor: Actor::service(),
        now,
        terms,
        idempotency: None,
    };
    match intake.store.take(to_take).await? {
        // Who was faster has changed what is due: it is looked at again.
        Taken::Done(_) | Taken::Stale { .. } | Taken::NotFound => Ok(()),
        Taken::Refused(why) => {
            tracing::warn!(case = case.number, %why, "lateness could not be told");
            Ok(())
        }
    }
}
