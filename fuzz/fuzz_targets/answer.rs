//! An upstream's answer: the envelope in one pass, and events in any pieces.

#![no_main]

use libfuzzer_sys::fuzz_target;
use parsers::domain::catalogue::FieldPath;
use parsers::envelope::scan;
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
    let found = scan(answer, Some(&LIST));
    if let (Some(found), Ok(plain)) = (&found, serde_json::from_str::<Value>(answer)) {
        let code = plain.get("code").and_then(Value::as_i64);
        assert_eq!(found.code, code);
        let items = plain.pointer("/d/l").and_then(Value::as_array);
        // Of what stands twice, this reader has the last one that is a list.
        assert!(found.items >= items.map_or(0, Vec::len));
    }
    let whole = failure(answer.as_bytes(), answer.len().max(1));
    for size in [1, 2, 3, 7] {
        assert_eq!(failure(answer.as_bytes(), size), whole);
    }
});
