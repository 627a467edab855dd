//! Events that are too many, too much or not what they seem.

use super::Target;
use serde_json::{Value, json};

#[tokio::test]
async fn a_batch_has_a_thousand_events_and_not_one_more() {
    let target = Target::start_with(|_| {}).await;
    let batch =
        |many: usize| -> Value { (0..many).map(|n| target.it.named(&n.to_string())).collect() };
    let (status, said) = target.it.record(&batch(1_001)).await;
    assert_eq!(
        (status, &said["code"]),
        (422, &json!("batch_size")),
        "{said}"
    );
    assert!(said["detail"].as_str().unwrap().contains("1001 events"));
    // As many as fit into a body are counted, and none is kept.
    let million = format!("[{}1]", "1,".repeat(1024 * 1024 - 2));
    let (status, said) = target.post("application/json", million.into()).await;
    assert_eq!(
        (status, &said["code"]),
        (422, &json!("batch_size")),
        "{said}"
    );
    assert_eq!(target.it.left().await, 1_000);
    let (status, said) = target.it.record(&batch(1_000)).await;
    assert_eq!((status, &said["recorded"]), (200, &json!(1_000)));
    assert_eq!(target.it.left().await, 0);
    target.it.it.assert_verified().await;
}

/// An event that breaks a rule is refused in its place, and the others are recorded.
#[tokio::test]
async fn one_event_over_its_limits_is_refused_alone() {
    let target = Target::start_with(|_| {}).await;
    let with = |field: &str, value: Value| {
        let mut event = target.it.event();
        event[field] = value;
        event
    };
    let batch = [
        (with("id", json!("x".repeat(255))), "recorded"),
        (with("id", json!("x".repeat(256))), "invalid"),
        (with("id", json!("ü".repeat(128))), "invalid"),
        (with("id", json!("")), "invalid"),
        (with("end_user", json!("ü".repeat(100))), "recorded"),
        (with("end_user", json!("u".repeat(101))), "invalid"),
        (with("latency_ms", json!(1_000_000_000)), "recorded"),
        (with("latency_ms", json!(1_000_000_001)), "invalid"),
        (with("latency_ms", json!(-1)), "invalid"),
        (with("tokens", json!(u64::MAX)), "invalid"),
        (with("tokens", json!(1.5)), "invalid"),
        (with("tokens", json!("1")), "invalid"),
        (with("tokens", json!(4_000)), "recorded"),
        (with("tokens", json!(4_001)), "input_too_long"),
        (with("time", json!("2026-11-23T10:40:00Z")), "recorded"),
        (with("time", json!("2026-11-23T10:39:59Z")), "invalid"),
        (with("time", json!("2026-11-24T10:45:00Z")), "recorded"),
        (with("time", json!("2026-11-24T10:45:01Z")), "invalid"),
        (with("time", json!(i64::MIN)), "invalid"),
        (with("time", json!(u64::MAX)), "invalid"),
        (with("api", json!("x".repeat(10_000))), "unknown_api"),
        (with("key", json!("key_".repeat(10_000))), "unknown_key"),
        (with("key", json!("mpg-\u{0}")), "unknown_key"),
        (with("outcome", json!("stolen")), "invalid"),
        (json!([[target.it.event()]]), "invalid"),
    ];
    let events: Value = batch.iter().map(|(event, _)| event.clone()).collect();
    let (status, said) = target.it.record(&events).await;
    assert_eq!(status, 200, "{said}");
    let results = said["results"].as_array().unwrap();
    for ((event, expected), result) in batch.iter().zip(results) {
        let word = result.get("code").unwrap_or(&result["status"]);
        assert_eq!(word, expected, "{event}: {result}");
    }
    target.assert_others_unaffected(6).await;
}

#[tokio::test]
async fn json_that_is_ambiguous_or_endless_is_refused_with_a_sentence() {
    let target = Target::start_with(|_| {}).await;
    let (plain, cloud) = ("application/json", "application/cloudevents+json");
    let key = &target.it.key;
    let event = |more: &str| format!("{{\"key\":\"{key}\",\"api\":\"searchMemory\"{more}}}");
    let as_cloud = |data: &str, more: &[u8]| {
        let head = format!(
            "{{\"specversion\":\"1.0\",\"type\":\"t\",\"source\":\"s\",\"id\":\"1\",\"data\":{data}"
        );
        [head.as_bytes(), more, b"}"].concat()
    };
    let deep = |levels: usize| [vec![b'['; levels], vec![b']'; levels]].concat();
    let endless = [b",\"more\":", &*deep(500_000)].concat();
    let raw =
        |start: &str, bytes: &[u8]| [event(start).trim_end_matches('}').as_bytes(), bytes].concat();
    let twice = "duplicate field `key`";
    let table = [
        (
            plain,
            event(",\"key\":\"key_other\"").into_bytes(),
            422,
            twice,
        ),
        (
            plain,
            event(",\"k\\u0065y\":\"key_other\"").into_bytes(),
            422,
            twice,
        ),
        (
            plain,
            event(",\"more\":1").into_bytes(),
            422,
            "unknown field `more`",
        ),
        (plain, deep(500_000), 200, ""),
        (plain, raw("", &endless), 422, "unknown field"),
        (plain, raw(",\"id\":\"", b"\xff\"}"), 400, "UTF-8"),
        (
            plain,
            [b"\xef\xbb\xbf", event("").as_bytes()].concat(),
            400,
            "not valid JSON",
        ),
        (
            plain,
            raw(",\"id\":\"", b"\\ud800\"}"),
            400,
            "not valid JSON",
        ),
        (plain, raw(",\"id\":\"", b"\0\"}"), 400, "not valid JSON"),
        (
            plain,
            event(",\"tokens\":1e999").into_bytes(),
            400,
            "not valid JSON",
        ),
        (
            plain,
            event(",\"tokens\":NaN").into_bytes(),
            400,
            "not valid JSON",
        ),
        (
            plain,
            (event("") + "{}").into_bytes(),
            400,
            "not valid JSON",
        ),
        (plain, Vec::new(), 400, "not valid JSON"),
        (
            cloud,
            as_cloud(&event(""), b",\"id\":\"2\""),
            422,
            "duplicate field `id`",
        ),
        (
            cloud,
            as_cloud(&event(",\"api\":\"addMessage\""), b""),
            422,
            "duplicate field `api`",
        ),
        // Also where nobody looks: an extension.
        (
            cloud,
            as_cloud(&event(""), b",\"more\":\"\xff\""),
            400,
            "UTF-8",
        ),
        (
            cloud,
            as_cloud(&event(""), b",\"more\":\"\0\""),
            400,
            "not valid JSON",
        ),
        (
            "text/plain",
            event("").into_bytes(),
            415,
            "Send application/json",
        ),
    ];
    for (kind, body, status, words) in table {
        let start = String::from_utf8_lossy(&body[..body.len().min(200)]).into_owned();
        let (answered, said) = target.post(kind, body).await;
        assert_eq!(answered, status, "{start}: {said}");
        // A list of one, whose event is refused in its place.
        let said = said.pointer("/results/0").unwrap_or(&said);
        let detail = said["detail"].as_str().unwrap();
        assert!(detail.contains(words), "{words:?} is not in {detail:?}");
    }
    // An extension as deep as it likes carries nothing for us.
    let (status, said) = target.post(cloud, as_cloud(&event(""), &endless)).await;
    assert_eq!(
        (status, &said["status"]),
        (200, &json!("recorded")),
        "{said}"
    );
    target.assert_others_unaffected(1).await;
}
