//! Probes: is the process alive, and can it do its work.

use super::gateway::{Upstream, UpstreamHealth};
use super::routes::{Routes, get};
use crate::domain::store::Store;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// Whoever probes does not wait long either.
const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Clone)]
struct Probed {
    store: Arc<dyn Store>,
    upstream: Arc<Upstream>,
}

pub(super) fn router(store: Arc<dyn Store>, upstream: Arc<Upstream>) -> Routes {
    Routes::new()
        .route("/healthz", get(|| async { "ok" }))
        .route("/readyz", get(ready))
        .with_state(Probed { store, upstream })
}

/// Ready means that calls can be charged. An upstream that fails is shown, but
/// is no reason to send clients elsewhere: every node has the same.
async fn ready(State(probed): State<Probed>) -> (StatusCode, Json<Value>) {
    let (status, store) = match tokio::time::timeout(PATIENCE, probed.store.ping()).await {
        Ok(Ok(())) => (StatusCode::OK, "ok"),
        Ok(Err(error)) => {
            tracing::error!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "failing")
        }
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "slow"),
    };
    let upstream = match probed.upstream.health() {
        UpstreamHealth::Ok => "ok",
        UpstreamHealth::Failing => "failing",
    };
    (
        status,
        Json(json!({ "store": store, "upstream": upstream })),
    )
}
