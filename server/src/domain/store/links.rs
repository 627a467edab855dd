//! Links that people are sent, and what they do.

use super::{Account, AccountId, Change, Millis, NewAccount, Stored};
use crate::domain::links::{Link, LinkHash, NewLink};
use async_trait::async_trait;

#[async_trait]
pub trait Links: Send + Sync + 'static {
    /// Keeps a link in the place of an open one of its kind and mailbox. False,
    /// and nothing is kept, if that one is younger than [`PAUSE`] or too many wait.
    ///
    /// [`PAUSE`]: crate::domain::links::PAUSE
    async fn create_link(&self, new: NewLink, change: Option<Change>) -> Stored<bool>;
    async fn link(&self, hash: LinkHash) -> Stored<Option<Link>>;
    async fn link_by_public_id(&self, public_id: &str) -> Stored<Option<Link>>;
    /// Links that can be used at `now`, newest first.
    async fn open_links(&self, now: Millis, limit: i64) -> Stored<Vec<Link>>;
    /// Gives an open link another token, and a whole new life. False if there is none.
    async fn renew_link(
        &self,
        public_id: &str,
        hash: LinkHash,
        at: Millis,
        expires_at: Millis,
        change: Change,
    ) -> Stored<bool>;
    /// Takes an open link back. False if there is none.
    async fn withdraw_link(&self, public_id: &str, change: Change) -> Stored<bool>;
    /// Opens an account with a good link of its mailbox; nothing if it is good no
    /// more. All links of the mailbox that open an account are used with it.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the e-mail is taken.
    ///
    /// [`StoreError::Conflict`]: crate::domain::StoreError::Conflict
    async fn join(
        &self,
        hash: LinkHash,
        new: NewAccount,
        change: Change,
    ) -> Stored<Option<Account>>;
    /// Sets the password (a PHC string) of the account that a good link is for,
    /// and ends all its sessions. False if the link is good no more.
    async fn reset_password(
        &self,
        hash: LinkHash,
        account: AccountId,
        password_hash: &str,
        change: Change,
    ) -> Stored<bool>;
    /// Makes the mailbox of a good link the e-mail of its account, and takes back
    /// links that would set its password. False if the link is good no more.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the e-mail is taken.
    ///
    /// [`StoreError::Conflict`]: crate::domain::StoreError::Conflict
    async fn change_email(
        &self,
        hash: LinkHash,
        account: AccountId,
        change: Change,
    ) -> Stored<bool>;
    /// Forgets links that ended before.
    async fn delete_links(&self, ended_before: Millis) -> Stored<u64>;
}
