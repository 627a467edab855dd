//! The admin's desk: what staff see of all accounts.

use super::account::request_row;
use super::keys::key_row;
use super::{Reader, unavailable};
use crate::domain::accounts::{Account, Role};
use crate::domain::audit::Entry;
use crate::domain::authority::Reach;
use crate::domain::quota_requests::RequestState;
use crate::domain::store::AuditFilter;
use crate::domain::{StoreError, zones};
use allowance_app::i18n::Language;
use allowance_app::ports::{AdminDesk, PortError};
use allowance_app::view::{
    self, AccountDetail, AccountRow, AccountSearch, AuditEntry, AuditPage, AuditQuery, NextRequest,
    NoteRow, OverviewView, QuotaRequestRow, RequestFilter, RequestsQuery, Viewer,
};
use async_trait::async_trait;
use chrono::{Days, NaiveDate};
use chrono_tz::Tz;

/// Accounts of one page.
const ACCOUNTS: i64 = 25;
/// Entries of one page of the audit log, and of an account's own.
const ENTRIES: i64 = 50;
/// Requests of one page of the queue.
const REQUESTS: i64 = 100;
/// Calls that an account's page shows.
const CALLS: usize = 10;

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
        self.account_detail(account, viewer).await
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

    async fn overview(&self, viewer: &Viewer) -> Result<OverviewView, PortError> {
        staff(viewer)?;
        self.overview_view(viewer).await.map_err(unavailable)
    }

    async fn next_request(
        &self,
        viewer: &Viewer,
        id: Option<String>,
        after: Option<String>,
    ) -> Result<NextRequest, PortError> {
        staff(viewer)?;
        self.one_request(viewer, id, after)
            .await
            .map_err(unavailable)
    }

    async fn audit(&self, viewer: &Viewer, query: AuditQuery) -> Result<AuditPage, PortError> {
        staff(viewer)?;
        let zone = zones::zone(&viewer.time_zone);
        let (filter, bad_date) = audit_filter(&query, zone);
        let mut found = self
            .store
            .audit(&filter, query.before, ENTRIES + 1)
            .await
            .map_err(unavailable)?;
        let more = i64::try_from(found.len()).is_ok_and(|found| found > ENTRIES);
        found.truncate(usize::try_from(ENTRIES).unwrap_or(usize::MAX));
        Ok(AuditPage {
            bad_date,
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

/// Whether the page offers to disable the account. Whether it is done is decided
/// when it is asked for.
fn may_close(viewer: &Viewer, account: &AccountRow) -> bool {
    let is_owner = reach(viewer) == Reach::Owner;
    viewer.email != account.email && (is_owner || !account.role.is_staff())
}

/// What is asked of the audit log, and whether a date in it is none.
fn audit_filter(query: &AuditQuery, zone: Tz) -> (AuditFilter, bool) {
    let mut bad_date = false;
    let mut day = |text: &str, later: u64| {
        if text.is_empty() {
            return None;
        }
        let day = NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .ok()
            .and_then(|day| day.checked_add_days(Days::new(later)));
        bad_date |= day.is_none();
        day.map(|day| zones::start_of_day(day, zone))
    };
    let filter = AuditFilter {
        from: day(&query.from, 0),
        to: day(&query.to, 1),
        actor: query.actor.clone(),
        action: query.action.clone(),
        subject: query.subject.clone(),
        account: query.account.clone(),
    };
    (filter, bad_date)
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
            disabled: account.disabled_at.is_some(),
        })
    }

    async fn account_detail(
        &self,
        account: Account,
        viewer: &Viewer,
    ) -> Result<AccountDetail, PortError> {
        let (language, zone) = (viewer.language, zones::zone(&viewer.time_zone));
        // As its owner sees it, told in the words and the zone of whoever looks.
        let owner = Viewer {
            account: account.id.0,
            role: view::Role::Developer,
            ..viewer.clone()
        };
        let mut calls = self
            .request_log(&owner, RequestsQuery::default())
            .await?
            .rows;
        calls.truncate(CALLS);
        let projects = self.project_rows(&owner).await.map_err(unavailable)?;
        let mut detail = self
            .own_detail(account, language, zone)
            .await
            .map_err(unavailable)?;
        detail.calls = calls;
        detail.projects = projects;
        detail.may_close = may_close(viewer, &detail.account);
        detail.may_change_role =
            reach(viewer) == Reach::Owner && viewer.email != detail.account.email;
        Ok(detail)
    }

    async fn own_detail(
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
        let notes = self.store.notes(account.id).await?;
        Ok(AccountDetail {
            calls: Vec::new(),
            projects: Vec::new(),
            may_close: false,
            may_change_role: false,
            notes: notes
                .into_iter()
                .map(|note| NoteRow {
                    text: note.text,
                    written_by: note.written_by,
                    created_at: zones::local(note.created_at, zone),
                })
                .collect(),
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
