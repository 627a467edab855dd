//! An upstream's answer: the envelope in one pass, and events in any pieces.

#![no_main]

use libfuzzer_sys::fuzz_target;
use parsers::domain::catalogue::FieldPath;
use parsers::envelope::{List, scan};
use parsers::events::Events;
use serde_json::Value;
use std::sync::LazyLock;

static LIST: LazyLock<FieldPath> = LazyLock::new(|| FieldPath::of(&["d", "l"]));

fn failure(stream: &[u8], size: usize) -> Option<i64> {
    let mut events = Events::default();
    for piece in stream.chunks(size) {
        events.read(piece);
    }
    events.failure()
}

fuzz_target!(|answer: &str| {
    let list = List {
        path: &LIST,
        most: 1,
    };
    let found = scan(answer, Some(list));
    if let Some(found) = &found {
        let mut left = answer.to_owned();
        for range in found.beyond.iter().rev() {
            left.replace_range(range.clone(), "");
        }
        // What is cut is within the limit, and says the same otherwise.
        let again = scan(&left, Some(list));
        assert!(again.is_some_and(|again| again.beyond.is_empty() && again.code == found.code));
    }
    if let (Some(found), Ok(plain)) = (&found, serde_json::from_str::<Value>(answer)) {
        let code = plain.get("code").and_then(Value::as_i64);
        assert_eq!(found.code, code);
        let items = plain.pointer("/d/l").and_then(Value::as_array);
        // Of what stands twice, this reader has one and ours cuts each.
        assert!(items.is_none_or(|items| items.len() <= 1) || !found.beyond.is_empty());
    }
    let whole = failure(answer.as_bytes(), answer.len().max(1));
    for size in [1, 2, 3, 7] {
        assert_eq!(failure(answer.as_bytes(), size), whole);
    }
});
