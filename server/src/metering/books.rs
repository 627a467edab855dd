//! What the ledger writer does between commits, when nothing burns: then what
//! the disk says is what memory must know.

use super::Changes;
use super::levels::Levels;
use super::retries::KeyDays;
use crate::clock::Clock;
use crate::domain::audit::Change;
use crate::domain::ids::Noun;
use crate::domain::quota::Engine;
use crate::domain::store::{Books as BookStore, Due};
use crate::domain::{AccountId, GrantId, Millis, StoreError};
use parking_lot::Mutex;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Turns that one caller waits for at most: there is always more to come for
/// somebody.
const TURNS: usize = 1_000;
/// Accounts that are brought up to date together at most: others wait meanwhile.
const AT_ONCE: usize = 100;

/// Makes a new public id: by chance, or so that a simulator makes it again.
pub(super) type NewId = Arc<dyn Fn(Noun, Millis) -> String + Send + Sync>;

/// Engine and disk, side by side. Cheap to clone.
#[derive(Clone)]
pub(super) struct Books {
    pub store: Arc<dyn BookStore>,
    pub engine: Arc<Mutex<Engine>>,
    pub clock: Arc<dyn Clock>,
    pub changes: Arc<Changes>,
    pub levels: Arc<Levels>,
    pub key_days: Arc<KeyDays>,
    pub new_id: NewId,
    /// Accounts whose calls wait for what is due to be written.
    pub behind: Arc<Mutex<BTreeSet<AccountId>>>,
}

impl Books {
    pub(super) fn new_id(&self, noun: Noun) -> String {
        (self.new_id)(noun, self.clock.now())
    }

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
    /// written, and what the disk says is taken over. The same for others that wait:
    /// at midnight calls of many accounts do, and each would cost a commit.
    pub(super) async fn catch_up(&self, account: AccountId) -> Result<(), StoreError> {
        let now = self.clock.now();
        if self.is_up_to_date(account, now) {
            self.behind.lock().remove(&account);
            return Ok(());
        }
        let accounts = self.waiting_with(account);
        for _ in 0..TURNS {
            if !self.turn(now, Some(&accounts)).await? {
                break;
            }
        }
        for other in &accounts[1..] {
            if !self.is_up_to_date(*other, now)
                && let Err(error) = self.take_over(*other).await
            {
                tracing::error!(%error, "balances could not be read again");
            }
        }
        if self.is_up_to_date(account, now) {
            return Ok(());
        }
        self.take_over(account).await
    }

    fn is_up_to_date(&self, account: AccountId, now: Millis) -> bool {
        self.engine.lock().is_up_to_date(account, now) == Some(true)
    }

    /// An account, and some of those that wait to be brought up to date.
    fn waiting_with(&self, account: AccountId) -> Vec<AccountId> {
        let mut behind = self.behind.lock();
        behind.remove(&account);
        let mut accounts = vec![account];
        while accounts.len() < AT_ONCE
            && let Some(other) = behind.pop_first()
        {
            accounts.push(other);
        }
        accounts
    }

    /// Takes over what the disk says of an account if it is in memory. Any other is
    /// read when its next call comes.
    async fn follow(&self, account: AccountId, now: Millis) -> Result<(), StoreError> {
        let in_memory = {
            let mut engine = self.engine.lock();
            let in_memory = engine.is_up_to_date(account, now).is_some();
            if !in_memory {
                // It may be about to come, with what was read before.
                engine.doubt(account);
            }
            in_memory
        };
        if in_memory {
            return self.take_over(account).await;
        }
        self.changes.tell([account]);
        Ok(())
    }

    /// Ends some of the grants whose time has come, and begins the periods of
    /// those that come again. False if nothing was due.
    pub(super) async fn turn(
        &self,
        now: Millis,
        of: Option<&[AccountId]>,
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
            if let Err(error) = self.follow(*account, now).await {
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
