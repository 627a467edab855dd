//! A program that a webhook leads to: it keeps what it is sent.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::any;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

/// A message as it came.
#[derive(Debug, Clone)]
pub struct Message {
    pub headers: HeaderMap,
    pub body: String,
}

impl Message {
    pub fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

#[derive(Default)]
struct Kept {
    messages: Vec<Message>,
    /// What the next ones are answered; then the last of them again.
    answers: VecDeque<u16>,
}

pub struct Receiver {
    pub url: String,
    kept: Arc<Mutex<Kept>>,
}

impl Receiver {
    /// Answers 204.
    pub async fn open() -> Self {
        Self::answering(&[204]).await
    }

    pub async fn answering(answers: &[u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook?a=b", listener.local_addr().unwrap());
        let kept = Arc::new(Mutex::new(Kept {
            answers: answers.iter().copied().collect(),
            ..Kept::default()
        }));
        let app = Router::new()
            .route("/{*path}", any(keep))
            .with_state(Arc::clone(&kept));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, kept }
    }

    pub fn answer(&self, answers: &[u16]) {
        self.kept.lock().unwrap().answers = answers.iter().copied().collect();
    }

    /// What came since this was asked last.
    pub fn messages(&self) -> Vec<Message> {
        std::mem::take(&mut self.kept.lock().unwrap().messages)
    }

    /// The only one of them.
    #[track_caller]
    pub fn message(&self) -> Message {
        let mut messages = self.messages();
        assert_eq!(messages.len(), 1, "{messages:?}");
        messages.remove(0)
    }
}

async fn keep(
    State(kept): State<Arc<Mutex<Kept>>>,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, [(&'static str, &'static str); 1]) {
    let mut kept = kept.lock().unwrap();
    let body = String::from_utf8(body.to_vec()).unwrap();
    kept.messages.push(Message { headers, body });
    let answer = kept.answers[0];
    if kept.answers.len() > 1 {
        kept.answers.pop_front();
    }
    // A redirect would lead to another message.
    let status = StatusCode::from_u16(answer).unwrap();
    (status, [("location", "/elsewhere")])
}
