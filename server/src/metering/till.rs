//! Engine and ledger writer as one: calls are held and charged here, and nobody
//! has to know which of the two is asked. The simulator drives exactly this.

use super::books::Books;
use super::record::UnderWay;
use super::writer::{CommitError, LedgerWriter, Line};
use super::{Hold, ReserveError};
use crate::domain::quota::{Call, Decision, Engine, Pace};
use crate::domain::usage::UsageRow;
use crate::domain::{AccountId, Millis, StoreError};
use std::sync::Arc;

/// How often a call asks the engine: it may have to wait for the account to be
/// read, and for what is due to be written, and again if either fails.
const MOST_TRIES: usize = 10;

pub(super) struct Till {
    pub books: Books,
    pub writer: LedgerWriter,
    /// Events with an id that may hold a call, and whose fate is not known yet.
    pub events: UnderWay,
}

impl Till {
    /// Starts the ledger writer.
    pub(super) fn open(books: Books) -> Self {
        Self {
            writer: LedgerWriter::start(books.clone()),
            books,
            events: UnderWay::default(),
        }
    }

    /// Holds one call, or refuses: check and hold are one step.
    pub(super) async fn reserve(&self, call: Call) -> Result<Hold, ReserveError> {
        self.ask(call, Engine::reserve).await
    }

    /// The same, within the pace of the account.
    pub(super) async fn reserve_paced(&self, call: Call) -> Result<Hold, ReserveError> {
        self.ask(call, Engine::reserve_paced).await
    }

    async fn ask(
        &self,
        call: Call,
        decide: fn(&mut Engine, Call, Millis) -> Decision,
    ) -> Result<Hold, ReserveError> {
        for _ in 0..MOST_TRIES {
            let decision = {
                let mut engine = self.books.engine.lock();
                decide(&mut engine, call, self.books.clock.now())
            };
            match decision {
                Decision::Reserved(reservation, pace) => {
                    if pace == Pace::Above {
                        let now = self.books.clock.now();
                        self.books.levels.too_fast(call.account, now);
                    }
                    let engine = Arc::clone(&self.books.engine);
                    return Ok(Hold::new(engine, reservation, pace));
                }
                Decision::Exhausted { quota, any_left } => {
                    // No charge may come any more that would tell of the last one.
                    let now = self.books.clock.now();
                    self.books.levels.look(call.account, call.api, now);
                    return Err(ReserveError::Exhausted { quota, any_left });
                }
                Decision::Capped(cap) => return Err(ReserveError::Capped(cap)),
                Decision::TooFast { wait } => return Err(ReserveError::TooFast { wait }),
                Decision::NotLoaded => self.books.load(call.account).await?,
                Decision::Behind => self.catch_up(call.account).await?,
            }
        }
        let why = "the account does not come up to date".into();
        Err(StoreError::Transient(why).into())
    }

    /// Charges a call that succeeded, by the grant that it holds.
    pub(super) async fn charge(&self, hold: Hold, mut row: UsageRow) -> Result<(), CommitError> {
        row.burnt = Some(hold.reservation().grant);
        let line = Line {
            row,
            hold: Some(hold),
            terms: None,
        };
        self.writer.append(line).await.map(drop)
    }

    /// Writes a call that charges nothing.
    pub(super) async fn log(&self, row: UsageRow) -> Result<(), CommitError> {
        debug_assert!(row.burnt.is_none(), "a failed call burns no grant");
        self.writer.append(Line::of(row)).await.map(drop)
    }

    /// Asks the engine for what it knows of an account, once it is in memory with
    /// all that is due. If what is due cannot be written, what is in memory is all
    /// there is to show.
    pub(super) async fn read<T>(
        &self,
        account: AccountId,
        ask: impl Fn(&Engine, Millis) -> Option<T>,
    ) -> Result<T, StoreError> {
        let mut as_it_is = false;
        loop {
            let up_to_date = {
                let engine = self.books.engine.lock();
                let now = self.books.clock.now();
                let up_to_date = engine.is_up_to_date(account, now);
                if (as_it_is || up_to_date == Some(true))
                    && let Some(known) = ask(&engine, now)
                {
                    return Ok(known);
                }
                up_to_date
            };
            if up_to_date.is_none() {
                self.books.load(account).await?;
            } else {
                if let Err(error) = self.catch_up(account).await {
                    tracing::error!(%error, "an account could not be brought up to date");
                }
                as_it_is = true;
            }
        }
    }

    /// Makes a change on disk that memory must follow. Also if it failed: whether
    /// it reached the disk is unknown. If the disk does not answer then, the next
    /// call waits until it does.
    pub(super) async fn changing<T>(
        &self,
        account: AccountId,
        change: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let changed = change.await;
        let books = self.books.clone();
        let known = self
            .writer
            .between(async move { books.take_over(account).await })
            .await;
        if let Err(error) = known {
            tracing::error!(%error, "a change could not be read");
        }
        changed
    }

    /// The same for a change that says itself which accounts it touched. If it
    /// failed and was on disk all the same, they are known by whoever asks again.
    pub(super) async fn changing_many(
        &self,
        change: impl Future<Output = Result<Vec<AccountId>, StoreError>>,
    ) -> Result<Vec<AccountId>, StoreError> {
        let touched = change.await?;
        let (books, accounts) = (self.books.clone(), touched.clone());
        self.writer
            .between(async move {
                for account in accounts {
                    if let Err(error) = books.take_over(account).await {
                        tracing::error!(%error, "a change could not be read");
                    }
                }
                Ok(())
            })
            .await?;
        Ok(touched)
    }

    /// Takes back what is left of a grant. False if there is nothing to revoke.
    pub(super) async fn revoke(
        &self,
        account: AccountId,
        public_id: String,
        change: crate::domain::audit::Change,
    ) -> Result<bool, StoreError> {
        let books = self.books.clone();
        self.writer
            .between(async move { books.revoke(account, &public_id, change).await })
            .await
    }

    /// Has the ledger writer bring an account in memory to the disk and the time.
    async fn catch_up(&self, account: AccountId) -> Result<(), StoreError> {
        let books = self.books.clone();
        books.behind.lock().insert(account);
        self.writer
            .between(async move { books.catch_up(account).await })
            .await
    }

    /// Writes all that is due by now.
    pub(super) async fn turn(&self) -> Result<(), StoreError> {
        let now = self.books.clock.now();
        loop {
            let books = self.books.clone();
            let more = self
                .writer
                .between(async move { books.turn(now, None).await })
                .await?;
            if !more {
                return Ok(());
            }
        }
    }

    /// Waits until everything that was handed to the writer is on disk.
    pub(super) async fn drain(&self) {
        self.writer.drain().await;
    }
}
