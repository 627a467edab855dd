//! The connection that writes calls, on a thread of its own: statements stay
//! prepared, and no row is handed from thread to thread. Row by row that is
//! several times as fast as through the pool.

use super::TOUCH;
use crate::domain::StoreError;
use crate::domain::idempotency::LeftOut;
use crate::domain::store::Stored;
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;
use tokio::sync::{OwnedMutexGuard, oneshot};

/// Pages kept in memory, as KiB for the pragma: client's keys are random within a day.
const CACHE: &str = "-16384";

/// What is written in one transaction. Answers what was left out of it.
pub(super) type Work = Box<dyn FnOnce(&Connection) -> rusqlite::Result<Vec<LeftOut>> + Send>;

/// What became of work.
pub(super) struct Done {
    pub left_out: Vec<LeftOut>,
    /// Something of it reached the disk: it was not all left out.
    pub is_written: bool,
}

enum Job {
    Write {
        work: Work,
        /// The turn to write, that the sender waited for.
        turn: OwnedMutexGuard<()>,
        written: oneshot::Sender<Stored<Done>>,
    },
    /// Answered when the connection is closed.
    Close(oneshot::Sender<()>),
}

/// A handle to the thread; the last one to go ends it.
#[derive(Debug, Clone)]
pub(in super::super) struct LedgerConnection {
    jobs: mpsc::Sender<Job>,
}

impl LedgerConnection {
    /// Opens the database, whose schema is up to date, once more.
    pub(in super::super) fn open(path: &Path, checkpoint_pages: &str) -> Stored<Self> {
        let connection = connect(path, checkpoint_pages).map_err(stored)?;
        let (jobs, waiting) = mpsc::channel();
        std::thread::Builder::new()
            .name("ledger".into())
            .spawn(move || run(connection, &waiting))
            .map_err(|error| StoreError::Broken(error.to_string()))?;
        Ok(Self { jobs })
    }

    /// Writes in one transaction, on disk when this answers. Whoever stops
    /// waiting stops nothing.
    pub(super) async fn write(&self, work: Work, turn: OwnedMutexGuard<()>) -> Stored<Done> {
        let gone = || StoreError::Broken("the ledger's thread has ended".into());
        let (written, answer) = oneshot::channel();
        let job = Job::Write {
            work,
            turn,
            written,
        };
        self.jobs.send(job).map_err(|_| gone())?;
        answer.await.unwrap_or_else(|_| Err(gone()))
    }

    /// Writes what waits, and closes the connection.
    pub(in super::super) async fn close(&self) {
        let (closed, answer) = oneshot::channel();
        if self.jobs.send(Job::Close(closed)).is_ok() {
            // A thread that is gone has closed it.
            let _ = answer.await;
        }
    }
}

fn connect(path: &Path, checkpoint_pages: &str) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    for (name, value) in [
        ("synchronous", "FULL"),
        ("wal_autocheckpoint", checkpoint_pages),
        ("cache_size", CACHE),
        // The triggers that keep the ledgers see what a REPLACE would remove.
        ("recursive_triggers", "ON"),
        // Nothing that a call names is ever deleted, and one bad row must not
        // keep a batch of others from the disk. `verify` finds it.
        ("foreign_keys", "OFF"),
    ] {
        connection.pragma_update(None, name, value)?;
    }
    connection.set_prepared_statement_cache_capacity(32);
    Ok(connection)
}

fn run(mut connection: Connection, jobs: &mpsc::Receiver<Job>) {
    for job in jobs {
        match job {
            Job::Write {
                work,
                turn,
                written,
            } => {
                let result = write(&mut connection, work).map_err(stored);
                drop(turn);
                // The sender may have stopped waiting; what is written stands.
                let _ = written.send(result);
            }
            Job::Close(closed) => {
                drop(connection);
                let _ = closed.send(());
                return;
            }
        }
    }
}

fn write(connection: &mut Connection, work: Work) -> rusqlite::Result<Done> {
    // Dropped without a commit, it is rolled back.
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let changes = tx.total_changes();
    let left_out = work(&tx)?;
    let is_written = tx.total_changes() != changes;
    if let Err(error) = tx.commit() {
        overwrite(connection);
        return Err(error);
    }
    Ok(Done {
        left_out,
        is_written,
    })
}

/// A commit that could not be synced is whole in the log all the same, and a start after
/// a crash would take it for made. What is written next lies in its place, even if that
/// cannot be synced either.
fn overwrite(connection: &mut Connection) {
    let written = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .and_then(|tx| {
            tx.execute_batch(TOUCH)?;
            tx.commit()
        });
    if let Err(error) = written {
        tracing::warn!(%error, "nothing is written to the ledger's disk now");
    }
}

fn stored(error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::ConstraintViolation) => StoreError::Conflict(error.to_string()),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            StoreError::Damaged(error.to_string())
        }
        Some(
            ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::ReadOnly
            | ErrorCode::SystemIoFailure
            | ErrorCode::DiskFull
            | ErrorCode::CannotOpen,
        ) => StoreError::Transient(error.to_string()),
        _ => StoreError::Broken(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::SqliteStore;
    use super::*;
    use tempfile::TempDir;

    #[tokio::test]
    async fn the_triggers_that_keep_the_ledgers_see_what_a_replace_would_remove() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("test.db");
        let url = format!("sqlite:{}", path.display());
        SqliteStore::open(&url).await.unwrap().close().await;
        let connection = connect(&path, "4000").unwrap();
        let replace = "
            INSERT OR REPLACE INTO usage (id, request_id, account_id, project_id, key_id, api_id,
                                          at, outcome, code, charge, tokens, latency_ms)
            VALUES (1, 'req_1', 1, 1, 1, 1, 0, 0, 0, 0, ?1, 0)";
        assert_eq!(connection.execute(replace, [1]).unwrap(), 1);
        let why = connection.execute(replace, [2]).unwrap_err().to_string();
        assert!(why.contains("append-only"), "{why}");
    }
}
