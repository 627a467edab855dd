//! What the pages ask that let people in.

use super::PortError;
use crate::view::{JoinView, LinkPurpose, LinkRow, LinkView, Viewer};
use async_trait::async_trait;

#[async_trait]
pub trait Doors: Send + Sync + 'static {
    /// What a token opens on the page that opens accounts.
    async fn join(&self, token: &str) -> Result<JoinView, PortError>;
    /// What a token opens on another page.
    async fn link(&self, token: &str, purpose: LinkPurpose) -> Result<LinkView, PortError>;
    /// Links that were not used yet, newest first; for staff.
    async fn open_links(&self, viewer: &Viewer) -> Result<Vec<LinkRow>, PortError>;
}
