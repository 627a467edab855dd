//! Tells who looks on that an account's numbers changed. It carries no numbers:
//! those that look read them again, where it is checked that they may.

use crate::domain::AccountId;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use tokio::sync::watch;

/// One account may be looked at from so many open pages.
pub const MOST_WATCHES: usize = 8;

/// Why an account cannot be watched now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WatchError {
    #[error("the account is watched by {MOST_WATCHES} others")]
    TooMany,
    #[error("the server is stopping")]
    Stopping,
}

/// Who watches which account. While nobody does, a change costs two steps on
/// counters.
pub struct Changes {
    /// Moves with every change of any account.
    number: AtomicU64,
    /// Open watches of all accounts.
    watches: AtomicUsize,
    accounts: Mutex<HashMap<AccountId, watch::Sender<()>>>,
    stopping: watch::Sender<bool>,
}

impl Default for Changes {
    fn default() -> Self {
        Self {
            number: AtomicU64::new(0),
            watches: AtomicUsize::new(0),
            accounts: Mutex::default(),
            stopping: watch::Sender::new(false),
        }
    }
}

impl Changes {
    /// From here on, what changes for the account is seen, however often it
    /// does before it is looked for.
    pub fn watch(self: &Arc<Self>, account: AccountId) -> Result<Watch, WatchError> {
        let mut accounts = self.accounts.lock();
        if *self.stopping.borrow() {
            return Err(WatchError::Stopping);
        }
        let sender = accounts.entry(account).or_default();
        if sender.receiver_count() >= MOST_WATCHES {
            return Err(WatchError::TooMany);
        }
        self.watches.fetch_add(1, Ordering::Relaxed);
        Ok(Watch {
            receiver: sender.subscribe(),
            changes: Arc::clone(self),
            account,
        })
    }

    /// The number of the last change. Whoever takes it before they read, and
    /// finds the same number later, has missed nothing.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number.load(Ordering::Acquire)
    }

    /// Something was written for these accounts. One that comes twice is told once.
    pub(super) fn tell(&self, accounts: impl IntoIterator<Item = AccountId>) {
        self.number.fetch_add(1, Ordering::Release);
        if self.watches.load(Ordering::Relaxed) == 0 {
            return;
        }
        let watched = self.accounts.lock();
        let mut told = None;
        for account in accounts {
            // Rows of a batch often follow others of the same account.
            if told.replace(account) != Some(account)
                && let Some(sender) = watched.get(&account)
            {
                sender.send_replace(());
            }
        }
    }

    /// Ends every watch, and begins no other: the server stops.
    pub fn stop(&self) {
        let _accounts = self.accounts.lock();
        self.stopping.send_replace(true);
    }
}

/// One who looks on.
pub struct Watch {
    changes: Arc<Changes>,
    account: AccountId,
    receiver: watch::Receiver<()>,
}

impl Watch {
    /// Waits for a change since the last one that was seen; all that happened
    /// meanwhile are one.
    pub async fn changed(&mut self) {
        // The sender lives as long as a watch does.
        if self.receiver.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Waits until the server stops.
    pub fn stopped(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut stopping = self.changes.stopping.subscribe();
        async move {
            // A sender that is gone stops as well.
            let _ = stopping.wait_for(|stopping| *stopping).await;
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut accounts = self.changes.accounts.lock();
        self.changes.watches.fetch_sub(1, Ordering::Relaxed);
        // Only this watch is left: its own receiver still counts.
        if accounts
            .get(&self.account)
            .is_some_and(|sender| sender.receiver_count() <= 1)
        {
            accounts.remove(&self.account);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;

    const ANN: AccountId = AccountId(1);
    const BEN: AccountId = AccountId(2);

    fn seen(watch: &mut Watch) -> bool {
        watch.changed().now_or_never().is_some()
    }

    #[test]
    fn changes_of_the_account_are_seen_once_and_no_others() {
        let changes = Arc::<Changes>::default();
        let mut ann = changes.watch(ANN).unwrap();
        let mut ben = changes.watch(BEN).unwrap();
        assert!(!seen(&mut ann));
        changes.tell([ANN, ANN, ANN]);
        changes.tell([ANN]);
        assert!(seen(&mut ann));
        assert!(!seen(&mut ann));
        assert!(!seen(&mut ben));
        changes.tell([ANN, BEN, ANN]);
        assert!(seen(&mut ann) && seen(&mut ben));
    }

    #[test]
    fn what_changes_after_a_look_is_seen_by_the_next() {
        let changes = Arc::<Changes>::default();
        let mut ann = changes.watch(ANN).unwrap();
        changes.tell([ANN]);
        assert!(seen(&mut ann));
        changes.tell([ANN]);
        assert!(seen(&mut ann));
    }

    #[test]
    fn an_account_is_watched_by_so_many_at_most_and_a_place_comes_free() {
        let changes = Arc::<Changes>::default();
        let mut watches: Vec<_> = (0..MOST_WATCHES)
            .map(|_| changes.watch(ANN).unwrap())
            .collect();
        assert_eq!(changes.watch(ANN).err(), Some(WatchError::TooMany));
        assert!(changes.watch(BEN).is_ok());
        watches.pop();
        assert!(changes.watch(ANN).is_ok());
        drop(watches);
        assert!(changes.accounts.lock().is_empty());
        assert_eq!(changes.watches.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn a_server_that_stops_ends_every_watch() {
        let changes = Arc::<Changes>::default();
        let ann = changes.watch(ANN).unwrap();
        assert!(ann.stopped().now_or_never().is_none());
        changes.stop();
        assert!(ann.stopped().now_or_never().is_some());
        assert_eq!(changes.watch(BEN).err(), Some(WatchError::Stopping));
    }
}
