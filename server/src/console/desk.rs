//! The admin's desk: what staff see of all accounts.

use super::account::request_row;
use super::keys::key_row;
use super::{Reader, unavailable};
use crate::domain::accounts::{Account, Role};
use crate::domain::audit::Entry;
use crate::domain::authority::Reach;
use crate::domain::quota_requests::RequestState;
use crate::domain::{StoreError, zones};
use allowance_app::i18n::Language;
use allowance_app::ports::{AdminDesk, PortError};
use allowance_app::view::{
    self, AccountDetail, AccountRow, AccountSearch, AuditEntry, AuditPage, QuotaRequestRow,
    RequestFilter, Viewer,
};
use async_trait::async_trait;
use chrono_tz::Tz;

/// Accounts of one page.
const ACCOUNTS: i64 = 25;
/// Entries of one page of the audit log, and of an account's own.
const ENTRIES: i64 = 50;
/// Requests of one page of the queue.
const REQUESTS: i64 = 100;

#[async_trait]
impl AdminDesk for Reader {
    async fn accounts(
        &self,
        viewer: &Viewer,
        search: &str,
        page: u32,
    ) -> Result<AccountSearch, PortError> {
        staff(viewer)?;
        let page = page.max(1);
        let search: String = search.trim().chars().take(100).collect();
        let offset = i64::from(page - 1) * ACCOUNTS;
        // One more than a page tells whether there is a next one.
        let mut found = self
            .store
            .find_accounts(&search, ACCOUNTS + 1, offset)
            .await
            .map_err(unavailable)?;
        let has_next = i64::try_from(found.len()).is_ok_and(|found| found > ACCOUNTS);
        found.truncate(usize::try_from(ACCOUNTS).unwrap_or(usize::MAX));
        let zone = zones::zone(&viewer.time_zone);
        let mut accounts = Vec::with_capacity(found.len());
        for account in found {
            accounts.push(
                self.account_row(account, viewer.language, zone)
                    .await
                    .map_err(unavailable)?,
            );
        }
        let open_requests = self
            .store
            .count_open_quota_requests()
            .await
            .map_err(unavailable)?;
        Ok(AccountSearch {
            search,
            accounts,
            page,
            has_next,
            open_requests,
        })
    }

    async fn account(&self, viewer: &Viewer, id: &str) -> Result<AccountDetail, PortError> {
        staff(viewer)?;
        let account = self
            .store
            .account_by_public_id(id)
            .await
            .map_err(unavailable)?
            .ok_or(PortError::NotFound)?;
        self.account_detail(account, viewer.language, zones::zone(&viewer.time_zone))
            .await
            .map_err(unavailable)
    }

    async fn quota_requests(
        &self,
        viewer: &Viewer,
        filter: RequestFilter,
    ) -> Result<Vec<QuotaRequestRow>, PortError> {
        staff(viewer)?;
        let states = match filter {
            RequestFilter::Open => &[RequestState::Open][..],
            RequestFilter::Answered => &[
                RequestState::Approved,
                RequestState::Rejected,
                RequestState::Withdrawn,
            ],
        };
        let zone = zones::zone(&viewer.time_zone);
        let found = self
            .store
            .quota_requests_in(states, REQUESTS)
            .await
            .map_err(unavailable)?;
        let mut rows = Vec::with_capacity(found.len());
        for request in found {
            let quotas = self
                .quotas(request.account, viewer.language)
                .await
                .map_err(unavailable)?;
            rows.push(request_row(request, &quotas, zone));
        }
        Ok(rows)
    }

    async fn audit(&self, viewer: &Viewer, before: Option<i64>) -> Result<AuditPage, PortError> {
        staff(viewer)?;
        let zone = zones::zone(&viewer.time_zone);
        let mut found = self
            .store
            .audit(before, ENTRIES + 1)
            .await
            .map_err(unavailable)?;
        let more = i64::try_from(found.len()).is_ok_and(|found| found > ENTRIES);
        found.truncate(usize::try_from(ENTRIES).unwrap_or(usize::MAX));
        Ok(AuditPage {
            next_before: more.then(|| found.last().map(|entry| entry.id)).flatten(),
            entries: found
                .into_iter()
                .map(|entry| audit_entry(entry, zone))
                .collect(),
        })
    }
}

/// How far a viewer's rights reach.
pub(super) fn reach(viewer: &Viewer) -> Reach {
    Reach::of(match viewer.role {
        view::Role::Developer => Role::Developer,
        view::Role::Support => Role::Support,
        view::Role::Owner => Role::Owner,
    })
}

/// The pages are closed to others already; the port does not rely on it.
pub(super) fn staff(viewer: &Viewer) -> Result<(), PortError> {
    if reach(viewer).sees_desk() {
        Ok(())
    } else {
        Err(PortError::Forbidden)
    }
}

impl Reader {
    async fn account_row(
        &self,
        account: Account,
        language: Language,
        zone: Tz,
    ) -> Result<AccountRow, StoreError> {
        let requests = self.store.quota_requests_of(account.id).await?;
        let open = requests
            .iter()
            .filter(|request| request.state == RequestState::Open)
            .count();
        let quota = self.quotas(account.id, language).await?;
        Ok(AccountRow {
            id: account.public_id,
            name: account.name,
            email: account.email,
            reference_code: account.reference_code,
            role: match account.role {
                Role::Developer => view::Role::Developer,
                Role::Support => view::Role::Support,
                Role::Owner => view::Role::Owner,
            },
            created_at: zones::local(account.created_at, zone),
            quota: quota.into_iter().map(|(_, quota)| quota).collect(),
            open_requests: i64::try_from(open).unwrap_or(i64::MAX),
        })
    }

    async fn account_detail(
        &self,
        account: Account,
        language: Language,
        zone: Tz,
    ) -> Result<AccountDetail, StoreError> {
        let now = self.clock.now();
        let quotas = self.quotas(account.id, language).await?;
        let grants = self.grant_rows(account.id, language, zone).await?;
        let keys = self.store.keys(account.id).await?;
        let requests = self.store.quota_requests_of(account.id).await?;
        let audit = self.store.audit_of(account.id, ENTRIES).await?;
        Ok(AccountDetail {
            time_zone: account.time_zone.clone(),
            grants,
            keys: keys.iter().map(|key| key_row(key, now, zone)).collect(),
            requests: requests
                .into_iter()
                .map(|request| request_row(request, &quotas, zone))
                .collect(),
            audit: audit
                .into_iter()
                .map(|entry| audit_entry(entry, zone))
                .collect(),
            account: self.account_row(account, language, zone).await?,
        })
    }
}

fn audit_entry(entry: Entry, zone: Tz) -> AuditEntry {
    AuditEntry {
        id: entry.id,
        at: zones::local(entry.at, zone),
        actor: entry.actor,
        action: entry.action,
        subject: entry.subject,
        account: entry.account,
        before: entry.before,
        after: entry.after,
    }
}
