//! The desk at a glance, and the queue one request at a time.

use super::Reader;
use super::account::request_row;
use super::requests::outcome_view;
use crate::domain::quota_requests::RequestState;
use crate::domain::store::Overview;
use crate::domain::{StoreError, zones};
use allowance_app::view::{ErrorCount, NearRow, NextRequest, OverviewView, Viewer};

/// Kinds of errors that it shows.
const ERRORS: usize = 8;
/// Waiting requests that the queue counts.
const WAITING: i64 = 1_000;
/// Earlier requests of the same account that stand beside one.
const EARLIER: usize = 3;

impl Reader {
    pub(super) async fn overview_view(&self, viewer: &Viewer) -> Result<OverviewView, StoreError> {
        let zone = zones::zone(&viewer.time_zone);
        let found = self
            .store
            .overview(self.clock.now() - Overview::SPAN)
            .await?;
        let waiting = self
            .store
            .quota_requests_in(&[RequestState::Open], 1)
            .await?;
        let mut near = Vec::with_capacity(found.near.len());
        for row in &found.near {
            let quotas = self.quotas(row.account, viewer.language).await?;
            // An API that left the catalogue has no limit any more.
            let quota = quotas.into_iter().find(|(api, _)| *api == row.api);
            near.extend(quota.map(|(_, quota)| NearRow {
                account_id: row.account_public_id.clone(),
                account_email: row.account_email.clone(),
                quota,
                at: zones::local(row.at, zone),
            }));
        }
        Ok(OverviewView {
            calls: found.calls(),
            charged: found.charged(),
            failed: found.failed(),
            more: found.more,
            accounts: found.accounts,
            new_accounts: found.new_accounts,
            disabled: found.disabled,
            waiting: self.store.count_open_quota_requests().await?,
            waiting_since: waiting
                .first()
                .map(|oldest| zones::local(oldest.created_at, zone)),
            errors: found
                .errors()
                .take(ERRORS)
                .map(|count| ErrorCount {
                    outcome: outcome_view(count.outcome),
                    code: count.code,
                    calls: count.calls,
                })
                .collect(),
            near,
        })
    }

    pub(super) async fn one_request(
        &self,
        viewer: &Viewer,
        id: Option<String>,
        after: Option<String>,
    ) -> Result<NextRequest, StoreError> {
        let zone = zones::zone(&viewer.time_zone);
        let open = self
            .store
            .quota_requests_in(&[RequestState::Open], WAITING)
            .await?;
        let place = |id: &str| open.iter().position(|request| request.public_id == id);
        let place = match (id.as_deref().and_then(place), after) {
            (Some(place), _) => place,
            // One that was answered is not among them any more; its place is known
            // by its row.
            (None, Some(after)) => match self.store.quota_request(&after).await? {
                Some(after) => open
                    .iter()
                    .position(|request| request.id > after.id)
                    .unwrap_or(0),
                None => 0,
            },
            (None, None) => 0,
        };
        let waiting = i64::try_from(open.len()).unwrap_or(i64::MAX);
        let Some(request) = open.into_iter().nth(place) else {
            return Ok(NextRequest {
                request: None,
                quota: Vec::new(),
                earlier: Vec::new(),
                waiting,
                place: 0,
            });
        };
        let quotas = self.quotas(request.account, viewer.language).await?;
        let earlier = self.store.quota_requests_of(request.account).await?;
        Ok(NextRequest {
            earlier: earlier
                .into_iter()
                .filter(|earlier| earlier.state != RequestState::Open)
                .take(EARLIER)
                .map(|earlier| request_row(earlier, &quotas, zone))
                .collect(),
            request: Some(request_row(request, &quotas, zone)),
            quota: quotas.into_iter().map(|(_, quota)| quota).collect(),
            waiting,
            place: i64::try_from(place + 1).unwrap_or(i64::MAX),
        })
    }
}
