//! Metering: the quota engine, the ledger writer and the keys, as one service.
//! The gateway reserves and settles here; the console reads what remains here,
//! so that both speak of the same numbers.

mod books;
mod changes;
mod edits;
mod hold;
mod key_cache;
mod key_ring;
mod levels;
mod once;
mod record;
mod reservations;
mod retries;
mod till;
mod token_cache;
mod turns;
mod writer;

pub use changes::{Changes, MOST_WATCHES, Watch, WatchError};
pub use hold::Hold;
pub use once::{Once, Ticket, Turn};
pub use record::{Event, EventId, RecordError, Verdict};
pub use reservations::{
    AskedReservation, Reservations, Reserved, Settled, SettledCall, Settlement, Unreserved,
    Unsettled,
};
pub use writer::CommitError;

use crate::clock::{self, Clock};
use crate::domain::audit::{Actor, Change};
use crate::domain::caps::CapUse;
use crate::domain::catalogue::{Api, Catalogue};
use crate::domain::idempotency::{Fingerprint, IdempotencyHash, Known, Remembered, Retention};
use crate::domain::ids::public_id;
use crate::domain::keys::{KeyHash, KeyIdentity};
use crate::domain::quota::{Allowance, Call, Engine, Pacing, Quota};
use crate::domain::service_tokens::{ServiceIdentity, TokenHash};
use crate::domain::store::Store;
use crate::domain::usage::UsageRow;
use crate::domain::{AccountId, ApiId, Millis, StoreError};
use books::Books;
use key_ring::KeyRing;
use levels::Levels;
use parking_lot::Mutex;
use retries::KeyDays;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use till::Till;
use token_cache::TokenCache;
use tokio::sync::Notify;

/// An API of the catalogue with the number that history knows it by.
#[derive(Debug, Clone)]
pub struct MeteredApi {
    pub id: ApiId,
    pub api: Arc<Api>,
}

/// A reservation was refused.
#[derive(Debug, thiserror::Error)]
pub enum ReserveError {
    /// Nothing is left of this API; `any_left` tells whether another has calls.
    #[error("the quota is used up")]
    Exhausted { quota: Quota, any_left: bool },
    /// The account has calls, but a cap of the key or its project is used up.
    #[error("a cap is used up")]
    Capped(CapUse),
    /// Over the ceiling of calls a second; one can come in so many milliseconds.
    #[error("too many calls a second")]
    TooFast { wait: Millis },
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The service. One for each process: it owns the balances.
pub struct Metering {
    apis: Vec<MeteredApi>,
    keys: KeyRing,
    tokens: TokenCache,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    changes: Arc<Changes>,
    levels: Arc<Levels>,
    till: Arc<Till>,
    /// Grants that started up to here were told to who watches.
    begun_until: AtomicI64,
    /// Wakes the task that writes what is due.
    sooner: Arc<Notify>,
    /// Wakes who sends messages.
    news: Arc<Notify>,
}

impl Metering {
    /// Brings the catalogue into the store and starts the ledger writer.
    pub async fn start(
        catalogue: &Catalogue,
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
    ) -> Result<Arc<Self>, StoreError> {
        Self::start_with(catalogue, store, clock, Retention::default()).await
    }

    /// The same with another time for which clients' keys are remembered.
    pub async fn start_with(
        catalogue: &Catalogue,
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        retention: Retention,
    ) -> Result<Arc<Self>, StoreError> {
        Self::start_paced(catalogue, store, clock, retention, Pacing::default()).await
    }

    /// The same with another pace than is advised by default.
    pub async fn start_paced(
        catalogue: &Catalogue,
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        retention: Retention,
        pacing: Pacing,
    ) -> Result<Arc<Self>, StoreError> {
        let names: Vec<_> = catalogue
            .iter()
            .map(|api| (api.name.clone(), api.free_calls))
            .collect();
        let change = Change {
            at: clock.now(),
            actor: Actor::System,
            action: "catalogue.changed",
            subject: "catalogue".into(),
            account: None,
            before: None,
            after: Some(
                names
                    .iter()
                    .map(|(name, calls)| (name.as_str(), *calls))
                    .collect(),
            ),
            form_token: None,
        };
        let ids = store.sync_catalogue(&names, clock.now(), change).await?;
        let engine = Engine::new(pacing, store.ended_until().await?).serving(ids.clone());
        let engine = Arc::new(Mutex::new(engine));
        let changes = Arc::<Changes>::default();
        let news = Arc::<Notify>::default();
        let (of_levels, of_store) = (Arc::clone(&news), Arc::clone(&store));
        let levels = Levels::start(of_store, Arc::clone(&engine), ids.clone(), of_levels);
        let books = Books {
            store: Arc::<dyn Store>::clone(&store),
            engine,
            clock: Arc::clone(&clock),
            changes: Arc::clone(&changes),
            levels: Arc::new(levels),
            key_days: Arc::new(KeyDays::new(retention, store.last_key_day().await?)),
            new_id: Arc::new(|noun, now| public_id(noun, now, &mut clock::random())),
            behind: Arc::default(),
        };
        let apis = ids
            .into_iter()
            .zip(catalogue.iter())
            .map(|(id, api)| MeteredApi {
                id,
                api: Arc::new(api.clone()),
            })
            .collect();
        let till = Arc::new(Till::open(books));
        Ok(Arc::new(Self {
            apis,
            keys: KeyRing::open(Arc::<dyn Store>::clone(&store), Arc::clone(&till)),
            tokens: TokenCache::default(),
            store,
            begun_until: AtomicI64::new(clock.now() - turns::MISSED),
            clock,
            changes,
            levels: Arc::clone(&till.books.levels),
            till,
            sooner: Arc::default(),
            news,
        }))
    }

    /// From here on, what is due is written at its time. Only the server that owns
    /// the database may do that: it knows which calls are in flight.
    pub fn keep_time(self: &Arc<Self>) {
        tokio::spawn(turns::run(Arc::downgrade(self), Arc::clone(&self.sooner)));
    }

    /// Tells who looks on that numbers of an account changed.
    #[must_use]
    pub fn changes(&self) -> Arc<Changes> {
        Arc::clone(&self.changes)
    }

    /// Rung when there may be a message to send.
    #[must_use]
    pub fn news(&self) -> Arc<Notify> {
        Arc::clone(&self.news)
    }

    /// The catalogue, in its order.
    #[must_use]
    pub fn apis(&self) -> &[MeteredApi] {
        &self.apis
    }

    /// The API at a path below the gateway's base.
    #[must_use]
    pub fn api_at(&self, path: &str) -> Option<&MeteredApi> {
        self.apis.iter().find(|metered| metered.api.path == path)
    }

    /// The API of a call, if the catalogue still has it.
    #[must_use]
    pub fn api(&self, id: ApiId) -> Option<&MeteredApi> {
        self.apis.iter().find(|metered| metered.id == id)
    }

    #[must_use]
    pub fn api_named(&self, name: &str) -> Option<&MeteredApi> {
        self.apis.iter().find(|metered| metered.api.name == name)
    }

    /// Whose key this is. Known keys are kept in memory until they change.
    pub async fn identify(&self, secret: &str) -> Result<Option<KeyIdentity>, StoreError> {
        self.keys.find(KeyHash::of(secret)).await
    }

    /// The same for a key whose secret nobody has at hand: its hash names it.
    pub async fn identify_hash(&self, hash: KeyHash) -> Result<Option<KeyIdentity>, StoreError> {
        self.keys.find(hash).await
    }

    /// Whose key a service names by its public id.
    pub async fn identify_id(&self, public_id: &str) -> Result<Option<KeyIdentity>, StoreError> {
        self.keys.find_id(public_id).await
    }

    /// What a service token allows. One that was taken back stops within seconds.
    pub async fn service(&self, token: &str) -> Result<Option<ServiceIdentity>, StoreError> {
        self.tokens
            .find(TokenHash::of(token), &self.store, self.clock.now())
            .await
    }

    /// Holds one call, or refuses: check and hold are one step. The hold gives
    /// the call back when it is dropped.
    pub async fn reserve(&self, call: Call) -> Result<Hold, ReserveError> {
        self.till.reserve(call).await
    }

    /// The same for a call whose account keeps a pace: it is refused over the
    /// ceiling, and its account is told if it is faster than advised.
    pub async fn reserve_paced(&self, call: Call) -> Result<Hold, ReserveError> {
        self.till.reserve_paced(call).await
    }

    /// Charges a call that succeeded. When this answers, the charge is on disk.
    ///
    /// # Errors
    /// Nothing was charged, and the hold was given back.
    pub async fn charge(&self, hold: Hold, row: UsageRow) -> Result<(), CommitError> {
        self.till.charge(hold, row).await
    }

    /// The same for a call whose key is to be remembered. What is known of the key,
    /// if it was used before: then nothing was charged.
    pub async fn charge_first(
        &self,
        hold: Hold,
        row: UsageRow,
        first: Remembered,
    ) -> Result<Option<Known>, CommitError> {
        self.till.charge_first(hold, row, first).await
    }

    /// What was done under a key.
    pub async fn remembered(
        &self,
        account: AccountId,
        hash: IdempotencyHash,
    ) -> Result<Option<Known>, StoreError> {
        self.till.remembered(account, hash).await
    }

    /// A key as it is to be remembered, still without an answer.
    #[must_use]
    pub fn to_remember(
        &self,
        account: AccountId,
        hash: IdempotencyHash,
        fingerprint: Fingerprint,
    ) -> Remembered {
        Remembered {
            account,
            hash,
            fingerprint,
            days: self.till.key_days(),
            answer: None,
        }
    }

    /// Logs a call that charges nothing.
    pub async fn log(&self, row: UsageRow) -> Result<(), CommitError> {
        self.till.log(row).await
    }

    /// What an account has of each API, in the order of the catalogue.
    pub async fn quota(&self, account: AccountId) -> Result<Vec<Quota>, StoreError> {
        self.till
            .read(account, |engine, now| {
                self.apis
                    .iter()
                    .map(|api| engine.quota(account, api.id, now))
                    .collect()
            })
            .await
    }

    /// What is left for one call: the rate-limit headers.
    pub async fn allowance(&self, call: Call) -> Result<Allowance, StoreError> {
        self.till
            .read(call.account, |engine, now| engine.allowance(&call, now))
            .await
    }

    /// Every cap of an account with its use now, in no order.
    pub async fn caps(&self, account: AccountId) -> Result<Vec<CapUse>, StoreError> {
        self.till
            .read(account, |engine, now| engine.caps(account, now))
            .await
    }

    /// Waits until everything that was handed to the ledger writer is on disk.
    pub async fn drain(&self) {
        self.till.drain().await;
        self.levels.drain().await;
    }
}

#[cfg(test)]
mod grant_tests;
#[cfg(test)]
mod midnight_tests;
#[cfg(test)]
mod simulator;
#[cfg(test)]
mod tests;
