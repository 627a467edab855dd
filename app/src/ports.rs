//! What the pages ask of the machine. The server implements these traits and
//! hands them in by Leptos context as `Arc<dyn …>`; a page never sees a
//! database, a clock or a session.

mod bulk;
mod codes;
mod doors;
mod guide;
mod settings;
mod webhooks;

pub use bulk::BulkGrants;
pub use codes::CodeBatches;
pub use doors::Doors;
pub use guide::Guide;
pub use settings::Settings;
pub use webhooks::Webhooks;

use crate::view::{
    AccountDetail, AccountSearch, AuditPage, AuditQuery, KeyView, KeysQuery, KeysView, NextRequest,
    OverviewView, ProjectRow, ProjectView, QuotaRequestRow, RequestBatch, RequestDetail,
    RequestFilter, RequestMoreView, RequestsQuery, RequestsView, UsageQuery, UsageReport, Viewer,
};
use async_trait::async_trait;

/// Why a port has no answer. Text for people is chosen by the page.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PortError {
    /// The thing does not exist, or not for this viewer: the page is a 404 either way.
    #[error("not found")]
    NotFound,
    /// The viewer's role does not allow it.
    #[error("forbidden")]
    Forbidden,
    /// The store did not answer. `incident` finds the log line and tells nothing else.
    #[error("unavailable (incident {incident})")]
    Unavailable { incident: String },
}

/// What a developer sees of their own account. Each answer holds the viewer's
/// account only.
#[async_trait]
pub trait Console: Send + Sync + 'static {
    /// Usage for each API under a filter (`product.md` §5, "Usage"). Filter
    /// values that make no sense are answered as problems in the report.
    async fn usage(&self, viewer: &Viewer, query: UsageQuery) -> Result<UsageReport, PortError>;
    /// The keys of the account that the query leaves, newest first, and what a
    /// new key may be made of.
    async fn keys(&self, viewer: &Viewer, query: KeysQuery) -> Result<KeysView, PortError>;
    /// One key by its public id.
    async fn key(&self, viewer: &Viewer, id: &str) -> Result<KeyView, PortError>;
    /// All projects of the account, oldest first.
    async fn projects(&self, viewer: &Viewer) -> Result<Vec<ProjectRow>, PortError>;
    /// One project by its public id.
    async fn project(&self, viewer: &Viewer, id: &str) -> Result<ProjectView, PortError>;
    /// A page of the request log under a filter (`product.md` §5, "Requests").
    /// Filter values that make no sense are answered as problems.
    async fn requests(
        &self,
        viewer: &Viewer,
        query: RequestsQuery,
    ) -> Result<RequestsView, PortError>;
    /// The log as a file has it: all of it under the filter, a batch at a time. The
    /// first batch begins at the newest call.
    async fn request_batch(
        &self,
        viewer: &Viewer,
        query: RequestsQuery,
    ) -> Result<RequestBatch, PortError>;
    /// One request by its id.
    async fn request(&self, viewer: &Viewer, id: &str) -> Result<RequestDetail, PortError>;
    /// What the page needs that leads to a human.
    async fn request_more(&self, viewer: &Viewer) -> Result<RequestMoreView, PortError>;
}

/// What an admin sees of all accounts (`product.md` §6). Every method answers
/// [`PortError::Forbidden`] to a viewer who is not staff.
#[async_trait]
pub trait AdminDesk: Send + Sync + 'static {
    /// Accounts whose e-mail or name contains, or whose reference code, key
    /// prefix or request id equals `search`; all, newest first, if it is empty.
    async fn accounts(
        &self,
        viewer: &Viewer,
        search: &str,
        page: u32,
    ) -> Result<AccountSearch, PortError>;
    /// One account by its public id.
    async fn account(&self, viewer: &Viewer, id: &str) -> Result<AccountDetail, PortError>;
    /// The queue of requests for quota: open ones oldest first, answered ones newest first.
    async fn quota_requests(
        &self,
        viewer: &Viewer,
        filter: RequestFilter,
    ) -> Result<Vec<QuotaRequestRow>, PortError>;
    /// How the installation does.
    async fn overview(&self, viewer: &Viewer) -> Result<OverviewView, PortError>;
    /// The open request of this id; else the oldest that came after `after`; else
    /// the oldest of all.
    async fn next_request(
        &self,
        viewer: &Viewer,
        id: Option<String>,
        after: Option<String>,
    ) -> Result<NextRequest, PortError>;
    /// Changes under a filter, newest first.
    async fn audit(&self, viewer: &Viewer, query: AuditQuery) -> Result<AuditPage, PortError>;
}

/// Sets the HTTP status of the page that is being rendered. Handed in by context.
#[derive(Clone)]
pub struct PageStatus(pub std::sync::Arc<dyn Fn(u16) + Send + Sync>);
