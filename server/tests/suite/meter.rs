//! The metering API (`product.md` §2 and §4) over HTTP.

use crate::support::{NOW, TestServer};
use allowance::actions::CreateServiceToken;
use allowance::config::Config;
use allowance::domain::accounts::{Account, Role};
use allowance::domain::authority::By;
use allowance::domain::store::{RequestLog, ServiceTokens};
use futures::future::join_all;
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use std::collections::HashSet;

/// A server with a developer, their key by its public id, and a service.
pub struct Metered {
    pub it: TestServer,
    pub ann: Account,
    pub key: String,
    pub secret: String,
    pub token: String,
    client: reqwest::Client,
}

pub async fn token(it: &TestServer, scopes: &str, account: &str, expires: &str) -> String {
    let asked = CreateServiceToken {
        name: "Worker",
        scopes,
        account,
        expires,
    };
    it.server
        .actions
        .create_service_token(&By::command_line(), asked)
        .await
        .unwrap()
}

impl Metered {
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    pub async fn start_with(configure: impl FnOnce(&mut Config)) -> Self {
        let it = TestServer::start_with(configure).await;
        let ann = it.account("ann@example.com", Role::Developer).await;
        let secret = it.key(&ann, "Key").await;
        let key = it.newest_key(&ann).await;
        let token = token(&it, "meter:write", "", "").await;
        Self {
            it,
            ann,
            key,
            secret,
            token,
            client: reqwest::Client::new(),
        }
    }

    pub fn request(&self, path: &str, token: &str) -> reqwest::RequestBuilder {
        self.client
            .post(format!("{}/v1/meter/{path}", self.it.address))
            .header("authorization", format!("Bearer {token}"))
    }

    /// Posts JSON, and answers its status and body.
    pub async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let request = self.request(path, &self.token).body(body.to_string());
        read(request.send().await.unwrap()).await
    }

    pub async fn record(&self, body: &Value) -> (u16, Value) {
        self.post("record", body).await
    }

    pub fn event(&self) -> Value {
        json!({ "key": self.key, "api": "searchMemory" })
    }

    pub fn named(&self, id: &str) -> Value {
        json!({ "id": id, "key": self.key, "api": "searchMemory", "tokens": 7 })
    }

    pub async fn left(&self) -> i64 {
        self.it.remaining(&self.ann, "searchMemory").await
    }

    /// Leaves the account so many calls.
    pub async fn leave(&self, calls: i64) {
        let burn = usize::try_from(self.left().await - calls).unwrap();
        self.it
            .burn(&self.ann, &self.secret, "searchMemory", burn)
            .await;
    }
}

pub async fn read(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    (status, response.json().await.unwrap())
}

#[tokio::test]
async fn an_event_is_charged_once_and_on_disk_when_it_is_answered() {
    let it = Metered::start().await;
    let event = json!({
        "key": it.key, "api": "searchMemory", "tokens": 12, "latency_ms": 34, "end_user": "zoë",
        "time": "2026-11-24T10:30:00Z",
    });
    let (status, said) = it.record(&event).await;
    assert_eq!((status, &said["status"]), (200, &json!("recorded")));
    let id = said["request_id"].as_str().unwrap();
    let row = it.it.store.call(it.ann.id, id).await.unwrap().unwrap();
    assert_eq!(
        (row.tokens, row.latency_ms, row.end_user.as_deref(), row.at),
        (12, 34, Some("zoë"), NOW - 600_000)
    );
    // The key itself names it as well.
    let by_secret = json!({ "key": it.secret, "api": "searchMemory" });
    assert_eq!(it.record(&by_secret).await.1["status"], "recorded");
    assert_eq!(it.left().await, 998);
    for outcome in ["failed", "rejected"] {
        let event = json!({ "key": it.key, "api": "searchMemory", "outcome": outcome });
        assert_eq!(it.record(&event).await.1["status"], "recorded");
    }
    assert_eq!(it.left().await, 998);
    it.it.assert_verified().await;
}

#[tokio::test]
async fn an_event_that_comes_again_is_charged_once() {
    let it = Metered::start().await;
    let (_, first) = it.record(&it.named("e1")).await;
    for _ in 0..3 {
        let (status, again) = it.record(&it.named("e1")).await;
        assert_eq!((status, &again["status"]), (200, &json!("duplicate")));
        assert_eq!(again["request_id"], first["request_id"]);
    }
    assert_eq!(it.left().await, 999);
    let other = json!({ "id": "e1", "key": it.key, "api": "searchMemory", "tokens": 8 });
    let (status, problem) = it.record(&other).await;
    assert_eq!((status, &problem["code"]), (409, &json!("id_reused")));
    // The id of another account's event is another id.
    let ben = it.it.account("ben@example.com", Role::Developer).await;
    it.it.key(&ben, "Key").await;
    let key = it.it.newest_key(&ben).await;
    let event = json!({ "id": "e1", "key": key, "api": "searchMemory", "tokens": 7 });
    assert_eq!(it.record(&event).await.1["status"], "recorded");
    // The day after, it is still known; much later, it is a new one.
    it.it.clock.advance(24 * 60 * 60 * 1_000);
    assert_eq!(it.record(&it.named("e1")).await.1["status"], "duplicate");
    it.it.clock.advance(24 * 60 * 60 * 1_000);
    assert_eq!(it.record(&it.named("e1")).await.1["status"], "recorded");
    assert_eq!(it.left().await, 998);
    it.it.assert_verified().await;
}

#[tokio::test]
async fn the_header_names_events_that_have_no_id() {
    let it = Metered::start().await;
    let send = async |body: Value| {
        let request = it
            .request("record", &it.token)
            .header("idempotency-key", "retry-1");
        read(request.body(body.to_string()).send().await.unwrap())
            .await
            .1
    };
    let batch = json!([it.event(), it.event()]);
    assert_eq!(send(batch.clone()).await["recorded"], 2);
    assert_eq!(send(batch).await["duplicate"], 2);
    assert_eq!(it.left().await, 998);
}

#[tokio::test]
async fn a_batch_answers_each_event_in_its_order() {
    let it = Metered::start().await;
    it.leave(3).await;
    let batch = json!([
        it.named("a"),
        { "key": it.key, "api": "noSuchApi" },
        it.named("b"),
        it.named("a"),
        { "key": "key_nobody", "api": "searchMemory" },
        { "id": "a", "key": it.key, "api": "searchMemory", "tokens": 9 },
        { "key": it.key, "api": "searchMemory", "tokens": 4_001 },
        { "key": it.key, "api": "searchMemory", "tokns": 4 },
        it.named("c"),
        it.named("d"),
        7,
    ]);
    let (status, said) = it.record(&batch).await;
    assert_eq!(status, 200, "{said}");
    let results = said["results"].as_array().unwrap();
    let found: Vec<_> = results
        .iter()
        .map(|result| {
            let code = result.get("code").unwrap_or(&result["status"]);
            code.as_str().unwrap()
        })
        .collect();
    assert_eq!(
        found,
        [
            "recorded",
            "unknown_api",
            "recorded",
            "duplicate",
            "unknown_key",
            "id_reused",
            "input_too_long",
            "invalid",
            "recorded",
            "quota_exhausted",
            "invalid",
        ]
    );
    assert_eq!(results[3]["request_id"], results[0]["request_id"]);
    assert_eq!(
        (&said["recorded"], &said["duplicate"], &said["refused"]),
        (&json!(3), &json!(1), &json!(7))
    );
    assert!(
        results[1]["detail"]
            .as_str()
            .unwrap()
            .contains("searchMemory")
    );
    assert!(results[7]["detail"].as_str().unwrap().contains("tokns"));
    assert!(
        results[9]["detail"]
            .as_str()
            .unwrap()
            .contains("/request-more")
    );
    assert_eq!(it.left().await, 0);
    // A retry finds what was recorded, though nothing is left; what was refused
    // is tried again.
    it.it
        .server
        .actions
        .grant(
            &(&it.it.account("root@example.com", Role::Owner).await).into(),
            &it.ann.public_id,
            allowance::actions::AskedGrant {
                api: "searchMemory",
                calls: "1",
                reason: "more",
                ..Default::default()
            },
        )
        .await
        .unwrap();
    let (_, said) = it
        .record(&json!([it.named("a"), it.named("d"), it.named("e")]))
        .await;
    let found: Vec<_> = (0..3)
        .map(|n| said["results"][n]["status"].clone())
        .collect();
    assert_eq!(found, ["duplicate", "recorded", "refused"]);
    it.it.assert_verified().await;
}

#[tokio::test]
async fn cloud_events_are_read_one_or_many() {
    let it = Metered::start().await;
    let cloud = |source: &str, id: &str| {
        json!({
            "specversion": "1.0", "type": "example.call", "source": source, "id": id,
            "time": "2026-11-24T10:39:59.5+00:00", "datacontenttype": "application/json",
            "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "data": { "key": it.key, "api": "searchMemory", "tokens": 3 },
        })
    };
    let send = async |kind: &str, body: &Value| {
        let request = it
            .request("record", &it.token)
            .header("content-type", kind)
            .body(body.to_string());
        read(request.send().await.unwrap()).await
    };
    let one = "application/cloudevents+json";
    let many = "application/cloudevents-batch+json; charset=utf-8";
    assert_eq!(send(one, &cloud("/a", "1")).await.1["status"], "recorded");
    assert_eq!(send(one, &cloud("/a", "1")).await.1["status"], "duplicate");
    let batch = json!([cloud("/a", "1"), cloud("/b", "1"), cloud("/b", "2")]);
    let (_, said) = send(many, &batch).await;
    assert_eq!(
        (&said["recorded"], &said["duplicate"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(it.left().await, 997);

    for (field, value, words) in [
        ("specversion", json!("0.3"), "specversion"),
        ("id", json!(""), "`id` must not be empty"),
        ("source", Value::Null, "expected a string"),
        ("data", Value::Null, "`data` is required"),
        ("datacontenttype", json!("text/xml"), "must be JSON"),
        ("data_base64", json!("e30="), "must be JSON"),
        ("time", json!("yesterday"), "time"),
    ] {
        let mut event = cloud("/c", "1");
        event[field] = value;
        let (status, problem) = send(one, &event).await;
        assert_eq!(status, 422, "{field}: {problem}");
        assert!(
            problem["detail"].as_str().unwrap().contains(words),
            "{problem}"
        );
    }
    let (status, problem) = send(one, &json!([cloud("/c", "1")])).await;
    assert_eq!(status, 422, "{problem}");
    assert_eq!(it.left().await, 997);
}

#[tokio::test]
async fn a_token_opens_what_its_scopes_say_and_only_its_account() {
    let it = Metered::start().await;
    let status = async |token: &str| {
        let request = it.request("record", token).body(it.event().to_string());
        let response = request.send().await.unwrap();
        if response.status() == 401 {
            assert_eq!(response.headers()["www-authenticate"], "Bearer");
        }
        if response.status() != 200 {
            assert_eq!(
                response.headers()["content-type"],
                "application/problem+json"
            );
        }
        let (status, body) = read(response).await;
        (status, body["code"].as_str().unwrap_or_default().to_owned())
    };
    let refused = |status: u16, code: &str| (status, code.to_owned());
    assert_eq!(status("").await, refused(401, "token_missing"));
    assert_eq!(status(&it.secret).await, refused(401, "token_unknown"));
    let unknown = format!("svc-{}", "0".repeat(40));
    assert_eq!(status(&unknown).await, refused(401, "token_unknown"));

    let record = token(&it.it, "meter:record", "ann@example.com", "2026-11-24").await;
    assert_eq!(status(&record).await.0, 200);
    it.it.account("ben@example.com", Role::Developer).await;
    let bens = token(&it.it, "meter:write", "ben@example.com", "").await;
    assert_eq!(status(&bens).await, refused(422, "unknown_key"));

    let tokens = it.it.store.service_tokens(10).await.unwrap();
    let first = tokens.last().unwrap();
    assert_eq!(status(&it.token).await.0, 200);
    it.it
        .server
        .actions
        .revoke_service_token(&By::command_line(), &first.public_id)
        .await
        .unwrap();
    it.it.clock.advance(5_000);
    // The first call after a few seconds reads it again.
    status(&it.token).await;
    assert_eq!(status(&it.token).await, refused(401, "token_revoked"));
    it.it.clock.advance(24 * 60 * 60 * 1_000);
    assert_eq!(status(&record).await, refused(401, "token_expired"));
    let used = it.it.store.service_tokens(10).await.unwrap();
    assert!(used.iter().any(|token| token.last_used_at == Some(NOW)));
}

#[tokio::test]
async fn a_key_that_changes_is_known_as_it_is() {
    let it = Metered::start().await;
    assert_eq!(it.record(&it.event()).await.0, 200);
    let actions = &it.it.server.actions;
    actions
        .set_key_disabled(&it.ann, &it.key, true)
        .await
        .unwrap();
    let (status, problem) = it.record(&it.event()).await;
    assert_eq!((status, &problem["code"]), (422, &json!("key_refused")));
    actions
        .set_key_disabled(&it.ann, &it.key, false)
        .await
        .unwrap();
    assert_eq!(it.record(&it.event()).await.0, 200);
    // Rotated without grace: the id goes on, the old secret does not.
    let old = json!({ "key": it.secret, "api": "searchMemory" });
    assert_eq!(it.record(&old).await.0, 200);
    actions
        .rotate_key(&it.ann, &it.key, "none", None)
        .await
        .unwrap();
    it.it.clock.advance(1);
    assert_eq!(it.record(&old).await.1["code"], "key_refused");
    assert_eq!(it.record(&it.event()).await.0, 200);
    assert_eq!(it.left().await, 996);
    it.it.assert_verified().await;
}

#[tokio::test]
async fn bad_requests_get_a_sentence_and_cost_nothing() {
    let it = Metered::start().await;
    let long = "a".repeat(256);
    let nested = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let many = Value::Array(vec![it.event(); 1_001]).to_string();
    let with = |field: &str, value: Value| {
        let mut event = it.event();
        event[field] = value;
        event.to_string()
    };
    for (body, status, words) in [
        (String::new(), 400, "not valid JSON"),
        ("{\"key\":".into(), 400, "not valid JSON"),
        ("\"\u{0}".into(), 400, "not valid JSON"),
        (format!("{{\"key\":{nested}}}"), 422, "expected a string"),
        ("7".into(), 422, "expected a JSON object"),
        ("[]".into(), 422, "no events"),
        (many, 422, "1000"),
        ("{}".into(), 422, "key"),
        (
            format!("{{\"key\":\"{0}\",\"key\":\"{0}\"}}", it.key),
            422,
            "duplicate field",
        ),
        (with("id", json!(long)), 422, "255"),
        (with("id", json!("")), 422, "`id`"),
        (with("end_user", json!(long)), 422, "100"),
        (with("tokens", json!(-1)), 422, "-1"),
        (with("tokens", json!(1.5)), 422, "1.5"),
        (with("tokens", json!(4_001)), 422, "4,000"),
        (with("latency_ms", json!(1_000_000_001)), 422, "latency_ms"),
        (with("outcome", json!("maybe")), 422, "maybe"),
        (
            with("time", json!("2026-02-30T00:00:00Z")),
            422,
            "2026-02-30",
        ),
        (with("time", json!(NOW - 86_400_001)), 422, "24 hours"),
        (with("time", json!(NOW + 300_001)), 422, "5 minutes"),
        (with("api", json!("nothing")), 422, "searchMemory"),
        (with("key", json!("mpg-short")), 422, "no such API key"),
        ("x".repeat(2 * 1024 * 1024 + 1), 413, "2097152"),
    ] {
        let start: String = body.chars().take(80).collect();
        let request = it.request("record", &it.token).body(body);
        let (found, problem) = read(request.send().await.unwrap()).await;
        assert_eq!(found, status, "{start}: {problem}");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(words), "{start}: {detail:?}");
        assert_eq!(problem["status"], status);
    }
    // A list of what are no events: each is told.
    let deep = it.request("record", &it.token).body(nested);
    let (_, said) = read(deep.send().await.unwrap()).await;
    assert_eq!(
        (&said["recorded"], &said["refused"]),
        (&json!(0), &json!(1))
    );
    let invalid = it
        .request("record", &it.token)
        .body(b"{\"key\":\"\xff\"}".to_vec());
    assert_eq!(read(invalid.send().await.unwrap()).await.0, 400);
    let form = it
        .request("record", &it.token)
        .header("content-type", "application/x-www-form-urlencoded")
        .body("key=a");
    assert_eq!(
        read(form.send().await.unwrap()).await.1["code"],
        "content_type"
    );
    let address = format!("{}/v1/meter/record", it.it.address);
    let got = reqwest::get(&address).await.unwrap();
    assert_eq!(
        (got.status(), &got.headers()["allow"]),
        (StatusCode::METHOD_NOT_ALLOWED, &"POST".parse().unwrap())
    );
    let lost = it.request("nothing", &it.token).send().await.unwrap();
    assert_eq!(read(lost).await.1["code"], "not_found");
    assert_eq!(it.left().await, 1_000);
    it.it.assert_verified().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_hundred_racing_events_exactly_what_is_left_is_recorded() {
    let it = Metered::start().await;
    it.leave(50).await;
    let racing = (0..200).map(|n| {
        let event = it.named(&format!("e{n}"));
        let it = &it;
        async move { it.record(&event).await.0 }
    });
    let statuses = join_all(racing).await;
    let won = statuses.iter().filter(|status| **status == 200).count();
    assert_eq!(won, 50);
    assert!(statuses.iter().all(|status| [200, 429].contains(status)));
    assert_eq!(it.left().await, 0);
    it.it.assert_verified().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_racing_retries_of_one_event_are_charged_once() {
    let it = Metered::start().await;
    // One call is left: no retry may be told that nothing is.
    it.leave(1).await;
    let racing = (0..100).map(|n| {
        let it = &it;
        async move {
            let event = it.named("same");
            if n % 2 == 0 {
                it.record(&event).await
            } else {
                let (status, said) = it.record(&json!([event])).await;
                (status, said["results"][0].clone())
            }
        }
    });
    let said = join_all(racing).await;
    let recorded = said
        .iter()
        .filter(|(_, said)| said["status"] == "recorded")
        .count();
    let duplicate = said
        .iter()
        .filter(|(_, said)| said["status"] == "duplicate")
        .count();
    assert_eq!((recorded, duplicate), (1, 99));
    let ids: HashSet<_> = said
        .iter()
        .map(|(_, said)| said["request_id"].to_string())
        .collect();
    assert_eq!(ids.len(), 1);
    assert_eq!(it.left().await, 0);
    it.it.assert_verified().await;
}
