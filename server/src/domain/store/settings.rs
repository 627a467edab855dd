//! What an account's owner settles: name, password, thresholds, sessions, and
//! the end of the account.

use super::{AccountId, Change, KeyHash, Millis, Stored};
use async_trait::async_trait;

/// A session as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionSummary {
    pub id_hash: [u8; 32],
    /// Browser and system; empty if the browser did not say.
    pub device: String,
    pub signed_in_at: Millis,
    /// To five minutes.
    pub seen_at: Millis,
}

/// What stands in the place of a deleted account's name and e-mail.
#[derive(Debug, Clone)]
pub struct Tombstone {
    pub name: String,
    pub email: String,
    pub at: Millis,
}

#[async_trait]
pub trait Settings: Send + Sync + 'static {
    async fn set_account_name(&self, id: AccountId, name: &str, change: Change) -> Stored<()>;
    /// Keeps a new password hash (a PHC string), and ends all sessions.
    async fn set_password(&self, id: AccountId, hash: &str, change: Change) -> Stored<()>;
    /// Percents used at which the account is told, ascending.
    async fn thresholds(&self, id: AccountId) -> Stored<Vec<i64>>;
    async fn set_thresholds(&self, id: AccountId, percents: &[i64], change: Change) -> Stored<()>;
    /// Sessions that are alive at `now`, the one seen last first.
    async fn sessions_of(&self, id: AccountId, now: Millis) -> Stored<Vec<SessionSummary>>;
    /// Ends one session of the account; false if it has none of that hash.
    async fn end_session(&self, id: AccountId, id_hash: [u8; 32], change: Change) -> Stored<bool>;
    /// Ends all sessions of the account but one.
    async fn end_sessions_but(
        &self,
        id: AccountId,
        id_hash: [u8; 32],
        change: Change,
    ) -> Stored<()>;
    /// Disables the account for good and takes name and e-mail from it, also in
    /// the audit log; its sessions end, its rows in the ledger stay. Answers the
    /// hashes of its keys, or nothing if it is the last owner.
    async fn delete_account(
        &self,
        id: AccountId,
        tombstone: Tombstone,
        change: Change,
    ) -> Stored<Option<Vec<KeyHash>>>;
}
