//! An upstream that does as it is told.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use parking_lot::Mutex;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

#[derive(Clone)]
pub enum Behaviour {
    /// Answers every call with a success of its API's shape.
    Good,
    Answers(u16, String),
    /// Answers when the test lets it.
    Waits(Arc<Semaphore>),
    /// Never answers.
    Hangs,
    /// Breaks off in the middle of its answer.
    Dies,
}

#[derive(Clone)]
pub struct StubUpstream {
    pub address: String,
    behaviour: Arc<Mutex<Behaviour>>,
    /// Path, headers and body of each call that arrived.
    seen: Arc<Mutex<Vec<(String, HeaderMap, Value)>>>,
}

impl StubUpstream {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stub = Self {
            address: format!("http://{}", listener.local_addr().unwrap()),
            behaviour: Arc::new(Mutex::new(Behaviour::Good)),
            seen: Arc::default(),
        };
        let router = Router::new().fallback(answer).with_state(stub.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        stub
    }

    pub fn behave(&self, behaviour: Behaviour) {
        *self.behaviour.lock() = behaviour;
    }

    pub fn seen(&self) -> Vec<(String, HeaderMap, Value)> {
        self.seen.lock().clone()
    }
}

async fn answer(
    State(stub): State<StubUpstream>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    stub.seen
        .lock()
        .push((uri.path().to_owned(), headers, body.clone()));
    let behaviour = stub.behaviour.lock().clone();
    match behaviour {
        Behaviour::Good => {}
        Behaviour::Waits(turn) => turn.acquire().await.unwrap().forget(),
        Behaviour::Answers(status, text) => {
            return (StatusCode::from_u16(status).unwrap(), text).into_response();
        }
        Behaviour::Hangs => std::future::pending().await,
        Behaviour::Dies => {
            let broken = futures::stream::iter([
                Ok(Bytes::from_static(b"{\"code\":0,")),
                Err(std::io::Error::other("dies")),
            ]);
            return Body::from_stream(broken).into_response();
        }
    }
    success(uri.path(), &body).to_string().into_response()
}

fn success(path: &str, body: &Value) -> Value {
    let wanted = |field: &str| body.get(field).and_then(Value::as_u64).unwrap_or(6);
    let data =
        match path {
            "/add/message" => json!({ "success": true, "task_id": "t1", "status": "running" }),
            "/search/memory" => {
                let list: Vec<Value> = (0..wanted("memory_limit_number"))
                .map(|n| json!({
                    "id": n.to_string(), "memory_key": "tea", "memory_value": "likes tea",
                    "memory_type": "UserMemory", "memory_time": null, "conversation_id": "c1",
                    "status": "activated", "confidence": 0.9, "tags": ["tea"],
                    "create_time": 1, "update_time": 1, "relativity": 0.5,
                }))
                .collect();
                json!({ "memory_detail_list": list, "message_detail_list": null })
            }
            _ => json!({ "message_detail_list": [
            { "role": "user", "content": "I like tea.", "create_time": 1, "update_time": 1 },
        ] }),
        };
    json!({ "code": 0, "data": data, "message": "ok" })
}
