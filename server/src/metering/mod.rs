//! Metering: the quota engine, the ledger writer and the keys, as one service.
//! The gateway reserves and settles here; the console reads what remains here,
//! so that both speak of the same numbers.

mod changes;
mod edits;
mod hold;
mod key_cache;
mod levels;
mod once;
mod record;
mod reservations;
mod token_cache;
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
use crate::domain::idempotency::{
    Days, Fingerprint, IdempotencyHash, Known, Remembered, Retention, Terms, Why,
};
use crate::domain::ids::{Noun, public_id};
use crate::domain::keys::{KeyHash, KeyIdentity};
use crate::domain::quota::{Allowance, Call, Decision, Engine, Quota};
use crate::domain::reservations::HeldCall;
use crate::domain::service_tokens::{ServiceIdentity, TokenHash};
use crate::domain::store::Store;
use crate::domain::usage::UsageRow;
use crate::domain::{AccountId, ApiId, StoreError};
use key_cache::KeyCache;
use levels::Levels;
use parking_lot::Mutex;
use record::UnderWay;
use std::sync::Arc;
use token_cache::TokenCache;
use writer::{Fate, LedgerWriter, Line};

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
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The service. One for each process: it owns the balances.
pub struct Metering {
    apis: Vec<MeteredApi>,
    engine: Arc<Mutex<Engine>>,
    keys: KeyCache,
    tokens: TokenCache,
    retention: Retention,
    /// Events with an id that may hold a call, and whose fate is not known yet.
    events: UnderWay,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    writer: LedgerWriter,
    changes: Arc<Changes>,
    levels: Arc<Levels>,
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
        let apis = ids
            .into_iter()
            .zip(catalogue.iter())
            .map(|(id, api)| MeteredApi {
                id,
                api: Arc::new(api.clone()),
            })
            .collect();
        let engine = Arc::<Mutex<Engine>>::default();
        let changes = Arc::<Changes>::default();
        let levels = Arc::new(Levels::start(Arc::clone(&store), Arc::clone(&engine)));
        let writer = LedgerWriter::start(
            Arc::clone(&store),
            Arc::clone(&engine),
            Arc::clone(&changes),
            Arc::clone(&clock),
            Arc::clone(&levels),
        );
        Ok(Arc::new(Self {
            apis,
            engine,
            keys: KeyCache::default(),
            tokens: TokenCache::default(),
            retention,
            events: UnderWay::default(),
            store,
            clock,
            writer,
            changes,
            levels,
        }))
    }

    /// Tells who looks on that numbers of an account changed.
    #[must_use]
    pub fn changes(&self) -> Arc<Changes> {
        Arc::clone(&self.changes)
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

    #[must_use]
    pub fn api_named(&self, name: &str) -> Option<&MeteredApi> {
        self.apis.iter().find(|metered| metered.api.name == name)
    }

    /// Whose key this is. Known keys are kept in memory until they change.
    pub async fn identify(&self, secret: &str) -> Result<Option<KeyIdentity>, StoreError> {
        self.keys
            .find(KeyHash::of(secret), self.store.as_ref())
            .await
    }

    /// The same for a key whose secret nobody has at hand: its hash names it.
    pub async fn identify_hash(&self, hash: KeyHash) -> Result<Option<KeyIdentity>, StoreError> {
        self.keys.find(hash, self.store.as_ref()).await
    }

    /// Whose key a service names by its public id.
    pub async fn identify_id(&self, public_id: &str) -> Result<Option<KeyIdentity>, StoreError> {
        self.keys.find_id(public_id, self.store.as_ref()).await
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
        loop {
            let decision = self.engine.lock().reserve(call, self.clock.now());
            match decision {
                Decision::Reserved(reservation) => {
                    return Ok(Hold::new(Arc::clone(&self.engine), reservation));
                }
                Decision::Exhausted { quota, any_left } => {
                    return Err(ReserveError::Exhausted { quota, any_left });
                }
                Decision::Capped(cap) => return Err(ReserveError::Capped(cap)),
                Decision::NotLoaded => self.load(call.account).await?,
            }
        }
    }

    /// Holds a call again that was held before a restart. Nothing, if its grant is
    /// not there any more.
    async fn hold_again(&self, held: &HeldCall) -> Result<Option<Hold>, StoreError> {
        self.load(held.account).await?;
        Ok(self.hold_again_now(held))
    }

    fn hold_again_now(&self, held: &HeldCall) -> Option<Hold> {
        let reservation = held.reservation();
        let is_held = self.engine.lock().hold_again(reservation);
        is_held.then(|| Hold::new(Arc::clone(&self.engine), reservation))
    }

    /// The days in which a key of now may lie.
    fn days(&self) -> Days {
        self.retention.days(self.clock.now())
    }

    fn new_request_id(&self) -> String {
        public_id(Noun::Request, self.clock.now(), &mut clock::random())
    }

    /// Charges a call that succeeded. When this answers, the charge is on disk.
    ///
    /// # Errors
    /// Nothing was charged, and the hold was given back.
    pub async fn charge(&self, hold: Hold, mut row: UsageRow) -> Result<(), CommitError> {
        row.burnt = Some(hold.reservation().grant);
        let line = Line {
            row,
            hold: Some(hold),
            terms: None,
        };
        self.writer.append(line).await.map(drop)
    }

    /// The same for a call whose key is to be remembered. What is known of the key,
    /// if it was used before: then nothing was charged.
    pub async fn charge_first(
        &self,
        hold: Hold,
        mut row: UsageRow,
        first: Remembered,
    ) -> Result<Option<Known>, CommitError> {
        row.burnt = Some(hold.reservation().grant);
        let terms = Terms {
            first: Some(first),
            settles: None,
        };
        let line = Line {
            row,
            hold: Some(hold),
            terms: Some(terms),
        };
        match self.writer.append(line).await? {
            Fate::LeftOut(Why::Known(known)) => Ok(Some(known)),
            Fate::Written | Fate::LeftOut(Why::Gone) => Ok(None),
        }
    }

    /// What was done under a key.
    pub async fn remembered(
        &self,
        account: AccountId,
        hash: IdempotencyHash,
    ) -> Result<Option<Known>, StoreError> {
        self.store.remembered(account, hash, self.days()).await
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
            days: self.days(),
            answer: None,
        }
    }

    /// Logs a call that charges nothing.
    pub async fn log(&self, row: UsageRow) -> Result<(), CommitError> {
        debug_assert!(row.burnt.is_none(), "a failed call burns no grant");
        self.writer.append(Line::of(row)).await.map(drop)
    }

    /// What an account has of each API, in the order of the catalogue.
    pub async fn quota(&self, account: AccountId) -> Result<Vec<Quota>, StoreError> {
        loop {
            let now = self.clock.now();
            let known: Option<Vec<Quota>> = {
                let engine = self.engine.lock();
                self.apis
                    .iter()
                    .map(|api| engine.quota(account, api.id, now))
                    .collect()
            };
            match known {
                Some(quota) => return Ok(quota),
                None => self.load(account).await?,
            }
        }
    }

    /// What is left for one call: the rate-limit headers.
    pub async fn allowance(&self, call: Call) -> Result<Allowance, StoreError> {
        loop {
            let known = self.engine.lock().allowance(&call, self.clock.now());
            match known {
                Some(allowance) => return Ok(allowance),
                None => self.load(call.account).await?,
            }
        }
    }

    /// Every cap of an account with its use now, in no order.
    pub async fn caps(&self, account: AccountId) -> Result<Vec<CapUse>, StoreError> {
        loop {
            let known = self.engine.lock().caps(account, self.clock.now());
            match known {
                Some(caps) => return Ok(caps),
                None => self.load(account).await?,
            }
        }
    }

    /// Waits until everything that was handed to the ledger writer is on disk.
    pub async fn drain(&self) {
        self.writer.drain().await;
        self.levels.drain().await;
    }

    async fn load(&self, account: AccountId) -> Result<(), StoreError> {
        let mut epoch = self.engine.lock().epoch();
        loop {
            let grants = self.store.balances(account).await?;
            let caps = self.store.caps(account, self.clock.now()).await?;
            let loaded = self.engine.lock().load(account, &grants, caps, epoch);
            match loaded {
                Ok(()) => return Ok(()),
                Err(newer) => epoch = newer,
            }
        }
    }
}

#[cfg(test)]
mod tests;
