//! The API behind the gateway, which outlives the process that is killed. Each call
//! says itself how it is to end.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use futures::stream;
use serde_json::{Value, json};
use std::io;
use tokio::net::TcpListener;

/// How a call ends at the upstream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Answers,
    Streams,
    /// A stream that it cuts.
    Cuts,
    Fails,
    Refuses,
}

impl End {
    pub const ALL: [Self; 5] = [
        Self::Answers,
        Self::Streams,
        Self::Cuts,
        Self::Fails,
        Self::Refuses,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Answers => "answers",
            Self::Streams => "streams",
            Self::Cuts => "cuts",
            Self::Fails => "fails",
            Self::Refuses => "refuses",
        }
    }
}

/// Its address.
pub async fn start() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(answer);
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

async fn answer(body: Bytes) -> Response {
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let asked = body["query"].as_str().unwrap_or_default();
    match End::ALL.into_iter().find(|end| end.name() == asked) {
        Some(End::Streams) => events(vec![Ok("data: a\n\n"), Ok("data: [DONE]\n\n")]),
        Some(End::Cuts) => events(vec![Ok("data: a\n\n"), Err(io::Error::other("cut"))]),
        Some(End::Fails) => (StatusCode::INTERNAL_SERVER_ERROR, "broken").into_response(),
        Some(End::Refuses) => json!({ "code": 50_000, "data": null, "message": "no" })
            .to_string()
            .into_response(),
        _ => json!({ "code": 0, "data": { "heard": body["user_id"] }, "message": "ok" })
            .to_string()
            .into_response(),
    }
}

fn events(pieces: Vec<io::Result<&'static str>>) -> Response {
    let body = Body::from_stream(stream::iter(pieces));
    ([("content-type", "text/event-stream")], body).into_response()
}
