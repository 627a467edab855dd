//! The quota engine: the one owner of balances. It decides in memory, in one
//! step for each call, and never runs ahead of the disk: a reservation holds
//! calls, and only a committed ledger row burns them.
//!
//! It is a plain state machine. Whoever drives it hands in the time, and calls
//! [`Engine::burnt`] or [`Engine::release`] exactly once for each reservation.

mod balance;

use super::grants::GrantBalance;
use super::{AccountId, ApiId, GrantId, Millis};
use balance::Balance;
use std::collections::HashMap;

/// Calls held for one call in flight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reservation {
    pub account: AccountId,
    pub api: ApiId,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    Reserved(Reservation),
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

#[derive(Debug, Default)]
pub struct Engine {
    accounts: HashMap<AccountId, HashMap<ApiId, Balance>>,
    /// Moves with every grant, so that a read that raced one is read again.
    epoch: u64,
}

impl Engine {
    /// To be taken before balances are read from disk.
    #[must_use]
    pub const fn epoch(&self) -> Epoch {
        Epoch(self.epoch)
    }

    /// Takes in an account's grants as read from disk. Does nothing if the
    /// account is in memory already: memory is newer.
    ///
    /// # Errors
    /// The grants were read before a grant that came since: read them again.
    pub fn load(
        &mut self,
        account: AccountId,
        grants: &[GrantBalance],
        read_at: Epoch,
    ) -> Result<(), Epoch> {
        if read_at.0 != self.epoch {
            return Err(self.epoch());
        }
        self.accounts
            .entry(account)
            .or_insert_with(|| Balance::by_api(grants));
        Ok(())
    }

    /// Replaces what is burnt by what the disk says, after a commit whose fate
    /// is unknown. Holds of calls in flight stay. Only the ledger writer, which
    /// is the only one to burn, may call this, and between commits.
    pub fn reload(&mut self, account: AccountId, grants: &[GrantBalance]) {
        if let Some(balances) = self.accounts.get_mut(&account) {
            for grant in grants {
                balances.entry(grant.api).or_default().replace(*grant);
            }
        }
    }

    /// Holds one call of the grant that burns next, or says that none is left.
    /// Check and hold are this one step (`product.md` §2.3).
    pub fn reserve(&mut self, account: AccountId, api: ApiId, now: Millis) -> Decision {
        let Some(balances) = self.accounts.get_mut(&account) else {
            return Decision::NotLoaded;
        };
        if let Some(grant) = balances.entry(api).or_default().hold(now) {
            return Decision::Reserved(Reservation {
                account,
                api,
                grant,
            });
        }
        let any_left = balances.values().any(|balance| balance.has_left(now));
        let quota = balances.entry(api).or_default().quota(now);
        Decision::Exhausted { quota, any_left }
    }

    /// The call succeeded and its ledger row is on disk.
    pub fn burnt(&mut self, reservation: Reservation) {
        if let Some(balance) = self.balance(reservation) {
            balance.burn(reservation.grant);
        }
    }

    /// The call failed, or its row could not be written: the hold is given back.
    pub fn release(&mut self, reservation: Reservation) {
        if let Some(balance) = self.balance(reservation) {
            balance.release(reservation.grant);
        }
    }

    /// A grant that is on disk. It counts from the next call on.
    pub fn granted(&mut self, account: AccountId, grant: GrantBalance) {
        self.epoch += 1;
        if let Some(balances) = self.accounts.get_mut(&account) {
            balances.entry(grant.api).or_default().add(grant);
        }
    }

    /// What the account has of an API, if it is in memory.
    #[must_use]
    pub fn quota(&self, account: AccountId, api: ApiId, now: Millis) -> Option<Quota> {
        let balances = self.accounts.get(&account)?;
        Some(balances.get(&api).map_or(
            Quota {
                granted: 0,
                charged: 0,
                reserved: 0,
            },
            |balance| balance.quota(now),
        ))
    }

    fn balance(&mut self, reservation: Reservation) -> Option<&mut Balance> {
        self.accounts
            .get_mut(&reservation.account)?
            .get_mut(&reservation.api)
    }
}

#[cfg(test)]
mod tests;
