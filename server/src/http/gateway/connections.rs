//! Connections to one upstream, kept open between calls. A call drives the
//! connection that it uses: with a task for each connection, as clients of many
//! hosts have them, every call would be handed to another task and back.

use super::reply::Fault;
use axum::body::HttpBody;
use axum::http::uri::{PathAndQuery, Scheme};
use axum::http::{Request, Uri};
use bytes::Bytes;
use http_body_util::Full;
use hyper::Response;
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::client::conn::TrySendError;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::{Arc, Weak};
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep};
use tower::ServiceExt;

/// A connection reads no more than this at once.
const READ_AHEAD: usize = 64 * 1024;
/// An idle connection is kept so long. Servers close theirs after a minute or so,
/// and a call that meets such a close is lost.
const KEPT_IDLE: Duration = Duration::from_secs(30);

pub(super) type Connector = HttpsConnector<HttpConnector>;
type Io = MaybeHttpsStream<TokioIo<TcpStream>>;
type Sent = Request<Full<Bytes>>;

/// The connections to one origin.
pub(super) struct Connections {
    /// Scheme and authority, with no path that means anything.
    origin: Uri,
    connector: Connector,
    kept_idle: Duration,
    idle: Mutex<Idle>,
}

/// Connections that wait for a call, the one used last at the end.
#[derive(Default)]
struct Idle {
    list: Vec<(Connection, Instant)>,
    /// Whether a task closes those that wait for too long.
    is_swept: bool,
}

/// An open connection. It makes progress only while somebody drives it.
struct Connection {
    sender: SendRequest<Full<Bytes>>,
    driver: Box<http1::Connection<Io, Full<Bytes>>>,
    is_over: bool,
}

impl Connection {
    fn drive(&mut self, cx: &mut Context<'_>) {
        // Why it ended, its answer or its body tells.
        self.is_over = self.is_over || Pin::new(&mut self.driver).poll(cx).is_ready();
    }

    /// Whether a call can be sent on it: the other side may have closed it.
    fn is_ready(&mut self) -> bool {
        self.drive(&mut Context::from_waker(Waker::noop()));
        !self.is_over && self.sender.is_ready()
    }

    async fn exchange(&mut self, request: Sent) -> Result<Response<Incoming>, TrySendError<Sent>> {
        let mut answer = pin!(self.sender.try_send_request(request));
        poll_fn(|cx| {
            self.drive(cx);
            // An answer comes by the driver, which was just asked: nobody else may wake.
            let mut deaf = Context::from_waker(Waker::noop());
            let cx = if self.is_over { cx } else { &mut deaf };
            answer.as_mut().poll(cx)
        })
        .await
    }
}

impl Connections {
    pub(super) fn new(origin: Uri, connector: Connector) -> Arc<Self> {
        Arc::new(Self {
            origin,
            connector,
            kept_idle: KEPT_IDLE,
            idle: Mutex::default(),
        })
    }

    /// Sends a request and waits for the head of its answer. A kept connection that
    /// was closed before the request left is replaced.
    pub(super) async fn send(
        self: &Arc<Self>,
        mut request: Sent,
    ) -> Result<Response<AnswerBody>, Fault> {
        loop {
            let (mut connection, was_kept) = match self.take() {
                Some(kept) => (kept, true),
                None => (self.connect().await?, false),
            };
            match connection.exchange(request).await {
                Ok(response) => {
                    return Ok(response.map(|body| AnswerBody {
                        body,
                        connection: Some((connection, Arc::clone(self))),
                    }));
                }
                Err(mut error) => match error.take_message() {
                    Some(unsent) if was_kept => request = unsent,
                    // It broke off, or does not speak HTTP.
                    _ => return Err(Fault::Broken),
                },
            }
        }
    }

    async fn connect(&self) -> Result<Connection, Fault> {
        let connector = self.connector.clone();
        let io = connector
            .oneshot(self.origin.clone())
            .await
            .map_err(|_| Fault::Down)?;
        let (sender, driver) = http1::Builder::new()
            .max_buf_size(READ_AHEAD)
            .handshake(io)
            .await
            .map_err(|_| Fault::Down)?;
        Ok(Connection {
            sender,
            driver: Box::new(driver),
            is_over: false,
        })
    }

    fn take(&self) -> Option<Connection> {
        loop {
            let (mut connection, since) = self.idle.lock().list.pop()?;
            if since.elapsed() < self.kept_idle && connection.is_ready() {
                return Some(connection);
            }
        }
    }

    fn keep(self: &Arc<Self>, connection: Connection) {
        let mut idle = self.idle.lock();
        idle.list.push((connection, Instant::now()));
        if !idle.is_swept {
            idle.is_swept = true;
            tokio::spawn(sweep(Arc::downgrade(self), self.kept_idle));
        }
    }
}

/// Closes what nobody used for a while, until nothing is left.
async fn sweep(connections: Weak<Connections>, kept_idle: Duration) {
    loop {
        sleep(kept_idle).await;
        let Some(connections) = connections.upgrade() else {
            return;
        };
        let mut idle = connections.idle.lock();
        idle.list.retain(|(_, since)| since.elapsed() < kept_idle);
        if idle.list.is_empty() {
            idle.is_swept = false;
            return;
        }
    }
}

/// The body of an answer. Read to its end, it gives its connection back; dropped
/// before, it closes it.
pub(super) struct AnswerBody {
    body: Incoming,
    connection: Option<(Connection, Arc<Connections>)>,
}

impl AnswerBody {
    fn give_back(&mut self) {
        if let Some((mut connection, home)) = self.connection.take()
            && connection.is_ready()
        {
            home.keep(connection);
        }
    }
}

impl std::fmt::Debug for AnswerBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.body.fmt(f)
    }
}

impl HttpBody for AnswerBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<hyper::Result<Frame<Bytes>>>> {
        let this = &mut *self;
        // The first look asks for a piece, the driver fetches it.
        let mut frame = Pin::new(&mut this.body).poll_frame(cx);
        if frame.is_pending()
            && let Some((connection, _)) = &mut this.connection
        {
            connection.drive(cx);
            frame = Pin::new(&mut this.body).poll_frame(cx);
        }
        if let Poll::Ready(None) = frame {
            this.give_back();
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The origin of an address, and what follows it.
///
/// # Errors
/// Nothing, for an address that has no host.
pub(super) fn split(uri: Uri) -> Option<(Uri, Uri)> {
    let parts = uri.into_parts();
    let path = parts
        .path_and_query
        .unwrap_or_else(|| PathAndQuery::from_static("/"));
    let origin = Uri::builder()
        .scheme(parts.scheme.unwrap_or(Scheme::HTTP))
        .authority(parts.authority?)
        .path_and_query("/")
        .build()
        .ok()?;
    Some((origin, Uri::from(path)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt;
    use hyper_rustls::HttpsConnectorBuilder;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";

    fn connections(listener: &TcpListener) -> Arc<Connections> {
        let origin = format!("http://{}/", listener.local_addr().unwrap());
        let connector = HttpsConnectorBuilder::new()
            .with_webpki_roots()
            .https_or_http()
            .enable_http1()
            .build();
        Connections::new(origin.parse().unwrap(), connector)
    }

    async fn call(connections: &Arc<Connections>) -> Result<Bytes, Fault> {
        let request = Request::post("/").header("host", "here");
        let request = request.body(Full::from("ask")).unwrap();
        let answer = connections.send(request).await?;
        let body = answer.into_body().collect().await;
        body.map(http_body_util::Collected::to_bytes)
            .map_err(|_| Fault::Broken)
    }

    /// Answers so many requests on the next connection, then closes it.
    async fn answer(listener: &TcpListener, times: usize) {
        let (mut tcp, _) = listener.accept().await.unwrap();
        for _ in 0..times {
            assert!(tcp.read(&mut [0; 1_024]).await.unwrap() > 0);
            tcp.write_all(ANSWER).await.unwrap();
        }
    }

    #[tokio::test]
    async fn calls_one_after_the_other_go_over_one_connection() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let connections = connections(&listener);
        let calls = async {
            for _ in 0..3 {
                assert_eq!(call(&connections).await.unwrap(), "hello");
            }
        };
        tokio::join!(calls, answer(&listener, 3));
    }

    #[tokio::test]
    async fn a_connection_that_was_closed_meanwhile_is_replaced() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let connections = connections(&listener);
        let (first, ()) = tokio::join!(call(&connections), answer(&listener, 1));
        assert!(first.is_ok());
        // The news of the close needs a moment to arrive.
        let is_open = || {
            let mut idle = connections.idle.lock();
            idle.list.iter_mut().any(|(kept, _)| kept.is_ready())
        };
        while is_open() {
            tokio::task::yield_now().await;
        }
        let (second, ()) = tokio::join!(call(&connections), answer(&listener, 1));
        assert_eq!(second.unwrap(), "hello");
    }

    #[tokio::test]
    async fn a_request_that_may_have_been_read_is_not_sent_again() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let connections = connections(&listener);
        let close = async {
            let (mut tcp, _) = listener.accept().await.unwrap();
            tcp.read_exact(&mut [0; 3]).await.unwrap();
        };
        let (call, ()) = tokio::join!(call(&connections), close);
        assert_eq!(call.unwrap_err(), Fault::Broken);
    }

    #[tokio::test]
    async fn nobody_listens_there() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let connections = connections(&listener);
        drop(listener);
        assert_eq!(call(&connections).await.unwrap_err(), Fault::Down);
    }

    #[tokio::test]
    async fn a_connection_that_nobody_uses_is_closed() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut connections = connections(&listener);
        Arc::get_mut(&mut connections).unwrap().kept_idle = Duration::from_millis(1);
        let served = async {
            let (mut tcp, _) = listener.accept().await.unwrap();
            assert!(tcp.read(&mut [0; 1_024]).await.unwrap() > 0);
            tcp.write_all(ANSWER).await.unwrap();
            tcp
        };
        let (answered, mut tcp) = tokio::join!(call(&connections), served);
        assert!(answered.is_ok());
        assert_eq!(tcp.read(&mut [0]).await.unwrap(), 0);
        assert!(connections.idle.lock().list.is_empty());
    }
}
