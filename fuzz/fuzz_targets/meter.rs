//! A body of the metering API: one event or a list, plain or CloudEvents.

#![no_main]

use libfuzzer_sys::fuzz_target;
use parsers::config::Config;
use parsers::domain::catalogue::Api;
use parsers::http::meter::{KINDS, Told, events};
use serde_json::Value;
use std::sync::LazyLock;

const NOW: i64 = 1_795_516_800_000;
const DAY: i64 = 24 * 60 * 60 * 1_000;
const MOST_TOKENS: i64 = 5;

static API: LazyLock<Api> = LazyLock::new(|| {
    let configured = "[[api]]\nname = \"a\"\npath = \"/a\"\nfree_calls = 1\n\
                      input = { max_tokens = 5, fields = [\"q\"] }";
    let configured = Config::from_toml(configured).expect("the catalogue makes sense");
    let api = configured.catalogue.iter().next();
    api.expect("it has an API").clone()
});

fuzz_target!(|body: &[u8]| {
    for kind in KINDS {
        let Some(list) = events(body, kind, &API, NOW) else {
            continue;
        };
        assert!((1..=1_000).contains(&list.len()));
        let whole = str::from_utf8(body).expect("it is UTF-8");
        for (json, told) in list {
            if let Some(told) = told {
                check(json.unwrap_or(whole), &told, kind);
            }
        }
    }
});

/// What passes is within the limits, and means the same to every other reader.
fn check(json: &str, told: &Told, kind: &str) {
    assert!((0..=MOST_TOKENS).contains(&told.tokens));
    assert!((0..=1_000_000_000).contains(&told.latency_ms));
    let user = told.end_user.as_deref().unwrap_or("x");
    assert!((1..=100).contains(&user.chars().count()));
    assert!((NOW - DAY..=NOW).contains(&told.at));
    let Ok(value) = serde_json::from_str::<Value>(json) else {
        // An extension of a CloudEvent may be what nobody has to understand.
        assert_ne!(kind, KINDS[0]);
        return;
    };
    let data = value.get("data").filter(|_| kind != KINDS[0]);
    let data = data.unwrap_or(&value);
    assert_eq!(data["key"], told.key);
    assert_eq!(data["api"], told.api);
    let id = value.get("id").filter(|id| !id.is_null());
    assert_eq!(id.is_some(), told.id.is_some());
    // Written anew it is the same event, which is charged once.
    let anew = value.to_string();
    let one = if kind == KINDS[0] { KINDS[0] } else { KINDS[1] };
    let again = events(anew.as_bytes(), one, &API, NOW).expect("it is read again");
    assert_eq!(again[0].1.as_ref(), Some(told));
}
