//! Who accounts are at providers of OpenID Connect.

use super::{Account, AccountId, Change, Millis, NewAccount, Stored};
use crate::domain::openid::{Identity, Linked};
use async_trait::async_trait;

#[async_trait]
pub trait OpenIds: Send + Sync + 'static {
    async fn account_by_openid(&self, identity: &Identity) -> Stored<Option<Account>>;
    /// Oldest first.
    async fn openids_of(&self, account: AccountId) -> Stored<Vec<Linked>>;
    /// Whether the account has a password.
    async fn has_password(&self, account: AccountId) -> Stored<bool>;
    /// Whether an invitation of this mailbox can be used at `now`.
    async fn is_invited(&self, email: &str, now: Millis) -> Stored<bool>;
    /// False if the identity is an account's already, or the account has another of
    /// this provider.
    async fn link_openid(
        &self,
        account: AccountId,
        identity: &Identity,
        change: Change,
    ) -> Stored<bool>;
    /// Opens an account of an identity. All links of its mailbox that open an account
    /// are used with it.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the e-mail or the identity is taken.
    ///
    /// [`StoreError::Conflict`]: crate::domain::StoreError::Conflict
    async fn join_by_openid(
        &self,
        new: NewAccount,
        identity: &Identity,
        change: Change,
    ) -> Stored<Account>;
    /// False if the account has no identity of this provider, or no password to sign
    /// in with without it.
    async fn unlink_openid(&self, account: AccountId, issuer: &str, change: Change)
    -> Stored<bool>;
}
