//! An upstream that does as it is told.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::serve::ListenerExt;
use parking_lot::Mutex;
use serde_json::{Value, json};
use std::io;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc};

#[derive(Clone)]
pub enum Behaviour {
    /// Answers every call with a success of its API's shape.
    Good,
    Answers(u16, String),
    /// The same, with a word on when to come again.
    SaysWhen(u16, String, &'static str),
    /// Answers when the test lets it.
    Waits(Arc<Semaphore>),
    /// Never answers.
    Hangs,
    /// Answers with a stream of this content type, as the test goes on to say.
    Streams(&'static str, Pieces),
    /// Breaks off in the middle of its answer.
    Dies,
}

/// Pieces of a stream that a test still has to say; an error cuts it.
type Pieces = Arc<Mutex<Option<mpsc::UnboundedReceiver<io::Result<Bytes>>>>>;

/// The test's hand on a stream of the upstream. Dropping it ends the stream well.
pub struct Script(mpsc::UnboundedSender<io::Result<Bytes>>);

impl Script {
    pub fn say(&self, piece: impl Into<Bytes>) {
        self.0.send(Ok(piece.into())).unwrap();
    }

    /// Cuts the stream.
    pub fn cut(self) {
        self.0.send(Err(io::Error::other("cut"))).unwrap();
    }

    /// Waits until the gateway has given the stream up.
    pub async fn given_up(&self) {
        self.0.closed().await;
    }
}

impl Behaviour {
    /// A stream of server-sent events, and the hand that leads it.
    pub fn streams() -> (Self, Script) {
        let (sender, receiver) = mpsc::unbounded_channel();
        let pieces = Arc::new(Mutex::new(Some(receiver)));
        let behaviour = Self::Streams("text/event-stream; charset=utf-8", pieces);
        (behaviour, Script(sender))
    }
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
        let listener = listener.tap_io(|tcp| drop(tcp.set_nodelay(true)));
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
        Behaviour::SaysWhen(status, text, when) => {
            let status = StatusCode::from_u16(status).unwrap();
            return (status, [("retry-after", when)], text).into_response();
        }
        Behaviour::Hangs => std::future::pending().await,
        Behaviour::Streams(kind, pieces) => {
            let mut pieces = pieces.lock().take().unwrap();
            let stream = futures::stream::poll_fn(move |cx| pieces.poll_recv(cx));
            return ([("content-type", kind)], Body::from_stream(stream)).into_response();
        }
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
