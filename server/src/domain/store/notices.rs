//! Notices: once for each crossing of a threshold.

use super::{AccountId, ApiId, Change, Millis, Stored};
use async_trait::async_trait;

/// What an account had of an API at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    pub account: AccountId,
    pub api: ApiId,
    pub granted: i64,
    pub charged: i64,
    pub at: Millis,
}

impl Level {
    /// Whether so many percent of what was granted are used.
    #[must_use]
    pub const fn reaches(&self, percent: i64) -> bool {
        self.granted > 0 && self.charged.saturating_mul(100) >= self.granted.saturating_mul(percent)
    }
}

/// A crossing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub api: ApiId,
    pub percent: i64,
    pub charged: i64,
    pub granted: i64,
    pub at: Millis,
    pub lifted: bool,
    pub dismissed: bool,
}

#[async_trait]
pub trait Notices: Send + Sync + 'static {
    /// Brings the notices of an API to what is used of it: raises those whose
    /// threshold is newly reached, lifts those whose threshold no longer is.
    async fn settle_notices(&self, level: Level) -> Stored<()>;
    /// Newest first.
    async fn notices(&self, account: AccountId, limit: i64) -> Stored<Vec<Notice>>;
    /// Those that are neither lifted nor dismissed: the highest of each API.
    async fn open_notices(&self, account: AccountId) -> Stored<Vec<Notice>>;
    /// Dismisses what an API says now; false if it says nothing.
    async fn dismiss_notices(
        &self,
        account: AccountId,
        api: ApiId,
        at: Millis,
        change: Change,
    ) -> Stored<bool>;
}
