//! Grants: what was given. An entry is never edited, except that the free
//! quota follows the catalogue.

use super::{AccountId, ApiId, GrantId, Millis};

/// Where a grant comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantKind {
    /// The catalogue's free quota: one for each account and API.
    Free,
    /// Given by a person.
    Extra,
}

/// A grant and what is burnt of it: what the quota engine decides on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GrantBalance {
    pub id: GrantId,
    pub api: ApiId,
    /// Calls given.
    pub calls: i64,
    /// Calls burnt, on disk.
    pub burnt: i64,
    /// Lower burns first.
    pub priority: i64,
    pub starts_at: Option<Millis>,
    pub expires_at: Option<Millis>,
}

impl GrantBalance {
    #[must_use]
    pub fn in_force(&self, now: Millis) -> bool {
        self.starts_at.is_none_or(|start| start <= now)
            && self.expires_at.is_none_or(|end| now < end)
    }

    /// The order in which grants burn: priority, soonest to expire, oldest
    /// (`product.md` §2.6).
    #[must_use]
    pub fn burn_order(&self) -> (i64, Millis, GrantId) {
        (
            self.priority,
            self.expires_at.unwrap_or(Millis::MAX),
            self.id,
        )
    }
}

/// A grant as the admin's desk lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    pub public_id: String,
    pub kind: GrantKind,
    pub balance: GrantBalance,
    pub reason: String,
    /// E-mail of the giver; nobody for the system and the command line.
    pub given_by: Option<String>,
    pub created_at: Millis,
}

/// A grant that a person gives.
#[derive(Debug, Clone)]
pub struct NewGrant {
    pub public_id: String,
    pub account: AccountId,
    pub api: ApiId,
    pub calls: i64,
    pub reason: String,
    pub given_by: Option<AccountId>,
    pub created_at: Millis,
}

/// Calls of one grant at most: sums of many stay far inside 64 bits.
pub const MOST_CALLS: i64 = 1_000_000_000;
/// Longest reason, in characters.
pub const REASON_LENGTH: usize = 500;
