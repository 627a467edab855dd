//! How a command reaches the admin API: that of the server that runs, by its socket;
//! else one made for the command, in its own process. Either way the same routes, the
//! same rules and the same entries in the audit log.

use super::{AdminApi, BASE_PATH, local_router};
use crate::http::admin::Local;
use axum::Router;
use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, HOST};
use axum::http::{Method, Request, Response};
use http_body_util::BodyExt;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::io;
use std::path::Path;
use std::sync::Arc;
use tokio::net::UnixStream;
use tower::ServiceExt;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    #[error("the server's socket cannot be used: {0}")]
    Socket(#[from] io::Error),
    #[error("the server broke off: {0}")]
    Broken(String),
}

/// What the API said.
#[derive(Debug)]
pub struct Answer {
    pub succeeded: bool,
    pub body: Value,
}

/// The admin API, as the command line asks it.
pub enum Desk {
    /// The server that runs.
    Running(SendRequest<Body>),
    /// This process.
    Here(Router),
}

impl Desk {
    /// The server that listens at the socket; nothing, if none does.
    pub async fn running(socket: &Path) -> Result<Option<Self>, AskError> {
        let stream = match UnixStream::connect(socket).await {
            Ok(stream) => stream,
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused
                ) =>
            {
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        };
        let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(broken)?;
        tokio::spawn(connection);
        Ok(Some(Self::Running(sender)))
    }

    /// Of the command itself.
    #[must_use]
    pub fn here(api: Arc<AdminApi>) -> Self {
        Self::Here(local_router(api))
    }

    /// What there is at an address below [`BASE_PATH`].
    pub async fn get(&mut self, path: &str) -> Result<Answer, AskError> {
        self.ask(Method::GET, path, None).await
    }

    /// Changes something.
    pub async fn post(&mut self, path: &str, body: &Value) -> Result<Answer, AskError> {
        let body = ("application/json", body.to_string().into_bytes());
        self.ask(Method::POST, path, Some(body)).await
    }

    /// Sends a file.
    pub async fn upload(&mut self, path: &str, file: Vec<u8>) -> Result<Answer, AskError> {
        self.ask(Method::POST, path, Some(("text/csv", file))).await
    }

    async fn ask(
        &mut self,
        method: Method,
        path: &str,
        body: Option<(&str, Vec<u8>)>,
    ) -> Result<Answer, AskError> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{BASE_PATH}{path}"))
            .header(HOST, "localhost");
        let mut bytes = Vec::new();
        if let Some((kind, content)) = body {
            request = request.header(CONTENT_TYPE, kind);
            bytes = content;
        }
        let mut request = request.body(Body::from(bytes)).map_err(broken)?;
        match self {
            Self::Running(sender) => {
                sender.ready().await.map_err(broken)?;
                read(sender.send_request(request).await.map_err(broken)?).await
            }
            Self::Here(router) => {
                request.extensions_mut().insert(Local);
                // A router answers everything.
                let Ok(response) = router.clone().oneshot(request).await;
                read(response).await
            }
        }
    }
}

fn broken(error: impl std::error::Error) -> AskError {
    AskError::Broken(error.to_string())
}

async fn read<B>(response: Response<B>) -> Result<Answer, AskError>
where
    B: axum::body::HttpBody,
    B::Error: std::error::Error,
{
    let succeeded = response.status().is_success();
    let bytes = response.into_body().collect().await.map_err(broken)?;
    let body = serde_json::from_slice(&bytes.to_bytes()).map_err(broken)?;
    Ok(Answer { succeeded, body })
}
