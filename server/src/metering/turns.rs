//! Grants end and come again at their time, without a call having to arrive:
//! a task sleeps until the next of these instants. What came due while the
//! server was down is written at its start.

use super::Metering;
use crate::domain::store::NextDue;
use crate::domain::{Millis, StoreError};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::sync::Notify;

/// The machine's clock may be set, and sleep does not know: it is looked at again.
const LONGEST: Duration = Duration::from_secs(30);
/// How soon it is asked again after calls in flight that hold what has ended.
const IN_FLIGHT: Duration = Duration::from_secs(1);
/// What is due at once has just been looked at.
const SHORTEST: Duration = Duration::from_millis(100);
/// What started while the server was down is looked at, so far back.
pub(super) const MISSED: Millis = 30 * 24 * 60 * 60 * 1_000;
/// After a failure of the store.
const AFTER_FAILURE: Duration = Duration::from_secs(5);

/// Runs as long as the service does. `sooner` wakes it: a grant was given that
/// may be due before all others.
pub(super) async fn run(metering: Weak<Metering>, sooner: Arc<Notify>) {
    loop {
        let pause = {
            let Some(metering) = metering.upgrade() else {
                return;
            };
            match metering.turn().await {
                Ok(next) => metering.pause(next),
                Err(error) => {
                    tracing::error!(%error, "grants that are due could not be written");
                    AFTER_FAILURE
                }
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = sooner.notified() => {}
        }
    }
}

impl Metering {
    /// Writes all that is due now: grants that lapse or come again, and notices of
    /// those that will lapse; and has those who watch see what has started. Answers
    /// when there is something to do again.
    pub async fn turn(self: &Arc<Self>) -> Result<NextDue, StoreError> {
        self.till.turn().await?;
        let next_start = self.begin().await?;
        let told = self.store.tell_lapses(self.clock.now()).await?;
        if !told.is_empty() {
            self.news.notify_one();
        }
        self.changes.tell(told);
        let due = self.store.next_due().await?;
        Ok(NextDue {
            at: due.at.into_iter().chain(next_start).min(),
            ..due
        })
    }

    /// Grants that were given for later and start now lift notices and change what
    /// pages show. Calls need no telling. Answers when the next one starts.
    async fn begin(&self) -> Result<Option<Millis>, StoreError> {
        let now = self.clock.now();
        let since = self.begun_until.load(Ordering::Relaxed);
        let started = self.store.started(since, now).await?;
        self.begun_until.store(now, Ordering::Relaxed);
        for account in &started.accounts {
            self.look_again(*account).await;
        }
        self.changes.tell(started.accounts);
        Ok(started.next)
    }

    fn pause(&self, next: NextDue) -> Duration {
        let most = if next.in_flight { IN_FLIGHT } else { LONGEST };
        let wait = next
            .at
            .map_or(i64::MAX, |at| at.saturating_sub(self.clock.now()));
        Duration::from_millis(u64::try_from(wait).unwrap_or(0)).clamp(SHORTEST, most)
    }
}
