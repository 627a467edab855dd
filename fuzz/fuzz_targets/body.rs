//! A request's body: read, and checked against every kind of limit.

#![no_main]

use libfuzzer_sys::fuzz_target;
use parsers::config::Config;
use parsers::domain::catalogue::Catalogue;
use parsers::domain::limits::{check, read};
use parsers::tokens::O200k;
use serde_json::Value;
use std::sync::LazyLock;

const APIS: &str = r#"
[[api]]
name = "all"
path = "/all"
free_calls = 1
input = { max_tokens = 5, fields = ["q", "m[].c", "a.b[].c.d"] }
output = { most = 3, request_field = "o.n", response_list = "d.l", noun = "items" }
end_user = "u.id"
required = [
  { field = "i", shape = "id" },
  { field = "q", shape = "text" },
  { field = "m", shape = "messages" },
  { field = "n", shape = "count" },
  { field = "l", shape = "list" },
]

[[api]]
name = "loose"
path = "/loose"
free_calls = 1
input = { max_tokens = 5, fields = ["q", "m[].c", "a.b[].c.d"] }
output = { most = 3, request_field = "o.n", response_list = "d.l", noun = "items" }
"#;

static CATALOGUES: LazyLock<[Catalogue; 2]> = LazyLock::new(|| {
    let configured = Config::from_toml(APIS).expect("the catalogue makes sense");
    [configured.catalogue, Catalogue::default()]
});

static TOKENS: LazyLock<O200k> = LazyLock::new(|| O200k::new().expect("constant patterns"));

fuzz_target!(|body: &[u8]| {
    let Ok(value) = read(body) else {
        return;
    };
    // What passes means the same to every other reader.
    let plain: Value = serde_json::from_slice(body).expect("it is JSON");
    assert_eq!(value, plain);
    for api in CATALOGUES.iter().flatten() {
        if let Ok(accepted) = check(api, &value, &*TOKENS) {
            let most = api.input.as_ref().map_or(0, |input| input.max_tokens);
            assert!(accepted.tokens >= 0 && accepted.tokens as usize <= most);
            let id = accepted.end_user.as_deref().unwrap_or("x");
            assert!((1..=100).contains(&id.chars().count()));
        }
    }
});
