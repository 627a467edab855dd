//! The port of the console, and the way to more quota: what a developer sees of their own.

use super::{Reader, unavailable};
use crate::domain::quota_requests::{QuotaRequest, RequestState};
use crate::domain::{AccountId, ApiId, zones};
use allowance_app::ports::{Console, PortError};
use allowance_app::view::{
    ApiQuota, KeyView, KeysQuery, KeysView, ProjectRow, ProjectView, QuotaRequestRow,
    QuotaRequestState, RequestBatch, RequestDetail, RequestMoreView, RequestsQuery, RequestsView,
    UsageQuery, UsageReport, Viewer,
};
use async_trait::async_trait;
use chrono_tz::Tz;

#[async_trait]
impl Console for Reader {
    async fn usage(&self, viewer: &Viewer, query: UsageQuery) -> Result<UsageReport, PortError> {
        self.usage_report(viewer, query).await
    }

    async fn keys(&self, viewer: &Viewer, query: KeysQuery) -> Result<KeysView, PortError> {
        self.keys_view(viewer, query).await
    }

    async fn key(&self, viewer: &Viewer, id: &str) -> Result<KeyView, PortError> {
        self.key_view(viewer, id).await
    }

    async fn projects(&self, viewer: &Viewer) -> Result<Vec<ProjectRow>, PortError> {
        self.project_rows(viewer).await.map_err(unavailable)
    }

    async fn project(&self, viewer: &Viewer, id: &str) -> Result<ProjectView, PortError> {
        self.project_view(viewer, id).await
    }

    async fn requests(
        &self,
        viewer: &Viewer,
        query: RequestsQuery,
    ) -> Result<RequestsView, PortError> {
        self.request_log(viewer, query).await
    }

    async fn request_batch(
        &self,
        viewer: &Viewer,
        query: RequestsQuery,
    ) -> Result<RequestBatch, PortError> {
        self.batch_of_requests(viewer, query).await
    }

    async fn request(&self, viewer: &Viewer, id: &str) -> Result<RequestDetail, PortError> {
        self.request_detail(viewer, id).await
    }

    async fn request_more(&self, viewer: &Viewer) -> Result<RequestMoreView, PortError> {
        let id = AccountId(viewer.account);
        let zone = zones::zone(&viewer.time_zone);
        let account = self
            .store
            .account(id)
            .await
            .map_err(unavailable)?
            .ok_or(PortError::NotFound)?;
        let quotas = self
            .quotas(id, viewer.language)
            .await
            .map_err(unavailable)?;
        let requests = self
            .store
            .quota_requests_of(id)
            .await
            .map_err(unavailable)?;
        let requests = requests
            .into_iter()
            .map(|request| request_row(request, &quotas, zone))
            .collect();
        Ok(RequestMoreView {
            reference_code: account.reference_code,
            quota: quotas.into_iter().map(|(_, quota)| quota).collect(),
            channels: self.channels.clone(),
            requests,
        })
    }
}

/// A request for quota; `quotas` are those of its account.
pub(super) fn request_row(
    request: QuotaRequest,
    quotas: &[(ApiId, ApiQuota)],
    zone: Tz,
) -> QuotaRequestRow {
    let quota = quotas
        .iter()
        .find(|(api, _)| *api == request.api)
        .map(|(_, quota)| quota);
    QuotaRequestRow {
        id: request.public_id,
        account_id: request.account_public_id,
        account_name: request.account_name,
        account_email: request.account_email,
        // An API that left the catalogue keeps its requests.
        api: quota.map_or_else(String::new, |quota| quota.api.clone()),
        api_title: quota.map_or_else(|| "—".to_owned(), |quota| quota.title.clone()),
        calls: request.calls,
        reason: request.reason,
        state: match request.state {
            RequestState::Open => QuotaRequestState::Open,
            RequestState::Approved => QuotaRequestState::Approved,
            RequestState::Rejected => QuotaRequestState::Rejected,
            RequestState::Withdrawn => QuotaRequestState::Withdrawn,
        },
        granted: request.granted,
        answer: request.answer.filter(|text| !text.is_empty()),
        created_at: zones::local(request.created_at, zone),
        answered_at: request.answered_at.map(|at| zones::local(at, zone)),
        remaining: quota.map_or(0, |quota| quota.remaining),
    }
}
