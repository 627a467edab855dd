//! Redemption codes.

use super::{AccountId, ApiId, Change, Millis, Stored};
use crate::domain::codes::{Code, CodeBatch, CodeHash, NewBatch, NewCode, NoRedemption, Redeemed};
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
    /// Keeps a batch with its codes: all of them, or none.
    async fn create_codes(&self, new: NewBatch, codes: Vec<NewCode>, change: Change) -> Stored<()>;
    /// Batches, newest first: those made before the one of that id, if there is one.
    async fn code_batches(&self, before: Option<&str>, limit: i64) -> Stored<Vec<CodeBatch>>;
    async fn code_batch(&self, public_id: &str) -> Stored<Option<CodeBatch>>;
    /// Codes of a batch in the order in which they were made: those behind the one of
    /// that id, if there is one.
    async fn codes_of(&self, batch: &str, after: Option<&str>, limit: i64) -> Stored<Vec<Code>>;
    /// One code of any batch.
    async fn code(&self, public_id: &str) -> Stored<Option<Code>>;
    /// Takes a code back; what was redeemed stays. False if there is no such
    /// code that can still be redeemed.
    async fn revoke_code(&self, public_id: &str, at: Millis, change: Change) -> Stored<bool>;
    /// The same for all codes of a batch.
    async fn revoke_batch(&self, public_id: &str, at: Millis, change: Change) -> Stored<bool>;
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
