//! The queue of requests for quota.

use super::body::{Answered, Asked, At, Sent, Typed, instant, instant_or_null, ok};
use super::staff::Staff;
use super::{AdminApi, Problem};
use crate::domain::quota_requests::{QuotaRequest, RequestState};
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Requests that are listed at once.
const LISTED: i64 = 200;

type Api = State<Arc<AdminApi>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Filter {
    /// `open`, `approved`, `rejected` or `withdrawn`.
    #[serde(default)]
    state: String,
}

pub(super) async fn list(
    State(api): Api,
    _staff: Staff,
    Asked(Filter { state }): Asked<Filter>,
) -> Answered {
    let state = match state.as_str() {
        "" => RequestState::Open,
        name => RequestState::named(name)
            .ok_or_else(|| Problem::invalid("state is open, approved, rejected or withdrawn."))?,
    };
    let found = api.store.quota_requests_in(&[state], LISTED).await?;
    let waiting = api.store.count_open_quota_requests().await?;
    let requests: Vec<Value> = found.iter().map(|it| api.request_json(it)).collect();
    ok(json!({ "requests": requests, "open": waiting }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Approve {
    /// Without it, as many as were asked for.
    #[serde(default)]
    calls: Typed,
    #[serde(default)]
    answer: String,
}

pub(super) async fn approve(
    State(api): Api,
    staff: Staff,
    At(id): At<String>,
    Sent(Approve { calls, answer }): Sent<Approve>,
) -> Answered {
    let calls = if calls.0.is_empty() {
        api.request(&id).await?.calls.to_string()
    } else {
        calls.0
    };
    let (actions, by) = (&staff.actions, &staff.by);
    actions
        .approve_quota_request(by, &id, &calls, &answer)
        .await?;
    api.answered(&id).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reject {
    #[serde(default)]
    answer: String,
}

pub(super) async fn reject(
    State(api): Api,
    staff: Staff,
    At(id): At<String>,
    Sent(Reject { answer }): Sent<Reject>,
) -> Answered {
    let by = &staff.by;
    staff.actions.reject_quota_request(by, &id, &answer).await?;
    api.answered(&id).await
}

impl AdminApi {
    async fn request(&self, id: &str) -> Result<QuotaRequest, Problem> {
        let found = self.store.quota_request(id).await?;
        found.ok_or_else(|| Problem::no_such("request"))
    }

    async fn answered(&self, id: &str) -> Result<Response, Problem> {
        ok(self.request_json(&self.request(id).await?))
    }

    pub(super) fn request_json(&self, request: &QuotaRequest) -> Value {
        json!({
            "id": request.public_id, "state": request.state.name(),
            "account": { "id": request.account_public_id, "email": request.account_email },
            "api": self.api_name(request.api), "calls": request.calls,
            "reason": request.reason, "granted": request.granted, "answer": request.answer,
            "created_at": instant(request.created_at),
            "answered_at": instant_or_null(request.answered_at),
        })
    }
}
