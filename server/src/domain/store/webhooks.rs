//! Webhooks, and what is on its way to them and to mailboxes.

use super::{AccountId, Change, Millis, Stored};
use crate::domain::language::Language;
use crate::domain::webhooks::{Answer, Event, Off, Secret, Tried};
use async_trait::async_trait;

/// A webhook as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    pub public_id: String,
    pub url: String,
    pub secret: Secret,
    /// Until when the secret before it signs too.
    pub old_until: Option<Millis>,
    pub created_at: Millis,
    pub off: Option<(Millis, Off)>,
    /// The first failure after the last success.
    pub failing_since: Option<Millis>,
}

#[derive(Debug, Clone)]
pub struct NewWebhook {
    pub public_id: String,
    pub account: AccountId,
    pub url: String,
    pub secret: Secret,
    pub created_at: Millis,
}

/// One change to a webhook.
#[derive(Debug, Clone)]
pub enum WebhookChange {
    /// The secret that it has signs too, until then.
    Rotate {
        secret: Secret,
        old_until: Millis,
    },
    /// What waits for it is given up.
    Disable,
    Enable,
    /// Goes with all that was sent.
    Delete,
    /// Tells it of an event of its own.
    Tell {
        event_id: String,
        event: Event,
    },
    /// Sends anew what is not on its way.
    Again {
        event_id: String,
    },
}

/// A message, and how far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub event_id: String,
    pub kind: String,
    pub created_at: Millis,
    pub tries: i64,
    /// The next try; without one it is done or given up.
    pub next_at: Option<Millis>,
    pub last: Option<(Millis, Answer)>,
    pub delivered_at: Option<Millis>,
}

/// Where a message goes.
#[derive(Debug, Clone)]
pub enum Place {
    Webhook {
        public_id: String,
        url: String,
        /// That of today, and the one before it as long as it signs too.
        secrets: Vec<Secret>,
        failing_since: Option<Millis>,
    },
    Mailbox {
        email: String,
        language: Option<Language>,
        /// IANA name.
        time_zone: String,
    },
}

/// A message whose time has come.
#[derive(Debug, Clone)]
pub struct DueDelivery {
    /// Row id.
    pub id: i64,
    /// Messages of one lane go one after the other: a webhook, or an account's mailbox.
    pub lane: i64,
    pub event_id: String,
    pub body: String,
    pub created_at: Millis,
    pub tries: i64,
    pub place: Place,
}

#[async_trait]
pub trait Webhooks: Send + Sync + 'static {
    /// False if the account has as many as it may.
    ///
    /// # Errors
    /// [`StoreError::Conflict`](crate::domain::StoreError::Conflict) if it has one of
    /// that address.
    async fn create_webhook(&self, new: NewWebhook, change: Change) -> Stored<bool>;
    /// Oldest first.
    async fn webhooks(&self, account: AccountId) -> Stored<Vec<Webhook>>;
    /// Makes one change. False if the account has no such webhook, or it is so already.
    async fn change_webhook(
        &self,
        account: AccountId,
        public_id: &str,
        what: WebhookChange,
        change: Change,
    ) -> Stored<bool>;
    /// What was sent to a webhook of the account, newest first.
    async fn deliveries(
        &self,
        account: AccountId,
        webhook: &str,
        limit: i64,
    ) -> Stored<Vec<Delivery>>;
    /// Whether the account is told of thresholds, and of grants that lapse, by e-mail.
    async fn mail_notices(&self, account: AccountId) -> Stored<bool>;
    async fn set_mail_notices(&self, account: AccountId, on: bool, change: Change) -> Stored<()>;
    /// What is due, one of each lane, the oldest first.
    async fn due_deliveries(&self, now: Millis, limit: i64) -> Stored<Vec<DueDelivery>>;
    /// When the next one is due.
    async fn next_delivery(&self) -> Stored<Option<Millis>>;
    /// Keeps what came of a try.
    async fn tried(&self, delivery: i64, tried: Tried) -> Stored<()>;
    /// Forgets what was done with before an instant.
    async fn forget_deliveries(&self, before: Millis) -> Stored<()>;
}
