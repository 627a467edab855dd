//! Keys, projects and the way to more quota: what a developer sees of their own.

use super::usage::project_choice;
use super::{Reader, unavailable};
use crate::domain::keys::{Key, KeyIdentity};
use crate::domain::quota_requests::{QuotaRequest, RequestState};
use crate::domain::{AccountId, ApiId, Millis, zones};
use allowance_app::ports::{Console, PortError};
use allowance_app::view::{
    ApiQuota, KeyRow, KeyState, KeysView, ProjectRow, QuotaRequestRow, QuotaRequestState,
    RequestDetail, RequestMoreView, RequestsQuery, RequestsView, UsageQuery, UsageReport, Viewer,
};
use async_trait::async_trait;
use chrono_tz::Tz;

#[async_trait]
impl Console for Reader {
    async fn usage(&self, viewer: &Viewer, query: UsageQuery) -> Result<UsageReport, PortError> {
        self.usage_report(viewer, query).await
    }

    async fn keys(&self, viewer: &Viewer) -> Result<KeysView, PortError> {
        let account = AccountId(viewer.account);
        let zone = zones::zone(&viewer.time_zone);
        let now = self.clock.now();
        let keys = self.store.keys(account).await.map_err(unavailable)?;
        let projects = self.store.projects(account).await.map_err(unavailable)?;
        Ok(KeysView {
            keys: keys.iter().map(|key| key_row(key, now, zone)).collect(),
            projects: projects.iter().map(project_choice).collect(),
        })
    }

    async fn projects(&self, viewer: &Viewer) -> Result<Vec<ProjectRow>, PortError> {
        let zone = zones::zone(&viewer.time_zone);
        let summaries = self
            .store
            .project_summaries(AccountId(viewer.account), self.clock.now())
            .await
            .map_err(unavailable)?;
        Ok(summaries
            .into_iter()
            .map(|summary| ProjectRow {
                id: summary.project.public_id,
                name: summary.project.name,
                description: summary.project.description,
                created_at: zones::local(summary.project.created_at, zone),
                active_keys: summary.active_keys,
                charged: summary.charged,
            })
            .collect())
    }

    async fn requests(
        &self,
        viewer: &Viewer,
        query: RequestsQuery,
    ) -> Result<RequestsView, PortError> {
        self.request_log(viewer, query).await
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

/// A key as people see it: `mpg-…EBIf`.
pub(super) fn masked(hint: &str) -> String {
    format!("mpg-…{hint}")
}

pub(super) fn key_row(key: &Key, now: Millis, zone: Tz) -> KeyRow {
    let at = |at| zones::local(at, zone);
    KeyRow {
        id: key.public_id.clone(),
        name: key.name.clone(),
        hint: masked(&key.hint),
        project_id: key.project_public_id.clone(),
        project_name: key.project_name.clone(),
        state: key_state(key, now),
        created_at: at(key.created_at),
        last_used_at: key.last_used_at.map(at),
        expires_at: key.expires_at.map(at),
        charged: key.charged,
    }
}

/// The gateway's own rule, so that the page never says otherwise.
fn key_state(key: &Key, now: Millis) -> KeyState {
    let identity = KeyIdentity {
        key: key.id,
        project: key.project,
        account: key.account,
        expires_at: key.expires_at,
        disabled: key.disabled_at.is_some(),
        account_disabled: false,
    };
    match identity.check(now) {
        Ok(()) => KeyState::Active,
        Err(_) if identity.disabled => KeyState::Disabled,
        Err(_) => KeyState::Expired,
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
