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

use crate::domain::StoreError;
use crate::domain::store::{Health, Store, Stored};
use async_trait::async_trait;
use ledger::LedgerConnection;
use sqlx::error::DatabaseError;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Sqlite, SqliteConnection, Transaction};
use std::cmp::Ordering::{Equal, Greater, Less};
use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::{Mutex, OwnedMutexGuard};

static MIGRATIONS: Migrator = sqlx::migrate!("../migrations/sqlite");

const IS_OURS: &str = "
    SELECT count(*) > 0 FROM sqlite_schema WHERE type = 'table' AND name = '_sqlx_migrations'";
/// The newest migration that the database has seen.
const SCHEMA: &str = "SELECT max(version) FROM _sqlx_migrations WHERE success";

/// Connections that read. Each has a thread and about 2 MiB.
const READERS: u32 = 4;
/// Older versions can corrupt a write-ahead log that two connections use at once.
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);
/// Pages of write-ahead log before the writer moves them into the database.
const CHECKPOINT_PAGES: &str = "4000";

/// Why a database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("{0:?} is no SQLite address; write for instance sqlite:data/allowance.db")]
    Address(String),
    #[error("the folder of the database could not be made: {0}")]
    Folder(#[from] std::io::Error),
    #[error("SQLite {0} is linked, but 3.51.3 or newer is needed: older ones can corrupt the log")]
    TooOld(String),
    #[error("there is no database of Allowance at {}", .0.display())]
    Missing(PathBuf),
    #[error(
        "the database is of an older version: look at it with that one, or stop the server \
         and run `allowance migrate`"
    )]
    Older,
    #[error("the database is of a newer version: look at it with that one")]
    Newer,
    #[error("the database could not be opened: {0}")]
    Database(#[from] sqlx::Error),
    #[error("the database could not be brought up to date: {0}")]
    Migrate(#[from] MigrateError),
    #[error("the database could not be made ready: {0}")]
    Ready(#[from] StoreError),
}

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
    /// A page was found damaged. Stays until somebody restores the database.
    damaged: AtomicBool,
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
    /// Opens the database at `url` (`sqlite:path`), makes it if it is missing,
    /// and brings its schema up to date.
    pub async fn open(url: &str) -> Result<Self, OpenError> {
        let options = options(url)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal);
        if let Some(folder) = options.get_filename().parent() {
            make_private_folder(folder)?;
        }
        let writer = writer(&options).await?;
        MIGRATIONS.run(&writer).await?;
        let store = Self::connect(options, writer).await?;
        store.bring_days_up_to_date().await?;
        Ok(store)
    }

    /// Opens the database at `url` as it is: nothing is made, and nothing brought up to
    /// date, because another process may be at work on it. Fails if the newest change
    /// to it is not the newest that this program knows.
    pub async fn open_as_it_is(url: &str) -> Result<Self, OpenError> {
        let options = options(url)?;
        let file = options.get_filename().to_owned();
        if !file.is_file() {
            return Err(OpenError::Missing(file));
        }
        let writer = writer(&options).await?;
        let (ours,): (bool,) = sqlx::query_as(IS_OURS).fetch_one(&writer).await?;
        if !ours {
            return Err(OpenError::Missing(file));
        }
        let (found,): (Option<i64>,) = sqlx::query_as(SCHEMA).fetch_one(&writer).await?;
        match found.cmp(&MIGRATIONS.iter().map(|it| it.version).max()) {
            Less => return Err(OpenError::Older),
            Equal => {}
            Greater => return Err(OpenError::Newer),
        }
        let store = Self::connect(options, writer).await?;
        if !store.days_are_up_to_date().await? {
            return Err(OpenError::Older);
        }
        Ok(store)
    }

    async fn connect(options: SqliteConnectOptions, writer: SqlitePool) -> Result<Self, OpenError> {
        let ledger = LedgerConnection::open(options.get_filename(), CHECKPOINT_PAGES)?;
        let readers = pool(READERS)
            .connect_with(options.pragma("query_only", "ON"))
            .await?;
        Ok(Self {
            writer,
            readers,
            ledger,
            turn: Arc::default(),
            faults: Arc::default(),
        })
    }

    /// A transaction that holds the write lock from its start: one that began
    /// with a read could not be upgraded.
    async fn write(&self) -> Stored<WriteTransaction> {
        let turn = Arc::clone(&self.turn).lock_owned().await;
        Ok(WriteTransaction {
            transaction: self.writer.begin_with("BEGIN IMMEDIATE").await?,
            _turn: turn,
        })
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
        sqlx::query("SELECT 1").execute(&self.readers).await?;
        if self.faults.damaged.load(Ordering::Relaxed) {
            return Err(StoreError::Damaged("restore it from a backup".into()));
        }
        if self.faults.write_failed.load(Ordering::Relaxed) {
            return self.touch().await;
        }
        // Takes the write lock and gives it back: fails on a full or read-only disk
        // as soon as SQLite notices.
        self.write().await?.rollback().await?;
        Ok(())
    }
}

fn options(url: &str) -> Result<SqliteConnectOptions, OpenError> {
    let options =
        SqliteConnectOptions::from_str(url).map_err(|_| OpenError::Address(url.to_owned()))?;
    Ok(options
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5))
        .pragma("wal_autocheckpoint", CHECKPOINT_PAGES))
}

async fn writer(options: &SqliteConnectOptions) -> Result<SqlitePool, OpenError> {
    let writer = pool(1).connect_with(options.clone()).await?;
    check_version(&writer).await?;
    Ok(writer)
}

fn pool(size: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .min_connections(size)
        .max_connections(size)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(Duration::from_secs(10))
        .test_before_acquire(false)
}

/// The database holds e-mail addresses and password hashes: its folder is the owner's.
/// Makes a folder that only the server's user can open, unless it is there.
pub(crate) fn make_private_folder(folder: &Path) -> std::io::Result<()> {
    if folder.as_os_str().is_empty() || folder.exists() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

async fn check_version(pool: &SqlitePool) -> Result<(), OpenError> {
    let (version,): (String,) = sqlx::query_as("SELECT sqlite_version()")
        .fetch_one(pool)
        .await?;
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    if (next(), next(), next()) < OLDEST_SQLITE {
        return Err(OpenError::TooOld(version));
    }
    Ok(())
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
