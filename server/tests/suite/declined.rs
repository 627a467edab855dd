//! Calls to which the upstream itself says no.

use super::support::{Behaviour, TestServer, search_body};
use allowance::config::{Config, ErrorStyle};
use allowance::domain::accounts::Role;
use reqwest::Response;
use serde_json::Value;

/// Its code is none of ours, and its number has more digits than a float.
const NO: &str = r#"{ "code":41234, "message":"Not today", "hint":"tomorrow",
    "data":{"success":false, "task_id":"t9","status":"failed","n":12345678901234567890123} }"#;

async fn server(style: ErrorStyle) -> (TestServer, String) {
    let it = TestServer::start_with(|config| config.gateway.errors = style).await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let key = it.key(&ann, "Key").await;
    (it, key)
}

async fn ready(it: &TestServer) -> Value {
    let answer = reqwest::get(format!("{}/readyz", it.address)).await;
    answer.unwrap().json().await.unwrap()
}

async fn search(it: &TestServer, key: &str) -> Response {
    it.post("/search/memory", key, search_body().to_string())
        .await
}

#[tokio::test]
async fn a_whole_envelope_comes_through_byte_for_byte_with_its_word_on_when() {
    let (it, key) = server(ErrorStyle::Envelope).await;
    it.upstream
        .behave(Behaviour::SaysWhen(503, NO.into(), "17"));
    let response = search(&it, &key).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["retry-after"], "17");
    assert_eq!(response.text().await.unwrap(), NO);
}

#[tokio::test]
async fn true_statuses_are_the_upstreams_where_they_are_the_clients_matter() {
    let (it, key) = server(ErrorStyle::Http).await;
    for (upstream, client) in [
        (200, 422),
        (400, 400),
        (403, 403),
        (429, 429),
        (500, 502),
        (503, 502),
    ] {
        it.upstream.behave(Behaviour::Answers(upstream, NO.into()));
        let response = search(&it, &key).await;
        assert_eq!(response.status(), client);
        assert_eq!(response.text().await.unwrap(), NO);
    }
}

#[tokio::test]
async fn what_an_envelope_lacks_is_put_in_and_the_rest_stays() {
    let (it, key) = server(ErrorStyle::Envelope).await;
    let no = r#"{"code":41234,"message":null,"data":{},"hint":"tomorrow"}"#;
    it.upstream.behave(Behaviour::Answers(200, no.into()));
    let envelope = it.search(&key).await;
    assert_eq!(envelope["code"], 41_234);
    assert_eq!(envelope["hint"], "tomorrow");
    let message = envelope["message"].as_str().unwrap();
    assert_eq!(message, "The service behind this gateway refused the call.");
    assert!(envelope["data"].is_object());
    // Neither long numbers nor deep values are lost by that.
    let deep = format!("{}{}", "[".repeat(500), "]".repeat(500));
    let kept = format!("\"long\":12345678901234567890123,\"deep\":{deep}");
    let no = format!("{{\"code\":41234,{kept}}}");
    it.upstream.behave(Behaviour::Answers(200, no));
    let text = search(&it, &key).await.text().await.unwrap();
    assert!(text.contains("\"long\":12345678901234567890123"), "{text}");
    assert!(text.contains(&deep), "{text}");
}

#[tokio::test]
async fn an_upstream_that_refuses_the_gateways_key_does_not_blame_the_developers() {
    let (it, key) = server(ErrorStyle::Http).await;
    let no = |code: i64| format!(r#"{{"code":{code},"message":"Invalid or expired API Key"}}"#);
    for (status, body) in [(401, String::new()), (200, no(40_132)), (403, no(40_130))] {
        it.upstream.behave(Behaviour::Answers(status, body));
        let response = search(&it, &key).await;
        assert_eq!(response.status(), 502);
        let envelope: Value = response.json().await.unwrap();
        assert_eq!(envelope["code"], 50_000);
        let message = envelope["message"].as_str().unwrap();
        assert!(
            message.contains("does not accept the gateway's own key"),
            "{message}"
        );
    }
    // Three in a row: whoever runs this finds out.
    assert_eq!(ready(&it).await["upstream"], "failing");
}

#[tokio::test]
async fn without_an_envelope_the_word_on_when_comes_through_too() {
    let it = TestServer::start_with(|config| {
        let plain =
            "[[api]]\nname = \"plain\"\npath = \"/plain\"\nfree_calls = 9\nsuccess = \"status\"";
        config.catalogue = Config::from_toml(plain).unwrap().catalogue;
    })
    .await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let key = it.key(&ann, "Key").await;
    let no = "[\"slow down\"]";
    it.upstream
        .behave(Behaviour::SaysWhen(429, no.into(), "17"));
    let response = it.post("/plain", &key, "{}").await;
    assert_eq!(
        (
            response.status().as_u16(),
            &response.headers()["retry-after"]
        ),
        (429, &"17".parse().unwrap())
    );
    assert_eq!(response.text().await.unwrap(), no);
}
