//! The quota engine: the one owner of balances. It decides in memory, in one
//! step for each call, and never runs ahead of the disk: a reservation holds
//! calls, and only a committed ledger row burns them.
//!
//! It is a plain state machine. Whoever drives it hands in the time, and calls
//! [`Engine::burnt`] or [`Engine::release`] exactly once for each reservation.
//!
//! Grants start and lapse by the time that is handed in. That they lapsed, and
//! that they come again, is written by the ledger writer; a call that comes
//! before that was done is told to wait for it ([`Decision::Behind`]).

mod balance;
mod caps;
mod pace;

pub use pace::{Pace, Pacing};

use super::caps::{AccountCaps, CapOwner, CapUse};
use super::grants::AccountGrants;
use super::{AccountId, ApiId, GrantId, KeyId, Millis, ProjectId};
use balance::Balance;
use caps::Caps;
use pace::Paces;
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
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
    Reserved(Reservation, Pace),
    /// Over the ceiling of calls a second; one can come in so many milliseconds.
    TooFast {
        wait: Millis,
    },
    /// The account has calls, but a cap of the key or its project is used up.
    Capped(CapUse),
    /// Nothing is left. `any_left` tells whether another API of the account has calls.
    Exhausted {
        quota: Quota,
        any_left: bool,
    },
    /// The account is not in memory: [`Engine::load`] it and ask again.
    NotLoaded,
    /// What is in memory is not all, or not certain: a grant comes again, or the
    /// fate of a commit is unknown. Have the ledger writer see to it
    /// ([`Engine::take_over`]), and ask again.
    Behind,
}

/// Accounts share so many epochs.
const EPOCHS: usize = 32;

fn place(account: AccountId) -> usize {
    usize::try_from(account.0).unwrap_or(0) % EPOCHS
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
    /// From when on a grant that comes again has to be written.
    renews_at: Millis,
    /// The disk may know more: nothing is decided before it was asked.
    doubtful: bool,
    caps: Caps,
    pace: Paces,
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
    pacing: Pacing,
    /// Each moves with every change that comes from the disk of the accounts that
    /// share it, so that a read that raced one is read again.
    epochs: [u64; EPOCHS],
    /// Up to here grants were ended on disk. For them time does not run backwards
    /// from it: what lapsed stays so when the clock is set back.
    ended_until: Millis,
    /// The APIs of the catalogue, if it is known: calls of others are left to nobody.
    served: Option<Vec<ApiId>>,
}

impl Engine {
    /// An engine whose grants were ended on disk up to an instant.
    #[must_use]
    pub fn new(pacing: Pacing, ended_until: Millis) -> Self {
        Self {
            pacing,
            ended_until,
            ..Self::default()
        }
    }

    /// The same for a catalogue of these APIs.
    #[must_use]
    pub fn serving(mut self, apis: Vec<ApiId>) -> Self {
        self.served = Some(apis);
        self
    }

    /// To be taken before an account's balances are read from disk.
    #[must_use]
    pub fn epoch(&self, account: AccountId) -> Epoch {
        Epoch(self.epochs[place(account)])
    }

    /// The time by which grants are in force.
    #[must_use]
    pub fn grant_time(&self, now: Millis) -> Millis {
        now.max(self.ended_until)
    }

    /// Takes in an account's grants and caps as read from disk. Does nothing if
    /// the account is in memory already: memory is newer.
    ///
    /// # Errors
    /// They were read before a grant or a cap that came since: read them again.
    pub fn load(
        &mut self,
        account: AccountId,
        grants: &AccountGrants,
        caps: AccountCaps,
        read_at: Epoch,
    ) -> Result<(), Epoch> {
        let epoch = self.epoch(account);
        if read_at != epoch {
            return Err(epoch);
        }
        self.accounts.entry(account).or_insert_with(|| Account {
            balances: Balance::by_api(&grants.grants),
            renews_at: grants.renews_at.unwrap_or(Millis::MAX),
            doubtful: false,
            caps: Caps::new(caps),
            pace: Paces::default(),
            in_flight: BTreeMap::new(),
        });
        Ok(())
    }

    /// Takes over what the disk says of an account: a grant was given, ended or
    /// came again, or the fate of a commit is unknown. Holds of calls in flight
    /// stay. Only the ledger writer, which is the only one to burn, may call this,
    /// and between commits.
    pub fn take_over(&mut self, account: AccountId, grants: &AccountGrants, caps: AccountCaps) {
        self.recap(account, caps);
        let Some(account) = self.accounts.get_mut(&account) else {
            return;
        };
        let alive = |id| grants.grants.iter().any(|grant| grant.id == id);
        for balance in account.balances.values_mut() {
            balance.end(|id| !alive(id));
        }
        for grant in &grants.grants {
            let balance = account.balances.entry(grant.api).or_default();
            balance.take_in(*grant);
        }
        account.renews_at = grants.renews_at.unwrap_or(Millis::MAX);
        account.doubtful = false;
    }

    /// Replaces an account's caps, and what is charged of them, by what the disk
    /// says: they were changed, or the zone that cuts their windows was. Calls
    /// in flight are held in the new windows too. As with [`Engine::take_over`],
    /// only the ledger writer may call this, and between commits.
    pub fn recap(&mut self, account: AccountId, caps: AccountCaps) {
        self.epochs[place(account)] += 1;
        if let Some(account) = self.accounts.get_mut(&account) {
            account.caps = Caps::new(caps);
            for (call, alike) in &account.in_flight {
                account.caps.hold(call, *alike);
            }
        }
    }

    /// The disk may know more of an account than memory does, and could not be
    /// asked: no call passes before it was.
    pub fn doubt(&mut self, account: AccountId) {
        self.epochs[place(account)] += 1;
        if let Some(account) = self.accounts.get_mut(&account) {
            account.doubtful = true;
        }
    }

    /// Grants that expired by `now` are about to be ended on disk: whatever the
    /// clock says later, no call burns them any more.
    pub fn end_until(&mut self, now: Millis) {
        self.ended_until = self.ended_until.max(now);
    }

    /// Ends grants of an account in memory, before they are ended on disk. If that
    /// fails, [`Engine::take_over`] brings them back.
    pub fn end(&mut self, account: AccountId, grants: &[GrantId]) {
        if let Some(account) = self.accounts.get_mut(&account) {
            for balance in account.balances.values_mut() {
                balance.end(|id| grants.contains(&id));
            }
        }
    }

    /// Calls in flight that hold a grant, ended or not.
    #[must_use]
    pub fn in_flight(&self, account: AccountId, grant: GrantId) -> i64 {
        self.accounts.get(&account).map_or(0, |account| {
            let of = |balance: &Balance| balance.in_flight(grant);
            account.balances.values().map(of).sum()
        })
    }

    /// Holds one call of the grant that burns next, or says why not. Checking
    /// the quota and the caps, and holding, are this one step (`product.md` §2.3
    /// and §2.6a).
    pub fn reserve(&mut self, call: Call, now: Millis) -> Decision {
        self.decide(call, now, false)
    }

    /// The same with the account's pace in the same step (`product.md` §2.9): for
    /// calls that could also come later.
    pub fn reserve_paced(&mut self, call: Call, now: Millis) -> Decision {
        self.decide(call, now, true)
    }

    fn decide(&mut self, call: Call, now: Millis, paced: bool) -> Decision {
        let at = self.grant_time(now);
        let Some(account) = self.accounts.get_mut(&call.account) else {
            return Decision::NotLoaded;
        };
        if account.doubtful || at >= account.renews_at {
            return Decision::Behind;
        }
        let pace = if paced {
            match account.pace.count(self.pacing, now) {
                Ok(pace) => pace,
                Err(wait) => return Decision::TooFast { wait },
            }
        } else {
            Pace::Within
        };
        let balance = account.balances.entry(call.api).or_default();
        if balance.has_left(at)
            && let Some(full) = account.caps.full(&call)
        {
            return Decision::Capped(full);
        }
        if let Some(grant) = balance.hold(at) {
            account.caps.hold(&call, 1);
            *account.in_flight.entry(call).or_default() += 1;
            return Decision::Reserved(Reservation { call, grant }, pace);
        }
        let quota = balance.quota(at);
        let any_left = account.balances.iter().any(|(api, balance)| {
            self.served
                .as_ref()
                .is_none_or(|served| served.contains(api))
                && balance.has_left(at)
        });
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

    /// Whether what is in memory of an account is all there is to know at an
    /// instant; nothing, if it is not in memory.
    #[must_use]
    pub fn is_up_to_date(&self, account: AccountId, now: Millis) -> Option<bool> {
        let account = self.accounts.get(&account)?;
        Some(!account.doubtful && self.grant_time(now) < account.renews_at)
    }

    /// What the account has of an API, if it is in memory.
    #[must_use]
    pub fn quota(&self, account: AccountId, api: ApiId, now: Millis) -> Option<Quota> {
        let account = self.accounts.get(&account)?;
        let at = self.grant_time(now);
        let of = |balance: &Balance| balance.quota(at);
        Some(account.balances.get(&api).map(of).unwrap_or_default())
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
