//! What an account is told beside its thresholds.

use super::{AccountId, ApiId, Change, Millis, Stored};
use async_trait::async_trait;

/// Something that an account is told until it takes note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Alert {
    /// A grant lapses soon.
    Lapse {
        grant_public_id: String,
        api: ApiId,
        /// What is left of it now.
        calls: i64,
        expires_at: Millis,
    },
    /// It called faster than advised.
    Pace { at: Millis },
}

#[async_trait]
pub trait Alerts: Send + Sync + 'static {
    /// Tells the owners of grants that lapse soon and have calls left, once for
    /// each time ahead. Answers whose they are.
    async fn tell_lapses(&self, now: Millis) -> Stored<Vec<AccountId>>;
    /// Tells an account that it calls faster than advised, once in a day.
    async fn tell_pace(&self, account: AccountId, at: Millis) -> Stored<()>;
    /// What an account has not taken note of yet, and still matters.
    async fn open_alerts(&self, account: AccountId, now: Millis) -> Stored<Vec<Alert>>;
    /// Takes note of a lapse, by the grant's public id, or of the pace, if there
    /// is none; false if nothing is said of it.
    async fn dismiss_alert(
        &self,
        account: AccountId,
        grant_public_id: Option<&str>,
        at: Millis,
        change: Change,
    ) -> Stored<bool>;
}
