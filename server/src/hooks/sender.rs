//! One message over HTTP.

use super::connector::{Connector, Refused, Resolve, System};
use crate::domain::webhooks::{Answer, Fault};
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST, USER_AGENT};
use http::{HeaderValue, Request, Uri};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tower::ServiceExt;

/// The whole of one try, from the look-up of the name on.
const PATIENCE: Duration = Duration::from_secs(10);
/// An answer's head is no longer than this.
const MOST_HEAD: usize = 16 * 1024;
/// So much of an answer's body is read, and thrown away: its status says all.
const MOST_BODY: usize = 8 * 1024;

pub(super) struct Sender {
    connector: HttpsConnector<Connector>,
    patience: Duration,
}

/// A signed message.
pub(super) struct Message<'a> {
    pub url: &'a str,
    pub id: &'a str,
    /// In seconds, as it was signed.
    pub timestamp: i64,
    pub signature: String,
    pub body: String,
}

impl Sender {
    pub(super) fn new(private: bool) -> Self {
        Self::with(private, Arc::new(System), PATIENCE)
    }

    fn with(private: bool, resolver: Arc<dyn Resolve>, patience: Duration) -> Self {
        Self {
            connector: HttpsConnectorBuilder::new()
                .with_webpki_roots()
                .https_or_http()
                .enable_http1()
                .wrap_connector(Connector { private, resolver }),
            patience,
        }
    }

    /// Sends a message and waits for what it is answered.
    pub(super) async fn send(&self, message: Message<'_>) -> Answer {
        match timeout(self.patience, self.exchange(message)).await {
            Ok(Ok(status)) => Answer::Status(status),
            Ok(Err(fault)) => Answer::Fault(fault),
            Err(_) => Answer::Fault(Fault::Timeout),
        }
    }

    async fn exchange(&self, message: Message<'_>) -> Result<u16, Fault> {
        // What was taken as an address is one.
        let uri: Uri = message.url.parse().map_err(|_| Fault::Name)?;
        let request = request(&uri, message).ok_or(Fault::Broken)?;
        let io = self
            .connector
            .clone()
            .oneshot(uri)
            .await
            .map_err(|error| fault(error.as_ref()))?;
        let (mut sender, driver) = http1::Builder::new()
            .max_buf_size(MOST_HEAD)
            .handshake(io)
            .await
            .map_err(|_| Fault::Broken)?;
        // Ends with this exchange, however that ends.
        let mut driving = JoinSet::new();
        driving.spawn(driver);
        let answer = sender
            .send_request(request)
            .await
            .map_err(|_| Fault::Broken)?;
        let status = answer.status().as_u16();
        drain(answer.into_body()).await;
        Ok(status)
    }
}

fn request(uri: &Uri, message: Message<'_>) -> Option<Request<Full<Bytes>>> {
    let host = HeaderValue::from_str(uri.authority()?.as_str()).ok()?;
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    Request::post(path)
        .header(HOST, host)
        .header(USER_AGENT, "Allowance-Webhooks/1")
        .header(CONTENT_TYPE, "application/json")
        .header("webhook-id", message.id)
        .header("webhook-timestamp", message.timestamp)
        .header("webhook-signature", message.signature)
        .body(Full::from(message.body))
        .ok()
}

/// Lets the receiver finish what it says, within bounds.
async fn drain(mut body: Incoming) {
    let mut read = 0;
    while let Some(Ok(frame)) = body.frame().await {
        read += frame.data_ref().map_or(0, Bytes::len);
        if read > MOST_BODY {
            return;
        }
    }
}

/// Our connector says why; what else goes wrong, goes wrong with the certificate.
fn fault(error: &(dyn Error + Send + Sync + 'static)) -> Fault {
    error
        .downcast_ref::<Refused>()
        .map_or(Fault::Tls, |Refused(fault)| *fault)
}

#[cfg(test)]
mod tests {
    use super::super::connector::tests::Leading;
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    fn sender(private: bool, patience: Duration) -> Sender {
        let here = Leading(vec!["127.0.0.1".parse().unwrap()]);
        Sender::with(private, Arc::new(here), patience)
    }

    fn message(url: &str) -> Message<'_> {
        Message {
            url,
            id: "evt_1",
            timestamp: 1_795_516_800,
            signature: "v1,abc".into(),
            body: "{}".into(),
        }
    }

    async fn listening(scheme: &str) -> (TcpListener, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        (listener, format!("{scheme}://hooks.example:{port}/a?b=c"))
    }

    #[tokio::test]
    async fn a_message_goes_to_the_address_that_was_checked_under_the_name_of_its_host() {
        let (listener, url) = listening("http").await;
        let sender = sender(true, PATIENCE);
        let served = async {
            let (mut tcp, _) = listener.accept().await.unwrap();
            let mut head = vec![0; 4_096];
            let read = tcp.read(&mut head).await.unwrap();
            tcp.write_all(b"HTTP/1.1 204 No Content\r\n\r\n")
                .await
                .unwrap();
            String::from_utf8(head[..read].to_vec()).unwrap()
        };
        let (answer, head) = tokio::join!(sender.send(message(&url)), served);
        assert_eq!(answer, Answer::Status(204));
        assert!(head.starts_with("POST /a?b=c HTTP/1.1\r\n"), "{head}");
        let port = listener.local_addr().unwrap().port();
        for line in [
            &*format!("host: hooks.example:{port}\r\n"),
            "webhook-id: evt_1\r\n",
            "webhook-timestamp: 1795516800\r\n",
            "webhook-signature: v1,abc\r\n",
            "content-type: application/json\r\n",
        ] {
            assert!(head.contains(line), "{line} in {head}");
        }
    }

    #[tokio::test]
    async fn what_leads_inside_a_network_is_not_even_connected_to() {
        let (listener, url) = listening("http").await;
        let answer = sender(false, PATIENCE).send(message(&url)).await;
        assert_eq!(answer, Answer::Fault(Fault::Private));
        // Nobody came before this one.
        let own = tokio::net::TcpStream::connect(listener.local_addr().unwrap());
        let (own, (_, from)) = tokio::join!(own, async { listener.accept().await.unwrap() });
        assert_eq!(own.unwrap().local_addr().unwrap(), from);
    }

    #[tokio::test]
    async fn a_redirect_is_an_answer_and_is_not_followed() {
        let (listener, url) = listening("http").await;
        let sender = sender(true, PATIENCE);
        let served = async {
            let (mut tcp, _) = listener.accept().await.unwrap();
            assert!(tcp.read(&mut [0; 4_096]).await.unwrap() > 0);
            let head = b"HTTP/1.1 307 Go\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n";
            tcp.write_all(head).await.unwrap();
            // The connection ends: nothing else is asked on it.
            let mut rest = Vec::new();
            tcp.read_to_end(&mut rest).await.unwrap();
            rest.len()
        };
        let (answer, rest) = tokio::join!(sender.send(message(&url)), served);
        assert_eq!((answer, rest), (Answer::Status(307), 0));
        assert!(!answer.is_good());
    }

    #[tokio::test]
    async fn an_endless_answer_is_read_to_its_bound_only() {
        let (listener, url) = listening("http").await;
        let sender = sender(true, PATIENCE);
        let served = async {
            let (mut tcp, _) = listener.accept().await.unwrap();
            assert!(tcp.read(&mut [0; 4_096]).await.unwrap() > 0);
            let head = b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000000\r\n\r\n";
            tcp.write_all(head).await.unwrap();
            let piece = [b'x'; 1_024];
            // Until the other side closes.
            while tcp.write_all(&piece).await.is_ok() {}
        };
        let (answer, ()) = tokio::join!(sender.send(message(&url)), served);
        assert_eq!(answer, Answer::Status(200));
    }

    #[tokio::test]
    async fn why_there_is_no_answer_is_told_apart() {
        let (silent, url) = listening("http").await;
        let answer = sender(true, Duration::from_millis(50))
            .send(message(&url))
            .await;
        assert_eq!(answer, Answer::Fault(Fault::Timeout));
        let tls = url.replace("http://", "https://");
        let served = async {
            let (mut tcp, _) = silent.accept().await.unwrap();
            // The one that nobody answered.
            let (mut next, _) = silent.accept().await.unwrap();
            let _ = tcp.read(&mut [0; 4_096]).await;
            let _ = next.read(&mut [0; 4_096]).await;
            next.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
        };
        let secure = sender(true, PATIENCE);
        let (answer, ()) = tokio::join!(secure.send(message(&tls)), served);
        assert_eq!(answer, Answer::Fault(Fault::Tls));
        drop(silent);
        let answer = secure.send(message(&url)).await;
        assert_eq!(answer, Answer::Fault(Fault::Connect));
    }
}
