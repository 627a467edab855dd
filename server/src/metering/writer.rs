//! The ledger writer: group commit. It writes everything that waits in one
//! transaction, then wakes the waiters; what queued meanwhile is the next
//! batch. Latency is one commit, throughput is a batch.

use super::Hold;
use super::books::Books;
use crate::domain::idempotency::{LeftOut, Terms, Why};
use crate::domain::usage::UsageRow;
use crate::domain::{AccountId, StoreError};
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

/// Calls that may wait for the writer; more wait for a place, then are refused.
const QUEUE: usize = 8_192;
/// Rows of one transaction at most.
const BATCH: usize = 4_096;
/// Before a commit, the calls that are about to come get so many turns to come.
/// A commit costs as much for one row as for fifty.
const TURNS: usize = 2;
/// With so many the commit waits for no more: what comes meanwhile is worked on while
/// it reaches the disk, and nobody is idle.
const ENOUGH: usize = 32;
/// How long a call waits for a place in a full queue.
const PATIENCE: Duration = Duration::from_secs(5);
/// After so long with what is done between commits, calls have their turn again.
const SLICE: Duration = Duration::from_millis(20);

/// A row was not written, or is not known to be.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CommitError {
    #[error("the ledger's queue is full")]
    Full,
    #[error("the ledger is closed")]
    Closed,
    /// It may have reached the disk all the same; then the account knows.
    #[error("the commit failed: {0}")]
    Failed(Arc<str>),
}

/// A row that is to be written, with what hangs on it.
pub(super) struct Line {
    pub row: UsageRow,
    /// Burnt when the row is on disk, else given back.
    pub hold: Option<Hold>,
    pub terms: Option<Terms>,
}

/// What became of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is on disk.
    Written,
    /// Its terms did not hold, and nothing was charged.
    LeftOut(Why),
}

type Fates = Result<Vec<Fate>, CommitError>;

enum Job {
    Append(Box<Line>, oneshot::Sender<Result<Fate, CommitError>>),
    /// Rows that come together, and are written together.
    AppendAll(Vec<Line>, oneshot::Sender<Fates>),
    /// Answered when everything before it is on disk.
    Drain(oneshot::Sender<()>),
    /// Done between commits, when nothing burns.
    Between(Pin<Box<dyn Future<Output = ()> + Send>>),
}

pub(super) struct LedgerWriter {
    queue: mpsc::Sender<Job>,
}

impl LedgerWriter {
    pub(super) fn start(books: Books) -> Self {
        let (queue, jobs) = mpsc::channel(QUEUE);
        tokio::spawn(run(jobs, books));
        Self { queue }
    }

    /// Writes a row; when this answers `Ok`, its fate is on disk.
    pub(super) async fn append(&self, line: Line) -> Result<Fate, CommitError> {
        let (written, answer) = oneshot::channel();
        self.send(Job::Append(Box::new(line), written)).await?;
        answer.await.unwrap_or(Err(CommitError::Closed))
    }

    /// Writes rows in one transaction, and answers the fate of each.
    pub(super) async fn append_all(&self, lines: Vec<Line>) -> Fates {
        let (written, answer) = oneshot::channel();
        self.send(Job::AppendAll(lines, written)).await?;
        answer.await.unwrap_or(Err(CommitError::Closed))
    }

    async fn send(&self, job: Job) -> Result<(), CommitError> {
        self.queue
            .send_timeout(job, PATIENCE)
            .await
            .map_err(|error| match error {
                mpsc::error::SendTimeoutError::Timeout(_) => CommitError::Full,
                mpsc::error::SendTimeoutError::Closed(_) => CommitError::Closed,
            })
    }

    /// Does some work between two commits, and answers what came of it. It is
    /// done even if nobody waits for it any more.
    pub(super) async fn between<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, StoreError>> + Send + 'static,
    ) -> Result<T, StoreError> {
        let closed = || StoreError::Transient("the ledger is closed".into());
        let (done, answer) = oneshot::channel();
        let work = async move {
            // Whoever asked may have left.
            let _ = done.send(work.await);
        };
        self.queue
            .send(Job::Between(Box::pin(work)))
            .await
            .map_err(|_| closed())?;
        answer.await.unwrap_or_else(|_| Err(closed()))
    }

    pub(super) async fn drain(&self) {
        let (done, drained) = oneshot::channel();
        if self.queue.send(Job::Drain(done)).await.is_ok() {
            // A writer that is gone has nothing left to write.
            let _ = drained.await;
        }
    }
}

enum Waiter {
    One(oneshot::Sender<Result<Fate, CommitError>>),
    Many(oneshot::Sender<Fates>),
}

/// What is written in one transaction, apart by what becomes of it.
struct Batch {
    rows: Vec<UsageRow>,
    /// Of the rows that have any, by their place.
    terms: Vec<(usize, Terms)>,
    holds: Vec<Option<Hold>>,
    /// Each waits for so many rows.
    waiters: Vec<(usize, Waiter)>,
}

impl Batch {
    fn with_capacity(rows: usize) -> Self {
        Self {
            rows: Vec::with_capacity(rows),
            terms: Vec::new(),
            holds: Vec::with_capacity(rows),
            waiters: Vec::with_capacity(rows),
        }
    }

    fn take(&mut self, line: Line) {
        if let Some(terms) = line.terms {
            self.terms.push((self.rows.len(), terms));
        }
        self.rows.push(line.row);
        self.holds.push(line.hold);
    }
}

async fn run(mut jobs: mpsc::Receiver<Job>, books: Books) {
    let mut waiting = Vec::with_capacity(BATCH);
    let mut between = VecDeque::new();
    let mut drains = Vec::new();
    loop {
        // What is still to be done between commits waits for no job.
        if between.is_empty() && jobs.recv_many(&mut waiting, BATCH).await == 0 {
            return;
        }
        gather(&mut jobs, &mut waiting).await;
        let mut batch = Batch::with_capacity(waiting.len());
        for job in waiting.drain(..) {
            match job {
                Job::Append(line, written) => {
                    batch.take(*line);
                    batch.waiters.push((1, Waiter::One(written)));
                }
                Job::AppendAll(lines, written) => {
                    batch.waiters.push((lines.len(), Waiter::Many(written)));
                    for line in lines {
                        batch.take(line);
                    }
                }
                Job::Drain(done) => drains.push(done),
                Job::Between(work) => between.push_back(work),
            }
        }
        if !batch.rows.is_empty() {
            commit(batch, &books).await;
        }
        let started = Instant::now();
        while started.elapsed() < SLICE
            && let Some(work) = between.pop_front()
        {
            work.await;
        }
        if between.is_empty() {
            for done in drains.drain(..) {
                let _ = done.send(());
            }
        }
    }
}

/// Lets whoever is ready run, and takes what they send. With nothing else to do
/// this takes no time.
async fn gather(jobs: &mut mpsc::Receiver<Job>, waiting: &mut Vec<Job>) {
    for _ in 0..TURNS {
        if waiting.len() >= ENOUGH {
            break;
        }
        tokio::task::yield_now().await;
        while waiting.len() < BATCH
            && let Ok(job) = jobs.try_recv()
        {
            waiting.push(job);
        }
    }
}

/// Writes a batch, burns its holds, and wakes who waits for it.
async fn commit(batch: Batch, books: &Books) {
    let Batch {
        rows,
        terms,
        holds,
        waiters,
    } = batch;
    match books.store.append_on_terms(&rows, &terms).await {
        Ok(left_out) => committed(&rows, left_out, holds, waiters, books),
        Err(error) => {
            tracing::error!(%error, rows = rows.len(), "ledger commit failed");
            let reason = CommitError::Failed(error.to_string().into());
            let accounts: BTreeSet<_> = rows.iter().map(|row| row.account).collect();
            give_back(&accounts, holds, books);
            // Whether a failed commit reached the disk is unknown: the disk is asked.
            for account in accounts {
                if let Err(error) = books.take_over(account).await {
                    tracing::error!(%error, "balances could not be read again");
                }
            }
            for (_, waiter) in waiters {
                match waiter {
                    Waiter::One(written) => drop(written.send(Err(reason.clone()))),
                    Waiter::Many(written) => drop(written.send(Err(reason.clone()))),
                }
            }
        }
    }
}

fn committed(
    rows: &[UsageRow],
    left_out: Vec<LeftOut>,
    holds: Vec<Option<Hold>>,
    waiters: Vec<(usize, Waiter)>,
    books: &Books,
) {
    let mut left_out: HashMap<_, _> = left_out.into_iter().map(|out| (out.row, out.why)).collect();
    let mut charged = BTreeSet::new();
    let mut fates = rows
        .iter()
        .zip(holds)
        .enumerate()
        .map(|(place, (row, hold))| {
            if let Some(why) = left_out.remove(&place) {
                return Fate::LeftOut(why);
            }
            if let Some(hold) = hold {
                hold.burn();
                charged.insert((row.account, row.api));
            }
            Fate::Written
        });
    // A call may have lost its client; its row stands.
    for (lines, waiter) in waiters {
        match waiter {
            Waiter::One(written) => {
                let fate = fates.next().ok_or(CommitError::Closed);
                let _ = written.send(fate);
            }
            Waiter::Many(written) => {
                let _ = written.send(Ok(fates.by_ref().take(lines).collect()));
            }
        }
    }
    drop(fates);
    // Once for a batch, however many calls of an account it holds.
    // By the time of now: an event may tell of yesterday.
    let now = books.clock.now();
    for (account, api) in charged {
        books.levels.look(account, api, now);
    }
    books.changes.tell(rows.iter().map(|row| row.account));
}

/// Gives the holds of a failed batch back. Until the disk was asked nobody may
/// have them: the rows may be there.
fn give_back(accounts: &BTreeSet<AccountId>, holds: Vec<Option<Hold>>, books: &Books) {
    let mut engine = books.engine.lock();
    for account in accounts {
        engine.doubt(*account);
    }
    drop(engine);
    drop(holds);
}
