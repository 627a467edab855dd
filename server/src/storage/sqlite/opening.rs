//! How a database is opened, and why it could not be. A database that this program
//! cannot work on is left as it is.

use super::ledger::LedgerConnection;
use super::{MIGRATIONS, SqliteStore};
use crate::domain::StoreError;
use sqlx::migrate::MigrateError;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use std::cmp::Ordering::{Equal, Greater, Less};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

/// Whether there is anything in it, and whether that is ours.
const WHOSE: &str = "
    SELECT count(*) > 0, coalesce(sum(type = 'table' AND name = '_sqlx_migrations'), 0) > 0
    FROM sqlite_schema";
/// The newest migration that the database has seen.
const SCHEMA: &str = "SELECT max(version) FROM _sqlx_migrations WHERE success";

/// Connections that read. Each has a thread and about 2 MiB.
const READERS: u32 = 4;
/// Older versions can corrupt a write-ahead log that two connections use at once.
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);
/// Pages of write-ahead log before the writer moves them into the database.
const CHECKPOINT_PAGES: &str = "4000";

/// `SQLITE_IOERR_SHMSIZE`: no room for the index of the log, which lies beside it.
const NO_ROOM_FOR_INDEX: i64 = 0x130A;

/// Why a database could not be opened. Each is a sentence for an operator.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("{0:?} is no SQLite address; write for instance sqlite:data/allowance.db")]
    Address(String),
    #[error("the folder {} of the database could not be made: {}", .0.display(), .1)]
    Folder(PathBuf, #[source] std::io::Error),
    #[error("SQLite {0} is linked, but 3.51.3 or newer is needed: older ones can corrupt the log")]
    TooOld(String),
    #[error("there is no database of Allowance at {}", .0.display())]
    Missing(PathBuf),
    #[error(
        "{} is the database of another program, and was left as it is; name another file",
        .0.display()
    )]
    Strange(PathBuf),
    #[error(
        "the database is of an older version: look at it with that one, or stop the server \
         and run `allowance migrate`"
    )]
    Older,
    #[error("the database is of a newer version: look at it with that one")]
    Newer,
    #[error("the database {} could not be opened: {}", .0.display(), words(.1))]
    Database(PathBuf, #[source] sqlx::Error),
    #[error("the database {} could not be brought up to date: {}", .0.display(), why(.1))]
    Migrate(PathBuf, #[source] MigrateError),
    #[error("the database {} could not be made ready: {}", .0.display(), .1)]
    Ready(PathBuf, #[source] StoreError),
}

/// What is wrong and what to do, for what an operator can do something about; then
/// what SQLite says.
fn words(error: &sqlx::Error) -> String {
    let database = match error {
        sqlx::Error::Database(database) => database,
        sqlx::Error::PoolTimedOut => {
            return "it does not open in time; perhaps another program holds it".to_owned();
        }
        _ => return error.to_string(),
    };
    let code = database.code().and_then(|code| code.parse::<i64>().ok());
    let words = match (code, code.map(|code| code & 0xFF)) {
        (Some(NO_ROOM_FOR_INDEX), _) | (_, Some(13)) => {
            "the disk is full; make room and start again"
        }
        (_, Some(5 | 6)) => "another program holds it; stop that one and start again",
        (_, Some(8)) => "it may not be written to; look at the rights of the file and its folder",
        (_, Some(10)) => "the disk fails; look into the log of the machine",
        // A disk that cannot be read looks the same.
        (_, Some(11)) => "it is damaged; look into the log of the machine, or restore a backup",
        (_, Some(14)) => "look whether its folder is there, and at the rights of both",
        (_, Some(26)) => "its head is none; name another file, or restore it from a backup",
        _ => return error.to_string(),
    };
    format!("{words} ({})", database.message())
}

fn why(error: &MigrateError) -> String {
    match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => words(error),
        _ => error.to_string(),
    }
}

impl SqliteStore {
    /// Opens the database at `url` (`sqlite:path`), makes it if it is missing,
    /// and brings its schema up to date.
    pub async fn open(url: &str) -> Result<Self, OpenError> {
        let options = options(url)?.create_if_missing(true);
        let file = options.get_filename().to_owned();
        if let Some(folder) = file.parent() {
            make_private_folder(folder)?;
        }
        let failed = |error| OpenError::Database(file.clone(), error);
        let writer = writer(&options).await?;
        let (used, ours) = whose(&writer).await.map_err(failed)?;
        if used && !ours {
            return Err(OpenError::Strange(file));
        }
        make_writable(&writer).await.map_err(failed)?;
        let migrated = MIGRATIONS.run(&writer).await;
        migrated.map_err(|error| OpenError::Migrate(file.clone(), error))?;
        let store = Self::connect(options, writer).await?;
        let ready = store.bring_days_up_to_date().await;
        ready.map_err(|error| OpenError::Ready(file, error))?;
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
        let failed = |error| OpenError::Database(file.clone(), error);
        let writer = writer(&options).await?;
        let (_, ours) = whose(&writer).await.map_err(failed)?;
        if !ours {
            return Err(OpenError::Missing(file));
        }
        let found = sqlx::query_as(SCHEMA).fetch_one(&writer).await;
        let (found,): (Option<i64>,) = found.map_err(failed)?;
        match found.cmp(&MIGRATIONS.iter().map(|it| it.version).max()) {
            Less => return Err(OpenError::Older),
            Equal => {}
            Greater => return Err(OpenError::Newer),
        }
        let store = Self::connect(options, writer).await?;
        let up_to_date = store.days_are_up_to_date().await;
        if !up_to_date.map_err(|error| OpenError::Ready(file, error))? {
            return Err(OpenError::Older);
        }
        Ok(store)
    }

    async fn connect(options: SqliteConnectOptions, writer: SqlitePool) -> Result<Self, OpenError> {
        let file = options.get_filename().to_owned();
        let ledger = LedgerConnection::open(&file, CHECKPOINT_PAGES)
            .map_err(|error| OpenError::Ready(file.clone(), error))?;
        let readers = pool(READERS)
            .connect_with(options.pragma("query_only", "ON"))
            .await
            .map_err(|error| OpenError::Database(file, error))?;
        Ok(Self {
            writer,
            readers,
            ledger,
            turn: Arc::default(),
            faults: Arc::default(),
        })
    }
}

async fn whose(pool: &SqlitePool) -> sqlx::Result<(bool, bool)> {
    sqlx::query_as(WHOSE).fetch_one(pool).await
}

/// Whoever cannot write is told so before anything is half done. To begin is not
/// enough: of a file that may only be read, that is a transaction that reads.
async fn make_writable(pool: &SqlitePool) -> sqlx::Result<()> {
    let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
    let write = sqlx::query("PRAGMA user_version = 0");
    write.execute(&mut *tx).await?;
    tx.rollback().await?;
    let to_log = sqlx::query("PRAGMA journal_mode = WAL");
    to_log.execute(pool).await?;
    Ok(())
}

fn options(url: &str) -> Result<SqliteConnectOptions, OpenError> {
    let options =
        SqliteConnectOptions::from_str(url).map_err(|_| OpenError::Address(url.to_owned()))?;
    Ok(options
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5))
        // Else `INSERT OR REPLACE` would remove rows of the ledgers past the triggers
        // that keep them. Ours do not; so it costs nothing, where a trigger on each
        // insert would look for its row once more. `verify` sees what others replaced.
        .pragma("recursive_triggers", "ON")
        .pragma("wal_autocheckpoint", CHECKPOINT_PAGES))
}

async fn writer(options: &SqliteConnectOptions) -> Result<SqlitePool, OpenError> {
    let failed = |error| OpenError::Database(options.get_filename().to_owned(), error);
    let pool = pool(1).connect_with(options.clone()).await;
    let pool = pool.map_err(failed)?;
    let version = sqlx::query_scalar("SELECT sqlite_version()");
    let version: String = version.fetch_one(&pool).await.map_err(failed)?;
    if is_too_old(&version) {
        return Err(OpenError::TooOld(version));
    }
    Ok(pool)
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

/// Makes a folder that only the server's user can open, unless it is there: the database
/// holds e-mail addresses and password hashes.
pub(crate) fn make_private_folder(folder: &Path) -> Result<(), OpenError> {
    if folder.as_os_str().is_empty() || folder.exists() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    let made = builder.create(folder);
    made.map_err(|error| OpenError::Folder(folder.to_owned(), error))
}

fn is_too_old(version: &str) -> bool {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    (next(), next(), next()) < OLDEST_SQLITE
}
