//! Webhooks, and what was sent to them.

use super::LocalTime;

/// Whether a webhook is sent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WebhookState {
    On,
    /// Nothing arrived since then.
    Failing(LocalTime),
    /// By its owner.
    Off,
    /// By the server, because nothing had arrived for days.
    GivenUp(LocalTime),
    /// By the receiver's answer.
    Gone(LocalTime),
}

impl WebhookState {
    #[must_use]
    pub const fn is_on(&self) -> bool {
        matches!(self, Self::On | Self::Failing(_))
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookRow {
    /// Public id, `whk_…`.
    pub id: String,
    pub url: String,
    pub state: WebhookState,
    pub created_at: LocalTime,
    /// Until when the secret before the last rotation signs too.
    pub old_until: Option<LocalTime>,
}

/// The page of all webhooks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhooksView {
    /// Oldest first.
    pub webhooks: Vec<WebhookRow>,
    pub most: i64,
}

/// The page of one webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookView {
    pub webhook: WebhookRow,
    /// Newest first, a few.
    pub messages: Vec<MessageRow>,
}

/// What the last try came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageAnswer {
    /// An HTTP status.
    Status(u16),
    /// The name of the host is not known.
    Name,
    /// The host lies inside a network.
    Private,
    Connect,
    Tls,
    Timeout,
    Broken,
}

/// How far a message is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MessageState {
    Arrived,
    /// The next try.
    Waiting(LocalTime),
    /// The first try is under way.
    New,
    GivenUp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageRow {
    /// Public id of the event, `evt_…`.
    pub event: String,
    /// `quota.threshold`.
    pub kind: String,
    pub created_at: LocalTime,
    pub tries: i64,
    pub answer: Option<MessageAnswer>,
    pub state: MessageState,
}

/// A secret that was just made: shown by this answer and never again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSecret {
    /// Public id of its webhook.
    pub webhook: String,
    pub secret: String,
    /// Until when the one before it signs too, if there was one.
    pub old_until: Option<LocalTime>,
}
