//! A disk in memory, and everything that can go wrong with it.

mod api_keys;
mod keys;
mod state;
mod store;

use super::Books;
use crate::domain::store::Stored;
use crate::domain::{AccountId, StoreError};
use chrono_tz::Tz;
use parking_lot::Mutex;
use state::State;
use std::sync::Arc;
use tokio::sync::Notify;

/// What happens to the next write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// It fails, and nothing is written.
    Fails,
    /// It is written, and yet reported as failed.
    Lies,
    /// The machine dies before it is written.
    DiesBefore,
    /// The machine dies while it is written: what is on disk of it is torn, and
    /// thrown away when the disk is opened again. That a real one does so is shown in
    /// `storage/sqlite/tests/torn`.
    Tears,
    /// The machine dies when it is written, and nobody was told.
    DiesAfter,
}

impl Fault {
    /// Whether what was written under it is on disk.
    pub(super) const fn writes(self) -> bool {
        matches!(self, Self::Lies | Self::DiesAfter)
    }
}

/// The disk: committed state, and what goes wrong next.
#[derive(Debug, Default)]
pub(super) struct Disk {
    pub state: Mutex<State>,
    /// For the next write.
    pub fault: Mutex<Option<Fault>>,
    /// The next read fails.
    pub unreadable: Mutex<bool>,
    /// So often a write lets others go first.
    pub slow: Mutex<u32>,
    /// So often the look-up of an API key lets others go first, with what it found.
    pub late: Mutex<u32>,
    /// Told when the machine dies.
    pub death: Notify,
    pub commits: Mutex<i64>,
}

impl Disk {
    /// One transaction: all of it, or nothing.
    async fn write<T>(&self, work: impl FnOnce(&mut State) -> T) -> Stored<T> {
        let slow = *self.slow.lock();
        for _ in 0..slow {
            tokio::task::yield_now().await;
        }
        *self.commits.lock() += 1;
        let fault = self.fault.lock().take();
        let failed = || StoreError::Transient("the disk fails".into());
        match fault {
            None => Ok(work(&mut self.state.lock())),
            Some(Fault::Fails) => Err(failed()),
            Some(Fault::Lies) => {
                work(&mut self.state.lock());
                Err(failed())
            }
            Some(Fault::DiesBefore | Fault::Tears) => self.die().await,
            Some(Fault::DiesAfter) => {
                work(&mut self.state.lock());
                self.die().await
            }
        }
    }

    async fn die<T>(&self) -> T {
        self.death.notify_one();
        std::future::pending().await
    }

    fn read<T>(&self, work: impl FnOnce(&State) -> T) -> Stored<T> {
        if std::mem::take(&mut *self.unreadable.lock()) {
            return Err(StoreError::Transient("the disk cannot be read".into()));
        }
        Ok(work(&self.state.lock()))
    }

    pub(super) fn move_account(&self, account: AccountId, zone: Tz) {
        self.state.lock().zones.insert(account, zone);
    }
}

/// The disk as the ledger writer sees it.
pub(super) fn books(disk: &Arc<Disk>) -> Arc<dyn Books> {
    Arc::clone(disk) as _
}
