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
        /// What would lapse of it, as it is left now.
        calls: i64,
        expires_at: Millis,
    },
    /// It called faster than advised.
    Pace { at: Millis },
}

/// Grants that came into force at a start of their own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Started {
    /// Whose they are.
    pub accounts: Vec<AccountId>,
    /// When the next one does.
    pub next: Option<Millis>,
}

#[async_trait]
pub trait Alerts: Send + Sync + 'static {
    /// Tells the owners of grants that lapse soon and have calls left, once for
    /// each time ahead. Answers whose they are.
    async fn tell_lapses(&self, now: Millis) -> Stored<Vec<AccountId>>;
    /// Whose grants, given before, started after `since` and up to `now`.
    async fn started(&self, since: Millis, now: Millis) -> Stored<Started>;
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
