//! Calls that services hold. They are settled by
//! [`super::Ledger::append_on_terms`].

use super::{Millis, Stored};
use crate::domain::idempotency::{LeftOut, Remembered};
use crate::domain::reservations::HeldCall;
use async_trait::async_trait;

#[async_trait]
pub trait Reservations: Send + Sync + 'static {
    /// Writes calls that are held, in one transaction, each with the key that its
    /// service gave it. Answers those that were left out, because the key was used.
    async fn create_reservations(
        &self,
        held: &[(HeldCall, Option<Remembered>)],
    ) -> Stored<Vec<LeftOut>>;
    /// All that have not lapsed, oldest first.
    async fn held_calls(&self) -> Stored<Vec<HeldCall>>;
    /// Marks those that nobody settled meanwhile.
    async fn lapse_reservations(&self, ids: &[&str], at: Millis) -> Stored<()>;
    /// One that was not settled, whether or not it lapsed, as long as it is kept.
    async fn reservation(&self, id: &str) -> Stored<Option<HeldCall>>;
    async fn forget_lapsed_before(&self, at: Millis) -> Stored<u64>;
}
