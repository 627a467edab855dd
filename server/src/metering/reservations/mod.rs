//! Calls that services hold: in memory with their hold, on disk as rows. A
//! restart holds them again; the time limit and the settlement race for the entry
//! in memory, and the row follows whoever has it.

mod answers;
mod book;
mod making;
mod settle;
mod time_limit;

pub use answers::{
    AskedReservation, Reserved, Settled, SettledCall, Settlement, Unreserved, Unsettled,
};

use super::once::{Once, Turn};
use super::record::{blocked_row, refused};
use super::till::Till;
use super::{CommitError, Metering, ReserveError};
use crate::domain::idempotency::Remembered;
use crate::domain::ids::Noun;
use crate::domain::reservations::HeldCall;
use crate::domain::usage::{Outcome, UsageRow};
use crate::domain::{AccountId, ApiId, StoreError};
use answers::{kept, reserved_before};
use book::Book;
use making::Making;
use parking_lot::Mutex;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// Reservations that may wait to be written.
const QUEUE: usize = 4_096;
/// How long a retry waits for the first of its kind.
const PATIENCE: Duration = Duration::from_secs(10);

/// The service. One for each process, beside its [`Metering`].
pub struct Reservations {
    till: Arc<Till>,
    book: Arc<Mutex<Book>>,
    making: mpsc::Sender<Making>,
    reserving: Once<Result<Reserved, Unreserved>>,
    settling: Once<Result<SettledCall, Unsettled>>,
}

impl Reservations {
    /// Holds again what was held before a restart, and starts the tasks that
    /// write and that watch the time.
    pub async fn start(metering: &Metering) -> Result<Arc<Self>, StoreError> {
        let this = Self::open(Arc::clone(&metering.till)).await?;
        tokio::spawn(time_limit::watch(Arc::downgrade(&this)));
        Ok(this)
    }

    /// The same without the task that watches the time.
    pub(super) async fn open(till: Arc<Till>) -> Result<Arc<Self>, StoreError> {
        let (making, queue) = mpsc::channel(QUEUE);
        let book = Arc::<Mutex<Book>>::default();
        for call in till.books.store.held_calls().await? {
            let hold = till.hold_again(&call).await?;
            if hold.is_none() {
                tracing::warn!(reservation = %call.public_id, "what it held is gone");
            }
            book.lock().insert(call, hold);
        }
        tokio::spawn(making::run(queue, Arc::clone(&till), Arc::clone(&book)));
        Ok(Arc::new(Self {
            till,
            book,
            making,
            reserving: Once::default(),
            settling: Once::default(),
        }))
    }

    /// The API of a reservation that is neither settled nor lapsed, for whom its
    /// account is no stranger.
    #[must_use]
    pub fn api_of(&self, reservation: &str, covers: impl Fn(AccountId) -> bool) -> Option<ApiId> {
        let book = self.book.lock();
        let call = book.call(reservation)?;
        covers(call.account).then_some(call.api)
    }

    /// Holds a call, on disk when this answers. A retry under its key gets the same
    /// reservation, also while the first is still being made.
    pub async fn reserve(
        self: &Arc<Self>,
        asked: AskedReservation,
    ) -> Result<Reserved, Unreserved> {
        let account = asked.call.account;
        let Some((hash, fingerprint)) = asked.key else {
            return self.make(asked).await;
        };
        let turn = self.reserving.turn(account, hash, fingerprint, PATIENCE);
        match turn.await {
            Turn::Reused => Err(Unreserved::Refused(super::Verdict::Reused)),
            Turn::StillRunning => Err(CommitError::Full.into()),
            Turn::Done(done) => done,
            Turn::First(ticket) => {
                if let Some(known) = self.till.remembered(account, hash).await? {
                    return reserved_before(&known, fingerprint);
                }
                // To its end, even if the service hangs up: its retry may be waiting.
                let this = Arc::clone(self);
                let work = tokio::spawn(async move {
                    let reserved = this.make(asked).await;
                    ticket.finish(reserved.clone());
                    reserved
                });
                work.await
                    .unwrap_or_else(|_| Err(CommitError::Closed.into()))
            }
        }
    }

    async fn make(&self, asked: AskedReservation) -> Result<Reserved, Unreserved> {
        self.book.lock().has_room(asked.call.account)?;
        let hold = match self.till.reserve_paced(asked.call).await {
            Ok(hold) => hold,
            Err(ReserveError::Store(error)) => return Err(error.into()),
            Err(error) => {
                let verdict = refused(error);
                let row = blocked_row(self.row(&asked), &verdict);
                self.till.log(row).await?;
                return Err(Unreserved::Refused(verdict));
            }
        };
        let reserved = Reserved {
            reservation: self.till.books.new_id(Noun::Reservation),
            expires_at: asked.expires_at,
            pace: hold.pace(),
        };
        let first = asked.key.map(|(hash, fingerprint)| Remembered {
            account: asked.call.account,
            hash,
            fingerprint,
            days: self.till.key_days(),
            answer: Some(kept(&reserved)),
        });
        let call = HeldCall {
            public_id: reserved.reservation.clone(),
            account: asked.call.account,
            project: asked.call.project,
            key: asked.call.key,
            api: asked.call.api,
            grant: hold.reservation().grant,
            tokens: asked.tokens,
            end_user: asked.end_user,
            made_at: asked.call.at,
            expires_at: asked.expires_at,
        };
        let (made, answer) = oneshot::channel();
        let making = Making {
            call,
            hold,
            first,
            made,
        };
        // A full queue is told at once: the service asks again.
        let queued = self.making.try_send(making);
        queued.map_err(|_| CommitError::Full)?;
        let known = answer.await.map_err(|_| CommitError::Closed)??;
        match (known, asked.key) {
            (Some(known), Some((_, fingerprint))) => reserved_before(&known, fingerprint),
            _ => Ok(reserved),
        }
    }

    fn new_request_id(&self) -> String {
        self.till.books.new_id(Noun::Request)
    }

    fn row(&self, asked: &AskedReservation) -> UsageRow {
        UsageRow {
            request_id: self.new_request_id(),
            account: asked.call.account,
            project: asked.call.project,
            key: asked.call.key,
            api: asked.call.api,
            at: asked.call.at,
            outcome: Outcome::Succeeded,
            code: 0,
            burnt: None,
            tokens: asked.tokens,
            latency_ms: 0,
            end_user: asked.end_user.clone(),
        }
    }
}
