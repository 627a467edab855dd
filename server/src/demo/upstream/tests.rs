use super::*;
use axum::body::{Body as HttpBody, to_bytes};
use axum::http::{Request, StatusCode};
use tower::ServiceExt;

/// A call to the router, and its answer.
async fn call(router: &Router, path: &str, body: &str) -> Value {
    let request = Request::post(path)
        .header("content-type", "application/json")
        .body(HttpBody::from(body.to_owned()))
        .unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

async fn add(router: &Router, user: &str, conversation: &str, texts: &[&str]) -> Value {
    let messages: Vec<_> = texts
        .iter()
        .map(|text| json!({"role": "user", "content": text}))
        .collect();
    let body = json!({"user_id": user, "conversation_id": conversation, "messages": messages});
    call(router, "/add/message", &body.to_string()).await
}

async fn search(router: &Router, body: Value) -> Vec<Value> {
    let answer = call(router, "/search/memory", &body.to_string()).await;
    assert_eq!(answer["code"], 0);
    answer["data"]["memory_detail_list"]
        .as_array()
        .unwrap()
        .clone()
}

fn upstream() -> Router {
    serve(Memory::default(), || 1_764_000_000_000)
}

#[tokio::test]
async fn an_added_message_is_answered_in_the_shape_that_clients_need() {
    let answer = add(&upstream(), "u", "c", &["hello"]).await;
    assert_eq!(
        (&answer["code"], &answer["message"]),
        (&json!(0), &json!("ok"))
    );
    let data = &answer["data"];
    assert_eq!(
        (&data["success"], &data["status"]),
        (&json!(true), &json!("completed"))
    );
    assert_eq!(data["task_id"].as_str().unwrap().len(), 36);
}

#[tokio::test]
async fn a_search_finds_the_best_match_first() {
    let router = upstream();
    add(
        &router,
        "u",
        "c",
        &["I like green tea", "Green mountains", "Nothing here"],
    )
    .await;
    let found = search(&router, json!({"user_id": "u", "query": "GREEN tea?"})).await;
    let found: Vec<_> = found
        .iter()
        .map(|memory| (&memory["memory_value"], &memory["relativity"]))
        .collect();
    assert_eq!(
        found,
        [
            (&json!("I like green tea"), &json!(1.0)),
            (&json!("Green mountains"), &json!(0.5)),
        ]
    );
}

#[tokio::test]
async fn a_memory_has_every_field_of_the_api_and_no_null() {
    let router = upstream();
    add(&router, "u", "c", &["hello"]).await;
    let body = json!({"user_id": "u", "query": "hello", "conversation_id": "c"});
    let memory = search(&router, body).await.remove(0);
    for field in [
        "id",
        "memory_key",
        "memory_value",
        "memory_type",
        "memory_time",
        "conversation_id",
        "status",
        "confidence",
        "tags",
        "update_time",
        "relativity",
    ] {
        assert!(!memory[field].is_null(), "{field}");
    }
    assert_eq!(memory["memory_type"], "WorkingMemory");
    assert_eq!(memory["memory_time"], 1_764_000_000_000_i64);
}

#[tokio::test]
async fn nobody_finds_the_messages_of_another_user() {
    let router = upstream();
    add(&router, "u", "c", &["secret"]).await;
    assert!(
        search(&router, json!({"user_id": "v", "query": "secret"}))
            .await
            .is_empty()
    );
    let body = json!({"user_id": "v", "conversation_id": "c"}).to_string();
    let answer = call(&router, "/get/message", &body).await;
    assert_eq!(answer["data"]["message_detail_list"], json!([]));
}

#[tokio::test]
async fn six_memories_come_back_unless_another_number_is_asked_for() {
    let router = upstream();
    add(&router, "u", "c", &["tea"; 12]).await;
    for (limit, count) in [
        (json!(null), 6),
        (json!(2), 2),
        (json!(10), 10),
        (json!(99), 12),
    ] {
        let body = json!({"user_id": "u", "query": "tea", "memory_limit_number": limit});
        assert_eq!(search(&router, body).await.len(), count);
    }
}

#[tokio::test]
async fn the_last_messages_of_a_conversation_come_oldest_first() {
    let router = upstream();
    add(&router, "u", "c", &["1", "2", "3"]).await;
    add(&router, "u", "other", &["x"]).await;
    let body = json!({"user_id": "u", "conversation_id": "c", "message_limit_number": 2});
    let answer = call(&router, "/get/message", &body.to_string()).await;
    let message = |text| {
        json!({
            "role": "user", "content": text,
            "create_time": 1_764_000_000_000_i64, "update_time": 1_764_000_000_000_i64,
        })
    };
    assert_eq!(
        answer["data"]["message_detail_list"],
        json!([message("2"), message("3")])
    );
}

#[tokio::test]
async fn contents_made_of_parts_are_kept_and_found() {
    let router = upstream();
    let parts = json!([{"type": "text", "text": "a red boat"}, {"type": "image_url"}]);
    let body = json!({
        "user_id": "u", "conversation_id": "c", "messages": [{"role": "user", "content": parts}],
    });
    call(&router, "/add/message", &body.to_string()).await;
    assert_eq!(
        search(&router, json!({"user_id": "u", "query": "boat"}))
            .await
            .len(),
        1
    );
    let body = json!({"user_id": "u", "conversation_id": "c"}).to_string();
    let answer = call(&router, "/get/message", &body).await;
    assert_eq!(answer["data"]["message_detail_list"][0]["content"], parts);
}

#[tokio::test]
async fn a_bad_body_is_a_parameter_error() {
    let router = upstream();
    for path in ["/add/message", "/search/memory", "/get/message"] {
        for body in ["", "{", "[]", r#"{"user_id": 1}"#] {
            assert_eq!(
                call(&router, path, body).await["code"],
                40_000,
                "{path} {body}"
            );
        }
    }
}
