//! What the settings page asks, and what every page asks about notices.

use super::PortError;
use crate::view::{AlertRow, NoticeRow, SecondStep, SettingsView, Viewer};
use async_trait::async_trait;

#[async_trait]
pub trait Settings: Send + Sync + 'static {
    /// The account's settings (`product.md` §5); `session` is the handle of the
    /// one that asks.
    async fn settings(
        &self,
        viewer: &Viewer,
        session: Option<String>,
    ) -> Result<SettingsView, PortError>;
    /// How far the second step of its sign-in is set up.
    async fn second_step(&self, viewer: &Viewer) -> Result<SecondStep, PortError>;
    /// What is to be said of the account's quotas on every page: for each API
    /// the highest threshold that is crossed and not dismissed.
    async fn open_notices(&self, viewer: &Viewer) -> Result<Vec<NoticeRow>, PortError>;
    /// What else is to be said on every page: grants that lapse soon, calls that
    /// come too fast.
    async fn open_alerts(&self, viewer: &Viewer) -> Result<Vec<AlertRow>, PortError>;
}
