//! Any JSON API by configuration (`product.md` §1): metered without code.

use crate::support::{Behaviour, StubUpstream, TestServer};
use allowance::config::{Config, ErrorCodes};
use allowance::domain::accounts::Role;
use allowance::domain::quota::Quota;
use allowance::domain::store::Accounts;
use allowance::domain::usage::Outcome;
use serde_json::{Value, json};

/// More calls of the memory API, and one that has no envelope.
const MORE: &str = r#"
[[api]]
name = "getMemory"
path = "/get/memory"
free_calls = 100
output = { most = 3, request_field = "options.size", response_list = "data.memory_detail_list", noun = "memories" }
required = [{ field = "user_id", shape = "id" }]

[[api]]
name = "deleteMemory"
path = "/delete/memory"
free_calls = 100
required = [{ field = "memory_ids", shape = "list" }]
end_user = "on_behalf.of"
failure_data = { success = false }

[[api]]
name = "addFeedback"
path = "/add/feedback"
free_calls = 100
input = { max_tokens = 20, fields = ["feedback_content", "messages[].content"] }
required = [
  { field = "user_id", shape = "id" },
  { field = "conversation_id", shape = "id" },
  { field = "feedback_content", shape = "text" },
]

[[api]]
name = "chat"
title = { en = "Chat", zh = "对话" }
path = "/chat"
free_calls = 100
stream = true
input = { max_tokens = 20, fields = ["query"] }
required = [{ field = "query", shape = "text" }]

[[api]]
name = "plain"
path = "/plain"
free_calls = 100
success = "status"
"#;

async fn server() -> (TestServer, String) {
    let it = TestServer::start_with(|config| {
        config.catalogue = Config::from_toml(MORE).unwrap().catalogue;
    })
    .await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let key = it.key(&ann, "Key").await;
    (it, key)
}

fn words(count: usize) -> String {
    "tea ".repeat(count)
}

/// What is left of each API, in the catalogue's order.
async fn left(it: &TestServer) -> Vec<i64> {
    let account = allowance::domain::AccountId(1);
    let quota = it.server.metering.quota(account).await.unwrap();
    quota.iter().map(Quota::remaining).collect()
}

#[tokio::test]
async fn a_configured_api_is_metered_checked_and_cut() {
    let (it, key) = server().await;
    let list: Vec<_> = (0..9).map(|n| json!({ "id": n })).collect();
    let answer = json!({ "code": 0, "data": { "memory_detail_list": list }, "message": "ok" });
    it.upstream
        .behave(Behaviour::Answers(200, answer.to_string()));
    let get = |size: Value| json!({ "user_id": "ann", "options": { "size": size } });
    let envelope = it.call("/get/memory", &key, &get(json!(3))).await;
    let cut = envelope["data"]["memory_detail_list"].as_array().unwrap();
    assert_eq!(cut.len(), 3);
    let envelope = it.call("/get/memory", &key, &get(json!(4))).await;
    assert_eq!(envelope["code"], 40_000);
    assert_eq!(
        envelope["message"],
        "Parameter error: `options.size` asks for 4 memories; one call returns at most 3."
    );

    let gone = json!({ "memory_ids": ["a"], "on_behalf": { "of": "bob" } });
    assert_eq!(it.call("/delete/memory", &key, &gone).await["code"], 0);
    let none = it
        .call("/delete/memory", &key, &json!({ "memory_ids": [] }))
        .await;
    assert_eq!(
        (&none["code"], &none["data"]["success"]),
        (&json!(40_000), &json!(false))
    );

    let feedback = |text: String, more: Value| {
        json!({
            "user_id": "ann", "conversation_id": "c", "feedback_content": text, "messages": more,
        })
    };
    let parts = json!([{ "role": "user", "content": [
        { "type": "text", "text": words(5) },
        { "type": "image_url", "image_url": { "url": "https://example.org/a.png" } },
        { "type": "file", "file": { "file_id": "f1" } },
    ] }]);
    for (body, code) in [
        (feedback(words(5), json!(null)), 0),
        (feedback(words(5), parts.clone()), 0),
        (feedback(words(18), parts), 40_302),
    ] {
        assert_eq!(it.call("/add/feedback", &key, &body).await["code"], code);
    }
    assert_eq!(left(&it).await, [99, 99, 98, 100, 100]);
    it.assert_verified().await;
}

#[tokio::test]
async fn a_configured_stream_is_metered_and_its_input_is_checked() {
    let (it, key) = server().await;
    let (behaviour, script) = Behaviour::streams();
    it.upstream.behave(behaviour);
    script.say("data: {\"type\":\"text\",\"data\":\"tea\"}\n\n");
    script.say("data: {\"type\":\"end\"}\n\n");
    drop(script);
    let body = json!({ "query": "What does Ann like?", "stream": true });
    let response = it.post("/chat", &key, body.to_string()).await;
    assert_eq!(
        response.headers()["content-type"],
        "text/event-stream; charset=utf-8"
    );
    let text = response.text().await.unwrap();
    assert!(text.ends_with("{\"type\":\"end\"}\n\n"), "{text}");
    let long = json!({ "query": words(30) });
    assert_eq!(it.call("/chat", &key, &long).await["code"], 40_302);
    assert_eq!(left(&it).await, [100, 100, 100, 99, 100]);
    let mut browser = it.browser("ann@example.com").await;
    browser.open("/usage").await.assert_has("Chat");
}

#[tokio::test]
async fn an_api_without_an_envelope_is_settled_by_its_status() {
    let (it, key) = server().await;
    for (status, body, charged) in [
        (200, "[1,2]", true),
        (201, "{\"code\":7}", true),
        (204, "", true),
        (404, "{\"error\":\"nothing here\"}", false),
    ] {
        it.upstream.behave(Behaviour::Answers(status, body.into()));
        let before = left(&it).await[4];
        let response = it.post("/plain", &key, "{}").await;
        assert_eq!(response.status(), status);
        assert_eq!(response.text().await.unwrap(), body);
        assert_eq!(before - left(&it).await[4], i64::from(charged), "{status}");
    }
    it.upstream.behave(Behaviour::Answers(500, "{}".into()));
    let envelope = it.call("/plain", &key, &json!({})).await;
    assert_eq!(envelope["code"], 50_000);
    let account = it.store.account_by_email("ann@example.com").await.unwrap();
    let calls = it.calls(&account.unwrap().0).await;
    assert_eq!(
        calls[..2],
        [
            (Outcome::UpstreamFailed, 50_000),
            (Outcome::UpstreamFailed, 404)
        ]
    );
}

#[tokio::test]
async fn an_api_may_lie_elsewhere_and_its_secret_goes_only_there() {
    let other = StubUpstream::start().await;
    let elsewhere = format!(
        "[gateway]\nupstream_authorization = 'Token one'\n{MORE}\nupstream = '{}/v2'\nupstream_authorization = 'Token two'",
        other.address
    );
    let it = TestServer::start_with(|config| {
        let read = Config::from_toml(&elsewhere).unwrap();
        config.catalogue = read.catalogue;
        config.api_upstreams = read.api_upstreams;
        config.gateway.upstream_authorization = read.gateway.upstream_authorization;
    })
    .await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let key = it.key(&ann, "Key").await;
    it.post("/plain", &key, "{}").await;
    it.call("/delete/memory", &key, &json!({ "memory_ids": ["a"] }))
        .await;
    let seen = |stub: &StubUpstream| {
        let seen = stub.seen().into_iter();
        seen.map(|(path, headers, _)| (path, headers["authorization"].clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        seen(&other),
        [("/v2/plain".into(), "Token two".parse().unwrap())]
    );
    assert_eq!(
        seen(&it.upstream),
        [("/delete/memory".into(), "Token one".parse().unwrap())]
    );
}

#[tokio::test]
async fn the_numbers_of_2026_are_a_setting() {
    let it = TestServer::start_with(|config| {
        config.gateway.error_codes = ErrorCodes::Y2026;
    })
    .await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let key = it.key(&ann, "Key").await;
    let add = |field: &str, value: Value| {
        let mut body = crate::support::add_body();
        body[field] = value;
        body
    };
    let long_id = || json!("a".repeat(101));
    for (body, code) in [
        (add("user_id", json!(null)), 40_002),
        (add("user_id", json!("")), 40_002),
        (add("messages", json!([])), 40_003),
        (add("user_id", long_id()), 40_010),
        (add("conversation_id", long_id()), 40_011),
        (add("messages", json!(7)), 40_000),
        (
            add(
                "messages",
                json!([{ "role": "user", "content": words(5_000) }]),
            ),
            40_305,
        ),
        (add("more", json!(1)), 0),
    ] {
        assert_eq!(it.call("/add/message", &key, &body).await["code"], code);
    }
    assert_eq!(it.search("").await["code"], 40_130);
    assert_eq!(it.search("mpg-wrong").await["code"], 40_132);
    it.upstream.behave(Behaviour::Dies);
    assert_eq!(it.search(&key).await["code"], 50_000);
    it.upstream.behave(Behaviour::Good);
    it.burn(&ann, &key, "searchMemory", 1_000).await;
    assert_eq!(it.search(&key).await["code"], 40_300);
    it.burn(&ann, &key, "addMessage", 4_999).await;
    it.burn(&ann, &key, "getMessage", 5_000).await;
    assert_eq!(it.search(&key).await["code"], 40_304);
}
