//! Slow and hostile HTTP over raw connections (`product.md`, bad input): bounded
//! memory and time, a clear answer where there is one to give, others unaffected.

mod places;

use crate::support::{TestServer, search_body};
use allowance::domain::accounts::{Account, Role};
use serde_json::Value;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const PATH: &str = "/api/openmem/v1/search/memory";
/// What idle connections and slow requests are given here.
const PATIENCE: Duration = Duration::from_millis(300);

struct Target {
    it: TestServer,
    ann: Account,
    key: String,
}

impl Target {
    async fn start() -> Self {
        Self::on(
            TestServer::start_with(|config| {
                config.idle_timeout_ms = 300;
                config.gateway.body_timeout_ms = 300;
            })
            .await,
        )
        .await
    }

    async fn on(it: TestServer) -> Self {
        let ann = it.account("ann@example.com", Role::Developer).await;
        let key = it.key(&ann, "Key").await;
        Self { it, ann, key }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.it.address.trim_start_matches("http://"))
            .await
            .unwrap()
    }

    /// The head of a call, with these headers more.
    fn head(&self, more: &str) -> String {
        format!(
            "POST {PATH} HTTP/1.1\r\nHost: a\r\nAuthorization: Token {}\r\n{more}\r\n",
            self.key
        )
    }

    /// Sends bytes, and reads whatever comes until the server closes.
    async fn exchange(&self, bytes: impl AsRef<[u8]>) -> String {
        let mut tcp = self.connect().await;
        tcp.write_all(bytes.as_ref()).await.unwrap();
        until_closed(&mut tcp).await
    }

    /// Nobody else notices, and nothing was charged but what is said.
    async fn assert_others_unaffected(&self, charged: i64) {
        assert_eq!(
            self.it.remaining(&self.ann, "searchMemory").await,
            1_000 - charged
        );
        // On a connection of its own: one that idled is being closed.
        let body = search_body().to_string();
        let head = self.head(&format!("Content-Length: {}\r\n", body.len()));
        assert_eq!(envelope(&self.exchange(head + &body).await)["code"], 0);
        self.it.assert_verified().await;
    }
}

/// A body that never ends keeps its connection, and nothing that others need.
#[tokio::test]
async fn slow_bodies_take_no_place_among_the_calls_under_way() {
    let it = TestServer::start_with(|config| {
        config.idle_timeout_ms = 300;
        config.gateway.max_in_flight = 2;
    });
    let it = Target::on(it.await).await;
    let mut slow = Vec::new();
    for _ in 0..8 {
        let mut tcp = it.connect().await;
        let head = it.head("Content-Length: 50\r\n");
        tcp.write_all((head + "{").as_bytes()).await.unwrap();
        slow.push(tcp);
    }
    it.assert_others_unaffected(0).await;
}

pub async fn until_closed(tcp: &mut TcpStream) -> String {
    let mut seen = Vec::new();
    let read = tcp.read_to_end(&mut seen);
    // A reset is a way to close, too.
    let read = tokio::time::timeout(Duration::from_secs(20), read).await;
    assert!(read.is_ok(), "the server closes");
    String::from_utf8_lossy(&seen).into_owned()
}

pub fn status(answer: &str) -> &str {
    answer.get(9..12).unwrap_or_default()
}

/// The envelope of the last answer.
fn envelope(answer: &str) -> Value {
    let body = answer.rsplit("\r\n\r\n").next().unwrap();
    serde_json::from_str(body).unwrap_or_else(|_| panic!("no envelope: {answer}"))
}

#[tokio::test]
async fn a_head_that_does_not_come_closes_the_connection() {
    let target = Target::start().await;
    for sent in ["", "POST ", &target.head("")[..60]] {
        let since = Instant::now();
        let answer = target.exchange(sent).await;
        assert!(answer.is_empty() || status(&answer) == "408", "{answer}");
        assert!(since.elapsed() >= PATIENCE);
    }
    // Byte by byte, for as long as it likes: the time is for the whole head.
    let mut tcp = target.connect().await;
    let head = target.head("Content-Length: 2\r\n");
    let mut ticks = tokio::time::interval(PATIENCE / 20);
    for byte in head.bytes() {
        ticks.tick().await;
        if tcp.write_all(&[byte]).await.is_err() {
            break;
        }
    }
    assert!(!until_closed(&mut tcp).await.contains("\"code\":0"));
    target.assert_others_unaffected(0).await;
}

#[tokio::test]
async fn a_body_that_does_not_come_is_refused() {
    let target = Target::start().await;
    for (headers, part) in [
        ("Content-Length: 100\r\n", "{"),
        ("Content-Length: 100\r\n", ""),
        ("Transfer-Encoding: chunked\r\n", "5\r\n{\"a"),
        ("Transfer-Encoding: chunked\r\n", "1\r\n{\r\n"),
    ] {
        let answer = target.exchange(target.head(headers) + part).await;
        assert_eq!(status(&answer), "200");
        let envelope = envelope(&answer);
        assert_eq!(envelope["code"], 40_000);
        assert!(envelope["message"].as_str().unwrap().contains("too long"));
    }
    target.assert_others_unaffected(0).await;
}

#[tokio::test]
async fn a_body_that_is_too_large_gets_its_answer_while_it_is_still_sent() {
    let target = Target::start().await;
    // Announced, and not sent.
    let answer = target
        .exchange(target.head("Content-Length: 999999999999\r\n"))
        .await;
    assert_eq!(envelope(&answer)["code"], 40_302);
    // Sent to its end before anybody reads: the answer is not lost.
    let large = "x".repeat(8 * 1024 * 1024);
    let length = format!("Content-Length: {}\r\n", large.len());
    let answer = target.exchange(target.head(&length) + &large).await;
    assert_eq!(envelope(&answer)["code"], 40_302);
    let chunk = format!("100000\r\n{}\r\n", "x".repeat(0x10_0000));
    let chunks = format!("{chunk}{chunk}0\r\n\r\n");
    let answer = target
        .exchange(target.head("Transfer-Encoding: chunked\r\n") + &chunks)
        .await;
    assert_eq!(envelope(&answer)["code"], 40_302);
    target.assert_others_unaffected(0).await;
}

#[tokio::test]
async fn a_head_that_is_too_large_or_none_is_refused() {
    let target = Target::start().await;
    let many = "h: 1\r\n".repeat(200);
    let long = format!("h: {}\r\n", "x".repeat(1024 * 1024));
    let path = format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "x".repeat(100_000));
    for bytes in [
        target.head(&many),
        target.head(&long),
        path,
        "\0\0\0\0\r\n\r\n".to_owned(),
        "GET / HTTP/9.9\r\n\r\n".to_owned(),
        "\u{16}\u{3}\u{1}\u{2}\0\u{1}".to_owned() + "\r\n\r\n",
        target.head("bad header\r\n"),
        target.head("Content-Length: -1\r\n"),
        target.head("Content-Length: 5, 6\r\n"),
        target.head("Content-Length: 5\r\nContent-Length: 6\r\n"),
        target.head("Transfer-Encoding: gzip\r\n"),
        target.head("Transfer-Encoding: chunked, identity\r\n"),
    ] {
        let answer = target.exchange(&bytes).await;
        let start: String = bytes.chars().take(300).collect();
        // A client that is still sending may see the close before the answer.
        assert!(
            answer.is_empty() || status(&answer).starts_with('4'),
            "{start}: {answer}"
        );
    }
    assert!(target.it.upstream.seen().is_empty());
    target.assert_others_unaffected(0).await;
}

#[tokio::test]
async fn chunks_that_make_no_sense_are_a_broken_body() {
    let target = Target::start().await;
    for chunks in [
        "z\r\n{}\r\n0\r\n\r\n",
        "-1\r\n{}\r\n0\r\n\r\n",
        "ffffffffffffffffff\r\n{}",
        "2\r\n{}xx0\r\n\r\n",
        "0x2\r\n{}\r\n0\r\n\r\n",
    ] {
        let answer = target
            .exchange(target.head("Transfer-Encoding: chunked\r\n") + chunks)
            .await;
        assert_eq!(envelope(&answer)["code"], 40_000, "{chunks}: {answer}");
    }
    // Extensions that go on for ever.
    let endless = format!("2;{}\r\n{{}}\r\n0\r\n\r\n", "x".repeat(1024 * 1024));
    let answer = target
        .exchange(target.head("Transfer-Encoding: chunked\r\n") + &endless)
        .await;
    assert_eq!(envelope(&answer)["code"], 40_000, "{answer}");
    assert!(target.it.upstream.seen().is_empty());
    target.assert_others_unaffected(0).await;
}

/// RFC 9112, 6.3: the chunks count, and the connection ends after them, so that
/// nothing behind them is taken for a request.
#[tokio::test]
async fn with_both_lengths_the_chunks_count_and_nothing_is_smuggled() {
    let target = Target::start().await;
    let body = search_body().to_string();
    let chunked = format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
    for lengths in [
        "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
    ] {
        let smuggled = target.head("Content-Length: 2\r\n") + "{}";
        let answer = target
            .exchange(target.head(lengths) + &chunked + &smuggled)
            .await;
        assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{answer}");
        assert_eq!(envelope(&answer)["code"], 0, "{answer}");
    }
    let (_, headers, seen) = target.it.upstream.seen().remove(0);
    assert_eq!(seen, search_body());
    assert!(!headers.contains_key("transfer-encoding"));
    target.assert_others_unaffected(2).await;
}

#[tokio::test]
async fn pipelined_calls_are_answered_in_order_and_charged_once_each() {
    let target = Target::start().await;
    let body = search_body().to_string();
    let good = target.head(&format!("Content-Length: {}\r\n", body.len())) + &body;
    let bad = target.head("Content-Length: 2\r\n") + "[]";
    let calls = format!("{good}{bad}{good}{good}{bad}");
    let answer = target.exchange(calls).await;
    let codes: Vec<_> = answer
        .match_indices("\"code\":")
        .map(|(at, _)| &answer[at + 7..at + 8])
        .collect();
    assert_eq!(codes, ["0", "4", "0", "0", "4"], "{answer}");
    target.assert_others_unaffected(3).await;
}

#[tokio::test]
async fn a_client_that_leaves_in_the_middle_of_its_body_costs_nothing() {
    let target = Target::start().await;
    for _ in 0..20 {
        let mut tcp = target.connect().await;
        let head = target.head("Content-Length: 100\r\n");
        tcp.write_all((head + "{\"user_id\"").as_bytes())
            .await
            .unwrap();
    }
    target.assert_others_unaffected(0).await;
}

#[tokio::test]
async fn json_that_is_ambiguous_or_endless_is_refused_with_a_sentence() {
    let it = TestServer::start_with(|config| config.idle_timeout_ms = 3_000).await;
    let target = Target::on(it).await;
    let deep = |levels: usize| {
        let (open, close) = ("[".repeat(levels), "]".repeat(levels));
        format!("{{\"user_id\":\"u\",\"query\":\"q\",\"more\":{open}{close}}}")
    };
    let table: Vec<(Vec<u8>, &str)> = vec![
        (
            br#"{"user_id":"u","query":"short","query":"long"}"#.to_vec(),
            "the key `query` stands twice in one object",
        ),
        (
            br#"{"user_id":"u","query":"q","filter":[{"a":1,"\u0061":2}]}"#.to_vec(),
            "the key `a` stands twice in one object",
        ),
        (deep(64).into_bytes(), "nested more than 64 levels deep"),
        (
            deep(500_000).into_bytes(),
            "nested more than 64 levels deep",
        ),
        (b"{\"user_id\":\"u\",\"query\":\"\xff\"}".to_vec(), "UTF-8"),
        (b"\xef\xbb\xbf{}".to_vec(), "not valid JSON"),
        (
            br#"{"user_id":"u","query":"\ud800"}"#.to_vec(),
            "not valid JSON",
        ),
        (
            b"{\"user_id\":\"u\",\"query\":\"a\0\"}".to_vec(),
            "not valid JSON",
        ),
        (
            br#"{"user_id":"u","query":"q","n":1e999}"#.to_vec(),
            "not valid JSON",
        ),
        (
            br#"{"user_id":"u","query":"q"} {}"#.to_vec(),
            "not valid JSON",
        ),
        (br#"{"user_id":"u","query":NaN}"#.to_vec(), "not valid JSON"),
    ];
    for (body, said) in table {
        let envelope: Value = target
            .it
            .post("/search/memory", &target.key, body)
            .await
            .json()
            .await
            .unwrap();
        assert_eq!(envelope["code"], 40_000, "{envelope}");
        let message = envelope["message"].as_str().unwrap();
        assert!(message.contains(said), "{said:?} is not in {message:?}");
    }
    let fine = target
        .it
        .post("/search/memory", &target.key, deep(63))
        .await;
    assert_eq!(fine.json::<Value>().await.unwrap()["code"], 0);
    target.assert_others_unaffected(1).await;
}
