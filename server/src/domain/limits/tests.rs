use super::*;
use crate::domain::catalogue::{Catalogue, RequiredField, Shape};
use serde_json::json;
use std::cell::Cell;

/// A word is a token. Counts what it was asked to read.
#[derive(Default)]
struct Words {
    texts_read: Cell<usize>,
}

impl CountTokens for Words {
    fn count_up_to(&self, text: &str, limit: usize) -> Option<usize> {
        self.texts_read.set(self.texts_read.get() + 1);
        let words = text.split_whitespace().count();
        (words <= limit).then_some(words)
    }
}

fn verdict(api: &str, body: &Value) -> Result<Accepted, Refusal> {
    check(
        Catalogue::default().by_name(api).unwrap(),
        body,
        &Words::default(),
    )
}

/// The sentence of the refusal.
#[track_caller]
fn refused(api: &str, body: &Value) -> String {
    match verdict(api, body) {
        Ok(accepted) => panic!("{api} accepted {body}: {accepted:?}"),
        Err(refusal) => refusal.to_string(),
    }
}

fn words(count: usize) -> String {
    "w ".repeat(count)
}

/// A valid body with one field changed.
fn add(field: &str, value: Value) -> Value {
    let mut body = json!({
        "user_id": "u", "conversation_id": "c",
        "messages": [{"role": "user", "content": "one two"}],
    });
    body[field] = value;
    body
}

fn search(field: &str, value: Value) -> Value {
    let mut body = json!({"user_id": "u", "query": "one two three"});
    body[field] = value;
    body
}

#[test]
fn a_good_body_is_accepted_with_its_tokens_and_end_user() {
    let end_user = Some("u".to_owned());
    assert_eq!(
        verdict("addMessage", &add("more", json!(1))),
        Ok(Accepted {
            tokens: 2,
            end_user: end_user.clone(),
            output_limit: None
        })
    );
    assert_eq!(
        verdict("searchMemory", &search("memory_limit_number", json!(10))),
        Ok(Accepted {
            tokens: 3,
            end_user: end_user.clone(),
            output_limit: Some(10)
        })
    );
    let body = json!({"user_id": "u", "conversation_id": "c", "message_limit_number": 50});
    assert_eq!(
        verdict("getMessage", &body),
        Ok(Accepted {
            tokens: 0,
            end_user,
            output_limit: Some(50)
        })
    );
}

#[test]
fn a_body_that_is_no_object_is_refused() {
    for body in [json!(null), json!([]), json!("{}"), json!(1)] {
        assert_eq!(verdict("addMessage", &body), Err(Refusal::NotAnObject));
    }
}

#[test]
fn a_required_field_must_be_there_and_null_is_not_there() {
    for field in ["user_id", "conversation_id", "messages"] {
        let sentence = format!("The field `{field}` is required.");
        assert_eq!(refused("addMessage", &add(field, json!(null))), sentence);
        let mut body = add("more", json!(1));
        body.as_object_mut().unwrap().remove(field);
        assert_eq!(refused("addMessage", &body), sentence);
    }
    assert_eq!(
        refused("searchMemory", &json!({})),
        "The field `user_id` is required."
    );
}

#[test]
fn a_field_of_the_wrong_kind_is_refused_with_what_it_must_be() {
    let content = "a string or a list of parts";
    let table = [
        ("user_id", json!(5), "user_id", "a string"),
        ("conversation_id", json!({}), "conversation_id", "a string"),
        ("messages", json!("hi"), "messages", "a list of messages"),
        (
            "messages",
            json!({"role": "user"}),
            "messages",
            "a list of messages",
        ),
        ("messages", json!(["hi"]), "messages[0]", "an object"),
        (
            "messages",
            json!([{"role": 1, "content": "a"}]),
            "messages[0].role",
            "a string",
        ),
        (
            "messages",
            json!([{"role": "user", "content": 1}]),
            "messages[0].content",
            content,
        ),
        (
            "messages",
            json!([{"role": "user", "content": {}}]),
            "messages[0].content",
            content,
        ),
        (
            "messages",
            json!([{"role": "user", "content": "a"}, {"role": "user", "content": [1]}]),
            "messages[1].content[0]",
            "an object",
        ),
        (
            "messages",
            json!([{"role": "user", "content": [{"type": "text", "text": 1}]}]),
            "messages[0].content[0].text",
            "a string",
        ),
    ];
    for (field, value, named, expected) in table {
        let sentence = format!("The field `{named}` must be {expected}.");
        assert_eq!(refused("addMessage", &add(field, value)), sentence);
    }
}

#[test]
fn a_message_has_a_role_and_a_content() {
    let table = [
        (json!([{"content": "a"}]), "messages[0].role"),
        (json!([{"role": "user"}]), "messages[0].content"),
        (
            json!([{"role": "user", "content": null}]),
            "messages[0].content",
        ),
        (
            json!([{"role": "user", "content": [{}]}]),
            "messages[0].content[0].type",
        ),
        (
            json!([{"role": "user", "content": [{"type": "text"}]}]),
            "messages[0].content[0].text",
        ),
    ];
    for (messages, named) in table {
        let sentence = format!("The field `{named}` is required.");
        assert_eq!(refused("addMessage", &add("messages", messages)), sentence);
    }
    let silent = json!([{"role": "assistant", "content": ""}]);
    assert_eq!(
        verdict("addMessage", &add("messages", silent))
            .unwrap()
            .tokens,
        0
    );
}

#[test]
fn an_empty_field_is_refused() {
    for (field, value) in [
        ("user_id", json!("")),
        ("user_id", json!("  ")),
        ("conversation_id", json!("")),
        ("messages", json!([])),
    ] {
        let sentence = format!("The field `{field}` must not be empty.");
        assert_eq!(refused("addMessage", &add(field, value)), sentence);
    }
    let sentence = "The field `query` must not be empty.";
    assert_eq!(
        refused("searchMemory", &search("query", json!(""))),
        sentence
    );
    let roleless = json!([{"role": "", "content": "a"}]);
    let sentence = "The field `messages[0].role` must not be empty.";
    assert_eq!(refused("addMessage", &add("messages", roleless)), sentence);
}

#[test]
fn an_id_has_up_to_100_characters_of_any_script() {
    let longest = "忆".repeat(100);
    let accepted = verdict("addMessage", &add("user_id", json!(longest))).unwrap();
    assert_eq!(accepted.end_user, Some(longest));
    for field in ["user_id", "conversation_id"] {
        for id in ["a".repeat(101), "忆".repeat(101), "a".repeat(1_000_000)] {
            let sentence = format!("The field `{field}` has more than 100 characters.");
            assert_eq!(refused("addMessage", &add(field, json!(id))), sentence);
        }
    }
}

#[test]
fn an_api_that_asks_for_no_end_user_takes_one_if_it_is_there() {
    let mut api = Catalogue::default()
        .by_name("searchMemory")
        .unwrap()
        .clone();
    api.required.clear();
    let end_user = |id: Value| {
        check(&api, &json!({"user_id": id}), &Words::default()).map(|accepted| accepted.end_user)
    };
    assert_eq!(end_user(json!("u")), Ok(Some("u".into())));
    for nobody in [json!(null), json!(""), json!(7)] {
        assert_eq!(end_user(nobody), Ok(None));
    }
    assert!(end_user(json!("a".repeat(101))).is_err());
}

#[test]
fn a_catalogue_says_where_the_end_user_and_the_number_of_items_lie() {
    let mut api = Catalogue::default()
        .by_name("searchMemory")
        .unwrap()
        .clone();
    api.end_user = "caller.id".parse().unwrap();
    api.output.as_mut().unwrap().request_field = "options.page.size".parse().unwrap();
    let asked = |size: Value| {
        let body = json!({
            "user_id": "u", "query": "q", "caller": {"id": "ann"}, "memory_limit_number": 99,
            "options": {"page": {"size": size}},
        });
        check(&api, &body, &Words::default())
    };
    assert_eq!(asked(json!(10)).unwrap().end_user, Some("ann".into()));
    assert_eq!(
        asked(json!(11)).unwrap_err().to_string(),
        "`options.page.size` asks for 11 memories; one call returns at most 10."
    );
    assert_eq!(
        asked(json!("all")).unwrap_err().to_string(),
        "The field `options.page.size` must be a whole number of at least 1."
    );
    let elsewhere = json!({"user_id": "u", "query": "q", "caller": 7, "options": []});
    let accepted = check(&api, &elsewhere, &Words::default()).unwrap();
    assert_eq!((accepted.end_user, accepted.output_limit), (None, Some(10)));
}

#[test]
fn a_list_has_at_least_one_item() {
    let mut api = Catalogue::default()
        .by_name("searchMemory")
        .unwrap()
        .clone();
    api.required[0] = RequiredField {
        name: "memory_ids".into(),
        shape: Shape::List,
    };
    let refused = |ids: Value| {
        let body = json!({"memory_ids": ids, "query": "q"});
        check(&api, &body, &Words::default()).map_err(|refusal| refusal.to_string())
    };
    assert!(refused(json!(["a"])).is_ok());
    let sentence = "The field `memory_ids` must not be empty.";
    assert_eq!(refused(json!([])), Err(sentence.into()));
    let sentence = "The field `memory_ids` must be a list.";
    assert_eq!(refused(json!("a")), Err(sentence.into()));
}

#[test]
fn the_input_limit_is_inclusive() {
    let accepted = verdict("searchMemory", &search("query", json!(words(4_000)))).unwrap();
    assert_eq!(accepted.tokens, 4_000);
    let refusal = verdict("searchMemory", &search("query", json!(words(4_001)))).unwrap_err();
    assert!(refusal.is_input_limit());
    assert_eq!(
        refusal.to_string(),
        "The input has more than 4,000 tokens, counted over `query`."
    );
}

#[test]
fn tokens_are_summed_over_all_messages_and_parts() {
    let half = words(2_000);
    let messages = |more: &str| {
        json!([
            {"role": "user", "content": half},
            {"role": "user", "content": [
                {"type": "text", "text": words(1_999)},
                {"type": "image_url", "image_url": {"url": "https://example.org/a b c"}},
                {"type": "file", "text": more},
            ]},
        ])
    };
    assert_eq!(
        verdict("addMessage", &add("messages", messages("a")))
            .unwrap()
            .tokens,
        4_000
    );
    assert!(
        verdict("addMessage", &add("messages", messages("a b")))
            .unwrap_err()
            .is_input_limit()
    );
}

#[test]
fn counting_stops_at_the_text_that_goes_over() {
    let message = json!({"role": "user", "content": words(3_000)});
    let body = add("messages", json!(vec![message; 1_000]));
    let tokens = Words::default();
    let verdict = check(
        Catalogue::default().by_name("addMessage").unwrap(),
        &body,
        &tokens,
    );
    assert!(verdict.unwrap_err().is_input_limit());
    assert_eq!(tokens.texts_read.get(), 2);
}

#[test]
fn what_counts_cannot_hide_in_another_kind_of_value() {
    let mut api = Catalogue::default()
        .by_name("searchMemory")
        .unwrap()
        .clone();
    api.required.clear();
    let verdict = |query: Value| check(&api, &json!({"query": query}), &Words::default());
    for query in [json!({"text": "a"}), json!(1), json!(true)] {
        let sentence = "The field `query` must be a string or a list of parts.";
        assert_eq!(verdict(query).unwrap_err().to_string(), sentence);
    }
    assert_eq!(verdict(json!(null)).unwrap().tokens, 0);
    assert_eq!(verdict(json!(["a b", {"text": "c"}])).unwrap().tokens, 3);
}

#[test]
fn no_more_is_asked_for_than_one_call_returns() {
    let asked = |value| search("memory_limit_number", value);
    for fine in [json!(null), json!(1), json!(10)] {
        assert_eq!(
            verdict("searchMemory", &asked(fine)).unwrap().output_limit,
            Some(10)
        );
    }
    for much in [11, 1_000, u64::MAX] {
        assert_eq!(
            refused("searchMemory", &asked(json!(much))),
            format!("`memory_limit_number` asks for {much} memories; one call returns at most 10.")
        );
    }
    for wrong in [
        json!(0),
        json!(-1),
        json!(2.5),
        json!("3"),
        json!([]),
        json!(1e30),
    ] {
        assert_eq!(
            refused("searchMemory", &asked(wrong)),
            "The field `memory_limit_number` must be a whole number of at least 1."
        );
    }
    let body = json!({"user_id": "u", "conversation_id": "c", "message_limit_number": 51});
    assert!(!verdict("getMessage", &body).unwrap_err().is_input_limit());
}
