//! The store on SQLite: write-ahead log, a pool that reads, and two connections
//! that write, one for calls and one for all else. They take turns.

mod accounts;
mod alerts;
mod audit;
mod bulk;
mod caps;
mod codes;
mod days;
mod deliveries;
mod desk;
mod grant_turns;
mod grants;
mod idempotency;
mod key_changes;
mod keys;
mod ledger;
mod links;
mod notices;
mod openid;
mod opening;
mod projects;
mod quota_requests;
mod requests;
mod reservations;
mod roll_ups;
mod second_factors;
mod service_tokens;
mod sessions;
mod settings;
mod verify;
mod webhooks;

pub use opening::OpenError;
pub(crate) use opening::make_private_folder;

use crate::domain::StoreError;
use crate::domain::store::{Health, Store, Stored};
use async_trait::async_trait;
use ledger::LedgerConnection;
use sqlx::error::DatabaseError;
use sqlx::migrate::Migrator;
use sqlx::sqlite::SqlitePool;
use sqlx::{Sqlite, SqliteConnection, Transaction};
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::{Mutex, OwnedMutexGuard};

static MIGRATIONS: Migrator = sqlx::migrate!("../migrations/sqlite");

/// Of the pages that a connection keeps in memory, none tells of the disk.
const FORGET_PAGES: &str = "PRAGMA shrink_memory";
const READ: &str = "SELECT id FROM api_keys LIMIT 1";
/// Looks at every page, up to the first that is wrong.
const CHECK: &str = "PRAGMA quick_check(1)";

/// A SQLite database.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    writer: SqlitePool,
    readers: SqlitePool,
    ledger: LedgerConnection,
    /// Whoever holds it may write. First come, first served: SQLite itself would
    /// let those that find it busy sleep and try again.
    turn: Arc<Mutex<()>>,
    faults: Arc<Faults>,
}

/// What went wrong with the disk, for the readiness probe.
#[derive(Debug, Default)]
struct Faults {
    /// The last calls could not be written. Goes when something can.
    write_failed: AtomicBool,
    /// A page was found damaged, or could not be read: SQLite tells no difference. Goes
    /// when all pages are found whole.
    damaged: AtomicBool,
    /// They are being looked at.
    checking: AtomicBool,
}

/// A transaction that writes, and the turn to do so.
struct WriteTransaction {
    transaction: Transaction<'static, Sqlite>,
    _turn: OwnedMutexGuard<()>,
}

impl WriteTransaction {
    async fn commit(self) -> Stored<()> {
        Ok(self.transaction.commit().await?)
    }

    async fn rollback(self) -> Stored<()> {
        Ok(self.transaction.rollback().await?)
    }
}

impl Deref for WriteTransaction {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        &self.transaction
    }
}

impl DerefMut for WriteTransaction {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        &mut self.transaction
    }
}

impl SqliteStore {
    /// A transaction that holds the write lock from its start: one that began
    /// with a read could not be upgraded.
    async fn write(&self) -> Stored<WriteTransaction> {
        let turn = Arc::clone(&self.turn).lock_owned().await;
        Ok(WriteTransaction {
            transaction: self.writer.begin_with("BEGIN IMMEDIATE").await?,
            _turn: turn,
        })
    }

    /// Looks whether what seemed damaged is whole again, beside whoever asks: of a large
    /// database that takes long.
    fn look_for_damage(&self) {
        if self.faults.checking.swap(true, Ordering::Relaxed) {
            return;
        }
        let store = self.clone();
        tokio::spawn(async move {
            match store.is_whole().await {
                Ok(true) => {
                    tracing::info!("the database is whole again");
                    store.faults.damaged.store(false, Ordering::Relaxed);
                }
                Ok(false) => tracing::error!("the database is damaged; restore it from a backup"),
                Err(error) => tracing::error!(%error, "the database cannot be looked at"),
            }
            store.faults.checking.store(false, Ordering::Relaxed);
        });
    }

    async fn is_whole(&self) -> Stored<bool> {
        let mut reader = self.readers.acquire().await?;
        sqlx::query(FORGET_PAGES).execute(&mut *reader).await?;
        let found: String = sqlx::query_scalar(CHECK).fetch_one(&mut *reader).await?;
        Ok(found == "ok")
    }

    /// Moves the log into the database and closes all connections.
    pub async fn close(&self) {
        self.ledger.close().await;
        self.readers.close().await;
        self.writer.close().await;
    }
}

impl Store for SqliteStore {}

#[async_trait]
impl Health for SqliteStore {
    async fn ping(&self) -> Stored<()> {
        if self.faults.damaged.load(Ordering::Relaxed) {
            self.look_for_damage();
            return Err(StoreError::Damaged("restore it from a backup".into()));
        }
        let mut reader = self.readers.acquire().await?;
        sqlx::query(FORGET_PAGES).execute(&mut *reader).await?;
        sqlx::query(READ).execute(&mut *reader).await?;
        drop(reader);
        if self.faults.write_failed.load(Ordering::Relaxed) {
            return self.touch().await;
        }
        // Takes the write lock and gives it back: fails on a full or read-only disk
        // as soon as SQLite notices.
        self.write().await?.rollback().await?;
        Ok(())
    }
}

/// SQLite's result code without what its extended codes add.
fn primary_code(error: &dyn DatabaseError) -> Option<i64> {
    Some(error.code()?.parse::<i64>().ok()? & 0xFF)
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(database) if database.is_unique_violation() => {
                Self::Conflict(database.message().to_owned())
            }
            // SQLITE_CORRUPT, NOTADB.
            sqlx::Error::Database(database)
                if primary_code(database.as_ref()).is_some_and(|code| matches!(code, 11 | 26)) =>
            {
                Self::Damaged(error.to_string())
            }
            // SQLITE_BUSY, LOCKED, READONLY, IOERR, FULL, CANTOPEN, with their extended codes.
            sqlx::Error::Database(database)
                if primary_code(database.as_ref())
                    .is_some_and(|code| matches!(code, 5 | 6 | 8 | 10 | 13 | 14)) =>
            {
                Self::Transient(error.to_string())
            }
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) => {
                Self::Transient(error.to_string())
            }
            _ => Self::Broken(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests;
