//! A small memory API inside the process, so that a demo needs no other server.
//! It keeps messages in memory and answers a search by plain word match, in the
//! envelope of `wire.md`.

mod memory;
#[cfg(test)]
mod tests;

use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::routing::post;
use axum::{Json, Router};
use memory::{Found, Memory, NewMessage};
use parking_lot::Mutex;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Items in an answer, if the request does not say.
const DEFAULT_LIMIT: usize = 6;

/// A clock: milliseconds since 1970-01-01 UTC.
type Now = fn() -> i64;

#[derive(Clone)]
struct Upstream {
    memory: Arc<Mutex<Memory>>,
    now: Now,
}

type Answer = Json<Value>;
type Body<T> = Result<Json<T>, JsonRejection>;

/// What the demo remembers from the start, so that its first search finds something.
const REMEMBERED: [(&str, &str); 3] = [
    ("user", "I like green tea, and long walks by the river."),
    ("assistant", "Noted: green tea, and walks by the river."),
    ("user", "On Fridays I like to cook for friends."),
];

/// The three calls, below an empty base path. `now` dates the messages.
pub fn router(now: Now) -> Router {
    let mut memory = Memory::default();
    for (role, text) in REMEMBERED {
        memory.add(NewMessage {
            user: "ann".into(),
            conversation: "first".into(),
            role: role.into(),
            content: text.into(),
            text: text.into(),
            at: now(),
        });
    }
    serve(memory, now)
}

fn serve(memory: Memory, now: Now) -> Router {
    Router::new()
        .route("/add/message", post(add_message))
        .route("/search/memory", post(search_memory))
        .route("/get/message", post(get_message))
        .with_state(Upstream {
            memory: Arc::new(Mutex::new(memory)),
            now,
        })
}

#[derive(Deserialize)]
struct AddMessage {
    user_id: String,
    conversation_id: String,
    messages: Vec<MessageIn>,
}

#[derive(Deserialize)]
struct MessageIn {
    role: String,
    content: Value,
}

#[derive(Deserialize)]
struct SearchMemory {
    user_id: String,
    query: String,
    conversation_id: Option<String>,
    memory_limit_number: Option<usize>,
}

#[derive(Deserialize)]
struct GetMessage {
    user_id: String,
    conversation_id: String,
    message_limit_number: Option<usize>,
}

async fn add_message(State(upstream): State<Upstream>, body: Body<AddMessage>) -> Answer {
    let Ok(Json(body)) = body else {
        return parameter_error(json!({"success": false, "task_id": "", "status": "failed"}));
    };
    let at = (upstream.now)();
    let mut memory = upstream.memory.lock();
    for message in body.messages {
        memory.add(NewMessage {
            user: body.user_id.clone(),
            conversation: body.conversation_id.clone(),
            role: message.role,
            text: memory::text_of(&message.content),
            content: message.content,
            at,
        });
    }
    let task = memory::public_id(memory.added());
    ok(json!({"success": true, "task_id": task, "status": "completed"}))
}

async fn search_memory(State(upstream): State<Upstream>, body: Body<SearchMemory>) -> Answer {
    let Ok(Json(body)) = body else {
        return parameter_error(json!({}));
    };
    let limit = body.memory_limit_number.unwrap_or(DEFAULT_LIMIT);
    let memory = upstream.memory.lock();
    let found = memory.search(&body.user_id, &body.query, limit);
    let here = body.conversation_id.as_deref();
    let memories: Vec<_> = found
        .iter()
        .map(|found| memory_detail(found, here))
        .collect();
    ok(json!({"memory_detail_list": memories, "message_detail_list": null}))
}

async fn get_message(State(upstream): State<Upstream>, body: Body<GetMessage>) -> Answer {
    let Ok(Json(body)) = body else {
        return parameter_error(json!({}));
    };
    let limit = body.message_limit_number.unwrap_or(DEFAULT_LIMIT);
    let memory = upstream.memory.lock();
    let messages: Vec<_> = memory
        .latest(&body.user_id, &body.conversation_id, limit)
        .into_iter()
        .map(|message| {
            json!({
                "role": message.role,
                "content": message.content,
                "create_time": message.at,
                "update_time": message.at,
            })
        })
        .collect();
    ok(json!({"message_detail_list": messages}))
}

/// A memory as the API describes it. What this conversation said itself is what
/// the asker works with; all else was kept from before.
fn memory_detail(found: &Found<'_>, here: Option<&str>) -> Value {
    let message = found.message;
    let kind = if here == Some(message.conversation.as_str()) {
        "WorkingMemory"
    } else {
        "LongTermMemory"
    };
    json!({
        "id": memory::public_id(message.number),
        "memory_key": memory::headline(&message.text),
        "memory_value": message.text,
        "memory_type": kind,
        "memory_time": message.at,
        "conversation_id": message.conversation,
        "status": "activated",
        "confidence": 0.99,
        "tags": [message.role],
        "update_time": message.at,
        "relativity": found.score,
    })
}

fn ok(data: Value) -> Answer {
    Json(json!({"code": 0, "data": data, "message": "ok"}))
}

fn parameter_error(data: Value) -> Answer {
    Json(json!({"code": 40_000, "data": data, "message": "Parameter error"}))
}
