//! What the pages about webhooks ask.

use super::PortError;
use crate::view::{Viewer, WebhookView, WebhooksView};
use async_trait::async_trait;

#[async_trait]
pub trait Webhooks: Send + Sync + 'static {
    /// All webhooks of the account.
    async fn webhooks(&self, viewer: &Viewer) -> Result<WebhooksView, PortError>;
    /// One of them by its public id, with what was sent to it.
    async fn webhook(&self, viewer: &Viewer, id: &str) -> Result<WebhookView, PortError>;
}
