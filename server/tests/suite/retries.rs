//! Retries of calls through the gateway (`product.md` §2.5).

use crate::support::{Behaviour, TestServer, search_body};
use allowance::domain::accounts::Role;
use futures::future::join_all;
use reqwest::Response;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::Semaphore;

async fn call(it: &TestServer, key: &str, retry: &str, body: &Value) -> Response {
    reqwest::Client::new()
        .post(format!("{}/api/openmem/v1/search/memory", it.address))
        .header("authorization", format!("Token {key}"))
        .header("idempotency-key", retry)
        .body(body.to_string())
        .send()
        .await
        .unwrap()
}

async fn said(response: Response) -> Value {
    response.json().await.unwrap()
}

#[tokio::test]
async fn a_retry_gets_the_first_answer_and_is_charged_once() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let key = it.key(&ann, "Key").await;
    let first = call(&it, &key, "a", &search_body()).await;
    assert!(!first.headers().contains_key("idempotency-replayed"));
    let id = first.headers()["x-request-id"].clone();
    let body = first.bytes().await.unwrap();
    // Another key of the account is the same caller.
    let other = it.key(&ann, "Other").await;
    for key in [&key, &other] {
        let again = call(&it, key, "a", &search_body()).await;
        assert_eq!(again.status(), 200);
        assert_eq!(again.headers()["x-request-id"], id);
        assert_eq!(again.headers()["idempotency-replayed"], "true");
        assert_eq!(again.bytes().await.unwrap(), body);
    }
    assert_eq!(it.upstream.seen().len(), 1);
    assert_eq!(it.remaining(&ann, "searchMemory").await, 999);

    // The same key with another body is an error; of another account, another key.
    let mut body = search_body();
    body["query"] = json!("coffee");
    let envelope = said(call(&it, &key, "a", &body).await).await;
    assert_eq!(envelope["code"], 40_000);
    let message = envelope["message"].as_str().unwrap();
    assert!(message.contains("Idempotency-Key"), "{message}");
    let ben = it.account("ben@example.com", Role::Developer).await;
    let bens = it.key(&ben, "Key").await;
    assert_eq!(said(call(&it, &bens, "a", &body).await).await["code"], 0);
    for bad in ["", " ", &"a".repeat(256)] {
        let envelope = said(call(&it, &key, bad, &body).await).await;
        assert_eq!(envelope["code"], 40_000, "{bad:?}");
    }
    // Nothing left, and still the first answer.
    it.burn(&ann, &key, "searchMemory", 999).await;
    assert_eq!(
        said(call(&it, &key, "a", &search_body()).await).await["code"],
        0
    );
    assert_eq!(
        said(call(&it, &key, "b", &search_body()).await).await["code"],
        40_300
    );
    it.clock.advance(2 * 24 * 60 * 60 * 1_000);
    assert_eq!(
        said(call(&it, &key, "a", &search_body()).await).await["code"],
        40_300
    );
    it.assert_verified().await;
}

#[tokio::test]
async fn a_call_that_failed_is_not_remembered() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let key = it.key(&ann, "Key").await;
    for answer in [
        Behaviour::Answers(500, "broken".into()),
        Behaviour::Answers(200, r#"{"code":40000,"data":{},"message":"no"}"#.into()),
        Behaviour::Dies,
    ] {
        it.upstream.behave(answer);
        assert_ne!(
            said(call(&it, &key, "a", &search_body()).await).await["code"],
            0
        );
    }
    assert_eq!(it.remaining(&ann, "searchMemory").await, 1_000);
    it.upstream.behave(Behaviour::Good);
    for _ in 0..2 {
        assert_eq!(
            said(call(&it, &key, "a", &search_body()).await).await["code"],
            0
        );
    }
    assert_eq!(it.remaining(&ann, "searchMemory").await, 999);
    it.assert_verified().await;
}

#[tokio::test]
async fn an_answer_too_long_to_keep_is_told_to_be_done() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let key = it.key(&ann, "Key").await;
    let long = json!({ "code": 0, "data": { "text": "a".repeat(300_000) }, "message": "ok" });
    it.upstream
        .behave(Behaviour::Answers(200, long.to_string()));
    let first = call(&it, &key, "a", &search_body()).await;
    let id = first.headers()["x-request-id"].to_str().unwrap().to_owned();
    assert_eq!(said(first).await, long);
    let envelope = said(call(&it, &key, "a", &search_body()).await).await;
    assert_eq!(envelope["code"], 40_000);
    let message = envelope["message"].as_str().unwrap();
    assert!(message.contains(&id), "{message}");
    assert_eq!(it.remaining(&ann, "searchMemory").await, 999);
    // A refused retry is logged with all that is known of it, too.
    let page = it.call_page(&ann).await;
    let users = page.calls.iter().map(|call| call.end_user.as_deref());
    assert_eq!(users.collect::<Vec<_>>(), [Some("ann"); 2]);
    it.assert_verified().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_racing_retries_are_one_call_and_one_charge() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let key = it.key(&ann, "Key").await;
    // One call is left: no retry may be told that nothing is.
    it.burn(&ann, &key, "searchMemory", 999).await;
    let turn = Arc::new(Semaphore::new(0));
    it.upstream.behave(Behaviour::Waits(Arc::clone(&turn)));
    let body = search_body();
    let racing = join_all((0..100).map(|_| call(&it, &key, "a", &body)));
    let letting = async {
        while it.upstream.seen().is_empty() {
            tokio::task::yield_now().await;
        }
        turn.add_permits(100);
    };
    let (responses, ()) = futures::join!(racing, letting);
    let mut ids = Vec::new();
    for response in responses {
        ids.push(response.headers()["x-request-id"].clone());
        assert_eq!(said(response).await["code"], 0);
    }
    assert!(ids.iter().all(|id| *id == ids[0]));
    assert_eq!(it.upstream.seen().len(), 1);
    assert_eq!(it.remaining(&ann, "searchMemory").await, 0);
    it.assert_verified().await;
}
