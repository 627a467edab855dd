//! The API behind the gateway, which outlives the process that is killed. Each call
//! says itself how it is to end.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use futures::stream::{self, Stream, StreamExt};
use serde_json::{Value, json};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;

/// How a call ends at the upstream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Answers,
    /// Some milliseconds later.
    AnswersLate,
    Streams,
    /// A stream of several pieces, with some milliseconds between them.
    Trickles,
    /// A stream that it cuts.
    Cuts,
    /// A stream of one piece that it never ends.
    GoesOn,
    Fails,
    Refuses,
}

impl End {
    const ALL: [Self; 8] = [
        Self::Answers,
        Self::AnswersLate,
        Self::Streams,
        Self::Trickles,
        Self::Cuts,
        Self::GoesOn,
        Self::Fails,
        Self::Refuses,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Answers => "answers",
            Self::AnswersLate => "answers late",
            Self::Streams => "streams",
            Self::Trickles => "trickles",
            Self::Cuts => "cuts",
            Self::GoesOn => "goes on",
            Self::Fails => "fails",
            Self::Refuses => "refuses",
        }
    }
}

/// Its address.
pub(super) async fn start() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let calls = Arc::<AtomicU64>::default();
    let router = Router::new().fallback(answer).with_state(calls);
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// A different pause for each of several calls in a row.
async fn pause(nth: u64) {
    tokio::time::sleep(Duration::from_millis(nth % 5)).await;
}

async fn answer(State(calls): State<Arc<AtomicU64>>, body: Bytes) -> Response {
    let nth = calls.fetch_add(1, Ordering::Relaxed);
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let asked = body["query"].as_str().unwrap_or_default();
    let pieces = |pieces: Vec<io::Result<&'static str>>| events(stream::iter(pieces));
    match End::ALL.into_iter().find(|end| end.name() == asked) {
        Some(End::Streams) => pieces(vec![Ok("data: a\n\n"), Ok("data: [DONE]\n\n")]),
        Some(End::Cuts) => pieces(vec![Ok("data: a\n\n"), Err(io::Error::other("cut"))]),
        Some(End::Trickles) => {
            let said = [
                "data: a\n\n",
                "data: b\n\n",
                "data: c\n\n",
                "data: [DONE]\n\n",
            ];
            let said = stream::iter(said).then(move |piece| async move {
                pause(nth).await;
                Ok(piece)
            });
            events(said)
        }
        Some(End::GoesOn) => {
            events(stream::once(async { Ok("data: a\n\n") }).chain(stream::pending()))
        }
        Some(End::Fails) => (StatusCode::INTERNAL_SERVER_ERROR, "broken").into_response(),
        Some(End::Refuses) => json!({ "code": 50_000, "data": null, "message": "no" })
            .to_string()
            .into_response(),
        end => {
            if end == Some(End::AnswersLate) {
                pause(nth).await;
            }
            // No two answers are the same.
            json!({ "code": 0, "data": { "heard": body["user_id"], "nth": nth }, "message": "ok" })
                .to_string()
                .into_response()
        }
    }
}

fn events(pieces: impl Stream<Item = io::Result<&'static str>> + Send + 'static) -> Response {
    let body = Body::from_stream(pieces);
    ([("content-type", "text/event-stream")], body).into_response()
}
