//! The catalogue out of the box: the three calls of the memory API.

use super::{
    Api, Catalogue, FieldPath, InputLimit, LocalText, OutputLimit, RequiredField, Shape, Success,
};
use serde_json::{Value, json};

/// The field that names the end user, where the catalogue does not say otherwise.
pub const END_USER: &str = "user_id";
/// Tokens of one request, for the calls that carry text.
const MAX_TOKENS: usize = 4_000;

impl Default for Catalogue {
    fn default() -> Self {
        Self {
            apis: vec![add_message(), search_memory(), get_message()],
        }
    }
}

fn add_message() -> Api {
    Api {
        name: "addMessage".into(),
        title: title("Add message", "添加消息"),
        path: "/add/message".into(),
        free_calls: 5_000,
        input: Some(InputLimit {
            max_tokens: MAX_TOKENS,
            fields: vec![FieldPath::of(&["messages[]", "content"])],
        }),
        output: None,
        end_user: FieldPath::of(&[END_USER]),
        success: Success::Code,
        stream: false,
        required: required(&[
            ("user_id", Shape::Id),
            ("conversation_id", Shape::Id),
            ("messages", Shape::Messages),
        ]),
        // Without these three fields the official client sends a failed write again.
        failure_data: json!({"success": false, "task_id": "", "status": "failed"}),
    }
}

fn search_memory() -> Api {
    Api {
        name: "searchMemory".into(),
        title: title("Search memory", "检索记忆"),
        path: "/search/memory".into(),
        free_calls: 1_000,
        input: Some(InputLimit {
            max_tokens: MAX_TOKENS,
            fields: vec![FieldPath::of(&["query"])],
        }),
        output: Some(OutputLimit {
            most: 10,
            request_field: FieldPath::of(&["memory_limit_number"]),
            response_list: FieldPath::of(&["data", "memory_detail_list"]),
            noun: "memories".into(),
        }),
        end_user: FieldPath::of(&[END_USER]),
        success: Success::Code,
        stream: false,
        required: required(&[("user_id", Shape::Id), ("query", Shape::Text)]),
        failure_data: Value::Object(serde_json::Map::new()),
    }
}

fn get_message() -> Api {
    Api {
        name: "getMessage".into(),
        title: title("Get message", "获取消息"),
        path: "/get/message".into(),
        free_calls: 5_000,
        input: None,
        output: Some(OutputLimit {
            most: 50,
            request_field: FieldPath::of(&["message_limit_number"]),
            response_list: FieldPath::of(&["data", "message_detail_list"]),
            noun: "messages".into(),
        }),
        end_user: FieldPath::of(&[END_USER]),
        success: Success::Code,
        stream: false,
        required: required(&[("user_id", Shape::Id), ("conversation_id", Shape::Id)]),
        failure_data: Value::Object(serde_json::Map::new()),
    }
}

fn title(en: &str, zh: &str) -> LocalText {
    LocalText {
        en: en.into(),
        zh: zh.into(),
    }
}

fn required(fields: &[(&str, Shape)]) -> Vec<RequiredField> {
    fields
        .iter()
        .map(|&(name, shape)| RequiredField {
            name: name.into(),
            shape,
        })
        .collect()
}
