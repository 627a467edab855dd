//! Calls that a service holds until it says how they ended (`product.md` §4).
//! Unlike a call through the gateway they outlive a request and a restart, so
//! they are rows. One that nobody settles lapses after a time limit.

use super::quota::{Call, Reservation};
use super::{AccountId, ApiId, GrantId, KeyId, Millis, ProjectId};

/// Held at once at most, over all accounts.
pub const MOST: usize = 100_000;
/// Held at once at most for one account.
pub const MOST_OF_ACCOUNT: usize = 10_000;
/// A lapsed one is kept for so long, for a settlement that comes late.
pub const KEPT: Millis = 24 * 60 * 60 * 1_000;

/// A call that is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldCall {
    /// `rsv_…`
    pub public_id: String,
    pub account: AccountId,
    pub project: ProjectId,
    pub key: KeyId,
    pub api: ApiId,
    /// The grant that burns if the call succeeds.
    pub grant: GrantId,
    /// Of the input, as announced.
    pub tokens: i64,
    pub end_user: Option<String>,
    /// When the call arrived, as its ledger row will say.
    pub made_at: Millis,
    pub expires_at: Millis,
}

impl HeldCall {
    /// The call as the quota engine sees it.
    #[must_use]
    pub const fn call(&self) -> Call {
        Call {
            account: self.account,
            project: self.project,
            key: self.key,
            api: self.api,
            at: self.made_at,
        }
    }

    /// What the quota engine holds for it.
    #[must_use]
    pub const fn reservation(&self) -> Reservation {
        Reservation {
            call: self.call(),
            grant: self.grant,
        }
    }
}
