//! The quota engine: the one owner of balances. It decides in memory, in one
//! step for each call, and never runs ahead of the disk: a reservation holds
//! calls, and only a committed ledger row burns them.
//!
//! It is a plain state machine. Whoever drives it hands in the time, and calls
//! [`Engine::burnt`] or [`Engine::release`] exactly once for each reservation.

mod balance;
mod caps;

use super::caps::{AccountCaps, CapOwner, CapUse};
use super::grants::GrantBalance;
use super::{AccountId, ApiId, GrantId, KeyId, Millis, ProjectId};
use balance::Balance;
use caps::Caps;
use std::collections::{BTreeMap, HashMap};

/// One call, as far as it matters for who may make it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    pub account: AccountId,
    pub project: ProjectId,
    pub key: KeyId,
    pub api: ApiId,
    /// When it arrived, as its ledger row says: a cap counts it in that window.
    pub at: Millis,
}

impl Call {
    /// What may carry a cap for it.
    #[must_use]
    pub const fn cap_owners(&self) -> [CapOwner; 2] {
        [CapOwner::Key(self.key), CapOwner::Project(self.project)]
    }
}

/// A call that was let through, and holds its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reservation {
    pub call: Call,
    /// The grant that burns if the call succeeds.
    pub grant: GrantId,
}

/// What an account has of one API at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// Sum of the grants in force.
    pub granted: i64,
    /// Calls burnt of these.
    pub charged: i64,
    /// Calls held by calls in flight.
    pub reserved: i64,
}

impl Quota {
    /// What people are shown: granted less charged (`product.md` §2.6).
    #[must_use]
    pub fn remaining(&self) -> i64 {
        (self.granted - self.charged).max(0)
    }
}

/// The engine's answer to a call that wants to go ahead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    Reserved(Reservation),
    /// The account has calls, but a cap of the key or its project is used up.
    Capped(CapUse),
    /// Nothing is left. `any_left` tells whether another API of the account has calls.
    Exhausted {
        quota: Quota,
        any_left: bool,
    },
    /// The account is not in memory: [`Engine::load`] it and ask again.
    NotLoaded,
}

/// Proof that balances read from disk are still current when they are loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Epoch(u64);

/// What an account has left for one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowance {
    pub quota: Quota,
    /// The tightest cap over the call, if there is one.
    pub cap: Option<CapUse>,
}

impl Allowance {
    /// Calls left: the smaller of what quota and cap leave.
    #[must_use]
    pub fn remaining(&self) -> i64 {
        let quota = self.quota.remaining();
        self.cap
            .as_ref()
            .map_or(quota, |cap| cap.remaining().min(quota))
    }
}

/// One account in memory.
#[derive(Debug)]
struct Account {
    balances: HashMap<ApiId, Balance>,
    caps: Caps,
    /// Calls that hold their place, and how many alike: new caps must know of them.
    in_flight: BTreeMap<Call, i64>,
}

impl Account {
    fn landed(&mut self, call: &Call) {
        if let Some(alike) = self.in_flight.get_mut(call) {
            *alike -= 1;
            if *alike == 0 {
                self.in_flight.remove(call);
            }
        }
    }
}

#[derive(Debug, Default)]
pub struct Engine {
    accounts: HashMap<AccountId, Account>,
    /// Moves with every grant and cap, so that a read that raced one is read again.
    epoch: u64,
}

impl Engine {
    /// To be taken before balances are read from disk.
    #[must_use]
    pub const fn epoch(&self) -> Epoch {
        Epoch(self.epoch)
    }

    /// Takes in an account's grants and caps as read from disk. Does nothing if
    /// the account is in memory already: memory is newer.
    ///
    /// # Errors
    /// They were read before a grant or a cap that came since: read them again.
    pub fn load(
        &mut self,
        account: AccountId,
        grants: &[GrantBalance],
        caps: AccountCaps,
        read_at: Epoch,
    ) -> Result<(), Epoch> {
        if read_at.0 != self.epoch {
            return Err(self.epoch());
        }
        self.accounts.entry(account).or_insert_with(|| Account {
            balances: Balance::by_api(grants),
            caps: Caps::new(caps),
            in_flight: BTreeMap::new(),
        });
        Ok(())
    }

    /// Replaces what is burnt by what the disk says, after a commit whose fate
    /// is unknown. Holds of calls in flight stay. Only the ledger writer, which
    /// is the only one to burn, may call this, and between commits.
    pub fn reload(&mut self, account: AccountId, grants: &[GrantBalance]) {
        if let Some(account) = self.accounts.get_mut(&account) {
            for grant in grants {
                account
                    .balances
                    .entry(grant.api)
                    .or_default()
                    .replace(*grant);
            }
        }
    }

    /// Replaces an account's caps, and what is charged of them, by what the disk
    /// says: they were changed, or the zone that cuts their windows was. Calls
    /// in flight are held in the new windows too. As with [`Engine::reload`],
    /// only the ledger writer may call this, and between commits.
    pub fn recap(&mut self, account: AccountId, caps: AccountCaps) {
        self.epoch += 1;
        if let Some(account) = self.accounts.get_mut(&account) {
            account.caps = Caps::new(caps);
            for (call, alike) in &account.in_flight {
                account.caps.hold(call, *alike);
            }
        }
    }

    /// Holds one call of the grant that burns next, or says why not. Checking
    /// the quota and the caps, and holding, are this one step (`product.md`
    /// §2.3 and §2.6a).
    pub fn reserve(&mut self, call: Call, now: Millis) -> Decision {
        let Some(account) = self.accounts.get_mut(&call.account) else {
            return Decision::NotLoaded;
        };
        let balance = account.balances.entry(call.api).or_default();
        if balance.has_left(now)
            && let Some(full) = account.caps.full(&call)
        {
            return Decision::Capped(full);
        }
        if let Some(grant) = balance.hold(now) {
            account.caps.hold(&call, 1);
            *account.in_flight.entry(call).or_default() += 1;
            return Decision::Reserved(Reservation { call, grant });
        }
        let quota = balance.quota(now);
        let any_left = account
            .balances
            .values()
            .any(|balance| balance.has_left(now));
        Decision::Exhausted { quota, any_left }
    }

    /// Holds a call of this grant again, as it was held before a restart. False if
    /// the grant is not there, or has none left.
    pub fn hold_again(&mut self, Reservation { call, grant }: Reservation) -> bool {
        let Some(account) = self.accounts.get_mut(&call.account) else {
            return false;
        };
        let balance = account.balances.entry(call.api).or_default();
        if !balance.hold_again(grant) {
            return false;
        }
        account.caps.hold(&call, 1);
        *account.in_flight.entry(call).or_default() += 1;
        true
    }

    /// The call succeeded and its ledger row is on disk.
    pub fn burnt(&mut self, Reservation { call, grant }: Reservation) {
        if let Some(account) = self.accounts.get_mut(&call.account) {
            account.landed(&call);
            account.caps.burn(&call);
            account.balances.entry(call.api).or_default().burn(grant);
        }
    }

    /// The call failed, or its row could not be written: the hold is given back.
    pub fn release(&mut self, Reservation { call, grant }: Reservation) {
        if let Some(account) = self.accounts.get_mut(&call.account) {
            account.landed(&call);
            account.caps.release(&call);
            account.balances.entry(call.api).or_default().release(grant);
        }
    }

    /// A grant that is on disk. It counts from the next call on.
    pub fn granted(&mut self, account: AccountId, grant: GrantBalance) {
        self.epoch += 1;
        if let Some(account) = self.accounts.get_mut(&account) {
            account.balances.entry(grant.api).or_default().add(grant);
        }
    }

    /// What the account has of an API, if it is in memory.
    #[must_use]
    pub fn quota(&self, account: AccountId, api: ApiId, now: Millis) -> Option<Quota> {
        let account = self.accounts.get(&account)?;
        Some(account.balances.get(&api).map_or(
            Quota {
                granted: 0,
                charged: 0,
                reserved: 0,
            },
            |balance| balance.quota(now),
        ))
    }

    /// What is left for one call, if its account is in memory.
    #[must_use]
    pub fn allowance(&self, call: &Call, now: Millis) -> Option<Allowance> {
        let quota = self.quota(call.account, call.api, now)?;
        let cap = self.accounts.get(&call.account)?.caps.least(call);
        Some(Allowance { quota, cap })
    }

    /// Every cap of an account with its use now, if the account is in memory.
    #[must_use]
    pub fn caps(&self, account: AccountId, now: Millis) -> Option<Vec<CapUse>> {
        Some(self.accounts.get(&account)?.caps.all(now))
    }
}

#[cfg(test)]
mod cap_tests;
#[cfg(test)]
mod tests;
