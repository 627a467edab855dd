//! Grants to a list of accounts.

use super::PortError;
use crate::view::{BulkView, Viewer};
use async_trait::async_trait;

/// What an owner sees of lists of grants. Every method answers
/// [`PortError::Forbidden`] to everybody else.
#[async_trait]
pub trait BulkGrants: Send + Sync + 'static {
    /// Whether the viewer may upload a list; and names of APIs, for the example.
    async fn bulk_form(&self, viewer: &Viewer) -> Result<Vec<String>, PortError>;
    /// A list with the lines behind `after`, and what each does.
    async fn bulk(&self, viewer: &Viewer, id: &str, after: i64) -> Result<BulkView, PortError>;
}
