//! The desk at a glance.

use super::AdminApi;
use super::body::{Answered, instant, instant_or_null, ok};
use super::staff::Staff;
use crate::domain::quota_requests::RequestState;
use crate::domain::store::Overview;
use axum::extract::State;
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) async fn show(State(api): State<Arc<AdminApi>>, _staff: Staff) -> Answered {
    let since = api.clock.now() - Overview::SPAN;
    let found = api.store.overview(since).await?;
    let waiting = api.store.count_open_quota_requests().await?;
    let oldest = api
        .store
        .quota_requests_in(&[RequestState::Open], 1)
        .await?
        .first()
        .map(|request| request.created_at);
    let errors: Vec<Value> = found
        .errors()
        .map(|count| json!({ "code": count.code, "calls": count.calls }))
        .collect();
    let near: Vec<Value> = found
        .near
        .iter()
        .map(|near| {
            json!({
                "account": { "id": near.account_public_id, "email": near.account_email },
                "api": api.api_name(near.api), "percent": near.percent,
                "at": instant(near.at),
            })
        })
        .collect();
    ok(json!({
        "since": instant(since),
        "calls": found.calls(), "charged": found.charged(), "failed": found.failed(),
        // Of more calls than are looked at, the newest are counted.
        "more": found.more,
        "errors": errors, "near_limit": near,
        "accounts": found.accounts, "new_accounts": found.new_accounts,
        "disabled": found.disabled,
        "open_requests": waiting, "waiting_since": instant_or_null(oldest),
    }))
}
