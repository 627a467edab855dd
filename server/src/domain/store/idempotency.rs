//! What was done under keys that clients chose. They are written by
//! [`super::Ledger::append_on_terms`].

use super::Stored;
use crate::domain::AccountId;
use crate::domain::idempotency::{Days, IdempotencyHash, Known};
use async_trait::async_trait;

#[async_trait]
pub trait Idempotency: Send + Sync + 'static {
    async fn remembered(
        &self,
        account: AccountId,
        hash: IdempotencyHash,
        days: Days,
    ) -> Stored<Option<Known>>;
    /// The latest day of which a key is kept.
    async fn last_key_day(&self) -> Stored<Option<i64>>;
    /// Forgets keys of days before this one, a bounded number at a time, and
    /// answers how many they were.
    async fn forget_keys_before(&self, day: i64) -> Stored<u64>;
}
