//! The service behind the gateway.

use super::connections::{self, AnswerBody, Connections, Connector};
use super::reply::{Fault, Reply, Stream, take_at_its_status, understand};
use crate::domain::catalogue::{Api, OutputLimit, Success};
use crate::http::body::{self, NoRoom, Room, Unread};
use axum::http::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST, HeaderName, HeaderValue, RETRY_AFTER,
    TRANSFER_ENCODING,
};
use axum::http::{HeaderMap, Method, Request, StatusCode, Uri};
use bytes::Bytes;
use http_body_util::Full;
use hyper::Response;
use hyper::body::Body as _;
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::connect::HttpConnector;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

const EVENT_STREAM: &str = "text/event-stream";
/// Failures in a row, of calls of one API, after which the upstream counts as failing.
const FAILING_AFTER: u32 = 3;
/// A body or an answer up to this size is no matter: as many as calls may be in flight
/// fit into memory.
const SMALL: usize = 64 * 1024;

#[derive(Debug, Clone)]
pub struct UpstreamSettings {
    /// Without a trailing slash; an API's path is put behind it.
    pub base_url: String,
    /// Sent as `Authorization`, in place of the client's.
    pub authorization: Option<HeaderValue>,
    /// The APIs that lie elsewhere, by name: their base URL and `Authorization`.
    pub elsewhere: HashMap<String, (String, Option<HeaderValue>)>,
    /// For the whole call; of a stream, until it begins.
    pub timeout: Duration,
    pub connect_timeout: Duration,
    /// Memory for the large bodies and answers of all calls together.
    pub max_buffered_bytes: usize,
    /// A longer answer is broken off.
    pub max_answer_bytes: usize,
}

/// Whether the upstream answers lately: for the readiness probe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpstreamHealth {
    Ok,
    Failing,
}

/// Where the calls of one API go: made once, as no call changes it.
pub(super) struct Target {
    connections: Arc<Connections>,
    path: Uri,
    headers: HeaderMap,
    /// Whether an answer may be a stream.
    may_stream: bool,
    success: Success,
    failures: Arc<Failures>,
}

/// Failures of an API's calls in a row.
#[derive(Default)]
struct Failures(AtomicU32);

/// An address that calls cannot be forwarded to.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no address of a service")]
pub struct NoAddress(String);

/// The service behind the gateway, or the several of them.
pub struct Upstream {
    connector: Connector,
    /// By what they go to: APIs at one place share theirs.
    connections: Mutex<HashMap<Uri, Arc<Connections>>>,
    settings: UpstreamSettings,
    room: Arc<Room>,
    /// By API: of several at one place, or at several, one may fail alone.
    failures: Mutex<HashMap<String, Arc<Failures>>>,
}

impl Upstream {
    #[must_use]
    pub fn new(settings: UpstreamSettings) -> Self {
        let mut tcp = HttpConnector::new();
        // The other connector speaks TLS where the address asks for it.
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(settings.connect_timeout));
        let connector = HttpsConnectorBuilder::new()
            .with_webpki_roots()
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        // One answer of the longest kind always fits.
        let room = settings.max_buffered_bytes.max(settings.max_answer_bytes);
        Self {
            connector,
            connections: Mutex::default(),
            room: Arc::new(Room::new(room, SMALL)),
            settings,
            failures: Mutex::default(),
        }
    }

    /// Where the calls of an API go.
    ///
    /// # Errors
    /// The base URL is none.
    pub(super) fn target(&self, api: &Api) -> Result<Target, NoAddress> {
        let (base_url, authorization) = match self.settings.elsewhere.get(&api.name) {
            Some((base_url, authorization)) => (base_url, authorization),
            None => (&self.settings.base_url, &self.settings.authorization),
        };
        let address = format!("{base_url}{}", api.path);
        let uri = address.parse().ok();
        let (origin, path) = uri.and_then(connections::split).ok_or(NoAddress(address))?;
        let accepted = if api.stream {
            "text/event-stream, application/json"
        } else {
            "application/json"
        };
        let mut headers = HeaderMap::with_capacity(8);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(ACCEPT, HeaderValue::from_static(accepted));
        if let Some(host) = origin.authority()
            && let Ok(host) = HeaderValue::from_str(host.as_str())
        {
            headers.insert(HOST, host);
        }
        if let Some(authorization) = authorization {
            headers.insert(AUTHORIZATION, authorization.clone());
        }
        let mut known = self.connections.lock();
        let connections = known
            .entry(origin.clone())
            .or_insert_with(|| Connections::new(origin, self.connector.clone()));
        Ok(Target {
            connections: Arc::clone(connections),
            path,
            headers,
            may_stream: api.stream,
            success: api.success,
            failures: Arc::clone(self.failures.lock().entry(api.name.clone()).or_default()),
        })
    }

    /// Where large bodies find room: requests and answers share it.
    pub(super) fn room(&self) -> Arc<Room> {
        Arc::clone(&self.room)
    }

    #[must_use]
    pub fn health(&self) -> UpstreamHealth {
        let failures = self.failures.lock();
        let failing = |api: &Arc<Failures>| api.0.load(Ordering::Relaxed) >= FAILING_AFTER;
        if failures.values().any(failing) {
            UpstreamHealth::Failing
        } else {
            UpstreamHealth::Ok
        }
    }

    /// Forwards a call. The client's own credentials and headers stay behind.
    pub(super) async fn forward(
        &self,
        api: &Api,
        target: &Target,
        request_id: &HeaderValue,
        body: Bytes,
    ) -> Result<Reply, Fault> {
        let sent = self.send(target, request_id, body, api.output.as_ref());
        let result = tokio::time::timeout(self.settings.timeout, sent)
            .await
            .unwrap_or(Err(Fault::Slow));
        match &result {
            // How it ends is still to be seen.
            Ok(Reply::Stream(_)) => {}
            Ok(Reply::Declined(no)) if no.status.is_server_error() => {
                target.failed(request_id, api, Fault::Failed);
            }
            Ok(_) => target.answered(),
            Err(fault) => target.failed(request_id, api, *fault),
        }
        result
    }

    async fn send(
        &self,
        target: &Target,
        request_id: &HeaderValue,
        body: Bytes,
        limit: Option<&OutputLimit>,
    ) -> Result<Reply, Fault> {
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = target.path.clone();
        let headers = request.headers_mut();
        headers.clone_from(&target.headers);
        headers.insert(REQUEST_ID, request_id.clone());
        let response = target.connections.send(request).await?;
        let status = response.status();
        if status.is_success() && is_event_stream(response.headers()) {
            return stream(target, response);
        }
        let most = self.settings.max_answer_bytes;
        let (mut head, body) = response.into_parts();
        let body = body::whole(body, most, &self.room, NoRoom::Wait)
            .await
            .map_err(|why| broken(&why))?;
        // After the body, so that the connection can be used again.
        if target.is_unwelcome(status) {
            return Err(Fault::Unwelcome);
        }
        let mut reply = match target.success {
            Success::Code => understand(status, body, limit)?,
            Success::Status => take_at_its_status(status, body, limit)?,
        };
        if let Reply::Declined(no) = &mut reply {
            no.retry_after = head.headers.remove(RETRY_AFTER);
        }
        Ok(reply)
    }
}

impl Target {
    /// Whether it is the gateway that the upstream does not let in. An API without the
    /// envelope may mean something of its own by 401, where the gateway shows no key.
    fn is_unwelcome(&self, status: StatusCode) -> bool {
        match status {
            StatusCode::PROXY_AUTHENTICATION_REQUIRED => true,
            StatusCode::UNAUTHORIZED => {
                self.success == Success::Code || self.headers.contains_key(AUTHORIZATION)
            }
            _ => false,
        }
    }

    /// Remembers that a call, or a stream, came to its end.
    pub(super) fn answered(&self) {
        self.failures.0.store(0, Ordering::Relaxed);
    }

    /// Remembers a failure: of a call, or of a stream on its way.
    pub(super) fn failed(&self, request_id: &HeaderValue, api: &Api, fault: Fault) {
        self.failures.0.fetch_add(1, Ordering::Relaxed);
        tracing::warn!(?request_id, api = %api.name, %fault, "upstream");
    }
}

/// Too long, or it broke off before the length that it announced.
const fn broken(why: &Unread<hyper::Error>) -> Fault {
    match why {
        Unread::TooLarge | Unread::NoRoom => Fault::Nonsense,
        Unread::Broken(_) => Fault::Broken,
    }
}

fn is_event_stream(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|kind| {
        let kind = kind.as_bytes();
        kind.get(..EVENT_STREAM.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(EVENT_STREAM.as_bytes()))
            && matches!(kind.get(EVENT_STREAM.len()), None | Some(b';' | b' '))
    })
}

/// A stream must be allowed for, and must say where it ends: one that ends with
/// its connection cannot be told from one that was cut.
fn stream(target: &Target, response: Response<AnswerBody>) -> Result<Reply, Fault> {
    let (mut head, body) = response.into_parts();
    let has_end =
        head.headers.contains_key(TRANSFER_ENCODING) || body.size_hint().exact().is_some();
    let kind = head.headers.remove(CONTENT_TYPE);
    match kind {
        Some(kind) if target.may_stream && has_end => Ok(Reply::Stream(Stream { kind, body })),
        _ => Err(Fault::Nonsense),
    }
}
