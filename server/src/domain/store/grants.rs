//! Grants: given, ended, come again.

use super::{
    AccountId, ApiId, Caps, Change, GrantId, Idempotency, Ledger, Millis, Reservations, Stored,
};
use crate::domain::grants::{AccountGrants, Grant, GrantEntry, NewGrant};
use async_trait::async_trait;

/// All that calls need of a store: the quota engine, the ledger writer, the keys of
/// retries and the reservations.
pub trait Books: Ledger + Grants + Caps + Idempotency + Reservations {}

impl<T: Ledger + Grants + Caps + Idempotency + Reservations> Books for T {}

/// A grant to be ended, or one that ended while calls that hold it were in flight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueGrant {
    pub account: AccountId,
    pub grant: GrantId,
    /// Calls in flight that hold it. As the store answers it: those that were at
    /// its end, as far as no entry says what became of them.
    pub in_flight: i64,
    /// It ended before.
    pub ended: bool,
}

/// Grants whose time has come.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Due {
    pub grants: Vec<DueGrant>,
    /// Row ids of those that come again, with their accounts. The grants of their
    /// last period are among `grants`.
    pub recurrences: Vec<(AccountId, i64)>,
}

impl Due {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.grants.is_empty() && self.recurrences.is_empty()
    }

    /// Each account once.
    #[must_use]
    pub fn accounts(&self) -> Vec<AccountId> {
        let mut accounts: Vec<_> = self
            .grants
            .iter()
            .map(|due| due.account)
            .chain(self.recurrences.iter().map(|(account, _)| *account))
            .collect();
        accounts.sort_unstable();
        accounts.dedup();
        accounts
    }
}

/// When there will be something to do about grants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NextDue {
    pub at: Option<Millis>,
    /// Some ended while calls that hold them were in flight.
    pub in_flight: bool,
}

#[async_trait]
pub trait Grants: Send + Sync + 'static {
    /// Gives each API of the catalogue its number, and brings every account's
    /// free quota to what the catalogue says. Answers the numbers in the order
    /// of `apis` (name, free calls).
    async fn sync_catalogue(
        &self,
        apis: &[(String, i64)],
        now: Millis,
        change: Change,
    ) -> Stored<Vec<ApiId>>;
    /// What the quota engine decides on: every grant of an account that has not
    /// ended, with its balance.
    async fn balances(&self, account: AccountId) -> Stored<AccountGrants>;
    /// As people see them listed, newest first; of those that come again only the
    /// current period.
    async fn grants(&self, account: AccountId) -> Stored<Vec<Grant>>;
    /// What was written of an account's grants, oldest first.
    async fn grant_entries(&self, account: AccountId) -> Stored<Vec<GrantEntry>>;
    async fn create_grant(&self, new: NewGrant, change: Change) -> Stored<GrantId>;
    /// The grants that revoking this one ends: of one that comes again, all of
    /// its current period. Nothing, if the account has no such grant that a
    /// person gave and that has not ended.
    async fn revocable(&self, account: AccountId, public_id: &str) -> Stored<Vec<GrantId>>;
    /// Takes back what is neither burnt nor held by calls in flight; false if
    /// there is no such grant. One that comes again does so no more.
    async fn revoke_grant(
        &self,
        account: AccountId,
        public_id: &str,
        in_flight: &[(GrantId, i64)],
        change: Change,
    ) -> Stored<bool>;
    /// Up to when grants were ended for their time: the latest of those instants.
    async fn ended_until(&self) -> Stored<Millis>;
    /// Some of the grants whose time has come, of these accounts or of all; all of
    /// them, after as many turns as it takes.
    async fn due(&self, now: Millis, of: Option<&[AccountId]>) -> Stored<Due>;
    /// Ends what is due, with an entry at its own time of what lapsed or rolled
    /// over, and begins the periods of what comes again. `due` says how many calls
    /// in flight hold each grant.
    async fn end_due(&self, now: Millis, due: &Due) -> Stored<()>;
    async fn next_due(&self) -> Stored<NextDue>;
}
