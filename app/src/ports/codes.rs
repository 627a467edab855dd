//! Redemption codes.

use super::PortError;
use crate::view::{CodeBatchList, CodeBatchView, Viewer};
use async_trait::async_trait;

/// What staff see of redemption codes. Every method answers
/// [`PortError::Forbidden`] to everybody else.
#[async_trait]
pub trait CodeBatches: Send + Sync + 'static {
    /// Batches, newest first: those made before the one of that id, if there is one.
    async fn code_batches(
        &self,
        viewer: &Viewer,
        before: Option<String>,
    ) -> Result<CodeBatchList, PortError>;
    /// A batch with some of its codes: those behind the one of that id, if there is
    /// one.
    async fn code_batch(
        &self,
        viewer: &Viewer,
        id: &str,
        after: Option<String>,
    ) -> Result<CodeBatchView, PortError>;
}
