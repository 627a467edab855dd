//! Streams of server-sent events through the gateway (`product.md` §3).

use crate::support::{Behaviour, Script, TestServer};
use allowance::domain::accounts::{Account, Role};
use allowance::domain::store::Accounts;
use allowance::domain::usage::Outcome;
use bytes::Bytes;
use reqwest::Response;
use serde_json::json;
use std::time::{Duration, Instant};

const CHAT: &str = r#"
[[api]]
name = "chat"
path = "/chat"
free_calls = 10
stream = true
required = [{ field = "query", shape = "text" }]
"#;

/// A server with a streaming API, an account and its key, and the hand on the
/// upstream's stream.
async fn chat(
    settings: impl FnOnce(&mut allowance::config::GatewayConfig),
) -> (TestServer, Account, String, Script) {
    let it = TestServer::start_with(|config| {
        config.catalogue = allowance::config::Config::from_toml(CHAT)
            .unwrap()
            .catalogue;
        settings(&mut config.gateway);
    })
    .await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let key = it.key(&ann, "Key").await;
    let script = streaming(&it);
    (it, ann, key, script)
}

fn streaming(it: &TestServer) -> Script {
    let (behaviour, script) = Behaviour::streams();
    it.upstream.behave(behaviour);
    script
}

async fn call(it: &TestServer, key: &str) -> Response {
    it.post("/chat", key, json!({ "query": "tea" }).to_string())
        .await
}

/// Waits until nothing is in flight: settled.
async fn settled(it: &TestServer) {
    it.server.gateway.drain(Duration::from_secs(20)).await;
}

/// Outcome and code of the account's calls, newest first.
async fn logged(it: &TestServer, account: &Account) -> Vec<(Outcome, i64)> {
    it.calls(account).await
}

#[tokio::test]
async fn a_stream_passes_unchanged_and_is_charged_at_its_end() {
    let (it, ann, key, script) = chat(|_| {}).await;
    let mut response = call(&it, &key).await;
    assert_eq!(response.status(), 200);
    let headers = response.headers();
    assert_eq!(headers["content-type"], "text/event-stream; charset=utf-8");
    assert_eq!(headers["cache-control"], "no-cache");
    assert_eq!(headers["ratelimit"], "\"chat\";r=9");
    let id = headers["x-request-id"].to_str().unwrap().to_owned();
    // Each piece is here before the upstream says the next: nothing gathers them.
    for piece in ["data: green\n\n", "data: te", "a\n\n: \u{1f375}\n\n"] {
        script.say(piece);
        assert_eq!(response.chunk().await.unwrap().unwrap(), piece);
    }
    assert_eq!(it.remaining(&ann, "chat").await, 10);
    drop(script);
    assert_eq!(response.chunk().await.unwrap(), None);
    // Whoever saw the end finds the charge on disk.
    assert_eq!(it.store.find_accounts(&id, 1, 0).await.unwrap().len(), 1);
    assert_eq!(it.remaining(&ann, "chat").await, 9);
    assert_eq!(logged(&it, &ann).await, [(Outcome::Succeeded, 0)]);
    let (_, headers, _) = it.upstream.seen().remove(0);
    assert_eq!(headers["accept"], "text/event-stream, application/json");
    it.assert_verified().await;
}

/// The middle one of many, so that one stutter of the machine tells nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_event_is_at_the_client_within_five_milliseconds() {
    let (it, _, key, script) = chat(|_| {}).await;
    let mut response = call(&it, &key).await;
    let mut delays = Vec::new();
    for n in 0..101 {
        let event = format!("data: {n}\n\n");
        let said = Instant::now();
        script.say(event.clone());
        assert_eq!(response.chunk().await.unwrap().unwrap(), event);
        delays.push(said.elapsed());
    }
    delays.sort();
    assert!(delays[50] < Duration::from_millis(5), "{delays:?}");
}

/// Without a clock: what waited for more to come, or for its turn among many, would
/// wait for ever.
#[tokio::test]
async fn of_fifty_streams_at_once_each_event_is_at_its_client_before_the_next_is_said() {
    let it = TestServer::start_with(|config| {
        let many = CHAT.replace("free_calls = 10", "free_calls = 50");
        config.catalogue = allowance::config::Config::from_toml(&many)
            .unwrap()
            .catalogue;
    })
    .await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let key = it.key(&ann, "Key").await;
    let mut streams = Vec::new();
    for _ in 0..50 {
        let script = streaming(&it);
        // Its head is there before anything is said.
        streams.push((call(&it, &key).await, script));
    }
    for round in 0..50 {
        for (place, (response, script)) in streams.iter_mut().enumerate() {
            let event = format!("data: {place} {round}\n\n");
            script.say(event.clone());
            assert_eq!(response.chunk().await.unwrap().unwrap(), event);
        }
    }
    for (mut response, script) in streams {
        drop(script);
        assert_eq!(response.chunk().await.unwrap(), None);
    }
    assert_eq!(it.remaining(&ann, "chat").await, 0);
    it.assert_verified().await;
}

#[tokio::test]
async fn a_stream_that_the_upstream_cuts_is_cut_and_charges_nothing() {
    let (it, ann, key, script) = chat(|_| {}).await;
    let mut response = call(&it, &key).await;
    script.say("data: green\n\n");
    assert!(response.chunk().await.unwrap().is_some());
    script.cut();
    assert!(
        response.chunk().await.is_err(),
        "no end that looks like one"
    );
    settled(&it).await;
    assert_eq!(it.remaining(&ann, "chat").await, 10);
    assert_eq!(logged(&it, &ann).await, [(Outcome::UpstreamFailed, 50_000)]);
}

/// Clients stop at the last event, and take the call for done.
#[tokio::test]
async fn the_event_that_comes_with_the_end_waits_for_the_charge() {
    let (it, ann, key, script) = chat(|_| {}).await;
    let refused = "CREATE TRIGGER no_more BEFORE INSERT ON usage \
                   BEGIN SELECT RAISE(ABORT, 'no more'); END";
    it.execute(refused).await;
    let mut response = call(&it, &key).await;
    script.say("data: green\n\n");
    assert_eq!(response.chunk().await.unwrap().unwrap(), "data: green\n\n");
    script.say("data: tea\n\ndata: [DONE]\n\n");
    drop(script);
    assert!(
        response.chunk().await.is_err(),
        "neither the event nor an end"
    );
    it.execute("DROP TRIGGER no_more").await;
    let script = streaming(&it);
    let response = call(&it, &key).await;
    script.say("data: tea\n\ndata: [DONE]\n\n");
    drop(script);
    assert!(response.text().await.unwrap().ends_with("[DONE]\n\n"));
    assert_eq!(it.remaining(&ann, "chat").await, 9);
    it.assert_verified().await;
}

#[tokio::test]
async fn a_stream_in_which_the_upstream_says_that_it_failed_charges_nothing() {
    let (it, ann, key, script) = chat(|_| {}).await;
    let response = call(&it, &key).await;
    script.say("data: green\n\nevent: error\ndata: {\"code\":50");
    script.say("005,\"message\":\"no\"}\n\n");
    drop(script);
    let text = response.text().await.unwrap();
    assert!(text.ends_with("{\"code\":50005,\"message\":\"no\"}\n\n"));
    assert_eq!(it.remaining(&ann, "chat").await, 10);
    assert_eq!(logged(&it, &ann).await, [(Outcome::UpstreamFailed, 50_005)]);
}

#[tokio::test]
async fn a_client_that_hangs_up_changes_nothing() {
    for is_cut in [false, true] {
        let (it, ann, key, script) = chat(|_| {}).await;
        let mut response = call(&it, &key).await;
        script.say("data: green\n\n");
        assert!(response.chunk().await.unwrap().is_some());
        drop(response);
        for n in 0..100 {
            script.say(format!("data: {n}\n\n"));
        }
        if is_cut {
            script.cut();
        } else {
            drop(script);
        }
        settled(&it).await;
        let left = if is_cut { 10 } else { 9 };
        assert_eq!(it.remaining(&ann, "chat").await, left);
    }
}

#[tokio::test]
async fn a_client_that_does_not_read_is_left_behind_and_charged() {
    let (it, ann, key, script) = chat(|gateway| gateway.client_stall_ms = 50).await;
    let response = call(&it, &key).await;
    // More than all the buffers of the machine between the two hold.
    let event = Bytes::from(format!("data: {}\n\n", "x".repeat(64 * 1024)));
    for _ in 0..512 {
        script.say(event.clone());
    }
    drop(script);
    settled(&it).await;
    assert_eq!(it.remaining(&ann, "chat").await, 9);
    assert!(response.bytes().await.is_err(), "and sees that it was");
}

#[tokio::test]
async fn a_stream_that_stands_still_or_goes_on_for_ever_is_given_up() {
    type Settings = fn(&mut allowance::config::GatewayConfig);
    let table: [Settings; 3] = [
        |gateway| gateway.stream_silence_ms = 50,
        |gateway| gateway.stream_timeout_ms = 50,
        |gateway| gateway.max_stream_bytes = 1_024,
    ];
    for settings in table {
        let (it, ann, key, script) = chat(settings).await;
        let mut response = call(&it, &key).await;
        script.say(vec![b'x'; 1_000]);
        assert!(response.chunk().await.unwrap().is_some());
        if it.server.gateway.settings.streams.most_bytes == 1_024 {
            script.say(vec![b'x'; 25]);
        }
        assert!(response.chunk().await.is_err());
        script.given_up().await;
        settled(&it).await;
        assert_eq!(it.remaining(&ann, "chat").await, 10);
        assert_eq!(logged(&it, &ann).await, [(Outcome::UpstreamFailed, 50_000)]);
    }
}

#[tokio::test]
async fn a_streaming_api_may_answer_without_a_stream() {
    let (it, ann, key, _script) = chat(|_| {}).await;
    for (answer, left) in [("{\"code\":0}", 9), ("{\"code\":40000}", 9)] {
        it.upstream.behave(Behaviour::Answers(200, answer.into()));
        let envelope = it.call("/chat", &key, &json!({ "query": "tea" })).await;
        assert_eq!(
            envelope["code"] == 0,
            answer.ends_with("0}") && !answer.contains('4')
        );
        assert_eq!(it.remaining(&ann, "chat").await, left);
    }
}

#[tokio::test]
async fn a_stream_where_none_is_expected_is_nonsense() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let key = it.key(&ann, "Key").await;
    let script = streaming(&it);
    script.say("data: {\"code\":0}\n\n");
    drop(script);
    assert_eq!(it.search(&key).await["code"], 50_000);
    assert_eq!(it.remaining(&ann, "searchMemory").await, 1_000);
}

/// An HTTP/1.0 upstream ends a stream with its connection: a cut looks the same.
#[tokio::test]
async fn a_stream_that_does_not_say_where_it_ends_is_nonsense() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut tcp, _) = listener.accept().await.unwrap();
        let mut head = [0; 4_096];
        assert!(tcp.read(&mut head).await.unwrap() > 0);
        let answer = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: tea\n\n";
        tcp.write_all(answer.as_bytes()).await.unwrap();
    });
    let it = TestServer::start_all(
        |config| {
            config.catalogue = allowance::config::Config::from_toml(CHAT)
                .unwrap()
                .catalogue;
        },
        Some(address),
    )
    .await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let key = it.key(&ann, "Key").await;
    let envelope = it.call("/chat", &key, &json!({ "query": "tea" })).await;
    assert_eq!(envelope["code"], 50_000);
    assert_eq!(it.remaining(&ann, "chat").await, 10);
}
