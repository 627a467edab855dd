//! Live usage: an open page is told that its numbers changed, and nothing else.

use crate::support::{Browser, TestServer};
use allowance::domain::accounts::Role;
use allowance::metering::MOST_WATCHES;
use reqwest::{Method, Response};
use std::time::Duration;
use tokio::time::timeout;

/// Longer than the server lets a change wait.
const SOON: Duration = Duration::from_secs(10);

/// An open stream of server-sent events.
struct Stream {
    response: Response,
    text: String,
}

impl Stream {
    /// Opens it, and waits until it says so: what changes from here on is told.
    async fn open(browser: &Browser) -> Self {
        Self::open_at(browser, "/usage/live").await
    }

    async fn open_at(browser: &Browser, address: &str) -> Self {
        let response = browser.request(Method::GET, address).send().await.unwrap();
        assert_eq!(response.status(), 200);
        let mut stream = Self {
            response,
            text: String::new(),
        };
        stream.read_until(|text| text.contains("retry:")).await;
        stream
    }

    async fn read_until(&mut self, enough: impl Fn(&str) -> bool) {
        while !enough(&self.text) {
            let chunk = timeout(SOON, self.response.chunk()).await;
            let chunk = chunk.unwrap().unwrap().unwrap();
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    fn changes(&self) -> usize {
        self.text.matches("data:").count()
    }

    async fn read_changes(&mut self, count: usize) {
        self.read_until(|text| text.matches("data:").count() >= count)
            .await;
    }

    /// Waits for its end.
    async fn end(&mut self) {
        loop {
            match timeout(SOON, self.response.chunk()).await.unwrap() {
                Ok(Some(chunk)) => self.text.push_str(std::str::from_utf8(&chunk).unwrap()),
                Ok(None) | Err(_) => return,
            }
        }
    }
}

#[tokio::test]
async fn a_call_is_told_to_the_accounts_open_pages_without_its_numbers() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let key = it.key(&ann, "Key").await;
    let mut stream = Stream::open(&it.browser("ann@example.com").await).await;
    let headers = stream.response.headers();
    assert_eq!(headers["content-type"], "text/event-stream");
    assert_eq!(headers["x-accel-buffering"], "no");
    assert!(!headers.contains_key("content-encoding"));
    it.search(&key).await;
    stream.read_changes(1).await;
    assert!(stream.text.contains("data: changed\n\n"), "{}", stream.text);
    assert_eq!(
        stream
            .text
            .lines()
            .filter(|line| line.starts_with("data:"))
            .count(),
        1
    );
}

#[tokio::test]
async fn a_page_is_told_at_once_if_it_is_out_of_date_and_only_then() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let key = it.key(&ann, "Key").await;
    let mut browser = it.browser("ann@example.com").await;
    let address = |page: &str| {
        let as_of = page.split("data-as-of=\"").nth(1).unwrap();
        format!("/usage/live?as_of={}", as_of.split('"').next().unwrap())
    };
    let before = address(&browser.open("/usage").await.text);
    it.search(&key).await;
    let mut late = Stream::open_at(&browser, &before).await;
    late.read_changes(1).await;
    let after = address(&browser.open("/usage").await.text);
    let mut current = Stream::open_at(&browser, &after).await;
    let early = timeout(Duration::from_millis(100), current.read_changes(1)).await;
    assert!(early.is_err(), "{}", current.text);
}

#[tokio::test]
async fn many_changes_are_told_as_few_and_the_last_is_never_missed() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let key = it.key(&ann, "Key").await;
    let mut stream = Stream::open(&it.browser("ann@example.com").await).await;
    it.search(&key).await;
    stream.read_changes(1).await;
    // Within the pace of the first: told together, once it is over.
    for api in ["addMessage", "getMessage"] {
        it.burn(&ann, &key, api, 20).await;
    }
    stream.read_changes(2).await;
    assert!(stream.changes() < 10, "{}", stream.text);
}

#[tokio::test]
async fn a_failed_call_and_a_grant_are_told_too() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let admin = it.account("admin@example.com", Role::Owner).await;
    let key = it.key(&ann, "Key").await;
    let mut stream = Stream::open(&it.browser("ann@example.com").await).await;
    let answer = it
        .call("/search/memory", &key, &serde_json::json!({}))
        .await;
    assert_ne!(answer["code"], 0);
    stream.read_changes(1).await;
    let trial = allowance::actions::AskedGrant {
        api: "addMessage",
        calls: "100",
        reason: "A trial",
        ..Default::default()
    };
    it.server
        .actions
        .grant(&(&admin).into(), &ann.public_id, trial)
        .await
        .unwrap();
    stream.read_changes(2).await;
}

#[tokio::test]
async fn the_calls_of_another_account_are_not_told() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let ben = it.account("ben@example.com", Role::Developer).await;
    let (anns, bens) = (it.key(&ann, "Key").await, it.key(&ben, "Key").await);
    let mut ann_sees = Stream::open(&it.browser("ann@example.com").await).await;
    let mut ben_sees = Stream::open(&it.browser("ben@example.com").await).await;
    for told in 1..=2 {
        it.search(&anns).await;
        ann_sees.read_changes(told).await;
    }
    // What Ben was told with Ann's first would be here since her second.
    let early = timeout(Duration::from_millis(100), ben_sees.read_changes(1)).await;
    assert!(early.is_err(), "{}", ben_sees.text);
    it.search(&bens).await;
    ben_sees.read_changes(1).await;
}

#[tokio::test]
async fn an_account_has_so_many_streams_at_most_and_a_closed_one_makes_room() {
    let it = TestServer::start().await;
    it.account("ann@example.com", Role::Developer).await;
    it.account("ben@example.com", Role::Developer).await;
    let browser = it.browser("ann@example.com").await;
    let mut streams = Vec::new();
    for _ in 0..MOST_WATCHES {
        streams.push(Stream::open(&browser).await);
    }
    let refused = browser
        .request(Method::GET, "/usage/live")
        .send()
        .await
        .unwrap();
    assert_eq!(refused.status(), 429);
    assert_eq!(refused.headers()["retry-after"], "30");
    Stream::open(&it.browser("ben@example.com").await).await;
    streams.pop();
    // The server learns of the closed connection when it next looks at it.
    let again = async {
        loop {
            let request = browser.request(Method::GET, "/usage/live");
            if request.send().await.unwrap().status() == 200 {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    timeout(SOON, again).await.expect("no room was made");
}

#[tokio::test]
async fn a_session_that_ended_is_told_nothing_more() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let key = it.key(&ann, "Key").await;
    let mut browser = it.browser("ann@example.com").await;
    let mut stream = Stream::open(&browser).await;
    browser.post("/sign-out", &[]).await;
    it.search(&key).await;
    stream.end().await;
    assert_eq!(stream.changes(), 0);
}

#[tokio::test]
async fn streams_end_at_once_when_the_server_stops() {
    let it = TestServer::start().await;
    it.account("ann@example.com", Role::Developer).await;
    let browser = it.browser("ann@example.com").await;
    let mut stream = Stream::open(&browser).await;
    it.server.metering.changes().stop();
    stream.end().await;
    let refused = browser
        .request(Method::GET, "/usage/live")
        .send()
        .await
        .unwrap();
    assert_eq!(refused.status(), 503);
}
