//! Held calls that nobody settles lapse at their time, and what is over is
//! forgotten.

use super::Reservations;
use super::book::Held;
use crate::domain::reservations::KEPT;
use crate::domain::{Millis, StoreError};
use std::sync::Weak;
use std::time::Duration;

/// How often it is looked for those that nobody settled.
const TICK: Duration = Duration::from_secs(1);
/// How often is forgotten what is over.
const SWEEP: Millis = 60 * 60 * 1_000;

pub(super) async fn watch(reservations: Weak<Reservations>) {
    let mut ticks = tokio::time::interval(TICK);
    let mut swept_at = Millis::MIN;
    loop {
        ticks.tick().await;
        let Some(this) = reservations.upgrade() else {
            return;
        };
        this.lapse().await;
        let now = this.till.books.clock.now();
        if now.saturating_sub(swept_at) >= SWEEP {
            swept_at = now;
            this.sweep().await;
        }
    }
}

impl Reservations {
    /// Has every reservation lapse whose time is over. Answers how many did.
    pub async fn lapse(&self) -> usize {
        let books = &self.till.books;
        let now = books.clock.now();
        let due = self.book.lock().due(now);
        if due.is_empty() {
            return 0;
        }
        let ids: Vec<&str> = due.iter().map(String::as_str).collect();
        if let Err(error) = books.store.lapse_reservations(&ids, now).await {
            tracing::error!(%error, "reservations that are over were not marked");
            return 0;
        }
        // A settlement may have come first. The holds of the others go with them:
        // their calls are free again.
        let mut book = self.book.lock();
        let lapsed: Vec<Held> = due.iter().filter_map(|id| book.take(id)).collect();
        drop(book);
        lapsed.len()
    }

    /// Forgets reservations that lapsed a day ago, and keys whose time is over.
    pub async fn sweep(&self) {
        let books = &self.till.books;
        let before = books.clock.now() - KEPT;
        let first = self.till.key_days().first;
        let swept = async {
            books.store.forget_lapsed_before(before).await?;
            // A little at a time: calls wait for the same connection.
            while books.store.forget_keys_before(first).await? > 0 {
                tokio::task::yield_now().await;
            }
            Ok::<_, StoreError>(())
        };
        if let Err(error) = swept.await {
            tracing::warn!(%error, "what is over was not forgotten");
        }
    }
}
