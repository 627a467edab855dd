//! Slow and hostile HTTP against the metering API, over raw connections: a clear answer
//! where there is one to give, nothing recorded that is not whole, others unaffected.

mod events;

use crate::hostile::{status, until_closed};
use crate::meter::{Metered, read};
use allowance::config::Config;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

const RECORD: &str = "record";

struct Target {
    it: Metered,
}

impl Target {
    /// A server on which bodies and idle connections have little time.
    async fn start() -> Self {
        Self::start_with(|config| {
            config.idle_timeout_ms = 300;
            config.gateway.body_timeout_ms = 300;
        })
        .await
    }

    async fn start_with(configure: impl FnOnce(&mut Config)) -> Self {
        Self {
            it: Metered::start_with(configure).await,
        }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.it.it.address.trim_start_matches("http://"))
            .await
            .unwrap()
    }

    /// The head of a request, with these headers more.
    fn head(&self, path: &str, more: &str) -> String {
        format!(
            "POST /v1/meter/{path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\n{more}\r\n",
            self.it.token
        )
    }

    /// A whole request of known length.
    fn request(&self, path: &str, body: &str) -> String {
        self.head(path, &format!("Content-Length: {}\r\n", body.len())) + body
    }

    /// Sends bytes, and reads whatever comes until the server closes.
    async fn exchange(&self, bytes: impl AsRef<[u8]>) -> String {
        let mut tcp = self.connect().await;
        tcp.write_all(bytes.as_ref()).await.unwrap();
        until_closed(&mut tcp).await
    }

    /// Status and code of the only answer.
    async fn refused(&self, bytes: impl AsRef<[u8]>) -> (String, String) {
        let answer = self.exchange(bytes).await;
        let problem = last_body(&answer);
        let code = problem["code"].as_str().unwrap_or_default();
        (status(&answer).to_owned(), code.to_owned())
    }

    /// Posts bytes of a content type, and answers status and body.
    async fn post(&self, kind: &str, body: Vec<u8>) -> (u16, Value) {
        let request = self.it.request(RECORD, &self.it.token);
        let request = request.header("content-type", kind).body(body);
        read(request.send().await.unwrap()).await
    }

    /// Nobody else notices, and no more was charged than is said.
    async fn assert_others_unaffected(&self, charged: i64) {
        assert_eq!(self.it.left().await, 1_000 - charged);
        let event = self.it.event().to_string();
        let last = format!("Connection: close\r\nContent-Length: {}\r\n", event.len());
        let answer = self.exchange(self.head(RECORD, &last) + &event).await;
        assert_eq!(last_body(&answer)["status"], "recorded", "{answer}");
        self.it.it.assert_verified().await;
    }
}

/// The body of the last answer.
fn last_body(answer: &str) -> Value {
    let body = answer.rsplit("\r\n\r\n").next().unwrap();
    serde_json::from_str(body).unwrap_or_else(|_| panic!("no JSON: {answer}"))
}

fn pair(status: &str, code: &str) -> (String, String) {
    (status.to_owned(), code.to_owned())
}

#[tokio::test]
async fn a_body_that_does_not_come_is_told_so() {
    let target = Target::start().await;
    for path in [RECORD, "reserve", "settle"] {
        for (headers, part) in [
            ("Content-Length: 100\r\n", "{"),
            ("Content-Length: 100\r\n", ""),
            ("Transfer-Encoding: chunked\r\n", "5\r\n{\"a"),
            ("Transfer-Encoding: chunked\r\n", "1\r\n{\r\n"),
        ] {
            let refused = target.refused(target.head(path, headers) + part).await;
            assert_eq!(refused, pair("408", "body_slow"), "{path} {headers}");
        }
    }
    target.assert_others_unaffected(0).await;
}

#[tokio::test]
async fn a_body_that_is_cut_short_records_nothing() {
    let target = Target::start().await;
    // Whole JSON, but not all that was announced.
    let event = target.it.event().to_string();
    let longer = format!("Content-Length: {}\r\n", event.len() + 1);
    let cut = [
        target.head(RECORD, &longer) + &event,
        format!(
            "{}{:x}\r\n{event}\r\n",
            target.head(RECORD, "Transfer-Encoding: chunked\r\n"),
            event.len()
        ),
    ];
    for request in &cut {
        // Some stop to send and still listen; others are gone.
        let mut tcp = target.connect().await;
        tcp.write_all(request.as_bytes()).await.unwrap();
        tcp.shutdown().await.unwrap();
        let answer = until_closed(&mut tcp).await;
        assert!(answer.is_empty() || status(&answer) == "400", "{answer}");
        let mut tcp = target.connect().await;
        tcp.write_all(request.as_bytes()).await.unwrap();
    }
    target.assert_others_unaffected(0).await;
}

#[tokio::test]
async fn a_body_that_is_too_large_gets_its_answer_while_it_is_still_sent() {
    let target = Target::start().await;
    let chunked = "Transfer-Encoding: chunked\r\n";
    for (path, most) in [
        (RECORD, 2 * 1024 * 1024),
        ("reserve", 16 * 1024),
        ("settle", 16 * 1024),
    ] {
        // Announced, and not sent.
        let announced = target.head(path, "Content-Length: 999999999999\r\n");
        let too_large = pair("413", "body_too_large");
        assert_eq!(target.refused(announced).await, too_large);
        // Sent to its end before anybody reads: the answer is not lost.
        let large = target.request(path, &" ".repeat(most + 1));
        assert_eq!(target.refused(large).await, too_large);
        let chunk = format!("{most:x}\r\n{}\r\n", " ".repeat(most));
        let chunks = format!("{chunk}1\r\n \r\n0\r\n\r\n");
        let large = target.head(path, chunked) + &chunks;
        assert_eq!(target.refused(large).await, too_large);
        // As long as may be: read, and found to be nothing.
        let longest = target.request(path, &" ".repeat(most));
        assert_eq!(target.refused(longest).await, pair("400", "not_json"));
    }
    target.assert_others_unaffected(0).await;
}

#[tokio::test]
async fn a_length_that_is_a_lie_records_nothing() {
    let target = Target::start().await;
    let event = target.it.event().to_string();
    for length in ["10", "0"] {
        let head = target.head(RECORD, &format!("Content-Length: {length}\r\n"));
        // What is left over is no request.
        let answer = target.exchange(head + &event).await;
        assert_eq!(status(&answer), "400", "{answer}");
        assert!(answer.contains("not_json"), "{answer}");
    }
    for length in [
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: 5, 6\r\n",
        "Content-Length: 0x10\r\n",
    ] {
        let answer = target.exchange(target.head(RECORD, length) + &event).await;
        assert!(answer.is_empty() || status(&answer) == "400", "{answer}");
    }
    target.assert_others_unaffected(0).await;
}

/// RFC 9112, 6.3: the chunks count, and the connection ends after them, so that
/// nothing behind them is taken for a request.
#[tokio::test]
async fn with_both_lengths_the_chunks_count_and_nothing_is_smuggled() {
    let target = Target::start().await;
    let event = target.it.event().to_string();
    let chunked = format!("{:x}\r\n{event}\r\n0\r\n\r\n", event.len());
    for lengths in [
        "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
    ] {
        let smuggled = target.request(RECORD, &event);
        let head = target.head(RECORD, lengths);
        let answer = target.exchange(head + &chunked + &smuggled).await;
        assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{answer}");
        assert_eq!(last_body(&answer)["status"], "recorded", "{answer}");
    }
    target.assert_others_unaffected(2).await;
}

#[tokio::test]
async fn pipelined_events_are_answered_in_order_and_recorded_once_each() {
    let target = Target::start().await;
    let named = |id: &str| target.request(RECORD, &target.it.named(id).to_string());
    let bad = target.request(RECORD, "[]");
    let (a, b) = (named("a"), named("b"));
    let answer = target.exchange(format!("{a}{b}{bad}{a}{b}")).await;
    let said: Vec<_> = [
        "recorded",
        "recorded",
        "batch_size",
        "duplicate",
        "duplicate",
    ]
    .into();
    let found: Vec<_> = answer
        .split("HTTP/1.1 ")
        .skip(1)
        .map(|answer| {
            let body = last_body(answer);
            let word = body.get("code").unwrap_or(&body["status"]);
            word.as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(found, said, "{answer}");
    target.assert_others_unaffected(2).await;
}

/// Many services that are slow in the midst of large bodies.
#[tokio::test]
async fn slow_large_bodies_keep_no_room_from_others() {
    let target = Target::start_with(|config| config.gateway.body_timeout_ms = 600_000).await;
    let mut slow = Vec::new();
    for n in 0..100 {
        let mut tcp = target.connect().await;
        let part = " ".repeat(20 * 1024);
        let request = if n % 2 == 0 {
            target.head(RECORD, "Content-Length: 2000000\r\n") + &part
        } else {
            let head = target.head(RECORD, "Transfer-Encoding: chunked\r\n");
            format!("{head}5000\r\n{part}\r\n")
        };
        tcp.write_all(request.as_bytes()).await.unwrap();
        slow.push(tcp);
    }
    let batch: Value = (0..500).map(|n| target.it.named(&n.to_string())).collect();
    let large = batch.to_string() + &" ".repeat(1_000_000);
    let (status, said) = target.post("application/json", large.into()).await;
    assert_eq!((status, &said["recorded"]), (200, &json!(500)), "{said}");
    drop(slow);
    assert_eq!(target.it.left().await, 500);
    target.it.it.assert_verified().await;
}
