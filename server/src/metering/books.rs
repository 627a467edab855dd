//! What the ledger writer does between commits, when nothing burns: then what
//! the disk says is what memory must know.

use super::Changes;
use super::levels::Levels;
use super::retries::KeyDays;
use crate::clock::Clock;
use crate::domain::audit::Change;
use crate::domain::quota::Engine;
use crate::domain::store::{Books as BookStore, Due};
use crate::domain::{AccountId, GrantId, Millis, StoreError};
use parking_lot::Mutex;
use std::sync::Arc;

/// Turns that one caller waits for at most: there is always more to come for
/// somebody.
const TURNS: usize = 1_000;

/// Engine and disk, side by side. Cheap to clone.
#[derive(Clone)]
pub(super) struct Books {
    pub store: Arc<dyn BookStore>,
    pub engine: Arc<Mutex<Engine>>,
    pub clock: Arc<dyn Clock>,
    pub changes: Arc<Changes>,
    pub levels: Arc<Levels>,
    pub key_days: Arc<KeyDays>,
}

impl Books {
    /// Brings an account into memory, if it is not there.
    pub(super) async fn load(&self, account: AccountId) -> Result<(), StoreError> {
        let mut epoch = self.engine.lock().epoch(account);
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

    /// Takes over what the disk says of an account. If the disk does not answer,
    /// no call of the account passes before it does.
    pub(super) async fn take_over(&self, account: AccountId) -> Result<(), StoreError> {
        let read = async {
            let grants = self.store.balances(account).await?;
            let caps = self.store.caps(account, self.clock.now()).await?;
            Ok::<_, StoreError>((grants, caps))
        };
        match read.await {
            Ok((grants, caps)) => {
                self.engine.lock().take_over(account, &grants, caps);
                self.changes.tell([account]);
                Ok(())
            }
            Err(error) => {
                self.engine.lock().doubt(account);
                Err(error)
            }
        }
    }

    /// Brings one account to the disk and the time: whatever of it is due is
    /// written, and what the disk says is taken over.
    pub(super) async fn catch_up(&self, account: AccountId) -> Result<(), StoreError> {
        let now = self.clock.now();
        for _ in 0..TURNS {
            if !self.turn(now, Some(account)).await? {
                break;
            }
        }
        self.take_over(account).await
    }

    /// Ends some of the grants whose time has come, and begins the periods of
    /// those that come again. False if nothing was due.
    pub(super) async fn turn(
        &self,
        now: Millis,
        of: Option<AccountId>,
    ) -> Result<bool, StoreError> {
        let now = self.engine.lock().grant_time(now);
        let mut due = self.store.due(now, of).await?;
        self.see_who_holds(&mut due, now);
        if due.is_empty() {
            return Ok(false);
        }
        let written = self.store.end_due(now, &due).await;
        // Written or not, or nobody knows: the disk is asked.
        let accounts = due.accounts();
        for account in &accounts {
            if let Err(error) = self.take_over(*account).await {
                tracing::error!(%error, "balances could not be read again");
            }
        }
        written?;
        for account in accounts {
            self.levels.look_at_all(account, now);
        }
        Ok(true)
    }

    /// From here on no call takes what is due; those in flight are counted. Of
    /// grants that ended before, only those stay of whose calls one came home.
    fn see_who_holds(&self, due: &mut Due, now: Millis) {
        let mut engine = self.engine.lock();
        engine.end_until(now);
        due.grants.retain_mut(|grant| {
            let before = grant.in_flight;
            grant.in_flight = engine.in_flight(grant.account, grant.grant);
            !grant.ended || grant.in_flight != before
        });
    }

    /// Takes back what is left of a grant, and what comes again with it. False if
    /// there is nothing to revoke.
    pub(super) async fn revoke(
        &self,
        account: AccountId,
        public_id: &str,
        change: Change,
    ) -> Result<bool, StoreError> {
        // Whoever is not in memory could be loaded meanwhile, and hold calls.
        self.load(account).await?;
        let grants = self.store.revocable(account, public_id).await?;
        let in_flight: Vec<(GrantId, i64)> = {
            let mut engine = self.engine.lock();
            engine.end(account, &grants);
            grants
                .iter()
                .map(|grant| (*grant, engine.in_flight(account, *grant)))
                .collect()
        };
        let revoked = self
            .store
            .revoke_grant(account, public_id, &in_flight, change)
            .await;
        let known = self.take_over(account).await;
        let revoked = revoked?;
        known?;
        self.levels.look_at_all(account, self.clock.now());
        Ok(revoked)
    }
}
