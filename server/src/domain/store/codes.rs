//! Redemption codes.

use super::{AccountId, ApiId, Change, Millis, Stored};
use crate::domain::codes::{Code, CodeHash, NewCode, NoRedemption, Redeemed};
use async_trait::async_trait;

/// A person redeems a code.
#[derive(Debug, Clone)]
pub struct Redemption {
    pub account: AccountId,
    /// For a code that leaves the API to its redeemer.
    pub api: ApiId,
    pub grant_public_id: String,
    pub at: Millis,
}

#[async_trait]
pub trait Codes: Send + Sync + 'static {
    async fn create_code(&self, new: NewCode, change: Change) -> Stored<()>;
    /// Newest first.
    async fn codes(&self, limit: i64) -> Stored<Vec<Code>>;
    /// Takes a code back; what was redeemed stays. False if there is no such
    /// code that can still be redeemed.
    async fn revoke_code(&self, public_id: &str, at: Millis, change: Change) -> Stored<bool>;
    /// Gives the code's calls to the account, once for each account and as often
    /// as the code has uses: of racing redeemers exactly so many win. What was
    /// given is filled into the change.
    async fn redeem_code(
        &self,
        hash: CodeHash,
        asked: Redemption,
        change: Change,
    ) -> Stored<Result<Redeemed, NoRedemption>>;
}
