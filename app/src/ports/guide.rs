//! What the pages ask that tell a developer how to call, and within which limits.

use super::PortError;
use crate::view::{LimitsView, QuickStartView, Viewer};
use async_trait::async_trait;

/// The catalogue as one developer meets it.
#[async_trait]
pub trait Guide: Send + Sync + 'static {
    /// The catalogue's quotas and limits with the account's own numbers
    /// (`product.md` §5, "Limits").
    async fn limits(&self, viewer: &Viewer) -> Result<LimitsView, PortError>;
    /// What a first call needs (`product.md` §5, "Quick start").
    async fn quick_start(&self, viewer: &Viewer) -> Result<QuickStartView, PortError>;
}
