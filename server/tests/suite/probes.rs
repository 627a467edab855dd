//! What the probes say to whoever watches the server.

use super::support::{Behaviour, TestServer, add_body};
use allowance::domain::accounts::Role;
use serde_json::{Value, json};

#[tokio::test]
async fn the_probes_answer() {
    let it = TestServer::start().await;
    let get = |path: &str| reqwest::get(format!("{}{path}", it.address));
    assert_eq!(get("/healthz").await.unwrap().text().await.unwrap(), "ok");
    let ready: Value = get("/readyz").await.unwrap().json().await.unwrap();
    assert_eq!(ready, json!({ "store": "ok", "upstream": "ok" }));
}

#[tokio::test]
async fn an_upstream_that_fails_one_api_is_failing_whatever_the_others_do() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let key = it.key(&ann, "Key").await;
    let upstream = async || {
        let answer = reqwest::get(format!("{}/readyz", it.address));
        let ready: Value = answer.await.unwrap().json().await.unwrap();
        ready["upstream"].clone()
    };
    let no = r#"{"code":50000,"message":"no"}"#;
    for failure in ["oops", no, no] {
        assert_eq!(upstream().await, "ok");
        it.upstream
            .behave(Behaviour::Answers(500, failure.to_owned()));
        assert_ne!(it.search(&key).await["code"], 0);
        it.upstream.behave(Behaviour::Good);
        let added = it.call("/add/message", &key, &add_body()).await;
        assert_eq!(added["code"], 0);
    }
    assert_eq!(upstream().await, "failing");
    assert_eq!(it.search(&key).await["code"], 0);
    assert_eq!(upstream().await, "ok");
}
