//! limitador behind axum: check and update in memory for each event, as the
//! metering API's `record` takes it. `limiter ADDRESS`; the API of an event says
//! how many calls its key may make: `calls-100`.

use axum::Router;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::routing::post;
use axum::serve::ListenerExt;
use limitador::RateLimiter;
use limitador::limit::{Context, Limit};
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::Arc;

#[derive(Deserialize)]
struct Event {
    key: String,
    api: String,
}

#[tokio::main(flavor = "multi_thread", worker_threads = 4)]
async fn main() {
    let address = std::env::args().nth(1).expect("an address to listen on");
    let limiter = RateLimiter::new(100_000);
    for most in [100, 1_000_000_000] {
        let name = format!("calls-{most}");
        let key = vec!["key".try_into().expect("a variable")];
        limiter.add_limit(Limit::new(name, most, 86_400, Vec::new(), key));
    }
    let limiter = Arc::new(limiter);
    let record = move |body: Bytes| {
        let limiter = Arc::clone(&limiter);
        async move {
            let Ok(event) = serde_json::from_slice::<Event>(&body) else {
                return (StatusCode::BAD_REQUEST, "");
            };
            let context = Context::from(HashMap::from([("key".to_owned(), event.key)]));
            let namespace = event.api.as_str().into();
            match limiter.check_rate_limited_and_update(&namespace, &context, 1) {
                Ok(checked) if !checked.limited => (
                    StatusCode::OK,
                    r#"{"status":"recorded","request_id":"req_01m0xbthzspfsah5vngkcj7a2x"}"#,
                ),
                _ => (StatusCode::TOO_MANY_REQUESTS, r#"{"status":"refused"}"#),
            }
        }
    };
    let router = Router::new().route("/v1/meter/record", post(record));
    let listener = tokio::net::TcpListener::bind(address).await.expect("the address is free");
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    axum::serve(listener, router).await.expect("it serves");
}
