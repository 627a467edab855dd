//! The gateway's rules (`product.md` §2 and §3) over HTTP.

use crate::support::{Behaviour, TestServer, add_body, get_body, search_body};
use allowance::config::ErrorStyle;
use allowance::domain::accounts::Role;
use allowance::domain::store::{Accounts, Keys, RollUps};
use allowance::domain::usage::{Grouping, SeriesQuery, Slot, quarter};
use futures::future::join_all;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::Semaphore;

const APIS: [&str; 3] = ["addMessage", "searchMemory", "getMessage"];

#[tokio::test]
async fn a_call_that_succeeds_is_charged_once() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let key = it.key(&ann, "Key").await;
    for (path, body) in [
        ("/add/message", add_body()),
        ("/search/memory", search_body()),
        ("/get/message", get_body()),
        ("//search/memory/", search_body()),
    ] {
        let envelope = it.call(path, &key, &body).await;
        assert_eq!(envelope["code"], 0, "{path}: {envelope}");
    }
    let mut left = Vec::new();
    for api in APIS {
        left.push(it.remaining(&ann, api).await);
    }
    assert_eq!(left, [4_999, 998, 4_999]);
    it.assert_verified().await;
}

#[tokio::test]
async fn a_body_that_breaks_a_rule_gets_its_code_and_costs_nothing() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let key = it.key(&ann, "Key").await;
    let long = "word ".repeat(6_000);
    let nested = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let search = |body: Value| ("/search/memory", body.to_string());
    let bad: Vec<((&str, String), i64, &str)> = vec![
        (
            ("/search/memory", "{\"user_id\":".into()),
            40_000,
            "not valid JSON",
        ),
        (("/search/memory", String::new()), 40_000, "not valid JSON"),
        (("/search/memory", nested), 40_000, "64 levels deep"),
        (("/search/memory", "[]".into()), 40_000, "object"),
        (search(json!({ "query": "tea" })), 40_000, "user_id"),
        (
            search(json!({ "user_id": "ann", "query": null })),
            40_000,
            "query",
        ),
        (
            search(json!({ "user_id": 7, "query": "tea" })),
            40_000,
            "user_id",
        ),
        (
            search(json!({ "user_id": "ann", "query": "" })),
            40_000,
            "query",
        ),
        (
            search(json!({ "user_id": "a".repeat(101), "query": "tea" })),
            40_000,
            "100",
        ),
        (
            search(json!({ "user_id": "ann", "query": long })),
            40_302,
            "4,000",
        ),
        (
            search(json!({ "user_id": "ann", "query": "tea", "memory_limit_number": 11 })),
            40_000,
            "10",
        ),
        (
            search(json!({ "user_id": "ann", "query": "tea", "memory_limit_number": "ten" })),
            40_000,
            "memory_limit_number",
        ),
        (
            (
                "/add/message",
                json!({ "user_id": "ann", "conversation_id": "c" }).to_string(),
            ),
            40_000,
            "messages",
        ),
        (
            ("/search/memory", format!("\"{}\"", "a".repeat(10_000_000))),
            40_302,
            "1048576",
        ),
    ];
    let tries = bad.len();
    for ((path, body), code, said) in bad {
        let response = it.post(path, &key, body).await;
        assert_eq!(response.status(), 200);
        assert!(response.headers().contains_key("x-request-id"));
        let envelope: Value = response.json().await.unwrap();
        assert_eq!(envelope["code"], code, "{envelope}");
        let message = envelope["message"].as_str().unwrap();
        assert!(message.contains(said), "{said:?} is not in {message:?}");
    }
    assert_eq!(it.remaining(&ann, "searchMemory").await, 1_000);
    assert_eq!(it.upstream.seen().len(), 0);
    let mut browser = it.browser("ann@example.com").await;
    browser.open("/usage").await.assert_has("Search");
    assert_eq!(
        logged(&it).await,
        i64::try_from(tries).unwrap(),
        "each is logged"
    );
    it.assert_verified().await;
}

/// Calls in the ledger, of all accounts.
async fn logged(it: &TestServer) -> i64 {
    let mut calls = 0;
    for account in it.store.find_accounts("", 100, 0).await.unwrap() {
        for api in it.server.metering.apis() {
            let query = SeriesQuery {
                account: account.id,
                api: api.id,
                projects: vec![],
                keys: vec![],
                slot: Slot::Quarter,
                edges: vec![0, quarter(crate::support::NOW) + 100],
                grouping: Grouping::None,
            };
            let points = it.store.series(&query).await.unwrap();
            calls += points.iter().map(|point| point.calls).sum::<i64>();
        }
    }
    calls
}

#[tokio::test]
async fn a_key_that_opens_nothing_is_told_why() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let key = it.key(&ann, "Key").await;
    let unknown = format!("mpg-{}", "0".repeat(40));
    for (wrong, code) in [
        ("", 40_100),
        ("nonsense", 40_132),
        (unknown.as_str(), 40_132),
    ] {
        let envelope = it.search(wrong).await;
        assert_eq!(envelope["code"], code, "{envelope}");
    }
    assert_eq!(it.search(&key).await["code"], 0);

    let id = it.store.keys(ann.id).await.unwrap()[0].public_id.clone();
    it.server
        .actions
        .set_key_disabled(&ann, &id, true)
        .await
        .unwrap();
    let envelope = it.search(&key).await;
    assert_eq!(envelope["code"], 40_132);
    assert!(envelope["message"].as_str().unwrap().contains("disabled"));
    it.server
        .actions
        .set_key_disabled(&ann, &id, false)
        .await
        .unwrap();
    assert_eq!(it.search(&key).await["code"], 0);
    assert_eq!(it.remaining(&ann, "searchMemory").await, 998);
}

#[tokio::test]
async fn an_unknown_path_or_method_says_what_there_is() {
    let it = TestServer::start().await;
    let envelope = it.call("/get/memory", "", &json!({})).await;
    assert_eq!(envelope["code"], 40_400);
    assert!(
        envelope["message"]
            .as_str()
            .unwrap()
            .contains("/search/memory")
    );
    let got = reqwest::get(format!("{}/api/openmem/v1/search/memory", it.address))
        .await
        .unwrap();
    assert_eq!(got.status(), 405);
    assert_eq!(got.headers()["allow"], "POST");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_upstream_that_fails_costs_nothing() {
    let it = TestServer::start_with(|config| {
        config.gateway.timeout_ms = 200;
        config.gateway.errors = ErrorStyle::Http;
    })
    .await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let key = it.key(&ann, "Key").await;
    let answers = |status, text: &str| Behaviour::Answers(status, text.into());
    for (behaviour, status, code) in [
        (answers(500, "oops"), 502, 50_000),
        (answers(200, "<html>"), 502, 50_000),
        (answers(200, "[]"), 502, 50_000),
        (
            answers(200, r#"{"code":40000,"message":"no"}"#),
            422,
            40_000,
        ),
        (Behaviour::Dies, 502, 50_000),
        (Behaviour::Hangs, 504, 50_000),
    ] {
        it.upstream.behave(behaviour);
        let response = it.post("/add/message", &key, add_body().to_string()).await;
        assert_eq!(response.status(), status);
        let envelope: Value = response.json().await.unwrap();
        assert_eq!(envelope["code"], code, "{envelope}");
        assert_eq!(
            envelope["data"],
            json!({ "success": false, "task_id": "", "status": "failed" })
        );
    }
    assert_eq!(it.remaining(&ann, "addMessage").await, 5_000);
    it.upstream.behave(Behaviour::Good);
    assert_eq!(it.call("/add/message", &key, &add_body()).await["code"], 0);
    assert_eq!(it.remaining(&ann, "addMessage").await, 4_999);
    assert_eq!(logged(&it).await, 7);
}

#[tokio::test]
async fn an_upstream_that_is_down_is_said_to_be() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let key = it.key(&ann, "Key").await;
    // A port on which nobody listens.
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let down = TestServer::start_with_upstream(nobody).await;
    let bob = down.account("bob@example.com", Role::Developer).await;
    let bobs = down.key(&bob, "Key").await;
    let response = down
        .post("/search/memory", &bobs, search_body().to_string())
        .await;
    assert_eq!(response.headers()["retry-after"], "5");
    let envelope: Value = response.json().await.unwrap();
    assert_eq!(envelope["code"], 50_000);
    assert!(
        envelope["message"]
            .as_str()
            .unwrap()
            .contains("cannot be reached")
    );
    assert_eq!(down.remaining(&bob, "searchMemory").await, 1_000);
    // A key of another server opens nothing here.
    assert_eq!(down.search(&key).await["code"], 40_132);
}

#[tokio::test]
async fn true_statuses_are_a_setting() {
    let it = TestServer::start_with(|config| config.gateway.errors = ErrorStyle::Http).await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let key = it.key(&ann, "Key").await;
    let long = json!({ "user_id": "ann", "query": "word ".repeat(6_000) });
    for (key, path, body, status) in [
        ("", "/search/memory", search_body(), 401),
        (key.as_str(), "/search/memory", long, 413),
        (key.as_str(), "/search/memory", json!({}), 422),
        (key.as_str(), "/nothing/here", json!({}), 404),
        (key.as_str(), "/search/memory", search_body(), 200),
    ] {
        assert_eq!(
            it.post(path, key, body.to_string()).await.status(),
            status,
            "{path}"
        );
    }
    it.burn(&ann, &key, "searchMemory", 999).await;
    assert_eq!(
        it.post("/search/memory", &key, search_body().to_string())
            .await
            .status(),
        429
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn racing_calls_over_two_keys_get_exactly_what_is_left() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let keys = [it.key(&ann, "One").await, it.key(&ann, "Two").await];
    it.burn(&ann, &keys[0], "searchMemory", 950).await;
    let calls = (0..200).map(|n| it.search(&keys[n % 2]));
    let answers = join_all(calls).await;
    let passed = answers
        .iter()
        .filter(|envelope| envelope["code"] == 0)
        .count();
    let blocked = answers
        .iter()
        .filter(|envelope| envelope["code"] == 40_300)
        .count();
    assert_eq!((passed, blocked), (50, 150));
    it.assert_verified().await;
}

#[tokio::test]
async fn a_blocked_call_says_what_to_do_and_another_api_goes_on() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let key = it.key(&ann, "Key").await;
    it.burn(&ann, &key, "searchMemory", 1_000).await;
    let response = it
        .post("/search/memory", &key, search_body().to_string())
        .await;
    assert_eq!(response.headers()["ratelimit"], "\"searchMemory\";r=0");
    let link = response.headers()["link"].to_str().unwrap().to_owned();
    let envelope: Value = response.json().await.unwrap();
    assert_eq!(envelope["code"], 40_300);
    let more = format!("{}/request-more?api=searchMemory", it.address);
    assert!(
        envelope["message"].as_str().unwrap().contains(&more),
        "{envelope}"
    );
    assert_eq!(link, format!("<{more}>; rel=\"help\""));
    assert_eq!(it.call("/get/message", &key, &get_body()).await["code"], 0);

    it.burn(&ann, &key, "addMessage", 5_000).await;
    it.burn(&ann, &key, "getMessage", 4_999).await;
    assert_eq!(
        it.search(&key).await["code"],
        40_301,
        "everything is used up"
    );
}

#[tokio::test]
async fn headers_tell_what_is_left() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let key = it.key(&ann, "Key").await;
    let response = it
        .post("/search/memory", &key, search_body().to_string())
        .await;
    assert_eq!(
        response.headers()["ratelimit-policy"],
        "\"searchMemory\";q=1000"
    );
    assert_eq!(response.headers()["ratelimit"], "\"searchMemory\";r=999");
    assert!(
        response.headers()["x-request-id"]
            .to_str()
            .unwrap()
            .starts_with("req_")
    );
}

#[tokio::test]
async fn the_upstream_gets_the_body_as_sent_and_no_credential() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let key = it.key(&ann, "Key").await;
    let body = json!({ "user_id": "ann", "query": "tea", "filter": { "new": [1, null] } });
    it.call("/search/memory", &key, &body).await;
    let (path, headers, seen) = it.upstream.seen().remove(0);
    assert_eq!((path.as_str(), seen), ("/search/memory", body));
    assert!(!headers.contains_key("authorization"));
    assert!(
        headers["x-request-id"]
            .to_str()
            .unwrap()
            .starts_with("req_")
    );
}

#[tokio::test]
async fn an_answer_longer_than_the_output_limit_is_cut_to_it() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let key = it.key(&ann, "Key").await;
    let list: Vec<_> = (0..25).map(|n| json!({ "id": n })).collect();
    let long = json!({ "code": 0, "data": { "memory_detail_list": list }, "message": "ok" });
    it.upstream
        .behave(Behaviour::Answers(200, long.to_string()));
    let envelope = it.search(&key).await;
    let cut = |envelope: &Value| {
        envelope["data"]["memory_detail_list"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(cut(&envelope), 10);
    // However deep something else in it is nested, and to the byte otherwise.
    let deep = format!("{}{}", "[".repeat(300), "]".repeat(300));
    let answer = |list: &str| {
        format!(
            "{{\"z\":1.50,\"code\":0,\"data\":{{\"memory_detail_list\":[{list}],\"more\":{deep}}}}}"
        )
    };
    let items = |count: usize| vec!["1"; count].join(",");
    it.upstream
        .behave(Behaviour::Answers(200, answer(&items(25))));
    let passed = it.post("/search/memory", &key, search_body().to_string());
    assert_eq!(passed.await.text().await.unwrap(), answer(&items(10)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_client_that_hangs_up_is_charged_if_the_upstream_succeeds() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let key = it.key(&ann, "Key").await;
    let turn = Arc::new(Semaphore::new(0));
    it.upstream.behave(Behaviour::Waits(Arc::clone(&turn)));
    {
        let call = it.search(&key);
        tokio::pin!(call);
        // The client gives up as soon as the upstream has the call.
        while it.upstream.seen().is_empty() {
            tokio::select! {
                answer = &mut call => panic!("answered before the upstream did: {answer}"),
                () = tokio::task::yield_now() => {}
            }
        }
    }
    turn.add_permits(1);
    it.server
        .gateway
        .drain(std::time::Duration::from_secs(10))
        .await;
    assert_eq!(it.remaining(&ann, "searchMemory").await, 999);
}
