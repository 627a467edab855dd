//! Calls that the upstream does not answer: they cost nothing, whoever still waits, and
//! have a code of their own in the numbers of 2026 (`wire.md`).

use crate::support::{Behaviour, TestServer, search_body};
use allowance::config::{Config, ErrorCodes};
use allowance::domain::accounts::{Account, Role};
use allowance::domain::usage::Outcome;
use serde_json::{Value, json};
use std::time::Duration;

const ERAS: [(ErrorCodes, i64); 2] = [(ErrorCodes::Seed, 50_000), (ErrorCodes::Y2026, 50_004)];

/// A server before an upstream at an address, or before the stub; and its developer.
async fn start(
    configure: impl FnOnce(&mut Config),
    upstream: Option<String>,
) -> (TestServer, Account, String) {
    let it = TestServer::start_all(configure, upstream).await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let key = it.key(&ann, "Key").await;
    (it, ann, key)
}

/// A search is refused in the envelope, is logged by its code, and costs nothing.
async fn assert_refused((it, ann, key): &(TestServer, Account, String), code: i64, words: &str) {
    let body = search_body().to_string();
    let response = it.post("/search/memory", key, body).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["retry-after"], "5");
    let envelope: Value = response.json().await.unwrap();
    assert_eq!(envelope["code"], code, "{envelope}");
    let message = envelope["message"].as_str().unwrap();
    assert!(message.contains(words), "{message}");
    assert!(message.ends_with("This call was not charged."), "{message}");
    assert_eq!(it.calls(ann).await, [(Outcome::UpstreamFailed, code)]);
    assert_eq!(it.remaining(ann, "searchMemory").await, 1_000);
}

#[tokio::test]
async fn an_upstream_that_does_not_answer_in_time_has_the_code_of_its_era() {
    for (codes, code) in ERAS {
        let server = start(
            |config| {
                config.gateway.error_codes = codes;
                config.gateway.timeout_ms = 50;
            },
            None,
        )
        .await;
        server.0.upstream.behave(Behaviour::Hangs);
        assert_refused(&server, code, "did not answer in time").await;
    }
}

#[tokio::test]
async fn an_upstream_that_cannot_be_reached_has_the_code_of_its_era() {
    for (codes, code) in ERAS {
        // A port on which nobody listens.
        let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let nobody = format!("http://{}", free.local_addr().unwrap());
        drop(free);
        let configure = |config: &mut Config| config.gateway.error_codes = codes;
        let server = start(configure, Some(nobody)).await;
        assert_refused(&server, code, "cannot be reached").await;
    }
}

#[tokio::test]
async fn a_stream_that_falls_silent_is_logged_by_the_code_of_its_era() {
    for (codes, code) in ERAS {
        let configure = |config: &mut Config| {
            let chat = "[[api]]\nname = \"chat\"\npath = \"/chat\"\nfree_calls = 10\nstream = true";
            config.catalogue = Config::from_toml(chat).unwrap().catalogue;
            config.gateway.error_codes = codes;
            config.gateway.stream_silence_ms = 50;
        };
        let (it, ann, key) = start(configure, None).await;
        let (behaviour, script) = Behaviour::streams();
        it.upstream.behave(behaviour);
        let mut response = it.post("/chat", &key, "{}").await;
        script.say("data: green\n\n");
        assert!(response.chunk().await.unwrap().is_some());
        assert!(
            response.chunk().await.is_err(),
            "no end that looks like one"
        );
        script.given_up().await;
        it.server.gateway.drain(Duration::from_secs(20)).await;
        assert_eq!(it.calls(&ann).await, [(Outcome::UpstreamFailed, code)]);
        assert_eq!(it.remaining(&ann, "chat").await, 10);
    }
}

/// Nobody sees the answer, and the log tells of it all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_client_that_hangs_up_is_not_charged_for_what_the_upstream_never_answers() {
    for behaviour in [Behaviour::Hangs, Behaviour::Dies] {
        let configure = |config: &mut Config| config.gateway.timeout_ms = 500;
        let (it, ann, key) = start(configure, None).await;
        it.upstream.behave(behaviour);
        {
            let call = it.search(&key);
            tokio::pin!(call);
            // The client gives up as soon as the upstream has the call.
            while it.upstream.seen().is_empty() {
                tokio::select! {
                    // One that dies may be quicker.
                    _ = &mut call => break,
                    () = tokio::task::yield_now() => {}
                }
            }
        }
        it.server.gateway.drain(Duration::from_secs(20)).await;
        assert_eq!(it.calls(&ann).await, [(Outcome::UpstreamFailed, 50_000)]);
        let page = it.call_page(&ann).await;
        assert_eq!(page.calls[0].end_user.as_deref(), Some("ann"));
        assert_eq!(it.remaining(&ann, "searchMemory").await, 1_000);
        // Nothing is held by it either.
        it.upstream.behave(Behaviour::Good);
        it.burn(&ann, &key, "searchMemory", 999).await;
        assert_eq!(it.search(&key).await["code"], json!(0));
        it.assert_verified().await;
    }
}
